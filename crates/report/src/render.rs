//! The forms of a report: JSON for programs, a page for people, comma-separated values for spreadsheets.
//!
//! Each form is a pure function of what was asked, the log and the figures, down to the byte, so that whoever has the
//! evidence can make it again and compare.

use crate::asked::Asked;
use crate::document::{Cell, Document, Table};
use crate::session::Span;
use crate::visible::{csv_field, visible, visible_json};
use askama::Template;
use serde_json::{Map, Value, json};

/// Revision of `report.json`.
pub const REVISION: u32 = 1;
/// Rows of a table that the page shows; the other forms have them all.
const SHOWN: usize = 100;
/// How the page looks. It stands in the page, which fetches nothing.
const STYLE: &str = include_str!("../templates/style.css");

/// A report in its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// As words and tables, for a terminal.
    pub document: Document,
    /// `report.json`.
    pub json: String,
    /// `report.html`.
    pub html: String,
    /// `report.csv`.
    pub csv: String,
}

/// All forms of a report.
///
/// # Errors
/// When the page cannot be written.
pub fn all(asked: &Asked, span: &Span, document: &Document) -> Result<Rendered, askama::Error> {
    Ok(Rendered {
        json: as_json(asked, span, document),
        html: as_page(asked, span, document)?,
        csv: as_csv(&document.tables),
        document: document.clone(),
    })
}

fn as_json(asked: &Asked, span: &Span, document: &Document) -> String {
    let tables: Map<String, Value> = document
        .tables
        .iter()
        .map(|table| (table.id.to_owned(), Value::Array(objects(table))))
        .collect();
    let value = json!({
        "revision": REVISION,
        "asked": asked,
        "log": {
            "origin": span.origin,
            "size": span.size,
            "root": span.root.to_string(),
            "first": span.first,
            "end": span.end,
            "inside": span.inside,
            "set_back_seconds": span.set_back,
        },
        "title": document.title,
        "answer": document.answer,
        "tables": tables,
        "limits": document.limits,
    });
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    visible_json(&text) + "\n"
}

/// The rows of a table as objects, keys being the names of columns.
#[must_use]
pub fn objects(table: &Table) -> Vec<Value> {
    let object = |row: &Vec<Cell>| {
        let pairs = table
            .columns
            .iter()
            .zip(row)
            .map(|(column, cell)| (column.id.to_owned(), value(cell)));
        Value::Object(pairs.collect())
    };
    table.rows.iter().map(object).collect()
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => text.as_str().into(),
        Cell::Count(number) => (*number).into(),
        Cell::Change(number) => {
            i64::try_from(*number).map_or_else(|_| number.to_string().into(), Value::from)
        }
        Cell::Share(..) => cell.shown().into(),
        Cell::Nothing => Value::Null,
    }
}

/// All tables, one under another, each under a line with the names of its columns; every line has as many fields, and
/// the first is the name of the table.
#[must_use]
pub fn as_csv(tables: &[Table]) -> String {
    let width = tables
        .iter()
        .map(|table| table.columns.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    let mut line = |fields: Vec<String>| {
        let missing = (width + 1).saturating_sub(fields.len());
        let fields = fields
            .into_iter()
            .chain(std::iter::repeat_n(String::new(), missing));
        text.push_str(&fields.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    };
    for table in tables {
        let named = |field: String| std::iter::once(csv_field(table.id)).chain(std::iter::once(field));
        let head = table.columns.iter().map(|column| csv_field(column.id));
        line(std::iter::once("table".to_owned()).chain(head).collect());
        for row in &table.rows {
            let mut cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => csv_field(text),
                Cell::Nothing => String::new(),
                Cell::Change(number) => number.to_string(),
                number => number.shown(),
            });
            let first = cells.next().unwrap_or_default();
            line(named(first).chain(cells).collect());
        }
    }
    text
}

/// Whether the period goes on after the newest entry of the log.
fn ends_early(asked: &Asked, span: &Span) -> bool {
    span.end == span.size && span.times.is_none_or(|(_, last)| last < asked.until.0)
}

/// The time of which a report speaks: the period, as far as the log goes.
pub(crate) fn when(asked: &Asked, span: &Span) -> String {
    match span.times {
        Some((_, last)) if ends_early(asked, span) && last >= asked.from.0 => {
            format!("from {} to {last}, the newest entry of the log", asked.from)
        }
        _ => format!("from {} to before {}", asked.from, asked.until),
    }
}

