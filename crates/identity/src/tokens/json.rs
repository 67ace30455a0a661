//! Claims of tokens and key sets by name and type, out of objects in which no name occurs twice.

use super::TokenError;
use crate::strict_json;
pub(super) use crate::strict_json::Object;
use register::model::Instant;
use serde_json::Value;

/// The last second of the year 9999; a time behind it is a mistake.
const LAST: i64 = 253_402_300_799;

/// Longest text that is taken from a claim, in bytes.
const LONGEST: usize = 512;

/// Reads an object.
pub(super) fn object(bytes: &[u8], part: &'static str) -> Result<Object, TokenError> {
    strict_json::object(bytes).ok_or(TokenError::NotAnObject { part })
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
    match strict_json::whole_seconds(value) {
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
