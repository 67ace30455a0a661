//! Watches over a permit while it is being used, and ends the use when it is lost.
//!
//! A permit runs out at an instant, another register takes over, something becomes known: each time the request is
//! decided about once more, with facts collected anew. What is still permitted goes on; what is not is refused like any
//! other request, with a record of its own, and the answer ends there.

use crate::asker::{Asker, Decided, Stop};
use crate::authenticate;
use crate::shared::Phase;
use decision::{Permit, Refusal};
use ledger::{Ended, Recorded};
use register::model::Instant;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use wire::{Denial, Fault, FaultCode};

/// Most that is slept before the clock is looked at again: it may be set while we sleep.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// How closely the last second of a permit is watched.
const LOOK: Duration = Duration::from_millis(100);

/// How long the record of a refusal may take before the answer ends without its words.
const RECORDING: Duration = Duration::from_millis(700);

/// Completes when an answer may not go on.
pub(super) type Watching = Pin<Box<dyn Future<Output = Lost> + Send>>;

/// Why an answer may not go on.
pub(super) enum Lost {
    /// It is no longer permitted.
    Refused(Box<Decided<Refusal>>),
    /// It cannot be decided about.
    Undecided(Fault),
    /// The gateway stops.
    Stopped,
}

/// The last words of an answer that may not go on.
pub(super) enum LastWords {
    /// A refusal.
    Denial(Box<Denial>),
    /// An error.
    Fault(Fault),
}

/// Watches over a permit.
pub(super) fn watching(asker: Arc<Asker>, permit: &Recorded<Permit>) -> Watching {
    let until = permit.decision().valid_until;
    let mut changes = asker.shared.switch.changes();
    let mut phase = asker.shared.phase.subscribe();
    let (asked, deployment) = permit
        .deployment()
        .map(|deployment| (deployment.model.clone(), deployment.id.clone()))
        .unwrap_or_default();
    // between the decision and this moment another register may have taken over
    let mut is_due = !Arc::ptr_eq(permit.snapshot(), asker.shared.switch.load().snapshot());
    Box::pin(async move {
        let mut until = until;
        loop {
            if !is_due {
                tokio::select! {
                    // an error means that the gateway is gone
                    _ = phase.wait_for(|phase| *phase == Phase::Cutting) => return Lost::Stopped,
                    _ = changes.changed() => {}
                    () = expiry(&asker, until) => {}
                }
            }
            is_due = false;
            if let Err(fault) = authenticate::still_taken(&asker.shared, &asker.headers, &asker.caller) {
                return Lost::Undecided(fault);
            }
            match asker.decide(&asked, |other| other.id == deployment) {
                Ok(permitted) if permitted.value().holds_at((asker.shared.clock)()) => {
                    until = permitted.value().decision().valid_until;
                }
                Ok(_) => return Lost::Undecided(expired()),
                Err(Stop::Refused(refused)) => return Lost::Refused(refused),
                Err(Stop::Fault(fault)) => return Lost::Undecided(fault),
            }
        }
    })
}

/// Completes when an instant has come.
async fn expiry(asker: &Asker, until: Option<Instant>) {
    let Some(until) = until else {
        return std::future::pending().await;
    };
    loop {
        let left = until.0.saturating_sub((asker.shared.clock)().0);
        if left <= 0 {
            return;
        }
        // the clock tells whole seconds, so the last of them is looked at more closely
        let pause = Duration::from_secs(left.unsigned_abs() - 1).max(LOOK);
        sleep(pause.min(LONGEST_SLEEP)).await;
    }
}

impl Lost {
    /// How the request ends in the record.
    pub(super) const fn ended(&self) -> Ended {
        match self {
            Self::Refused(_) | Self::Undecided(_) => Ended::Withdrawn,
            Self::Stopped => Ended::Stopped,
        }
    }

    /// What is to be said, once it is recorded.
    pub(super) async fn words(self, asker: Arc<Asker>) -> LastWords {
        match self {
            Self::Refused(refused) => match timeout(RECORDING, asker.refuse(*refused)).await {
                Ok(Ok((denial, _))) => LastWords::Denial(Box::new(denial)),
                Ok(Err(fault)) => LastWords::Fault(fault),
                Err(_) => LastWords::Fault(Fault::new(
                    FaultCode::AuditUnavailable,
                    "The answer ends here; why could not be recorded in time.",
                )),
            },
            Self::Undecided(fault) => LastWords::Fault(fault),
            Self::Stopped => LastWords::Fault(stopping()),
        }
    }
}

/// What a caller is told whose answer does not end before the gateway does.
pub(super) fn stopping() -> Fault {
    Fault::new(
        FaultCode::Stopping,
        "This gateway is being restarted, so the answer ends here. Please try again.",
    )
}

/// What a caller is told whose permit ran out before it could be used.
pub(super) fn expired() -> Fault {
    Fault::new(
        FaultCode::DecisionExpired,
        "The decision ran out before it could be used.",
    )
}
