//! Which deployment gets a request: of those that permit its caller, the first in the register's order that is well;
//! then the next; then, where the application allows it, a model that the register names as an alternative.
//!
//! Routing never decides. It asks for a decision about fewer deployments than a model has, and whatever comes back is a
//! full decision with its own permit and its own record. What the law or the firm refuses is never answered by another.

pub(crate) mod health;

use crate::asker::{Asker, Decided, Stop};
use crate::shared::Shared;
use decision::{Basis, Permit, Refusal};
use ledger::Recorded;
use register::model::{Deployment, Layer};
use tokio::time::Instant;
use wire::{Fault, Surface};

/// Decides about a request for the first time.
///
/// Deployments that cannot take it at present are passed over if another permits. Where none does, it is decided as if
/// all could, so that a caller is refused for reasons of the register only.
pub(crate) fn choose(asker: &Asker) -> Result<Decided<Permit>, Stop> {
    let in_force = asker.shared.switch.load();
    let snapshot = in_force.snapshot();
    let is_fit = |deployment: &Deployment| is_fit(&asker.shared, asker.surface, deployment);
    let deployments = snapshot
        .model_index(&asker.model)
        .map(|model| snapshot.deployments_of(model));
    let mut deployments = deployments
        .unwrap_or_default()
        .iter()
        .filter_map(|index| snapshot.deployment(*index));
    let speaks = |deployment: &Deployment| speaks(&asker.shared, asker.surface, deployment);
    if !deployments.clone().all(speaks) && deployments.clone().any(speaks) {
        // what can be passed on as it is need not be translated
        let as_it_is = asker.decide(&asker.model, |deployment| {
            speaks(deployment) && is_fit(deployment)
        });
        if as_it_is.is_ok() {
            return as_it_is;
        }
    }
    if deployments.all(is_fit) {
        return asker.decide(&asker.model, |_| true);
    }
    asker
        .decide(&asker.model, is_fit)
        .or_else(|_| asker.decide(&asker.model, |_| true))
}

/// Finds another deployment for a request that those tried have failed, pays for the call, and has the decision
/// recorded. `None`: there is none, or it is not to be had.
pub(crate) async fn next(asker: &Asker, tried: &[String]) -> Option<Recorded<Permit>> {
    let is_left = |deployment: &Deployment| is_left(asker, tried, deployment);
    match asker.decide(&asker.model, is_left) {
        Ok(permitted) => engage(asker, permitted).await,
        Err(Stop::Refused(refused)) => {
            let allows = allows_substitution(asker, &refused);
            record_decided(asker, *refused).await?;
            if allows {
                substitute(asker, tried).await
            } else {
                None
            }
        }
        Err(Stop::Fault(_)) => None,
    }
}

fn is_left(asker: &Asker, tried: &[String], deployment: &Deployment) -> bool {
    !tried.contains(&deployment.id) && is_fit(&asker.shared, asker.surface, deployment)
}

/// Records a refusal of a deployment that was there: it has been decided about. `None`: it could not be recorded.
async fn record_decided(asker: &Asker, refused: Decided<Refusal>) -> Option<()> {
    let decision = refused.value().decision.as_ref();
    if decision.is_some_and(|decision| decision.deployment.is_some()) {
        asker.refuse(refused).await.ok()?;
    }
    Some(())
}

/// Whether an alternative may answer what was refused.
pub(crate) fn allows_substitution(asker: &Asker, refused: &Decided<Refusal>) -> bool {
    let in_force = asker.shared.switch.load();
    let applications = &in_force.snapshot().register().applications;
    let allows = applications
        .iter()
        .any(|application| application.id == refused.application() && application.substitution);
    let refusal = refused.value();
    let Some(decision) = &refusal.decision else {
        return false;
    };
    let is_final = decision.reasons.iter().any(|reason| match reason.basis {
        Basis::Clause(index) => refusal
            .snapshot
            .clause(index)
            .is_none_or(|(_, clause)| matches!(clause.layer, Layer::Law | Layer::House)),
        Basis::Missing(_) => false,
    });
    allows && !is_final
}

/// The first of the register's alternatives that is permitted and can take the call.
pub(crate) async fn substitute(asker: &Asker, tried: &[String]) -> Option<Recorded<Permit>> {
    let in_force = asker.shared.switch.load();
    let snapshot = in_force.snapshot();
    let asked = snapshot.model(snapshot.model_index(&asker.model)?)?;
    let is_left = |deployment: &Deployment| is_left(asker, tried, deployment);
    for alternative in &asked.alternatives {
        match asker.decide(alternative, is_left) {
            Ok(permitted) => return engage(asker, permitted).await,
            Err(Stop::Refused(refused)) => record_decided(asker, *refused).await?,
            Err(Stop::Fault(_)) => return None,
        }
    }
    None
}

/// Pays for a further call, and has it recorded.
async fn engage(asker: &Asker, permitted: Decided<Permit>) -> Option<Recorded<Permit>> {
    let deployment = permitted.value().deployment()?;
    let connector = asker.shared.connectors.of(deployment)?.id();
    if !asker.shared.health.pay(connector) {
        tracing::warn!(connector, "no further call is made, since too many were");
        return None;
    }
    let recorded: Result<_, Fault> = asker.record(permitted).await;
    recorded.ok()
}

/// Whether a deployment takes a call as it is.
fn speaks(shared: &Shared, surface: Surface, deployment: &Deployment) -> bool {
    let connector = shared.connectors.of(deployment);
    connector.is_some_and(|connector| connector.protocol().speaks(surface))
}

/// Whether a deployment can take a call at present.
fn is_fit(shared: &Shared, surface: Surface, deployment: &Deployment) -> bool {
    shared.connectors.of(deployment).is_some_and(|connector| {
        connector.protocol().takes(surface) && shared.health.is_up(connector.id(), Instant::now())
    })
}
