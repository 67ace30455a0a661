//! Moves over values of a text that has been found well formed, checking nothing again.
//!
//! What a scan has accepted can be passed over by its brackets and quotes alone. On a text that is not well formed these
//! functions end, within the text, at a place that means nothing.

use crate::words::{first_of, is};
use memchr::memchr;
use std::ops::Range;

/// Bytes of a string that are looked at in words before it is taken for a long one.
const SHORT: usize = 32;

/// The first byte behind the string whose quote stands at a byte.
pub(crate) fn string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(plain) = quote(rest) else {
            return bytes.len();
        };
        let run = rest.get(..plain).unwrap_or_default();
        let escapes = run.iter().rev().take_while(|byte| **byte == b'\\').count();
        at += plain + 1;
        // an even number of backslashes escape each other, and not the quote; each run ends here or begins behind a quote
        if escapes % 2 == 0 {
            return at;
        }
    }
}

/// Values whose ends are known already, none within another, from left to right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends<'a>(&'a [Range<usize>]);

impl<'a> Ends<'a> {
    /// None.
    pub(crate) const fn none() -> Self {
        Self(&[])
    }

    /// Those of these that begin at a byte or behind it.
    pub(crate) fn from(spans: &'a [Range<usize>], at: usize) -> Self {
        let before = spans.partition_point(|span| span.start < at);
        Self(spans.get(before..).unwrap_or_default())
    }

    /// The end of the value that begins at a byte, which is not before the last one that was asked for.
    fn of(&mut self, at: usize) -> Option<usize> {
        while let [first, rest @ ..] = self.0 {
            if first.start > at {
                break;
            }
            self.0 = rest;
            if first.start == at {
                return Some(first.end);
            }
        }
        None
    }
}

/// The first byte behind the value whose first byte this is.
pub(crate) fn value(bytes: &[u8], start: usize, ends: &mut Ends<'_>) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = ends.of(at).unwrap_or_else(|| string(bytes, at)),
            b'{' | b'[' => {
                if let Some(end) = ends.of(at) {
                    at = end;
                    if depth == 0 {
                        return at;
                    }
                    continue;
                }
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            _ if depth == 0 => return at + scalar(bytes.get(at..).unwrap_or_default()),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// Length of the number or word that stands first.
fn scalar(rest: &[u8]) -> usize {
    let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
    rest.iter().position(is_end).unwrap_or(rest.len())
}

/// Where the first quote stands.
fn quote(rest: &[u8]) -> Option<usize> {
    let (head, _) = rest.split_at_checked(SHORT).unwrap_or((rest, &[]));
    let (words, _) = head.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        if let Some(place) = first_of(is(*word, b'"')) {
            return Some(number * 8 + place);
        }
    }
    let looked_at = words.len() * 8;
    memchr(b'"', rest.get(looked_at..)?).map(|at| looked_at + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Scanner;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn check(text: &str) {
        let whole = format!("{text} ,\"x\"]}}");
        assert_eq!(
            value(whole.as_bytes(), 0, &mut Ends::none()),
            text.len(),
            "{text}"
        );
    }

    #[test]
    fn values_end_where_they_end() {
        for text in [
            "1",
            "-1.5e+7",
            "true",
            "null",
            "{}",
            "[]",
            "\"\"",
            "[1,2]",
            "[[[]],{}]",
        ] {
            check(text);
        }
        for text in [
            r#""\"""#,
            r#""\\""#,
            r#""\\\"""#,
            r#"["\\","]"]"#,
            r#"{"}":"{\"","\\":[]}"#,
        ] {
            check(text);
        }
        for length in 0..100 {
            let plain = "a".repeat(length);
            check(&format!("\"{plain}\""));
            check(&format!("\"{plain}\\\"{plain}\\\\\""));
            check(&format!("\"{}\"", "\\\\".repeat(length)));
            check(&format!("[\"{}\\\"\",{{}}]", "\\\\".repeat(length)));
        }
    }

    #[test]
    fn what_is_not_well_formed_ends_too() {
        for text in ["\"", "\"\\\"", "[", "{\"", "", "[\"]", "}", ",", "[}"] {
            assert!(
                value(text.as_bytes(), 0, &mut Ends::none()) <= text.len(),
                "{text}"
            );
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let text = || prop_oneof![".{0,60}", "[\\\\\"a{}\\[\\]]{0,80}"];
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        scalar.prop_recursive(5, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_ends_where_the_scanner_ends(json in any_json(), pretty in any::<bool>(), behind in "[ \n,\\]}]{1,3}") {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
            let whole = text.clone() + &behind;
            prop_assert_eq!(Scanner::new(whole.as_bytes()).value(), Ok(0..text.len()));
            prop_assert_eq!(value(whole.as_bytes(), 0, &mut Ends::none()), text.len());
        }

        #[test]
        fn any_bytes_end(body in prop::collection::vec(any::<u8>(), 0..80), at in 0..90_usize) {
            let end = value(&body, at, &mut Ends::none());
            prop_assert!(end <= body.len().max(at));
        }
    }
}
