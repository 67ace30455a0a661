//! What providers say was used, against what a log says.
//!
//! A log proves that nothing was taken out of it. That everything was put into it, only somebody else's count can show: a
//! provider's usage export, by day and model, against the outcomes of the log. A difference has harmless explanations (the
//! border of a day, answers that broke off) and others (a key that is used beside the gateway), so each is named with what
//! it may mean.

mod usage;

pub use usage::{Usage, UsageError, read};

use crate::document::{Cell, Document, Table, column, count};
use crate::figures::day;
use ledger::{Kind, OpenedEntry};
use register::model::Register;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Fields of outcomes that are read.
pub const FIELDS: [&str; 5] = ["deployment", "ended", "licensor", "model", "used"];

/// What the provider or the log counted of a day and model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Requests; `None`: it does not count them.
    pub requests: Option<u64>,
    /// Tokens read.
    pub read: Option<u64>,
    /// Tokens written.
    pub written: Option<u64>,
}

/// Outcomes of a day and model.
#[derive(Clone, Copy, Debug, Default)]
struct Recorded {
    /// Answered with success.
    answered: u64,
    /// Sent or perhaps sent, and not surely answered: broken off, failed, interrupted.
    unsure: u64,
    read: u64,
    written: u64,
}

/// A comparison on its way through the outcomes of a log.
pub struct Comparison<'a> {
    register: &'a Register,
    channels: &'a [String],
    usage: Usage,
    /// Licensors of the models that the usage names.
    licensors: BTreeSet<String>,
    recorded: BTreeMap<(String, String), Recorded>,
    outcomes: u64,
}

/// How a day and model compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Agrees,
    /// Explained by answers that broke off.
    Perhaps,
    /// The provider has more.
    More,
    /// The provider has fewer.
    Fewer,
}

impl Finding {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Perhaps => "within what is unsure",
            Self::More => "more at the provider",
            Self::Fewer => "fewer at the provider",
        }
    }

    /// What it may mean, as far as there is something to explain.
    const fn means(self) -> Option<&'static str> {
        match self {
            Self::Agrees => None,
            Self::Perhaps => Some(
                "Within what is unsure: answers that broke off or failed, or were interrupted, of which the provider counts some.",
            ),
            Self::More => Some(
                "More at the provider: requests beside this gateway (another key, another gateway), or the border of a day.",
            ),
            Self::Fewer => Some(
                "Fewer at the provider: an export of another account, or not of all; a model under another name; the border of a day; \
answers that it does not count.",
            ),
        }
    }
}

impl<'a> Comparison<'a> {
    /// Begins with what providers say. Only outcomes of deployments of these channels are compared; of all, if there are
    /// none.
    #[must_use]
    pub fn begin(register: &'a Register, usage: Usage, channels: &'a [String]) -> Self {
        let mut comparison = Self {
            register,
            channels,
            usage: Usage::default(),
            licensors: BTreeSet::new(),
            recorded: BTreeMap::new(),
            outcomes: 0,
        };
        comparison.usage = usage.named(|name| comparison.known(name));
        let names: BTreeSet<&str> = comparison
            .usage
            .counted
            .keys()
            .map(|(_, model)| model.as_str())
            .collect();
        let deployments = register
            .deployments
            .iter()
            .filter(|deployment| names.contains(deployment.upstream_model.as_str()));
        let models = deployments
            .filter_map(|deployment| register.models.iter().find(|model| model.id == deployment.model));
        comparison.licensors = models.map(|model| model.provider.clone()).collect();
        comparison
    }

    /// The name by which the register knows a provider's model: its own, or that without the date at its end.
    fn known(&self, name: &str) -> Option<String> {
        let is_known = |name: &str| {
            self.register
                .deployments
                .iter()
                .any(|deployment| deployment.upstream_model == name)
        };
        [Some(name), without_date(name)]
            .into_iter()
            .flatten()
            .find(|name| is_known(name))
            .map(str::to_owned)
    }

