//! What can be wrong with a scenario file, or with laying one of its scenarios over a register.

use std::fmt;

/// A field of a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// Id of the scenario; `None` outside the scenarios.
    pub scenario: Option<String>,
    /// Path of the field inside the scenario, or inside the file, such as `request.use` or `catalogue[0].model`.
    pub path: String,
}

impl fmt::Display for Where {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scenario {
            Some(scenario) if self.path.is_empty() => write!(out, "scenario `{scenario}`"),
            Some(scenario) => write!(out, "scenario `{scenario}`, field `{}`", self.path),
            None if self.path.is_empty() => write!(out, "the file"),
            None => write!(out, "field `{}`", self.path),
        }
    }
}

/// Why a scenario file is not run, or one scenario of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no JSON, or nested too deeply to be a scenario file.
    #[error("the file is not readable as JSON: {problem}")]
    NotJson {
        /// What the parser says.
        problem: String,
    },
    /// A field that the format does not have.
    #[error("{at}: the format has no such field")]
    UnknownField {
        /// The field.
        at: Where,
        /// The fields that may stand there.
        known: Vec<&'static str>,
    },
    /// A value that the field does not take.
    #[error("{at}: `{value}` is not {expected}")]
    UnknownValue {
        /// The field.
        at: Where,
        /// What was written, shortened.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// A field that must be there is not.
    #[error("{at} is missing")]
    Missing {
        /// The field.
        at: Where,
    },
    /// A field that must not be there along with the others is there.
    #[error("{at} {reason}")]
    Misplaced {
        /// The field.
        at: Where,
        /// Why it must not be there.
        reason: &'static str,
    },
    /// A field, an element or an id that stands twice where it may stand once.
    #[error("{at} is given twice")]
    Twice {
        /// The field.
        at: Where,
    },
    /// An instrument, a list or a set of places that the register does not have.
    #[error("{at}: the register has no {what} `{id}`")]
    NotInRegister {
        /// The field that names it.
        at: Where,
        /// `instrument`, `list` or `region group or place`.
        what: &'static str,
        /// What was named.
        id: String,
    },
    /// Two descriptions of one entity.
    #[error("{at}: `{entity}` is described twice, and differently")]
    TwoEntities {
        /// The field that holds the second one.
        at: Where,
        /// Id of the entity.
        entity: String,
    },
    /// The register with the scenario's facts laid over it does not compile.
    #[error("{at} cannot be decided: {problem}")]
    NotCompiled {
        /// The scenario.
        at: Where,
        /// What the compiler says.
        problem: String,
    },
}

impl ScenarioError {
    /// What the writer can do about it, as one sentence.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownField { known, .. } if known.is_empty() => None,
            Self::UnknownField { known, .. } => Some(format!("it has `{}`", known.join("`, `"))),
            Self::NotInRegister { what, .. } => Some(format!(
                "name one that the register has, or add the {what} to the register"
            )),
            Self::Twice { .. } => Some("leave one of them out".to_owned()),
            _ => None,
        }
    }
}
