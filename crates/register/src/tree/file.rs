//! One parsed file, and spots in it.

use super::Entry;
use crate::diagnose::{Diagnostic, Sink};
use crate::lines::Lines;
use crate::source::{Position, Source};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use toml::de::DeTable;

/// How many syntax errors of one file are worth showing: most follow from the first.
const SYNTAX_ERRORS: usize = 10;

/// A file whose syntax is right.
#[derive(Debug)]
pub(crate) struct File<'a> {
    /// Position among the files of the register.
    pub(crate) index: usize,
    text: &'a str,
    path: Arc<str>,
    lines: Lines,
    root: DeTable<'a>,
}

impl<'a> File<'a> {
    /// Parses a file; `None` after reporting its syntax errors.
    pub(crate) fn parse(index: usize, source: &'a Source, sink: &Sink) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(&source.text);
        let path = Arc::from(source.path.as_str());
        let lines = Lines::of(&source.text);
        let file = Self {
            index,
            text: &source.text,
            path,
            lines,
            root: root.into_inner(),
        };
        let mut seen = BTreeSet::new();
        for error in &errors {
            let position = file.position(error.span().unwrap_or_default());
            if seen.len() < SYNTAX_ERRORS && seen.insert(position.line) {
                let message = error.message().replace(char::is_control, " ");
                sink.report(Diagnostic::error("toml-syntax", position, message));
            }
        }
        errors.is_empty().then_some(file)
    }

    /// The whole file as a table.
    pub(crate) fn root(&'a self) -> Entry<'a> {
        Entry::new(self, &self.root, self.spot(0..0))
    }

    pub(crate) fn spot(&'a self, span: Range<usize>) -> Spot<'a> {
        Spot {
            file: self,
            start: span.start,
            end: span.end,
        }
    }

    fn position(&self, span: Range<usize>) -> Position {
        let (line, column) = self.lines.locate(self.text, span.start);
        Position {
            path: Arc::clone(&self.path),
            line,
            column,
            start: span.start,
            end: span.end,
        }
    }
}

/// A span of a file; cheap to copy, turned into a [`Position`] only where one is needed.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// The file.
    pub(crate) file: &'a File<'a>,
    start: usize,
    end: usize,
}

impl Spot<'_> {
    /// Path, line, column and bytes.
    pub(crate) fn position(&self) -> Position {
        self.file.position(self.start..self.end)
    }

    /// Offset of the first byte.
    pub(crate) fn start(&self) -> usize {
        self.start
    }
}

impl fmt::Debug for Spot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.path, self.start, self.end)
    }
}
