//! Finds the values of a few top-level keys of a body, for the changes that a provider's channel asks for.

use crate::peek::PeekError;
use crate::scan::Scanner;
use std::ops::Range;

/// Where the values of these top-level keys stand, in the order in which they are asked for.
///
/// # Errors
/// When the body is no JSON object, or has one of the keys twice.
pub fn members<const N: usize>(
    body: &[u8],
    keys: [&'static str; N],
) -> Result<[Option<Range<usize>>; N], PeekError> {
    let mut found = [const { None }; N];
    let mut scanner = Scanner::new(body);
    if scanner.next_token() != Some(b'{') {
        return Err(PeekError::NotAnObject);
    }
    scanner.take(b'{')?;
    if scanner.next_token() == Some(b'}') {
        return Ok(found);
    }
    loop {
        let quoted = scanner.string()?;
        scanner.take(b':')?;
        let value = scanner.value()?;
        let key = Key::of(scanner.text(quoted));
        for (name, slot) in keys.iter().zip(&mut found) {
            if key.is(name) && slot.replace(value.clone()).is_some() {
                return Err(PeekError::Duplicate { key: name });
            }
        }
        if scanner.next_token() == Some(b'}') {
            return Ok(found);
        }
        scanner.take(b',')?;
    }
}

/// A key, decoded only where something in it is escaped.
enum Key<'a> {
    Plain(&'a [u8]),
    Decoded(Option<String>),
}

impl<'a> Key<'a> {
    fn of(quoted: &'a [u8]) -> Self {
        if quoted.contains(&b'\\') {
            return Self::Decoded(serde_json::from_slice(quoted).ok());
        }
        let inside = quoted.get(1..quoted.len().saturating_sub(1));
        Self::Plain(inside.unwrap_or_default())
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Self::Plain(key) => *key == name.as_bytes(),
            Self::Decoded(key) => key.as_deref() == Some(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<[Option<&str>; 2], PeekError>) {
        let found = members(body.as_bytes(), ["model", "stream"]);
        let found = found.map(|spans| spans.map(|span| span.map(|span| body.get(span).unwrap())));
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn values_are_found_wherever_they_stand() {
        check("{}", Ok([None, None]));
        check(r#"{"x":{"model":1},"stream" : true }"#, Ok([None, Some("true")]));
        check(
            r#"{"str\u0065am":null,"model":"a"}"#,
            Ok([Some("\"a\""), Some("null")]),
        );
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        check(
            r#"{"model":1,"mod\u0065l":2}"#,
            Err(PeekError::Duplicate { key: "model" }),
        );
        check("[]", Err(PeekError::NotAnObject));
        check(r#"{"model":1"#, Err(PeekError::Malformed { at: 10 }));
    }
}
