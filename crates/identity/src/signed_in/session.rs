//! Sessions: begun, renewed, ended, and their ends brought to every replica.

use super::access::Said;
use super::error::GrantError;
use super::refresh;
use super::stored::{self, KeptPerson, KeptSession};
use super::{SignedIn, names};
use crate::kept::{KeepError, SessionRecord};
use crate::tokens::{Name, sha256};
use data_encoding::HEXLOWER;
use register::model::Instant;
use subtle::ConstantTimeEq;

/// How often a change is tried that somebody else is changing too.
const TRIES: usize = 4;

/// For how many seconds a refresh token that was used gives its successor once more.
const RACE: u64 = 10;

/// What a tool gets.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// Who signed in, by their id in the directory.
    pub person: String,
    /// Their address, where the provider says it.
    pub email: Option<String>,
    /// Opens what the person may.
    pub access_token: String,
    /// Seconds that it is good for.
    pub expires_in: i64,
    /// Renews it, once.
    pub refresh_token: String,
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Granted(to {}, kept back)", self.person)
    }
}

impl SignedIn {
    /// Begins a session of somebody who approved.
    pub(super) async fn open_session(
        &self,
        who: KeptPerson,
        surface: &str,
        at: Instant,
    ) -> Result<Granted, GrantError> {
        let session = refresh::random::<16>()?;
        let secret = refresh::random::<32>()?;
        let refresh_token = refresh::numbered(&self.key, &session, &secret, 0);
        let kept = KeptSession {
            surface: surface.to_owned(),
            who,
            refresh: digest(&refresh_token),
            secret: Some(secret),
            number: 0,
            former: None,
            ended: None,
            session,
        };
        let record = SessionRecord {
            id_hash: place(&kept.session),
            person: kept.who.person.clone(),
            created: at,
            expires: at.plus(self.settings.session),
            data: stored::write(kept.clone()),
        };
        self.store.keep_session(&record).await?;
        Ok(self.granted(&kept, &record, refresh_token, at))
    }

    fn granted(
        &self,
        kept: &KeptSession,
        record: &SessionRecord,
        refresh_token: String,
        at: Instant,
    ) -> Granted {
        let expires = at.plus(self.settings.access).min(record.expires);
        let who = &kept.who;
        let access_token = self.key.sign(&Said {
            revision: Said::REVISION,
            session: kept.session.clone(),
            person: who.person.clone(),
            application: self.settings.application.clone(),
            issuer: who.issuer.clone(),
            signed_in: who.signed_in,
            names: who.names.clone(),
            expires: expires.0,
            act: None,
        });
        let email = who.names.iter().find(|(sort, _)| sort == "email");
        Granted {
            person: who.person.clone(),
            email: email.map(|(_, text)| text.clone()),
            access_token,
            expires_in: expires.0.saturating_sub(at.0),
            refresh_token,
        }
    }

    /// Renews the tokens of a session. `is_known` says whether the directory still has the person. A token that was used
    /// a moment ago gives the same successor once more: tools race themselves.
    ///
    /// # Errors
    /// When the session is over, the token was used before that (which ends the session), the sign-in was ended at its
    /// provider, or the person is gone.
    pub async fn renew(
        &self,
        token: &str,
        is_known: impl Fn(&str) -> bool,
        at: Instant,
    ) -> Result<Granted, GrantError> {
        let id = refresh::session_of(&self.key, token).ok_or(GrantError::Over)?;
        for _ in 0..TRIES {
            let Some((record, kept)) = self.session(id, at).await? else {
                return Err(GrantError::Over);
            };
            if kept.ended.is_some() {
                return Err(GrantError::Over);
            }
            let place = place_of(token, &kept, at);
            if place == Place::Spent {
                tracing::warn!(
                    person = record.person,
                    "a refresh token came a second time, so its session is ended"
                );
            }
            if place == Place::Spent || !self.stands(&kept) || !is_known(&record.person) {
                self.end(id, at).await?;
                return Err(GrantError::Over);
            }
            let (next, renewed) = self.successor(place, kept, at)?;
            // where somebody else was sooner, it is looked again what the token is now
            if place == Place::Former || self.put(&record, stored::write(renewed.clone())).await? {
                return Ok(self.granted(&renewed, &record, next, at));
            }
        }
        let reason = "a session that is renewed is changed by others all the time".to_owned();
        Err(KeepError::Away { reason }.into())
    }

    /// The refresh token that follows, and the session that has it.
    fn successor(
        &self,
        place: Place,
        kept: KeptSession,
        at: Instant,
    ) -> Result<(String, KeptSession), GrantError> {
        let secret = match &kept.secret {
            Some(secret) => secret.clone(),
            None => refresh::random::<32>()?,
        };
        let numbered = |number| refresh::numbered(&self.key, &kept.session, &secret, number);
        if place == Place::Former {
            return Ok((numbered(kept.number), kept));
        }
        let number = kept.number.saturating_add(1);
        let next = numbered(number);
        let renewed = KeptSession {
            refresh: digest(&next),
            former: Some((kept.refresh, at.0)),
            secret: Some(secret),
            number,
            ..kept
        };
        Ok((next, renewed))
    }

