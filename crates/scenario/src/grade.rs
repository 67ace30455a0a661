//! Comparing what was found with what was expected, by the grading rule of the format.
//!
//! States are reported, not graded: a scenario agrees where the decision is equal and one of the expected clauses is
//! among the reasons. Alternatives and obligations may be more than expected, never fewer.

use crate::file::Expectation;
use crate::report::{Compared, Found};
use register::model::Instant;

pub(crate) fn grade(expected: &Expectation, found: Found) -> Compared {
    let mut why = Vec::new();
    if found.verdict != expected.decision {
        why.push(format!(
            "the decision is {}, not {}",
            found.verdict.as_str(),
            expected.decision.as_str()
        ));
    }
    let is_found = |clause: &str| found.reasons.iter().any(|reason| reason.clause == clause);
    if !expected.reasons_any.is_empty() && !expected.reasons_any.iter().any(|any| is_found(&any.clause)) {
        let clauses: Vec<&str> = expected
            .reasons_any
            .iter()
            .map(|any| any.clause.as_str())
            .collect();
        why.push(format!(
            "none of the clauses `{}` is among the reasons",
            clauses.join("`, `")
        ));
    }
    for reason in found.reasons.iter().filter(|reason| !reason.state.stops()) {
        why.push(format!(
            "clause `{}` is given as a reason although it does not deny",
            reason.clause
        ));
    }
    for missing in expected
        .alternatives
        .iter()
        .filter(|model| !found.alternatives.contains(model))
    {
        why.push(format!("`{missing}` is not among the alternatives"));
    }
    for missing in expected
        .obligations
        .iter()
        .filter(|obligation| !found.obligations.contains(obligation))
    {
        why.push(format!("`{missing}` is not among the obligations"));
    }
    if found.stream_cut_at != expected.stream_cut_at {
        let [is, should_be] = [found.stream_cut_at, expected.stream_cut_at].map(cut);
        why.push(format!("the stream would {is} and should {should_be}"));
    }
    if let (Some(then), Some((_, verdict))) = (expected.known_then, found.known_then)
        && verdict != then.decision
    {
        why.push(format!(
            "as known then the decision is {}, not {}",
            verdict.as_str(),
            then.decision.as_str()
        ));
    }
    Compared { found, why }
}

fn cut(at: Option<Instant>) -> String {
    at.map_or_else(|| "run to its end".to_owned(), |at| format!("be cut at {at}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{ExpectedReason, KnownThen};
    use crate::report::FoundReason;
    use decision::{State, Verdict};
    use register::model::Obligation;

    fn expected() -> Expectation {
        Expectation {
            decision: Verdict::Deny,
            reasons_any: ["1", "2"]
                .map(|c| ExpectedReason {
                    clause: c.to_owned(),
                    state: State::Met,
                })
                .to_vec(),
            alternatives: vec!["gpt".to_owned()],
            obligations: Vec::new(),
            stream_cut_at: None,
            known_then: Some(KnownThen {
                known_at: Instant(5),
                decision: Verdict::Permit,
            }),
            written: serde_json::Value::Null,
        }
    }

    fn found() -> Found {
        let reason = |clause: &str, state| FoundReason {
            instrument: "a".to_owned(),
            clause: clause.to_owned(),
            state,
        };
        Found {
            verdict: Verdict::Deny,
            reasons: vec![reason("2", State::Unknown), reason("7", State::Met)],
            missing: Vec::new(),
            facts: Vec::new(),
            valid_until: None,
            alternatives: ["gemini", "gpt"].map(str::to_owned).to_vec(),
            obligations: Vec::new(),
            stream_cut_at: None,
            known_then: Some((Instant(5), Verdict::Permit)),
        }
    }

    #[test]
    fn agrees_with_more_than_expected_and_whatever_the_state() {
        assert_eq!(grade(&expected(), found()).why, Vec::<String>::new());
    }

    #[test]
    fn says_what_differs() {
        let check = |change: fn(&mut Expectation, &mut Found), difference: &str| {
            let (mut expected, mut found) = (expected(), found());
            change(&mut expected, &mut found);
            assert_eq!(grade(&expected, found).why, [difference]);
        };
        check(
            |_, found| found.verdict = Verdict::Review,
            "the decision is review, not deny",
        );
        check(
            |_, found| found.reasons[0].clause.clear(),
            "none of the clauses `1`, `2` is among the reasons",
        );
        check(
            |_, found| found.reasons[1].state = State::NotMet,
            "clause `7` is given as a reason although it does not deny",
        );
        check(
            |_, found| found.alternatives.truncate(1),
            "`gpt` is not among the alternatives",
        );
        check(
            |expected, _| expected.obligations.push(Obligation::Monitor),
            "`monitor` is not among the obligations",
        );
        check(
            |expected, _| expected.stream_cut_at = Some(Instant(0)),
            "the stream would run to its end and should be cut at 1970-01-01T00:00:00Z",
        );
        check(
            |_, found| found.known_then = Some((Instant(5), Verdict::Deny)),
            "as known then the decision is deny, not permit",
        );
    }
}
