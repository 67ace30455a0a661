//! What was taken back: tokens of a person or a session that were issued up to an instant.
//!
//! An instant only ever moves forward, so a late or repeated event changes nothing. An entry is forgotten when no token so
//! old would be taken anyway. If there were ever too many, all tokens of the issuer up to that moment are taken back:
//! people sign in once more, and nobody whose access was ended keeps it.

mod stored;

pub use stored::RevocationsError;

use super::verified::{ActorProof, Mark, Name, VerifiedToken};
use register::model::Instant;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use tokio::sync::watch;

/// Most entries of one issuer.
const MOST: usize = 200_000;

/// What was taken back, shared by all that verify tokens and all that hear of ends of sessions.
#[derive(Debug)]
pub struct Revocations {
    issuers: RwLock<HashMap<String, OfIssuer>>,
    most: usize,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct OfIssuer {
    /// Up to when.
    names: HashMap<Mark, Instant>,
    everything: Option<Instant>,
}

impl Default for Revocations {
    fn default() -> Self {
        Self::with_room(MOST)
    }
}

impl Revocations {
    /// Nothing taken back, and room for so many entries for each issuer.
    fn with_room(most: usize) -> Self {
        Self {
            issuers: RwLock::default(),
            most,
            changes: watch::Sender::new(0),
        }
    }

    /// Takes back the tokens of an issuer that bear this name and were issued up to an instant, that second included.
    pub fn revoke(&self, issuer: &str, name: &Name, up_to: Instant) {
        self.change(issuer, |own, most| own.revoke(Some(name.mark()), up_to, most));
    }

    /// Takes back all tokens of an issuer that were issued up to an instant.
    pub fn revoke_all(&self, issuer: &str, up_to: Instant) {
        self.change(issuer, |own, most| own.revoke(None, up_to, most));
    }

