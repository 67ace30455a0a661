//! Truth as Cedar text, and states as four-valued answers made of it.

use decision::State;
use std::collections::BTreeSet;
use std::fmt;

/// A condition in Cedar's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Formula {
    /// Never.
    #[default]
    False,
    /// Always.
    True,
    /// As a Cedar expression that yields a truth value.
    Is(String),
    /// Negation.
    Not(Box<Formula>),
    /// All of them.
    All(Vec<Formula>),
    /// At least one of them.
    Any(Vec<Formula>),
}

impl Formula {
    /// All of these.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::True => {}
                Self::False => return Self::False,
                Self::All(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::joined(kept, Self::True, Self::All)
    }

    /// At least one of these.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::False => {}
                Self::True => return Self::True,
                Self::Any(inner) => kept.extend(inner),
                other => kept.push(other),
            }
        }
        Self::joined(kept, Self::False, Self::Any)
    }

    fn joined(parts: Vec<Self>, none: Self, join: impl FnOnce(Vec<Self>) -> Self) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            if !kept.contains(&part) {
                kept.push(part);
            }
        }
        if kept.len() > 1 {
            join(kept)
        } else {
            kept.pop().unwrap_or(none)
        }
    }

    /// This and that.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    /// This or that.
    pub(crate) fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// The opposite.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// Always or never.
    pub(crate) fn constant(truth: bool) -> Self {
        if truth { Self::True } else { Self::False }
    }

    fn operand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(f, "({self})"),
            Self::Is(text)
                if text.contains(['=', '<', '>']) || text.contains(" like ") || text.contains(" in ") =>
            {
                write!(f, "({text})")
            }
            _ => write!(f, "{self}"),
        }
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::True => return f.write_str("true"),
            Self::False => return f.write_str("false"),
            Self::Is(text) => return f.write_str(text),
            Self::Not(inner) => {
                f.write_str("!")?;
                return inner.operand(f);
            }
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                f.write_str(word)?;
            }
            part.operand(f)?;
        }
        Ok(())
    }
}

/// A text in quotes, as Cedar reads it.
pub(crate) fn quoted(text: &str) -> String {
    let escaped: String = text.chars().flat_map(char::escape_debug).collect();
    format!("\"{escaped}\"")
}

/// A set of texts; Cedar's strict mode has no empty one, which callers avoid.
pub(crate) fn set<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts: BTreeSet<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", texts.into_iter().collect::<Vec<_>>().join(", "))
}

/// Whether an expression is one of these words.
pub(crate) fn one_of<T: AsRef<str>>(words: &[T], expression: &str) -> Formula {
    match words {
        [] => Formula::False,
        [word] => Formula::Is(format!("{expression} == {}", quoted(word.as_ref()))),
        _ => Formula::Is(format!("{}.contains({expression})", set(words))),
    }
}

/// When something is met, unknown and unclear. More than one may hold: the most severe counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grades {
    /// When it is met.
    pub(crate) met: Formula,
    /// When it is unknown, unless it is met.
    pub(crate) unknown: Formula,
    /// When it is unclear, unless it is met or unknown.
    pub(crate) unclear: Formula,
}

impl Grades {
    /// This state under this condition, else not met.
    pub(crate) fn when(state: State, formula: Formula) -> Self {
        let mut grades = Self::default();
        match state {
            State::Met => grades.met = formula,
            State::Unknown => grades.unknown = formula,
            State::Unclear => grades.unclear = formula,
            State::NotMet => {}
        }
        grades
    }

    /// The more severe of two.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            met: self.met.or(other.met),
            unknown: self.unknown.or(other.unknown),
            unclear: self.unclear.or(other.unclear),
        }
    }

    /// The most severe of all.
    pub(crate) fn max_of(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::default(), Self::max)
    }

    /// Only under a condition, else not met.
    pub(crate) fn given(self, condition: &Formula) -> Self {
        let given = |formula: Formula| condition.clone().and(formula);
        Self {
            met: given(self.met),
            unknown: given(self.unknown),
            unclear: given(self.unclear),
        }
    }

    /// At most this state.
    pub(crate) fn at_most(self, most: State) -> Self {
        match most {
            State::Met => self,
            State::Unknown => Self {
                met: Formula::False,
                unknown: self.unknown.or(self.met),
                ..self
            },
            State::Unclear => Self::when(State::Unclear, self.any()),
            State::NotMet => Self::default(),
        }
    }

    /// A person decides where it is met; doubt of another place stays what it is, so that more places never help.
    pub(crate) fn reviewed(self) -> Self {
        Self {
            met: Formula::False,
            unknown: self.unknown,
            unclear: self.unclear.or(self.met),
        }
    }

    /// Taken away by an exception that holds; unclear under one that only may.
    pub(crate) fn lifted(self, by: &Exception) -> Self {
        let (holds, may) = (&by.holds, &by.may);
        let sure = |formula: Formula| formula.and(may.clone().not());
        let doubtful = self.unclear.clone().or(self.any().and(may.clone()));
        let unclear = if by.is_never_unclear() {
            sure(self.unclear)
        } else {
            doubtful.and(holds.clone().not())
        };
        Self {
            met: sure(self.met),
            unknown: sure(self.unknown),
            unclear,
        }
    }

    /// When it is anything but not met.
    pub(crate) fn any(&self) -> Formula {
        Formula::any([self.met.clone(), self.unknown.clone(), self.unclear.clone()])
    }

    /// When it is exactly this state.
    pub(crate) fn exactly(&self, state: State) -> Formula {
        match state {
            State::Met => self.met.clone(),
            State::Unknown => self.unknown.clone().and(self.met.clone().not()),
            State::Unclear => Formula::all([
                self.unclear.clone(),
                self.unknown.clone().not(),
                self.met.clone().not(),
            ]),
            State::NotMet => self.any().not(),
        }
    }
}

