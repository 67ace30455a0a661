//! Holds a connection of HTTP/1 to the one reading that all readers share.
//!
//! Two readers of the same bytes may disagree on where a request ends: one counts by `Content-Length`, the other by
//! chunks; one ends a line at a lone line feed, the other goes on. What the one takes for a body is a request to the
//! other. Whoever stands before this gateway may be that other reader, so a connection is read here only as long as it
//! leaves no choice. The byte that leaves one is spoilt: the reader of HTTP behind this can make nothing of it, answers
//! 400 and closes.
//!
//! What is read on is left as it is, and never kept but for the beginning of a line.
//!
//! A request that asks for another protocol is the last on its connection, since bytes behind it could be meant for
//! that protocol.

use memchr::memchr;

/// Longest line that is kept until its end comes.
const LONGEST: usize = 64 * 1024;

/// What a spoilt byte becomes: no reader of HTTP takes it in a head, or where a chunk begins or ends.
const SPOILT: u8 = 0;

/// Follows the requests of one connection.
#[derive(Debug, Default)]
pub struct Framing {
    expected: Expected,
    head: Head,
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    /// Whether the last line was the size of a chunk and ended in a lone line feed.
    is_lone: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    /// A line of a head, the first one or a later one.
    #[default]
    Head,
    /// So many bytes of a body.
    Body(u64),
    /// The line that says how long a chunk is.
    Size,
    /// So many bytes of a chunk.
    Chunk(u64),
    /// The end of a line, behind a chunk.
    ChunkEnd,
    /// A line behind the last chunk.
    Trailer,
    /// Nothing: the last request asked for another protocol.
    Nothing,
    /// Whatever it is, nobody reads it.
    Anything,
}

/// What a head has said so far.
#[derive(Debug, Default)]
struct Head {
    has_line: bool,
    is_of_old_version: bool,
    length: Option<u64>,
    is_chunked: bool,
    is_last: bool,
}

/// Bytes that can be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unclear;

impl Framing {
    /// Goes through bytes as they come, and spoils the first that leaves a choice; says whether one did.
    pub fn check(&mut self, bytes: &mut [u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.expected {
                Expected::Anything => return false,
                Expected::Nothing => return self.spoil(rest.first_mut()),
                Expected::Body(left) | Expected::Chunk(left) => self.skip(left, rest),
                _ => {
                    let end = memchr(b'\n', rest).map(|at| at + 1);
                    let split = rest.split_at_mut_checked(end.unwrap_or(rest.len()));
                    let (line, behind) = split.unwrap_or_default();
                    let taken = match end {
                        Some(_) => self.line(line),
                        None => self.begin(line),
                    };
                    if taken.is_err() {
                        return self.spoil(line.last_mut());
                    }
                    behind
                }
            };
        }
        false
    }

    fn spoil(&mut self, byte: Option<&mut u8>) -> bool {
        // behind the size of a chunk a lone line feed is refused anyway, and what takes its place would not be
        if let Some(byte) = byte.filter(|_| !self.is_lone) {
            *byte = SPOILT;
        }
        (self.expected, self.begun) = (Expected::Anything, Vec::new());
        true
    }

