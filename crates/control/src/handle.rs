//! One request: the check of its route, then its work.

use crate::asker::{InForce, bearer};
use crate::client::{ClientError, ScimClient, of_token};
use crate::first::FirstCode;
use crate::problem::Problem;
use crate::push::{AT_ONCE, Pusher};
use crate::record::ShownLedger;
use crate::role::RoleGroups;
use crate::routes::{self, Check, Route, SCIM, Work};
use crate::scim_work::{said, written};
use crate::shared::{AdministeredStore, Shared};
use crate::strangers::Strangers;
use axum::Router;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ALLOW, HeaderValue};
use axum::response::Response;
use axum::routing::any;
use identity::directory::DirectoryStore;
use identity::{KeepError, Keys, Pushed};
use ledger::Recorder;
use register::model::Instant;
use scim::{ScimError, Server};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// For a request as a whole.
const WHOLE: Duration = Duration::from_secs(60);

/// What the listener serves.
pub struct ControlSettings {
    /// Who may speak SCIM.
    pub clients: Vec<ScimClient>,
    /// Who pushes rows under a token.
    pub pushers: Vec<Pusher>,
    /// Where everything is kept.
    pub store: Arc<dyn AdministeredStore>,
    /// Keys and tokens of people.
    pub keys: Arc<dyn Keys>,
    /// What is in force.
    pub in_force: Arc<dyn InForce>,
    /// Takes down what is done.
    pub recorder: Recorder,
    /// Which groups give which role.
    pub groups: RoleGroups,
    /// The code of the terminal, while nobody administers.
    pub first: Option<FirstCode>,
    /// What is shown of the ledger; `None`: nothing.
    pub ledger: Option<ShownLedger>,
    /// How clients reach the listener, without a slash at its end.
    pub public_url: String,
    /// The clock.
    pub clock: fn() -> Instant,
}

/// Serves what the settings say.
#[derive(Clone)]
pub struct Control(Arc<Shared>);

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Control({:?})", self.0.clients)
    }
}

impl Control {
    /// Puts it together.
    pub fn new(settings: ControlSettings) -> Self {
        let base = format!("{}{SCIM}", settings.public_url.trim_end_matches('/'));
        let directory = Arc::clone(&settings.store) as Arc<dyn DirectoryStore>;
        Self(Arc::new(Shared {
            clients: settings.clients,
            pushers: settings.pushers,
            scim: Server::new(directory, base, settings.clock),
            store: settings.store,
            keys: settings.keys,
            in_force: settings.in_force,
            recorder: settings.recorder,
            groups: settings.groups,
            first: settings.first.map(OnceLock::from).unwrap_or_default(),
            ledger: settings.ledger,
            clock: settings.clock,
            strangers: Strangers::default(),
            pushing: Semaphore::new(AT_ONCE),
        }))
    }

    /// Whether anybody administers: a group gives the role, or somebody active was granted it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn has_administrator(&self) -> Result<bool, KeepError> {
        self.0.has_administrator().await
    }

    /// Takes this code for the first administrator; the first that is offered is the only one.
    pub fn offer(&self, first: FirstCode) {
        // one that came later was shown to nobody
        let _first = self.0.first.set(first);
    }

    /// Takes a token of a SCIM client in place of the one before; whether it is another.
    ///
    /// # Errors
    /// When it is too short; the one before is taken still.
    pub fn renew_client(&self, source: &str, token: &str) -> Result<bool, ClientError> {
        let mut clients = self.0.clients.iter();
        let client = clients.find(|client| client.client().source == source);
        client.map_or(Ok(false), |client| client.renew(token))
    }

    /// Takes a token of a source that is pushed in place of the one before; whether it is another.
    ///
    /// # Errors
    /// As above.
    pub fn renew_pusher(&self, what: Pushed, token: &str) -> Result<bool, ClientError> {
        let mut is_other = false;
        for pusher in &self.0.pushers {
            is_other |= pusher.renew(what, token)?;
        }
        Ok(is_other)
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
    let params: Vec<String> = params.iter().map(|(_, value)| value.to_owned()).collect();
    let is_scim = path.as_str().starts_with(SCIM);
    match timeout(WHOLE, shared.known(path.as_str(), params, request)).await {
        Ok(answer) => answer,
        Err(_) if is_scim => said(&ScimError::status(408, "the request took too long")),
        Err(_) => Problem::new(408, "timeout", "the request took too long").answer(),
    }
}

