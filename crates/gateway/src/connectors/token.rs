//! Asks a token endpoint for a token, over the connector's own line.

use super::address::escape;
use super::line::Line;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// How long an endpoint may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Largest answer that is read, in bytes.
const LARGEST: usize = 64 * 1024;

/// A token that was granted.
pub(super) struct Token {
    pub secret: String,
    /// Seconds that it lives.
    pub lives: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// A number, or the same as a text.
    expires_in: Value,
}

/// Whether a secret may be sent to this address: https, or this machine.
pub(super) fn may_be_asked(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| {
        let is_plain = uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
        let is_safe = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => uri.host().is_some_and(super::settings::is_loopback),
            _ => false,
        };
        is_plain && is_safe
    })
}

/// Sends a form to an endpoint and reads the token in its answer.
///
/// # Errors
/// In words that hold nothing of what was sent or answered.
pub(super) async fn ask(line: &Line, url: &str, form: &[(&str, &str)]) -> Result<Token, String> {
    if !may_be_asked(url) {
        return Err("a token endpoint that is not reached by https".to_owned());
    }
    let request = request(url, form).ok_or("a token endpoint that has no address")?;
    let answer = tokio::time::timeout(LIMIT, exchange(line, request));
    let body = answer
        .await
        .map_err(|_| "a token endpoint that did not answer in time".to_owned())??;
    let unreadable = || "a token endpoint whose answer has no token with a life".to_owned();
    let granted: Granted = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    let lives = match &granted.expires_in {
        Value::Number(seconds) => seconds.as_i64(),
        Value::String(seconds) => seconds.parse().ok(),
        _ => None,
    };
    let lives = lives.filter(|seconds| *seconds > 0).ok_or_else(unreadable)?;
    Ok(Token {
        secret: granted.access_token,
        lives,
    })
}

fn request(url: &str, form: &[(&str, &str)]) -> Option<Request<Full<Bytes>>> {
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect();
    let mut request = Request::new(Full::from(fields.join("&")));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.parse().ok()?;
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(ACCEPT, json);
    Some(request)
}

async fn exchange(line: &Line, request: Request<Full<Bytes>>) -> Result<Bytes, String> {
    let client = line.client(LIMIT);
    let away = |_| "a token endpoint that could not be reached".to_owned();
    let answer = client.request(request).await.map_err(away)?;
    if answer.status() != StatusCode::OK {
        return Err(format!(
            "a token endpoint that answered {}",
            answer.status().as_u16()
        ));
    }
    #[expect(clippy::disallowed_methods, reason = "the body is limited, and its time too")]
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    let body = body.map_err(|_| "a token endpoint that broke off".to_owned())?;
    Ok(body.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_to_https_or_nowhere_else() {
        let check = |url: &str, expected| assert_eq!(may_be_asked(url), expected, "{url}");
        check("https://oauth2.googleapis.com/token", true);
        check("http://127.0.0.1:9/token", true);
        check("http://localhost:9", true);
        check("http://oauth2.googleapis.com/token", false);
        check("http://127.0.0.1.evil.example/", false);
        check("https://a@b/", false);
        check("ftp://127.0.0.1/", false);
        check("token", false);
    }
}
