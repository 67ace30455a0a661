//! One message of the stream: two lengths and their checksum, headers, payload, checksum of the whole.

use super::checksum::crc32;
use bytes::{Buf, Bytes, BytesMut};

/// Longest message that is read, in bytes. The format itself allows no more.
pub const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// Longest headers of a message, in bytes.
const MAX_HEADERS: usize = 128 * 1024;

/// Length, length of the headers, checksum of the two.
const PRELUDE: usize = 12;

/// The checksum at the end.
const TRAILER: usize = 4;

/// Sort of a header whose value is a text.
const TEXT: u8 = 7;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Headers whose value is a text, in order. Those of other sorts carry nothing that is needed here.
    headers: Vec<(String, String)>,
    /// What it carries.
    pub payload: Bytes,
}

/// Bytes that are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// A length that no message can have.
    #[error("the stream has a message of {length} bytes, which cannot be")]
    Length {
        /// As announced.
        length: usize,
    },
    /// A checksum does not fit what it stands for.
    #[error("the checksum of a message does not fit its bytes")]
    Checksum,
    /// The headers are not written as they should be.
    #[error("the headers of a message cannot be read")]
    Headers,
}

impl Message {
    /// A message with these headers, for stand-ins and tests.
    pub fn new(headers: &[(&str, &str)], payload: impl Into<Bytes>) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            headers: headers.iter().map(owned).collect(),
            payload: payload.into(),
        }
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Takes the first message off these bytes; `None` while it is not complete.
    ///
    /// # Errors
    /// When what stands there can never become a message.
    pub fn take(bytes: &mut BytesMut) -> Result<Option<Self>, MessageError> {
        let Some(prelude) = bytes.get(..PRELUDE) else {
            return Ok(None);
        };
        let [length, headers] = [prelude, prelude.get(4..).unwrap_or_default()].map(number);
        if number(prelude.get(8..).unwrap_or_default()) != crc32(prelude.get(..8).unwrap_or_default()) {
            return Err(MessageError::Checksum);
        }
        let (length, headers) = (length as usize, headers as usize);
        let fixed = PRELUDE + TRAILER;
        if length > MAX_MESSAGE || headers > MAX_HEADERS || length < fixed + headers {
            return Err(MessageError::Length { length });
        }
        if bytes.len() < length {
            return Ok(None);
        }
        let mut whole = bytes.split_to(length).freeze();
        let trailer = whole.split_off(length - TRAILER);
        if number(&trailer) != crc32(&whole) {
            return Err(MessageError::Checksum);
        }
        whole.advance(PRELUDE);
        let named = whole.split_to(headers);
        Ok(Some(Self {
            headers: read_headers(named).ok_or(MessageError::Headers)?,
            payload: whole,
        }))
    }

    /// The message as bytes, for stand-ins and tests. Names and values that are too long for the format are cut.
    pub fn to_bytes(&self) -> Bytes {
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let name = name.as_bytes().get(..name.len().min(0xff)).unwrap_or_default();
            let value = value
                .as_bytes()
                .get(..value.len().min(0x7fff))
                .unwrap_or_default();
            headers.push(name.len().to_le_bytes()[0]);
            headers.extend_from_slice(name);
            headers.push(TEXT);
            let [low, high, ..] = value.len().to_le_bytes();
            headers.extend_from_slice(&[high, low]);
            headers.extend_from_slice(value);
        }
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        let mut whole = Vec::new();
        whole.extend_from_slice(&number(PRELUDE + headers.len() + self.payload.len() + TRAILER));
        whole.extend_from_slice(&number(headers.len()));
        whole.extend_from_slice(&crc32(&whole).to_be_bytes());
        whole.extend_from_slice(&headers);
        whole.extend_from_slice(&self.payload);
        whole.extend_from_slice(&crc32(&whole).to_be_bytes());
        Bytes::from(whole)
    }
}

/// The number in the first four bytes, the largest first.
fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

fn read_headers(mut bytes: Bytes) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let length = bytes.try_get_u8().ok()?;
        let name = text(&mut bytes, usize::from(length))?;
        let length = match bytes.try_get_u8().ok()? {
            0 | 1 => 0,
            2 => 1,
            3 => 2,
            4 => 4,
            5 | 8 => 8,
            9 => 16,
            6 => usize::from(bytes.try_get_u16().ok()?),
            TEXT => {
                let length = usize::from(bytes.try_get_u16().ok()?);
                headers.push((name, text(&mut bytes, length)?));
                continue;
            }
            _ => return None,
        };
        if bytes.len() < length {
            return None;
        }
        bytes.advance(length);
    }
    Some(headers)
}

fn text(bytes: &mut Bytes, length: usize) -> Option<String> {
    if bytes.len() < length {
        return None;
    }
    let text = bytes.split_to(length);
    str::from_utf8(&text).ok().map(str::to_owned)
}
