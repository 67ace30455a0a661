//! Everything that is kept about somebody: handed out, and taken away.

use super::facts::place_text;
use super::{Asked, Reply, disputes, trips};
use crate::asker::Asker;
use crate::problem::Problem;
use crate::shared::Shared;
use decision::{Claim, ScreeningResult};
use identity::directory::PersonRecord;
use identity::kept::SessionRecord;
use identity::keys::KeyRecord;
use ledger::Done;
use serde::Deserialize;
use serde_json::{Value, json};

/// Why somebody is erased.
const REASONS: [&str; 4] = ["asked", "retention", "mistake", "order"];

/// Letters of the number of a case.
const CASE: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasure {
    reason: String,
    case: Option<String>,
}

impl Shared {
    /// Everything that is kept. The look of anybody but the person is recorded first.
    pub(super) async fn export(&self, asker: &Asker, person: &str) -> Result<Reply, Problem> {
        let now = (self.clock)();
        let record = self.store.person_record(person).await?;
        let keys = self.store.keys(Some(person)).await?;
        let sessions = self.store.sessions_of(person, now).await?;
        let of_trips = self.store.trips_of(person).await?;
        let of_disputes = self.store.disputes(Some(person)).await?;
        let roles = self.store.role_grants(Some(person)).await?;
        let mut known = None;
        self.in_force
            .look(&mut |collector, _| known = collector.known(person, now));
        let has_ended = self.store.has_ended(person).await?;
        if record.is_none() && known.is_none() && !has_ended && keys.is_empty() && of_trips.is_empty() {
            return Err(Problem::new(
                404,
                "not_found",
                "nothing is kept about anybody of this id",
            ));
        }
        if asker.person != person {
            self.record(Done::Exported, Some(&asker.person), person).await?;
        }
        let claims = known
            .as_ref()
            .map(|known| known.claims.as_slice())
            .unwrap_or_default();
        let roles: Vec<Value> = roles
            .iter()
            .map(|grant| json!({"role": grant.role, "at": grant.at.to_string()}))
            .collect();
        Ok(Reply::ok(json!({
            "revision": 1,
            "person": person,
            "at": now.to_string(),
            "directory": record.as_ref().map(of_directory),
            "is_in_the_register": record.is_none() && known.is_some(),
            "has_ended": has_ended,
            "keys": keys.iter().map(key).collect::<Vec<_>>(),
            "sessions": sessions.iter().map(session).collect::<Vec<_>>(),
            "trips": of_trips.iter().map(trips::shown).collect::<Vec<_>>(),
            "places": claims.iter().map(claim).collect::<Vec<_>>(),
            "roles": roles,
            "disputes": of_disputes.iter().map(disputes::whole).collect::<Vec<_>>(),
            "ledger": {
                "name": self.recorder.pseudonym(person).to_string(),
                "says": "entries of the ledger stand under this name",
            },
        })))
    }

    pub(super) async fn erase(&self, mut asked: Asked<'_>) -> Result<Reply, Problem> {
        let erasure: Erasure = asked.read().await?;
        let reason = REASONS.into_iter().find(|known| *known == erasure.reason);
        let reason = reason.ok_or_else(|| {
            Problem::wrong("`reason` is not known here").help(format!("there is `{}`", REASONS.join("`, `")))
        })?;
        let is_number = |case: &String| {
            (1..=CASE).contains(&case.len())
                && case
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
        };
        if erasure.case.as_ref().is_some_and(|case| !is_number(case)) {
            return Err(Problem::wrong(
                "`case` is the number of a case: letters, digits, `-`, `_`, `.`, `/`",
            ));
        }
        let person = asked.id()?;
        self.check_gone(person).await?;
        let done = Done::Erased {
            reason,
            case: erasure.case,
        };
        self.record(done, Some(&asked.asker.person), person).await?;
        let erased = self.store.erase_person(person, (self.clock)()).await?;
        self.in_force
            .look(&mut |collector, _| collector.places().forget(person));
        Ok(Reply::ok(json!({
            "person": person,
            "erased": {
                "directory": erased.records,
                "keys": erased.keys,
                "sessions": erased.sessions,
                "trips": erased.trips,
                "disputes": erased.disputes,
                "roles": erased.roles,
            },
        })))
    }

