//! JSON: one array of objects, or objects one after the other.

use super::column::headings;
use super::{Cell, Column, Problems, Row};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

pub(super) fn read(text: &str, take: &mut dyn FnMut(Row, &mut Problems), problems: &mut Problems) {
    let mut row = |raw: &RawValue, problems: &mut Problems| {
        if let Some(row) = of_object(text, raw, problems) {
            take(row, problems);
        }
    };
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(objects) => objects.into_iter().for_each(|raw| row(raw, problems)),
            Err(error) => problems.add(offset_of(text, &error), sentence(&error)),
        }
        return;
    }
    let objects = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    for next in objects {
        match next {
            Ok(raw) => row(raw, problems),
            Err(error) => return problems.add(offset_of(text, &error), sentence(&error)),
        }
    }
}

fn of_object(text: &str, raw: &RawValue, problems: &mut Problems) -> Option<Row> {
    let at = begins(text, raw);
    let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs<'_>>(raw.get()) else {
        problems.add(at, "this is not an object with the columns of one person");
        return None;
    };
    let mut cells: Vec<(Column, usize, Cell)> = Vec::new();
    for (name, value) in pairs {
        let at = begins(text, value);
        let Some(column) = Column::parse(&name) else {
            problems.add(at, format!("`{name}` is not a column; there is {}", headings()));
            continue;
        };
        if cells.iter().any(|(other, _, _)| *other == column) {
            problems.add(at, format!("there is a second `{name}`"));
            continue;
        }
        match cell(value) {
            Some(cell) => cells.push((column, at, cell)),
            None => problems.add(
                at,
                format!("`{name}` is neither text, list of texts, true, false nor null"),
            ),
        }
    }
    Some(Row { at, cells })
}

fn cell(value: &RawValue) -> Option<Cell> {
    Some(match serde_json::from_str(value.get()).ok()? {
        Value::Null => Cell::Empty,
        Value::Bool(truth) => Cell::Truth(truth),
        Value::String(text) if text.trim().is_empty() => Cell::Empty,
        Value::String(text) => Cell::Text(text.trim().to_owned()),
        Value::Array(values) => {
            let texts = values.into_iter().map(|value| match value {
                Value::String(text) => Some(text),
                _ => None,
            });
            Cell::List(texts.collect::<Option<_>>()?)
        }
        Value::Number(_) | Value::Object(_) => return None,
    })
}

/// Where a value begins. It is a part of the text, so that the distance of the two is its place.
fn begins(text: &str, raw: &RawValue) -> usize {
    raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let mut at = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn sentence(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => "the file ends in the middle".to_owned(),
        false => "this is no JSON".to_owned(),
    }
}

/// The names and values of an object in their order, those that occur twice too.
struct Pairs<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Pairs<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;

        impl<'de> Visitor<'de> for Seen {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Seen)
    }
}
