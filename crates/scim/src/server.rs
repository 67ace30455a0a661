//! What is done with a request: one client, one target, one method.
//!
//! A client is a source of the directory, and sees no record of any other: not in lists, not by id, not in an error.
//! Everything that changes is one change of the store, with the version that the client named, or nothing.

mod batch;
mod groups;
mod people;
mod search;
mod target;

pub use target::{Method, Target};

use crate::Object;
use crate::error::{ScimError, ScimType};
use crate::mapping::version_in;
use crate::query::Query;
use crate::schema::Kind;
use crate::shown::Shown;
use crate::{bulk, describe};
use identity::directory::DirectoryStore;
use identity::strict_json;
use register::model::Instant;
use serde_json::{Value, json};
use std::sync::Arc;

/// Schema of a list.
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Carries out requests.
pub struct Server {
    store: Arc<dyn DirectoryStore>,
    base: String,
    clock: fn() -> Instant,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The source that its records are of.
    pub source: String,
    /// Which identities its people get.
    pub ids: Ids,
}

/// Which identity a person gets who is made: what keys, tokens and decisions name them by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ids {
    /// A random one.
    #[default]
    Random,
    /// The one that they have at the source, behind a prefix, so that it is the one that a sign-in says.
    External {
        /// The prefix.
        prefix: String,
    },
}

impl Ids {
    /// The identity of somebody who is made.
    fn of(&self, external: Option<&str>) -> Result<String, ScimError> {
        let Self::External { prefix } = self else {
            return new_id();
        };
        let external =
            external.ok_or_else(|| ScimError::value("`externalId` is missing, by which people are known"))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@".contains(&byte);
        match external.bytes().all(is_plain) && (1..=200).contains(&external.len()) {
            true => Ok(format!("{prefix}{external}")),
            false => Err(ScimError::value(
                "`externalId`, by which people are known, is 1 to 200 letters, digits, `-`, `.`, `_`, `:` or `@`",
            )),
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'r> {
    /// What is to be done.
    pub method: Method,
    /// To what.
    pub target: Target,
    /// The query of the address, decoded.
    pub query: &'r [(String, String)],
    /// Header `If-Match`.
    pub if_match: Option<&'r str>,
    /// Header `If-None-Match`.
    pub if_none_match: Option<&'r str>,
    /// The body.
    pub body: &'r [u8],
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Option<Value>,
    /// Header `Location`.
    pub location: Option<String>,
    /// Header `ETag`.
    pub tag: Option<String>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.base)
    }
}

impl Response {
    fn of(body: Value) -> Self {
        Self {
            status: 200,
            body: Some(body),
            ..Self::default()
        }
    }

    /// Says an error.
    pub fn error(error: &ScimError) -> Self {
        Self {
            status: error.status,
            body: Some(error.to_json()),
            ..Self::default()
        }
    }

    const fn empty() -> Self {
        Self {
            status: 204,
            body: None,
            location: None,
            tag: None,
        }
    }

    /// A resource, cut to what is shown of it.
    fn resource(status: u16, resource: &Object, kind: Kind, shown: &Shown) -> Self {
        let meta = |name: &str| {
            let text = resource
                .get("meta")
                .and_then(|meta| meta.get(name))
                .and_then(Value::as_str);
            text.map(str::to_owned)
        };
        Self {
            status,
            location: meta("location"),
            tag: meta("version"),
            body: Some(Value::Object(shown.cut(resource, kind))),
        }
    }
}

impl Server {
    /// A server of what a store keeps, found at this address, without a slash at its end.
    pub fn new(store: Arc<dyn DirectoryStore>, base: impl Into<String>, clock: fn() -> Instant) -> Self {
        Self {
            store,
            base: base.into(),
            clock,
        }
    }

    /// Bytes of a body at most; a larger one is refused with status 413.
    pub const fn body_limit() -> usize {
        describe::BODY
    }

    /// Carries out a request.
    pub async fn answer(&self, client: &Client, request: &Request<'_>) -> Response {
        let answer = match (&request.target, request.method) {
            (Target::Bulk, Method::Post) => self.bulk(client, request).await,
            _ => self.single(client, request).await,
        };
        answer.unwrap_or_else(|error| Response::error(&error))
    }

    /// Any request but one of several operations.
    async fn single(&self, client: &Client, request: &Request<'_>) -> Result<Response, ScimError> {
        match (&request.target, request.method) {
            (Target::Config, Method::Get) => Ok(Response::of(describe::config(&self.base))),
            (Target::Schemas(id), Method::Get) => {
                self.described(describe::schemas(&self.base), id.as_deref(), "schema", request)
            }
            (Target::ResourceTypes(id), Method::Get) => self.described(
                describe::resource_types(&self.base),
                id.as_deref(),
                "resource type",
                request,
            ),
            (Target::All(kind), Method::Get) => {
                let query = Query::of_pairs(request.query)?;
                self.search(client, &[*kind], &query).await
            }
            (Target::Root, Method::Get) => {
                let query = Query::of_pairs(request.query)?;
                self.search(client, Kind::ALL, &query).await
            }
            (Target::Search(kind), Method::Post) => {
                let query = Query::of_body(&object(request.body)?)?;
                match kind {
                    Some(kind) => self.search(client, &[*kind], &query).await,
                    None => self.search(client, Kind::ALL, &query).await,
                }
            }
            (Target::All(Kind::User), Method::Post) => self.create_person(client, request).await,
            (Target::All(Kind::Group), Method::Post) => self.create_group(client, request).await,
            (Target::One(Kind::User, id), method) => self.person(client, id, method, request).await,
            (Target::One(Kind::Group, id), method) => self.group(client, id, method, request).await,
            (target, method) => {
                let detail = format!("`{}` cannot be asked for {target}", method.as_str());
                Err(ScimError::status(405, detail))
            }
        }
    }