/// When an exception holds for certain, and when it holds under one admissible reading at least.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Exception {
    /// For certain.
    pub(crate) holds: Formula,
    /// For certain or unclear.
    pub(crate) may: Formula,
}

impl Exception {
    /// One that holds under a condition and is never unclear.
    pub(crate) fn plain(condition: Formula) -> Self {
        Self {
            holds: condition.clone(),
            may: condition,
        }
    }

    /// Both must hold.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            holds: self.holds.and(other.holds),
            may: self.may.and(other.may),
        }
    }

    /// One of them must hold.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            holds: self.holds.or(other.holds),
            may: self.may.or(other.may),
        }
    }

    /// As unclear as a text of unclear status.
    pub(crate) fn doubted(self) -> Self {
        Self {
            holds: Formula::False,
            may: self.may,
        }
    }

    /// Whether it holds for certain wherever it holds at all.
    pub(crate) fn is_never_unclear(&self) -> bool {
        self.holds == self.may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> Formula {
        Formula::Is(text.to_owned())
    }

    #[test]
    fn constants_fold_away() {
        assert_eq!(is("a").and(Formula::True), is("a"));
        assert_eq!(is("a").or(Formula::True), Formula::True);
        assert_eq!(Formula::any([]), Formula::False);
        assert_eq!(Formula::all([is("a"), is("a")]), is("a"));
        assert_eq!(is("a").not().not(), is("a"));
    }

    #[test]
    fn printed_with_brackets_where_needed() {
        let check = |formula: Formula, text: &str| assert_eq!(formula.to_string(), text);
        check(is("a").or(is("b")).and(is("c")), "(a || b) && c");
        check(is("a").or(is("b")).not(), "!(a || b)");
        check(is("a == b").not(), "!(a == b)");
        check(is("a").not(), "!a");
    }

    #[test]
    fn texts_are_quoted() {
        assert_eq!(set(["b", "a", "b"]), "[\"a\", \"b\"]");
        assert_eq!(quoted("a\"\\\n"), "\"a\\\"\\\\\\n\"");
    }

    /// Evaluates a formula whose atoms are `a` and `b`.
    fn holds(formula: &Formula, a: bool, b: bool) -> bool {
        match formula {
            Formula::True => true,
            Formula::False => false,
            Formula::Is(text) => {
                if text == "a" {
                    a
                } else {
                    b
                }
            }
            Formula::Not(inner) => !holds(inner, a, b),
            Formula::All(parts) => parts.iter().all(|part| holds(part, a, b)),
            Formula::Any(parts) => parts.iter().any(|part| holds(part, a, b)),
        }
    }

    fn state(grades: &Grades, a: bool, b: bool) -> State {
        let states = [State::Met, State::Unknown, State::Unclear, State::NotMet];
        let found: Vec<State> = states
            .into_iter()
            .filter(|state| holds(&grades.exactly(*state), a, b))
            .collect();
        assert_eq!(found.len(), 1, "exactly one state holds");
        found[0]
    }

    #[test]
    fn operations_on_states() {
        use State::{Met, NotMet, Unclear, Unknown};
        let exception = Exception {
            holds: is("a"),
            may: is("b"),
        };
        for one in [NotMet, Unclear, Unknown, Met] {
            let grades = Grades::when(one, Formula::True);
            assert_eq!(state(&grades, false, false), one);
            assert_eq!(
                state(&grades.clone().at_most(Unknown), false, false),
                one.min(Unknown)
            );
            assert_eq!(
                state(&grades.clone().at_most(Unclear), false, false),
                one.min(Unclear)
            );
            let reviewed = if one == Met { Unclear } else { one };
            assert_eq!(state(&grades.clone().reviewed(), false, false), reviewed);
            let lifted = grades.clone().lifted(&exception);
            assert_eq!(state(&lifted, true, true), NotMet);
            assert_eq!(state(&lifted, false, true), one.min(Unclear));
            assert_eq!(state(&lifted, false, false), one);
            for other in [NotMet, Unclear, Unknown, Met] {
                let both = grades.clone().max(Grades::when(other, Formula::True));
                assert_eq!(state(&both, false, false), one.max(other));
            }
        }
    }
}