    /// Ends the session of an access or refresh token that was made here, also of one that is over. Nothing tells a token
    /// that ended something from one that is no token; whose session has just ended is for the record.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn revoke(&self, token: &str, at: Instant) -> Result<Option<String>, GrantError> {
        let of_access = self.key.read(token).ok().map(|said| said.session);
        let of_refresh = || refresh::session_of(&self.key, token).map(str::to_owned);
        match of_access.or_else(of_refresh) {
            Some(id) => self.end(&id, at).await,
            None => Ok(None),
        }
    }

    /// Ends a session; whose it was, if it had not ended before.
    async fn end(&self, id: &str, at: Instant) -> Result<Option<String>, GrantError> {
        for _ in 0..TRIES {
            let Some((record, kept)) = self.session(id, at).await? else {
                return Ok(None);
            };
            self.note_end(&kept);
            if kept.ended.is_some() {
                return Ok(None);
            }
            let data = stored::write(KeptSession {
                ended: Some(at.0),
                ..kept
            });
            let after = SessionRecord {
                data,
                ..record.clone()
            };
            if self.store.change_session(&record, &after, true).await? {
                return Ok(Some(after.person));
            }
        }
        let reason = "a session that ends is changed by others all the time".to_owned();
        Err(KeepError::Away { reason }.into())
    }

    /// Brings ends of sessions, of a person or of everybody, from the store into memory.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn take_up(&self, person: Option<&str>) -> Result<(), KeepError> {
        let mut see = |record: SessionRecord| {
            let kept: Option<KeptSession> = stored::read(&record.data);
            if let Some(kept) = kept.filter(|kept| kept.ended.is_some()) {
                self.note_end(&kept);
            }
        };
        self.store.each_session(person, &mut see).await
    }

    /// Forgets sessions and codes that were over before an instant.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_old(&self, before: Instant) -> Result<u64, KeepError> {
        self.store.forget_sessions(before).await
    }

    /// Takes the tokens of a session back, here and now.
    fn note_end(&self, kept: &KeptSession) {
        let name = names::of_session(&kept.session);
        let (issuer, signed_in) = (&kept.who.issuer, Instant(kept.who.signed_in));
        let revocations = self.issuers.revocations();
        // what is known already makes nobody look again
        if revocations.stand(issuer, std::slice::from_ref(&name), signed_in) {
            revocations.revoke(issuer, &name, signed_in);
        }
    }

    fn stands(&self, kept: &KeptSession) -> bool {
        let Some(mut all) = names::read(kept.who.names.clone()) else {
            return false;
        };
        all.push(names::of_session(&kept.session));
        let (issuer, signed_in) = (&kept.who.issuer, Instant(kept.who.signed_in));
        self.issuers.revocations().stand(issuer, &all, signed_in)
    }

    async fn session(
        &self,
        id: &str,
        at: Instant,
    ) -> Result<Option<(SessionRecord, KeptSession)>, GrantError> {
        let record = self.store.session(&place(id), at).await?;
        Ok(record.and_then(|record| {
            let kept: KeptSession = stored::read(&record.data)?;
            (kept.session == id).then_some((record, kept))
        }))
    }
}

/// What a refresh token is to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The one that is good.
    Newest,
    /// The one before it, which was used a moment ago.
    Former,
    /// One that was used before.
    Spent,
}

fn place_of(token: &str, kept: &KeptSession, at: Instant) -> Place {
    let presented = digest(token);
    let is = |other: &str| bool::from(presented.as_bytes().ct_eq(other.as_bytes()));
    if is(&kept.refresh) {
        return Place::Newest;
    }
    // clocks of replicas differ by little in either direction
    let is_recent = |used: i64| at.0.saturating_sub(used).unsigned_abs() <= RACE;
    match &kept.former {
        Some((former, used)) if kept.secret.is_some() && is(former) && is_recent(*used) => Place::Former,
        _ => Place::Spent,
    }
}

/// What is kept in the place of a refresh token.
fn digest(token: &str) -> String {
    HEXLOWER.encode(&refresh::digest(token))
}

/// Where a session is kept.
fn place(id: &str) -> [u8; 32] {
    sha256(&format!("session {id}"))
}

/// Who signed in, as kept.
pub(super) fn person(person: &str, issuer: &str, signed_in: Instant, names: &[Name]) -> KeptPerson {
    KeptPerson {
        person: person.to_owned(),
        issuer: issuer.to_owned(),
        signed_in: signed_in.0,
        names: names::write(names),
    }
}
