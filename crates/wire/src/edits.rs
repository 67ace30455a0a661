//! Changes a body in several places at once and leaves every other byte as it was.
//!
//! Providers cache prompts by their bytes, so a body is never written anew: what changes is named by its span, and what
//! stays is passed on in slices that are not copied. Members of objects and elements of arrays are cut together with
//! the comma that belonged to them, in whatever number and order, and members can be put in front of the others.
//!
//! ```
//! use bytes::Bytes;
//! let mut edits = wire::Edits::of(Bytes::from_static(br#"{"model":"a", "stream":true}"#));
//! edits.replace(9..12, wire::quote("b"));
//! edits.cut_member(23..27);
//! edits.insert("n", b"1");
//! assert_eq!(edits.apply().unwrap().to_vec(), br#"{"n":1,"model":"b"}"#);
//! ```

use crate::Spliced;
use crate::splice::quote;
use bytes::{BufMut, Bytes, BytesMut};
use std::ops::Range;

/// A body with the changes that are to be made to it.
#[derive(Clone, Debug)]
pub struct Edits {
    body: Bytes,
    replaced: Vec<(Range<usize>, Bytes)>,
    /// Spans of whole members or elements, without their commas.
    cut: Vec<Range<usize>>,
    /// Members to put in, by the position of the bracket behind which they stand.
    inserted: Vec<(usize, Bytes)>,
    /// The first thing asked for that cannot be done.
    wrong: Option<EditError>,
}

/// What was asked for cannot be done to this body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A span lies outside.
    #[error("bytes {start} to {end} lie outside the body")]
    Outside {
        /// First byte of the span.
        start: usize,
        /// First byte behind the span.
        end: usize,
    },
    /// Nothing that could be cut stands there.
    #[error("no member and no element begins at byte {at}")]
    NotThere {
        /// First byte of the span.
        at: usize,
    },
    /// No object begins there.
    #[error("no object begins at byte {at}")]
    NoObject {
        /// Where it should begin.
        at: usize,
    },
    /// Two changes of the same bytes.
    #[error("two changes meet at byte {at}")]
    Overlap {
        /// First byte of the second.
        at: usize,
    },
}

impl Edits {
    /// A body that is not changed yet.
    pub const fn of(body: Bytes) -> Self {
        Self {
            body,
            replaced: Vec::new(),
            cut: Vec::new(),
            inserted: Vec::new(),
            wrong: None,
        }
    }

    /// The body as it came.
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether nothing changes.
    pub const fn is_empty(&self) -> bool {
        self.replaced.is_empty() && self.cut.is_empty() && self.inserted.is_empty()
    }

    /// Puts other bytes in the place of a span.
    pub fn replace(&mut self, span: Range<usize>, with: Bytes) {
        if span.start > span.end || span.end > self.body.len() {
            self.refuse(EditError::Outside {
                start: span.start,
                end: span.end,
            });
        } else {
            self.replaced.push((span, with));
        }
    }

    /// Cuts a member out of its object: key, value and comma. The span is that of its value.
    pub fn cut_member(&mut self, value: Range<usize>) {
        match self.key_of(value.start) {
            Some(key) => self.cut_element(key..value.end),
            None => self.refuse(EditError::NotThere { at: value.start }),
        }
    }

    /// Cuts an element out of its array, with its comma.
    pub fn cut_element(&mut self, span: Range<usize>) {
        if span.start >= span.end || span.end > self.body.len() {
            self.refuse(EditError::Outside {
                start: span.start,
                end: span.end,
            });
        } else {
            self.cut.push(span);
        }
    }

    /// Puts a member in front of all others of the body. Its value is JSON.
    pub fn insert(&mut self, key: &str, value: &[u8]) {
        let object = self.skip_space(0);
        self.insert_in(object, key, value);
    }

    /// Puts a member in front of all others of the object that begins at a byte. Its value is JSON.
    pub fn insert_in(&mut self, object: usize, key: &str, value: &[u8]) {
        if self.byte(object) != Some(b'{') {
            self.refuse(EditError::NoObject { at: object });
            return;
        }
        let key = quote(key);
        let mut member = BytesMut::with_capacity(key.len() + 1 + value.len());
        member.put(key);
        member.put_u8(b':');
        member.put_slice(value);
        self.inserted.push((object, member.freeze()));
    }

