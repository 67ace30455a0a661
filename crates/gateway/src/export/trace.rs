//! Ids of traces and spans, and the header by which they travel (W3C Trace Context).

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

/// The header.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Distance between the ids of two spans of a trace: odd, so that no two are the same.
const APART: u64 = 0x9e37_79b9_7f4a_7c15;

/// A request's place in a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(super) id: u128,
    /// The caller's span.
    pub(super) parent: Option<u64>,
    /// The request's own.
    pub(super) span: u64,
}

impl Trace {
    /// The trace that a request is part of, or a new one; `None`: the system gives no random bytes.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).ok()?;
        let (id, span) = bytes.split_first_chunk::<16>()?;
        let (id, span) = (u128::from_be_bytes(*id), u64::from_be_bytes(*span.first_chunk()?));
        let (id, parent) = match brought(headers) {
            Some((id, parent)) => (id, Some(parent)),
            None => (id.max(1), None),
        };
        let span = span.max(1);
        Some(Self { id, parent, span })
    }

    /// Whether this trace is among those exported: said by its id alone, so every service says the same.
    pub(super) const fn is_sampled(self, threshold: u64) -> bool {
        let [.., a, b, c, d, e, f, g, h] = self.id.to_be_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 1 < threshold
    }

    /// The id of a span below the request's.
    pub(super) fn child(self, number: usize) -> u64 {
        let number = u64::try_from(number).unwrap_or(u64::MAX).wrapping_add(1);
        self.span.wrapping_add(APART.wrapping_mul(number)).max(1)
    }

    /// The header for whom a span calls.
    pub(super) fn header(self, span: u64, is_sampled: bool) -> Option<HeaderValue> {
        let flags = u8::from(is_sampled);
        HeaderValue::from_str(&format!("00-{:032x}-{span:016x}-{flags:02x}", self.id)).ok()
    }
}

/// Below which number of a trace it is exported.
pub(super) fn threshold(share: f64) -> u64 {
    const ALL: u64 = 1 << 63;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of all numbers, to the precision of a share"
    )]
    let below = (share.clamp(0.0, 1.0) * ALL as f64) as u64;
    below.min(ALL)
}

/// Trace and span that a caller brings. What is not exactly as the standard has it is not taken.
fn brought(headers: &HeaderMap) -> Option<(u128, u64)> {
    let mut all = headers.get_all(TRACEPARENT).iter();
    let text = all.next()?.to_str().ok()?;
    if all.next().is_some() {
        return None;
    }
    let mut parts = text.split('-');
    let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.len() == length && text.bytes().all(is_digit)
    };
    // a later version may say more behind, and the first says nothing more
    let is_well_formed = is_hex(version, 2)
        && version != "ff"
        && (version != "00" || parts.next().is_none())
        && is_hex(id, 32)
        && is_hex(span, 16)
        && is_hex(flags, 2);
    if !is_well_formed {
        return None;
    }
    let id = u128::from_str_radix(id, 16).ok()?;
    let span = u64::from_str_radix(span, 16).ok()?;
    (id != 0 && span != 0).then_some((id, span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn of(values: &[&str]) -> Trace {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_str(value).unwrap());
        }
        Trace::of(&headers).unwrap()
    }

    fn check(values: &[&str], is_taken: bool) {
        let trace = of(values);
        let is_same = format!("{:032x}", trace.id) == ID && trace.parent == Some(0x00f0_67aa_0ba9_02b7);
        assert_eq!(
            (is_same, trace.parent.is_some()),
            (is_taken, is_taken),
            "{values:?}"
        );
        assert!(trace.id != 0 && trace.span != 0);
    }

    #[test]
    fn the_callers_trace_goes_on_if_it_is_one() {
        let good = format!("00-{ID}-00f067aa0ba902b7-01");
        check(&[&good], true);
        check(&[&good.replace("-01", "-00")], true);
        check(&[&format!("cc{}-more", good.strip_prefix("00").unwrap())], true);
        for bad in [
            good.replace("00-4", "ff-4"),
            good.to_uppercase(),
            format!("{good}-more"),
            good.replace(ID, &"0".repeat(32)),
            good.replace("00f067aa0ba902b7", &"0".repeat(16)),
            good.replace("-01", ""),
            good.replace("00f067aa0ba902b7", "00f067aa0ba902b"),
            "hello".to_owned(),
            String::new(),
        ] {
            check(&[&bad], false);
        }
        check(&[&good, &good], false);
        check(&[], false);
    }

    #[test]
    fn a_share_of_traces_is_exported_and_all_or_none_at_the_ends() {
        let traces: Vec<_> = (0..2_000).map(|_| of(&[])).collect();
        let sampled = |share| {
            traces
                .iter()
                .filter(|trace| trace.is_sampled(threshold(share)))
                .count()
        };
        assert_eq!(
            (sampled(0.0), sampled(1.0), sampled(-1.0), sampled(7.0)),
            (0, 2_000, 0, 2_000)
        );
        assert!((300..700).contains(&sampled(0.25)), "{}", sampled(0.25));
        let same = Trace {
            span: 7,
            parent: Some(9),
            ..traces[0]
        };
        assert_eq!(
            same.is_sampled(threshold(0.5)),
            traces[0].is_sampled(threshold(0.5))
        );
    }

    #[test]
    fn spans_of_a_trace_are_all_different() {
        let trace = of(&[]);
        let ids: HashSet<_> = (0..1_000)
            .map(|number| trace.child(number))
            .chain([trace.span])
            .collect();
        assert_eq!(ids.len(), 1_001);
        let header = trace.header(trace.child(3), true).unwrap();
        let next = of(&[header.to_str().unwrap()]);
        assert_eq!((next.id, next.parent), (trace.id, Some(trace.child(3))));
    }
}
