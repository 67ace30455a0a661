//! Cuts a stream of bytes into the data of server-sent events.

/// Longest event, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// An event is longer than is taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The part of a stream that has arrived and is not complete yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

impl Lines {
    /// Takes bytes from the front of `rest` up to the end of a line; gives the data of an event that this completes.
    pub(super) fn next(&mut self, rest: &mut &[u8]) -> Result<Option<Vec<u8>>, TooLong> {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, behind) = match end {
            Some(end) => (
                rest.get(..end).unwrap_or_default(),
                rest.get(end + 1..).unwrap_or_default(),
            ),
            None => (*rest, [].as_slice()),
        };
        self.line.extend_from_slice(line);
        *rest = behind;
        if self.line.len() + self.data.len() > LONGEST {
            return Err(TooLong);
        }
        Ok(end.and_then(|_| self.line_end()))
    }

    /// The data of an event behind which the stream ended.
    pub(super) fn finish(&mut self) -> Option<Vec<u8>> {
        let last = self.line_end();
        last.or_else(|| self.event())
    }

    fn line_end(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            return self.event();
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data
                .extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
            self.has_data = true;
        }
        None
    }

    fn event(&mut self) -> Option<Vec<u8>> {
        std::mem::take(&mut self.has_data).then(|| std::mem::take(&mut self.data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(stream: &[u8], block: usize) -> Vec<String> {
        let mut lines = Lines::default();
        let mut events = Vec::new();
        for mut block in stream.chunks(block) {
            while !block.is_empty() {
                events.extend(lines.next(&mut block).unwrap());
            }
        }
        events.extend(lines.finish());
        let text = |event| String::from_utf8(event).unwrap();
        events.into_iter().map(text).collect()
    }

    #[test]
    fn blocks_do_not_matter() {
        let stream = b": note\r\nevent: a\r\ndata: {\r\ndata:}\r\n\r\n\nid: 1\n\ndata: \xc3\xa9\n\ndata:end";
        for block in 1..=stream.len() {
            assert_eq!(events(stream, block), ["{\n}", "é", "end"], "{block}");
        }
    }

    #[test]
    fn length_is_bounded() {
        let mut lines = Lines::default();
        let block = vec![b'x'; LONGEST];
        assert_eq!(lines.next(&mut block.as_slice()), Ok(None));
        assert_eq!(lines.next(&mut b"x".as_slice()), Err(TooLong));
    }
}