    /// A list of what the server says about itself, or one of it.
    fn described(
        &self,
        all: Vec<Value>,
        id: Option<&str>,
        what: &str,
        request: &Request<'_>,
    ) -> Result<Response, ScimError> {
        // whoever filters what is the same for everybody mistakes it for something else (RFC 7644, section 4)
        if request
            .query
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("filter"))
        {
            return Err(ScimError::status(403, "there is no filter here"));
        }
        match id {
            None => {
                let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
                Ok(Response::of(list(all, total, 1)))
            }
            Some(id) => {
                let is_meant = |one: &Value| one.get("id").and_then(Value::as_str) == Some(id);
                let found = all.into_iter().find(is_meant);
                found
                    .map(Response::of)
                    .ok_or_else(|| ScimError::missing(what, id))
            }
        }
    }

    fn now(&self) -> Instant {
        (self.clock)()
    }
}

/// A list of resources.
fn list(resources: Vec<Value>, total: u64, start: u64) -> Value {
    json!({
        "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// The body of a request, which is an object in which no name occurs twice.
fn object(body: &[u8]) -> Result<Object, ScimError> {
    let syntax = |detail: String| ScimError::bad(ScimType::InvalidSyntax, detail);
    match strict_json::read(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(syntax("the body is not an object".to_owned())),
        Err(error) => {
            // the message of the parser may repeat what it read
            let why = match error.classify() {
                serde_json::error::Category::Data => "a name occurs twice",
                _ => "it is not JSON",
            };
            let (line, column) = (error.line(), error.column());
            Err(syntax(format!(
                "the body cannot be read: {why} at line {line}, column {column}"
            )))
        }
    }
}

/// The version that a change is made from; `None`: whichever there is.
fn version(request: &Request<'_>) -> Result<Option<u64>, ScimError> {
    match request.if_match.map(str::trim) {
        None | Some("*") => Ok(None),
        Some(tag) => match version_in(tag) {
            Some(version) => Ok(Some(version)),
            None => Err(ScimError::status(
                412,
                format!("`{tag}` is not the tag of a version"),
            )),
        },
    }
}

/// What the client has already, if it has exactly this.
fn unchanged(request: &Request<'_>, response: &Response) -> Option<Response> {
    let known = request.if_none_match?;
    let tag = response.tag.as_deref()?;
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let is_known = known.trim() == "*" || known.split(',').any(|one| weak(one) == weak(tag));
    is_known.then(|| Response {
        status: 304,
        body: None,
        location: None,
        tag: response.tag.clone(),
    })
}

/// A new identity: a random UUID.
fn new_id() -> Result<String, ScimError> {
    let mut bytes = [0u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ScimError::status(500, "there is no randomness"))?;
    let number = u128::from_be_bytes(bytes);
    // version 4, variant 1
    let number = number & !(0xf000 << 64) | (0x4000 << 64);
    let number = number & !(0xc000 << 48) | (0x8000 << 48);
    let digits = format!("{number:032x}");
    let parts =
        [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| digits.get(range).unwrap_or_default().to_owned());
    Ok(parts.join("-"))
}

/// What is shown of the resource that a change answers with.
fn shown(request: &Request<'_>) -> Result<Shown, ScimError> {
    Query::of_pairs(request.query).map(|query| query.shown)
}

/// The answer to several operations.
fn bulk_answer(operations: Vec<Value>) -> Response {
    Response::of(json!({"schemas": [bulk::RESPONSE], "Operations": operations}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_uuids_and_differ() {
        let (a, b) = (new_id().unwrap(), new_id().unwrap());
        assert_ne!(a, b);
        let lengths: Vec<usize> = a.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(a.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&a.as_bytes()[19]));
    }

    #[test]
    fn a_body_is_read_strictly_and_not_repeated() {
        for (body, expected) in [
            (
                r#"{"a": {"hush": 1, "hush": 2}}"#,
                "a name occurs twice at line 1",
            ),
            ("{\"hush\"", "it is not JSON"),
            ("[]", "is not an object"),
            ("", "it is not JSON"),
        ] {
            let error = object(body.as_bytes()).unwrap_err();
            assert!(
                error.detail.contains(expected) && !error.detail.contains("hush"),
                "{error}"
            );
        }
        assert!(object("[".repeat(10_000).as_bytes()).is_err());
    }
}
