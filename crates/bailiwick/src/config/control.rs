//! Where the installation is administered, and by whom.

use super::credential::Credential;
use control::{Client, InStep, RoleGroups};
use gateway::TlsFiles;
use std::net::SocketAddr;

/// The listener for administration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ControlConfig {
    /// Address and port.
    pub(crate) listen: SocketAddr,
    /// How clients reach it; the address where none is given.
    pub(crate) public_url: Option<String>,
    /// Its certificate.
    pub(crate) tls: Option<TlsFiles>,
    /// Who keeps the directory by SCIM.
    pub(crate) scim: Vec<ScimConfig>,
    /// Which groups give which role.
    pub(crate) roles: RoleGroups,
}

/// A SCIM client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScimConfig {
    /// Who it is to the directory.
    pub(crate) client: Client,
    /// How it is known.
    pub(crate) token: Token,
    /// When the directory counts as in step with it.
    pub(crate) in_step: InStep,
}

/// How a client is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// By a token that is found here.
    At(Credential),
    /// By a token with this digest.
    Hashed(String),
}
