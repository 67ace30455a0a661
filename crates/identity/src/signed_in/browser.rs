//! The browser of a person who signs in: sent to the provider, come back, asked, and done.
//!
//! It holds a random text in a cookie; what belongs to that is kept under its digest, so that it may come back to another
//! replica than the one that sent it away.

use super::code::UserCode;
use super::error::GrantError;
use super::names;
use super::session::person;
use super::stored::{self, KeptAttempt, KeptConfirmation};
use super::{SignedIn, Standing};
use crate::kept::SessionRecord;
use crate::tokens::console::{Attempt, Begun, Session};
use crate::tokens::sha256;
use register::model::Instant;

/// Seconds in which somebody who has signed in decides.
const DECIDES: i64 = 600;

/// What somebody who has signed in is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The code.
    pub code: UserCode,
    /// Who has signed in, by their id in the directory.
    pub person: String,
    /// Their address, where the provider says it.
    pub email: Option<String>,
    /// What the tool calls itself.
    pub surface: String,
}

impl SignedIn {
    /// Keeps what belongs to a browser that is sent away.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn sent_away(&self, begun: &Begun, at: Instant) -> Result<(), GrantError> {
        let attempt = &begun.attempt;
        let kept = KeptAttempt {
            attempt: attempt.write_stored(),
        };
        let record = SessionRecord {
            id_hash: attempt.browser,
            person: String::new(),
            created: at,
            expires: attempt.expires,
            data: stored::write(kept),
        };
        Ok(self.store.keep_session(&record).await?)
    }

    /// What was kept of a browser that comes back with this cookie; it is forgotten with that.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn came_back(&self, cookie: &str, at: Instant) -> Result<Option<Attempt>, GrantError> {
        let browser = sha256(cookie);
        let Some(record) = self.store.session(&browser, at).await? else {
            return Ok(None);
        };
        let kept: Option<KeptAttempt> = stored::read(&record.data);
        let attempt = kept.and_then(|kept| Attempt::restore(browser, record.expires, &kept.attempt));
        // of two who come back with the same, one goes on
        let is_first = attempt.is_some() && self.store.end_session(&browser).await?;
        Ok(attempt.filter(|_| is_first))
    }

    /// Keeps that somebody has signed in and is to be asked about a code.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn ask(&self, signed_in: &Session, code: &UserCode, at: Instant) -> Result<(), GrantError> {
        let kept = KeptConfirmation {
            code: code.letters().to_owned(),
            who: person(
                &signed_in.person,
                &signed_in.issuer,
                signed_in.issued_at,
                &signed_in.names,
            ),
        };
        let record = SessionRecord {
            id_hash: signed_in.browser,
            person: signed_in.person.clone(),
            created: at,
            expires: at.plus(DECIDES),
            data: stored::write(kept),
        };
        Ok(self.store.keep_session(&record).await?)
    }

    /// What the holder of this cookie is asked, if they still are.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn asked(&self, cookie: &str, at: Instant) -> Result<Option<Confirmation>, GrantError> {
        let Some(kept) = self.confirmation(cookie, at).await? else {
            return Ok(None);
        };
        let Some(code) = UserCode::parse(&kept.code) else {
            return Ok(None);
        };
        let (standing, surface) = self.standing(&code, at).await?;
        let email = kept.who.names.iter().find(|(sort, _)| sort == "email");
        Ok((standing == Standing::Waits).then(|| Confirmation {
            code,
            email: email.map(|(_, text)| text.clone()),
            person: kept.who.person,
            surface,
        }))
    }

    /// What stands in the form that the holder of this cookie sends back, and in no other.
    pub fn form_mark(&self, cookie: &str) -> String {
        self.key.seal(&format!("form {cookie}"))
    }

    /// Takes the answer of the holder of this cookie; false: there is nothing to decide any more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn answered(&self, cookie: &str, approves: bool, at: Instant) -> Result<bool, GrantError> {
        let Some(kept) = self.confirmation(cookie, at).await? else {
            return Ok(false);
        };
        // who has signed in is asked once
        if !self.store.end_session(&sha256(cookie)).await? {
            return Ok(false);
        }
        let (Some(code), Some(names)) = (UserCode::parse(&kept.code), names::read(kept.who.names.clone()))
        else {
            return Ok(false);
        };
        let signed_in = Instant(kept.who.signed_in);
        let revocations = self.issuers.revocations();
        let stands = revocations.stand(&kept.who.issuer, &names, signed_in);
        self.decide(&code, (approves && stands).then_some(kept.who), at)
            .await
    }

    async fn confirmation(&self, cookie: &str, at: Instant) -> Result<Option<KeptConfirmation>, GrantError> {
        let record = self.store.session(&sha256(cookie), at).await?;
        Ok(record.and_then(|record| stored::read(&record.data)))
    }
}
