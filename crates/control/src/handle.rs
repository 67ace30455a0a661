//! One request: the check of its route, then its work.

use crate::client::{ScimClient, of_token};
use crate::routes::{self, Check, SCIM, Work};
use crate::strangers::Strangers;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Query, RawPathParams, Request, State};
use axum::http::header::{
    ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::any;
use identity::directory::DirectoryStore;
use register::model::Instant;
use scim::{Method, ScimError, Server, Target};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// For a request as a whole.
const WHOLE: Duration = Duration::from_secs(60);

/// How SCIM's bodies are written.
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// What the listener serves.
pub struct ControlSettings {
    /// Who may speak SCIM.
    pub clients: Vec<ScimClient>,
    /// Where the directory is kept.
    pub store: Arc<dyn DirectoryStore>,
    /// How clients reach the listener, without a slash at its end.
    pub public_url: String,
    /// The clock.
    pub clock: fn() -> Instant,
}

/// Serves what the settings say.
#[derive(Clone)]
pub struct Control(Arc<Shared>);

struct Shared {
    clients: Vec<ScimClient>,
    store: Arc<dyn DirectoryStore>,
    scim: Server,
    clock: fn() -> Instant,
    strangers: Strangers,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Control({:?})", self.0.clients)
    }
}

impl Control {
    /// Puts it together.
    pub fn new(settings: ControlSettings) -> Self {
        let base = format!("{}{SCIM}", settings.public_url.trim_end_matches('/'));
        Self(Arc::new(Shared {
            clients: settings.clients,
            scim: Server::new(Arc::clone(&settings.store), base, settings.clock),
            store: settings.store,
            clock: settings.clock,
            strangers: Strangers::default(),
        }))
    }

    /// The routes, as a service.
    pub fn router(&self) -> Router {
        let with = |router: Router<Arc<Shared>>, path| router.route(path, any(known));
        let router = routes::paths().into_iter().fold(Router::new(), with);
        router.fallback(unknown).with_state(Arc::clone(&self.0))
    }
}

/// A request for a path of the table.
async fn known(
    State(shared): State<Arc<Shared>>,
    path: MatchedPath,
    params: RawPathParams,
    request: Request,
) -> Response {
    let id = params.iter().next().map(|(_, value)| value.to_owned());
    match timeout(WHOLE, shared.known(path.as_str(), id, request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => said(&error),
        Err(_) => said(&ScimError::status(408, "the request took too long")),
    }
}

/// A request for any other path: what there is, only a caller is told.
async fn unknown(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    match shared.client(request.headers()) {
        Ok(_) => said(&ScimError::status(404, "there is nothing here")),
        Err(error) => said(&error),
    }
}

impl Shared {
    async fn known(&self, path: &str, id: Option<String>, request: Request) -> Result<Response, ScimError> {
        let Some(route) = routes::find(request.method().as_str(), path) else {
            self.client(request.headers())?;
            let mut answer = said(&ScimError::status(405, "this cannot be done here"));
            put(&mut answer, ALLOW, Some(&routes::methods(path)));
            return Ok(answer);
        };
        let client = match route.check {
            Check::ScimClient => self.client(request.headers())?,
        };
        let answer = match route.work {
            Work::Scim => self.scim(client, path, id, request).await?,
            Work::InStep => {
                self.note(client).await?;
                scim::Response {
                    status: 204,
                    ..scim::Response::default()
                }
            }
        };
        tracing::info!(
            client = client.client().source,
            method = route.method,
            path = route.path,
            status = answer.status,
            "administered"
        );
        if answer.status < 400 && client.is_to_be_noted((self.clock)()) {
            self.note(client).await?;
        }
        Ok(written(&answer))
    }

    async fn scim(
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
    fn client(&self, headers: &HeaderMap) -> Result<&ScimClient, ScimError> {
        let client = bearer(headers).and_then(|token| of_token(&self.clients, token.as_bytes()));
        client.ok_or_else(|| {
            if let Some(requests) = self.strangers.count((self.clock)()) {
                tracing::warn!(
                    requests,
                    "requests for administration without the token of a client"
                );
            }
            ScimError::status(401, "the token of a client is needed, as `Authorization: Bearer`")
        })
    }

    /// Notes that the directory is in step with a client.
    async fn note(&self, client: &ScimClient) -> Result<(), ScimError> {
        let noted = self
            .store
            .mark_complete(client.client().source.clone(), (self.clock)());
        noted.await.map_err(|error| {
            tracing::warn!(%error, "that a client is in step could not be noted");
            ScimError::status(503, "the store does not answer; try again")
        })
    }
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
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
fn said(error: &ScimError) -> Response {
    let mut answer = written(&scim::Response::error(error));
    if error.status == 401 {
        put(&mut answer, WWW_AUTHENTICATE, Some("Bearer"));
    }
    answer
}

fn written(answer: &scim::Response) -> Response {
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
