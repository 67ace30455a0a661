//! Asking for a token to act for somebody (RFC 8693): what is asked, and whether it may be.
//!
//! A service account that has somebody's token asks for one that says both: who acts, and for whom. It is granted only
//! where the register names that service account for its application, and it lives no longer than either of the two
//! tokens that it was granted for. Nothing is granted here; this is what whoever grants has to check.

use super::TokenError;
use super::issuers::Issuers;
use super::verified::{Name, VerifiedToken};
use register::model::{Instant, Register};
use std::sync::Arc;

/// What the grant is called.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// What an access token is called.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The same, by its form.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Longest life of what is granted, in seconds.
const LONGEST: i64 = 3600;

/// What is asked. No token in it is verified yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeRequest {
    subject_token: String,
    actor_token: String,
}

/// A grant that may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The service account that acts, by its id in the directory.
    pub service: String,
    /// The person for whom it acts, by their id in the directory.
    pub person: String,
    /// The application.
    pub application: String,
    /// First instant at which it is no longer good.
    pub expires: Instant,
    /// Issuers of both tokens, with all names in them: an end of either sign-in ends this too.
    pub names: Vec<(String, Name)>,
}

/// Why it may not be granted, in the words of OAuth.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The request is not one for an exchange.
    #[error("the grant is not an exchange of tokens")]
    UnsupportedGrant,
    /// A parameter is missing, occurs twice or says what is not known here.
    #[error("the parameter `{name}` is missing, occurs twice or cannot be used")]
    Parameter {
        /// The parameter.
        name: &'static str,
    },
    /// What is granted would be for somebody else.
    #[error("a token for another target is not granted here")]
    Target,
    /// One of the tokens is not taken.
    #[error("the {whose} token is not taken: {reason}")]
    Token {
        /// `subject` or `actor`.
        whose: &'static str,
        /// Why.
        reason: TokenError,
    },
    /// One of the tokens already acts for somebody.
    #[error("a token that already acts for somebody cannot be exchanged")]
    Chain,
    /// The register does not say that the service may act for others.
    #[error("`{service}` may not act for others by application `{application}`")]
    MayNotAct {
        /// The service account.
        service: String,
        /// Its application.
        application: String,
    },
    /// Both tokens are of the same one.
    #[error("nobody acts for themselves")]
    Same,
}

impl ExchangeError {
    /// The error code of OAuth.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnsupportedGrant => "unsupported_grant_type",
            Self::Target => "invalid_target",
            Self::MayNotAct { .. } => "unauthorized_client",
            Self::Parameter { .. } | Self::Token { .. } | Self::Chain | Self::Same => "invalid_request",
        }
    }
}

impl std::fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExchangeRequest(tokens kept back)")
    }
}

impl ExchangeRequest {
    /// Reads the parameters of a request, for a grantor that is called by this name.
    ///
    /// # Errors
    /// When it is no request for an exchange of two access tokens for one that is used here.
    pub fn parse(parameters: &[(String, String)], ours: &[String]) -> Result<Self, ExchangeError> {
        let one = |name: &'static str| {
            let mut found = parameters.iter().filter(|(other, _)| other == name);
            match (found.next(), found.next()) {
                (None, _) => Ok(None),
                (Some((_, value)), None) if !value.is_empty() => Ok(Some(value.as_str())),
                _ => Err(ExchangeError::Parameter { name }),
            }
        };
        let needed = |name| one(name)?.ok_or(ExchangeError::Parameter { name });
        if one("grant_type")? != Some(GRANT_TYPE) {
            return Err(ExchangeError::UnsupportedGrant);
        }
        for name in ["subject_token_type", "actor_token_type"] {
            if !matches!(needed(name)?, ACCESS_TOKEN | JWT) {
                return Err(ExchangeError::Parameter { name });
            }
        }
        let wanted = one("requested_token_type")?;
        if !matches!(wanted, None | Some(ACCESS_TOKEN)) {
            return Err(ExchangeError::Parameter {
                name: "requested_token_type",
            });
        }
        // several may be named, and each must be us
        let is_target = |(name, _): &&(String, String)| matches!(name.as_str(), "audience" | "resource");
        if parameters
            .iter()
            .filter(is_target)
            .any(|(_, target)| !ours.contains(target))
        {
            return Err(ExchangeError::Target);
        }
        Ok(Self {
            subject_token: needed("subject_token")?.to_owned(),
            actor_token: needed("actor_token")?.to_owned(),
        })
    }

    /// Verifies both tokens, and whether one may act for the other.
    ///
    /// # Errors
    /// When one of them is not taken, already acts for somebody, or the register does not let the service act.
    pub fn check(
        &self,
        issuers: &Issuers,
        register: &Register,
        at: Instant,
    ) -> Result<Delegation, ExchangeError> {
        let verify = |whose, token: &str| {
            let verified = issuers.verify(token, at);
            verified.map_err(|reason| ExchangeError::Token { whose, reason })
        };
        let subject = verify("subject", &self.subject_token)?;
        let actor = verify("actor", &self.actor_token)?;
        if subject.acts_for.is_some() || actor.acts_for.is_some() {
            return Err(ExchangeError::Chain);
        }
        if subject.subject == actor.subject {
            return Err(ExchangeError::Same);
        }
        let (service, application) = (actor.subject.clone(), actor.application.clone());
        let found = register.applications.iter().find(|other| other.id == application);
        if found.and_then(|found| found.service.as_ref()) != Some(&service) {
            return Err(ExchangeError::MayNotAct { service, application });
        }
        let names = |token: &Arc<VerifiedToken>| {
            let issuer = token.issuer.clone();
            let named = token.names.iter().cloned();
            named.map(|name| (issuer.clone(), name)).collect::<Vec<_>>()
        };
        Ok(Delegation {
            service,
            person: subject.subject.clone(),
            application,
            expires: subject.expires.min(actor.expires).min(at.plus(LONGEST)),
            names: [names(&subject), names(&actor)].concat(),
        })
    }
}
