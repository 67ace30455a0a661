//! Records decisions, and wraps permits in the proof that it did.

use crate::content::unsent;
use crate::{
    Act, AuditDevice, AuditError, DecisionId, Ended, Event, Happening, Intent, Outcome, Pseudonym,
    Pseudonyms, Receipt, Subject, intent,
};
use decision::{Decision, Permit, Refusal, SealedFacts, Snapshot};
use register::model::{Deployment, Instant};
use std::sync::Arc;

/// Records decisions on an audit device.
#[derive(Clone)]
pub struct Recorder {
    device: Arc<dyn AuditDevice>,
    pseudonyms: Pseudonyms,
}

/// What a decision does not say about the request that it was made for.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Id of the decision.
    pub decision: DecisionId,
    /// When it was decided.
    pub at: Instant,
    /// The model as the request named it.
    pub asked: &'a str,
    /// The application that made the request.
    pub application: Option<&'a str>,
    /// Who in the firm pays for it.
    pub cost_centre: Option<&'a str>,
    /// The facts that it was decided on.
    pub facts: &'a SealedFacts,
}

/// Something whose decision is recorded, durably. Only a [`Recorder`] makes one.
#[derive(Debug)]
pub struct Recorded<T> {
    value: T,
    decision: DecisionId,
    of: Subject,
    receipt: Receipt,
}

impl<T> Recorded<T> {
    /// Where the record is.
    pub const fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Id of the decision.
    pub const fn decision_id(&self) -> DecisionId {
        self.decision
    }

    /// The outcome as long as nothing has been sent.
    pub fn unsent(&self, at: Instant) -> Outcome {
        unsent(
            self.receipt.entry,
            self.decision,
            self.of.clone(),
            at,
            Ended::NotForwarded,
        )
    }
}

impl Recorded<Permit> {
    /// The deployment to which the request may go, and nothing else.
    pub fn deployment(&self) -> Option<&Deployment> {
        self.value.deployment()
    }

    /// The snapshot that decided.
    pub const fn snapshot(&self) -> &Arc<Snapshot> {
        self.value.snapshot()
    }

    /// The decision behind it.
    pub const fn decision(&self) -> &Decision {
        self.value.decision()
    }

    /// Whether it still holds at the instant.
    pub fn holds_at(&self, at: Instant) -> bool {
        self.value.holds_at(at)
    }
}

impl Recorder {
    /// Records on a device, people under pseudonyms.
    pub fn new(device: Arc<dyn AuditDevice>, pseudonyms: Pseudonyms) -> Self {
        Self { device, pseudonyms }
    }

    /// Records a permit. What is recorded is read off the permit itself, so that the two cannot differ.
    ///
    /// # Errors
    /// When the device does not confirm in time that it keeps the entry; the permit is gone then.
    pub async fn record_permit(
        &self,
        permit: Permit,
        call: &Call<'_>,
    ) -> Result<Recorded<Permit>, AuditError> {
        let model = permit.deployment().map(|deployment| deployment.model.clone());
        let intent = self.intent(permit.snapshot(), Some(permit.decision()), model, call);
        let of = intent.subject();
        let receipt = self.device.intent(intent).await?;
        Ok(Recorded {
            value: permit,
            decision: call.decision,
            of,
            receipt,
        })
    }

    /// Records a refusal, which must not go out unless this succeeds. No outcome follows it.
    ///
    /// # Errors
    /// When the device does not confirm in time that it keeps the entry.
    pub async fn record_refusal(&self, refusal: &Refusal, call: &Call<'_>) -> Result<Receipt, AuditError> {
        let model = refusal
            .decision
            .as_ref()
            .map(|_| refusal.explanation.model.clone());
        let intent = self.intent(&refusal.snapshot, refusal.decision.as_ref(), model, call);
        self.device.intent(intent).await
    }

    /// Hands over how a permitted request ended, without waiting for the device: nothing depends on it any more.
    pub fn record_outcome(&self, outcome: Outcome) {
        drop(self.device.outcome(outcome));
    }

    /// Hands over what has happened besides, likewise.
    pub fn record_event(&self, event: Event) {
        drop(self.device.event(event));
    }

    /// Keeps what somebody is about to do, which must not be done unless this succeeds.
    ///
    /// # Errors
    /// When the device does not confirm in time that it keeps the entry.
    pub async fn record_act(&self, act: Act, at: Instant) -> Result<Receipt, AuditError> {
        let what = Happening::Administered(act);
        self.device.event(Event { at, what }).await
    }

    /// The name of a person in the record.
    pub fn pseudonym(&self, person: &str) -> Pseudonym {
        self.pseudonyms.of(person)
    }

    /// Whether the device can keep entries at present, as far as it knows.
    pub fn is_healthy(&self) -> bool {
        self.device.is_healthy()
    }

    fn intent(
        &self,
        snapshot: &Snapshot,
        decision: Option<&Decision>,
        model: Option<String>,
        call: &Call<'_>,
    ) -> Intent {
        let facts = call.facts.facts();
        let licensor = model
            .as_deref()
            .and_then(|model| intent::licensor(snapshot, model));
        let towards = licensor.as_deref().unwrap_or_default();
        let about = intent::About {
            decision: call.decision,
            at: call.at,
            asked: call.asked,
            application: call.application,
            cost_centre: call.cost_centre,
            person: self.pseudonyms.towards(&facts.person.id, towards),
            key: self.pseudonyms.of(&facts.person.id),
        };
        intent::made(about, snapshot, decision, model, facts)
    }
}
