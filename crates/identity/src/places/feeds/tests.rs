//! What feeds say, and everything that is wrong with those that are refused.

use super::*;
use proptest::prelude::*;
use register::model::Instant;

const CSV: &str = "person,site,at,direction\nhk-analyst,hong-kong,2026-07-15T08:00:00Z,in\n\n\
                   \"o\"\"neil, jr\", london ,2026-07-15T09:00:00+01:00,\n";
const LINES: &str = "{\"person\":\"hk-analyst\",\"site\":\"hong-kong\",\"at\":\"2026-07-15T08:00:00Z\",\"direction\":\"in\"}\r\n\
                     {\"person\":\"o\\\"neil, jr\",\"site\":\"london\",\"at\":\"2026-07-15T08:00:00Z\",\"direction\":null}";

#[test]
fn both_formats_say_the_same() {
    let csv = read_badges(CSV, FeedFormat::Csv).unwrap();
    assert_eq!(csv, read_badges(LINES, FeedFormat::JsonLines).unwrap());
    let at = Instant::parse("2026-07-15T08:00:00Z").unwrap();
    let event = |person: &str, site: &str| BadgeEvent {
        person: person.to_owned(),
        site: site.to_owned(),
        at,
        direction: Direction::In,
    };
    assert_eq!(
        csv,
        [event("hk-analyst", "hong-kong"), event("o\"neil, jr", "london")]
    );
    assert_eq!(
        read_badges(&format!("\u{feff}{CSV}"), FeedFormat::Csv).unwrap(),
        csv
    );
    assert_eq!(read_badges("", FeedFormat::Csv), Ok(Vec::new()));
    assert_eq!(read_badges("\n\n", FeedFormat::JsonLines), Ok(Vec::new()));
}

#[test]
fn the_name_of_a_file_tells_its_format() {
    for (name, expected) in [
        ("badges.csv", Some(FeedFormat::Csv)),
        ("BADGES.CSV", Some(FeedFormat::Csv)),
        ("a.jsonl", Some(FeedFormat::JsonLines)),
        ("a.ndjson", Some(FeedFormat::JsonLines)),
        ("a.xlsx", None),
        ("csv", None),
    ] {
        assert_eq!(FeedFormat::of_name(name), expected, "{name}");
    }
}

fn shown<T: fmt::Debug>(read: Result<Vec<T>, FeedError>) -> Vec<String> {
    let mistakes = read.unwrap_err().mistakes.into_iter();
    mistakes
        .map(|mistake| format!("{}:{} {}", mistake.line, mistake.column, mistake.message))
        .collect()
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let text = "person,site,at,direction,floor\n,london,2026-07-15,sideways,3\na,b\nx,\"y,2026-07-15T08:00:00Z,in,\n\
                x,y,2026-07-15T08:00:00Z,in,\nx,y\"z,2026-07-15T08:00:00Z,in,\nx,\"y\"z,2026-07-15T08:00:00Z,in,\n";
    let expected = [
        "2:1 `person` is missing",
        "2:9 `at` must be an instant such as `2026-07-15T09:00:00Z`",
        "2:20 `direction` must be one of `in`, `out`",
        "2:29 `floor` is not known here; there is `person`, `site`, `at`, `direction`",
        "3:1 the line has 2 fields, and the head has 5",
        "4:3 a quote is not closed on its line",
        "6:4 a quote stands within a field that has none around it",
        "7:6 there is text behind a closing quote",
    ];
    assert_eq!(shown(read_badges(text, FeedFormat::Csv)), expected);
}

#[test]
fn mistakes_in_lines_of_json_have_their_place_too() {
    let text = "{\"person\":\"a\",\"address\":\"192.0.2\",\"at\":\"2026-07-15T08:00:00Z\"}\n\
                {\"person\":\"a\",\"person\":\"b\"}\n[]\n{\"person\":1}\n{\"person\":\"a\",\n\
                {\"person\":\" a\",\"address\":\"192.0.2.1\",\"at\":\"2026-07-15T08:00:00Z\"}\n";
    let found = shown(read_sessions(text, FeedFormat::JsonLines));
    let begins = [
        "1:15 `address` must be an address",
        "2:",
        "3:",
        "4:",
        "5:",
        "6:2 `person` must be 1 to 256 letters",
    ];
    assert_eq!(found.len(), begins.len(), "{found:#?}");
    for (found, begin) in found.iter().zip(begins) {
        assert!(found.starts_with(begin), "{found}");
    }
    assert!(found[1].contains("`person` is there twice"), "{}", found[1]);
}

