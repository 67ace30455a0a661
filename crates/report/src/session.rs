//! The way through all entries of a period: the same whether a pack is made or checked.
//!
//! A session takes one line after another and holds three things against each other: the entries against the tree, the
//! openings against the entries, and the borders against the period. Only at its end, when all of that holds, is there a
//! report.

use crate::asked::Asked;
use crate::evidence::{EntryError, Line};
use crate::figures::{self, Figures};
use crate::render::{self, Rendered};
use ledger::Kind;
use register::model::Instant;
use serde::{Deserialize, Serialize};
use tlog::{Checkpoint, Hash, RangeCheck, RangeError, RangeProof, leaf_hash};

/// Which entries a pack has, and what lies beside them in the tree: `edges.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edges {
    /// Number of the first entry.
    pub first: u64,
    /// Number after the last.
    pub end: u64,
    /// Roots of the perfect subtrees before the first, from left to right, in base64.
    pub before: Vec<String>,
    /// Roots of those after the last.
    pub after: Vec<String>,
}

/// The log, and what of it a pack shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Name of the log.
    pub origin: String,
    /// Entries under the checkpoint.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Number of the first entry that is shown.
    pub first: u64,
    /// Number after the last.
    pub end: u64,
    /// Times of the first and the last entry that are shown.
    pub times: Option<(Instant, Instant)>,
    /// Entries of the period.
    pub inside: u64,
    /// Events among them.
    pub events: u64,
    /// Seconds by which the time of an entry lies at most before that of an earlier one.
    pub set_back: i64,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// An entry does not hold.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The entries are not those of the tree.
    #[error("the entries are not those under the checkpoint: {0}")]
    Range(#[from] RangeError),
    /// A hash that is none.
    #[error("`edges.json` has a hash that is none")]
    Hash,
    /// The entries do not go as far as the period.
    #[error("{0}")]
    Border(String),
    /// The page cannot be written.
    #[error("the page cannot be written: {0}")]
    Page(String),
}

/// A way through the entries of a period.
pub struct Session<'a> {
    asked: &'a Asked,
    edges: Edges,
    after: Vec<Hash>,
    tree: RangeCheck,
    figures: Box<dyn Figures + 'a>,
    span: Span,
    newest: Option<Instant>,
}

impl Edges {
    /// The edges of these entries.
    #[must_use]
    pub fn of(first: u64, end: u64, proof: &RangeProof) -> Self {
        let text = |hashes: &[Hash]| hashes.iter().map(ToString::to_string).collect();
        Self {
            first,
            end,
            before: text(&proof.before),
            after: text(&proof.after),
        }
    }
}

impl<'a> Session<'a> {
    /// Begins before the first entry.
    ///
    /// # Errors
    /// When the edges are none.
    pub fn begin(asked: &'a Asked, checkpoint: &Checkpoint, edges: Edges) -> Result<Self, SessionError> {
        let read = |hashes: &[String]| -> Result<Vec<Hash>, SessionError> {
            hashes
                .iter()
                .map(|hash| hash.parse().map_err(|_| SessionError::Hash))
                .collect()
        };
        Ok(Self {
            asked,
            after: read(&edges.after)?,
            tree: RangeCheck::begin(edges.first, read(&edges.before)?)?,
            figures: figures::of(asked),
            span: Span {
                origin: checkpoint.origin().to_owned(),
                size: checkpoint.size(),
                root: checkpoint.root(),
                first: edges.first,
                end: edges.end,
                times: None,
                inside: 0,
                events: 0,
                set_back: 0,
            },
            edges,
            newest: None,
        })
    }

    pub(crate) fn figures(&self) -> &dyn Figures {
        self.figures.as_ref()
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// When it is another one, an opening does not fit, or another field is opened than should be.
    pub fn take(&mut self, line: &Line) -> Result<(), EntryError> {
        let bad = |problem: String| EntryError {
            entry: line.entry,
            problem,
        };
        let expected = self.tree.next();
        if line.entry != expected {
            return Err(bad(format!("stands where entry {expected} should")));
        }
        let shown = line.check(|at| self.asked.covers(at))?;
        let at = shown.leaf.at;
        let first = self.span.times.map_or(at, |(first, _)| first);
        self.span.times = Some((first, at));
        let newest = self.newest.map_or(at, |newest| newest.max(at));
        self.span.set_back = self.span.set_back.max(newest.0.saturating_sub(at.0));
        self.newest = Some(newest);
        if shown.is_inside {
            self.span.inside += 1;
            self.span.events += u64::from(shown.leaf.kind == Kind::Event);
        } else if !shown.values.is_empty() {
            return Err(bad(
                "lies outside the period, and something of it is opened".to_owned()
            ));
        }
        self.figures.take(&shown).map_err(bad)?;
        self.tree.push(leaf_hash(line.leaf.as_bytes()));
        Ok(())
    }

    /// Ends after the last entry, and gives the report.
    ///
    /// # Errors
    /// When the entries are not those of the tree, or do not reach beyond the period on both sides.
    pub fn end(self) -> Result<Rendered, SessionError> {
        let (span, asked) = (self.span, self.asked);
        if self.tree.next() != self.edges.end {
            let message = format!(
                "the evidence ends before entry {}, and should before {}",
                self.tree.next(),
                self.edges.end
            );
            return Err(SessionError::Border(message));
        }
        let border = |message: &str| Err(SessionError::Border(message.to_owned()));
        if span.first > 0 && !span.times.is_some_and(|(first, _)| asked.is_before(first)) {
            return border(
                "the first entry is not from before the period, so others of the period may lie before it",
            );
        }
        if span.end < span.size && !span.times.is_some_and(|(_, last)| asked.is_after(last)) {
            return border(
                "the last entry is not from after the period, so others of the period may lie behind it",
            );
        }
        self.tree.end(&self.after, span.size, span.root)?;
        let document = self.figures.document(&span);
        render::all(asked, &span, &document).map_err(|error| SessionError::Page(error.to_string()))
    }
}
