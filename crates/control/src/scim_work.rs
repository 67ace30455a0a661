//! SCIM, carried: from a request to what [`scim`] takes, and back.

use crate::asker::bearer;
use crate::client::{ScimClient, of_token};
use crate::routes::SCIM;
use crate::shared::Shared;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Query, Request};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use scim::{Method, ScimError, Server, Target};

/// How SCIM's bodies are written.
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

impl Shared {
    pub(crate) async fn scim(
        &self,
        client: &ScimClient,
        path: &str,
        id: Option<String>,
        request: Request,
    ) -> Result<scim::Response, ScimError> {
        let missing = || ScimError::status(404, "there is nothing here");
        let below = path.strip_prefix(SCIM).unwrap_or(path);
        let below = id.map_or_else(|| below.to_owned(), |id| below.replace("{id}", &id));
        let target = Target::parse(&below).ok_or_else(missing)?;
        let method = Method::parse(request.method().as_str()).ok_or_else(missing)?;
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(query) =
            query.map_err(|_| ScimError::status(400, "the query of the address cannot be read"))?;
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body).await?;
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let request = scim::Request {
            method,
            target,
            query: &query,
            if_match: text(IF_MATCH),
            if_none_match: text(IF_NONE_MATCH),
            body: &body,
        };
        Ok(self.scim.answer(client.client(), &request).await)
    }

    /// Whose token a request carries.
    pub(crate) fn client(&self, headers: &HeaderMap) -> Result<&ScimClient, ScimError> {
        let client = bearer(headers).and_then(|token| of_token(&self.clients, token.as_bytes()));
        client.ok_or_else(|| {
            self.note_stranger();
            ScimError::status(401, "the token of a client is needed, as `Authorization: Bearer`")
        })
    }

    /// Notes that the directory is in step with a client.
    pub(crate) async fn note(&self, client: &ScimClient) -> Result<(), ScimError> {
        let noted = self
            .store
            .mark_complete(client.client().source.clone(), (self.clock)());
        noted.await.map_err(|error| {
            tracing::warn!(%error, "that a client is in step could not be noted");
            ScimError::status(503, "the store does not answer; try again")
        })
    }
}

/// The body, which is JSON of one of the two names where it is not empty.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, ScimError> {
    let limit = Server::body_limit();
    let too_large = || ScimError::status(413, format!("the body is larger than {limit} bytes"));
    let bytes = to_bytes(body, limit).await.map_err(|_| too_large())?;
    if bytes.is_empty() {
        return Ok(bytes);
    }
    let sort = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let sort = sort.map(|sort| {
        sort.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    });
    match sort.as_deref() {
        None | Some("application/scim+json" | "application/json") => Ok(bytes),
        Some(_) => Err(ScimError::status(415, "a body is `application/scim+json`")),
    }
}

/// An error as an answer.
pub(crate) fn said(error: &ScimError) -> Response {
    let mut answer = written(&scim::Response::error(error));
    if error.status == 401 {
        put(&mut answer, WWW_AUTHENTICATE, Some("Bearer"));
    }
    answer
}

pub(crate) fn written(answer: &scim::Response) -> Response {
    let body = answer.body.as_ref().map(ToString::to_string);
    let has_body = body.is_some();
    let mut response = Response::new(body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if has_body {
        response.headers_mut().insert(CONTENT_TYPE, SCIM_JSON);
    }
    put(&mut response, LOCATION, answer.location.as_deref());
    put(&mut response, ETAG, answer.tag.as_deref());
    response
}

fn put(response: &mut Response, name: HeaderName, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(name, value);
    }
}
