//! The id of a request: in the answer, and in every line that is logged while the request is worked on.
//!
//! A caller may bring one, so that their log and ours can be laid side by side; what is not plainly an id is replaced by
//! one of ours. Whoever writes the log asks for the [`current`] one: what runs for a request carries its id along, and
//! each time it is resumed the id is put where the thread finds it.

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use std::cell::RefCell;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The header in which it comes and goes.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Lengths of what is taken for an id.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// How keys begin that somebody may have put into the wrong header.
const KEYS: [&str; 3] = ["bw_", "sk-", "sk_"];

thread_local! {
    static CURRENT: RefCell<Option<RequestId>> = const { RefCell::new(None) };
}

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id that a request brings, or a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self::brought(headers).unwrap_or_else(Self::new)
    }

    fn brought(headers: &HeaderMap) -> Option<Self> {
        let mut all = headers.get_all(HEADER).iter();
        let text = all.next()?.to_str().ok()?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_id = LENGTHS.contains(&text.len())
            && text.bytes().all(is_plain)
            && !KEYS.iter().any(|key| text.starts_with(key))
            && all.next().is_none();
        is_id.then(|| Self(Arc::from(text)))
    }

    /// One that no other request of this process has, and hardly one of another.
    fn new() -> Self {
        static SEED: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let seed = *SEED.get_or_init(|| {
            let mut bytes = [0; 8];
            // without it ids of two processes may be the same, and nothing else is lost
            let _ = getrandom::fill(&mut bytes);
            u64::from_ne_bytes(bytes)
        });
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(Arc::from(format!("{:016x}", mixed(seed.wrapping_add(count)))))
    }

    /// Puts it on an answer. An id of the provider that stands there moves to a header of its own.
    pub(crate) fn put(&self, headers: &mut HeaderMap) {
        let Ok(value) = HeaderValue::from_str(&self.0) else {
            return;
        };
        if let Some(theirs) = headers.insert(HEADER, value) {
            headers.insert(wire::headers::PROVIDER_REQUEST, theirs);
        }
    }

    /// Makes this the current one until the guard goes.
    pub(crate) fn enter(&self) -> Entered {
        Entered(replace(Some(self.clone())))
    }

    /// The same for as long as a future is worked on.
    pub(crate) async fn within<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        std::future::poll_fn(|cx| {
            let _entered = self.enter();
            future.as_mut().poll(cx)
        })
        .await
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of the request that this thread works on at this moment; `None`: it works on none.
pub fn current() -> Option<RequestId> {
    // a log line written while the thread ends belongs to no request
    CURRENT
        .try_with(|current| current.try_borrow().ok()?.clone())
        .ok()
        .flatten()
}

/// While this lives, an id is the current one; then it is the one before.
pub(crate) struct Entered(Option<RequestId>);

impl Drop for Entered {
    fn drop(&mut self) {
        replace(self.0.take());
    }
}

fn replace(id: Option<RequestId>) -> Option<RequestId> {
    CURRENT.try_with(|current| current.replace(id)).ok().flatten()
}

/// Spreads numbers that follow each other over all there are, two never to the same one.
const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn check(values: &[&'static str], is_taken: bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_static(value));
        }
        let id = RequestId::of(&headers).to_string();
        assert_eq!(values.contains(&id.as_str()), is_taken, "{values:?}: {id}");
        assert!(LENGTHS.contains(&id.len()), "{id}");
    }

    #[test]
    fn a_caller_may_bring_an_id_and_nothing_else() {
        check(&["3f2a9c1e-5b7d-4e08-9d61-0c1b2a3f4e5d"], true);
        check(&["req_01234567"], true);
        for value in [
            "",
            "short",
            "with a blank in it",
            "line-in-log=1234",
            "<script>alert</script>",
            "bw_0123456789abcdef",
            "sk-0123456789abcdef",
        ] {
            check(&[value], false);
        }
        check(&["abcdefgh", "ijklmnop"], false);
        check(&[], false);
        let long: &'static str = Box::leak("a".repeat(65).into_boxed_str());
        check(&[long], false);
    }

    #[test]
    fn ours_are_all_different() {
        let ids: HashSet<_> = (0..10_000).map(|_| RequestId::new().to_string()).collect();
        assert_eq!(ids.len(), 10_000);
    }

    #[tokio::test]
    async fn an_id_is_current_only_while_its_request_is_worked_on() {
        let (outer, inner) = (RequestId::new(), RequestId::new());
        assert_eq!(current(), None);
        let other = async {
            assert_eq!(current(), None);
            tokio::task::yield_now().await;
            assert_eq!(current(), None);
        };
        let ours = outer.within(async {
            assert_eq!(current(), Some(outer.clone()));
            {
                let _entered = inner.enter();
                assert_eq!(current(), Some(inner.clone()));
            }
            tokio::task::yield_now().await;
            assert_eq!(current(), Some(outer.clone()));
        });
        tokio::join!(ours, other);
        assert_eq!(current(), None);
    }
}
