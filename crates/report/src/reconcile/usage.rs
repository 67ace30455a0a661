//! Usage as providers export it.
//!
//! | form | where from |
//! |---|---|
//! | JSON with buckets that have `start_time` | OpenAI, `/v1/organization/usage/completions`, grouped by model |
//! | JSON with buckets that have `starting_at` | Anthropic, `/v1/organizations/usage_report/messages`, grouped by model; it counts no requests |
//! | comma-separated values | any other: columns `day`, `model`, and of `requests`, `input_tokens`, `output_tokens` what there is |
//!
//! JSON is one page of an export, or an array of its pages.

use super::Counted;
use crate::figures::day;
use register::model::Instant;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

/// Most seconds of a bucket.
const DAY: i64 = Instant::DAY;

/// What providers counted, by day and model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Counts.
    pub counted: BTreeMap<(String, String), Counted>,
    /// Days that the exports cover, with use or without.
    pub days: BTreeSet<String>,
    /// Whether some export counts no requests.
    without_requests: bool,
}

/// An export that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct UsageError {
    /// Its line, the first being 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: &'static str,
}

impl Usage {
    /// Adds what another export has.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (key, counted) in other.counted {
            self.add(key, counted);
        }
        self.days.extend(other.days);
        self.without_requests |= other.without_requests;
        self
    }

    fn add(&mut self, key: (String, String), counted: Counted) {
        self.counted
            .entry(key)
            .and_modify(|sum| *sum = sum.and(counted))
            .or_insert(counted);
    }

    /// What an export says of a model that it does not name: none, as far as it counts.
    pub(super) fn nothing(&self) -> Counted {
        let counts = |of: fn(&Counted) -> Option<u64>| {
            self.counted
                .values()
                .all(|counted| of(counted).is_some())
                .then_some(0)
        };
        Counted {
            requests: counts(|counted| counted.requests).filter(|_| !self.without_requests),
            read: counts(|counted| counted.read),
            written: counts(|counted| counted.written),
        }
    }

    /// The same with models under the names that somebody knows them by.
    pub(super) fn named(self, known: impl Fn(&str) -> Option<String>) -> Self {
        let mut named = Self {
            counted: BTreeMap::new(),
            ..self
        };
        for ((day, model), counted) in self.counted {
            let model = known(&model).unwrap_or(model);
            named.add((day, model), counted);
        }
        named
    }
}

/// Reads an export.
///
/// # Errors
/// What is wrong with it, in which line, and how to mend it.
pub fn read(text: &str) -> Result<Usage, UsageError> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err(UsageError {
            line: 1,
            message: "the file is empty".to_owned(),
            help: "export the usage again",
        }),
        Some('{') => pages(&[serde_json::from_str(text).map_err(|error| unreadable(&error))?]),
        Some('[') => pages(&serde_json::from_str::<Vec<Page>>(text).map_err(|error| unreadable(&error))?),
        Some(_) => values(text),
    }
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Bucket>,
    #[serde(default)]
    has_more: bool,
}

/// A bucket of either provider. What is missing of one is an error only if it is not of the other.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Seconds(i64),
    Text(String),
}

struct Bucket {
    day: String,
    results: Vec<Used>,
    without_requests: bool,
}

#[derive(Deserialize)]
struct RawBucket {
    #[serde(alias = "starting_at")]
    start_time: Time,
    #[serde(alias = "ending_at")]
    end_time: Time,
    #[serde(alias = "result")]
    results: Vec<Used>,
}

struct Used {
    model: String,
    counted: Counted,
}

#[derive(Deserialize)]
struct RawUsed {
    model: Option<String>,
    num_model_requests: Option<u64>,
    input_tokens: Option<u64>,
    uncached_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    amount: Option<serde::de::IgnoredAny>,
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawBucket::deserialize(deserializer)?;
        let without_requests = matches!(raw.start_time, Time::Text(_));
        let instant = |time: &Time| match time {
            Time::Seconds(seconds) => Ok(Instant(*seconds)),
            Time::Text(text) => Instant::parse(text).map_err(|_| D::Error::custom("a time that is none")),
        };
        let (start, end) = (instant(&raw.start_time)?, instant(&raw.end_time)?);
        let last = end.plus(-1);
        if end.0.saturating_sub(start.0) > DAY || last.utc_day() != start.utc_day() {
            return Err(D::Error::custom("a bucket goes over more than one day (UTC)"));
        }
        Ok(Self {
            day: day(start),
            results: raw.results,
            without_requests,
        })
    }
}