/// How the entries shown enclose the period, as a sentence.
pub(crate) fn borders(asked: &Asked, span: &Span) -> String {
    let before = if span.first == 0 {
        "the beginning of the log".to_owned()
    } else {
        format!("entry {}, which is from before the period", span.first)
    };
    let after = if span.end < span.size {
        format!("entry {}, which is from after it", span.end.saturating_sub(1))
    } else {
        format!(
            "the end of the log as its checkpoint has it ({} entries)",
            span.size
        )
    };
    let mut sentence =
        format!("The evidence goes from {before}, to {after}; nothing between them is left out.");
    if ends_early(asked, span) {
        sentence.push_str(" The period goes on after the checkpoint: what came later is not in this report.");
    }
    if span.set_back > 0 {
        let seconds = span.set_back;
        sentence.push_str(&format!(
            " Times are not always in order: an entry lies up to {seconds} s before an earlier one. Each counts by its own time."
        ));
    }
    sentence
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    title: String,
    asked: Vec<(&'static str, String)>,
    answer: &'a str,
    more: Vec<String>,
    tables: Vec<TableShown>,
    limits: &'a [String],
    origin: String,
}

struct TableShown {
    title: &'static str,
    about: &'static str,
    columns: Vec<ColumnShown>,
    rows: Vec<Vec<CellShown>>,
    left_out: usize,
}

struct ColumnShown {
    title: &'static str,
    is_number: bool,
}

struct CellShown {
    text: String,
    is_number: bool,
    /// Length of a bar, in tenths of a per cent of the longest.
    bar: Option<u64>,
}

fn as_page(asked: &Asked, span: &Span, document: &Document) -> Result<String, askama::Error> {
    let shown = |text: &String| visible(text).into_owned();
    let log = format!("{}, {} entries, root {}", span.origin, span.size, span.root);
    let period = format!("{} to before {}", asked.from, asked.until);
    let mut rows: Vec<(&'static str, String)> = document
        .asked
        .iter()
        .map(|(name, value)| (*name, shown(value)))
        .collect();
    rows.extend([
        ("Period", period),
        ("Log", log),
        (
            "Made",
            format!("{}, by {}", asked.made_at, visible(&asked.made_by)),
        ),
    ]);
    let answer: Vec<String> = document.answer.iter().map(shown).collect();
    let (first, more) = answer
        .split_first()
        .map_or(("", &[][..]), |(first, more)| (first.as_str(), more));
    let page = Page {
        style: STYLE,
        title: shown(&document.title),
        asked: rows,
        answer: first,
        more: more.to_vec(),
        tables: document
            .tables
            .iter()
            .filter(|table| !table.rows.is_empty())
            .map(table)
            .collect(),
        limits: &document.limits,
        origin: visible(&span.origin).into_owned(),
    };
    page.render()
}

fn table(table: &Table) -> TableShown {
    let most: Vec<u64> = (0..table.columns.len())
        .map(|at| {
            let numbers = table.rows.iter().filter_map(|row| match row.get(at) {
                Some(Cell::Count(number)) => Some(*number),
                _ => None,
            });
            numbers.max().unwrap_or_default()
        })
        .collect();
    let is_number = |at: usize| {
        table
            .rows
            .iter()
            .any(|row| row.get(at).is_some_and(Cell::is_number))
    };
    let columns = table.columns.iter().enumerate().map(|(at, column)| ColumnShown {
        title: column.title,
        is_number: is_number(at),
    });
    let cell = |(at, cell): (usize, &Cell)| {
        let bar = match (cell, table.columns.get(at), most.get(at)) {
            (Cell::Count(number), Some(column), Some(most)) if column.bar && *most > 0 => {
                Some(u64::try_from(u128::from(*number) * 1000 / u128::from(*most)).unwrap_or(1000))
            }
            _ => None,
        };
        CellShown {
            text: visible(&cell.shown()).into_owned(),
            is_number: cell.is_number(),
            bar,
        }
    };
    TableShown {
        title: table.title,
        about: table.about,
        columns: columns.collect(),
        rows: table
            .rows
            .iter()
            .take(SHOWN)
            .map(|row| row.iter().enumerate().map(cell).collect())
            .collect(),
        left_out: table.rows.len().saturating_sub(SHOWN),
    }
}
