//! `[[issuer]]`: a provider of sign-in, and what is taken from it. `[sign_in]`: where tools sign people in. `[[transmitter]]`: who may say that sign-ins ended.

use super::credential::Credential;
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

/// Where coding tools sign people in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignInConfig {
    /// The issuer at which people sign in, by its address; one of those that are configured.
    pub(crate) issuer: String,
    /// What proves to it that we are its client; `None`: nothing does.
    pub(crate) client_secret: Option<Credential>,
    /// How tools and browsers reach us; `None`: as the first listener is reached.
    pub(crate) public_url: Option<String>,
    /// What is said beside the code.
    pub(crate) login_notice: Option<String>,
    /// The application that signed-in tools stand for; `None`: each person's own.
    pub(crate) application: Option<String>,
    /// Life of an access token, in seconds.
    pub(crate) access: i64,
    /// Life of a session, in seconds.
    pub(crate) session: i64,
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