impl<'de> Deserialize<'de> for Used {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawUsed::deserialize(deserializer)?;
        if raw.amount.is_some() {
            return Err(D::Error::custom("these are costs, not usage"));
        }
        let model = raw.model.filter(|model| !model.is_empty());
        Ok(Self {
            model: model.ok_or_else(|| D::Error::custom("use of no model by name"))?,
            counted: Counted {
                requests: raw.num_model_requests,
                read: raw.input_tokens.or(raw.uncached_input_tokens),
                written: raw.output_tokens,
            },
        })
    }
}

fn pages(pages: &[Page]) -> Result<Usage, UsageError> {
    if pages.last().is_some_and(|page| page.has_more) {
        return Err(UsageError {
            line: 1,
            message: "`has_more` is true in the last page, so the export goes on".to_owned(),
            help: "fetch the other pages too, and give them as one array in their order",
        });
    }
    let mut usage = Usage::default();
    for bucket in pages.iter().flat_map(|page| &page.data) {
        usage.days.insert(bucket.day.clone());
        usage.without_requests |= bucket.without_requests;
        for used in &bucket.results {
            usage.add((bucket.day.clone(), used.model.clone()), used.counted);
        }
    }
    Ok(usage)
}

fn unreadable(error: &serde_json::Error) -> UsageError {
    let told = error.to_string();
    let message = told.split(" at line ").next().unwrap_or_default();
    let help = if message.starts_with("use of no model") {
        "export it grouped by model: `group_by=model`"
    } else if message.starts_with("these are costs") {
        "export usage: `/v1/organization/usage/completions` of OpenAI, `/v1/organizations/usage_report/messages` of Anthropic"
    } else if message.starts_with("a bucket goes over") {
        "export it by days: `bucket_width=1d`"
    } else {
        "give it as the provider's API answers, or as comma-separated values with the columns day, model, requests, \
input_tokens, output_tokens"
    };
    UsageError {
        line: error.line().max(1),
        message: message.replace(['\n', '\r'], " "),
        help,
    }
}

/// Places of the columns.
struct Columns {
    day: usize,
    model: usize,
    requests: Option<usize>,
    read: Option<usize>,
    written: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, UsageError> {
        let find = |names: &[&str]| {
            header.iter().position(|field| {
                let field = field.trim().to_lowercase().replace([' ', '-'], "_");
                names.contains(&field.as_str())
            })
        };
        let missing = |name: &str| UsageError {
            line: 1,
            message: format!("there is no column `{name}`"),
            help: "the first line names the columns: day, model, and of requests, input_tokens, output_tokens what there is",
        };
        let columns = Self {
            day: find(&["day", "date"]).ok_or_else(|| missing("day"))?,
            model: find(&["model"]).ok_or_else(|| missing("model"))?,
            requests: find(&["requests", "num_model_requests"]),
            read: find(&["input_tokens", "tokens_read"]),
            written: find(&["output_tokens", "tokens_written"]),
        };
        if [columns.requests, columns.read, columns.written]
            .iter()
            .all(Option::is_none)
        {
            return Err(missing("requests"));
        }
        Ok(columns)
    }
}

