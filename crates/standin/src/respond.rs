//! Reads a request from its connection and sends the answer.

use crate::answer::{self, Answer};
use crate::pieces::Pieces;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response, StatusCode};

/// Largest request that is read.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Answers one request.
pub(crate) async fn respond(request: Request<Incoming>) -> Response<Pieces> {
    let (head, body) = request.into_parts();
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |path_and_query| path_and_query.as_str());
    #[expect(clippy::disallowed_methods, reason = "the body is limited")]
    let collected = Limited::new(body, MAX_BODY).collect().await;
    sent(match collected {
        Ok(collected) => answer::answer(head.method.as_str(), target, &collected.to_bytes()),
        Err(_) => answer::refuse(400, "The stand-in could not read the whole request."),
    })
}

fn sent(answer: Answer) -> Response<Pieces> {
    let mut response = Response::new(Pieces::of(answer.pieces, answer.is_stream));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    response
}
