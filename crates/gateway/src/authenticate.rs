//! Who holds the key of a request, or signed in for its token.

use crate::evidence::sentence;
use crate::shared::Shared;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue};
use identity::{Caller, proof_stands};
use register::model::Instant;
use wire::{Fault, FaultCode};

/// Headers in which clients send a key: SDKs of one and the same protocol differ in this.
const KEY_HEADERS: [&str; 3] = ["x-api-key", "api-key", "x-goog-api-key"];

/// Parameters of the query in which some clients send one.
const KEY_PARAMETERS: [&str; 4] = ["key", "api_key", "access_token", "oauth_token"];

/// The holder of the first key or token among the headers that is known.
///
/// A client may have more than one credential set and send each in its header, so one that is not known does not spoil
/// another that is; none of them is ever sent on. A token whose key has not been seen yet may wait a moment for it.
pub(crate) async fn caller(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Caller, Fault> {
    let presented: Vec<&str> = presented(headers).collect();
    let in_query = has_key(query);
    if presented.is_empty() {
        let message = if in_query {
            IN_QUERY
        } else {
            "No key was sent. Send your key as `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`."
        };
        return Err(Fault::new(FaultCode::Unauthenticated, message));
    }
    let found = match known(shared, &presented) {
        Some(caller) => Some(caller),
        None => {
            let mut came = false;
            for lacking in presented.iter().filter_map(|key| shared.keys.lacking(key)) {
                lacking.await;
                came = true;
            }
            came.then(|| known(shared, &presented)).flatten()
        }
    };
    let caller = found.ok_or_else(|| refused(shared, &presented))?;
    if in_query {
        return Err(Fault::new(FaultCode::InvalidRequest, IN_QUERY));
    }
    Ok(caller)
}

fn known(shared: &Shared, presented: &[&str]) -> Option<Caller> {
    let at = (shared.clock)();
    presented.iter().find_map(|key| shared.keys.caller(key, at))
}

fn refused(shared: &Shared, presented: &[&str]) -> Fault {
    let at: Instant = (shared.clock)();
    let why = presented.iter().find_map(|key| shared.keys.why_refused(key, at));
    let message = match why {
        Some(why) => sentence(&why),
        None => "This key is not known here, or it has expired.".to_owned(),
    };
    Fault::new(FaultCode::Unauthenticated, message)
}

/// Whether the key by which somebody asks is still taken: it may be revoked while its answer is on its way. A token that
/// runs out meanwhile is no revocation, and whether its sign-in was ended is asked where facts are collected; the key of
/// a service that acts by it is asked about here.
///
/// # Errors
/// When somebody asks by a key, and no key that the request came with is theirs any more. What else it came with helps
/// nobody: it was not asked by that.
pub(crate) fn still_taken(shared: &Shared, headers: &HeaderMap, caller: &Caller) -> Result<(), Fault> {
    let at = (shared.clock)();
    let is_theirs = |text: &str| shared.keys.caller(text, at).is_some_and(|now| now == *caller);
    let stands = match &caller.token {
        Some(token) => proof_stands(&*shared.keys, token, at),
        None => presented(headers).any(is_theirs),
    };
    if stands {
        return Ok(());
    }
    Err(Fault::new(
        FaultCode::Unauthenticated,
        "The key of this request has been revoked or has expired, so the answer ends here.",
    ))
}

/// What is said about a key in an address.
const IN_QUERY: &str = "A key in an address ends up in logs, so none is taken from there. Send it in the header \
    `x-goog-api-key`, and replace the one that was sent.";

fn has_key(query: Option<&str>) -> bool {
    let name = |parameter: &str| {
        parameter
            .split('=')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let mut names = query.unwrap_or_default().split('&').map(name);
    names.any(|name| KEY_PARAMETERS.contains(&name.as_str()))
}

fn presented(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let bearer = only(headers, AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
    });
    bearer
        .into_iter()
        .chain(KEY_HEADERS.into_iter().filter_map(|name| only(headers, name)))
}

/// The value of a header that occurs once; of one that occurs twice, nobody knows which is meant.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first: &HeaderValue = values.next()?;
    if values.next().is_some() {
        return None;
    }
    first.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &'static str)], expected: &[&str]) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        assert_eq!(presented(&map).collect::<Vec<_>>(), expected, "{headers:?}");
    }

    #[test]
    fn keys_are_found_where_clients_put_them() {
        check(&[("authorization", "Bearer a")], &["a"]);
        check(&[("authorization", "bearer  a ")], &["a"]);
        check(&[("x-api-key", "a")], &["a"]);
        check(&[("x-goog-api-key", "a")], &["a"]);
        check(
            &[
                ("api-key", "a"),
                ("authorization", "Bearer b"),
                ("x-api-key", "c"),
            ],
            &["b", "c", "a"],
        );
        check(&[("authorization", "Basic a")], &[]);
        check(&[("authorization", "a")], &[]);
        check(&[("cookie", "a")], &[]);
    }

    #[test]
    fn keys_in_addresses_are_noticed() {
        for query in ["key=a", "alt=sse&key=a", "KEY=a", "key", "access_token=a"] {
            assert!(has_key(Some(query)), "{query}");
        }
        for query in ["", "alt=sse", "keys=a", "a=key"] {
            assert!(!has_key(Some(query)), "{query}");
        }
    }

    #[test]
    fn a_header_that_occurs_twice_says_nothing() {
        check(&[("x-api-key", "a"), ("x-api-key", "b")], &[]);
        check(
            &[
                ("authorization", "Bearer a"),
                ("authorization", "Bearer b"),
                ("api-key", "c"),
            ],
            &["c"],
        );
    }
}
