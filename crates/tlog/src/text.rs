//! What the text formats have in common: lines that end in a newline, decimal numbers, bytes in base64.

use crate::hash::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why a text is not in its format. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Longer than anything that is read.
    #[error("the text has {bytes} bytes; at most {limit} are read")]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
        /// How many are read.
        limit: usize,
    },
    /// Not UTF-8, or with a control character other than a newline.
    #[error("line {line} has bytes that are no text")]
    NotText {
        /// The line.
        line: usize,
    },
    /// The text ends where something should follow, or within a line.
    #[error("the text ends in line {line}, where {expected} should be")]
    Ends {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// A line that is something else.
    #[error("line {line} should be {expected}, and is `{}`", shown(.found))]
    Line {
        /// The line.
        line: usize,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// More lines of a kind than are read.
    #[error("line {line} is one too many: at most {limit} lines may be {what}")]
    TooMany {
        /// The line.
        line: usize,
        /// What kind of line.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}

/// Text of somebody else for a message: on one line, and not endlessly long.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 80;
    let escaped = |part: &str| part.escape_debug().collect::<String>();
    match text.char_indices().nth(MOST).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("{}…", escaped(beginning)),
        None => escaped(text),
    }
}

/// A number as decimal digits without a sign or leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

/// A size or index of a tree.
pub(crate) fn size(text: &str) -> Option<u64> {
    decimal(text).filter(|size| *size <= crate::MAX_SIZE)
}

/// Bytes in base64 with padding, in their one spelling.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Bytes as base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The lines of a text, from the first to the last.
#[derive(Debug, Clone)]
pub(crate) struct Lines<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Lines<'t> {
    /// Begins to read a text from outside, if it is text and not longer than `limit` bytes.
    pub(crate) fn of(bytes: &'t [u8], limit: usize) -> Result<Self, FormatError> {
        if bytes.len() > limit {
            return Err(FormatError::TooLong {
                bytes: bytes.len(),
                limit,
            });
        }
        let line_at = |end: usize| 1 + bytes.iter().take(end).filter(|byte| **byte == b'\n').count();
        let text = std::str::from_utf8(bytes).map_err(|error| FormatError::NotText {
            line: line_at(error.valid_up_to()),
        })?;
        match text.bytes().position(|byte| byte < b' ' && byte != b'\n') {
            Some(at) => Err(FormatError::NotText { line: line_at(at) }),
            None => Ok(Self { rest: text, line: 1 }),
        }
    }

    /// Reads the next line, which must end in a newline; it comes without.
    pub(crate) fn next(&mut self, expected: &'static str) -> Result<&'t str, FormatError> {
        let ends = FormatError::Ends {
            line: self.line,
            expected,
        };
        let (line, rest) = self.rest.split_once('\n').ok_or(ends)?;
        self.rest = rest;
        self.line += 1;
        Ok(line)
    }

    /// Reads the next line as what `read` makes of it.
    pub(crate) fn take<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(&'t str) -> Option<T>,
    ) -> Result<T, FormatError> {
        let number = self.line;
        let line = self.next(expected)?;
        read(line).ok_or_else(|| FormatError::Line {
            line: number,
            expected,
            found: line.to_owned(),
        })
    }

    /// Reads the next line if it begins with `prefix`.
    pub(crate) fn has(&self, prefix: &str) -> bool {
        self.rest.starts_with(prefix)
    }

    /// Reads hashes, one a line, up to an empty line, which is read too.
    pub(crate) fn hashes(&mut self, what: &'static str) -> Result<Vec<Hash>, FormatError> {
        let mut hashes = Vec::new();
        loop {
            let line = self.line;
            let Some(hash) = self.take(what, |line| {
                if line.is_empty() {
                    Some(None)
                } else {
                    line.parse().ok().map(Some)
                }
            })?
            else {
                return Ok(hashes);
            };
            if hashes.len() == crate::MAX_PROOF {
                return Err(FormatError::TooMany {
                    line,
                    what,
                    limit: crate::MAX_PROOF,
                });
            }
            hashes.push(hash);
        }
    }

    /// Whether nothing is left.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left, and the number of its first line.
    pub(crate) fn rest(self) -> (&'t str, usize) {
        (self.rest, self.line)
    }

    /// The lines of what was [`Lines::rest`], or of a part of it.
    pub(crate) fn within(rest: &'t str, line: usize) -> Self {
        Self { rest, line }
    }
}

/// Reads `name value`.
pub(crate) fn named<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    line.strip_prefix(name)?.strip_prefix(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, number) in [
            ("0", Some(0)),
            ("10", Some(10)),
            ("18446744073709551615", Some(u64::MAX)),
        ] {
            assert_eq!(decimal(text), number, "{text}");
        }
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_0",
            "18446744073709551616",
            "１",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert_eq!(size("9223372036854775807"), Some(crate::MAX_SIZE));
        assert_eq!(size("9223372036854775808"), None);
    }

    #[test]
    fn what_is_no_text() {
        let refused = |bytes: &[u8]| Lines::of(bytes, 100).map(|_| ()).unwrap_err();
        assert_eq!(refused(b"one\ntwo\xff\n"), FormatError::NotText { line: 2 });
        assert_eq!(refused(b"one\ntwo\nthree\r\n"), FormatError::NotText { line: 3 });
        assert_eq!(
            refused(&[b'a'; 101]),
            FormatError::TooLong {
                bytes: 101,
                limit: 100
            }
        );
    }

    #[test]
    fn messages_stay_on_one_line() {
        assert_eq!(shown("a\nb"), "a\\nb");
        assert_eq!(shown(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
        assert_eq!(shown(&"é".repeat(80)), "é".repeat(80));
    }
}
