//! From the claims of a token whose signature holds to what it says, or to why it is not taken.

use super::TokenError;
use super::compact::Header;
use super::json::{self, Object, needed, nested, text, texts};
use super::settings::{Authority, IssuerSettings, Sort};
use super::verified::{Name, VerifiedToken};
use register::model::Instant;
use serde_json::Value;

/// Between claims that name a person together.
const JOINT: &str = ":";

/// Most groups that are taken from a token.
const MOST_GROUPS: usize = 1000;

/// Claims that identity tokens, logout tokens and events have and access tokens have not.
const OF_OTHER_SORTS: [&str; 5] = ["at_hash", "c_hash", "s_hash", "nonce", "events"];

/// When a token was issued and until when it is taken, the difference between clocks included.
pub(super) struct Times {
    pub issued_at: Instant,
    pub expires: Instant,
}

/// Reads an access token.
pub(super) fn access_token(
    settings: &IssuerSettings,
    header: &Header,
    claims: &Object,
    at: Instant,
) -> Result<VerifiedToken, TokenError> {
    check_sort(settings, header, claims)?;
    check_audience(claims, &settings.authority.audiences)?;
    let times = times(&settings.authority, claims, at)?;
    let client = needed(claims, &settings.client)?;
    let application = settings
        .applications
        .get(client)
        .ok_or(TokenError::UnknownClient)?;
    let person = person(settings, claims)?;
    let mut names = names(claims, &person)?;
    let actor = actor(settings, claims)?;
    let acts_for = actor.is_some().then(|| person.clone());
    let subject = match actor {
        None => person,
        Some((actor, its_names)) => {
            names.extend(its_names);
            actor
        }
    };
    let session = text(claims, "sid")?.map(str::to_owned);
    names.extend(session.clone().map(Name::Session));
    Ok(VerifiedToken {
        issuer: settings.authority.issuer.clone(),
        subject,
        // groups of a token are those of the person whom it is about, who is not the one that asks
        groups: if acts_for.is_some() {
            None
        } else {
            groups(settings, claims)?
        },
        acts_for,
        actor: None,
        client: client.to_owned(),
        application: application.clone(),
        issued_at: times.issued_at,
        auth_time: json::instant(claims, "auth_time")?,
        expires: times.expires,
        session,
        id: text(claims, "jti")?.map(str::to_owned),
        names,
    })
}

fn check_sort(settings: &IssuerSettings, header: &Header, claims: &Object) -> Result<(), TokenError> {
    let sort = match header.sort.as_deref() {
        Some("at+jwt") => Sort::AccessToken,
        None | Some("jwt") => Sort::Unspecified,
        Some(_) => return Err(TokenError::Sort),
    };
    let has = |name: &&str| claims.contains_key(*name);
    // Keycloak says in `typ`, and others in `token_use`, what a token is for
    let is_other = |name: &str, own: &str| claims.get(name).is_some_and(|value| value != own);
    let is_wrong = match sort {
        Sort::AccessToken => claims.contains_key("events"),
        Sort::Unspecified => {
            OF_OTHER_SORTS.iter().any(has) || is_other("typ", "Bearer") || is_other("token_use", "access")
        }
    };
    match is_wrong || !settings.sorts.contains(&sort) {
        true => Err(TokenError::Sort),
        false => Ok(()),
    }
}

/// Whether a token is for one of these.
pub(super) fn check_audience(claims: &Object, ours: &[String]) -> Result<(), TokenError> {
    let theirs = texts(claims, "aud").map_err(|_| TokenError::Audience)?;
    match theirs.iter().any(|audience| ours.contains(audience)) {
        true => Ok(()),
        false => Err(TokenError::Audience),
    }
}

/// Holds the times of a token against the clock.
pub(super) fn times(authority: &Authority, claims: &Object, at: Instant) -> Result<Times, TokenError> {
    let of = |name: &str| json::instant(claims, name);
    let no = |name: &str| TokenError::NoClaim {
        name: name.to_owned(),
    };
    let expires = of("exp")?.ok_or_else(|| no("exp"))?;
    let issued_at = of("iat")?.ok_or_else(|| no("iat"))?;
    let not_before = of("nbf")?.unwrap_or(issued_at);
    let skew = authority.skew;
    if issued_at.max(not_before) > at.plus(skew) {
        return Err(TokenError::NotYet);
    }
    let over = expires.plus(skew);
    if over <= at {
        return Err(TokenError::Expired);
    }
    let too_old = issued_at.plus(authority.max_age).plus(skew);
    if too_old <= at {
        return Err(TokenError::TooOld);
    }
    Ok(Times {
        issued_at,
        expires: over.min(too_old),
    })
}

/// The id in the directory of whom these claims are about.
pub(super) fn person(settings: &IssuerSettings, claims: &Object) -> Result<String, TokenError> {
    let mut parts = Vec::new();
    for name in &settings.person {
        let part = needed(claims, name)?;
        let is_several = settings.person.len() > 1;
        // joined, two people must never have one id
        if is_several && part.contains(JOINT) {
            return Err(TokenError::claim(name));
        }
        // an address that nobody checked can be anybody's
        if name == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(TokenError::claim("email_verified"));
        }
        parts.push(part);
    }
    Ok(parts.join(JOINT))
}

/// Who acts for whom these claims are about. A chain of such is not taken: those in its middle are known to nobody here.
fn actor(settings: &IssuerSettings, claims: &Object) -> Result<Option<(String, Vec<Name>)>, TokenError> {
    let Some(act) = nested(claims, "act")? else {
        return Ok(None);
    };
    let is_of_other = text(act, "iss")?.is_some_and(|issuer| issuer != settings.authority.issuer);
    if act.contains_key("act") || is_of_other {
        return Err(TokenError::claim("act"));
    }
    let actor = person(settings, act).map_err(|_| TokenError::claim("act"))?;
    let names = names(act, &actor)?;
    Ok(Some((actor, names)))
}

/// The names by which the issuer's events may speak of whom these claims are about.
pub(super) fn names(claims: &Object, person: &str) -> Result<Vec<Name>, TokenError> {
    let subject = text(claims, "sub")?.map(|subject| Name::Subject(subject.to_owned()));
    let email = text(claims, "email")?.map(|email| Name::Email(email.to_lowercase()));
    let person = Name::Person(person.to_owned());
    Ok([subject, email, Some(person)].into_iter().flatten().collect())
}

/// The groups that the token lists, if they are to be used and it does not say that there are more of them.
fn groups(settings: &IssuerSettings, claims: &Object) -> Result<Option<Vec<String>>, TokenError> {
    let Some(name) = &settings.groups else {
        return Ok(None);
    };
    let elsewhere = nested(claims, "_claim_names")?.is_some_and(|names| names.contains_key(name));
    let is_said = claims.get("hasgroups") == Some(&Value::Bool(true));
    if elsewhere || is_said || !claims.contains_key(name) {
        return Ok(None);
    }
    let groups = texts(claims, name)?;
    match groups.len() <= MOST_GROUPS {
        true => Ok(Some(groups)),
        false => Err(TokenError::claim(name)),
    }
}