    /// Takes an entry of the log.
    ///
    /// # Errors
    /// When it is an outcome that cannot be understood.
    pub fn take(&mut self, entry: &OpenedEntry) -> Result<(), String> {
        let day = day(entry.leaf.at);
        if entry.leaf.kind != Kind::Outcome || !self.usage.days.contains(&day) {
            return Ok(());
        }
        let text = |name: &str| {
            entry
                .value(name)
                .and_then(|value| value.as_str().map(str::to_owned))
        };
        let deployment = text("deployment");
        let deployment = self
            .register
            .deployments
            .iter()
            .find(|other| Some(&other.id) == deployment.as_ref());
        let is_compared = self.channels.is_empty()
            || deployment.is_some_and(|deployment| self.channels.contains(&deployment.channel));
        let is_theirs = text("licensor").is_some_and(|licensor| self.licensors.contains(&licensor));
        let ended =
            text("ended").ok_or_else(|| format!("entry {}: how it ended cannot be read", entry.number))?;
        if !is_compared || !is_theirs || ended == "not_forwarded" {
            return Ok(());
        }
        let model = deployment
            .map(|deployment| deployment.upstream_model.clone())
            .or_else(|| text("model"));
        let used = entry.value("used").unwrap_or(Value::Null);
        let number = |name: &str| used.get(name).and_then(Value::as_u64).unwrap_or_default();
        let is_answered = (200..300).contains(&number("status")) && ended == "completed";
        let recorded = self
            .recorded
            .entry((day, model.unwrap_or_else(|| "unknown".to_owned())))
            .or_default();
        self.outcomes += 1;
        recorded.answered += u64::from(is_answered);
        recorded.unsure += u64::from(!is_answered);
        recorded.read = recorded.read.saturating_add(number("tokens_read"));
        recorded.written = recorded.written.saturating_add(number("tokens_written"));
        Ok(())
    }

    /// Ends after the last entry; whether a provider has more than the log explains stands beside the report.
    #[must_use]
    pub fn end(self) -> (Document, bool) {
        let keys: BTreeSet<&(String, String)> =
            self.usage.counted.keys().chain(self.recorded.keys()).collect();
        let mut rows = Vec::new();
        let mut found = [Finding::Perhaps, Finding::More, Finding::Fewer].map(|finding| (finding, 0_u64));
        let mut totals: BTreeMap<&str, (Counted, Recorded)> = BTreeMap::new();
        for key in keys {
            let counted = self
                .usage
                .counted
                .get(key)
                .copied()
                .unwrap_or_else(|| self.usage.nothing());
            let recorded = self.recorded.get(key).copied().unwrap_or_default();
            let finding = compare(counted, recorded);
            found
                .iter_mut()
                .filter(|(other, _)| *other == finding)
                .for_each(|(_, count)| *count += 1);
            rows.push(row(&[&key.0, &key.1], counted, recorded, finding));
            let (all, sum) = totals
                .entry(&key.1)
                .or_insert_with(|| (self.usage.nothing(), Recorded::default()));
            *all = all.and(counted);
            *sum = sum.and(recorded);
        }
        let totals = totals
            .into_iter()
            .map(|(model, (counted, recorded))| row(&[model], counted, recorded, compare(counted, recorded)));
        let totals: Vec<_> = totals.collect();
        let differences: u64 = found.iter().map(|(_, count)| count).sum();
        let more: u64 = found
            .iter()
            .filter(|(finding, _)| *finding == Finding::More)
            .map(|(_, count)| count)
            .sum();
        let all = |number: u64| count(number, "day and model", "days and models");
        let answer = match (differences, more) {
            (0, _) => format!("Providers and log agree for {}.", all(rows.len() as u64)),
            (_, 0) => format!(
                "{} of {} differ, and none by more at the provider than the log explains.",
                differences,
                all(rows.len() as u64)
            ),
            _ => format!(
                "For {more} of {} a provider counted more than the log has.",
                all(rows.len() as u64)
            ),
        };
        let means = found
            .iter()
            .filter(|(_, count)| *count > 0)
            .filter_map(|(finding, _)| finding.means());
        let mut answers = vec![
            answer,
            format!(
                "{} of the log were compared.",
                count(self.outcomes, "outcome", "outcomes")
            ),
        ];
        answers.extend(means.map(str::to_owned));
        let document = Document {
            title: "Providers' counts against the log".to_owned(),
            asked: Vec::new(),
            answer: answers,
            tables: vec![
                Table::new(
                    "days",
                    "By day and model",
                    "Days are UTC. `provider` and `answered` are requests; `read` and `written` are differences of tokens.",
                    columns(&["day", "model"]),
                )
                .with(rows),
                Table::new(
                    "models",
                    "By model",
                    "A difference at the border of two days is gone here.",
                    columns(&["model"]),
                )
                .with(totals),
            ],
            limits: limits(),
        };
        (document, more > 0)
    }
}

impl Counted {
    /// The sum; what one of them does not count, the sum does not.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let add = |one: Option<u64>, other: Option<u64>| Some(one?.saturating_add(other?));
        Self {
            requests: add(self.requests, other.requests),
            read: add(self.read, other.read),
            written: add(self.written, other.written),
        }
    }
}

