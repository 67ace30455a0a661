//! The interface for people: JSON over the routes below [`crate::routes::API`], one function for each.

mod disputes;
mod facts;
mod people;
mod roles;
mod trips;

use crate::asker::Asker;
use crate::openapi;
use crate::problem::{Problem, read_whole};
use crate::role::Roles;
use crate::routes::{Route, Work};
use crate::shared::Shared;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use data_encoding::HEXLOWER;
use identity::strict_json;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Largest body in bytes.
const LARGEST: usize = 16 * 1024;

/// Random bytes of an id.
const ID: usize = 12;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    status: u16,
    body: Option<Value>,
}

impl Reply {
    pub(crate) const fn with(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
        }
    }

    const fn ok(body: Value) -> Self {
        Self::with(200, body)
    }

    const fn done() -> Self {
        Self {
            status: 204,
            body: None,
        }
    }

    pub(crate) fn answer(self) -> Response {
        let has_body = self.body.is_some();
        let body = self
            .body
            .map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        // what is told of people is not to lie about in caches
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// What a request asks for: who asks, the parts of its path, and its body.
struct Asked<'a> {
    asker: &'a Asker,
    params: &'a [String],
    body: Option<Body>,
}

impl Asked<'_> {
    /// A part of the path.
    fn part(&self, index: usize) -> Result<&str, Problem> {
        let part = self.params.get(index).map(String::as_str);
        part.filter(|part| !part.is_empty()).ok_or_else(Problem::missing)
    }

    /// The last part of the path: the record or person that it is about.
    fn id(&self) -> Result<&str, Problem> {
        self.part(self.params.len().saturating_sub(1))
    }

    /// The body, in which nothing stands that is not known here.
    async fn read<T: DeserializeOwned>(&mut self) -> Result<T, Problem> {
        let body = self.body.take().unwrap_or_else(Body::empty);
        let bytes = read_whole(body, LARGEST).await?;
        let value = strict_json::read(&bytes)
            .map_err(|error| Problem::wrong(format!("the body is not JSON: {error}")))?;
        serde_json::from_value(value).map_err(|error| Problem::wrong(format!("the body is wrong: {error}")))
    }
}

impl Shared {
    /// A request of a person, who must have one of these roles.
    pub(crate) async fn of_person(
        &self,
        route: &Route,
        roles: Roles,
        params: &[String],
        request: Request,
    ) -> Result<Response, Problem> {
        let asker = self.with_role(request.headers(), roles).await?;
        let asked = Asked {
            asker: &asker,
            params,
            body: Some(request.into_body()),
        };
        let reply = self.work(route.work, asked).await?;
        let (method, path, status) = (route.method, route.path, reply.status);
        tracing::info!(method, path, status, "administered");
        Ok(reply.answer())
    }

    /// Who asks, if they have one of these roles.
    pub(crate) async fn with_role(&self, headers: &HeaderMap, roles: Roles) -> Result<Asker, Problem> {
        let asker = self.asker(headers).await?;
        let asker = asker.ok_or_else(|| {
            self.note_stranger();
            Problem::nobody()
        })?;
        match asker.roles.meets(roles) {
            true => Ok(asker),
            false => {
                let detail = format!("this is for {}", roles.words().join(", "));
                Err(Problem::new(403, "role", detail))
            }
        }
    }

    async fn work(&self, work: Work, asked: Asked<'_>) -> Result<Reply, Problem> {
        match work {
            // their routes have checks of their own
            Work::Scim
            | Work::InStep
            | Work::Push(_)
            | Work::Checkpoint
            | Work::WitnessedCheckpoint
            | Work::Tile
            | Work::Proof => Err(Problem::missing()),
            Work::Describe => Ok(Reply::ok(openapi::document())),
            Work::Me => Ok(Reply::ok(json!({
                "revision": 1,
                "person": asked.asker.person,
                "roles": asked.asker.roles.words(),
            }))),
            Work::BecomeFirst => self.become_first(asked).await,
            Work::MyFacts => self.facts(asked.asker, &asked.asker.person).await,
            Work::Facts => self.facts(asked.asker, asked.id()?).await,
            Work::MyTrips => self.my_trips(asked).await,
            Work::Declare => self.declare(asked).await,
            Work::TakeBack => self.take_back(asked).await,
            Work::MyDisputes => self.my_disputes(asked).await,
            Work::Dispute => self.raise(asked).await,
            Work::Disputes => self.open_disputes(asked).await,
            Work::Settle => self.settle(asked).await,
            Work::MyExport => self.export(asked.asker, &asked.asker.person).await,
            Work::Export => self.export(asked.asker, asked.id()?).await,
            Work::Erase => self.erase(asked).await,
            Work::ListRoles => self.list_roles().await,
            Work::Grant => self.grant(asked).await,
            Work::Withdraw => self.withdraw(asked).await,
            Work::Sources => Ok(self.sources()),
        }
    }
}

/// A new id.
fn new_id() -> Result<String, Problem> {
    let mut bytes = [0; ID];
    let none = |_| Problem::new(503, "unavailable", "the system gave no random bytes; try again");
    aws_lc_rs::rand::fill(&mut bytes).map_err(none)?;
    Ok(HEXLOWER.encode(&bytes))
}
