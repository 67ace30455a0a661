//! Answers: JSON in the words of OAuth, pages under a strict policy, and the way elsewhere.

use askama::Template;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Response, StatusCode};
use identity::signed_in::GrantError;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// How every page looks. It stands in the page, so that no page fetches anything.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// The one style that a browser may use.
static STYLE_DIGEST: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes())));

/// An answer in JSON, which nobody keeps.
pub(crate) fn json(status: StatusCode, body: &Value) -> Response<String> {
    let mut answer = Response::new(body.to_string());
    *answer.status_mut() = status;
    put(&mut answer, CONTENT_TYPE, "application/json");
    bare(answer)
}

/// An error in the words of OAuth.
pub(crate) fn oauth(status: StatusCode, error: &str, description: &str) -> Response<String> {
    json(status, &json!({"error": error, "error_description": description}))
}

/// Why a tool gets no token, in the words of OAuth. Claude Code signs in again at a 401 of a renewal, and at no other.
pub(crate) fn refused(error: &GrantError, is_renewal: bool) -> Response<String> {
    let over = if is_renewal {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::BAD_REQUEST
    };
    let (status, word) = match error {
        GrantError::Pending => (StatusCode::BAD_REQUEST, "authorization_pending"),
        GrantError::SlowDown => (StatusCode::BAD_REQUEST, "slow_down"),
        GrantError::Denied => (StatusCode::BAD_REQUEST, "access_denied"),
        GrantError::Expired => (StatusCode::BAD_REQUEST, "expired_token"),
        GrantError::Over => (over, "invalid_grant"),
        GrantError::NoRandomness | GrantError::Away(_) => {
            tracing::error!(%error, "a tool could not be signed in");
            return unavailable();
        }
    };
    oauth(status, word, &error.to_string())
}

/// Nothing is given now.
pub(crate) fn unavailable() -> Response<String> {
    let words = "sign-in does not work at the moment; try again shortly";
    let mut answer = oauth(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", words);
    put(&mut answer, RETRY_AFTER, "5");
    answer
}

/// A page. `beyond` is an origin to which its form may lead in the end.
pub(crate) fn page(status: StatusCode, template: &impl Template, beyond: Option<&str>) -> Response<String> {
    let Ok(text) = template.render() else {
        tracing::error!("a page of sign-in could not be written");
        return oauth(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "the page could not be written",
        );
    };
    let mut answer = Response::new(text);
    *answer.status_mut() = status;
    put(&mut answer, CONTENT_TYPE, "text/html; charset=utf-8");
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self'{}; frame-ancestors 'none'; base-uri 'none'",
        *STYLE_DIGEST,
        beyond.map(|origin| format!(" {origin}")).unwrap_or_default()
    );
    put(&mut answer, CONTENT_SECURITY_POLICY, &policy);
    put(&mut answer, X_FRAME_OPTIONS, "DENY");
    put(
        &mut answer,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    bare(answer)
}

/// The way to another address, by GET.
pub(crate) fn see(address: &str) -> Response<String> {
    let mut answer = Response::new(String::new());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    put(&mut answer, LOCATION, address);
    bare(answer)
}

/// The same answer, which sets a cookie.
pub(crate) fn with_cookie(mut answer: Response<String>, cookie: &str) -> Response<String> {
    put(&mut answer, SET_COOKIE, cookie);
    answer
}

/// What every answer says.
fn bare(mut answer: Response<String>) -> Response<String> {
    put(&mut answer, CACHE_CONTROL, "no-store");
    put(&mut answer, REFERRER_POLICY, "no-referrer");
    put(&mut answer, X_CONTENT_TYPE_OPTIONS, "nosniff");
    answer
}

fn put(answer: &mut Response<String>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
