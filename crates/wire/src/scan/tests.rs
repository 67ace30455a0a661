//! The scanner beside a plain one that looks at every byte in turn: both must say the same of any text, errors and
//! their places included.

use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// The grammar as RFC 8259 writes it down, with half surrogate pairs.
struct Plain<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Read = Result<(), PeekError>;

impl Plain<'_> {
    fn wrong(&self) -> PeekError {
        PeekError::Malformed { at: self.at }
    }

    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn token(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.byte()
    }

    fn take(&mut self, byte: u8) -> Read {
        if self.token() != byte {
            return Err(self.wrong());
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: u32) -> Read {
        match self.token() {
            b'{' => self.list(b'}', depth),
            b'[' => self.list(b']', depth),
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(self.wrong()),
        }
    }

    fn list(&mut self, close: u8, depth: u32) -> Read {
        if depth + 1 >= MAX_DEPTH {
            return Err(PeekError::TooDeep);
        }
        self.at += 1;
        if self.token() == close {
            return self.take(close);
        }
        loop {
            if close == b'}' {
                self.string()?;
                self.take(b':')?;
            }
            self.value(depth + 1)?;
            if self.token() == close {
                return self.take(close);
            }
            self.take(b',')?;
        }
    }

    fn string(&mut self) -> Read {
        self.take(b'"')?;
        loop {
            match self.byte() {
                b'"' => return self.take(b'"'),
                0..0x20 => return Err(self.wrong()),
                b'\\' => {
                    self.at += 1;
                    match self.byte() {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            let digits = self.bytes.iter().skip(self.at + 1).take(4);
                            if digits.filter(|digit| digit.is_ascii_hexdigit()).count() != 4 {
                                return Err(self.wrong());
                            }
                            self.at += 5;
                        }
                        _ => return Err(self.wrong()),
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Read {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(self.wrong());
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Read {
        self.at += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Read {
        if !self.byte().is_ascii_digit() {
            return Err(self.wrong());
        }
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }
}

fn check(bytes: &[u8]) {
    let mut plain = Plain { bytes, at: 0 };
    let start = bytes.iter().take_while(|byte| b" \n\r\t".contains(byte)).count();
    let expected = plain.value(0).map(|()| start..plain.at);
    let shown = String::from_utf8_lossy(bytes);
    assert_eq!(Scanner::new(bytes).value(), expected, "{shown}");
    assert_eq!(Scanner::new(bytes).list(), expected, "{shown}");
    let mut noting = Scanner::noting(bytes);
    assert_eq!(noting.list(), expected, "{shown}");
    let long = noting.noted();
    assert!(long.iter().all(|span| span.len() >= LONG), "{shown}");
    assert!(long.is_sorted_by(|one, other| one.end <= other.start), "{shown}");
    if let Ok(whole) = expected {
        for span in &long {
            assert_eq!(
                Scanner::at(bytes, span.start).value(),
                Ok(span.clone()),
                "{shown}"
            );
        }
        for start in [whole.start, whole.start + 1] {
            let mut ends = Ends::from(&long, start);
            let end = skip::value(bytes, start, &mut ends);
            assert_eq!(end, skip::value(bytes, start, &mut Ends::none()), "{shown}");
        }
    }
}

#[test]
fn a_byte_that_needs_a_look_is_found_wherever_it_stands() {
    for length in 0..150 {
        for at in 0..length {
            for byte in [
                b'"', b'\\', b'\n', 0, 0x1f, b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff,
            ] {
                let mut text = vec![b'a'; length + 2];
                (text[0], text[length + 1]) = (b'"', b'"');
                text[at + 1] = byte;
                check(&text);
            }
        }
    }
}

#[test]
fn depth_is_counted_alike_inside_a_list() {
    for depth in 120..132 {
        for open in ["[", "{\"a\":", "[{\"a\":"] {
            let close = |bracket: char| if bracket == '[' { ']' } else { '}' };
            let brackets: Vec<char> = open.chars().filter(|letter| "[{".contains(*letter)).collect();
            let opening = open.repeat(depth / brackets.len());
            let closing: String = brackets.iter().rev().map(|bracket| close(*bracket)).collect();
            check(format!("{opening}1{}", closing.repeat(depth / brackets.len())).as_bytes());
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        "[a-z\"\\\\\n\t\u{e9}\u{2014}\u{1f600}]{0,90}",
        "[a-z ]{30,200}",
        Just("\\\"".repeat(40)),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any_text(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A byte that means something to a reader of JSON, or any other.
fn any_byte() -> impl Strategy<Value = u8> {
    let telling = prop::sample::select(b"\"\\{}[],:0123456789-+.eEutfn/ \n\t\0\x1f".to_vec());
    prop_oneof![3 => telling, 1 => any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn it_says_what_a_plain_reader_says(
        json in any_json(),
        pretty in any::<bool>(),
        changes in prop::collection::vec((0..4_u8, any::<prop::sample::Index>(), any_byte()), 0..4),
    ) {
        let text = if pretty { serde_json::to_vec_pretty(&json) } else { serde_json::to_vec(&json) };
        let mut text = text.unwrap();
        if changes.is_empty() {
            prop_assert_eq!(Scanner::new(&text).value(), Ok(0..text.len()));
        }
        for (kind, at, byte) in changes {
            let at = at.index(text.len().max(1));
            match kind {
                0 => text.insert(at.min(text.len()), byte),
                1 if !text.is_empty() => drop(text.remove(at)),
                2 => text.truncate(at),
                _ if !text.is_empty() => text[at] = byte,
                _ => {}
            }
        }
        check(&text);
    }

    #[test]
    fn it_says_the_same_of_what_is_hardly_json(text in prop::collection::vec(any_byte(), 0..120)) {
        check(&text);
        check(&[b"[{\"a\":", text.as_slice()].concat());
    }
}
