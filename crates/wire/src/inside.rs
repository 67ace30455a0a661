//! Looks into a value of a body that has been found well formed, without building anything of it.

use crate::scan::Scanner;
use crate::skip::{self, Ends};
use crate::watch::decode;
use std::borrow::Cow;
use std::ops::Range;

/// A member of an object: its key, and where its value stands.
pub(crate) type Member<'a> = (Cow<'a, str>, Range<usize>);

/// The first byte of a value.
pub(crate) fn first(body: &[u8], value: &Range<usize>) -> Option<u8> {
    body.get(value.start).copied()
}

/// The value as it is written.
pub(crate) fn raw<'a>(body: &'a [u8], value: &Range<usize>) -> &'a [u8] {
    body.get(value.clone()).unwrap_or_default()
}

/// The value, if it is a text.
pub(crate) fn text<'a>(body: &'a [u8], value: &Range<usize>) -> Option<Cow<'a, str>> {
    decode(raw(body, value))
}

/// Whether the value says nothing.
pub(crate) fn is_null(body: &[u8], value: &Range<usize>) -> bool {
    raw(body, value) == b"null"
}

/// The members of an object; none of anything else. A key that does not decode is left out: nobody reads it.
pub(crate) fn members<'a>(
    body: &'a [u8],
    value: &Range<usize>,
) -> impl Iterator<Item = Member<'a>> + use<'a> {
    members_past(body, value, &[])
}

/// The same, where the ends of some values within are known.
pub(crate) fn members_past<'a>(
    body: &'a [u8],
    value: &Range<usize>,
    known: &'a [Range<usize>],
) -> impl Iterator<Item = Member<'a>> + use<'a> {
    let mut list = List::open(body, value, b'{', known);
    std::iter::from_fn(move || {
        loop {
            let (key, value) = list.member()?;
            if let Some(key) = decode(raw(body, &key)) {
                return Some((key, value));
            }
        }
    })
}

/// The elements of an array; none of anything else.
pub(crate) fn elements<'a>(
    body: &'a [u8],
    value: &Range<usize>,
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    elements_past(body, value, &[])
}

/// The same, where the ends of some values within are known.
pub(crate) fn elements_past<'a>(
    body: &'a [u8],
    value: &Range<usize>,
    known: &'a [Range<usize>],
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let mut list = List::open(body, value, b'[', known);
    std::iter::from_fn(move || list.element())
}

/// What is left of an object or an array. Nothing is collected: a body may have millions of them.
struct List<'a> {
    scanner: Scanner<'a>,
    is_left: bool,
}

impl<'a> List<'a> {
    fn open(body: &'a [u8], value: &Range<usize>, bracket: u8, known: &'a [Range<usize>]) -> Self {
        let mut scanner = Scanner::at(body, value.start).with(Ends::from(known, value.start));
        let is_left = scanner.take(bracket).is_ok();
        Self { scanner, is_left }
    }

    fn member(&mut self) -> Option<(Range<usize>, Range<usize>)> {
        let key = self.is_left.then(|| self.scanner.known_string()).flatten()?;
        self.scanner.take(b':').ok()?;
        let value = self.scanner.known_value()?;
        self.is_left = self.scanner.take(b',').is_ok();
        Some((key, value))
    }

    fn element(&mut self) -> Option<Range<usize>> {
        let element = self.is_left.then(|| self.scanner.known_value()).flatten()?;
        self.is_left = self.scanner.take(b',').is_ok();
        Some(element)
    }
}

/// A member that is met on a walk.
pub(crate) struct Met<'w> {
    /// Its key.
    pub key: &'w str,
    /// The key under which the object stands that has it; that of the array where it is an element.
    pub parent: &'w str,
    /// First byte of its value.
    pub at: usize,
}

/// Where a walk goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Into the value.
    Into,
    /// Behind the value.
    Over,
}

/// An object or array that is open on a walk.
struct Open<'a> {
    is_object: bool,
    is_fresh: bool,
    key: Cow<'a, str>,
}

