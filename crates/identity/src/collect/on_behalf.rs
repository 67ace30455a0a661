//! Services that ask for somebody, and sign-ins that were ended.
//!
//! A service account that asks for a person must be the one that the register names for its application. The place of
//! that person joins those of the end users that the service declares, each of which must be allowed: asking for somebody
//! never permits more than asking for nobody.

use super::{CollectError, FactCollector};
use crate::{Caller, KeyHolder};
use decision::RequestFacts;
use register::model::{Application, Instant, PlaceFact};

/// How long what the directory says of a place is good, in seconds since it was last in step.
const FRESH: i64 = 24 * 3600;

impl FactCollector {
    /// Whether the sign-in behind a request still stands.
    pub(super) fn check_standing(&self, caller: &Caller) -> Result<(), CollectError> {
        let Some(token) = &caller.token else {
            return Ok(());
        };
        let stands = self
            .revocations
            .as_ref()
            .is_none_or(|revocations| revocations.stands(token));
        match stands {
            true => Ok(()),
            false => Err(CollectError::SignedOut {
                person: caller.holder.person.clone(),
            }),
        }
    }

    /// The application by which a service account acts for somebody.
    ///
    /// # Errors
    /// When the register lets it act by none, or one of the two is not known.
    pub fn may_act(&self, holder: &KeyHolder, person: &str) -> Result<String, CollectError> {
        let (application, _) = self.application_of(holder)?;
        self.check_acting(&holder.person, application)?;
        match self.knows(person) {
            true => Ok(application.id.clone()),
            false => Err(CollectError::UnknownPerson {
                person: person.to_owned(),
            }),
        }
    }

    fn check_acting(&self, service: &str, application: &Application) -> Result<(), CollectError> {
        match application.service.as_deref() == Some(service) {
            true => Ok(()),
            false => Err(CollectError::MayNotAct {
                service: service.to_owned(),
                application: application.id.clone(),
            }),
        }
    }

