//! Identity tokens: who has signed in to the console. They are for us as a client, and open no model.

use super::compact::Compact;
use super::issuers::Issuers;
use super::json::{needed, text};
use super::verified::Name;
use super::{TokenError, claims};
use register::model::Instant;
use subtle::ConstantTimeEq;

/// Who has signed in.
pub(super) struct SignedIn {
    pub person: String,
    pub issued_at: Instant,
    pub names: Vec<Name>,
}

/// Verifies an identity token of this issuer that was made for this attempt.
pub(super) fn verify(
    issuers: &Issuers,
    issuer: &str,
    token: &str,
    nonce: &str,
    at: Instant,
) -> Result<SignedIn, TokenError> {
    let compact = Compact::parse(token)?;
    let (_, found) = issuers.issuer_of(&compact)?;
    let settings = &found.settings;
    if settings.authority.issuer != issuer {
        return Err(TokenError::UnknownIssuer);
    }
    found.check_signature(&compact, at)?;
    let claims = &compact.claims;
    if !matches!(compact.header.sort.as_deref(), None | Some("jwt")) || claims.contains_key("events") {
        return Err(TokenError::Sort);
    }
    let ours = settings.client_id.as_ref().ok_or(TokenError::Audience)?;
    claims::check_audience(claims, std::slice::from_ref(ours))?;
    // where it is for several, or says to whom it was given, that must be us
    let party = text(claims, "azp")?;
    let is_for_several = super::json::texts(claims, "aud")?.len() > 1;
    if party.map_or(is_for_several, |party| party != ours) {
        return Err(TokenError::Audience);
    }
    let times = claims::times(&settings.authority, claims, at)?;
    let is_same: bool = needed(claims, "nonce")?.as_bytes().ct_eq(nonce.as_bytes()).into();
    if !is_same {
        return Err(TokenError::Replayed);
    }
    let person = claims::person(settings, claims)?;
    let mut names = claims::names(claims, &person)?;
    names.extend(text(claims, "sid")?.map(|id| Name::Session(id.to_owned())));
    match issuers.revocations().stand(issuer, &names, times.issued_at) {
        true => Ok(SignedIn {
            person,
            issued_at: times.issued_at,
            names,
        }),
        false => Err(TokenError::Revoked),
    }
}
