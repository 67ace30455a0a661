//! Bodies of answers, and answers that are written here.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use wire::Rendered;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// An answer.
pub(crate) type Answer = Response<Body>;

/// Why the body of an answer ends early. The connection is closed then, so that no cut looks like an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// The provider broke off.
    #[error("the provider broke off")]
    Cut,
    /// The provider said no more.
    #[error("the provider said no more")]
    Stall,
    /// It may not go on.
    #[error("it is no longer permitted, or the gateway stops")]
    Withdrawn,
}

/// A body that is known.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// An answer in plain text.
pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    typed(status, "text/plain; charset=utf-8", text)
}

/// An answer in JSON.
pub(crate) fn json(text: String) -> Answer {
    typed(StatusCode::OK, "application/json", text)
}

/// An error or refusal that `wire` has put into its protocol's shape.
pub(crate) fn rendered(rendered: Rendered) -> Answer {
    let mut answer = Response::new(whole(rendered.body));
    *answer.status_mut() = rendered.status;
    *answer.headers_mut() = rendered.headers;
    answer
}

fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(whole(body));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
