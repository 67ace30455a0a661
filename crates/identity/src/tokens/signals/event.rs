//! What an event says: its kind by its address, and of whom.

use super::subject::{self, Meant};
use super::{DeliveryError, TransmitterSettings};
use crate::tokens::json::{Object, nested};
use crate::tokens::verified::Name;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// A session was ended.
    SessionRevoked,
    /// Something by which somebody signs in was changed or taken away.
    CredentialChange,
    /// What tokens say of somebody has changed.
    TokenClaimsChange,
    /// An account was closed or must not be trusted for now.
    AccountDisabled,
    /// The transmitter tries whether it is heard.
    Verification,
}

/// Addresses of events that mean something here.
const KNOWN: [(&str, SignalKind); 10] = [
    ("caep/event-type/session-revoked", SignalKind::SessionRevoked),
    ("caep/event-type/credential-change", SignalKind::CredentialChange),
    (
        "caep/event-type/token-claims-change",
        SignalKind::TokenClaimsChange,
    ),
    ("risc/event-type/sessions-revoked", SignalKind::SessionRevoked),
    (
        "risc/event-type/credential-compromise",
        SignalKind::CredentialChange,
    ),
    ("risc/event-type/account-disabled", SignalKind::AccountDisabled),
    ("risc/event-type/account-purged", SignalKind::AccountDisabled),
    (
        "risc/event-type/account-credential-change-required",
        SignalKind::CredentialChange,
    ),
    ("ssf/event-type/verification", SignalKind::Verification),
    ("sse/event-type/verification", SignalKind::Verification),
];

/// What all addresses begin with.
const PREFIX: &str = "https://schemas.openid.net/secevent/";

/// An event that means something here.
pub(super) struct Event {
    pub kind: SignalKind,
    /// The issuer that is named; `None`: all of whose sign-ins the transmitter speaks.
    pub issuer: Option<String>,
    pub names: Vec<Name>,
}

impl SignalKind {
    /// Whether what was issued before is taken back.
    pub(super) const fn revokes(self) -> bool {
        !matches!(self, Self::Verification)
    }

    fn of(address: &str) -> Option<Self> {
        let rest = address.strip_prefix(PREFIX)?;
        KNOWN
            .iter()
            .find(|(known, _)| *known == rest)
            .map(|(_, kind)| *kind)
    }
}

/// The events of a statement that mean something here. Others are taken without an effect.
///
/// # Errors
/// When one that would end sign-ins does not say whose in a way that is understood, or of an issuer for which its
/// transmitter may not speak. Then nothing is done, and the sender is told.
pub(super) fn read(claims: &Object, settings: &TransmitterSettings) -> Result<Vec<Event>, DeliveryError> {
    let Some(events) = nested(claims, "events")? else {
        return Ok(Vec::new());
    };
    let mut read = Vec::new();
    for (address, content) in events {
        let Some(kind) = SignalKind::of(address) else {
            tracing::info!("an event of a kind that means nothing here was taken");
            continue;
        };
        if kind == SignalKind::Verification {
            read.push(Event {
                kind,
                issuer: None,
                names: Vec::new(),
            });
            continue;
        }
        // beside the events, or in each of them as older senders have it
        let subject = claims
            .get("sub_id")
            .or_else(|| content.get("subject"))
            .and_then(|subject| subject.as_object());
        let meant = subject.map(subject::read).transpose()?.unwrap_or_default();
        read.push(event(kind, meant, settings)?);
    }
    Ok(read)
}

fn event(kind: SignalKind, meant: Meant, settings: &TransmitterSettings) -> Result<Event, DeliveryError> {
    if meant.names.is_empty() {
        let words = "the event does not say of whom in a way that is known here";
        return Err(DeliveryError::new("invalid_request", words));
    }
    if let Some(issuer) = &meant.issuer
        && !settings.speaks_of.contains(issuer)
    {
        let words = "the event is about sign-ins of an issuer for which its sender does not speak";
        return Err(DeliveryError::new("access_denied", words));
    }
    Ok(Event {
        kind,
        issuer: meant.issuer,
        names: meant.names,
    })
}