impl Recorded {
    const fn and(self, other: Self) -> Self {
        Self {
            answered: self.answered + other.answered,
            unsure: self.unsure + other.unsure,
            read: self.read.saturating_add(other.read),
            written: self.written.saturating_add(other.written),
        }
    }
}

fn compare(counted: Counted, recorded: Recorded) -> Finding {
    let (answered, most) = (recorded.answered, recorded.answered + recorded.unsure);
    let requests = counted.requests.map(|requests| match requests {
        requests if requests == answered => Finding::Agrees,
        requests if requests < answered => Finding::Fewer,
        requests if requests <= most => Finding::Perhaps,
        _ => Finding::More,
    });
    let tokens = |counted: Option<u64>, recorded_tokens: u64| match counted {
        None => Finding::Agrees,
        Some(tokens) if tokens == recorded_tokens => Finding::Agrees,
        Some(tokens) if tokens < recorded_tokens => Finding::Fewer,
        Some(_) if recorded.unsure > 0 => Finding::Perhaps,
        Some(_) => Finding::More,
    };
    let tokens = [
        tokens(counted.read, recorded.read),
        tokens(counted.written, recorded.written),
    ];
    let all = || requests.into_iter().chain(tokens);
    [Finding::More, Finding::Fewer, Finding::Perhaps]
        .into_iter()
        .find(|finding| all().any(|found| found == *finding))
        .unwrap_or(Finding::Agrees)
}

fn columns(names: &[&'static str]) -> Vec<crate::document::Column> {
    let names = names.iter().map(|name| column(name, name));
    let others = [
        column("requests", "provider"),
        column("answered", "answered"),
        column("unsure", "unsure"),
        column("difference", "difference"),
        column("read", "read"),
        column("written", "written"),
        column("finding", "finding"),
    ];
    names.chain(others).collect()
}

fn row(names: &[&str], counted: Counted, recorded: Recorded, finding: Finding) -> Vec<Cell> {
    let minus = |counted: Option<u64>, recorded: u64| {
        counted.map_or(Cell::Nothing, |counted| {
            Cell::Change(i128::from(counted) - i128::from(recorded))
        })
    };
    let names = names.iter().map(|name| Cell::text(*name));
    let others = [
        counted.requests.map_or(Cell::Nothing, Cell::Count),
        Cell::Count(recorded.answered),
        Cell::Count(recorded.unsure),
        minus(counted.requests, recorded.answered),
        minus(counted.read, recorded.read),
        minus(counted.written, recorded.written),
        Cell::text(finding.as_str()),
    ];
    names.chain(others).collect()
}

/// The name of a model without the date at its end: `-20250929` or `-2025-08-07`.
fn without_date(name: &str) -> Option<&str> {
    let is_digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let (base, last) = name.rsplit_once('-')?;
    if is_digits(last, 8) {
        return Some(base);
    }
    let (base, month) = base.rsplit_once('-')?;
    let (base, year) = base.rsplit_once('-')?;
    (is_digits(last, 2) && is_digits(month, 2) && is_digits(year, 4)).then_some(base)
}

fn limits() -> Vec<String> {
    [
        "A provider counts what its export covers: one account, project or workspace. Use on another account is in no export of this one.",
        "Whether a request at midnight belongs to the day before or after, provider and log may see differently.",
        "Tokens of an answer that broke off are in the log as far as it came.",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_models_may_end_in_a_date() {
        assert_eq!(
            without_date("claude-sonnet-4-5-20250929"),
            Some("claude-sonnet-4-5")
        );
        assert_eq!(without_date("gpt-5-2025-08-07"), Some("gpt-5"));
        assert_eq!(without_date("gpt-5"), None);
        assert_eq!(without_date("model-2025-8-7"), None);
    }

    #[test]
    fn a_difference_is_judged_by_what_could_explain_it() {
        let recorded = Recorded {
            answered: 10,
            unsure: 2,
            read: 100,
            written: 50,
        };
        let counted = |requests, read| Counted {
            requests,
            read,
            written: Some(50),
        };
        for (requests, read, finding) in [
            (Some(10), Some(100), Finding::Agrees),
            (Some(11), Some(100), Finding::Perhaps),
            (Some(12), Some(120), Finding::Perhaps),
            (Some(13), Some(100), Finding::More),
            (Some(9), Some(100), Finding::Fewer),
            (None, Some(100), Finding::Agrees),
            (None, Some(99), Finding::Fewer),
            (None, None, Finding::Agrees),
        ] {
            assert_eq!(
                compare(counted(requests, read), recorded),
                finding,
                "{requests:?} {read:?}"
            );
        }
        let sure = Recorded {
            unsure: 0,
            ..recorded
        };
        assert_eq!(compare(counted(None, Some(101)), sure), Finding::More);
    }
}