fn values(text: &str) -> Result<Usage, UsageError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let broken = |error: &csv::Error| UsageError {
        line: error
            .position()
            .map_or(1, |position| usize::try_from(position.line()).unwrap_or(1)),
        message: "it has another number of values than the first line".to_owned(),
        help: "each line has one value for each column, those with commas in quotation marks",
    };
    let columns = Columns::of(reader.headers().map_err(|error| broken(&error))?)?;
    let mut usage = Usage {
        without_requests: columns.requests.is_none(),
        ..Usage::default()
    };
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record
            .position()
            .map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
        let bad = |message: String, help: &'static str| UsageError { line, message, help };
        let at = |column: usize| record.get(column).unwrap_or_default();
        let day_of = at(columns.day);
        let date = Instant::parse(day_of).ok().filter(|_| day_of.len() == 10);
        let date = date.ok_or_else(|| {
            bad(
                format!("`{day_of}` is no day"),
                "write days as 2026-07-15, in UTC",
            )
        })?;
        let model = at(columns.model);
        if model.is_empty() {
            return Err(bad(
                "it names no model".to_owned(),
                "write the provider's name of the model into each line",
            ));
        }
        let number = |column: Option<usize>| -> Result<Option<u64>, UsageError> {
            let Some(text) = column.map(at) else {
                return Ok(None);
            };
            let number = text.parse().map(Some);
            number.map_err(|_| {
                bad(
                    format!("`{text}` is no whole number"),
                    "write numbers in digits alone, and 0 for none",
                )
            })
        };
        let counted = Counted {
            requests: number(columns.requests)?,
            read: number(columns.read)?,
            written: number(columns.written)?,
        };
        usage.days.insert(day(date));
        usage.add((day(date), model.to_owned()), counted);
    }
    Ok(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(usage: &Usage) -> Vec<(String, String, Counted)> {
        usage
            .counted
            .iter()
            .map(|((day, model), counted)| (day.clone(), model.clone(), *counted))
            .collect()
    }

    #[test]
    fn exports_of_three_forms() {
        let openai = r#"{"object":"page","data":[
            {"object":"bucket","start_time":1784073600,"end_time":1784160000,"results":[
              {"object":"organization.usage.completions.result","input_tokens":1000,"output_tokens":500,
               "input_cached_tokens":800,"num_model_requests":5,"project_id":null,"model":"gpt-5-2025-08-07","batch":null}]},
            {"object":"bucket","start_time":1784160000,"end_time":1784246400,"results":[]}],
            "has_more":false,"next_page":null}"#;
        let usage = read(openai).unwrap();
        let five = Counted {
            requests: Some(5),
            read: Some(1000),
            written: Some(500),
        };
        assert_eq!(
            counted(&usage),
            [("2026-07-15".to_owned(), "gpt-5-2025-08-07".to_owned(), five)]
        );
        assert_eq!(usage.days.len(), 2);
        let anthropic = r#"{"data":[{"starting_at":"2026-07-15T00:00:00Z","ending_at":"2026-07-16T00:00:00Z","results":[
            {"uncached_input_tokens":1500,"cache_creation":{"ephemeral_1h_input_tokens":1000,"ephemeral_5m_input_tokens":500},
             "cache_read_input_tokens":200,"output_tokens":500,"server_tool_use":{"web_search_requests":10},
             "model":"claude-sonnet-4-20250514","service_tier":"standard","context_window":"0-200k"},
            {"uncached_input_tokens":1,"output_tokens":2,"model":"claude-sonnet-4-20250514","service_tier":"batch"}]}],
            "has_more":false,"next_page":null}"#;
        let sum = Counted {
            requests: None,
            read: Some(1501),
            written: Some(502),
        };
        let usage = read(anthropic).unwrap();
        assert_eq!(
            counted(&usage),
            [(
                "2026-07-15".to_owned(),
                "claude-sonnet-4-20250514".to_owned(),
                sum
            )]
        );
        assert_eq!(usage.nothing().requests, None);
        let plain = "Date,Model,Requests,Input tokens,Output tokens\r\n2026-07-15,small,2,10,\"20\"\r\n2026-07-15,small,1,0,0\r\n";
        let three = Counted {
            requests: Some(3),
            read: Some(10),
            written: Some(20),
        };
        assert_eq!(
            counted(&read(plain).unwrap()),
            [("2026-07-15".to_owned(), "small".to_owned(), three)]
        );
        let both = format!("[{openai},{openai}]");
        assert_eq!(
            counted(&read(&both).unwrap()).first().unwrap().2.requests,
            Some(10)
        );
    }

    #[test]
    fn mistakes_are_named_by_line_and_how_to_mend_them() {
        let bucket = |results: &str| {
            format!("{{\"data\":[\n{{\"start_time\":0,\"end_time\":86400,\n\"results\":[\n{results}]}}]}}")
        };
        for (text, line, message, help) in [
            (String::new(), 1, "empty", "again"),
            ("{\"data\":[\n}".to_owned(), 2, "", "comma-separated"),
            (
                bucket("{\"model\":null,\"input_tokens\":1}"),
                4,
                "no model",
                "group_by=model",
            ),
            (
                bucket("{\"amount\":{\"value\":1}}"),
                4,
                "costs",
                "usage/completions",
            ),
            (
                "{\"data\":[{\"start_time\":0,\"end_time\":86401,\"results\":[]}]}".to_owned(),
                1,
                "more than one day",
                "1d",
            ),
            (
                "{\"data\":[],\"has_more\":true}".to_owned(),
                1,
                "goes on",
                "pages",
            ),
            ("day,requests\n".to_owned(), 1, "`model`", "first line"),
            ("day,model\n".to_owned(), 1, "`requests`", "first line"),
            (
                "day,model,requests\n2026-07-15,a,1\n15/07/2026,a,1\n".to_owned(),
                3,
                "is no day",
                "2026-07-15",
            ),
            (
                "day,model,requests\n2026-07-15,a,1.5\n".to_owned(),
                2,
                "no whole number",
                "digits",
            ),
            (
                "day,model,requests\n2026-07-15,a\n".to_owned(),
                2,
                "another number",
                "each column",
            ),
            (
                "day,model,requests\n2026-07-15,,1\n".to_owned(),
                2,
                "names no model",
                "each line",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(
                error.message.contains(message) && error.help.contains(help),
                "{error:?}"
            );
        }
    }
}
