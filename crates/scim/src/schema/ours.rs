//! Our own extension: what decisions read and no other schema has.
//!
//! Places are codes of ISO 3166. One that is none is taken as it came and never guessed: with it nothing is known of the
//! place, which permits nothing, and the report of gaps names it. Refusing it would leave the former place standing.

use super::{Attribute, Kept, Schema, Sort};
use decision::{Screening, ScreeningResult};
use identity::Protected;
use identity::directory::Profile;
use register::model::{Instant, PlaceFact, UsStatus, Worker};
use serde_json::{Value, json};

const CLEAN: &str = "clean";
const HIT: &str = "hit";

const SCREENING: &[Attribute] = &[
    Attribute::text("result", "What was found: `clean` or `hit`.")
        .needed()
        .exact()
        .words(&[CLEAN, HIT])
        .blind(),
    Attribute::new(
        "at",
        Sort::Time,
        "When it was done, as RFC 3339 has it.",
        Kept::Elsewhere,
    )
    .needed()
    .words(&["2026-07-15T06:00:00Z"])
    .blind(),
];

/// Our extension of a user.
pub static OURS: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:bailiwick:2.0:User",
    name: "BailiwickUser",
    description: "Where, how and for whom somebody works. Nothing here permits anything by itself; what is missing is \
        unknown. Citizenships, US status and screening can be written and are never returned, nor can they be filtered by.",
    attributes: &[
        Attribute::new(
            "workerType",
            Sort::Text,
            "How they work for the firm; nothing is decided for somebody without it.",
            Kept::Own(worker, set_worker),
        )
        .exact()
        .words(&["employee", "contractor", "service"]),
        Attribute::new(
            "employingEntity",
            Sort::Text,
            "Id of the entity that employs them; nothing is decided for somebody without it.",
            Kept::Text(|p| &p.work.entity, |p| &mut p.work.entity),
        )
        .exact(),
        Attribute::new(
            "engagingEntity",
            Sort::Text,
            "Id of the entity of the firm that engages them, where it is another one; a contractor needs it.",
            Kept::Text(|p| &p.work.engaging_entity, |p| &mut p.work.engaging_entity),
        )
        .exact(),
        Attribute::new(
            "place",
            Sort::Text,
            "Code of the place of work, such as `HK`.",
            Kept::Own(
                |p| place(&p.work.place),
                |p, value| set_place(&mut p.work.place, value),
            ),
        )
        .exact(),
        Attribute::new(
            "residence",
            Sort::Text,
            "Code of the place where they live.",
            Kept::Own(
                |p| place(&p.work.residence),
                |p, value| set_place(&mut p.work.residence, value),
            ),
        )
        .exact(),
        Attribute::new(
            "site",
            Sort::Text,
            "Id of the site to which they are assigned.",
            Kept::Text(|p| &p.work.site, |p| &mut p.work.site),
        )
        .exact(),
        Attribute::new(
            "namedIn",
            Sort::Text,
            "Instruments whose named user they are.",
            Kept::Own(
                |p| texts(&p.work.named_in),
                |p, value| {
                    p.work.named_in = strings(value);
                    Ok(())
                },
            ),
        )
        .exact()
        .many(),
        Attribute::new(
            "endUserPlaces",
            Sort::Text,
            "Codes of the places of the end users behind an account of a service.",
            Kept::Own(
                |p| places(&p.work.end_users),
                |p, value| {
                    p.work.end_users = read_places(value);
                    Ok(())
                },
            ),
        )
        .exact()
        .many(),
        Attribute::new(
            "application",
            Sort::Text,
            "Id of the application that is theirs by default.",
            Kept::Text(|p| &p.work.application, |p| &mut p.work.application),
        )
        .exact(),
        Attribute::new(
            "citizenships",
            Sort::Text,
            "Codes of all places of which they are citizens. Protected: never returned.",
            Kept::Own(
                |p| places(p.attested.citizenships.reveal()),
                |p, value| {
                    p.attested.citizenships = Protected::new(read_places(value));
                    Ok(())
                },
            ),
        )
        .exact()
        .many()
        .blind(),
        Attribute::new(
            "usStatus",
            Sort::Text,
            "Status in the United States of someone who is no citizen. Protected: never returned.",
            Kept::Own(
                |p| {
                    p.attested
                        .us_status
                        .reveal()
                        .map(|status| Value::from(status.as_str()))
                },
                set_us_status,
            ),
        )
        .exact()
        .words(&["us_permanent_resident", "protected_person"])
        .blind(),
        Attribute::new(
            "screening",
            Sort::Complex(SCREENING),
            "What sanctions screening found, and when. Protected: never returned.",
            Kept::Own(screening, set_screening),
        )
        .blind(),
    ],
};

fn worker(profile: &Profile) -> Option<Value> {
    profile.work.worker.map(|worker| Value::from(worker.as_str()))
}

fn set_worker(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    let text = value.and_then(Value::as_str);
    let read = |text: &str| Worker::parse(text).ok_or_else(|| format!("`workerType` is not `{text}`"));
    profile.work.worker = text.map(read).transpose()?;
    Ok(())
}

fn set_us_status(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    let text = value.and_then(Value::as_str);
    let read = |text| UsStatus::parse(text).ok_or("`usStatus` is none of its words");
    profile.attested.us_status = Protected::new(text.map(read).transpose()?);
    Ok(())
}

fn screening(profile: &Profile) -> Option<Value> {
    let found = profile.attested.screening.reveal();
    let result = match found.result? {
        ScreeningResult::Clean => CLEAN,
        ScreeningResult::Hit => HIT,
    };
    Some(json!({"result": result, "at": found.screened_at?.to_string()}))
}

fn set_screening(profile: &mut Profile, value: Option<&Value>) -> Result<(), String> {
    let part = |name: &str| value.and_then(|value| value.get(name)).and_then(Value::as_str);
    let result = match part("result") {
        None => None,
        Some(CLEAN) => Some(ScreeningResult::Clean),
        Some(HIT) => Some(ScreeningResult::Hit),
        Some(_) => return Err("`screening.result` is not `clean` or `hit`".to_owned()),
    };
    let at = part("at").map(Instant::parse).transpose();
    let screened_at = at.map_err(|_| "`screening.at` is not an instant")?;
    if result.is_some() != screened_at.is_some() {
        return Err("`screening` needs `result` and `at` together".to_owned());
    }
    profile.attested.screening = Protected::new(Screening { result, screened_at });
    Ok(())
}

fn place(place: &PlaceFact) -> Option<Value> {
    match place {
        PlaceFact::Known(place) => Some(Value::from(place.code())),
        PlaceFact::Unrecognised(text) => Some(Value::from(text.as_str())),
        PlaceFact::Unknown => None,
    }
}

fn set_place(into: &mut PlaceFact, value: Option<&Value>) -> Result<(), String> {
    *into = value
        .and_then(Value::as_str)
        .map_or(PlaceFact::Unknown, PlaceFact::read);
    Ok(())
}

fn places(all: &[PlaceFact]) -> Option<Value> {
    let places: Vec<Value> = all.iter().filter_map(place).collect();
    (!places.is_empty()).then_some(Value::Array(places))
}

fn read_places(value: Option<&Value>) -> Vec<PlaceFact> {
    strings(value).iter().map(|text| PlaceFact::read(text)).collect()
}

fn texts(all: &[String]) -> Option<Value> {
    (!all.is_empty()).then(|| all.iter().map(String::as_str).collect())
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let all = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let texts = all.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}
