//! What a token says once it is verified.

use super::issuers::sha256;
use register::model::Instant;

/// What a token says once it is verified. It says who asks and by which application; what they may is decided elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedToken {
    /// Who issued it.
    pub issuer: String,
    /// The person or service account that asks, by their id in the directory.
    pub subject: String,
    /// The person on whose behalf a service account asks, by their id in the directory.
    pub acts_for: Option<String>,
    /// By what a service account that asks for a person has proved itself here; `None`: it asks for nobody, or its issuer
    /// has vouched for both.
    pub actor: Option<ActorProof>,
    /// The client as the issuer names it.
    pub client: String,
    /// The application of the register that the client stands for.
    pub application: String,
    /// The groups that the token lists, where its issuer's are to be used; `None`: the directory knows.
    pub groups: Option<Vec<String>>,
    /// When it was issued.
    pub issued_at: Instant,
    /// When the person signed in, if the issuer says so.
    pub auth_time: Option<Instant>,
    /// First instant at which it is no longer taken, the difference between clocks included.
    pub expires: Instant,
    /// The session at the issuer.
    pub session: Option<String>,
    /// Its own id.
    pub id: Option<String>,
    /// All names of all persons in it, as the issuer's events would name them.
    pub names: Vec<Name>,
}

/// By what a service account has proved itself that got a token to act for somebody here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorProof {
    /// By a key of its own, by the key's public part.
    Key(String),
    /// By a token of its own.
    SignIn {
        /// Who issued it.
        issuer: String,
        /// When.
        issued_at: Instant,
        /// All names in it.
        names: Vec<Name>,
    },
}

/// A name by which an issuer speaks of somebody, or of their session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// By its own `sub`.
    Subject(String),
    /// By an address, in lower case.
    Email(String),
    /// A session.
    Session(String),
    /// By the id in the directory.
    Person(String),
}

/// What stands for a name where it is kept: its digest, so that nobody's address lies in a file for this.
pub(super) type Mark = [u8; 32];

impl Name {
    /// What stands for it. An address is the same in capitals.
    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Subject(id) => sha256(&format!("subject {id}")),
            Self::Email(email) => sha256(&format!("email {}", email.to_lowercase())),
            Self::Session(id) => sha256(&format!("session {id}")),
            Self::Person(id) => sha256(&format!("person {id}")),
        }
    }
}
