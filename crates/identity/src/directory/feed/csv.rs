//! Comma-separated values, as RFC 4180 has them, with a line of headings. A column of several values parts them by `;`.

use super::column::headings;
use super::{Cell, Column, Problems, Row};
use ::csv::{ReaderBuilder, StringRecord};

/// What parts the values of a list.
const SEPARATOR: char = ';';

pub(super) fn read(text: &str, take: &mut dyn FnMut(Row, &mut Problems), problems: &mut Problems) {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = match reader.headers() {
        Ok(headers) => columns(text, headers, problems),
        Err(error) => return problems.add(0, sentence(&error)),
    };
    let mut record = StringRecord::new();
    loop {
        let began = offset(reader.position());
        match reader.read_record(&mut record) {
            Ok(false) => return,
            Ok(true) => {
                let at = record.position().map_or(began, offset);
                let fits = record.len() == columns.len();
                if !fits {
                    let message = format!(
                        "there are {} values under {} headings",
                        record.len(),
                        columns.len()
                    );
                    problems.add(start(text, at, 0), message);
                    continue;
                }
                take(row(text, at, &record, &columns), problems);
            }
            Err(error) => problems.add(began, sentence(&error)),
        }
    }
}

/// The columns by their headings; every heading that is none, or a second, is reported.
fn columns(text: &str, headers: &StringRecord, problems: &mut Problems) -> Vec<Option<Column>> {
    let mut columns: Vec<Option<Column>> = Vec::new();
    for (index, heading) in headers.iter().enumerate() {
        let column = Column::parse(heading.trim());
        match column {
            None => {
                let message = format!("`{heading}` is not a column; there is {}", headings());
                problems.add(start(text, 0, index), message);
            }
            Some(_) if columns.contains(&column) => {
                problems.add(
                    start(text, 0, index),
                    format!("there is a second column `{heading}`"),
                );
            }
            Some(_) => {}
        }
        columns.push(column);
    }
    if !columns.contains(&Some(Column::Id)) {
        problems.add(0, "there is no column `id`");
    }
    columns
}

fn row(text: &str, at: usize, record: &StringRecord, columns: &[Option<Column>]) -> Row {
    let fields = Fields::of(text, at);
    let cells = columns.iter().zip(record).zip(fields);
    let cells = cells.filter_map(|((column, value), at)| {
        let column = (*column)?;
        Some((column, at, cell(column, value.trim())))
    });
    Row {
        at: start(text, at, 0),
        cells: cells.collect(),
    }
}

fn cell(column: Column, value: &str) -> Cell {
    if value.is_empty() {
        return Cell::Empty;
    }
    match column.is_list() {
        false => Cell::Text(value.to_owned()),
        true => {
            let parts = value.split(SEPARATOR).map(str::trim);
            Cell::List(parts.filter(|part| !part.is_empty()).map(str::to_owned).collect())
        }
    }
}

/// Where the field of an index begins, in the record that begins here or after line breaks.
fn start(text: &str, at: usize, index: usize) -> usize {
    Fields::of(text, at).nth(index).unwrap_or(at)
}

/// Where the fields of one record begin. The parser does not say so, and a person looks for it.
struct Fields<'t> {
    rest: std::str::CharIndices<'t>,
    from: usize,
    next: Option<usize>,
}

impl<'t> Fields<'t> {
    fn of(text: &'t str, at: usize) -> Self {
        let record = text.get(at..).unwrap_or_default();
        let trimmed = record.trim_start_matches(['\r', '\n']);
        let from = at + (record.len() - trimmed.len());
        Self {
            rest: trimmed.char_indices(),
            from,
            next: Some(from),
        }
    }
}

impl Iterator for Fields<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let found = self.next.take()?;
        let mut quoted = false;
        for (at, character) in self.rest.by_ref() {
            match character {
                '"' => quoted = !quoted,
                ',' if !quoted => {
                    self.next = Some(self.from + at + 1);
                    break;
                }
                '\n' if !quoted => break,
                _ => {}
            }
        }
        Some(found)
    }
}

fn offset(position: &::csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

fn sentence(error: &::csv::Error) -> String {
    match error.kind() {
        ::csv::ErrorKind::Utf8 { .. } => "this is not UTF-8".to_owned(),
        _ => "this is no line of comma-separated values".to_owned(),
    }
}
