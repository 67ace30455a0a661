//! Tokens by which a service acts for somebody: given here, and ended with whatever they were given for.
//!
//! They are access tokens of ours that name two: the person, with the sign-in behind their token, and the service, with
//! its key or the sign-in behind its own. Each replica takes one without asking anybody, and none is renewed.

use super::SignedIn;
use super::access::Said;
use super::names::{self, Written};
use crate::tokens::exchange::Delegation;
use crate::tokens::{ActorProof, VerifiedToken};
use register::model::Instant;
use serde::{Deserialize, Serialize};

/// What a token says of the service that acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acting {
    pub service: String,
    /// Public part of the key by which it has proved itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The sign-in by which it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<ActorSignIn>,
}

/// A sign-in of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ActorSignIn {
    pub issuer: String,
    pub signed_in: i64,
    pub names: Vec<Written>,
}

impl Acting {
    fn of(service: String, proof: ActorProof) -> Self {
        let (key, sign_in) = match proof {
            ActorProof::Key(id) => (Some(id), None),
            ActorProof::SignIn {
                issuer,
                issued_at,
                names,
            } => {
                let names = names::write(&names);
                let signed_in = issued_at.0;
                let sign_in = ActorSignIn {
                    issuer,
                    signed_in,
                    names,
                };
                (None, Some(sign_in))
            }
        };
        Self {
            service,
            key,
            sign_in,
        }
    }

    /// By what the service has proved itself; `None`: by nothing that is known here.
    pub(super) fn proof(self) -> Option<ActorProof> {
        match (self.key, self.sign_in) {
            (Some(id), None) => Some(ActorProof::Key(id)),
            (None, Some(sign_in)) => Some(ActorProof::SignIn {
                issuer: sign_in.issuer,
                issued_at: Instant(sign_in.signed_in),
                names: names::read(sign_in.names)?,
            }),
            _ => None,
        }
    }
}

impl SignedIn {
    /// A token by which a service acts for somebody by this application, and the seconds that it is good for. That the
    /// register lets it has been asked before.
    pub fn delegate(&self, granted: Delegation, application: &str, at: Instant) -> (String, i64) {
        let expires = granted.expires.min(at.plus(self.settings.access));
        let token = self.key.sign(&Said {
            revision: Said::ACTING,
            // it is of no session: ending it ends nobody's
            session: String::new(),
            person: granted.person,
            application: Some(application.to_owned()),
            issuer: granted.issuer,
            signed_in: granted.signed_in.0,
            names: names::write(&granted.names),
            expires: expires.0,
            act: Some(Acting::of(granted.service, granted.proof)),
        });
        (token, expires.0.saturating_sub(at.0))
    }
}

/// Says of a token that it is good for a service which acts for somebody.
pub(super) fn acting(token: VerifiedToken, acting: Acting) -> Option<VerifiedToken> {
    let service = acting.service.clone();
    Some(VerifiedToken {
        acts_for: Some(token.subject),
        subject: service,
        actor: Some(acting.proof()?),
        session: None,
        ..token
    })
}
