//! Disputes: a person says that a fact is wrong, somebody whose work that is answers. Neither changes a decision; what
//! is wrong is mended at the source.

use super::facts::{fact, is_protected};
use super::{Asked, Reply, new_id};
use crate::problem::Problem;
use crate::role::Role;
use crate::shared::Shared;
use identity::Protected;
use identity::kept::{DisputeRecord, SettledDispute};
use ledger::Done;
use serde::Deserialize;
use serde_json::{Value, json};

/// Letters of what somebody writes.
const LONGEST: usize = 2_000;

/// Open disputes of one person.
const OPEN: usize = 20;

/// How a dispute can end.
const OUTCOMES: [&str; 3] = ["corrected", "stands", "withdrawn"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raised {
    fact: String,
    wrong: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settlement {
    outcome: String,
    note: Option<String>,
}

impl Shared {
    pub(super) async fn my_disputes(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let disputes = self.store.disputes(Some(&asked.asker.person)).await?;
        let disputes: Vec<Value> = disputes.iter().map(whole).collect();
        Ok(Reply::ok(json!({"revision": 1, "disputes": disputes})))
    }

    pub(super) async fn raise(&self, mut asked: Asked<'_>) -> Result<Reply, Problem> {
        let raised: Raised = asked.read().await?;
        let person = &asked.asker.person;
        let fact = fact(&raised.fact).ok_or_else(|| {
            let shown: String = raised.fact.chars().take(40).collect();
            Problem::wrong(format!("`{shown}` is no fact"))
                .help("`GET /api/v1/me/facts` lists them, as `fact`")
        })?;
        check_text("wrong", &raised.wrong)?;
        let before = self.store.disputes(Some(person)).await?;
        if before.iter().filter(|dispute| dispute.settled.is_none()).count() >= OPEN {
            let detail = format!("you have {OPEN} open disputes, and more are not kept");
            return Err(Problem::new(409, "too_many", detail));
        }
        let dispute = DisputeRecord {
            id: new_id()?,
            person: person.clone(),
            fact: fact.to_owned(),
            words: Protected::new(raised.wrong),
            created: (self.clock)(),
            settled: None,
        };
        self.record(Done::DisputeRaised { fact }, Some(person), person)
            .await?;
        self.store.add_dispute(&dispute).await?;
        Ok(Reply::with(201, whole(&dispute)))
    }

    /// What is open; of what is protected, others than the privacy role are told only that it is.
    pub(super) async fn open_disputes(&self, asked: Asked<'_>) -> Result<Reply, Problem> {
        let all = self.store.disputes(None).await?;
        let is_privacy = asked.asker.roles.has(Role::Privacy);
        let shown = all
            .iter()
            .map(|dispute| match is_privacy || !is_protected(&dispute.fact) {
                true => of_somebody(dispute),
                false => json!({
                    "id": dispute.id,
                    "fact": "protected",
                    "raised": dispute.created.to_string(),
                    "says": "for the privacy role",
                }),
            });
        let disputes: Vec<Value> = shown.collect();
        Ok(Reply::ok(json!({"revision": 1, "disputes": disputes})))
    }

    pub(super) async fn settle(&self, mut asked: Asked<'_>) -> Result<Reply, Problem> {
        let settlement: Settlement = asked.read().await?;
        let outcome = OUTCOMES.into_iter().find(|known| *known == settlement.outcome);
        let outcome = outcome.ok_or_else(|| {
            Problem::wrong("`outcome` is not known here")
                .help(format!("there is `{}`", OUTCOMES.join("`, `")))
        })?;
        if let Some(note) = &settlement.note {
            check_text("note", note)?;
        }
        let id = asked.id()?;
        let dispute = self.store.dispute(id).await?.ok_or_else(Problem::missing)?;
        let (by, roles) = (&asked.asker.person, asked.asker.roles);
        if is_protected(&dispute.fact) && !roles.has(Role::Privacy) {
            return Err(Problem::new(403, "role", "this is for privacy"));
        }
        if dispute.person == *by {
            return Err(Problem::new(
                403,
                "yourself",
                "nobody settles a dispute of their own",
            ));
        }
        let over = || Problem::new(409, "settled", "it was settled before, and stays as it was");
        if dispute.settled.is_some() {
            return Err(over());
        }
        let fact = dispute.fact.clone();
        self.record(Done::DisputeSettled { fact, outcome }, Some(by), &dispute.person)
            .await?;
        let settled = SettledDispute {
            by: by.clone(),
            at: (self.clock)(),
            outcome: outcome.to_owned(),
            note: settlement.note.map(Protected::new),
        };
        match self.store.settle_dispute(id, &settled).await? {
            true => Ok(Reply::done()),
            false => Err(over()),
        }
    }
}

fn check_text(name: &str, text: &str) -> Result<(), Problem> {
    let length = text.chars().count();
    match text.trim().is_empty() || length > LONGEST {
        true => Err(Problem::wrong(format!("`{name}` must be 1 to {LONGEST} letters"))),
        false => Ok(()),
    }
}

/// A dispute as its person sees it.
pub(super) fn whole(dispute: &DisputeRecord) -> Value {
    let settled = dispute.settled.as_ref().map(|settled| {
        json!({
            "outcome": settled.outcome,
            "at": settled.at.to_string(),
            "note": settled.note.as_ref().map(|note| note.reveal().clone()),
        })
    });
    json!({
        "id": dispute.id,
        "fact": dispute.fact,
        "wrong": dispute.words.reveal(),
        "raised": dispute.created.to_string(),
        "settled": settled,
    })
}

fn of_somebody(dispute: &DisputeRecord) -> Value {
    let mut shown = whole(dispute);
    if let Some(object) = shown.as_object_mut() {
        object.insert("person".to_owned(), json!(dispute.person));
    }
    shown
}
