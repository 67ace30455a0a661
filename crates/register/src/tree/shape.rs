//! Walks a table along its description and reports what does not fit.

use super::moment::Moment;
use super::{Entry, Value};
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::language::{Key, Shape, Table, Vocabulary};
use toml::de::DeValue;

/// Checks a table and everything inside it.
pub(crate) fn check(entry: &Entry<'_>, table: &'static Table, sink: &Sink) {
    for (word, value) in entry.pairs() {
        match table.key(word.text) {
            Some(key) => fit(&value, key, sink),
            None => {
                let message = format!("{} is not a key of {}", quoted(word.text), table.title);
                let error = Diagnostic::error("unknown-key", word.spot.position(), message);
                sink.report(error.help(key_help(word.text, table, sink)));
            }
        }
    }
    for key in table
        .keys
        .iter()
        .filter(|key| key.required && !entry.has(key.name))
    {
        let message = format!("{} has no `{}`", table.title, key.name);
        sink.report(Diagnostic::error("missing-key", entry.spot().position(), message).help(help(key)));
    }
}

fn key_help(written: &str, table: &'static Table, sink: &Sink) -> String {
    let names = || table.keys.iter().map(|key| key.name);
    sink.did_you_mean(written, names()).unwrap_or_else(|| {
        let all: Vec<_> = names().map(|name| format!("`{name}`")).collect();
        format!("it takes {}", all.join(", "))
    })
}

/// What the key is for, and what goes into it.
fn help(key: &Key) -> String {
    format!("`{}` takes {}: {}", key.name, key.shape.takes(), key.doc)
}

fn fit(value: &Value<'_>, key: &'static Key, sink: &Sink) {
    match &key.shape {
        Shape::Table(table) => match value.entry() {
            Some(entry) => check(&entry, table, sink),
            None => wrong(value, key, sink),
        },
        Shape::Tables(table) => tables(value, key, table, sink),
        Shape::Named(table) => match value.entry() {
            Some(entry) => entry.pairs().iter().for_each(|(_, inner)| match inner.entry() {
                Some(inner) => check(&inner, table, sink),
                None => wrong(inner, key, sink),
            }),
            None => wrong(value, key, sink),
        },
        Shape::FactsOr(table) => facts_or(value, key, table, sink),
        Shape::PlaceSet if value.entry().is_some() => {
            if let Some(entry) = value.entry() {
                check(&entry, &crate::language::INLINE_SET, sink);
            }
        }
        _ => fit_plain(value, key, sink),
    }
}

fn tables(value: &Value<'_>, key: &'static Key, table: &'static Table, sink: &Sink) {
    if value.value.as_array().is_none() {
        return wrong(value, key, sink);
    }
    for item in value.items() {
        match item.entry() {
            Some(entry) => check(&entry, table, sink),
            None => wrong(&item, key, sink),
        }
    }
}

/// A text or a table, or a list of either.
fn facts_or(value: &Value<'_>, key: &'static Key, table: &'static Table, sink: &Sink) {
    let one = |value: &Value<'_>| match value.entry() {
        Some(entry) => check(&entry, table, sink),
        None if value.word().is_some() => {}
        None => wrong(value, key, sink),
    };
    match value.value.as_array() {
        Some(_) => value.items().iter().for_each(one),
        None => one(value),
    }
}

fn fit_plain(value: &Value<'_>, key: &'static Key, sink: &Sink) {
    let all = |fits: fn(&Value<'_>) -> bool| {
        let list = value.value.as_array().is_some();
        list && value.items().iter().all(fits)
    };
    let text = |value: &Value<'_>| value.word().is_some();
    let fits = match key.shape {
        Shape::Text | Shape::Place | Shape::PlaceFact => text(value),
        Shape::Texts | Shape::Places | Shape::Members | Shape::Hosting => all(|value| value.word().is_some()),
        Shape::PlaceFacts | Shape::PlaceSet | Shape::ForPlaces => {
            text(value) || all(|value| value.word().is_some())
        }
        Shape::Id => return id(value, key, sink),
        Shape::Flag => value.value.is_bool(),
        Shape::True => value.value.as_bool() == Some(true),
        Shape::Count => value.count().is_some(),
        Shape::Points => points(value),
        Shape::PointsOrUnknown => points(value) || value.value.as_str() == Some("unknown"),
        Shape::PointsList => all(points),
        Shape::AsWritten => text(value) || value.value.is_datetime(),
        Shape::Moment => return moment(value, key, sink),
        Shape::Word(vocabulary) => return word(value, vocabulary, key, sink),
        Shape::Words(vocabulary) => return words(value, vocabulary, key, sink),
        Shape::Names => value
            .entry()
            .is_some_and(|names| names.pairs().iter().all(|(_, name)| text(name))),
        Shape::Table(_) | Shape::Tables(_) | Shape::Named(_) | Shape::FactsOr(_) => true,
    };
    if !fits {
        wrong(value, key, sink);
    }
}

fn points(value: &Value<'_>) -> bool {
    value.count().is_some_and(|points| points <= 10_000)
}

fn wrong(value: &Value<'_>, key: &Key, sink: &Sink) {
    let message = match written(value.value) {
        Some(written) => format!("{written} does not fit `{}`", key.name),
        None => format!("{} does not fit `{}`", a_type(value.value), key.name),
    };
    sink.report(Diagnostic::error("wrong-type", value.spot.position(), message).help(help(key)));
}

fn written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(quoted(text)),
        DeValue::Integer(number) => Some(quoted(&number.to_string())),
        DeValue::Float(number) => Some(quoted(&number.to_string())),
        DeValue::Boolean(flag) => Some(quoted(&flag.to_string())),
        DeValue::Datetime(datetime) => Some(quoted(&datetime.to_string())),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn a_type(value: &DeValue<'_>) -> &'static str {
    if value.is_array() { "this list" } else { "a table" }
}

fn id(value: &Value<'_>, key: &'static Key, sink: &Sink) {
    let Some(word) = value.word() else {
        return wrong(value, key, sink);
    };
    if word.text.is_empty() || word.text.trim() != word.text || word.text.contains(char::is_control) {
        let message = format!("{} is not a name", quoted(word.text));
        let error = Diagnostic::error("bad-id", word.spot.position(), message);
        sink.report(error.help("a name has at least one character and no blanks around it"));
    }
}

fn moment(value: &Value<'_>, key: &'static Key, sink: &Sink) {
    if let Err(problem) = Moment::of(value.value) {
        let shown = written(value.value).unwrap_or_else(|| a_type(value.value).to_owned());
        let error = Diagnostic::error("bad-date", value.spot.position(), format!("{shown} {problem}"));
        sink.report(error.help(help(key)));
    }
}

fn word(value: &Value<'_>, vocabulary: Vocabulary, key: &'static Key, sink: &Sink) {
    let Some(word) = value.word() else {
        return wrong(value, key, sink);
    };
    let known = vocabulary.words();
    if !known.contains(&word.text) {
        let message = format!("{} is no {}", quoted(word.text), vocabulary.what);
        let help = sink
            .did_you_mean(word.text, known.iter().copied())
            .unwrap_or_else(|| vocabulary.listed());
        sink.report(Diagnostic::error("unknown-word", word.spot.position(), message).help(help));
    }
}

fn words(value: &Value<'_>, vocabulary: Vocabulary, key: &'static Key, sink: &Sink) {
    if value.value.as_array().is_none() {
        return wrong(value, key, sink);
    }
    value
        .items()
        .iter()
        .for_each(|item| word(item, vocabulary, key, sink));
}
