//! SCIM 2.0 (RFC 7643, RFC 7644): how an identity provider keeps the firm's directory, without a socket.
//!
//! A request comes in as method, target, query and bytes, and goes out as a status and JSON; who carries both is no
//! concern of this crate. In between stand four steps, each a pure function over JSON: a body is read strictly
//! ([`identity::strict_json`]) and brought into its canonical form ([`canonical`]); a change is applied to it ([`patch`]);
//! it becomes what the directory keeps, or comes from there ([`mapping`]); and what was asked for is cut out of it
//! ([`Shown`]). All of them, and the schemas that are published, read the same tables ([`schema`]).
//!
//! Three things differ from what other servers do, on purpose. Citizenships, US status and screening can be written and
//! never read, by no attribute list and by no filter. A client sees and changes only what it brought itself. And `active`
//! must be said: whether somebody may act is never guessed.

mod bulk;
pub mod canonical;
mod describe;
mod error;
pub mod filter;
pub mod mapping;
mod name;
pub mod patch;
mod query;
pub mod schema;
mod server;
mod shown;

pub use error::{ScimError, ScimType};
pub use name::AttributeName;
pub use query::Query;
pub use server::{Client, Ids, Method, Request, Response, Server, Target};
pub use shown::Shown;

/// A JSON object.
pub type Object = serde_json::Map<String, serde_json::Value>;