    /// Lets the place of the person for whom a service asks join those of its end users.
    pub(super) fn join_end_user(
        &self,
        caller: &Caller,
        application: &Application,
        request: &mut RequestFacts,
        at: Instant,
    ) -> Result<(), CollectError> {
        let Some(person) = caller.acts_for() else {
            return Ok(());
        };
        self.check_acting(&caller.holder.person, application)?;
        let end_user = self.directory.person(person);
        let end_user = end_user.ok_or_else(|| CollectError::UnknownPerson {
            person: person.to_owned(),
        })?;
        let age = self
            .directory
            .synced_for(&end_user)
            .map(|synced_at| at.0.saturating_sub(synced_at.0));
        let place = match age {
            Some(age) if (0..=FRESH).contains(&age) => end_user.place.clone(),
            Some(_) | None => PlaceFact::Unknown,
        };
        let places = request.end_users.get_or_insert_default();
        if !places.contains(&place) {
            places.push(place);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{PersonRecord, Profile, Synced, Work};
    use crate::tokens::{Name, Revocations, VerifiedToken};
    use crate::{Choice, JoinedDirectory, People, RegisterDirectory, Zones};
    use register::model::{DataClass, Person, Purpose, Register, Worker};
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;
    use territory::Place;

    const NOW: Instant = Instant(1_784_106_000);

    fn place(code: &str) -> PlaceFact {
        PlaceFact::Known(Place::parse(code).unwrap())
    }

    fn person(id: &str, worker: Worker, at: &str, end_users: &[&str]) -> Person {
        Person {
            id: id.to_owned(),
            name: id.to_owned(),
            worker,
            entity: "larkmoor-us".to_owned(),
            engaging_entity: "larkmoor-us".to_owned(),
            place: place(at),
            site: None,
            residence: PlaceFact::Unknown,
            citizenships: Vec::new(),
            us_status: None,
            groups: vec!["of-the-directory".to_owned()],
            named_in: Vec::new(),
            end_users: end_users.iter().map(|code| place(code)).collect(),
            application: None,
            position: Default::default(),
        }
    }

    fn register() -> Register {
        let application = Application {
            id: "summaries".to_owned(),
            name: "Summaries".to_owned(),
            purposes: vec![Purpose::Summarise],
            data: vec![DataClass::Internal],
            output_to: Vec::new(),
            residency: None,
            registered: true,
            human_review: false,
            resale: false,
            service: Some("declaring".to_owned()),
            substitution: false,
            position: Default::default(),
        };
        let silent = Application {
            id: "silent".to_owned(),
            service: Some("silent".to_owned()),
            ..application.clone()
        };
        Register {
            people: vec![
                person("hk-analyst", Worker::Employee, "HK", &[]),
                person("declaring", Worker::Service, "US", &["GB"]),
                person("silent", Worker::Service, "US", &[]),
            ],
            applications: vec![application, silent],
            ..Register::default()
        }
    }

    fn token(service: &str, application: &str, acts_for: Option<&str>) -> VerifiedToken {
        VerifiedToken {
            issuer: "https://login.larkmoor.example".to_owned(),
            subject: service.to_owned(),
            acts_for: acts_for.map(str::to_owned),
            actor: None,
            client: "c".to_owned(),
            application: application.to_owned(),
            groups: None,
            issued_at: NOW,
            auth_time: None,
            expires: NOW.plus(60),
            session: None,
            id: None,
            names: vec![Name::Subject(service.to_owned())],
        }
    }

    fn collect(
        token: VerifiedToken,
        revocations: Arc<Revocations>,
        after: i64,
    ) -> Result<decision::Facts, CollectError> {
        let register = register();
        let directory = Arc::new(RegisterDirectory::of(&register, NOW));
        let collector =
            FactCollector::new(&register, Zones::default(), directory).with_revocations(revocations);
        let caller = Caller::from(Arc::new(token));
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let collected = collector.collect_for(&caller, peer, Choice::default(), NOW.plus(after));
        collected.map(|collected| collected.facts.facts().clone())
    }

    fn end_users(
        service: &str,
        application: &str,
        acts_for: Option<&str>,
        after: i64,
    ) -> Option<Vec<PlaceFact>> {
        let facts = collect(token(service, application, acts_for), Arc::default(), after).unwrap();
        assert_eq!(facts.person.id, service);
        facts.request.end_users
    }

    #[test]
    fn the_place_of_whom_a_service_asks_for_joins_those_that_it_declares() {
        assert_eq!(
            end_users("declaring", "summaries", None, 0),
            Some(vec![place("GB")])
        );
        let both = Some(vec![place("GB"), place("HK")]);
        assert_eq!(end_users("declaring", "summaries", Some("hk-analyst"), 0), both);
        assert_eq!(end_users("silent", "silent", None, 0), None);
        assert_eq!(
            end_users("silent", "silent", Some("hk-analyst"), 0),
            Some(vec![place("HK")])
        );
        // as long as the directory is in step
        assert_eq!(
            end_users("silent", "silent", Some("hk-analyst"), FRESH),
            Some(vec![place("HK")])
        );
        let unknown = Some(vec![PlaceFact::Unknown]);
        assert_eq!(
            end_users("silent", "silent", Some("hk-analyst"), FRESH + 1),
            unknown
        );
        assert_eq!(end_users("silent", "silent", Some("hk-analyst"), -1), unknown);
    }

    #[test]
    fn a_store_that_is_out_of_sight_for_too_long_says_nothing_of_anybody() {
        let register = register();
        let people = Arc::new(People::within(900));
        let listed = Arc::new(RegisterDirectory::of(&register, NOW));
        let directory = Arc::new(JoinedDirectory::new(Arc::clone(&people), listed));
        let collector = FactCollector::new(&register, Zones::default(), directory);
        // also somebody whom the register lists: the store may have ended them
        let caller = Caller::from(Arc::new(token("silent", "silent", None)));
        let ask = |at| {
            let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
            collector.collect_for(&caller, peer, Choice::default(), at)
        };
        people.sight().saw(NOW);
        assert!(ask(NOW.plus(900)).is_ok());
        assert_eq!(
            ask(NOW.plus(901)).err(),
            Some(CollectError::OutOfSight { since: NOW })
        );
        people.sight().saw(NOW.plus(901));
        assert!(ask(NOW.plus(901)).is_ok());
    }

    #[test]
    fn an_end_user_is_as_old_as_their_own_source() {
        let hr = |synced: &[Synced]| {
            let people = People::default();
            let work = Work {
                worker: Some(Worker::Employee),
                entity: Some("larkmoor-us".to_owned()),
                place: place("SG"),
                ..Work::default()
            };
            let profile = Profile {
                user_name: "kept".to_owned(),
                active: true,
                work,
                ..Profile::default()
            };
            people.put(&PersonRecord::first("kept", "hr", profile, NOW));
            people.set_synced(synced.to_vec());
            people
        };
        let ask = |synced: &[Synced], acts_for: &str| {
            let register = register();
            let listed = Arc::new(RegisterDirectory::of(&register, NOW));
            let directory = Arc::new(JoinedDirectory::new(Arc::new(hr(synced)), listed));
            let collector = FactCollector::new(&register, Zones::default(), directory);
            let caller = Caller::from(Arc::new(token("silent", "silent", Some(acts_for))));
            let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let collected = collector.collect_for(&caller, peer, Choice::default(), NOW);
            collected.unwrap().facts.facts().request.end_users.clone()
        };
        let synced = |at: Instant| {
            [Synced {
                source: "hr".to_owned(),
                at,
            }]
        };
        let (fresh, stale) = (synced(NOW), synced(NOW.plus(-FRESH - 1)));
        let unknown = Some(vec![PlaceFact::Unknown]);
        assert_eq!(ask(&fresh, "kept"), Some(vec![place("SG")]));
        assert_eq!(ask(&stale, "kept"), unknown);
        assert_eq!(ask(&[], "kept"), unknown);
        // a source that is behind says nothing of people whom the register lists
        assert_eq!(ask(&stale, "hk-analyst"), Some(vec![place("HK")]));
    }

    #[test]
    fn only_the_service_of_the_application_may_ask_for_others() {
        let check = |service: &str, application: &str, acts_for: &str, words: &str| {
            let found = collect(token(service, application, Some(acts_for)), Arc::default(), 0);
            let error = found.unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check("silent", "summaries", "hk-analyst", "may not act for others");
        check("hk-analyst", "summaries", "declaring", "may not act for others");
        check("silent", "silent", "nobody", "whom the directory does not know");
        check(
            "nobody",
            "silent",
            "hk-analyst",
            "whom the directory does not know",
        );
        check("silent", "none", "hk-analyst", "no application `none`");
    }

    #[test]
    fn groups_of_a_sign_in_stand_in_place_of_the_directorys() {
        let groups = |listed: Option<Vec<String>>| {
            let mut token = token("silent", "silent", None);
            token.groups = listed;
            collect(token, Arc::default(), 0).unwrap().person.groups
        };
        assert_eq!(groups(None), ["of-the-directory"]);
        assert_eq!(groups(Some(vec!["listed".to_owned()])), ["listed"]);
        assert!(groups(Some(Vec::new())).is_empty());
    }

    #[test]
    fn an_ended_sign_in_asks_no_more_and_a_key_is_none() {
        let revocations = Arc::new(Revocations::default());
        let ask = || collect(token("silent", "silent", None), Arc::clone(&revocations), 0);
        assert!(ask().is_ok());
        let name = Name::Subject("silent".to_owned());
        revocations.revoke("https://login.larkmoor.example", &name, NOW);
        let error = ask().unwrap_err();
        assert!(matches!(error, CollectError::SignedOut { .. }), "{error}");
        let holder = KeyHolder {
            person: "silent".to_owned(),
            application: Some("silent".to_owned()),
        };
        let register = register();
        let directory = Arc::new(RegisterDirectory::of(&register, NOW));
        let collector = FactCollector::new(&register, Zones::default(), directory);
        let collector = collector.with_revocations(revocations);
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        assert!(collector.collect(&holder, peer, Choice::default(), NOW).is_ok());
    }
}
