//! Exit codes, one meaning each, so that a script can tell a refusal from a mistake.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; for a question: permitted.
    Done,
    /// The tool itself could not do it.
    Broken,
    /// The command line asks for something that does not exist.
    Usage,
    /// A check, test or format did not hold.
    Failed,
    /// The answer is no.
    Denied,
    /// A person must decide.
    Review,
}

/// The codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "Exit codes: 0 permit or done, 10 deny, 11 review, 3 a check or test does not hold, \
2 usage error, 1 the tool failed.";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Broken => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
            Exit::Denied => 10,
            Exit::Review => 11,
        })
    }
}

impl From<decision::Verdict> for Exit {
    fn from(verdict: decision::Verdict) -> Self {
        match verdict {
            decision::Verdict::Permit | decision::Verdict::PermitWithObligations => Self::Done,
            decision::Verdict::Deny => Self::Denied,
            decision::Verdict::Review => Self::Review,
        }
    }
}

/// The command line names something that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct UsageError {
    /// What is wrong.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: Option<String>,
}

impl UsageError {
    /// An error with what to write instead.
    pub(crate) fn new(message: impl Into<String>, help: impl Into<Option<String>>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }

    /// There is no such thing; the nearest of those that exist is offered.
    pub(crate) fn no_such<'a>(what: &str, wanted: &str, existing: impl Iterator<Item = &'a str>) -> Self {
        let existing: Vec<&str> = existing.collect();
        let near = nearest(wanted, existing.iter().copied());
        let help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if existing.is_empty() => None,
            None => Some(format!("there is `{}`", existing.join("`, `"))),
        };
        Self::new(format!("the register has no {what} `{wanted}`"), help)
    }
}

/// The candidate most like a text, if any is like it at all.
pub(crate) fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const ALIKE: f64 = 0.7;
    candidates
        .map(|candidate| (strsim::jaro_winkler(text, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_listed() {
        let people = || ["hk-analyst", "us-engineer"].into_iter();
        let help = |wanted: &str| UsageError::no_such("person", wanted, people()).help;
        assert_eq!(help("hk-analist"), Some("did you mean `hk-analyst`?".to_owned()));
        assert_eq!(
            help("zzz"),
            Some("there is `hk-analyst`, `us-engineer`".to_owned())
        );
        assert_eq!(UsageError::no_such("person", "x", std::iter::empty()).help, None);
    }
}
