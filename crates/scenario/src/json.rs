//! JSON as written: numbers keep their digits, objects keep their order and their repeated keys.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// How deeply a file may be nested; a scenario file needs nine levels.
const DEEPEST: usize = 32;

/// A value of a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number, digit by digit.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// Reads a text; the error is what the parser says.
pub(crate) fn parse(text: &str) -> Result<Json, String> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
    convert(raw, DEEPEST)
}

fn convert(raw: &RawValue, levels: usize) -> Result<Json, String> {
    let Some(below) = levels.checked_sub(1) else {
        return Err(format!("it is nested more than {DEEPEST} levels deep"));
    };
    let text = raw.get();
    Ok(match text.bytes().next() {
        Some(b'{') => {
            let Members(members) = of(text)?;
            let each = members
                .into_iter()
                .map(|(key, value)| Ok((key, convert(value, below)?)));
            Json::Object(each.collect::<Result<_, String>>()?)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = of(text)?;
            Json::List(
                elements
                    .into_iter()
                    .map(|element| convert(element, below))
                    .collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => Json::Text(of(text)?),
        Some(b't' | b'f') => Json::Flag(of(text)?),
        Some(b'n') => Json::Null,
        _ => Json::Number(text.to_owned()),
    })
}

fn of<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// An object with all its keys, repeated ones too.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = map.next_entry()? {
            members.push(entry);
        }
        Ok(Members(members))
    }
}

impl Json {
    /// The same value for output.
    pub(crate) fn to_value(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Number(digits) => serde_json::from_str(digits).unwrap_or(serde_json::Value::Null),
            Self::Text(text) => text.as_str().into(),
            Self::List(elements) => elements.iter().map(Self::to_value).collect(),
            Self::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), value.to_value()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The value on one line, shortened, for a message.
    pub(crate) fn shown(&self) -> String {
        const SHOWN: usize = 60;
        let whole = match self {
            Self::Text(text) => text.chars().flat_map(char::escape_debug).collect(),
            Self::Number(digits) => digits.clone(),
            other => other.to_value().to_string(),
        };
        let mut line: String = whole.chars().take(SHOWN).collect();
        if whole.chars().nth(SHOWN).is_some() {
            line.push('…');
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_objects_their_repetitions() {
        let text = r#" {"a": [50.0100, -1e2, null, true], "a": "x"} "#;
        let number = |digits: &str| Json::Number(digits.to_owned());
        let list = Json::List(vec![
            number("50.0100"),
            number("-1e2"),
            Json::Null,
            Json::Flag(true),
        ]);
        let expected = vec![
            ("a".to_owned(), list),
            ("a".to_owned(), Json::Text("x".to_owned())),
        ];
        assert_eq!(parse(text), Ok(Json::Object(expected)));
    }

    #[test]
    fn what_is_no_json_is_refused_and_so_is_a_tower() {
        for text in ["", "{", "{} {}", "[1,]", "01"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let tower = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&tower(DEEPEST)).is_ok());
        assert!(parse(&tower(DEEPEST + 1)).unwrap_err().contains("nested"));
        assert!(parse(&tower(100_000)).unwrap_err().contains("nested"));
    }

    #[test]
    fn a_shown_value_is_short_and_on_one_line() {
        assert_eq!(Json::Text("a\nb".to_owned()).shown(), "a\\nb");
        assert_eq!(Json::Text("x".repeat(80)).shown().chars().count(), 61);
    }
}
