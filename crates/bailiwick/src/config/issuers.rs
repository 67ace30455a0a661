//! `[[issuer]]`: a provider of sign-in, and what is taken from it. `[[transmitter]]`: who may say that sign-ins ended.

use gateway::ConnectorOptions;
use identity::tokens::IssuerSettings;
use identity::tokens::signals::TransmitterSettings;
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

/// A sender of events about sign-ins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transmitter {
    /// Who it is, and of whom it may speak.
    pub(crate) settings: TransmitterSettings,
    /// As for an issuer.
    pub(crate) line: ConnectorOptions,
    /// Where it is written.
    pub(crate) position: Position,
}
