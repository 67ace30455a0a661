//! What is known of somebody: each fact with its source, its age, and what it does to where they are taken to be.
//!
//! Citizenships, US status and screening are shown to the person and to the privacy role, and each look of that role at
//! somebody else is recorded first. Anybody else is told that there may be a condition, and not whether there is a value.

use super::Reply;
use crate::asker::Asker;
use crate::problem::Problem;
use crate::role::Role;
use crate::shared::Shared;
use decision::weight::{Weight, limit_of, weigh};
use decision::{Claim, ClaimSource, ScreeningResult};
use identity::kept::DisputeRecord;
use identity::{Known, SourceStatus};
use ledger::Done;
use register::model::{Instant, Limits, PlaceFact};
use serde_json::{Map, Value, json};

/// What is protected.
pub(super) const PROTECTED: &[&str] = &["citizenships", "us_status", "screening"];

/// What others are told in the place of it.
const CONDITION: &str = "a condition on your nationality or screening";

/// Facts besides those of places.
const OF_DIRECTORY: [&str; 7] = [
    "worker",
    "entity",
    "engaging_entity",
    "residence",
    "site",
    "groups",
    "application",
];

/// Seconds within which a change of the directory is seen by every gateway; of a register, within which its changed files
/// are taken up.
const FOLLOWED: i64 = 1;
const OF_REGISTER: i64 = 4;

/// The source of people whom the register lists.
const REGISTER: &str = "register";

fn delay(known: &Known) -> i64 {
    match &*known.entry.source {
        REGISTER => OF_REGISTER,
        _ => FOLLOWED,
    }
}

/// The fact of this word, if there is one of which somebody may say that it is wrong.
pub(super) fn fact(word: &str) -> Option<&'static str> {
    let places = [
        ClaimSource::Badge,
        ClaimSource::Zone,
        ClaimSource::Device,
        ClaimSource::SessionFeed,
        ClaimSource::GeoIp,
        ClaimSource::Trip,
        ClaimSource::Directory,
    ];
    let places = places.map(ClaimSource::as_str).into_iter();
    let all = places.chain(OF_DIRECTORY).chain(PROTECTED.iter().copied());
    all.into_iter().find(|known| *known == word)
}

pub(super) fn is_protected(fact: &str) -> bool {
    PROTECTED.contains(&fact)
}

/// Who looks at whose facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Own,
    Privacy,
    Other,
}

impl Shared {
    /// What is known of a person.
    pub(super) async fn facts(&self, asker: &Asker, person: &str) -> Result<Reply, Problem> {
        let now = (self.clock)();
        let look = match (asker.person == person, asker.roles.has(Role::Privacy)) {
            (true, _) => Look::Own,
            (false, true) => Look::Privacy,
            (false, false) => Look::Other,
        };
        let mut found: Option<(Known, Limits, Vec<SourceStatus>)> = None;
        self.in_force.look(&mut |collector, limits| {
            let known = collector.known(person, now);
            found = known.map(|known| (known, *limits, collector.places().status(now)));
        });
        let Some((known, limits, sources)) = found else {
            return Err(Problem::new(
                404,
                "not_found",
                "nobody of this id is active in the directory",
            ));
        };
        let disputes = self.store.disputes(Some(person)).await?;
        if look == Look::Privacy {
            let attributes = PROTECTED;
            let viewed = Done::ProtectedViewed { attributes };
            self.record(viewed, Some(&asker.person), person).await?;
        }
        let telling = Telling {
            now,
            limits,
            sources,
            disputes,
            look,
        };
        Ok(Reply::ok(telling.document(&known)))
    }

    pub(super) fn sources(&self) -> Reply {
        let mut all = Vec::new();
        self.in_force
            .look(&mut |collector, _| all = collector.places().status((self.clock)()));
        all.retain(SourceStatus::is_set_up);
        let sources: Vec<Value> = all.iter().map(source).collect();
        Reply::ok(json!({"revision": 1, "sources": sources}))
    }
}

fn source(status: &SourceStatus) -> Value {
    json!({
        "source": status.source.as_str(),
        "health": status.health.as_str(),
        "reason": status.reason,
        "as_of": status.as_of.map(|at| at.to_string()),
        "delay": status.delay,
    })
}

struct Telling {
    now: Instant,
    limits: Limits,
    sources: Vec<SourceStatus>,
    disputes: Vec<DisputeRecord>,
    look: Look,
}

