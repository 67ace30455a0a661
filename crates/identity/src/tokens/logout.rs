//! Logout tokens: a provider says that somebody has signed out there (OpenID Connect Back-Channel Logout).

use super::compact::{Compact, Header};
use super::issuers::{Issuers, sha256};
use super::json::{Object, needed, nested, text};
use super::settings::{IssuerSettings, Sort};
use super::signals::memory::Seen;
use super::verified::Name;
use super::{TokenError, claims};
use register::model::Instant;

/// The event that a logout token is about.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A sign-out that was verified and has taken effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// The issuer.
    pub issuer: String,
    /// Who or which session, by all names that were given.
    pub names: Vec<Name>,
    /// When it was said.
    pub at: Instant,
}

impl Issuers {
    /// Verifies a logout token and ends what it names, once.
    ///
    /// # Errors
    /// When it is not taken, or was before. Then nothing happens.
    pub fn logout(&self, token: &str, at: Instant) -> Result<Logout, TokenError> {
        let compact = Compact::parse(token)?;
        let (_, issuer) = self.issuer_of(&compact)?;
        issuer.check_signature(&compact, at)?;
        let settings = &issuer.settings;
        let (names, id) = read(settings, &compact.header, &compact.claims)?;
        let times = claims::times(&settings.authority, &compact.claims, at)?;
        let name = &settings.authority.issuer;
        if self.memory.see(name, &id, sha256(token)) != Seen::New {
            return Err(TokenError::Replayed);
        }
        for one in &names {
            self.revocations().revoke(name, one, times.issued_at);
        }
        Ok(Logout {
            issuer: name.clone(),
            names,
            at: times.issued_at,
        })
    }
}

/// Whom a logout token names, and its id.
fn read(
    settings: &IssuerSettings,
    header: &Header,
    claims: &Object,
) -> Result<(Vec<Name>, String), TokenError> {
    let is_right = match header.sort.as_deref() {
        Some("logout+jwt") => true,
        // providers that do not yet say what it is
        None | Some("jwt") => settings.sorts.contains(&Sort::Unspecified),
        Some(_) => false,
    };
    if !is_right || claims.contains_key("nonce") {
        return Err(TokenError::Sort);
    }
    let ours = settings.client_id.as_ref().ok_or(TokenError::Audience)?;
    claims::check_audience(claims, std::slice::from_ref(ours))?;
    nested(claims, "events")?
        .and_then(|events| events.get(EVENT))
        .filter(|event| event.is_object())
        .ok_or_else(|| TokenError::claim("events"))?;
    let session = text(claims, "sid")?.map(|id| Name::Session(id.to_owned()));
    let subject = text(claims, "sub")?.map(|id| Name::Subject(id.to_owned()));
    // not every token says to which session it belongs, so the person is meant too where they are named
    let names: Vec<_> = session.into_iter().chain(subject).collect();
    if names.is_empty() {
        return Err(TokenError::NoClaim {
            name: "sid".to_owned(),
        });
    }
    Ok((names, needed(claims, "jti")?.to_owned()))
}
