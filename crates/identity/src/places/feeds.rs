//! Feeds: what other systems of the firm observed of people, as text: CSV with a head line, or a JSON object a line.
//!
//! A feed is read as a whole or not at all. Everything that is wrong with it is told at once, with line and column, and
//! nothing is taken over from a feed with a mistake in it: half a feed would be taken for the whole. Unknown columns are
//! mistakes too, since a misspelt one would otherwise be a fact that is missing.

mod badges;
mod rows;
mod sessions;
mod text;
mod trips;

pub use badges::{BadgeEvent, Direction, read_badges};
pub use sessions::{SessionEvent, read_sessions};
pub use trips::read_trips;

use std::fmt;

/// Mistakes of one feed that are told one by one; the rest is counted.
const TOLD: usize = 50;

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    /// Comma-separated values, the first line naming the columns.
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

impl FeedFormat {
    /// The format of a file by the end of its name: `.csv`, else `.jsonl`, `.ndjson` or `.json`.
    pub fn of_name(name: &str) -> Option<Self> {
        let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
        if ends(".csv") {
            return Some(Self::Csv);
        }
        [".jsonl", ".ndjson", ".json"]
            .into_iter()
            .any(ends)
            .then_some(Self::JsonLines)
    }
}

/// Everything that is wrong with a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedError {
    /// The first mistakes, in the order of the text.
    pub mistakes: Vec<FeedMistake>,
    /// How many more there are.
    pub more: usize,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedMistake {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong. It quotes names of columns and values that are no places or times, and nothing of other columns.
    pub message: String,
}

impl std::error::Error for FeedError {}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.mistakes.first() else {
            return write!(f, "the feed cannot be read");
        };
        write!(
            f,
            "line {}, column {}: {}",
            first.line, first.column, first.message
        )?;
        let others = self.mistakes.len().saturating_sub(1).saturating_add(self.more);
        match others {
            0 => Ok(()),
            1 => write!(f, " (and one more mistake)"),
            _ => write!(f, " (and {others} more mistakes)"),
        }
    }
}

impl FeedError {
    fn note(&mut self, line: usize, column: usize, message: impl Into<String>) {
        if self.mistakes.len() < TOLD {
            let message = message.into();
            self.mistakes.push(FeedMistake {
                line,
                column,
                message,
            });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    const fn is_empty(&self) -> bool {
        self.mistakes.is_empty()
    }
}

#[cfg(test)]
mod tests;
