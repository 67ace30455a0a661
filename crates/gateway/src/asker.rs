//! Who asks for what: all that it takes to decide about a request, and to decide about it once more.
//!
//! A request may be decided about several times: for another deployment when the first has failed, and while its answer
//! is on its way, when what is in force or what is known has changed. Each is a decision of its own, made from facts
//! collected for it, with an id and a record of its own.

use crate::Measured;
use crate::evidence;
use crate::export::Recording;
use crate::forward::hosting;
use crate::metrics::{Limit, Seen, Verdict};
use crate::refuse;
use crate::shared::Shared;
use decision::{Permit, Refusal, Snapshot};
use hyper::HeaderMap;
use identity::{Caller, Collected, Origin};
use ledger::{AuditError, Call, DecisionId, Receipt, Recorded};
use register::model::{Deployment, Instant};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use wire::{Audience, Client, Denial, Fault, FaultCode, Surface};

/// Who asks for what.
pub(crate) struct Asker {
    /// What all requests share.
    pub shared: Arc<Shared>,
    /// Whose key or token it is.
    pub caller: Caller,
    /// Where they call from.
    pub peer: Origin,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The call.
    pub surface: Surface,
    /// The model as the request names it.
    pub model: String,
    /// Measures that the request draws from, once it is permitted.
    pub measured: OnceLock<Vec<Measured>>,
    /// What is noted of the request, to be counted.
    pub seen: Arc<Seen>,
}

/// A decision, with the facts that it was made from.
pub(crate) struct Decided<T> {
    value: T,
    collected: Collected,
    at: Instant,
}

/// Why a request may not go on.
pub(crate) enum Stop {
    /// It was decided.
    Refused(Box<Decided<Refusal>>),
    /// It could not be decided.
    Fault(Fault),
}

impl<T> Decided<T> {
    /// What was decided.
    pub(crate) const fn value(&self) -> &T {
        &self.value
    }

    /// The application that asks.
    pub(crate) fn application(&self) -> &str {
        &self.collected.application
    }
}

impl Asker {
    /// Decides, here and now, about a model as if it had those deployments only for which `may` is true.
    pub(crate) fn decide(
        &self,
        model: &str,
        may: impl Fn(&Deployment) -> bool,
    ) -> Result<Decided<Permit>, Stop> {
        let began = self.seen.mark();
        let decided = self.try_decide(model, may);
        if let (Some(began), Some(notes)) = (began, self.seen.notes()) {
            let verdict = match &decided {
                Ok(_) => Some(Verdict::Permit.as_str()),
                Err(Stop::Refused(_)) => Some(Verdict::Deny.as_str()),
                Err(Stop::Fault(_)) => None,
            };
            notes.decided(began, verdict);
        }
        decided
    }

    fn try_decide(&self, model: &str, may: impl Fn(&Deployment) -> bool) -> Result<Decided<Permit>, Stop> {
        let at = (self.shared.clock)();
        let in_force = self.shared.switch.load();
        let collected = evidence::collect(in_force.collector(), &self.caller, &self.peer, &self.headers, at)
            .map_err(Stop::Fault)?;
        match decision::admit_among(in_force.snapshot(), &collected.facts, model, at, may) {
            Ok(value) => Ok(Decided { value, collected, at }),
            Err(value) => Err(Stop::Refused(Box::new(Decided { value, collected, at }))),
        }
    }

    /// Draws the request from its measures; each further attempt for the same request is free.
    ///
    /// # Errors
    /// When one of them is empty: the answer says for how long.
    pub(crate) fn draw(&self, permitted: &Decided<Permit>) -> Result<(), Box<(Fault, Duration)>> {
        let Some(deployment) = permitted.value.deployment() else {
            return Ok(());
        };
        if matches!(self.surface, Surface::CountTokens | Surface::CountGenerate) {
            return Ok(());
        }
        let person = &permitted.collected.facts.facts().person;
        let agreements = &deployment.agreements;
        let measured = self
            .shared
            .rates
            .measured(&person.id, &person.groups, &deployment.model, agreements);
        if measured.is_empty() {
            return Ok(());
        }
        if let Err(empty) = self.shared.measures.draw(&measured, tokio::time::Instant::now()) {
            self.shared.metrics.limit(Limit::of(&empty.whose));
            let words = format!(
                "More was asked in the last minute than is allowed for {}.",
                empty.whose
            );
            return Err(Box::new((Fault::new(FaultCode::LimitReached, words), empty.wait)));
        }
        // a request is drawn once
        let _ = self.measured.set(measured);
        Ok(())
    }

