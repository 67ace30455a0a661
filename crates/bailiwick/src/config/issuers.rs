//! `[[issuer]]`: a provider of sign-in, and what is taken from it.

use gateway::ConnectorOptions;
use identity::tokens::IssuerSettings;
use register::source::Position;

/// A provider of sign-in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Issuer {
    /// What is taken from it.
    pub(crate) settings: IssuerSettings,
    /// Whom calls to it trust, and the proxy that they go through; nothing else of it is used.
    pub(crate) line: ConnectorOptions,
    /// Where it is written.
    pub(crate) position: Position,
}
