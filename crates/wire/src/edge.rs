//! What a caller may not bring in: headers that this product writes itself.
//!
//! Somebody who sends `bailiwick-model` would have it sent back, or be believed by whatever reads it behind us. So every
//! header of ours is taken off a request before anybody looks at it, but for the two by which a caller asks.

use crate::headers;
use http::{HeaderMap, HeaderName};

/// First letters of every header that is ours alone.
const OURS: &str = "bailiwick-";

/// The headers of ours by which callers ask for something.
const ASKED: [HeaderName; 2] = [headers::PURPOSE, headers::DATA];

/// Takes every internal header off a request; says how many there were.
pub fn strip_internal(request: &mut HeaderMap) -> usize {
    let is_internal = |name: &&HeaderName| {
        let is_ours = name.as_str().starts_with(OURS) || **name == headers::SHOULD_RETRY;
        is_ours && !ASKED.contains(name)
    };
    let internal: Vec<HeaderName> = request.keys().filter(is_internal).cloned().collect();
    for name in &internal {
        request.remove(name);
    }
    internal.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    /// The names of all headers of ours, read out of the source that declares them.
    fn declared() -> Vec<&'static str> {
        let source = include_str!("lib.rs").split("pub mod headers").nth(1).unwrap();
        let names = source.split("HeaderName::from_static(\"").skip(1);
        names.map(|rest| rest.split('"').next().unwrap()).collect()
    }

    /// Acceptance A08: each of them.
    #[test]
    fn every_header_of_ours_is_taken_off_but_for_what_callers_ask_by() {
        let names = declared();
        assert!(names.len() >= 14, "{names:?}");
        for name in names.into_iter().chain(["bailiwick-anything-later"]) {
            let mut request = HeaderMap::new();
            for value in ["first", "second"] {
                request.append(name, HeaderValue::from_static(value));
            }
            request.insert("x-other", HeaderValue::from_static("stays"));
            let stripped = strip_internal(&mut request);
            let is_asked = ["bailiwick-purpose", "bailiwick-data"].contains(&name);
            assert_eq!(
                (stripped, request.contains_key(name)),
                (usize::from(!is_asked), is_asked),
                "{name}"
            );
            assert!(request.contains_key("x-other"));
        }
    }

    #[test]
    fn no_internal_header_is_forwarded() {
        for dialect in crate::Dialect::ALL {
            for name in declared() {
                assert!(!dialect.forwards(&HeaderName::from_static(name)), "{name}");
            }
        }
    }
}