    /// The body as it is with its changes.
    ///
    /// # Errors
    /// When a change cannot be made, or two change the same bytes.
    pub fn apply(mut self) -> Result<Spliced, EditError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        if self.is_empty() {
            return Ok(Spliced::whole(self.body));
        }
        let runs = self.runs()?;
        let mut changes: Vec<(Range<usize>, Bytes)> = std::mem::take(&mut self.replaced);
        changes.extend(self.insertions(&runs));
        changes.extend(runs.into_iter().map(|run| (run.taken, Bytes::new())));
        // insertions are empty, so they come before a cut that begins at the same byte
        changes.sort_by_key(|(span, _)| (span.start, span.end));
        let mut parts = Vec::with_capacity(changes.len() * 2 + 1);
        let mut at = 0;
        for (span, with) in changes {
            if span.start < at {
                return Err(EditError::Overlap { at: span.start });
            }
            parts.push(self.body.slice(at..span.start));
            parts.push(with);
            at = span.end;
        }
        parts.push(self.body.slice(at..));
        Ok(Spliced::of(parts))
    }

    /// Cuts, those next to each other taken together, with the comma that goes with them.
    fn runs(&mut self) -> Result<Vec<Run>, EditError> {
        let mut cut = std::mem::take(&mut self.cut);
        cut.sort_by_key(|span| span.start);
        let mut cut = cut.into_iter().peekable();
        let mut runs = Vec::new();
        while let Some(mut span) = cut.next() {
            while let Some(next) = self.after_comma(span.end)
                && let Some(neighbour) = cut.next_if(|other| other.start == next)
            {
                span.end = neighbour.end;
            }
            runs.push(self.run(span)?);
        }
        Ok(runs)
    }

    fn run(&self, span: Range<usize>) -> Result<Run, EditError> {
        let Range { start, end } = span;
        let before = self.last_token(start);
        let opens = before.is_some_and(|(_, byte)| byte == b'{' || byte == b'[');
        let follows_comma = before.filter(|(_, byte)| *byte == b',').map(|(at, _)| at);
        if !opens && follows_comma.is_none() {
            return Err(EditError::NotThere { at: start });
        }
        if let Some(next) = self.after_comma(end) {
            let (taken, is_last) = (start..next, false);
            return Ok(Run {
                taken,
                start,
                is_last,
            });
        }
        if !matches!(self.byte(self.skip_space(end)), Some(b'}' | b']')) {
            return Err(EditError::NotThere { at: start });
        }
        let (taken, is_last) = (follows_comma.unwrap_or(start)..end, true);
        Ok(Run {
            taken,
            start,
            is_last,
        })
    }

    /// The texts that are put in, in the order in which they were asked for.
    fn insertions(&mut self, runs: &[Run]) -> Vec<(Range<usize>, Bytes)> {
        let mut texts: Vec<(usize, BytesMut)> = Vec::new();
        for (object, member) in std::mem::take(&mut self.inserted) {
            match texts.iter_mut().find(|(other, _)| *other == object) {
                Some((_, text)) => {
                    text.put_u8(b',');
                    text.put(member);
                }
                None => texts.push((object, BytesMut::from(&*member))),
            }
        }
        let done = texts.into_iter().map(|(object, mut text)| {
            let behind = object + 1;
            let first = self.skip_space(behind);
            let is_left_empty =
                self.byte(first) == Some(b'}') || runs.iter().any(|run| run.start == first && run.is_last);
            if !is_left_empty {
                text.put_u8(b',');
            }
            (behind..behind, text.freeze())
        });
        done.collect()
    }

    fn refuse(&mut self, error: EditError) {
        self.wrong.get_or_insert(error);
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.body.get(at).copied()
    }

    /// The first position from here on that is not white space.
    fn skip_space(&self, from: usize) -> usize {
        let rest = self.body.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| is_space(**byte)).count()
    }

    /// Where the next member or element begins, if a comma follows here.
    fn after_comma(&self, from: usize) -> Option<usize> {
        let comma = self.skip_space(from);
        (self.byte(comma) == Some(b',')).then(|| self.skip_space(comma + 1))
    }

    /// The last byte before this position that is not white space, and where it stands.
    fn last_token(&self, before: usize) -> Option<(usize, u8)> {
        let bytes = self.body.get(..before)?;
        let at = bytes.iter().rposition(|byte| !is_space(*byte))?;
        Some((at, *bytes.get(at)?))
    }

    /// Where the key of a value begins. Inside a text every quote follows a backslash; the one that opens it never does.
    fn key_of(&self, value: usize) -> Option<usize> {
        let (colon, _) = self.last_token(value).filter(|(_, byte)| *byte == b':')?;
        let (closing, _) = self.last_token(colon).filter(|(_, byte)| *byte == b'"')?;
        let before = self.body.get(..closing)?;
        let opens = |at: &usize| {
            let escaped = at
                .checked_sub(1)
                .is_some_and(|left| self.byte(left) == Some(b'\\'));
            self.byte(*at) == Some(b'"') && !escaped
        };
        (0..before.len()).rev().find(opens)
    }
}

/// Members or elements in a row that are cut.
struct Run {
    /// What is taken out, a comma included.
    taken: Range<usize>,
    /// Where the first of them begins.
    start: usize,
    /// Whether none follows.
    is_last: bool,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[cfg(test)]
mod tests;
