//! How the answers to one request differ from those to another, fact by fact.

use super::answer::{Answer, Stop, listed};
use crate::bank::BANK;
use std::fmt::Write as _;

/// A model with its answer as usual and as found.
type Pair<'a> = (&'a str, &'a Answer, &'a Answer);

/// Writes which verdicts changed, which clauses stop in addition and which no longer, and by which way permits come.
pub(crate) fn write_differences(text: &mut String, heading: &str, usually: &[Answer], found: &[Answer]) {
    let models = BANK.models.iter().map(|model| model.id.as_str());
    let pairs: Vec<Pair<'_>> = models
        .zip(usually.iter().zip(found))
        .map(|(model, (usual, found))| (model, usual, found))
        .collect();
    if usually == found {
        writeln!(text, "{heading}: as ever").unwrap();
        return;
    }
    writeln!(text, "{heading}").unwrap();
    write_verdicts(text, &pairs);
    write_stops(text, "and", &pairs, |(_, usual, found)| {
        missing(&usual.stops, &found.stops)
    });
    write_stops(text, "not", &pairs, |(_, usual, found)| {
        missing(&found.stops, &usual.stops)
    });
    let way = |(_, usual, found): &Pair<'_>| (usual.way != found.way).then(|| found.way.clone());
    write_grouped(text, &pairs, |pair| way(pair).filter(|way| !way.is_empty()));
}

fn write_verdicts(text: &mut String, pairs: &[Pair<'_>]) {
    for before in ["permit", "review", "deny"] {
        for after in ["permit", "review", "deny"] {
            let was = || pairs.iter().filter(|(_, usual, _)| usual.verdict == before);
            let models: Vec<&str> = was()
                .filter(|(_, _, found)| found.verdict == after)
                .map(|pair| pair.0)
                .collect();
            if before == after || models.is_empty() {
                continue;
            }
            let models = if models.len() == was().count() {
                "all of them".to_owned()
            } else {
                named(&models)
            };
            writeln!(text, "  {after} instead of {before}: {models}").unwrap();
        }
    }
}

/// What stands in the second list and not in the first.
fn missing(from: &[Stop], all: &[Stop]) -> Vec<Stop> {
    all.iter().filter(|stop| !from.contains(stop)).cloned().collect()
}

/// One line for each set of models, with the clauses that they have in common.
fn write_stops(text: &mut String, sign: &str, pairs: &[Pair<'_>], stops: impl Fn(&Pair<'_>) -> Vec<Stop>) {
    let mut by_stop: Vec<(Stop, Vec<&str>)> = Vec::new();
    for pair in pairs {
        for stop in stops(pair) {
            match by_stop.iter_mut().find(|(other, _)| *other == stop) {
                Some((_, models)) => models.push(pair.0),
                None => by_stop.push((stop, vec![pair.0])),
            }
        }
    }
    let mut lines: Vec<(Vec<Stop>, Vec<&str>)> = Vec::new();
    for (stop, models) in by_stop {
        match lines.iter_mut().find(|(_, other)| *other == models) {
            Some((stops, _)) => stops.push(stop),
            None => lines.push((vec![stop], models)),
        }
    }
    for (stops, models) in lines {
        writeln!(text, "  {sign} {}: {}", listed(&stops), named(&models)).unwrap();
    }
}

/// One line for each word, with the models to which it applies.
fn write_grouped(text: &mut String, pairs: &[Pair<'_>], word: impl Fn(&Pair<'_>) -> Option<String>) {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for pair in pairs {
        let Some(word) = word(pair) else { continue };
        match lines.iter_mut().find(|(other, _)| *other == word) {
            Some((_, models)) => models.push(pair.0),
            None => lines.push((word, vec![pair.0])),
        }
    }
    for (word, models) in lines {
        writeln!(text, "  {word}: {}", named(&models)).unwrap();
    }
}

fn named(models: &[&str]) -> String {
    let others: Vec<&str> = BANK
        .models
        .iter()
        .map(|model| model.id.as_str())
        .filter(|model| !models.contains(model))
        .collect();
    match others.len() {
        0 => "every model".to_owned(),
        1..8 => format!("every model but {}", others.join(" ")),
        _ => models.join(" "),
    }
}
