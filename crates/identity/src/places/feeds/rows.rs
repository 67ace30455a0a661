//! From rows to what they mean: fields by name and kind, with every mistake noted where it stands.

use super::text::{Field, Row, rows};
use super::{FeedError, FeedFormat};
use register::model::{Instant, PlaceFact};
use std::cell::RefCell;
use std::net::IpAddr;

/// Longest id of a person, a site or a record, in bytes.
const ID: usize = 256;

/// Reads each row of a feed by a function that sees its fields; `known` are the columns that there may be.
pub(super) fn read<T>(
    text: &str,
    format: FeedFormat,
    known: &[&str],
    make: impl Fn(&Fields<'_>) -> Option<T>,
) -> Result<Vec<T>, FeedError> {
    let mut error = FeedError::default();
    let rows = rows(text, format, &mut error);
    let error = RefCell::new(error);
    let mut made = Vec::with_capacity(rows.len());
    for row in &rows {
        let fields = Fields { row, error: &error };
        fields.know(known);
        made.extend(make(&fields));
    }
    let mut error = error.into_inner();
    if error.is_empty() {
        return Ok(made);
    }
    error
        .mistakes
        .sort_by_key(|mistake| (mistake.line, mistake.column));
    Err(error)
}

/// The fields of one row.
pub(super) struct Fields<'r> {
    row: &'r Row,
    error: &'r RefCell<FeedError>,
}

impl Fields<'_> {
    fn know(&self, known: &[&str]) {
        for field in &self.row.fields {
            if !known.contains(&field.name.as_str()) {
                let known = known.join("`, `");
                self.note(
                    field.column,
                    format!("`{}` is not known here; there is `{known}`", field.name),
                );
            }
        }
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.row.fields.iter().find(|field| field.name == name)
    }

    fn needed(&self, name: &str) -> Option<&Field> {
        let found = self.find(name);
        if found.is_none() {
            self.note(1, format!("`{name}` is missing"));
        }
        found
    }

    /// Notes a mistake of this row.
    pub(super) fn note(&self, column: usize, message: String) {
        self.error.borrow_mut().note(self.row.line, column, message);
    }

    /// Where a field stands, for a mistake about it.
    pub(super) fn column(&self, name: &str) -> usize {
        self.find(name).map_or(1, |field| field.column)
    }

    /// An id, which must be there.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        let field = self.needed(name)?;
        self.as_id(name, field)
    }

    /// An id that may be absent.
    pub(super) fn optional_id(&self, name: &str) -> Option<String> {
        let field = self.find(name)?;
        self.as_id(name, field)
    }

    fn as_id(&self, name: &str, field: &Field) -> Option<String> {
        let is_id = !field.value.is_empty()
            && field.value.len() <= ID
            && field.value.trim() == field.value
            && !field.value.chars().any(char::is_control);
        if !is_id {
            self.note(
                field.column,
                format!("`{name}` must be 1 to {ID} letters without space around them"),
            );
        }
        is_id.then(|| field.value.clone())
    }

    /// An instant, which must be there, with its time of day.
    pub(super) fn instant(&self, name: &str) -> Option<Instant> {
        let field = self.needed(name)?;
        let instant = Instant::parse(&field.value)
            .ok()
            .filter(|_| field.value.contains(['T', 't']));
        if instant.is_none() {
            self.note(
                field.column,
                format!("`{name}` must be an instant such as `2026-07-15T09:00:00Z`"),
            );
        }
        instant
    }

    /// An address, which must be there.
    pub(super) fn address(&self, name: &str) -> Option<IpAddr> {
        let field = self.needed(name)?;
        let address = field.value.parse::<IpAddr>().ok();
        if address.is_none() {
            self.note(
                field.column,
                format!("`{name}` must be an address such as `192.0.2.7` or `2001:db8::7`"),
            );
        }
        address.map(|address| address.to_canonical())
    }

    /// One of these words, which may be absent.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let field = self.find(name)?;
        let found = words.iter().find(|(word, _)| *word == field.value);
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.note(
                field.column,
                format!("`{name}` must be one of `{}`", words.join("`, `")),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// A place, which must be there; of something that is no place nothing is guessed.
    pub(super) fn place(&self, name: &str) -> Option<PlaceFact> {
        let field = self.needed(name)?;
        match PlaceFact::read(&field.value) {
            PlaceFact::Known(place) => Some(PlaceFact::Known(place)),
            PlaceFact::Unknown | PlaceFact::Unrecognised(_) => {
                let shown: String = field.value.chars().take(40).collect();
                self.note(field.column, format!("`{shown}` is not the code of a place"));
                None
            }
        }
    }

    /// A text that may be absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(|field| field.value.as_str())
    }
}