impl Telling {
    fn document(&self, known: &Known) -> Value {
        let claims: Vec<Value> = known
            .claims
            .iter()
            .map(|claim| self.claim(claim, known))
            .collect();
        let counting = known
            .claims
            .iter()
            .filter(|claim| weigh(claim, &known.claims, self.now, &self.limits) == Weight::Counts);
        let mut taken: Vec<String> = counting
            .filter_map(|claim| place_text(claim.place.as_ref()?))
            .collect();
        taken.sort();
        taken.dedup();
        let mut facts = self.of_directory(known);
        facts.extend(self.protected(known));
        let (places, set_up) = (claims, self.sources.iter().filter(|one| one.is_set_up()));
        json!({
            "revision": 1,
            "person": &*known.entry.id,
            "at": self.now.to_string(),
            "taken_to_be_in": taken,
            "note": "the network and the address of a request are seen when it is made, and are not listed here unless they are remembered",
            "places": places,
            "facts": facts,
            "sources": set_up.map(source).collect::<Vec<_>>(),
        })
    }

    fn claim(&self, claim: &Claim, known: &Known) -> Value {
        let weight = weigh(claim, &known.claims, self.now, &self.limits);
        let source = claim.source;
        let status = self.sources.iter().find(|status| status.source == source);
        let delay = match source {
            ClaimSource::Directory => Some(delay(known)),
            _ => status.map(|status| status.delay),
        };
        json!({
            "fact": source.as_str(),
            "source": source.as_str(),
            "place": claim.place.as_ref().and_then(place_text),
            "site": claim.site,
            "observed_at": claim.observed_at.to_string(),
            "age": self.now.0.saturating_sub(claim.observed_at.0),
            "limit": limit_of(source, &self.limits),
            "delay": delay,
            "weight": weight.as_str(),
            "weight_says": weight.sentence(),
            "disputes": self.disputes_of(source.as_str()),
        })
    }

    fn of_directory(&self, known: &Known) -> Vec<Value> {
        let entry = &known.entry;
        let value = |fact: &str| match fact {
            "worker" => json!(entry.worker.as_str()),
            "entity" => json!(&*entry.entity),
            "engaging_entity" => json!(&*entry.engaging_entity),
            "residence" => json!(place_text(&entry.residence)),
            "site" => json!(entry.site.as_deref()),
            "groups" => json!(&*entry.groups),
            _ => json!(entry.application.as_deref()),
        };
        let facts = OF_DIRECTORY.iter();
        facts
            .map(|fact| self.of_source(fact, value(fact), known, known.synced_at, None))
            .collect()
    }

    fn of_source(
        &self,
        fact: &str,
        value: Value,
        known: &Known,
        since: Option<Instant>,
        limit: Option<i64>,
    ) -> Value {
        json!({
            "fact": fact,
            "value": value,
            "source": &*known.entry.source,
            "observed_at": since.map(|at| at.to_string()),
            "age": since.map(|at| self.now.0.saturating_sub(at.0)),
            "limit": limit,
            "delay": delay(known),
            "disputes": self.disputes_of(fact),
        })
    }

    fn protected(&self, known: &Known) -> Vec<Value> {
        if self.look == Look::Other {
            return vec![json!({"fact": "protected", "value": null, "says": CONDITION})];
        }
        let entry = &known.entry;
        let citizenships: Vec<_> = entry.citizenships.reveal().iter().map(place_text).collect();
        let us_status = entry.us_status.reveal().map(|status| status.as_str());
        let result = known.screening.result.map(|result| match result {
            ScreeningResult::Clean => "clean",
            ScreeningResult::Hit => "hit",
        });
        let (synced, screened) = (known.synced_at, known.screening.screened_at);
        vec![
            self.of_source("citizenships", json!(citizenships), known, synced, None),
            self.of_source("us_status", json!(us_status), known, synced, None),
            self.of_source(
                "screening",
                json!(result),
                known,
                screened,
                Some(self.limits.screening),
            ),
        ]
    }

    fn disputes_of(&self, fact: &str) -> Vec<Value> {
        let of_fact = self.disputes.iter().filter(|dispute| dispute.fact == fact);
        of_fact.map(in_short).collect()
    }
}

/// A dispute without its words.
fn in_short(dispute: &DisputeRecord) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(dispute.id));
    shown.insert("since".to_owned(), json!(dispute.created.to_string()));
    let outcome = dispute.settled.as_ref().map(|settled| settled.outcome.as_str());
    shown.insert("state".to_owned(), json!(outcome.unwrap_or("open")));
    Value::Object(shown)
}

/// A place by its code, or what the source wrote where it is none.
pub(super) fn place_text(place: &PlaceFact) -> Option<String> {
    match place {
        PlaceFact::Known(place) => Some(place.code().to_owned()),
        PlaceFact::Unrecognised(text) => Some(text.clone()),
        PlaceFact::Unknown => None,
    }
}
