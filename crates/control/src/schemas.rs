//! What answers look like, as JSON Schema: one for each sort of work that answers with something. A test holds them
//! against answers of the listener, so that none of them says more or less than there is.

use crate::routes::Work;
use serde_json::{Map, Value, json};

/// The name of the schema of what is answered; `None`: nothing is.
pub(crate) const fn answered(work: Work) -> Option<&'static str> {
    Some(match work {
        Work::Push(_) => "Pushed",
        Work::Describe => "Description",
        Work::Me => "Me",
        Work::BecomeFirst => "Become",
        Work::MyFacts | Work::Facts => "Facts",
        Work::MyTrips => "Trips",
        Work::Declare => "Trip",
        Work::MyDisputes => "Disputes",
        Work::Dispute => "Dispute",
        Work::Disputes => "OpenDisputes",
        Work::MyExport | Work::Export => "Export",
        Work::Erase => "Erasure",
        Work::ListRoles => "Roles",
        Work::Sources => "Sources",
        Work::Scim
        | Work::InStep
        | Work::TakeBack
        | Work::Settle
        | Work::Grant
        | Work::Withdraw
        | Work::Checkpoint
        | Work::WitnessedCheckpoint
        | Work::Tile
        | Work::Proof => return None,
    })
}

/// All of them, by name.
pub(crate) fn all() -> Value {
    let mut schemas = Map::new();
    for (name, schema) in of_answers().into_iter().chain(of_parts()).chain(of_records()) {
        schemas.insert(name.to_owned(), schema);
    }
    Value::Object(schemas)
}

fn of_answers() -> Vec<(&'static str, Value)> {
    vec![
        ("Problem", problem()),
        (
            "Description",
            json!({"type": "object", "required": ["openapi", "info", "paths"]}),
        ),
        (
            "Me",
            object(&[
                ("revision", integer()),
                ("person", text()),
                ("roles", list(text())),
            ]),
        ),
        ("Become", object(&[("person", text()), ("role", text())])),
        (
            "Facts",
            object(&[
                ("revision", integer()),
                ("person", text()),
                ("at", instant()),
                ("taken_to_be_in", list(text())),
                ("note", text()),
                ("places", list(of("Place"))),
                ("facts", list(json!({"anyOf": [of("Fact"), of("Condition")]}))),
                ("sources", list(of("Source"))),
            ]),
        ),
        (
            "Sources",
            object(&[("revision", integer()), ("sources", list(of("Source")))]),
        ),
        (
            "Trips",
            object(&[("revision", integer()), ("trips", list(of("Trip")))]),
        ),
        (
            "Disputes",
            object(&[("revision", integer()), ("disputes", list(of("Dispute")))]),
        ),
        (
            "OpenDisputes",
            object(&[
                ("revision", integer()),
                (
                    "disputes",
                    list(json!({"anyOf": [of("DisputeOfSomebody"), of("ProtectedDispute")]})),
                ),
            ]),
        ),
        (
            "Roles",
            object(&[
                ("revision", integer()),
                (
                    "groups",
                    list(object(&[("role", text()), ("groups", list(text()))])),
                ),
                (
                    "grants",
                    list(object(&[
                        ("person", text()),
                        ("role", text()),
                        ("granted_by", or_null("string")),
                        ("at", instant()),
                    ])),
                ),
            ]),
        ),
        ("Pushed", object(&[("source", text()), ("new", boolean())])),
        ("Export", export()),
        (
            "Erasure",
            object(&[
                ("person", text()),
                (
                    "erased",
                    object(
                        &["directory", "keys", "sessions", "trips", "disputes", "roles"]
                            .map(|name| (name, integer())),
                    ),
                ),
            ]),
        ),
    ]
}

fn of_parts() -> Vec<(&'static str, Value)> {
    let weights = [
        "counts",
        "gives_way",
        "stale",
        "future",
        "silent",
        "marked",
        "not_open",
        "proves_nothing",
    ];
    vec![
        (
            "Place",
            object(&[
                ("fact", text()),
                ("source", text()),
                ("place", or_null("string")),
                ("site", or_null("string")),
                ("observed_at", instant()),
                ("age", integer()),
                ("limit", or_null("integer")),
                ("delay", or_null("integer")),
                ("weight", json!({"type": "string", "enum": weights})),
                ("weight_says", text()),
                ("disputes", list(of("DisputeInShort"))),
            ]),
        ),
        (
            "Fact",
            object(&[
                ("fact", text()),
                (
                    "value",
                    json!({"type": ["string", "array", "null"], "items": or_null("string")}),
                ),
                ("source", text()),
                ("observed_at", instant_or_null()),
                ("age", or_null("integer")),
                ("limit", or_null("integer")),
                ("delay", integer()),
                ("disputes", list(of("DisputeInShort"))),
            ]),
        ),
        (
            "Condition",
            object(&[
                ("fact", text()),
                ("value", json!({"type": "null"})),
                ("says", text()),
            ]),
        ),
        (
            "Source",
            object(&[
                ("source", text()),
                ("health", text()),
                ("reason", or_null("string")),
                ("as_of", instant_or_null()),
                ("delay", integer()),
            ]),
        ),
        (
            "Trip",
            object(&[
                ("id", text()),
                ("place", or_null("string")),
                ("from", instant_or_null()),
                ("until", instant_or_null()),
                ("source", text()),
            ]),
        ),
        (
            "DisputeInShort",
            object(&[("id", text()), ("since", instant()), ("state", text())]),
        ),
        ("Dispute", object(&dispute())),
        (
            "DisputeOfSomebody",
            object(&[dispute(), vec![("person", text())]].concat()),
        ),
        (
            "ProtectedDispute",
            object(&[
                ("id", text()),
                ("fact", text()),
                ("raised", instant()),
                ("says", text()),
            ]),
        ),
        (
            "Settled",
            object(&[
                ("outcome", text()),
                ("at", instant()),
                ("note", or_null("string")),
            ]),
        ),
    ]
}

