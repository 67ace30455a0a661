//! Finds the model that a request names, without parsing the request.
//!
//! The body of a request stays the caller's: it goes on byte for byte. All that a decision needs of it is the name of
//! the model, and whether the answer is to be streamed; both are top-level keys, and both may stand anywhere, even
//! behind 120 KB of conversation in which the same words occur. One pass over the top-level keys finds them.
//!
//! The pass is strict where being generous would let two readers of the same bytes see different models: a key that
//! occurs twice, or differs from one of ours by letter case only (some readers fold case), is refused.

use crate::scan::{MAX_DEPTH, Scanner};
use std::ops::Range;

/// Longest name of a model, in bytes.
const MAX_NAME: usize = 256;

/// What a request says at its top level, as far as the gateway must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peek {
    /// The model asked for; `None`: the request names none.
    pub model: Option<ModelField>,
    /// Whether a stream is asked for; false where the request does not say.
    pub stream: bool,
}

/// The value of `model` in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelField {
    /// Where the value stands in the body, its quotes included.
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
    #[error("the body has a key that differs from `{key}` by letter case only")]
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
    str::from_utf8(body).map_err(|_| PeekError::NotText)?;
    let mut scanner = Scanner::new(body);
    if scanner.next_token() != Some(b'{') {
        return Err(PeekError::NotAnObject);
    }
    scanner.take(b'{')?;
    let mut found = Found::default();
    if scanner.next_token() == Some(b'}') {
        scanner.take(b'}')?;
    } else {
        loop {
            member(&mut scanner, &mut found)?;
            if scanner.next_token() == Some(b'}') {
                scanner.take(b'}')?;
                break;
            }
            scanner.take(b',')?;
        }
    }
    match scanner.next_token() {
        Some(_) => Err(scanner.malformed()),
        None => Ok(Peek {
            model: found.model,
            stream: found.stream.unwrap_or(false),
        }),
    }
}

#[derive(Default)]
struct Found {
    model: Option<ModelField>,
    stream: Option<bool>,
}

fn member(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<(), PeekError> {
    let key = scanner.string()?;
    let key = scanner.text(key);
    scanner.take(b':')?;
    let span = scanner.value()?;
    let value = scanner.text(span.clone());
    match watched(key)? {
        Some(Watched::Model) => {
            let field = ModelField {
                span,
                name: model_name(value)?,
            };
            put(&mut found.model, field, Watched::Model)
        }
        Some(Watched::Stream) => put(&mut found.stream, flag(value)?, Watched::Stream),
        None => Ok(()),
    }
}

/// Keys that the gateway reads.
#[derive(Clone, Copy)]
enum Watched {
    Model,
    Stream,
}

impl Watched {
    const ALL: [Self; 2] = [Self::Model, Self::Stream];

    const fn key(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Stream => "stream",
        }
    }
}

/// Longest text of a key that can still decode to one of ours: every letter escaped, and the quotes.
const LONGEST_WATCHED: usize = 6 * 6 + 2;

fn watched(quoted: &[u8]) -> Result<Option<Watched>, PeekError> {
    if quoted.len() > LONGEST_WATCHED {
        return Ok(None);
    }
    // a key that does not decode (half a surrogate pair) is none of ours
    let Ok(key) = serde_json::from_slice::<String>(quoted) else {
        return Ok(None);
    };
    for watched in Watched::ALL {
        if key == watched.key() {
            return Ok(Some(watched));
        }
        if fold(&key) == watched.key() {
            return Err(PeekError::LookAlike { key: watched.key() });
        }
    }
    Ok(None)
}

/// Folds case as readers do that ignore it: U+017F is a lower-case `s` to them.
fn fold(key: &str) -> String {
    key.to_lowercase().replace('\u{17f}', "s")
}

fn put<T>(slot: &mut Option<T>, value: T, watched: Watched) -> Result<(), PeekError> {
    if slot.replace(value).is_some() {
        return Err(PeekError::Duplicate { key: watched.key() });
    }
    Ok(())
}

fn model_name(value: &[u8]) -> Result<String, PeekError> {
    let name: String = serde_json::from_slice(value).map_err(|_| PeekError::ModelName)?;
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(PeekError::ModelName);
    }
    Ok(name)
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
