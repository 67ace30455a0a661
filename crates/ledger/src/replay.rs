//! Decides again what was decided, from the facts that were recorded and the register that was in force.
//!
//! What is recorded of a decision is read off the decision, in one place; so a decision that is made again gives the same
//! bytes for every field, or it is another decision. Whom it was about is no part of that: names in the record are
//! pseudonyms, and each field that follows from the person's facts is compared by itself.

use crate::content::{self, Kind};
use crate::facts::{self, StoredFactsError};
use crate::intent::{self, About};
use crate::{DecisionId, OpenedEntry, Pseudonym};
use decision::{Decision, LATEST, Snapshot};
use serde_json::Value;

/// Fields that say whom and which request a decision is about, and not what was decided.
const NOT_DECIDED: [&str; 2] = ["decision", "person"];

/// A decision that was made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Fields that are not as they were recorded; none: it is the same decision, byte for byte.
    pub differences: Vec<Difference>,
}

/// A field that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the field.
    pub field: String,
    /// What was recorded, as canonical JSON; empty: nothing.
    pub recorded: String,
    /// What is decided now.
    pub again: String,
}

/// Why a decision cannot be made again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The entry is an outcome or an event.
    #[error("it is no decision")]
    NoDecision,
    /// The key of the person is gone, and with it the facts.
    #[error("the person was erased, and the facts with them")]
    Erased,
    /// The register at hand is not the one that decided.
    #[error("it was decided by another register, `{digest}`")]
    OtherRegister {
        /// Digest of the one that decided.
        digest: String,
    },
    /// The facts cannot be read back.
    #[error(transparent)]
    Facts(#[from] StoredFactsError),
    /// A field is missing, or is not what this version writes.
    #[error("its field `{field}` cannot be read")]
    Field {
        /// Name of the field.
        field: &'static str,
    },
}

impl OpenedEntry {
    /// Digest of the register by which it was decided; `None`: it is no decision.
    pub fn snapshot(&self) -> Option<String> {
        Some(self.value("snapshot")?.as_str()?.to_owned())
    }

    /// Decides again by the register that decided.
    ///
    /// # Errors
    /// When that cannot be done; whatever it gives then, nothing is known of the decision.
    pub fn replay(&self, snapshot: &Snapshot) -> Result<Again, ReplayError> {
        if self.leaf.kind != Kind::Intent {
            return Err(ReplayError::NoDecision);
        }
        let digest = self.snapshot().ok_or(ReplayError::Field { field: "snapshot" })?;
        if digest != snapshot.digest() {
            return Err(ReplayError::OtherRegister { digest });
        }
        let application = self.word("application")?;
        let residency = application.as_deref().and_then(|id| residency(snapshot, id));
        let kept = self.raw("facts").ok_or(ReplayError::Erased)?;
        let facts = facts::read(kept.as_bytes(), residency)?;
        // what the decision does not follow from is taken as it was recorded
        let cost_centre = self.word("cost_centre")?;
        let (asked, model) = (self.word("asked")?, self.word("model")?);
        let deployment = self.word("deployment")?;
        let decision = model
            .as_deref()
            .map(|model| decide(snapshot, &facts, model, deployment.as_deref(), self.leaf.at))
            .transpose()?;
        let about = About {
            decision: DecisionId::from_bytes([0; 16]),
            at: self.leaf.at,
            asked: asked.as_deref().unwrap_or_default(),
            application: application.as_deref(),
            cost_centre: cost_centre.as_deref(),
            person: Pseudonym::from_bytes([0; 16]),
            key: Pseudonym::from_bytes([0; 16]),
        };
        let intent = intent::made(about, snapshot, decision.as_ref(), model, &facts);
        Ok(Again {
            differences: self.differences(&content::of_intent(&intent)),
        })
    }

    fn differences(&self, again: &content::Content) -> Vec<Difference> {
        let decided = again
            .fields
            .iter()
            .filter(|field| !NOT_DECIDED.contains(&field.name));
        let compared = decided.filter_map(|field| {
            let recorded = self.raw(field.name).unwrap_or_default();
            (recorded.as_bytes() != field.value).then(|| Difference {
                field: field.name.to_owned(),
                recorded: recorded.to_owned(),
                again: String::from_utf8_lossy(&field.value).into_owned(),
            })
        });
        compared.collect()
    }

    /// A field that is a text or null.
    fn word(&self, field: &'static str) -> Result<Option<String>, ReplayError> {
        match self.value(field) {
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            // an earlier version of the program did not record it
            None if !self.leaf.fields.contains_key(field) => Ok(None),
            _ => Err(ReplayError::Field { field }),
        }
    }
}

/// Decides about the deployment that was chosen then, or about none.
fn decide(
    snapshot: &Snapshot,
    facts: &decision::Facts,
    model: &str,
    deployment: Option<&str>,
    at: register::model::Instant,
) -> Result<Decision, ReplayError> {
    let index = snapshot
        .model_index(model)
        .ok_or(ReplayError::Field { field: "model" })?;
    let bound = snapshot.bind(facts, at, LATEST);
    Ok(snapshot.decide_among(&bound, index, |one| Some(one.id.as_str()) == deployment))
}

/// Where the requests of an application are to stay, by the register.
fn residency(snapshot: &Snapshot, application: &str) -> Option<register::model::PlaceSetName> {
    let applications = &snapshot.register().applications;
    let application = applications.iter().find(|one| one.id == application)?;
    application.residency.clone()
}
