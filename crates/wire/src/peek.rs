//! Finds the model that a request names, without parsing the request.
//!
//! The body of a request stays the caller's: it goes on byte for byte. All that a decision needs of it is the name of
//! the model, whether the answer is to be streamed, and what of the request would change its reach; all are top-level
//! keys, and all may stand anywhere, even behind 120 KB of conversation in which the same words occur. One pass over the
//! top-level keys finds them.
//!
//! The pass is strict where being generous would let two readers of the same bytes see different models: a key that
//! occurs twice, or differs from one of ours by letter case or underscores only (some readers fold them), is refused.

use crate::Surface;
use crate::scan::{MAX_DEPTH, Scanner};
use crate::watch::{Watch, Word};
use std::ops::Range;
use std::sync::LazyLock;

/// Longest name of a model, in bytes.
const MAX_NAME: usize = 256;

/// What a request says at its top level, as far as the gateway must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peek {
    /// The model asked for; `None`: the request names none.
    pub model: Option<ModelField>,
    /// Whether a stream is asked for; false where the request does not say.
    pub stream: bool,
    /// Every key that was looked for and found, with the span of its value.
    found: Vec<(&'static str, Range<usize>)>,
    /// Where long values stand, from left to right, none within another: they need not be gone through again.
    long: Vec<Range<usize>>,
}

/// The value of `model` in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelField {
    /// Where the value stands in the body, its quotes included; empty where the path names the model.
    pub span: Range<usize>,
    /// The name, decoded.
    pub name: String,
}

/// Why a body cannot be a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeekError {
    /// Not UTF-8.
    #[error("the body is not UTF-8 text")]
    NotText,
    /// JSON, perhaps, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// Not JSON.
    #[error("the body is not valid JSON at byte {at}")]
    Malformed {
        /// Offset of the first byte that fits nothing.
        at: usize,
    },
    /// Too many brackets inside each other.
    #[error("the body is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A key that decides about the request occurs twice.
    #[error("the body has the key `{key}` more than once")]
    Duplicate {
        /// The key.
        key: &'static str,
    },
    /// A key that some readers would take for one that decides.
    #[error("the body has a key that differs from `{key}` by underscores or letter case only")]
    LookAlike {
        /// The key that it resembles.
        key: &'static str,
    },
    /// The model is not named by a plain text.
    #[error("`model` is not a text of 1 to {MAX_NAME} bytes without control characters")]
    ModelName,
    /// `stream` is neither true nor false.
    #[error("`stream` is neither true nor false")]
    Stream,
}

/// Finds `model` and `stream` among the top-level keys of a body, in one pass.
///
/// # Errors
/// When the body is no JSON object, or says about the two keys something that readers could take differently.
pub fn peek(body: &[u8]) -> Result<Peek, PeekError> {
    static WATCH: LazyLock<Watch> = LazyLock::new(|| Watch::new([Word::new(MODEL), Word::new(STREAM)]));
    read(body, &WATCH)
}

/// Finds everything among the top-level keys of a body that decides about a call, in one pass.
///
/// # Errors
/// When the body is no JSON object, or says about a watched key something that readers could take differently.
pub fn peek_call(surface: Surface, body: &[u8]) -> Result<Peek, PeekError> {
    read(body, crate::reach::watch(surface.dialect()))
}

pub(crate) const MODEL: &str = "model";
pub(crate) const STREAM: &str = "stream";
const TOOLS: &str = "tools";

impl Peek {
    /// Where the value of a watched key stands.
    pub fn value(&self, key: &str) -> Option<Range<usize>> {
        let found = self.found.iter().find(|(found, _)| *found == key);
        found.map(|(_, value)| value.clone())
    }

    /// The watched keys that were found.
    pub(crate) fn found(&self) -> &[(&'static str, Range<usize>)] {
        &self.found
    }

    /// Where long values stand, from left to right, none within another: they need not be gone through again.
    pub(crate) fn long(&self) -> &[Range<usize>] {
        &self.long
    }

    /// The same without its notes of long values, which change how fast a body is read and nothing else.
    #[cfg(test)]
    pub(crate) fn without_notes(mut self) -> Self {
        self.long.clear();
        self
    }

    fn put(&mut self, key: &'static str, span: Range<usize>, value: &[u8]) -> Result<(), PeekError> {
        if self.found.iter().any(|(found, _)| *found == key) {
            return Err(PeekError::Duplicate { key });
        }
        if key == MODEL {
            let name = model_name(value)?;
            let span = span.clone();
            self.model = Some(ModelField { span, name });
        } else if key == STREAM {
            self.stream = flag(value)?;
        }
        self.found.push((key, span));
        Ok(())
    }
}

fn read(body: &[u8], watch: &Watch) -> Result<Peek, PeekError> {
    str::from_utf8(body).map_err(|_| PeekError::NotText)?;
    let mut scanner = Scanner::noting(body);
    if scanner.next_token() != Some(b'{') {
        return Err(PeekError::NotAnObject);
    }
    scanner.take(b'{')?;
    let mut found = Peek::default();
    if scanner.next_token() == Some(b'}') {
        scanner.take(b'}')?;
    } else {
        loop {
            let key = scanner.string()?;
            let key = watch.find(scanner.text(key));
            scanner.take(b':')?;
            let span = match key {
                Ok(Some(TOOLS)) => scanner.list()?,
                _ => scanner.value()?,
            };
            if let Some(key) = key? {
                found.put(key, span.clone(), scanner.text(span))?;
            }
            if scanner.next_token() == Some(b'}') {
                scanner.take(b'}')?;
                break;
            }
            scanner.take(b',')?;
        }
    }
    match scanner.next_token() {
        Some(_) => Err(scanner.malformed()),
        None => {
            found.long = scanner.noted();
            Ok(found)
        }
    }
}

/// The name of a model, if it can be one: wherever it stands, in a body or in a path.
pub fn model_named(name: &str) -> Option<ModelField> {
    let is_name = !name.is_empty() && name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    is_name.then(|| ModelField {
        span: 0..0,
        name: name.to_owned(),
    })
}

fn model_name(value: &[u8]) -> Result<String, PeekError> {
    let name: String = serde_json::from_slice(value).map_err(|_| PeekError::ModelName)?;
    model_named(&name)
        .map(|field| field.name)
        .ok_or(PeekError::ModelName)
}

fn flag(value: &[u8]) -> Result<bool, PeekError> {
    match value {
        b"true" => Ok(true),
        b"false" | b"null" => Ok(false),
        _ => Err(PeekError::Stream),
    }
}

#[cfg(test)]
mod tests;