/// The parts of what is kept about somebody.
fn of_records() -> Vec<(&'static str, Value)> {
    let texts = |names: &[&'static str]| {
        names
            .iter()
            .map(|name| (*name, or_null("string")))
            .collect::<Vec<_>>()
    };
    vec![
        (
            "Record",
            object(&[
                ("source", text()),
                ("version", integer()),
                ("created", instant()),
                ("modified", instant()),
                ("user_name", text()),
                ("external_id", or_null("string")),
                ("active", boolean()),
                (
                    "names",
                    object(&texts(&["display", "formatted", "family", "given", "title"])),
                ),
                (
                    "emails",
                    list(object(&[
                        ("value", text()),
                        ("sort", or_null("string")),
                        ("primary", boolean()),
                    ])),
                ),
                (
                    "enterprise",
                    object(&texts(&[
                        "employee_number",
                        "cost_center",
                        "organization",
                        "division",
                        "department",
                        "manager",
                    ])),
                ),
                ("work", of("Work")),
                ("citizenships", list(or_null("string"))),
                ("us_status", or_null("string")),
                (
                    "screening",
                    object(&[("result", or_null("string")), ("at", instant_or_null())]),
                ),
                ("groups", list(text())),
                ("more", json!({"type": ["object", "null"]})),
            ]),
        ),
        (
            "Work",
            object(
                &[
                    texts(&[
                        "worker",
                        "entity",
                        "engaging_entity",
                        "place",
                        "site",
                        "residence",
                        "application",
                    ]),
                    vec![
                        ("named_in", json!({"type": ["array", "null"], "items": text()})),
                        ("end_users", list(or_null("string"))),
                    ],
                ]
                .concat(),
            ),
        ),
        (
            "Key",
            object(&[
                ("id", text()),
                ("application", or_null("string")),
                ("bound", text()),
                ("created", instant()),
                ("expires", instant_or_null()),
                ("revoked", instant_or_null()),
                ("last_used", instant_or_null()),
            ]),
        ),
        (
            "Session",
            object(&[("created", instant()), ("expires", instant())]),
        ),
        (
            "Claim",
            object(&[
                ("source", text()),
                ("place", or_null("string")),
                ("site", or_null("string")),
                ("observed_at", instant()),
            ]),
        ),
    ]
}

fn export() -> Value {
    object(&[
        ("revision", integer()),
        ("person", text()),
        ("at", instant()),
        ("directory", json!({"anyOf": [of("Record"), {"type": "null"}]})),
        ("is_in_the_register", boolean()),
        ("has_ended", boolean()),
        ("keys", list(of("Key"))),
        ("sessions", list(of("Session"))),
        ("trips", list(of("Trip"))),
        ("places", list(of("Claim"))),
        ("roles", list(object(&[("role", text()), ("at", instant())]))),
        ("disputes", list(of("Dispute"))),
        ("ledger", object(&[("name", text()), ("says", text())])),
    ])
}

fn dispute() -> Vec<(&'static str, Value)> {
    vec![
        ("id", text()),
        ("fact", text()),
        ("wrong", text()),
        ("raised", instant()),
        ("settled", json!({"anyOf": [of("Settled"), {"type": "null"}]})),
    ]
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text(),
            "title": text(),
            "status": integer(),
            "code": text(),
            "detail": text(),
            "help": text(),
            "mistakes": list(object(&[("line", integer()), ("column", integer()), ("message", text())])),
        },
    })
}

/// An object that has each of these and nothing else.
fn object(fields: &[(&'static str, Value)]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

/// One of those that have a name.
pub(crate) fn of(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn list(items: Value) -> Value {
    let mut schema = json!({"type": "array"});
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("items".to_owned(), items);
    }
    schema
}

fn or_null(sort: &str) -> Value {
    json!({"type": [sort, "null"]})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn integer() -> Value {
    json!({"type": "integer"})
}

fn boolean() -> Value {
    json!({"type": "boolean"})
}

fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn instant_or_null() -> Value {
    json!({"type": ["string", "null"], "format": "date-time"})
}
