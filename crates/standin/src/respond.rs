//! Reads a request and picks the answer.

use crate::pieces::Pieces;
use crate::said::Said;
use crate::{anthropic, openai};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use wire::Surface;

/// Largest request that is read.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Answers one request.
pub(crate) async fn respond(request: Request<Incoming>) -> Response<Pieces> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    if head.method == Method::GET && path == "/v1/models" {
        let list = json!({
            "object": "list",
            "data": [{ "id": "standin", "object": "model", "created": 0, "owned_by": "larkmoor-standin" }],
        });
        return whole(StatusCode::OK, list.to_string());
    }
    let (Some(surface), &Method::POST) = (Surface::of_path(path), &head.method) else {
        return refuse(StatusCode::NOT_FOUND, "The stand-in has no such route.");
    };
    #[expect(clippy::disallowed_methods, reason = "the body is limited")]
    let collected = Limited::new(body, MAX_BODY).collect().await;
    let Ok(collected) = collected else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "The stand-in could not read the whole request.",
        );
    };
    answer(surface, &collected.to_bytes())
}

fn answer(surface: Surface, body: &[u8]) -> Response<Pieces> {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return refuse(StatusCode::BAD_REQUEST, "The request is not JSON.");
    };
    let said = Said::to(surface.dialect(), &request, body);
    let wants_stream = request.get("stream").and_then(Value::as_bool).unwrap_or(false);
    match (surface, wants_stream) {
        (Surface::Chat, false) => whole(StatusCode::OK, openai::whole(&said)),
        (Surface::Messages, false) => whole(StatusCode::OK, anthropic::whole(&said)),
        (Surface::Chat, true) => stream(openai::events(&said, &request)),
        (Surface::Messages, true) => stream(anthropic::events(&said)),
        _ => refuse(StatusCode::NOT_FOUND, "The stand-in has no such route."),
    }
}

fn whole(status: StatusCode, body: String) -> Response<Pieces> {
    let mut response = Response::new(Pieces::whole(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn stream(events: Vec<String>) -> Response<Pieces> {
    let mut response = Response::new(Pieces::stream(events));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(wire::event::CONTENT_TYPE));
    response
}

fn refuse(status: StatusCode, message: &str) -> Response<Pieces> {
    whole(
        status,
        json!({ "error": { "message": message, "type": "invalid_request_error" } }).to_string(),
    )
}
