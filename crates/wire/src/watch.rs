//! The keys that the gateway reads at the top level of a body, and what looks like one of them.
//!
//! Readers of JSON differ: some fold letter case, some take `cachedContent` and `cached_content` for the same. So keys
//! are compared folded, and one that is only nearly a watched key is refused, because somebody behind us might take it.

use crate::peek::PeekError;
use std::borrow::Cow;

/// Longest folded key.
const LONGEST: usize = 40;

/// Longest text of a key that can still fold to a watched one: every letter escaped, underscores, and the quotes.
const LONGEST_QUOTED: usize = 6 * 2 * LONGEST + 2;

/// A key that is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// The key.
    pub key: &'static str,
    /// A second spelling that its protocol takes; the same as the key where there is none.
    pub also: &'static str,
}

impl Word {
    /// A key with one spelling.
    pub(crate) const fn new(key: &'static str) -> Self {
        Self { key, also: key }
    }
}

/// Keys that are looked for, in an order that finds them fast.
#[derive(Debug)]
pub(crate) struct Watch {
    words: Vec<(Folded, Word)>,
}

/// A key without letter case and underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Folded {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Watch {
    /// Looks for these.
    pub(crate) fn new(words: impl IntoIterator<Item = Word>) -> Self {
        let fold = |word: Word| Some((Folded::of(word.key)?, word));
        let mut words: Vec<_> = words.into_iter().filter_map(fold).collect();
        words.sort_by(|left, right| left.0.cmp(&right.0));
        Self { words }
    }

    /// The watched key that this one is, quotes and all.
    ///
    /// # Errors
    /// When it is none, and some readers would take it for one.
    pub(crate) fn find(&self, quoted: &[u8]) -> Result<Option<&'static str>, PeekError> {
        if quoted.len() > LONGEST_QUOTED {
            return Ok(None);
        }
        // a key that does not decode (half a surrogate pair) is none of ours
        let Some(key) = decode(quoted) else {
            return Ok(None);
        };
        let Some(folded) = Folded::of(&key) else {
            return Ok(None);
        };
        let found = self.words.binary_search_by(|(other, _)| other.cmp(&folded));
        let word = found.ok().and_then(|at| self.words.get(at));
        match word {
            Some((_, word)) if key == word.key || key == word.also => Ok(Some(word.key)),
            Some((_, word)) => Err(PeekError::LookAlike { key: word.key }),
            None => Ok(None),
        }
    }
}

impl Folded {
    /// Folds as readers do that ignore case: U+017F is a small `s` to them, U+212A a `k`.
    fn of(key: &str) -> Option<Self> {
        let mut folded = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        for letter in key.chars().filter(|letter| !matches!(letter, '_' | '-')) {
            let letter = match letter {
                '\u{17f}' => 's',
                '\u{212a}' => 'k',
                other => other.to_ascii_lowercase(),
            };
            let slot = folded.bytes.get_mut(folded.length)?;
            *slot = u8::try_from(letter).ok().filter(u8::is_ascii)?;
            folded.length += 1;
        }
        Some(folded)
    }
}

/// A text without its quotes and escapes; `None` where it does not decode.
pub(crate) fn decode(quoted: &[u8]) -> Option<Cow<'_, str>> {
    if quoted.contains(&b'\\') {
        return serde_json::from_slice(quoted).ok().map(Cow::Owned);
    }
    let inside = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    std::str::from_utf8(inside).ok().map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CACHED: Word = Word {
        key: "cachedContent",
        also: "cached_content",
    };

    fn check(key: &str, expected: Result<Option<&'static str>, &'static str>) {
        let watch = Watch::new([
            Word::new("service_tier"),
            CACHED,
            Word::new("n"),
            Word::new("tasks"),
        ]);
        let expected = expected.map_err(|key| PeekError::LookAlike { key });
        assert_eq!(watch.find(format!("\"{key}\"").as_bytes()), expected, "{key}");
    }

    #[test]
    fn watched_keys_are_found_in_the_spellings_of_their_protocol() {
        check("service_tier", Ok(Some("service_tier")));
        check("cachedContent", Ok(Some("cachedContent")));
        check("cached_content", Ok(Some("cachedContent")));
        check("serv\\u0069ce_tier", Ok(Some("service_tier")));
        check("n", Ok(Some("n")));
        for other in ["", "nn", "service_tiers", "模型", "\\ud83d", "service tier"] {
            check(other, Ok(None));
        }
        check(&"n".repeat(10_000), Ok(None));
    }

    #[test]
    fn what_some_readers_take_for_one_is_refused() {
        for alike in [
            "serviceTier",
            "SERVICE_TIER",
            "service-tier",
            "servicetier_",
            "Service_tier",
        ] {
            check(alike, Err("service_tier"));
        }
        check("CachedContent", Err("cachedContent"));
        check("N", Err("n"));
        check("ta\u{17f}\u{212a}s", Err("tasks"));
        check("t\\u0041sks", Err("tasks"));
    }
}
