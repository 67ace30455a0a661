//! Those parts of a file that decide nothing here: notes, and the agreements and lists, which come from the register.
//!
//! They are checked for shape all the same, against the table below, since a file whose agreements are misspelt is not
//! the file that its writer means.

use super::cursor::{Reported, Value};
use super::places;
use register::model::{Account, DataClass, ExceptionApproval, Kind, Layer, Purpose, Worker};

/// What may stand in a place of the file.
pub(super) enum Shape {
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A day.
    Day,
    /// Place codes.
    Places,
    /// Place codes, or this text.
    PlacesOr(&'static str),
    /// A word, checked by a reader of its own.
    Word(fn(&Value<'_>) -> Result<(), Reported>),
    /// What stands inside, or null.
    OrNull(&'static Shape),
    /// A list.
    List(&'static Shape),
    /// An object whose keys are ids.
    ById(&'static Shape),
    /// An object with these fields and no others; the first ones must be there.
    Object(usize, &'static [&'static [(&'static str, Shape)]]),
}

use Shape::{ById, Day, Flag, List, Number, Object, OrNull, Places, PlacesOr, Text, Word};

/// Fields at the top of a file that are for people.
pub(super) static INFORMATIVE: &[(&str, Shape)] =
    &[("decision_values", List(&Text)), ("legend", ById(&Text))];

/// Fields at the top of a file that must be there, and that the register stands in for or nothing reads.
pub(super) static BESIDE_THE_REGISTER: &[(&str, Shape)] = &[
    ("rules", List(&Text)),
    ("lists", ById(&LIST)),
    ("agreements", ById(&INSTRUMENT)),
    ("count", Number),
];

static LIST: Shape = Object(1, &[&[("versions", List(&LIST_VERSION)), ("note", Text)]]);
static LIST_VERSION: Shape = Object(
    2,
    &[&[
        ("provider_entry", Text),
        ("from", Day),
        ("to", Day),
        ("known_from", Day),
    ]],
);

static INSTRUMENT: Shape = Object(
    1,
    &[&[
        ("kind", Word(document)),
        ("layer", Word(layer)),
        ("licensor", Text),
        ("licensee", Text),
        ("models", List(&Text)),
        ("same_as", Text),
        ("replace", ById(&REPLACED)),
        ("add", List(&CLAUSE)),
        ("stands_on", Text),
        ("clauses", List(&CLAUSE)),
        ("effective_from", Day),
        ("effective_to", Day),
        ("known_from", Day),
        ("notice_days", Number),
        ("law_change", Word(|value| value.constant("immediate"))),
        ("precedence", List(&Word(layer))),
        ("interpretation", List(&INTERPRETATION)),
    ]],
);
static INTERPRETATION: Shape = Object(2, &[&[("clauses", List(&Text)), ("readings", List(&READING))]]);
static READING: Shape = Object(
    2,
    &[&[("known_from", Day), ("tests", Word(tests)), ("note", Text)]],
);

static CLAUSE: Shape = Object(2, &[&[("id", Text), ("type", Word(kind))], PARAMETERS]);
static REPLACED: Shape = Object(0, &[PARAMETERS]);

static PARAMETERS: &[(&str, Shape)] = &[
    ("deny_if_person_in", Text),
    ("deny_if_person_not_in", Text),
    ("deny_if_entity_inc_or_hq_not_in", Text),
    ("deny_if_unlisted_pct_over", Number),
    ("list", Text),
    ("chain_method", OrNull(&Word(chain_method))),
    ("deny_if_controlled_by_unlisted", Flag),
    ("deny_if_listed_owners_pct_at_least", Number),
    ("status_history", List(&STATUS)),
    ("deny_for_use", List(&Word(purpose))),
    ("review_on_pattern", Flag),
    ("deny_if_resale", Flag),
    ("deny_on_hit", Flag),
    ("max_age_hours", Number),
    ("deny_if_residency_asked", Flag),
    ("review_if_beneficiary_in", Text),
    ("deny_if_billing_not_in", Text),
    ("deny_if_billing_in", Places),
    (
        "for_accounts",
        List(&Word(|value| value.word(Account::ALL, Account::as_str).map(drop))),
    ),
    ("named", List(&Text)),
    ("deny_if_foreign_person", Flag),
    (
        "not_foreign",
        Object(2, &[&[("citizenships", Places), ("us_status", List(&Text))]]),
    ),
    ("deny_if_served_in", Text),
    ("unless_models_filed", List(&Text)),
    ("deny_if_inference_in", Text),
    (
        "deny_if_inference_not_within",
        Word(|value| value.constant("request.residency")),
    ),
    ("deny_if_inference_or_storage_not_within", Text),
    ("require_group", Text),
    ("require_human_review", Flag),
    ("test_employer", Flag),
    (
        "deny_if_exception",
        List(&Word(|value| {
            value
                .word(ExceptionApproval::ALL, ExceptionApproval::as_str)
                .map(drop)
        })),
    ),
    ("deny_if_side_call", Flag),
    ("deny_outside_term", Flag),
    ("deny_without_licence", Flag),
    ("lifts", List(&Text)),
    ("for_places", PlacesOr("open_trip")),
    ("if_inference_not_in", Places),
    ("if_named", Flag),
    ("seats", Number),
    ("max_days", Number),
    ("if_entity_in", Text),
    ("for_entities", List(&Text)),
    (
        "for_workers",
        List(&Word(|value| value.word(Worker::ALL, Worker::as_str).map(drop))),
    ),
    ("for_use", List(&Word(purpose))),
    (
        "for_data",
        List(&Word(|value| {
            value.word(DataClass::ALL, DataClass::as_str).map(drop)
        })),
    ),
    ("for_registered_app", Flag),
    ("models", List(&Text)),
    ("obliges", List(&Text)),
    ("effective_from", Day),
    ("effective_to", Day),
    ("known_from", Day),
    ("layer", Word(layer)),
    ("rule", Text),
    ("note", Text),
];

static STATUS: Shape = Object(
    2,
    &[&[
        ("from", Day),
        ("status", Word(status)),
        ("to", Day),
        ("known_from", Day),
        ("note", Text),
    ]],
);

fn document(value: &Value<'_>) -> Result<(), Reported> {
    const DOCUMENTS: &[&str] = &[
        "negotiated",
        "public terms",
        "order form",
        "amendment",
        "variant",
        "regulation",
        "internal policy",
    ];
    value.word(DOCUMENTS, |word| word).map(drop)
}

fn layer(value: &Value<'_>) -> Result<(), Reported> {
    value.word(Layer::ALL, Layer::as_str).map(drop)
}

fn tests(value: &Value<'_>) -> Result<(), Reported> {
    value
        .word(&["person.places", "hosting.inference"], |word| word)
        .map(drop)
}

fn kind(value: &Value<'_>) -> Result<(), Reported> {
    match Kind::parse(&value.text()?) {
        Some(_) => Ok(()),
        None => Err(value.wrong("a kind of clause")),
    }
}

fn chain_method(value: &Value<'_>) -> Result<(), Reported> {
    value.word(&["multiplied", "linked"], |word| word).map(drop)
}

fn purpose(value: &Value<'_>) -> Result<(), Reported> {
    value.word(Purpose::ALL, Purpose::as_str).map(drop)
}

fn status(value: &Value<'_>) -> Result<(), Reported> {
    value
        .word(&["in_force", "suspended", "unclear"], |word| word)
        .map(drop)
}

/// Reports everything that does not have the shape. Nothing of the value is kept.
pub(super) fn check(value: &Value<'_>, shape: &'static Shape) {
    // a fault is reported where it is found; its mark has no further use here
    let _reported = match shape {
        Text => value.text().map(drop),
        Flag => value.flag().map(drop),
        Number => value.number().map(drop),
        Day => places::day(value).map(drop),
        Places => places::facts(value).map(drop),
        PlacesOr(text) if *value.json() == crate::json::Json::Text((*text).to_owned()) => Ok(()),
        PlacesOr(_) => places::facts(value).map(drop),
        Word(read) => read(value),
        OrNull(inner) => {
            if let Some(value) = value.clone().unless_null() {
                check(&value, inner);
            }
            Ok(())
        }
        List(inner) => value
            .each(|element| {
                check(element, inner);
                Ok(())
            })
            .map(drop),
        ById(inner) => value.object().map(|object| {
            object.all().for_each(|member| check(&member, inner));
            object.repeated();
        }),
        Object(needed, tables) => value.object().map(|mut object| {
            for (index, (key, inner)) in tables.iter().copied().flatten().enumerate() {
                let field = if index < *needed {
                    object.need(key).ok()
                } else {
                    object.get(key)
                };
                if let Some(field) = field {
                    check(&field, inner);
                }
            }
            object.finish();
        }),
    };
}
