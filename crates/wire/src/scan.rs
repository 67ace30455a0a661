//! A scanner of JSON that builds nothing: it finds where values begin and end, and whether they are well formed.
//!
//! Bodies of coding tools are 40 to 125 KB, nearly all of it inside strings, so strings are skipped in blocks. The
//! scanner accepts exactly the grammar of RFC 8259, with one addition that real clients need: an escaped half of a
//! surrogate pair, which a client leaves behind when it cuts a long text.

use crate::peek::PeekError;
use crate::skip;
use std::ops::Range;

/// Deepest nesting that is read, the object itself included.
pub(crate) const MAX_DEPTH: u32 = 128;

/// A position in a text that is being scanned.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Which brackets are open, as one bit each: set for an object, clear for an array.
#[derive(Default)]
struct Open {
    objects: u128,
    depth: u32,
}

impl Open {
    fn push(&mut self, is_object: bool) -> Result<(), PeekError> {
        // the object around the whole counts too
        if self.depth + 1 >= MAX_DEPTH {
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

/// Words of eight bytes that are looked at one by one before a string is taken for a long one.
const SHORT: usize = 4;

/// A word of eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Marks the first byte that ends a run of plain ones: a quote, a backslash or a control character. Those behind the
/// first may be marked wrongly, because the subtractions borrow from them.
const fn needs_look(word: u64) -> u64 {
    let (quote, escape) = (word ^ each(b'"'), word ^ each(b'\\'));
    let control = word.wrapping_sub(each(b' ')) & !word;
    let quote = quote.wrapping_sub(each(1)) & !quote;
    let escape = escape.wrapping_sub(each(1)) & !escape;
    (control | quote | escape) & each(0x80)
}

/// Which byte of a word is the first that is marked.
const fn place(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// Whether nothing in a block needs a look. All of it is looked at, with no way out in between, so that it becomes
/// vector code.
fn is_plain(block: &[[u8; 8]; 4]) -> bool {
    let needs_look = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
    !block
        .as_flattened()
        .iter()
        .fold(false, |found, byte| found | needs_look(byte))
}

impl<'a> Scanner<'a> {
    /// Begins at the first byte.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Begins at another byte of a text that is known to be well formed.
    pub(crate) const fn at(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
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
        let mut open = Open::default();
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
        self.at = skip::value(self.bytes, start);
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
                Some(b'"') => return self.string().map(drop),
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
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (words, tail) = rest.as_chunks::<8>();
        // most strings, and most runs between two escapes, end within a few words
        let (first, more) = words.split_at_checked(SHORT).unwrap_or((words, &[]));
        let mut plain = 0;
        for word in first {
            let found = needs_look(u64::from_le_bytes(*word));
            if found != 0 {
                self.at += plain + place(found);
                return;
            }
            plain += 8;
        }
        let (blocks, _) = more.as_chunks::<4>();
        plain += 32 * blocks.iter().take_while(|block| is_plain(block)).count();
        let (words, _) = rest.get(plain..).unwrap_or_default().as_chunks::<8>();
        for word in words {
            let found = needs_look(u64::from_le_bytes(*word));
            if found != 0 {
                self.at += plain + place(found);
                return;
            }
            plain += 8;
        }
        let look = |byte: &u8| *byte == b'"' || *byte == b'\\' || *byte < 0x20;
        self.at += plain + tail.iter().position(look).unwrap_or(tail.len());
    }

    fn escape(&mut self) -> Result<(), PeekError> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 1..self.at + 5).unwrap_or_default();
                if digits.len() != 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.malformed());
                }
                self.at += 5;
            }
            _ => return Err(self.malformed()),
        }
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