    fn change(&self, issuer: &str, change: impl FnOnce(&mut OfIssuer, usize)) {
        {
            let mut issuers = self.issuers.write().unwrap_or_else(PoisonError::into_inner);
            change(issuers.entry(issuer.to_owned()).or_default(), self.most);
        }
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Whether a token still stands: the sign-in behind it, and behind the service that acts by it.
    pub fn stands(&self, token: &VerifiedToken) -> bool {
        let actor_stands = match &token.actor {
            Some(ActorProof::SignIn {
                issuer,
                issued_at,
                names,
            }) => self.stand(issuer, names, *issued_at),
            Some(ActorProof::Key(_)) | None => true,
        };
        actor_stands && self.stand(&token.issuer, &token.names, token.issued_at)
    }

    /// Whether what was issued then to somebody of these names still stands.
    pub fn stand(&self, issuer: &str, names: &[Name], issued_at: Instant) -> bool {
        let issuers = self.issuers.read().unwrap_or_else(PoisonError::into_inner);
        issuers.get(issuer).is_none_or(|own| own.stands(names, issued_at))
    }

    /// Forgets what was taken back so long ago that no token of the issuer is so old.
    pub fn forget(&self, issuer: &str, before: Instant) {
        let mut issuers = self.issuers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = issuers.get_mut(issuer) {
            own.names.retain(|_, up_to| *up_to >= before);
            own.everything = own.everything.filter(|up_to| *up_to >= before);
        }
    }

    /// Tells of each change from now on, so that what runs can be looked at again.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

impl OfIssuer {
    fn revoke(&mut self, name: Option<Mark>, up_to: Instant, most: usize) {
        let is_full = self.names.len() >= most;
        let entry = match name {
            Some(name) if !is_full || self.names.contains_key(&name) => {
                self.names.entry(name).or_insert(up_to)
            }
            Some(_) | None => self.everything.get_or_insert(up_to),
        };
        *entry = (*entry).max(up_to);
    }

    fn stands(&self, names: &[Name], issued_at: Instant) -> bool {
        if self.names.is_empty() && self.everything.is_none() {
            return true;
        }
        let mut ends = names
            .iter()
            .filter_map(|name| self.names.get(&name.mark()))
            .chain(&self.everything);
        ends.all(|up_to| issued_at > *up_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn subject(name: &str) -> Name {
        Name::Subject(name.to_owned())
    }

    fn token(subject: &str, session: &str, issued_at: i64) -> VerifiedToken {
        VerifiedToken {
            issuer: "https://a".to_owned(),
            subject: subject.to_owned(),
            acts_for: None,
            actor: None,
            client: "c".to_owned(),
            application: "a".to_owned(),
            groups: None,
            issued_at: Instant(issued_at),
            auth_time: None,
            expires: Instant(issued_at + 3600),
            session: Some(session.to_owned()),
            id: None,
            names: vec![
                Name::Subject(subject.to_owned()),
                Name::Session(session.to_owned()),
                Name::Email(format!("{subject}@larkmoor.example")),
                Name::Person(subject.to_owned()),
            ],
        }
    }

    #[test]
    fn what_was_issued_up_to_then_is_gone_and_what_came_later_is_not() {
        let revocations = Revocations::default();
        let check = |subject, session, issued_at, stands| {
            assert_eq!(
                revocations.stands(&token(subject, session, issued_at)),
                stands,
                "{subject} {issued_at}"
            );
        };
        check("p", "s", 100, true);
        revocations.revoke("https://a", &subject("p"), Instant(100));
        check("p", "s", 99, false);
        check("p", "s", 100, false);
        check("p", "s", 101, true);
        check("q", "s", 100, true);
        // an older event that comes later takes nothing back of it
        revocations.revoke("https://a", &subject("p"), Instant(50));
        check("p", "s", 100, false);
        revocations.revoke("https://a", &Name::Session("s".to_owned()), Instant(200));
        check("q", "s", 200, false);
        check("q", "t", 200, true);
        revocations.revoke(
            "https://a",
            &Name::Email("R@Larkmoor.example".to_owned()),
            Instant(200),
        );
        check("r", "u", 200, false);
        revocations.revoke_all("https://b", Instant(1000));
        check("q", "t", 200, true);
        revocations.revoke_all("https://a", Instant(1000));
        check("q", "t", 1000, false);
        check("q", "t", 1001, true);
        revocations.forget("https://a", Instant(1001));
        check("q", "t", 1000, true);
    }

    #[test]
    fn when_there_is_no_room_everybody_signs_in_again() {
        let revocations = Revocations::with_room(2);
        for name in ["p", "q", "r"] {
            revocations.revoke("https://a", &subject(name), Instant(100));
        }
        for subject in ["p", "q", "r", "somebody-else"] {
            assert!(!revocations.stands(&token(subject, "s", 100)), "{subject}");
            assert!(revocations.stands(&token(subject, "s", 101)), "{subject}");
        }
        // there is always room for who is listed
        revocations.revoke("https://a", &subject("p"), Instant(200));
        assert!(!revocations.stands(&token("p", "s", 200)));
        assert!(revocations.stands(&token("q", "s", 200)));
    }

    #[test]
    fn changes_are_told() {
        let revocations = Revocations::default();
        let mut changes = revocations.changes();
        assert!(!changes.has_changed().unwrap());
        revocations.revoke_all("https://a", Instant(1));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
    }

    proptest! {
        /// In whatever order events come, and however often, the outcome is the same; and each takes only away.
        #[test]
        fn order_and_repetition_change_nothing(
            events in prop::collection::vec((0..3_usize, 0..2_usize, 0..50_i64), 0..12),
            rotate in 0..12_usize,
            issued_at in 0..60_i64,
        ) {
            let apply = |events: &[(usize, usize, i64)]| {
                let revocations = Revocations::default();
                let mut stood = true;
                for (who, kind, at) in events {
                    let name = ["p", "q", "r"][*who];
                    let whose = if *kind == 0 { subject(name) } else { Name::Session(name.to_owned()) };
                    revocations.revoke("https://a", &whose, Instant(*at));
                    let stands = revocations.stands(&token("p", "q", issued_at));
                    assert!(stood || !stands);
                    stood = stands;
                }
                stood
            };
            let mut other = events.clone();
            if !other.is_empty() {
                let middle = rotate % other.len();
                other.rotate_left(middle);
                other.extend(events.clone());
            }
            prop_assert_eq!(apply(&events), apply(&other));
        }
    }
}
