//! JSON as tokens and key sets have it: an object in which no name occurs twice, at any depth.
//!
//! Of a name that occurs twice, one reader takes the first and another the last. A token that means one thing to whoever
//! signed it and another to us is refused.

use super::TokenError;
use register::model::Instant;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// An object.
pub(super) type Object = Map<String, Value>;

/// The last second of the year 9999; a time behind it is a mistake.
const LAST: i64 = 253_402_300_799;

/// Longest text that is taken from a claim, in bytes.
const LONGEST: usize = 512;

/// Reads an object.
pub(super) fn object(bytes: &[u8], part: &'static str) -> Result<Object, TokenError> {
    match serde_json::from_slice(bytes) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(_) | Err(_) => Err(TokenError::NotAnObject { part }),
    }
}

/// A value whose objects have no name twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a number"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if read.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Value::Object(read))
    }
}

/// A claim that is a text, if it is there. One that is empty, very long or has control characters is none.
pub(super) fn text<'o>(object: &'o Object, name: &str) -> Result<Option<&'o str>, TokenError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if is_plain(text) => Ok(Some(text)),
        Some(_) => Err(TokenError::claim(name)),
    }
}

/// The same of one that must be there.
pub(super) fn needed<'o>(object: &'o Object, name: &str) -> Result<&'o str, TokenError> {
    text(object, name)?.ok_or_else(|| TokenError::NoClaim {
        name: name.to_owned(),
    })
}

/// A claim that is a time, if it is there: seconds since 1970, of which parts are cut off.
pub(super) fn instant(object: &Object, name: &str) -> Result<Option<Instant>, TokenError> {
    let Some(value) = object.get(name) else {
        return Ok(None);
    };
    let whole = value.as_i64().or_else(|| {
        let seconds = value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds))?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is within bounds, and parts of a second are cut off on purpose"
        )]
        Some(seconds.floor() as i64)
    });
    match whole {
        Some(seconds) if (0..=LAST).contains(&seconds) => Ok(Some(Instant(seconds))),
        _ => Err(TokenError::claim(name)),
    }
}

/// A claim that is a text or a list of texts; none is an empty list.
pub(super) fn texts(object: &Object, name: &str) -> Result<Vec<String>, TokenError> {
    let one = |value: &Value| match value {
        Value::String(text) if is_plain(text) => Ok(text.clone()),
        _ => Err(TokenError::claim(name)),
    };
    match object.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(one).collect(),
        Some(value) => one(value).map(|text| vec![text]),
    }
}

/// A claim that is an object, if it is there.
pub(super) fn nested<'o>(object: &'o Object, name: &str) -> Result<Option<&'o Object>, TokenError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(TokenError::claim(name)),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_occurs_twice_is_refused_at_any_depth() {
        let check = |text: &str, is_fine: bool| {
            assert_eq!(object(text.as_bytes(), "payload").is_ok(), is_fine, "{text}");
        };
        check(r#"{"a":1,"b":{"a":2},"c":[1,2.5,null,true,"x"]}"#, true);
        check(r#"{"a":1,"a":1}"#, false);
        check(r#"{"a":1,"\u0061":2}"#, false);
        check(r#"{"b":{"a":1,"a":2}}"#, false);
        check(r#"{"b":[{"a":1,"a":2}]}"#, false);
        check("[]", false);
        check("{} {}", false);
        check("", false);
        check(&"[".repeat(4000), false);
    }

    #[test]
    fn claims_have_the_type_that_they_should_have() {
        let read = |text: &str| object(text.as_bytes(), "payload").unwrap();
        let times = read(r#"{"a":5,"b":5.9,"c":"5","d":-1,"e":1e300,"f":null,"g":9999999999999}"#);
        assert_eq!(instant(&times, "a"), Ok(Some(Instant(5))));
        assert_eq!(instant(&times, "b"), Ok(Some(Instant(5))));
        assert_eq!(instant(&times, "z"), Ok(None));
        for name in ["c", "d", "e", "f", "g"] {
            assert_eq!(instant(&times, name), Err(TokenError::claim(name)), "{name}");
        }
        let words = read(r#"{"a":"x","b":"","c":"x\ny","d":["x","y"],"e":[1],"f":{}}"#);
        assert_eq!(text(&words, "a"), Ok(Some("x")));
        for name in ["b", "c", "d"] {
            assert!(text(&words, name).is_err(), "{name}");
        }
        assert_eq!(texts(&words, "a").unwrap(), ["x"]);
        assert_eq!(texts(&words, "d").unwrap(), ["x", "y"]);
        assert!(texts(&words, "e").is_err() && texts(&words, "f").is_err());
        assert!(nested(&words, "f").unwrap().is_some() && nested(&words, "a").is_err());
    }
}
