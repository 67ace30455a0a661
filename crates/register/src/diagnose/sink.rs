//! Where problems are collected while files are read.

use super::suggest;
use super::{Diagnostic, Diagnostics, Severity};
use std::cell::{Cell, RefCell};
use territory::PlaceError;

/// How many errors, and how many warnings, are kept. Who made more will run the check again.
const KEPT: usize = 500;

/// How many words are compared with wrong ones, in all, to find suggestions. Registers that need more have problems
/// that suggestions do not solve, and a check should not take minutes to say so.
const COMPARISONS: usize = 400_000;

/// What a look through all places counts.
const ALL_PLACES: usize = 5_000;

/// Collects problems; shared by everything that reads one register.
#[derive(Debug)]
pub(crate) struct Sink {
    found: RefCell<Found>,
    comparisons_left: Cell<usize>,
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            found: RefCell::default(),
            comparisons_left: Cell::new(COMPARISONS),
        }
    }
}

#[derive(Debug, Default)]
struct Found {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Sink {
    /// Keeps a problem, unless there are too many of its severity already.
    pub(crate) fn report(&self, diagnostic: Diagnostic) {
        let mut found = self.found.borrow_mut();
        let list = match diagnostic.severity {
            Severity::Error => &mut found.errors,
            Severity::Warning => &mut found.warnings,
        };
        if list.len() < KEPT {
            list.push(diagnostic);
        }
    }

    /// Whether anything was wrong so far.
    pub(crate) fn has_errors(&self) -> bool {
        !self.found.borrow().errors.is_empty()
    }

    /// The known word that is nearest to a wrong one, as a sentence.
    pub(crate) fn did_you_mean<'a>(
        &self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        let left = self.comparisons_left.get();
        let mut compared = 0;
        let candidates = known.into_iter().take(left).inspect(|_| compared += 1);
        let nearest = suggest::nearest(written, candidates);
        self.comparisons_left.set(left.saturating_sub(compared));
        nearest.map(|candidate| format!("did you mean `{candidate}`?"))
    }

    /// What to write in place of a text that is no place.
    pub(crate) fn place_help(&self, error: &PlaceError) -> Option<String> {
        let left = self.comparisons_left.get().checked_sub(ALL_PLACES)?;
        self.comparisons_left.set(left);
        error.help()
    }

    /// Everything found, in the order of files and lines, each problem once.
    pub(crate) fn finish(self) -> Diagnostics {
        let Found { mut errors, warnings } = self.found.into_inner();
        errors.extend(warnings);
        errors.sort_by(|a, b| order(a).cmp(&order(b)));
        errors.dedup();
        Diagnostics(errors)
    }
}

fn order(diagnostic: &Diagnostic) -> (&str, usize, Severity, &str, &str) {
    let position = &diagnostic.position;
    (
        &position.path,
        position.start,
        diagnostic.severity,
        diagnostic.code,
        &diagnostic.message,
    )
}