    /// Passes over a part of a body; gives what lies behind it.
    fn skip<'b>(&mut self, left: u64, bytes: &'b mut [u8]) -> &'b mut [u8] {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let left = left - here as u64;
        match self.expected {
            Expected::Chunk(_) if left > 0 => self.expected = Expected::Chunk(left),
            Expected::Chunk(_) => self.expected = Expected::ChunkEnd,
            _ if left > 0 => self.expected = Expected::Body(left),
            _ => self.next_request(),
        }
        bytes
            .split_at_mut_checked(here)
            .map_or(&mut [], |(_, behind)| behind)
    }

    fn next_request(&mut self) {
        self.expected = match self.head.is_last {
            true => Expected::Nothing,
            false => Expected::Head,
        };
        self.head = Head::default();
    }

    /// Keeps the beginning of a line.
    fn begin(&mut self, line: &[u8]) -> Result<(), Unclear> {
        if self.begun.len() + line.len() > LONGEST {
            return Err(Unclear);
        }
        self.begun.extend_from_slice(line);
        Ok(())
    }

    /// Takes a line to its line feed, of which the beginning may have come before.
    fn line(&mut self, end: &[u8]) -> Result<(), Unclear> {
        if self.begun.is_empty() {
            return self.whole_line(end);
        }
        let mut line = std::mem::take(&mut self.begun);
        line.extend_from_slice(end);
        let taken = self.whole_line(&line);
        line.clear();
        self.begun = line;
        taken
    }

    fn whole_line(&mut self, line: &[u8]) -> Result<(), Unclear> {
        let whole = line.strip_suffix(b"\r\n");
        self.is_lone = whole.is_none() && self.expected == Expected::Size;
        let line = whole.ok_or(Unclear)?;
        if line
            .iter()
            .any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f)
        {
            return Err(Unclear);
        }
        match self.expected {
            Expected::Size => self.expected = size(line)?,
            Expected::ChunkEnd if line.is_empty() => self.expected = Expected::Size,
            Expected::ChunkEnd => return Err(Unclear),
            Expected::Trailer if line.is_empty() => self.next_request(),
            Expected::Trailer => trailer(line)?,
            _ if !self.head.has_line => self.head.first_line(line)?,
            _ if line.is_empty() => self.end_of_head()?,
            _ => self.head.header(line)?,
        }
        Ok(())
    }

    fn end_of_head(&mut self) -> Result<(), Unclear> {
        let Head {
            is_of_old_version,
            length,
            is_chunked,
            ..
        } = self.head;
        if is_chunked && (length.is_some() || is_of_old_version) {
            return Err(Unclear);
        }
        match length {
            _ if is_chunked => self.expected = Expected::Size,
            Some(length) if length > 0 => self.expected = Expected::Body(length),
            _ => self.next_request(),
        }
        Ok(())
    }
}

impl Head {
    /// Method, target and version with one space between them; empty lines before it are nothing.
    fn first_line(&mut self, line: &[u8]) -> Result<(), Unclear> {
        if line.is_empty() {
            return Ok(());
        }
        let mut words = line.split(|byte| *byte == b' ');
        let (method, target, version) = (words.next(), words.next(), words.next());
        let is_whole = words.next().is_none() && target.is_some_and(|target| !target.is_empty());
        self.is_of_old_version = match version {
            Some(b"HTTP/1.1") if is_whole => false,
            Some(b"HTTP/1.0") if is_whole => true,
            _ => return Err(Unclear),
        };
        (self.has_line, self.is_last) = (true, method == Some(b"CONNECT"));
        Ok(())
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Unclear> {
        let (name, value) = header(line)?;
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = number(value, 10, 18)?;
            return match self.length.replace(length) {
                None => Ok(()),
                Some(_) => Err(Unclear),
            };
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let is_second = std::mem::replace(&mut self.is_chunked, true);
            return match !is_second && value.eq_ignore_ascii_case(b"chunked") {
                true => Ok(()),
                false => Err(Unclear),
            };
        }
        self.is_last |= name.eq_ignore_ascii_case(b"upgrade");
        Ok(())
    }
}

/// Name and value of a header; a line that goes on with the one before has no name.
fn header(line: &[u8]) -> Result<(&[u8], &[u8]), Unclear> {
    let at = memchr(b':', line).ok_or(Unclear)?;
    let (name, value) = line.split_at_checked(at).ok_or(Unclear)?;
    let is_name = !name.is_empty() && name.iter().all(|byte| is_of_name(*byte));
    let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
    is_name.then_some((name, value)).ok_or(Unclear)
}

/// Whether a byte may stand in the name of a header (RFC 9110, section 5.6.2).
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// What follows the line that says how long a chunk is.
fn size(line: &[u8]) -> Result<Expected, Unclear> {
    let end = memchr(b';', line).unwrap_or(line.len());
    let (digits, _) = line.split_at_checked(end).ok_or(Unclear)?;
    Ok(match number(digits, 16, 15)? {
        0 => Expected::Trailer,
        size => Expected::Chunk(size),
    })
}

/// Behind a body nothing may be said about where it ends.
fn trailer(line: &[u8]) -> Result<(), Unclear> {
    let (name, _) = header(line)?;
    let frames = [&b"content-length"[..], b"transfer-encoding", b"host", b"upgrade"];
    match frames.iter().any(|other| name.eq_ignore_ascii_case(other)) {
        true => Err(Unclear),
        false => Ok(()),
    }
}

