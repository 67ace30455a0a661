//! JSON Schema of a register file, made from the tables of the language.

use super::kinds;
use super::{FILE, INLINE_SET, Key, Shape, Table, Vocabulary};
use serde_json::{Map, Value, json};

/// Schema of a register file, JSON Schema 2020-12.
pub(crate) fn json_schema() -> Value {
    let mut definitions = Map::new();
    define(&FILE, &mut definitions);
    let mut schema = definitions.remove(&name(&FILE)).unwrap_or_default();
    if let Some(root) = schema.as_object_mut() {
        root.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        root.insert("title".to_owned(), json!("Bailiwick register file"));
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// Name of a table among the definitions: its title without the article.
fn name(table: &Table) -> String {
    let title = table.title.split_once(' ').map_or(table.title, |(_, rest)| rest);
    title.replace(' ', "-")
}

fn define(table: &'static Table, definitions: &mut Map<String, Value>) {
    if definitions.contains_key(&name(table)) {
        return;
    }
    definitions.insert(name(table), Value::Null);
    let properties: Map<String, Value> = table
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key, definitions)))
        .collect();
    let required: Vec<&str> = table
        .keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "description": table.doc,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if let Some(object) = schema.as_object_mut() {
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        if properties_by_kind(table) {
            object.insert("allOf".to_owned(), by_kind());
        }
    }
    definitions.insert(name(table), schema);
}

fn property(key: &'static Key, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = shape(&key.shape, definitions);
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), json!(key.doc));
    }
    schema
}

fn shape(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let text = || json!({ "type": "string" });
    let texts = || list(json!({ "type": "string" }));
    let points = || json!({ "type": "integer", "minimum": 0, "maximum": 10_000 });
    let mut table = |table: &'static Table| {
        define(table, definitions);
        json!({ "$ref": format!("#/$defs/{}", name(table)) })
    };
    match shape {
        Shape::Text | Shape::Moment | Shape::AsWritten | Shape::Place | Shape::PlaceFact => text(),
        Shape::Id => json!({ "type": "string", "minLength": 1 }),
        Shape::Texts | Shape::Places | Shape::Members | Shape::Hosting => texts(),
        Shape::PlaceFacts | Shape::ForPlaces => json!({ "anyOf": [text(), texts()] }),
        Shape::FactsOr(inner) => {
            let one = json!({ "anyOf": [text(), table(inner)] });
            json!({ "anyOf": [one.clone(), list(one)] })
        }
        Shape::PlaceSet => json!({ "anyOf": [text(), texts(), table(&INLINE_SET)] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::True => json!({ "const": true }),
        Shape::Count => json!({ "type": "integer", "minimum": 0 }),
        Shape::Points => points(),
        Shape::PointsOrUnknown => json!({ "anyOf": [points(), { "const": "unknown" }] }),
        Shape::PointsList => list(points()),
        Shape::Word(vocabulary) => words(vocabulary),
        Shape::Words(vocabulary) => list(words(vocabulary)),
        Shape::Table(inner) => table(inner),
        Shape::Tables(inner) => list(table(inner)),
        Shape::Named(inner) => json!({ "type": "object", "additionalProperties": table(inner) }),
        Shape::Names => json!({ "type": "object", "additionalProperties": text() }),
    }
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn words(vocabulary: &Vocabulary) -> Value {
    json!({ "enum": vocabulary.words() })
}

/// Whether the table is one whose keys depend on the kind in it.
fn properties_by_kind(table: &Table) -> bool {
    table.key("kind").is_some() && table.key("deny").is_some()
}

/// For each kind, the keys that its `deny` and `review` take, and the keys that belong to other kinds.
fn by_kind() -> Value {
    let rule = |entry: &kinds::Entry| {
        let keys: Vec<&str> = entry.keys().collect();
        let condition = json!({ "propertyNames": { "enum": keys } });
        let mut properties = Map::from_iter([
            ("deny".to_owned(), condition.clone()),
            ("review".to_owned(), condition),
        ]);
        let foreign = kinds::OWN_KEYS.iter().filter(|key| !entry.own.contains(key));
        properties.extend(foreign.map(|key| ((*key).to_owned(), json!(false))));
        json!({
            "if": { "properties": { "kind": { "const": entry.kind.as_str() } }, "required": ["kind"] },
            "then": { "properties": properties },
        })
    };
    kinds::all().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = json_schema();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.len() > 25);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(
                schema.pointer(pointer).is_some_and(Value::is_object),
                "{reference}"
            );
        }
    }

    #[test]
    fn the_schema_says_what_the_reader_says() {
        let schema = json_schema();
        let clause = &schema["$defs"]["clause"];
        assert_eq!(clause["required"], json!(["ref", "plain"]));
        assert_eq!(clause["additionalProperties"], json!(false));
        assert_eq!(clause["properties"]["kind"]["enum"].as_array().unwrap().len(), 58);
        assert_eq!(clause["allOf"].as_array().unwrap().len(), 58);
        assert_eq!(
            schema["properties"]["groups"]["additionalProperties"]["$ref"],
            "#/$defs/group"
        );
    }
}
