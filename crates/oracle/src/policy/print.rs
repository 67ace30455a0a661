//! Policies as text, with annotations that name clause and state.

use super::Live;
use super::formula::{Formula, quoted};
use decision::State;
use std::fmt;

/// What a policy says when it fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// The request may go ahead, unless something forbids it.
    Permit,
    /// A reason against it: clause or missing positive, and its state.
    Reason(String, State),
    /// An obligation of a permit.
    Obligation(String),
}

/// A `when` or `unless` of a policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    word: &'static str,
    formula: Formula,
}

impl Block {
    /// The policy fires only if this holds.
    pub(crate) fn when(formula: Formula) -> Self {
        Self {
            word: "when",
            formula,
        }
    }

    /// The policy fires only if this does not hold.
    pub(crate) fn unless(formula: Formula) -> Self {
        Self {
            word: "unless",
            formula,
        }
    }

    fn never_fires(&self) -> bool {
        self.formula
            == if self.word == "when" {
                Formula::False
            } else {
                Formula::True
            }
    }

    fn says_nothing(&self) -> bool {
        self.formula
            == if self.word == "when" {
                Formula::True
            } else {
                Formula::False
            }
    }
}

/// One policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Printed {
    /// What it says when it fires.
    pub(crate) says: Says,
    effect: &'static str,
    annotations: Vec<(&'static str, String)>,
    blocks: Vec<Block>,
}

/// The permit over which everything else denies.
pub(crate) fn broad_permit() -> Printed {
    Printed {
        says: Says::Permit,
        effect: "permit",
        annotations: Vec::new(),
        blocks: Vec::new(),
    }
}

impl Printed {
    /// A clause in one state; `None` if it can never be.
    pub(crate) fn forbid(live: &Live, state: State, blocks: Vec<Block>) -> Option<Self> {
        let annotations = vec![
            ("clause", live.id.clone()),
            ("state", state_name(state).to_owned()),
            ("title", live.clause.title.clone()),
        ];
        Self::firing(
            "forbid",
            Says::Reason(live.id.clone(), state),
            annotations,
            blocks,
        )
    }

    /// A missing positive.
    pub(crate) fn missing(what: &str, state: State, blocks: Vec<Block>) -> Option<Self> {
        let id = format!("missing:{what}");
        let annotations = vec![("clause", id.clone()), ("state", state_name(state).to_owned())];
        Self::firing("forbid", Says::Reason(id, state), annotations, blocks)
    }

    /// An obligation of a permit.
    pub(crate) fn oblige(live: &Live, obligation: &str, blocks: Vec<Block>) -> Option<Self> {
        let annotations = vec![("clause", live.id.clone()), ("obliges", obligation.to_owned())];
        Self::firing(
            "permit",
            Says::Obligation(obligation.to_owned()),
            annotations,
            blocks,
        )
    }

    fn firing(
        effect: &'static str,
        says: Says,
        annotations: Vec<(&'static str, String)>,
        blocks: Vec<Block>,
    ) -> Option<Self> {
        if blocks.iter().any(Block::never_fires) {
            return None;
        }
        let blocks = blocks.into_iter().filter(|block| !block.says_nothing()).collect();
        Some(Self {
            says,
            effect,
            annotations,
            blocks,
        })
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.annotations {
            writeln!(f, "@{name}({})", quoted(value))?;
        }
        write!(
            f,
            "{} (principal, action == Action::\"use\", resource)",
            self.effect
        )?;
        for block in &self.blocks {
            write!(f, "\n{} {{ {} }}", block.word, block.formula)?;
        }
        writeln!(f, ";")
    }
}

/// State as annotations have it.
pub(crate) const fn state_name(state: State) -> &'static str {
    match state {
        State::NotMet => "not met",
        State::Unclear => "unclear",
        State::Unknown => "unknown",
        State::Met => "met",
    }
}
