//! Asking for a token to act for somebody (RFC 8693): what is asked, and whether it may be.
//!
//! A service account that has somebody's token asks for one that says both: who acts, and for whom. The service proves
//! itself by its key, as a client of OAuth does, or by a token of its own. It is granted only where the register names
//! that service account for its application, and it lives no longer than the tokens that it was granted for. Nothing is
//! granted here; this is what whoever grants has to check.

use super::verified::{ActorProof, Name, VerifiedToken};
use register::model::Instant;

/// What the grant is called.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// What an access token is called.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The same, by its form.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// Longest life of what is granted, in seconds.
const LONGEST: i64 = 900;

/// What is asked. No token in it is verified yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// The token of the person.
    pub subject_token: String,
    /// The token of the service; `None`: it proves itself by its key.
    pub actor_token: Option<String>,
}

/// The service that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The service account, by its id in the directory.
    pub service: String,
    /// By what it has proved itself.
    pub proof: ActorProof,
    /// First instant at which that proof is no longer good; `None`: it says itself when it is not.
    pub expires: Option<Instant>,
}

/// A grant that may be made, once the register is known to let the service act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The service account that acts, by its id in the directory.
    pub service: String,
    /// The person for whom it acts, by their id in the directory.
    pub person: String,
    /// First instant at which it is no longer good.
    pub expires: Instant,
    /// Where the person signed in.
    pub issuer: String,
    /// When.
    pub signed_in: Instant,
    /// By which names: an end of that sign-in ends this too.
    pub names: Vec<Name>,
    /// By what the service has proved itself: an end of that ends this too.
    pub proof: ActorProof,
}

/// Why it may not be granted.
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
    /// It is asked to be narrower, and no token here is wide or narrow.
    #[error("a token has no scopes here")]
    Scope,
    /// One of the tokens is not taken.
    #[error("the {whose} token is not taken: {reason}")]
    Token {
        /// `subject` or `actor`.
        whose: &'static str,
        /// Why.
        reason: String,
    },
    /// One of the tokens already acts for somebody.
    #[error("a token that already acts for somebody cannot be exchanged")]
    Chain,
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
            Self::Scope => "invalid_scope",
            Self::Parameter { .. } | Self::Token { .. } | Self::Chain | Self::Same => "invalid_request",
        }
    }

    /// What whoever asked can do.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::UnsupportedGrant => "ask with `grant_type=urn:ietf:params:oauth:grant-type:token-exchange`",
            Self::Parameter { .. } => {
                "send each parameter once, and tokens of the type `urn:ietf:params:oauth:token-type:access_token`"
            }
            Self::Target => "leave `audience` and `resource` out: the token is for this gateway",
            Self::Scope => "leave `scope` out: what the token opens is decided for each request",
            Self::Token { .. } => "send an access token that this gateway takes by itself, before it ends",
            Self::Chain => "send the token with which the person signed in",
            Self::Same => {
                "send the token of the person as `subject_token`, and prove the service by its own key"
            }
        }
    }
}

impl std::fmt::Debug for ExchangeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExchangeRequest(tokens kept back)")
    }
}

impl ExchangeRequest {
    /// Reads the parameters of a request, for a grantor that is called by one of these names.
    ///
    /// # Errors
    /// When it is no request for an exchange of access tokens for one that is used here.
    pub fn parse(parameters: &[(String, String)], ours: &[String]) -> Result<Self, ExchangeError> {
        let one = |name: &'static str| {
            let mut found = parameters.iter().filter(|(other, _)| other == name);
            match (found.next(), found.next()) {
                (None, _) => Ok(None),
                (Some((_, value)), None) if !value.is_empty() => Ok(Some(value.as_str())),
                _ => Err(ExchangeError::Parameter { name }),
            }
        };
        let typed = |name, token: Option<&str>| match (one(name)?, token) {
            (Some(ACCESS_TOKEN | JWT), Some(_)) | (None, None) => Ok(()),
            _ => Err(ExchangeError::Parameter { name }),
        };
        if one("grant_type")? != Some(GRANT_TYPE) {
            return Err(ExchangeError::UnsupportedGrant);
        }
        let (subject, actor) = (one("subject_token")?, one("actor_token")?);
        typed("subject_token_type", subject)?;
        typed("actor_token_type", actor)?;
        if !matches!(one("requested_token_type")?, None | Some(ACCESS_TOKEN)) {
            let name = "requested_token_type";
            return Err(ExchangeError::Parameter { name });
        }
        if one("scope")?.is_some() {
            return Err(ExchangeError::Scope);
        }
        // several may be named, and each must be us
        let is_target = |(name, _): &&(String, String)| matches!(name.as_str(), "audience" | "resource");
        let mut targets = parameters.iter().filter(is_target);
        if targets.any(|(_, target)| !ours.contains(target)) {
            return Err(ExchangeError::Target);
        }
        let name = "subject_token";
        Ok(Self {
            subject_token: subject.ok_or(ExchangeError::Parameter { name })?.to_owned(),
            actor_token: actor.map(str::to_owned),
        })
    }
}

impl Actor {
    /// The service that this token of its own stands for.
    ///
    /// # Errors
    /// When the token acts for somebody.
    pub fn by_token(token: &VerifiedToken) -> Result<Self, ExchangeError> {
        if token.acts_for.is_some() {
            return Err(ExchangeError::Chain);
        }
        Ok(Self {
            service: token.subject.clone(),
            proof: ActorProof::SignIn {
                issuer: token.issuer.clone(),
                issued_at: token.issued_at,
                names: token.names.clone(),
            },
            expires: Some(token.expires),
        })
    }

    /// What may be granted to it with the verified token of somebody.
    ///
    /// # Errors
    /// When that token already acts for somebody, or is the service's own.
    pub fn acting_for(self, subject: &VerifiedToken, at: Instant) -> Result<Delegation, ExchangeError> {
        if subject.acts_for.is_some() {
            return Err(ExchangeError::Chain);
        }
        if subject.subject == self.service {
            return Err(ExchangeError::Same);
        }
        let expires = subject.expires.min(at.plus(LONGEST));
        Ok(Delegation {
            service: self.service,
            person: subject.subject.clone(),
            expires: self.expires.map_or(expires, |own| own.min(expires)),
            issuer: subject.issuer.clone(),
            signed_in: subject.issued_at,
            names: subject.names.clone(),
            proof: self.proof,
        })
    }
}