    /// Draws the tokens that an answer took.
    pub(crate) fn charge(&self, tokens: u64) {
        if let Some(measured) = self.measured.get()
            && tokens > 0
        {
            let now = tokio::time::Instant::now();
            self.shared.measures.charge(measured, tokens, now);
        }
    }

    /// To whom errors and refusals are put.
    pub(crate) fn audience(&self) -> Audience {
        Audience {
            dialect: self.surface.dialect(),
            client: Client::of(&self.headers),
        }
    }

    /// Records a permit.
    pub(crate) async fn record(&self, permitted: Decided<Permit>) -> Result<Recorded<Permit>, Fault> {
        let Decided { value, collected, at } = permitted;
        let call = self.call(&collected, at)?;
        let began = self.seen.mark();
        let recording = began.map(|_| self.recording(value.snapshot(), value.deployment()));
        let recorded = self.shared.recorder.record_permit(value, &call).await;
        if let (Some(began), Some(notes), Some(recording)) = (began, self.seen.notes(), recording) {
            let decision = recorded
                .as_ref()
                .ok()
                .map(|recorded| recorded.decision_id().to_string());
            notes.recorded(
                began,
                Recording {
                    decision,
                    ..recording
                },
            );
        }
        recorded.map_err(|error| unrecorded(&error))
    }

    /// What is told of a decision, as far as it is known before it is recorded; of a refusal it names no deployment.
    fn recording(&self, snapshot: &Snapshot, permitted: Option<&Deployment>) -> Recording {
        let asked = snapshot
            .model_index(&self.model)
            .and_then(|index| snapshot.model(index));
        let verdict = permitted.map_or(Verdict::Deny, |_| Verdict::Permit);
        Recording {
            verdict: verdict.as_str(),
            snapshot: snapshot.digest().to_owned(),
            asked: asked.map(|model| model.id.clone()),
            deployment: permitted.map(|deployment| {
                let hosting = hosting(&deployment.hosting.inference);
                (deployment.id.clone(), hosting)
            }),
            ..Recording::default()
        }
    }

    /// Records a refusal, puts it into words, and keeps it for the person whom it concerns.
    pub(crate) async fn refuse(&self, refused: Decided<Refusal>) -> Result<(Denial, Receipt), Fault> {
        let Decided { value, collected, at } = refused;
        let call = self.call(&collected, at)?;
        let began = self.seen.mark();
        let receipt = self.shared.recorder.record_refusal(&value, &call).await;
        let (decision, is_known) = (call.decision, value.decision.is_some());
        let denial = refuse::denial(&value.explanation, is_known, decision, &self.shared.public_url);
        if let (Some(began), Some(notes)) = (began, self.seen.notes()) {
            let recording = Recording {
                decision: receipt.is_ok().then(|| decision.to_string()),
                code: Some(denial.code.as_str()),
                clause: denial.clause.clone(),
                ..self.recording(&value.snapshot, None)
            };
            notes.recorded(began, recording);
        }
        let receipt = receipt.map_err(|error| unrecorded(&error))?;
        let person = &collected.facts.facts().person.id;
        self.shared.refusals.keep(decision, person, *value.explanation);
        Ok((denial, receipt))
    }

    fn call<'a>(&'a self, collected: &'a Collected, at: Instant) -> Result<Call<'a>, Fault> {
        Ok(Call {
            decision: new_id()?,
            at,
            asked: &self.model,
            application: Some(&collected.application),
            cost_centre: collected.cost_centre.as_deref(),
            facts: &collected.facts,
        })
    }
}

/// What a caller is told when a decision could not be recorded.
pub(crate) fn unrecorded(error: &AuditError) -> Fault {
    tracing::error!(%error, "a decision was not recorded");
    let message = "The decision could not be recorded, so nothing was sent. Please try again shortly.";
    Fault::new(FaultCode::AuditUnavailable, message)
}

/// A new id for a decision.
pub(crate) fn new_id() -> Result<DecisionId, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        Fault::new(
            FaultCode::Internal,
            "The system gave no random bytes for the id of a decision.",
        )
    })?;
    Ok(DecisionId::from_bytes(bytes))
}