/// Digits and nothing else, at least one and at most so many.
fn number(text: &[u8], radix: u32, most: usize) -> Result<u64, Unclear> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    if text.is_empty() || text.len() > most || !text.iter().all(is_digit) {
        return Err(Unclear);
    }
    let text = std::str::from_utf8(text).map_err(|_| Unclear)?;
    u64::from_str_radix(text, radix).map_err(|_| Unclear)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the first byte is spoilt, with bytes that come in blocks of a size.
    fn spoilt(text: &str, size: usize) -> Option<usize> {
        let mut framing = Framing::default();
        let mut bytes = text.as_bytes().to_vec();
        bytes.chunks_mut(size).for_each(|block| {
            framing.check(block);
        });
        let differs = bytes
            .iter()
            .zip(text.as_bytes())
            .filter(|(now, before)| now != before);
        assert!(differs.count() <= 1, "{text:?}");
        bytes
            .iter()
            .zip(text.as_bytes())
            .position(|(now, before)| now != before)
    }

    fn check(text: &str, expected: Option<usize>) {
        for size in [1, 2, 3, 7, text.len().max(1)] {
            assert_eq!(spoilt(text, size), expected, "{text:?} by {size}");
        }
    }

    /// Spoilt at the end of this beginning.
    fn check_unclear(beginning: &str, rest: &str) {
        check(&format!("{beginning}{rest}"), Some(beginning.len() - 1));
    }

    #[test]
    fn what_can_be_read_in_one_way_stays_as_it_is() {
        for text in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\nhost:\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n\n\n\nGET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length:0 \r\nx: \t\u{e9}\t\r\n\r\nGET /a:b HTTP/1.1\r\nX-Y_z!: a\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n3;a=\"b\"\r\n\n\r\n\r\nA\r\n0123456789\r\n0\r\nx: y\r\n\r\n\
             GET / HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ] {
            check(text, None);
        }
    }

    /// Acceptance A32: byte by byte, in blocks of any size.
    #[test]
    fn what_leaves_a_choice_is_spoilt_where_it_does() {
        let rest = "host: a\r\n\r\n";
        check_unclear("GET / HTTP/1.1\n", rest);
        check_unclear("\n", "GET / HTTP/1.1\r\n\r\n");
        check_unclear("GET  / HTTP/1.1\r\n", rest);
        check_unclear("GET / HTTP/2.0\r\n", rest);
        check_unclear("GET /\r\n", rest);
        let line = "POST / HTTP/1.1\r\n";
        for header in [
            "a: b\n",
            "a: b\rc: d\r\n",
            "a: b\r\r\n",
            "a: \0\r\n",
            " a: b\r\n",
            "\ta: b\r\n",
            "a : b\r\n",
            ": b\r\n",
            "a\r\n",
            "a\u{e9}: b\r\n",
            "content-length: \r\n",
            "content-length: +3\r\n",
            "content-length: 3, 3\r\n",
            "content-length: 1234567890123456789\r\n",
            "content-length: 3\r\ncontent-length: 3\r\n",
            "transfer-encoding: gzip, chunked\r\n",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
            "transfer-encoding:\r\n",
            "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
            "content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n",
            "\n",
        ] {
            check_unclear(&format!("{line}{header}"), rest);
        }
        check_unclear(
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
            "0\r\n\r\n",
        );
    }

    #[test]
    fn chunks_leave_no_choice_either() {
        let head = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        for chunk in [
            "\r\n",
            "0x3\r\n",
            "3 \r\n",
            " 3\r\n",
            "-3\r\n",
            "1234567890123456\r\n",
            "3;a\rb\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "0\r\na: b\n",
            "0\r\nContent-Length: 3\r\n",
            "0\r\n\n",
        ] {
            check_unclear(&format!("{head}{chunk}"), "0\r\n\r\n");
        }
        for chunk in ["3\n", "3;a\nb\r\n", "\n"] {
            check(&format!("{head}{chunk}abc\r\n0 \r\n\r\n"), None);
        }
    }

    #[test]
    fn behind_a_request_for_another_protocol_comes_nothing() {
        for head in [
            "CONNECT a:443 HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n",
            "POST / HTTP/1.1\r\nupgrade:\r\ncontent-length: 2\r\n\r\nab",
            "POST / HTTP/1.1\r\nupgrade: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        ] {
            check(&format!("{head}GET / HTTP/1.1\r\n\r\n"), Some(head.len()));
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept_for_ever() {
        let mut framing = Framing::default();
        let mut spoilt = 0;
        for _ in 0..2 * LONGEST / 100 {
            let mut block = [b'a'; 100];
            framing.check(&mut block);
            spoilt += block.iter().filter(|byte| **byte == SPOILT).count();
            assert!(framing.begun.len() <= LONGEST);
        }
        assert_eq!(spoilt, 1);
    }
}
