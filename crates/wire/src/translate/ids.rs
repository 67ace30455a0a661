//! Ids of calls and answers that the other side accepts.
//!
//! An id that fits travels as it is. One with letters that Anthropic's protocol refuses is escaped, and unescaped when
//! the caller sends it back, because some models read meaning into their own ids. One that is too long is replaced: the
//! call and its result still carry the same.

use super::Dialect;
use std::fmt::Write;

/// Longest id of a call that OpenAI's protocols accept.
const LONGEST: usize = 64;

/// Beginning of ids that were escaped here.
const ESCAPED: &str = "esc_";

/// A number that follows from texts, the same on every machine (FNV-1a, 64 bits).
pub(super) fn digest(texts: &[&str]) -> u64 {
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.bytes().chain([0xff]) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    digest
}

/// The id of a call in the history, as the provider may have it.
pub(super) fn for_provider(id: &str, provider: Dialect) -> String {
    let id = unescaped(id).unwrap_or_else(|| id.to_owned());
    if fits(&id, provider) {
        id
    } else {
        format!("call_{:016x}", digest(&[&id]))
    }
}

/// The id that a provider gave a call, as the caller may have it; `None` where it cannot be kept.
pub(super) fn for_caller(id: &str, caller: Dialect) -> Option<String> {
    if fits(id, caller) {
        return Some(id.to_owned());
    }
    let is_escapable = (1..=LONGEST).contains(&id.len()) && caller == Dialect::AnthropicMessages;
    is_escapable.then(|| escaped(id))
}

/// An id of an answer: a prefix, and what is left of the provider's id, or of the seed where it gave none.
pub(super) fn of_answer(prefix: &str, given: &str, seed: &str) -> String {
    let given = given.split_once(['_', '-']).map_or(given, |(_, behind)| behind);
    let plain: String = given
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(48)
        .collect();
    if plain.is_empty() {
        format!("{prefix}{:016x}", digest(&[seed, "answer"]))
    } else {
        format!("{prefix}{plain}")
    }
}

fn fits(id: &str, dialect: Dialect) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    (1..=LONGEST).contains(&id.len())
        && match dialect {
            Dialect::AnthropicMessages => id.chars().all(is_plain),
            _ => id.chars().all(|c| c.is_ascii_graphic()),
        }
}

fn escaped(id: &str) -> String {
    let mut escaped = ESCAPED.to_owned();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            // writing to a string cannot fail
            let _ = write!(escaped, "_{byte:02x}");
        }
    }
    escaped
}

fn unescaped(id: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = id.strip_prefix(ESCAPED)?.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'_' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?.to_owned();
            bytes.push(u8::from_str_radix(&digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let original = String::from_utf8(bytes).ok()?;
    (escaped(&original) == id).then_some(original)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dialect::{AnthropicMessages, OpenAiChat};
    use proptest::prelude::*;

    #[test]
    fn ids_that_fit_travel_as_they_are() {
        for id in ["call_1", "toolu_01AbC", "chatcmpl-tool-9f"] {
            assert_eq!(for_caller(id, AnthropicMessages).as_deref(), Some(id));
            assert_eq!(for_provider(id, OpenAiChat), id);
        }
        assert_eq!(for_caller("", AnthropicMessages), None);
        let long = "x".repeat(65);
        assert_eq!(for_provider(&long, OpenAiChat).len(), 21);
        assert_eq!(for_provider("functions.a:0", OpenAiChat), "functions.a:0");
    }

    #[test]
    fn ids_of_answers_never_grow() {
        assert_eq!(of_answer("msg_", "chatcmpl-abc123", "s"), "msg_abc123");
        assert_eq!(of_answer("msg_", "resp_abc123", "s"), "msg_abc123");
        assert_eq!(of_answer("msg_", &"é".repeat(99), "s").len(), 20);
        assert_eq!(of_answer("msg_", &"9".repeat(999), "s").len(), 52);
    }

    proptest! {
        #[test]
        fn what_was_escaped_comes_back(id in "\\PC{1,16}") {
            let given = for_caller(&id, AnthropicMessages).unwrap();
            prop_assert!(given.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            if !id.starts_with("esc_") {
                prop_assert_eq!(unescaped(&given).unwrap_or(given), id);
            }
        }
    }
}
