//! What providers of sign-in push here: events and logouts, each signed.
//!
//! Nobody needs a key for that. Whoever sends something must have signed it, and must be named in the configuration; all
//! that they can do is to end sign-ins. Bodies are small and have little time.

use crate::body::{self, Answer};
use crate::shared::Shared;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Request, StatusCode};
use identity::tokens::Issuers;
use identity::tokens::signals::{Delivery, Signals};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Largest body that is read, in bytes.
const LARGEST: usize = 32 * 1024;

/// How long a body may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Whoever is told when sign-ins end.
#[derive(Clone)]
pub struct Hearing {
    /// Is told of logouts.
    pub issuers: Arc<Issuers>,
    /// Is told of events.
    pub signals: Arc<Signals>,
}

/// Takes an event: 202, or 400 with the reason (RFC 8935).
pub(crate) async fn event(shared: &Shared, hearing: &Hearing, request: Request<Incoming>) -> Answer {
    let sort = request.headers().get(CONTENT_TYPE).cloned();
    let sort = sort.as_ref().and_then(|sort| sort.to_str().ok());
    let Some(bytes) = read(request).await else {
        return body::text(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the event is too large or did not come\n",
        );
    };
    match hearing.signals.receive(sort, &bytes, shared.clock).await {
        Delivery::Taken(signals) => {
            let kinds: Vec<_> = signals.iter().map(|signal| signal.kind).collect();
            tracing::info!(?kinds, "a provider told of sign-ins");
            body::text(StatusCode::ACCEPTED, "")
        }
        Delivery::Repeated => body::text(StatusCode::ACCEPTED, ""),
        Delivery::Refused(error) => {
            let mut answer = body::json(error.to_json());
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            answer
        }
    }
}

/// Takes a logout: 200, or 400, never to be kept (OpenID Connect Back-Channel Logout).
pub(crate) async fn logout(shared: &Shared, hearing: &Hearing, request: Request<Incoming>) -> Answer {
    let taken = match read(request).await {
        None => Err("the logout is too large or did not come".to_owned()),
        Some(bytes) => match token(&bytes) {
            None => Err("the body must be a form with one `logout_token`".to_owned()),
            Some(token) => {
                hearing.issuers.wait_for_keys(token, shared.clock).await;
                let logout = hearing.issuers.logout(token, (shared.clock)());
                logout.map(|_| ()).map_err(|error| error.to_string())
            }
        },
    };
    let mut answer = match taken {
        Ok(()) => {
            tracing::info!("a provider told of a logout");
            body::text(StatusCode::OK, "")
        }
        Err(reason) => {
            tracing::warn!(reason, "a logout was not taken");
            let mut answer = body::json(
                serde_json::json!({"error": "invalid_request", "error_description": reason}).to_string(),
            );
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            answer
        }
    };
    let never = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, never);
    answer
}

async fn read(request: Request<Incoming>) -> Option<Vec<u8>> {
    #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
    let body = timeout(LIMIT, Limited::new(request.into_body(), LARGEST).collect());
    Some(body.await.ok()?.ok()?.to_bytes().to_vec())
}

/// The one `logout_token` of a form; nothing in a token is ever escaped.
fn token(form: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(form).ok()?;
    let mut found = text
        .split('&')
        .filter_map(|field| field.strip_prefix("logout_token="));
    let token = found.next()?;
    found.next().is_none().then_some(token)
}

#[cfg(test)]
mod tests {
    use super::token;

    #[test]
    fn a_form_has_one_token() {
        assert_eq!(token(b"logout_token=a.b.c"), Some("a.b.c"));
        assert_eq!(token(b"x=y&logout_token=a.b.c&z="), Some("a.b.c"));
        for form in [
            &b""[..],
            b"token=a",
            b"logout_token=a&logout_token=b",
            b"\xff",
            b"xlogout_token=a",
        ] {
            assert_eq!(token(form), None);
        }
    }
}
