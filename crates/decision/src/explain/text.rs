//! The five answers as plain text, the first sentence self-contained, since some clients cut.

use super::{Cure, CuredBy, ExplainedReason, Explanation, ShownFact};
use crate::verdict::{State, Verdict};
use register::model::Instant;
use std::fmt::Write as _;

/// Alternatives that the text names; the rest are counted.
const SHOWN: usize = 5;

pub(super) fn headline(model: &str, verdict: Verdict, reasons: &[ExplainedReason]) -> String {
    match verdict {
        Verdict::Permit => format!("{model} is available to you here and now."),
        Verdict::PermitWithObligations => {
            format!("{model} is available to you here and now, with obligations.")
        }
        Verdict::Deny | Verdict::Review => {
            let because = decisive(reasons).map(because).unwrap_or_default();
            let review = if verdict == Verdict::Review {
                " until a person has reviewed it"
            } else {
                ""
            };
            format!("{model} is not available to you for this request{review}{because}.")
        }
    }
}

/// The reason to name first: a clause before a missing positive, the most severe state, then the order found.
fn decisive(reasons: &[ExplainedReason]) -> Option<&ExplainedReason> {
    let rank = |reason: &&ExplainedReason| (reason.missing.is_some(), std::cmp::Reverse(reason.state));
    reasons.iter().min_by_key(rank)
}

fn because(reason: &ExplainedReason) -> String {
    let plain = reason.plain.trim_end_matches('.');
    if reason.missing.is_some() {
        return format!(": {plain}");
    }
    let by = reason.licensor.as_deref().unwrap_or(&reason.instrument_name);
    format!(": {plain} ({by}, {} {})", reason.instrument, reason.reference)
}

pub(super) fn cure(by: CuredBy, reasons: &[ExplainedReason]) -> Cure {
    let only = if reasons.len() == 1 {
        "this one reason"
    } else {
        "every reason above"
    };
    let text = match by {
        CuredBy::You => format!("You can change the request so that {only} no longer applies."),
        CuredBy::YourEvidence => {
            format!(
                "Fresh evidence would settle {only}: badge in, use an office network, or have a record corrected."
            )
        }
        CuredBy::Approver => format!("Somebody who may approve or review can settle {only}."),
        CuredBy::Contract => format!("A change of the agreement would have to settle {only}."),
        CuredBy::Nobody => "No step inside the firm can change this: it follows from law.".to_owned(),
    };
    Cure { by, text }
}

impl Explanation {
    /// The five answers: what, which clause, which fact, what instead, how to ask.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.headline);
        for reason in &self.reasons {
            write_reason(&mut text, reason, self.at);
        }
        for lift in &self.lifts {
            let _ = writeln!(
                text,
                "Exception used: {} ({}), in place of {}.",
                lift.plain, lift.by, lift.lifted
            );
        }
        for obligation in &self.obligations {
            let _ = writeln!(text, "Obligation: {obligation}.");
        }
        if !self.verdict.permits() {
            self.write_ways_on(&mut text);
        }
        text
    }

    fn write_ways_on(&self, text: &mut String) {
        let shown: Vec<_> = self
            .alternatives
            .iter()
            .take(SHOWN)
            .map(|a| format!("{} ({})", a.name, a.model))
            .collect();
        let more = self.alternatives.len().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = match shown.is_empty() {
            true => writeln!(text, "Works here: nothing on the approved list, at present."),
            false => writeln!(text, "Works here: {}{more}.", shown.join(", ")),
        };
        if let Some(cure) = &self.cure {
            let _ = writeln!(text, "What would change it: {}", cure.text);
        }
        if let Some(ask) = &self.ask {
            let _ = writeln!(text, "Ask, or correct a fact: {ask}");
        }
    }
}

fn write_reason(text: &mut String, reason: &ExplainedReason, at: Instant) {
    let clause = if reason.missing.is_some() {
        format!("Missing: {}", reason.title)
    } else {
        format!(
            "Clause: {} {}, {}",
            reason.instrument, reason.reference, reason.title
        )
    };
    let state = match reason.state {
        State::Met | State::NotMet => "",
        State::Unknown => " [a fact is missing or stale]",
        State::Unclear => " [a person must decide]",
    };
    let _ = writeln!(text, "{clause}{state}: {}", reason.plain);
    if let Some(words) = &reason.words {
        let _ = writeln!(text, "  In its own words: \u{201c}{words}\u{201d}");
    }
    for fact in &reason.facts {
        let _ = writeln!(text, "  Your {}", fact_text(fact, at));
    }
}

fn fact_text(fact: &ShownFact, at: Instant) -> String {
    let source = fact
        .source
        .as_ref()
        .map(|source| format!(", from {source}"))
        .unwrap_or_default();
    let age = fact
        .observed_at
        .map(|observed| format!(", {}", age(at.0.saturating_sub(observed.0))))
        .unwrap_or_default();
    format!("{}: {}{source}{age}", fact.what, fact.value)
}

/// An age in the largest whole unit.
fn age(seconds: i64) -> String {
    match seconds {
        i64::MIN..0 => "from the future".to_owned(),
        0..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..172_800 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}
