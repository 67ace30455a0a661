//! Errors of channels that serve a protocol's models and do not write errors as the protocol does.
//!
//! Bedrock says `{"message": …}` and Vertex what all of Google says; clients of Anthropic's protocol look for its own
//! form, and for some words in it. What such a channel says about the *account* stays here: it names the firm's project
//! or role, and a caller can do nothing about it.

use crate::translate::overflow_in_anthropic_words;
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The error in the form of Anthropic's protocol.
pub fn in_anthropic_form(status: StatusCode, body: &Bytes) -> Bytes {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    if let Some(read) = &read
        && read.get("type").and_then(Value::as_str) == Some("error")
        && status != StatusCode::FORBIDDEN
    {
        return body.clone();
    }
    let said = read.as_ref().and_then(said).filter(|text| !text.is_empty());
    let message = match status {
        StatusCode::FORBIDDEN => Cow::Borrowed("The provider does not let this account make the call."),
        _ => said.map_or(
            Cow::Borrowed("The provider answered with an error that it did not explain."),
            overflow_in_anthropic_words,
        ),
    };
    let error = json!({
        "type": "error",
        "error": { "type": class(status), "message": message },
    });
    Bytes::from(error.to_string())
}

/// What an error says, wherever a channel writes it.
fn said(body: &Value) -> Option<&str> {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").unwrap_or(body);
    ["message", "Message"]
        .iter()
        .find_map(|key| error.get(key)?.as_str())
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 422 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        408 | 504 => "timeout_error",
        503 | 529 => "overloaded_error",
        _ => "api_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, class: &str, message: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let error = in_anthropic_form(StatusCode::from_u16(status).unwrap(), &body);
        let error: Value = serde_json::from_slice(&error).unwrap();
        assert_eq!(error["type"], "error");
        let error = &error["error"];
        assert_eq!(
            (error["type"].as_str(), error["message"].as_str()),
            (Some(class), Some(message))
        );
    }

    #[test]
    fn what_is_said_is_found_wherever_it_stands() {
        let long = "prompt is too long: 200001 tokens > 200000 maximum";
        check(
            400,
            &format!("{{\"message\":\"{long}\"}}"),
            "invalid_request_error",
            long,
        );
        check(
            400,
            "{\"message\":\"Input is too long for requested model.\"}",
            "invalid_request_error",
            "prompt is too long: Input is too long for requested model.",
        );
        check(429, "{\"Message\":\"slow\"}", "rate_limit_error", "slow");
        check(
            503,
            "{\"error\":{\"code\":503,\"message\":\"busy\"}}",
            "overloaded_error",
            "busy",
        );
        check(
            404,
            "[{\"error\":{\"message\":\"none\"}}]",
            "not_found_error",
            "none",
        );
        let unexplained = "The provider answered with an error that it did not explain.";
        for body in ["", "<html>", "{\"message\":1}", "[]", "{\"message\":\"\"}"] {
            check(500, body, "api_error", unexplained);
        }
    }

    #[test]
    fn what_is_in_form_stays_as_it_is() {
        let body = Bytes::from_static(b"{ \"type\":\"error\",\"error\":{\"x\":1.0}}");
        assert_eq!(in_anthropic_form(StatusCode::BAD_REQUEST, &body), body);
    }

    #[test]
    fn nothing_is_told_about_the_account() {
        let generic = "The provider does not let this account make the call.";
        check(
            403,
            "{\"message\":\"role arn:aws:x is not authorized\"}",
            "permission_error",
            generic,
        );
        check(
            403,
            "{\"type\":\"error\",\"error\":{\"message\":\"project x\"}}",
            "permission_error",
            generic,
        );
    }
}
