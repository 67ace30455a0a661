//! Replaces one value of a body and leaves every other byte as it was.
//!
//! Providers cache prompts by their bytes. Writing the whole body anew would cost people that cache, and would send
//! something that nobody wrote; so the body is cut into what stands before, the replacement, and what stands behind,
//! none of which is copied.

use bytes::Bytes;
use std::ops::Range;

/// A body in parts that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spliced {
    parts: Vec<Bytes>,
}

/// The span lies outside the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes {start} to {end} lie outside a body of {length} bytes")]
pub struct SpliceError {
    /// First byte of the span.
    pub start: usize,
    /// First byte behind the span.
    pub end: usize,
    /// Length of the body.
    pub length: usize,
}

impl Spliced {
    /// A body as it is.
    pub fn whole(body: Bytes) -> Self {
        Self { parts: vec![body] }
    }

    /// A body of these parts.
    pub(crate) const fn of(parts: Vec<Bytes>) -> Self {
        Self { parts }
    }

    /// Length of the whole in bytes.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The parts, in order.
    pub fn parts(&self) -> impl Iterator<Item = &Bytes> {
        self.parts.iter()
    }

    /// The parts, in order, empty ones left out.
    pub fn into_parts(self) -> impl Iterator<Item = Bytes> {
        self.parts.into_iter().filter(|part| !part.is_empty())
    }

    /// The whole, copied together.
    pub fn to_vec(&self) -> Vec<u8> {
        self.parts.concat()
    }
}

/// Replaces a span of a body.
///
/// # Errors
/// When the span lies outside the body.
pub fn splice(body: &Bytes, span: Range<usize>, replacement: Bytes) -> Result<Spliced, SpliceError> {
    if span.start > span.end || span.end > body.len() {
        return Err(SpliceError {
            start: span.start,
            end: span.end,
            length: body.len(),
        });
    }
    Ok(Spliced {
        parts: vec![body.slice(..span.start), replacement, body.slice(span.end..)],
    })
}

/// A text as a JSON string, its quotes included.
pub fn quote(text: &str) -> Bytes {
    Bytes::from(serde_json::Value::from(text).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peek;
    use proptest::prelude::*;

    #[test]
    fn only_the_value_changes() {
        let body = Bytes::from_static(b"{ \"model\" :\t\"a\" , \"x\":[1.0e2,\"\\u00e9\"]}");
        let span = peek(&body).unwrap().model.unwrap().span;
        let spliced = splice(&body, span, quote("b\"c")).unwrap();
        assert_eq!(
            spliced.to_vec(),
            b"{ \"model\" :\t\"b\\\"c\" , \"x\":[1.0e2,\"\\u00e9\"]}"
        );
        assert_eq!(spliced.len(), spliced.to_vec().len());
    }

    #[test]
    fn a_span_outside_is_refused() {
        let body = Bytes::from_static(b"{}");
        let backwards = Range { start: 2, end: 1 };
        assert!(
            splice(&body, 0..3, Bytes::new()).is_err() && splice(&body, backwards, Bytes::new()).is_err()
        );
        assert_eq!(splice(&body, 2..2, Bytes::new()).unwrap().to_vec(), b"{}");
    }

    proptest! {
        #[test]
        fn everything_else_is_byte_identical(before in ".{0,60}", name in "[a-z0-9.-]{1,30}", after in ".{0,60}",
                                             replacement in ".{1,30}") {
            let text = |text: &str| serde_json::Value::from(text).to_string();
            let body = format!("{{\"a\": {}, \"model\": {},\"z\" : {} }}", text(&before), text(&name), text(&after));
            let body = Bytes::from(body);
            let span = peek(&body).unwrap().model.unwrap().span;
            let spliced = splice(&body, span.clone(), quote(&replacement)).unwrap();
            let whole = spliced.to_vec();
            prop_assert_eq!(&whole[..span.start], &body[..span.start]);
            let behind = whole.len() - (body.len() - span.end);
            prop_assert_eq!(&whole[behind..], &body[span.end..]);
            prop_assert_eq!(serde_json::from_slice::<String>(&whole[span.start..behind]).unwrap(), replacement);
            let parts: Vec<u8> = spliced.clone().into_parts().flatten().collect();
            prop_assert_eq!(parts, whole);
        }
    }
}
