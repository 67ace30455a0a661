//! Feeds of people as files, for firms without SCIM: comma-separated values with a line of headings, or JSON objects,
//! in one array or one after the other.
//!
//! A file is read as a whole before anything of it is used: everything that is wrong is reported at once, each with line
//! and column, and a file with anything wrong changes nothing. Columns that are not known are refused, since a misspelt
//! `citizenship` would otherwise mean that nobody has one.

mod column;
mod csv;
mod json;

pub use column::Column;

use super::FeedPerson;
use column::Draft;
use std::collections::HashSet;

/// Something that is wrong with a feed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedProblem {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// What is wrong, in one line.
    pub message: String,
}

/// The value of one column as its file has it.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// True or false.
    Truth(bool),
}

/// A person as their file has them, each value with the place in the file where it begins.
struct Row {
    at: usize,
    cells: Vec<(Column, usize, Cell)>,
}

/// Reads a feed.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file.
pub fn read(text: &str) -> Result<Vec<FeedPerson>, Vec<FeedProblem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::default();
    let mut people = People::default();
    let mut take = |row: Row, problems: &mut Problems| people.take(row, problems);
    match text.trim_start().chars().next() {
        Some('[' | '{') => json::read(text, &mut take, &mut problems),
        _ => csv::read(text, &mut take, &mut problems),
    }
    match problems.0.is_empty() {
        true => Ok(people.all),
        false => Err(problems.placed(text)),
    }
}

/// What is wrong, by the byte at which it begins.
#[derive(Default)]
struct Problems(Vec<(usize, String)>);

impl Problems {
    fn add(&mut self, at: usize, message: impl Into<String>) {
        // what a file holds is repeated, and must stay one line
        let message: String = message.into();
        self.0.push((at, message.replace(char::is_control, " ")));
    }

    fn placed(mut self, text: &str) -> Vec<FeedProblem> {
        self.0.sort_by_key(|(at, _)| *at);
        let (mut line, mut line_start, mut seen) = (1, 0, 0);
        let mut placed = Vec::with_capacity(self.0.len());
        for (at, message) in self.0 {
            let passed = text.get(seen..at).unwrap_or_default();
            line += passed.matches('\n').count();
            if let Some(end) = passed.rfind('\n') {
                line_start = seen + end + 1;
            }
            seen = seen.max(at);
            let column = text.get(line_start..at).unwrap_or_default().chars().count() + 1;
            placed.push(FeedProblem {
                line,
                column,
                message,
            });
        }
        placed
    }
}

/// Everybody so far, and what of theirs nobody else may have.
#[derive(Default)]
struct People {
    all: Vec<FeedPerson>,
    ids: HashSet<String>,
    user_names: HashSet<String>,
    external_ids: HashSet<String>,
}

impl People {
    fn take(&mut self, row: Row, problems: &mut Problems) {
        let mut draft = Draft::default();
        let mut at_of = [row.at; 3];
        for (column, at, cell) in row.cells {
            match column {
                Column::Id => at_of = [at, at, at_of[2]],
                Column::UserName => at_of = [at_of[0], at, at_of[2]],
                Column::ExternalId => at_of = [at_of[0], at_of[1], at],
                _ => {}
            }
            if let Err(wrong) = draft.set(column, cell) {
                problems.add(at, format!("{wrong} in `{}`", column.as_str()));
            }
        }
        match draft.finish() {
            Err(wrong) => problems.add(row.at, wrong),
            Ok(person) => {
                self.only(&person, at_of, problems);
                self.all.push(person);
            }
        }
    }

    /// Reports what somebody else has already.
    fn only(
        &mut self,
        person: &FeedPerson,
        [id_at, name_at, external_at]: [usize; 3],
        problems: &mut Problems,
    ) {
        if !self.ids.insert(person.id.clone()) {
            problems.add(
                id_at,
                format!("there is another person with the id `{}`", person.id),
            );
            return;
        }
        let name = person.profile.user_name.to_lowercase();
        if !self.user_names.insert(name) {
            let message = format!(
                "there is another person with the user name `{}`",
                person.profile.user_name
            );
            problems.add(name_at, message);
        }
        if let Some(id) = &person.profile.external_id
            && !self.external_ids.insert(id.clone())
        {
            problems.add(
                external_at,
                format!("there is another person with the external id `{id}`"),
            );
        }
    }
}

#[cfg(test)]
mod tests;