    /// Whoever is still active comes back from their source, so that there is something to do first.
    async fn check_gone(&self, person: &str) -> Result<(), Problem> {
        let active = |help: String| Problem::new(409, "active", "they are still active").help(help);
        match self.store.person_record(person).await? {
            Some(record) if record.profile.active => Err(active(format!(
                "set them inactive in the source `{}` first, or delete them there",
                record.source
            ))),
            Some(_) => Ok(()),
            None => {
                let mut is_listed = false;
                let now = (self.clock)();
                self.in_force
                    .look(&mut |collector, _| is_listed = collector.known(person, now).is_some());
                match is_listed {
                    true => Err(active(
                        "take them out of the people of the register first".to_owned(),
                    )),
                    false => Ok(()),
                }
            }
        }
    }
}

fn of_directory(record: &PersonRecord) -> Value {
    let (profile, work, more) = (&record.profile, &record.profile.work, &record.profile.more);
    let attested = &profile.attested;
    let screening = attested.screening.reveal();
    let emails = profile.emails.iter();
    let (names, enterprise) = (&profile.names, &profile.enterprise);
    json!({
        "source": record.source,
        "version": record.version,
        "created": record.created.to_string(),
        "modified": record.modified.to_string(),
        "user_name": profile.user_name,
        "external_id": profile.external_id,
        "active": profile.active,
        "names": {
            "display": names.display,
            "formatted": names.formatted,
            "family": names.family,
            "given": names.given,
            "title": names.title,
        },
        "emails": emails
            .map(|email| json!({"value": email.value, "sort": email.sort, "primary": email.primary}))
            .collect::<Vec<_>>(),
        "enterprise": {
            "employee_number": enterprise.employee_number,
            "cost_center": enterprise.cost_center,
            "organization": enterprise.organization,
            "division": enterprise.division,
            "department": enterprise.department,
            "manager": enterprise.manager,
        },
        "work": {
            "worker": work.worker.map(|worker| worker.as_str()),
            "entity": work.entity,
            "engaging_entity": work.engaging_entity,
            "place": place_text(&work.place),
            "site": work.site,
            "residence": place_text(&work.residence),
            "named_in": work.named_in,
            "end_users": work.end_users.iter().map(place_text).collect::<Vec<_>>(),
            "application": work.application,
        },
        "citizenships": attested.citizenships.reveal().iter().map(place_text).collect::<Vec<_>>(),
        "us_status": attested.us_status.reveal().map(|status| status.as_str()),
        "screening": {
            "result": screening.result.map(|result| match result {
                ScreeningResult::Clean => "clean",
                ScreeningResult::Hit => "hit",
            }),
            "at": screening.screened_at.map(|at| at.to_string()),
        },
        "groups": record.groups,
        "more": more,
    })
}

/// A key without its hash.
fn key(record: &KeyRecord) -> Value {
    json!({
        "id": record.stored.id,
        "application": record.stored.holder.application,
        "bound": record.bound.as_str(),
        "created": record.created.to_string(),
        "expires": record.stored.expires.map(|at| at.to_string()),
        "revoked": record.revoked.map(|at| at.to_string()),
        "last_used": record.last_used.map(|at| at.to_string()),
    })
}

/// A session without what opens it.
fn session(record: &SessionRecord) -> Value {
    json!({"created": record.created.to_string(), "expires": record.expires.to_string()})
}

fn claim(claim: &Claim) -> Value {
    json!({
        "source": claim.source.as_str(),
        "place": claim.place.as_ref().and_then(place_text),
        "site": claim.site,
        "observed_at": claim.observed_at.to_string(),
    })
}