#[test]
fn the_first_mistakes_are_told_and_the_rest_is_counted() {
    let text = format!("person,address,at\n{}", "a,b,c\n".repeat(100));
    let error = read_sessions(&text, FeedFormat::Csv).unwrap_err();
    assert_eq!((error.mistakes.len(), error.more), (50, 150));
    assert_eq!(
        error.to_string(),
        "line 2, column 3: `address` must be an address such as `192.0.2.7` or `2001:db8::7` (and 199 more mistakes)"
    );
}

#[test]
fn an_outer_address_may_be_of_either_family() {
    let text =
        "person,address,at\na,::ffff:1.36.0.1,2026-07-15T08:00:00Z\nb,2001:db8::7,2026-07-15T08:00:00Z\n";
    let read = read_sessions(text, FeedFormat::Csv).unwrap();
    let addresses: Vec<String> = read.iter().map(|event| event.address.to_string()).collect();
    assert_eq!(addresses, ["1.36.0.1", "2001:db8::7"]);
}

#[track_caller]
fn check_trip(from: &str, to: &str, zone: &str, expected: (Option<&str>, Option<&str>)) {
    let text = format!("person,place,from,to,zone\nhk-analyst,SG,{from},{to},{zone}\n");
    let trips = read_trips(&text, FeedFormat::Csv).unwrap();
    let shown = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
    let expected = (expected.0.map(str::to_owned), expected.1.map(str::to_owned));
    assert_eq!((shown(trips[0].days.from), shown(trips[0].days.to)), expected);
    assert_eq!(trips[0].id, "feed-1");
}

#[test]
fn days_of_a_trip_are_those_of_its_time_zone_and_include_the_last() {
    check_trip(
        "2026-07-15",
        "2026-07-17",
        "",
        (Some("2026-07-15T00:00:00Z"), Some("2026-07-18T00:00:00Z")),
    );
    check_trip(
        "2026-07-15",
        "2026-07-15",
        "Asia/Hong_Kong",
        (Some("2026-07-14T16:00:00Z"), Some("2026-07-15T16:00:00Z")),
    );
    check_trip(
        "2026-07-15T10:00:00Z",
        "2026-07-15T11:00:00Z",
        "",
        (Some("2026-07-15T10:00:00Z"), Some("2026-07-15T11:00:00Z")),
    );
    check_trip("2026-07-15", "", "", (Some("2026-07-15T00:00:00Z"), None));
    check_trip("", "", "", (None, None));
}

#[test]
fn trips_that_make_no_sense_are_refused() {
    let text = "person,place,from,to,zone\na,Hongkong,2026-07-15,2026-07-14,Mars/Base\na,SG,soon,,\n\
                a,SG,2026-07-15T10:00:00Z,2026-07-15T10:00:00Z,\n";
    let expected = [
        "2:3 `Hongkong` is not the code of a place",
        "2:23 the trip ends before it begins",
        "2:34 `zone` must be a time zone such as `Asia/Hong_Kong`",
        "3:6 `from` must be a day such as `2026-07-15`, or an instant",
        "4:27 the trip ends before it begins",
    ];
    assert_eq!(shown(read_trips(text, FeedFormat::Csv)), expected);
}

proptest! {
    #[test]
    fn any_text_is_a_feed_or_has_mistakes_within_it(text in "[ -~\n\"]{0,200}", is_csv: bool) {
        let format = if is_csv { FeedFormat::Csv } else { FeedFormat::JsonLines };
        let lines = text.lines().count().max(1);
        for error in [
            read_badges(&text, format).err(),
            read_sessions(&text, format).err(),
            read_trips(&text, format).err(),
        ].into_iter().flatten() {
            prop_assert!(!error.mistakes.is_empty());
            prop_assert!(error.mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)));
        }
    }

    #[test]
    fn what_csv_quotes_comes_back(person in "[a-z\",]{1,20}") {
        let quoted = person.replace('"', "\"\"");
        let text = format!("person,site,at\n\"{quoted}\",s,2026-07-15T08:00:00Z\n");
        let read = read_badges(&text, FeedFormat::Csv).unwrap();
        prop_assert_eq!(&read[0].person, &person);
    }
}
