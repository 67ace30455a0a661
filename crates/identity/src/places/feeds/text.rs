//! From text to rows of named fields, each with its line and column.

use super::{FeedError, FeedFormat};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use std::fmt;

/// Longest line in bytes.
const LINE: usize = 16 * 1024;

/// A row of named fields.
pub(super) struct Row {
    /// Line on which it begins, from 1.
    pub(super) line: usize,
    /// Its fields; no name occurs twice.
    pub(super) fields: Vec<Field>,
}

/// A named field.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
    /// Column in characters, from 1.
    pub(super) column: usize,
}

/// The rows of a text; what is wrong is noted, and what could be read is given all the same.
pub(super) fn rows(text: &str, format: FeedFormat, error: &mut FeedError) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        FeedFormat::Csv => csv(text, error),
        FeedFormat::JsonLines => json_lines(text, error),
    }
}

/// Lines with their numbers, those that are too long noted and left out.
fn lines<'t>(text: &'t str, error: &mut FeedError) -> Vec<(usize, &'t str)> {
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at.saturating_add(1);
        if line.len() > LINE {
            error.note(number, 1, format!("the line is longer than {LINE} bytes"));
        } else if !line.trim().is_empty() {
            lines.push((number, line));
        }
    }
    lines
}

fn csv(text: &str, error: &mut FeedError) -> Vec<Row> {
    let mut lines = lines(text, error).into_iter();
    let Some((number, head)) = lines.next() else {
        return Vec::new();
    };
    let Some(head) = cells(number, head, error) else {
        return Vec::new();
    };
    for (at, (name, column)) in head.iter().enumerate() {
        if head.iter().take(at).any(|(other, _)| other == name) {
            error.note(number, *column, format!("the column `{name}` is there twice"));
        }
    }
    let mut rows = Vec::new();
    for (line, text) in lines {
        let Some(cells) = cells(line, text, error) else {
            continue;
        };
        if cells.len() != head.len() {
            let (has, columns) = (cells.len(), head.len());
            error.note(
                line,
                1,
                format!("the line has {has} fields, and the head has {columns}"),
            );
            continue;
        }
        let fields = head.iter().zip(cells).map(|((name, _), (value, column))| Field {
            name: name.clone(),
            value,
            column,
        });
        rows.push(Row {
            line,
            // a field without text is one that is not there
            fields: fields.filter(|field| !field.value.is_empty()).collect(),
        });
    }
    rows
}

/// The cells of a line, each with its column; a cell in quotes does not go over the end of its line.
fn cells(number: usize, line: &str, error: &mut FeedError) -> Option<Vec<(String, usize)>> {
    let mut cells = Vec::new();
    let (mut cell, mut start) = (String::new(), 1);
    let mut state = Quotes::None;
    for (at, letter) in line.chars().enumerate() {
        let column = at.saturating_add(1);
        state = match (state, letter) {
            (Quotes::None | Quotes::Closed, ',') => {
                cells.push((std::mem::take(&mut cell).trim().to_owned(), start));
                start = column.saturating_add(1);
                Quotes::None
            }
            (Quotes::None, '"') if cell.trim().is_empty() => {
                cell.clear();
                Quotes::Open
            }
            (Quotes::Open, '"') => Quotes::Closed,
            (Quotes::Closed, '"') => {
                cell.push('"');
                Quotes::Open
            }
            (Quotes::Closed, letter) if !letter.is_whitespace() => {
                error.note(number, column, "there is text behind a closing quote");
                return None;
            }
            (Quotes::None, '"') => {
                error.note(
                    number,
                    column,
                    "a quote stands within a field that has none around it",
                );
                return None;
            }
            (state, letter) => {
                cell.push(letter);
                state
            }
        };
    }
    if matches!(state, Quotes::Open) {
        error.note(number, start, "a quote is not closed on its line");
        return None;
    }
    cells.push((cell.trim().to_owned(), start));
    Some(cells)
}

/// Where in a cell we are.
enum Quotes {
    None,
    Open,
    Closed,
}

fn json_lines(text: &str, error: &mut FeedError) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, text) in lines(text, error) {
        match serde_json::from_str::<Pairs>(text) {
            Ok(Pairs(pairs)) => rows.push(Row {
                line,
                fields: pairs
                    .into_iter()
                    .map(|(name, value)| field(text, name, value))
                    .collect(),
            }),
            Err(wrong) => {
                let message = wrong.to_string();
                // the place is told beside it
                let message = message.split(" at line ").next().unwrap_or_default();
                error.note(line, wrong.column().max(1), message);
            }
        }
    }
    rows
}

fn field(line: &str, name: String, value: String) -> Field {
    let before = line.find(&format!("\"{name}\"")).and_then(|at| line.get(..at));
    let column = before.map_or(1, |before| before.chars().count().saturating_add(1));
    Field { name, value, column }
}

/// A JSON object of texts, in which no name occurs twice.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with texts as values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Option<String>>()? {
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format!("`{name}` is there twice")));
            }
            pairs.extend(value.map(|value| (name, value)));
        }
        Ok(Pairs(pairs))
    }
}
