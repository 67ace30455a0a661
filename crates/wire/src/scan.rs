//! A scanner of JSON that builds nothing: it finds where values begin and end, and whether they are well formed.
//!
//! Bodies of coding tools are 40 to 125 KB, nearly all of it inside strings, so strings are skipped in words and in
//! vectors, and it is noted where the long ones end, for whoever reads the body again. The scanner accepts exactly the
//! grammar of RFC 8259, with one addition that real clients need: an escaped half of a surrogate pair, which a client
//! leaves behind when it cuts a long text.

use crate::peek::PeekError;
use crate::skip::{self, Ends};
use crate::words::{ends_plain, first_of, plain_bytes, plain_run};
use std::ops::Range;

/// Deepest nesting that is read, the object itself included.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A position in a text that is being scanned.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Ends of values that are known already.
    ends: Ends<'a>,
    /// Where long values stand that were met.
    long: Vec<Range<usize>>,
    is_noting: bool,
}

/// Which brackets are open, as one bit each: set for an object, clear for an array.
#[derive(Default)]
struct Open {
    objects: u128,
    depth: u32,
    /// Brackets around the value, besides that of the object around the whole.
    outer: u32,
}

impl Open {
    fn push(&mut self, is_object: bool) -> Result<(), PeekError> {
        // the object around the whole counts too
        if self.outer + self.depth + 1 >= MAX_DEPTH {
            return Err(PeekError::TooDeep);
        }
        self.objects = self.objects << 1 | u128::from(is_object);
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) {
        self.objects >>= 1;
        self.depth = self.depth.saturating_sub(1);
    }

    fn innermost_is_object(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.objects & 1 == 1)
    }
}

/// Least length of a value whose place is noted, in bytes: notes take a quarter of the body at most.
const LONG: usize = 64;

/// Words of eight bytes that are looked at one by one before a run is taken for a long one.
const SHORT: usize = 4;

