//! What a feed says of people, in both of its forms, and that each mistake is told with its place.

use super::*;
use crate::directory::Protected;
use decision::{Screening, ScreeningResult};
use proptest::prelude::*;
use register::model::{Instant, PlaceFact, UsStatus, Worker};

const CSV: &str = "\
id,user_name,active,display_name,worker,entity,place,citizenships,us_status,screening,screened_at,groups
hk-1,ada@larkmoor.example,true,\"Ada, of Hong Kong\",employee,larkmoor-hk,HK,CN; GB,,clean,2026-07-15T08:00:00Z,all-staff;desk
ny-1,,false,,contractor,larkmoor-us,US,,protected_person,,,
";

const JSON: &str = r#"[
  {"id": "hk-1", "user_name": "ada@larkmoor.example", "active": true, "display_name": "Ada, of Hong Kong",
   "worker": "employee", "entity": "larkmoor-hk", "place": "HK", "citizenships": ["GB", "CN"], "us_status": null,
   "screening": "clean", "screened_at": "2026-07-15T08:00:00Z", "groups": ["desk", "all-staff"]},
  {"id": "ny-1", "active": false, "worker": "contractor", "entity": "larkmoor-us", "place": "US",
   "us_status": "protected_person", "groups": []}
]"#;

fn place(code: &str) -> PlaceFact {
    PlaceFact::read(code)
}

#[test]
fn both_forms_say_the_same() {
    let people = read(CSV).unwrap();
    assert_eq!(read(JSON).unwrap(), people);
    let lines = JSON.replace('\n', " ").replace("},   {", "}\n{");
    assert_eq!(read(lines.trim_matches(['[', ']'])).unwrap(), people);
    let [ada, other] = &people[..] else {
        panic!("{people:?}")
    };
    assert_eq!(ada.id, "hk-1");
    assert_eq!(ada.profile.names.display.as_deref(), Some("Ada, of Hong Kong"));
    assert_eq!(ada.profile.work.worker, Some(Worker::Employee));
    assert_eq!(
        ada.profile.attested.citizenships.reveal(),
        &[place("CN"), place("GB")]
    );
    let screening = Screening {
        result: Some(ScreeningResult::Clean),
        screened_at: Some(Instant::parse("2026-07-15T08:00:00Z").unwrap()),
    };
    assert_eq!(*ada.profile.attested.screening.reveal(), screening);
    assert_eq!(ada.groups, Some(vec!["all-staff".to_owned(), "desk".to_owned()]));
    assert_eq!(other.profile.user_name, "ny-1");
    assert!(ada.profile.active && !other.profile.active);
    assert_eq!(
        other.profile.attested.us_status,
        Protected::new(Some(UsStatus::ProtectedPerson))
    );
}

#[test]
fn a_feed_without_groups_says_nothing_about_them() {
    assert_eq!(read("id\na\n").unwrap()[0].groups, None);
    assert_eq!(read("id,groups\na,\n").unwrap()[0].groups, Some(vec![]));
}

#[track_caller]
fn check(text: &str, expected: &[(usize, usize, &str)]) {
    let problems = read(text).unwrap_err();
    let short: Vec<(usize, usize, &str)> = problems
        .iter()
        .map(|problem| {
            let message = problem.message.split("; there is").next().unwrap_or_default();
            (problem.line, problem.column, message)
        })
        .collect();
    assert_eq!(short, expected);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    check("", &[(1, 1, "there is no column `id`")]);
    check(
        "name\na\n",
        &[
            (1, 1, "`name` is not a column"),
            (1, 1, "there is no column `id`"),
            (2, 1, "there is no `id`"),
        ],
    );
    check("id,id\n", &[(1, 4, "there is a second column `id`")]);
    check(
        "id,place\na,Hong Kong\nb,HK\n\n\"c\nd\",XX\n",
        &[
            (
                2,
                3,
                "`Hong Kong` is no place; write its code, such as `HK` in `place`",
            ),
            (5, 1, "there is a line break or another control character in `id`"),
            (5, 1, "there is no `id`"),
            (6, 4, "`XX` is no place; write its code, such as `HK` in `place`"),
        ],
    );
    check(
        "id,worker\na\nb,boss\n",
        &[
            (2, 1, "there are 1 values under 2 headings"),
            (
                3,
                3,
                "`boss` is not `employee` or `contractor` or `service` in `worker`",
            ),
        ],
    );
    check(
        "id,user_name,external_id\na,x,1\nb,X,1\na,y,2\n",
        &[
            (3, 3, "there is another person with the user name `X`"),
            (3, 5, "there is another person with the external id `1`"),
            (4, 1, "there is another person with the id `a`"),
        ],
    );
    check(
        "id,screening\na,clean\n",
        &[(2, 1, "`screening` without `screened_at` says nothing")],
    );
}

#[test]
fn mistakes_in_json_have_places_too() {
    check(
        "[\n {\"id\": \"a\",\n  \"plaice\": \"HK\"}]",
        &[(3, 13, "`plaice` is not a column")],
    );
    check(
        "{\"id\": \"a\"}\n{\"id\": \"a\"}\n",
        &[(2, 8, "there is another person with the id `a`")],
    );
    check(
        "{\"id\": 1}",
        &[
            (1, 1, "there is no `id`"),
            (1, 8, "`id` is neither text, list of texts, true, false nor null"),
        ],
    );
    check(
        "[\"é\", 7]",
        &[
            (1, 2, "this is not an object with the columns of one person"),
            (1, 7, "this is not an object with the columns of one person"),
        ],
    );
    check("[{\"id\": \"a\"}", &[(1, 12, "the file ends in the middle")]);
    check("{\"id\": \"a\"}\n}", &[(2, 1, "this is no JSON")]);
    check(
        "{\"id\": \"a\", \"id\": \"b\"}",
        &[(1, 19, "there is a second `id`")],
    );
}

#[test]
fn what_is_protected_is_not_repeated() {
    let problems =
        read("id,citizenships,us_status,screening\na,Ruritania,secret-status,dubious\n").unwrap_err();
    let shown = format!("{problems:?}");
    assert_eq!(problems.len(), 3);
    for value in ["Ruritania", "secret", "dubious"] {
        assert!(!shown.contains(value), "{shown}");
    }
    let read = format!("{:?}", read("id,citizenships\na,KP\n").unwrap());
    assert!(read.contains("<protected>") && !read.contains("KP"), "{read}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_in_its_own_lines(text in "([\\[{]?(id|place|groups)?[,\"\n:\\]}a;é ]{0,6}){0,6}") {
        if let Err(problems) = read(&text) {
            let lines = text.lines().count().max(1);
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(problem.line <= lines + 1 && problem.column >= 1, "{problem:?}");
                prop_assert!(!problem.message.contains('\n'));
            }
        }
    }
}
