//! Reads requests from a connection, byte for byte as they come.

use std::io;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Largest request that is read.
const MOST: usize = 64 * 1024 * 1024;

/// A request as it was got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Method.
    pub method: String,
    /// Path with its query.
    pub target: String,
    /// Names and values of the headers, in their order, as they are written.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing of chunks.
    pub body: Vec<u8>,
}

impl Got {
    /// The first value of a header; `None` where there is none.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        let head = std::str::from_utf8(head).ok()?;
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?, first.next()?);
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: lines.filter_map(header).collect(),
            body: Vec::new(),
        })
    }
}

/// What came on a connection and is not read yet.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    buffer: Vec<u8>,
}

impl Incoming {
    /// The next request; `None` when the other side has closed.
    ///
    /// # Errors
    /// When the connection broke, or what came is no request.
    pub(crate) async fn next(&mut self, stream: &mut TcpStream) -> io::Result<Option<Got>> {
        let Some(head) = self.until(stream, b"\r\n\r\n").await? else {
            return Ok(None);
        };
        let mut got = Got::of_head(&head).ok_or_else(malformed)?;
        if got
            .header("transfer-encoding")
            .is_some_and(|coding| coding.contains("chunked"))
        {
            got.body = self.chunks(stream).await?;
        } else if let Some(length) = got.header("content-length") {
            let length = length.parse().map_err(|_| malformed())?;
            got.body = self.exactly(stream, length).await?;
        }
        Ok(Some(got))
    }

    async fn chunks(&mut self, stream: &mut TcpStream) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.until(stream, b"\r\n").await?.ok_or_else(malformed)?;
            let line = String::from_utf8_lossy(&line);
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| malformed())?;
            body.extend(self.exactly(stream, size).await?);
            self.exactly(stream, 2).await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    /// Everything before a mark, which is taken away; `None` when nothing more comes.
    async fn until(&mut self, stream: &mut TcpStream, mark: &[u8]) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(at) = self.buffer.windows(mark.len()).position(|window| window == mark) {
                let before = self.buffer.drain(..at).collect();
                self.buffer.drain(..mark.len());
                return Ok(Some(before));
            }
            if !self.more(stream).await? {
                return Ok(None);
            }
        }
    }

    async fn exactly(&mut self, stream: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            if !self.more(stream).await? {
                return Err(malformed());
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn more(&mut self, stream: &mut TcpStream) -> io::Result<bool> {
        if self.buffer.len() > MOST {
            return Err(malformed());
        }
        Ok(stream.read_buf(&mut self.buffer).await? > 0)
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what came is not a whole request")
}