/// A request for any other path: what there is, only a caller is told.
async fn unknown(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.elsewhere(request.headers(), None).await
}

impl Shared {
    async fn known(&self, path: &str, params: Vec<String>, request: Request) -> Response {
        let Some(route) = routes::find(request.method().as_str(), path) else {
            return self.elsewhere(request.headers(), Some(path)).await;
        };
        let answer = match route.check {
            Check::ScimClient => self.of_client(route, params, request).await,
            Check::PushedBy(what) => self.of_pusher(what, request).await,
            Check::Roles(roles) => self.of_person(route, roles, &params, request).await,
            Check::Record(roles) => self.of_reader(route, roles, params, request).await,
        };
        answer.unwrap_or_else(|problem| problem.answer())
    }

    async fn of_client(
        &self,
        route: &Route,
        params: Vec<String>,
        request: Request,
    ) -> Result<Response, Problem> {
        let client = match self.client(request.headers()) {
            Ok(client) => client,
            Err(error) => return Ok(said(&error)),
        };
        let worked = match route.work {
            Work::InStep => self.note(client).await.map(|()| scim::Response {
                status: 204,
                ..scim::Response::default()
            }),
            _ => {
                self.scim(client, route.path, params.into_iter().next(), request)
                    .await
            }
        };
        let answer = match worked {
            Ok(answer) => answer,
            Err(error) => return Ok(said(&error)),
        };
        tracing::info!(
            client = client.client().source,
            method = route.method,
            path = route.path,
            status = answer.status,
            "administered"
        );
        if answer.status < 400
            && client.is_to_be_noted((self.clock)())
            && let Err(error) = self.note(client).await
        {
            return Ok(said(&error));
        }
        Ok(written(&answer))
    }

    async fn of_pusher(&self, what: Pushed, request: Request) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let token = bearer(&parts.headers);
        let taken = self.push(what, token, &parts.headers, body).await?;
        Ok(crate::api::Reply::with(200, taken).answer())
    }

    /// What a caller is told of a path or method that there is not; anybody else is told nothing.
    async fn elsewhere(&self, headers: &HeaderMap, path: Option<&str>) -> Response {
        let is_client =
            bearer(headers).is_some_and(|token| of_token(&self.clients, token.as_bytes()).is_some());
        let is_scim = is_client || path.is_some_and(|path| path.starts_with(SCIM));
        let is_known = match is_client {
            true => Ok(true),
            false => self.asker(headers).await.map(|asker| asker.is_some()),
        };
        let mut answer = match (is_known, path) {
            (Err(problem), _) => return problem.answer(),
            (Ok(false), _) => {
                self.note_stranger();
                return Problem::nobody().answer();
            }
            (Ok(true), None) if is_scim => return said(&ScimError::status(404, "there is nothing here")),
            (Ok(true), None) => return Problem::missing().answer(),
            (Ok(true), Some(_)) if is_scim => said(&ScimError::status(405, "this cannot be done here")),
            (Ok(true), Some(_)) => Problem::new(405, "method", "this cannot be done here").answer(),
        };
        if let Some(path) = path
            && let Ok(methods) = HeaderValue::from_str(&routes::methods(path))
        {
            answer.headers_mut().insert(ALLOW, methods);
        }
        answer
    }

    /// Counts a request of nobody who is known, and says so in the log once in a while.
    pub(crate) fn note_stranger(&self) {
        if let Some(requests) = self.strangers.count((self.clock)()) {
            tracing::warn!(requests, "requests for administration by nobody who is known");
        }
    }
}