impl<'a> Scanner<'a> {
    /// Begins at the first byte.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// Begins at another byte of a text that is known to be well formed.
    pub(crate) const fn at(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            ends: Ends::none(),
            long: Vec::new(),
            is_noting: false,
        }
    }

    /// Begins at the first byte, and notes where long texts stand, so that nobody need go through them again.
    pub(crate) const fn noting(bytes: &'a [u8]) -> Self {
        let mut scanner = Self::new(bytes);
        scanner.is_noting = true;
        scanner
    }

    /// Where the long values stand that were met, from left to right, none within another.
    pub(crate) fn noted(self) -> Vec<Range<usize>> {
        self.long
    }

    /// The same, where the ends of some values are known.
    pub(crate) fn with(self, ends: Ends<'a>) -> Self {
        Self { ends, ..self }
    }

    /// Where it stands.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// Takes a byte that has been looked at.
    pub(crate) const fn advance(&mut self) {
        self.at += 1;
    }

    /// The next byte that is not white space, without taking it.
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// Takes the next token, which must be this byte.
    pub(crate) fn take(&mut self, expected: u8) -> Result<(), PeekError> {
        if self.next_token() == Some(expected) {
            self.at += 1;
            return Ok(());
        }
        Err(self.malformed())
    }

    /// Takes a string; the range includes its quotes.
    pub(crate) fn string(&mut self) -> Result<Range<usize>, PeekError> {
        self.take(b'"')?;
        let start = self.at - 1;
        loop {
            self.skip_plain();
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(start..self.at);
                }
                Some(b'\\') => self.escape()?,
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(self.malformed()),
            }
        }
    }

    /// Takes any value; the range is that of its text without surrounding white space.
    pub(crate) fn value(&mut self) -> Result<Range<usize>, PeekError> {
        self.value_within(0)
    }

    /// Takes any value; of a list of objects, long values of their members are noted as one, whatever they are.
    pub(crate) fn list(&mut self) -> Result<Range<usize>, PeekError> {
        if self.next_token() != Some(b'[') {
            return self.value();
        }
        let start = self.at;
        self.at += 1;
        if self.next_token() == Some(b']') {
            self.at += 1;
            return Ok(start..self.at);
        }
        loop {
            self.element()?;
            if !self.goes_on(b']')? {
                return Ok(start..self.at);
            }
        }
    }

    fn element(&mut self) -> Result<(), PeekError> {
        if self.next_token() != Some(b'{') {
            return self.value_within(1).map(drop);
        }
        self.at += 1;
        if self.next_token() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.key()?;
            let noted = self.long.len();
            let value = self.value_within(2)?;
            // what was noted within it is part of it
            self.long.truncate(noted);
            self.note(value);
            if !self.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    #[inline]
    fn note(&mut self, value: Range<usize>) {
        if value.len() >= LONG && self.is_noting {
            self.long.push(value);
        }
    }

    /// Takes a comma, or the bracket that ends the list.
    fn goes_on(&mut self, close: u8) -> Result<bool, PeekError> {
        let next = self.next_token();
        if next != Some(b',') && next != Some(close) {
            return Err(self.malformed());
        }
        self.at += 1;
        Ok(next == Some(b','))
    }

    fn value_within(&mut self, outer: u32) -> Result<Range<usize>, PeekError> {
        let mut open = Open {
            outer,
            ..Open::default()
        };
        self.next_token();
        let start = self.at;
        loop {
            self.opening_or_scalar(&mut open)?;
            if self.closings(&mut open)? {
                return Ok(start..self.at);
            }
        }
    }

    /// Takes a string of a text that is known to be well formed; the range includes its quotes.
    pub(crate) fn known_string(&mut self) -> Option<Range<usize>> {
        let start = (self.next_token() == Some(b'"')).then_some(self.at)?;
        self.at = skip::string(self.bytes, start);
        Some(start..self.at)
    }

    /// Takes any value of a text that is known to be well formed; none where a list ends.
    pub(crate) fn known_value(&mut self) -> Option<Range<usize>> {
        if let None | Some(b']' | b'}') = self.next_token() {
            return None;
        }
        let start = self.at;
        self.at = skip::value(self.bytes, start, &mut self.ends);
        (self.at > start).then_some(start..self.at)
    }

    /// The error that says that the text is not JSON here.
    pub(crate) const fn malformed(&self) -> PeekError {
        PeekError::Malformed { at: self.at }
    }

    /// The text of a range that this scanner returned.
    pub(crate) fn text(&self, range: Range<usize>) -> &'a [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes brackets up to and including the next scalar or empty container.
    fn opening_or_scalar(&mut self, open: &mut Open) -> Result<(), PeekError> {
        loop {
            let first = self.next_token();
            match first {
                Some(b'{' | b'[') => {
                    let is_object = first == Some(b'{');
                    open.push(is_object)?;
                    self.at += 1;
                    let close = if is_object { b'}' } else { b']' };
                    if self.next_token() == Some(close) {
                        self.at += 1;
                        open.pop();
                        return Ok(());
                    }
                    if is_object {
                        self.key()?;
                    }
                }
                Some(b'"') => {
                    let text = self.string()?;
                    self.note(text);
                    return Ok(());
                }
                Some(b'-' | b'0'..=b'9') => return self.number(),
                Some(b't') => return self.literal(b"true"),
                Some(b'f') => return self.literal(b"false"),
                Some(b'n') => return self.literal(b"null"),
                _ => return Err(self.malformed()),
            }
        }
    }

    /// Takes what may follow a value; true when the outermost one has ended.
    fn closings(&mut self, open: &mut Open) -> Result<bool, PeekError> {
        while let Some(is_object) = open.innermost_is_object() {
            match self.next_token() {
                Some(b',') => {
                    self.at += 1;
                    if is_object {
                        self.key()?;
                    }
                    return Ok(false);
                }
                Some(b'}') if is_object => self.at += 1,
                Some(b']') if !is_object => self.at += 1,
                _ => return Err(self.malformed()),
            }
            open.pop();
        }
        Ok(true)
    }

    fn key(&mut self) -> Result<(), PeekError> {
        self.string()?;
        self.take(b':')
    }

    /// Moves over bytes of a string that need no look.
    #[inline]
    fn skip_plain(&mut self) {
        // most strings, and most runs between two escapes, end within a few words
        for _ in 0..SHORT {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(word) = rest.first_chunk::<8>() else {
                self.at += plain_bytes(rest);
                return;
            };
            if let Some(plain) = first_of(ends_plain(*word)) {
                self.at += plain;
                return;
            }
            self.at += 8;
        }
        self.at += plain_run(self.bytes.get(self.at..).unwrap_or_default());
    }

    /// Takes what follows a backslash.
    #[inline]
    fn escape(&mut self) -> Result<(), PeekError> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => self.hexadecimal(),
            _ => Err(self.malformed()),
        }
    }

    fn hexadecimal(&mut self) -> Result<(), PeekError> {
        let digits = self.bytes.get(self.at + 1..self.at + 5).unwrap_or_default();
        if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.malformed());
        }
        self.at += 5;
        Ok(())
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), PeekError> {
        let found = self.bytes.get(self.at..self.at + word.len());
        if found != Some(word) {
            return Err(self.malformed());
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), PeekError> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), PeekError> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.malformed())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
