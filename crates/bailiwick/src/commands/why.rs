//! `bailiwick why`: one decision, and its five answers: what, which clause, which fact, what instead, how to ask.

use super::beside::Beside;
use super::shown;
use crate::arguments::Why;
use crate::exit::{Exit, UsageError};
use crate::people::{self, Asked};
use crate::publish::Answer;
use crate::render;
use crate::screen::Screen;
use decision::explain::{ExplainedReason, Explanation, explain};
use decision::weight::Weight;
use decision::{Snapshot, State, Verdict};
use owo_colors::OwoColorize as _;
use register::model::Instant;
use std::path::Path;

pub(super) fn run(
    register: &Path,
    snapshot: &Snapshot,
    why: &Why,
    beside: &Beside,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let asked = Asked::of(snapshot, &why.question)?;
    let model = snapshot.model_index(&why.model).ok_or_else(|| {
        UsageError::no_such(
            "model",
            &why.model,
            snapshot.models().map(|(_, model)| model.id.as_str()),
        )
    })?;
    let decision = snapshot.decide_model(&snapshot.bind(&asked.facts, asked.at, asked.known_at), model);
    let told = explain(
        snapshot,
        &asked.facts,
        &why.model,
        &decision,
        asked.at,
        asked.known_at,
    );
    let verdict = told.verdict;
    if screen.json() {
        let of_source = |source: &str| (beside.delay(source), beside.disputed_since(source));
        screen.document(&Answer::new(
            &why.question.person,
            asked.known_at,
            told,
            &of_source,
        ))?;
    } else {
        print(&told, beside, screen)?;
    }
    let again = format!(
        "bailiwick models --register {} {}",
        shown(register),
        people::retyped(&why.question)
    );
    match verdict.permits() {
        true => screen.next(again, "everything else that is permitted there")?,
        false => screen.next(
            format_args!("{again} --all"),
            "what is permitted instead, and what is not",
        )?,
    }
    Ok(verdict.into())
}

fn print(told: &Explanation, beside: &Beside, screen: &mut Screen) -> anyhow::Result<()> {
    let text = told.text();
    let (headline, rest) = text.split_once('\n').unwrap_or((&text, ""));
    match told.verdict {
        Verdict::Permit | Verdict::PermitWithObligations => screen.data(headline.green().bold())?,
        Verdict::Review => screen.data(headline.yellow().bold())?,
        Verdict::Deny => screen.data(headline.red().bold())?,
    }
    if !rest.is_empty() {
        screen.data(rest.trim_end())?;
    }
    if let Some(until) = told.valid_until {
        screen.data(format_args!("Holds until {until}, for the same facts."))?;
    }
    if told.reasons.is_empty() {
        return Ok(());
    }
    let mut table = render::ruled_table(screen, &["clause", "state", "what it says", "fact"]);
    for reason in &told.reasons {
        table.add_row(row(reason, told.at, beside));
    }
    Ok(screen.data(render::as_text(&table))?)
}

fn row(reason: &ExplainedReason, at: Instant, beside: &Beside) -> [String; 4] {
    let clause = match reason.missing {
        Some(missing) => format!("no {}", missing.as_str()),
        None => format!("{} {}", reason.instrument, reason.reference),
    };
    let state = match reason.state {
        State::Met | State::NotMet => "refuses",
        State::Unknown => "fact missing",
        State::Unclear => "unclear",
    };
    let facts: Vec<String> = reason
        .facts
        .iter()
        .map(|fact| match &fact.source {
            Some(source) => {
                let age = fact.observed_at.map(|seen| at.0.saturating_sub(seen.0));
                let weight = fact.weight.filter(|weight| *weight != Weight::Counts);
                let weight = weight.map_or_else(String::new, |weight| format!("; {}", weight.sentence()));
                format!(
                    "{}: {} ({}{weight})",
                    fact.what,
                    fact.value,
                    beside.told(source, age)
                )
            }
            None => format!("{}: {}", fact.what, fact.value),
        })
        .collect();
    [clause, state.to_owned(), reason.plain.clone(), facts.join("\n")]
}