/// Meets every member of every object in a value, from left to right, each byte once.
/// The ends of some values within may be known.
pub(crate) fn walk(
    body: &[u8],
    value: &Range<usize>,
    known: &[Range<usize>],
    mut visit: impl FnMut(&Met<'_>) -> Next,
) {
    let mut scanner = Scanner::at(body, value.start).with(Ends::from(known, value.start));
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut key = Cow::Borrowed("");
    loop {
        match scanner.next_token() {
            Some(first @ (b'{' | b'[')) => {
                scanner.advance();
                open.push(Open {
                    is_object: first == b'{',
                    is_fresh: true,
                    key,
                });
            }
            _ => {
                if scanner.known_value().is_none() {
                    return;
                }
            }
        }
        match next_value(&mut scanner, &mut open, &mut visit) {
            Some(next) => key = next,
            None => return,
        }
    }
}

/// Moves to the next value that is to be entered, and gives the key that it stands under.
fn next_value<'a>(
    scanner: &mut Scanner<'a>,
    open: &mut Vec<Open<'a>>,
    visit: &mut impl FnMut(&Met<'_>) -> Next,
) -> Option<Cow<'a, str>> {
    loop {
        let innermost = open.last_mut()?;
        let close = if innermost.is_object { b'}' } else { b']' };
        match scanner.next_token()? {
            byte if byte == close => {
                scanner.advance();
                open.pop();
                continue;
            }
            b',' if !innermost.is_fresh => scanner.advance(),
            _ if innermost.is_fresh => {}
            _ => return None,
        }
        innermost.is_fresh = false;
        if !innermost.is_object {
            return Some(innermost.key.clone());
        }
        let quoted = scanner.known_string()?;
        scanner.take(b':').ok()?;
        scanner.next_token()?;
        let key = decode(scanner.text(quoted)).unwrap_or_default();
        let met = Met {
            key: &key,
            parent: &innermost.key,
            at: scanner.position(),
        };
        match visit(&met) {
            Next::Into => return Some(key),
            Next::Over => {
                scanner.known_value()?;
            }
        }
    }
}

/// The whole value that begins at a byte.
pub(crate) fn value_at(body: &[u8], at: usize) -> Range<usize> {
    at..skip::value(body, at, &mut Ends::none()).max(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn whole(body: &str) -> Range<usize> {
        value_at(body.as_bytes(), 0)
    }

    fn walked(body: &str, over: &str) -> Vec<(String, String)> {
        let mut met = Vec::new();
        walk(body.as_bytes(), &whole(body), &[], |member| {
            met.push((member.parent.to_owned(), member.key.to_owned()));
            if member.key == over {
                Next::Over
            } else {
                Next::Into
            }
        });
        met
    }

    fn check(body: &str, over: &str, expected: &[(&str, &str)]) {
        let met = walked(body, over);
        let met: Vec<_> = met
            .iter()
            .map(|(parent, key)| (parent.as_str(), key.as_str()))
            .collect();
        assert_eq!(met, expected, "{body}");
    }

    #[test]
    fn every_member_is_met_with_the_key_above_it() {
        let body = r#"[ {"a":{"b":[1,{"c":null},[{"d":{}}]]} } , {"e":"{\"f\":1}"}, 7, [] ]"#;
        let all = [("", "a"), ("a", "b"), ("b", "c"), ("b", "d"), ("", "e")];
        check(body, "", &all);
        check(body, "b", &[("", "a"), ("a", "b"), ("", "e")]);
        check("\"text\"", "", &[]);
        check(r#"{"\u0061":1}"#, "", &[("", "a")]);
    }

    #[test]
    fn parts_are_where_they_are() {
        let body = br#" {"a" : [1, "two",{"b":3} ] ,"c":null}"#;
        let members: Vec<_> = members(body, &(1..body.len())).collect();
        let (key, list) = &members[0];
        let list: Vec<_> = elements(body, list)
            .map(|part| raw(body, &part).to_vec())
            .collect();
        assert_eq!(
            (key.as_ref(), list),
            (
                "a",
                vec![b"1".to_vec(), b"\"two\"".to_vec(), b"{\"b\":3}".to_vec()]
            )
        );
        assert!(is_null(body, &members[1].1));
        assert_eq!(
            elements(b"[]", &(0..2)).count() + super::members(b"{}", &(0..2)).count(),
            0
        );
    }

    fn keys(value: &Value, met: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                met.push(key.clone());
                keys(value, met);
            }),
            Value::Array(elements) => elements.iter().for_each(|element| keys(element, met)),
            _ => {}
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            ".{0,9}".prop_map(Value::from)
        ];
        scalar.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,6}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_walk_meets_what_a_full_parser_finds(value in any_json(), pretty in any::<bool>()) {
            let body = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut expected = Vec::new();
            keys(&value, &mut expected);
            let met: Vec<_> = walked(&body, "longer than any key here").into_iter().map(|(_, key)| key).collect();
            prop_assert_eq!(met, expected);
        }

        #[test]
        fn any_bytes_end(body in prop::collection::vec(any::<u8>(), 0..80)) {
            walk(&body, &(0..body.len()), &[], |_| Next::Into);
        }
    }
}
