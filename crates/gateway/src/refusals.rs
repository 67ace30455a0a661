//! Refusals of the last hours, so that the person concerned can ask for the reason once more.

use decision::Explanation;
use ledger::DecisionId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bounded store of refusals; the oldest goes first.
pub(crate) struct Refusals {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    order: VecDeque<DecisionId>,
    by_id: HashMap<DecisionId, Arc<KeptRefusal>>,
}

/// A refusal and whom it concerns.
pub(crate) struct KeptRefusal {
    person: String,
    /// Why.
    pub explanation: Explanation,
}

impl Refusals {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::default(),
        }
    }

    /// Keeps a refusal.
    pub(crate) fn keep(&self, decision: DecisionId, person: &str, explanation: Explanation) {
        let mut kept = self.lock();
        let refusal = Arc::new(KeptRefusal {
            person: person.to_owned(),
            explanation,
        });
        if kept.by_id.insert(decision, refusal).is_none() {
            kept.order.push_back(decision);
        }
        while kept.order.len() > self.most {
            if let Some(oldest) = kept.order.pop_front() {
                kept.by_id.remove(&oldest);
            }
        }
    }

    /// The refusal, if it is still kept and concerns this person.
    pub(crate) fn of(&self, decision: DecisionId, person: &str) -> Option<Arc<KeptRefusal>> {
        self.lock()
            .by_id
            .get(&decision)
            .filter(|refusal| refusal.person == person)
            .cloned()
    }

    /// Whoever panicked while holding the lock left a whole map behind: each change is one insertion or removal.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decision::Verdict;
    use register::model::Instant;

    fn explanation(model: &str) -> Explanation {
        Explanation {
            verdict: Verdict::Deny,
            model: model.to_owned(),
            model_name: model.to_owned(),
            deployment: None,
            headline: String::new(),
            reasons: Vec::new(),
            lifts: Vec::new(),
            alternatives: Vec::new(),
            cure: None,
            ask: None,
            obligations: Vec::new(),
            valid_until: None,
            snapshot: String::new(),
            at: Instant(0),
        }
    }

    #[test]
    fn only_the_person_concerned_finds_a_refusal_and_only_while_it_is_kept() {
        let refusals = Refusals::new(2);
        let id = |number| DecisionId::from_bytes([number; 16]);
        for number in 1..=3 {
            refusals.keep(id(number), "hk-analyst", explanation("a"));
        }
        assert!(refusals.of(id(1), "hk-analyst").is_none());
        assert!(refusals.of(id(2), "hk-analyst").is_some());
        assert!(refusals.of(id(3), "ny-trader").is_none());
        assert!(refusals.of(id(4), "hk-analyst").is_none());
    }
}
