//! A value of the file together with where it stands, and the faults found so far.

use crate::error::{ScenarioError, Where};
use crate::json::Json;
use crate::number::Decimal;
use std::cell::RefCell;

/// Marks that a fault was already reported; whoever sees it only goes on or gives up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: RefCell<Vec<ScenarioError>>,
}

impl Problems {
    /// All of them.
    pub(crate) fn into_found(self) -> Vec<ScenarioError> {
        self.found.into_inner()
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Value<'j> {
    json: &'j Json,
    at: Where,
    problems: &'j Problems,
}

impl<'j> Value<'j> {
    /// The whole file.
    pub(crate) fn root(json: &'j Json, problems: &'j Problems) -> Self {
        Self {
            json,
            at: Where {
                scenario: None,
                path: String::new(),
            },
            problems,
        }
    }

    /// The same value, from here on known as the scenario of this id.
    pub(crate) fn as_scenario(&self, id: &str) -> Self {
        Self {
            at: Where {
                scenario: Some(id.to_owned()),
                path: String::new(),
            },
            ..self.clone()
        }
    }

    /// The plain JSON.
    pub(crate) fn json(&self) -> &'j Json {
        self.json
    }

    /// Reports a fault.
    pub(crate) fn report(&self, error: impl FnOnce(Where) -> ScenarioError) -> Reported {
        self.problems.found.borrow_mut().push(error(self.at.clone()));
        Reported
    }

    /// Reports that the value is not what is expected here.
    pub(crate) fn wrong(&self, expected: impl Into<String>) -> Reported {
        let (value, expected) = (self.json.shown(), expected.into());
        self.report(|at| ScenarioError::UnknownValue { at, value, expected })
    }

    /// `None` for null.
    pub(crate) fn unless_null(self) -> Option<Self> {
        (*self.json != Json::Null).then_some(self)
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<String, Reported> {
        match self.json {
            Json::Text(text) => Ok(text.clone()),
            _ => Err(self.wrong("a text")),
        }
    }

    /// Exactly this text.
    pub(crate) fn constant(&self, constant: &str) -> Result<(), Reported> {
        match self.json {
            Json::Text(text) if text == constant => Ok(()),
            _ => Err(self.wrong(format!("`{constant}`"))),
        }
    }

    /// True or false.
    pub(crate) fn flag(&self) -> Result<bool, Reported> {
        match self.json {
            Json::Flag(flag) => Ok(*flag),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// A number.
    pub(crate) fn number(&self) -> Result<Decimal, Reported> {
        match self.json {
            Json::Number(digits) => {
                Decimal::read(digits).ok_or_else(|| self.wrong("a number of reasonable size"))
            }
            _ => Err(self.wrong("a number")),
        }
    }

    /// A whole number from 0.
    pub(crate) fn count(&self) -> Result<u64, Reported> {
        self.number()?
            .count()
            .ok_or_else(|| self.wrong("a whole number from 0"))
    }

    /// A word of a closed vocabulary.
    pub(crate) fn word<T: Copy>(
        &self,
        all: &[T],
        spelling: impl Fn(T) -> &'static str,
    ) -> Result<T, Reported> {
        let found = match self.json {
            Json::Text(text) => all.iter().copied().find(|word| spelling(*word) == text),
            _ => None,
        };
        let words = || {
            all.iter()
                .map(|word| spelling(*word))
                .collect::<Vec<_>>()
                .join("`, `")
        };
        found.ok_or_else(|| self.wrong(format!("one of `{}`", words())))
    }

    /// Every element of a list.
    pub(crate) fn each<T>(&self, read: impl Fn(&Self) -> Result<T, Reported>) -> Result<Vec<T>, Reported> {
        let Json::List(elements) = self.json else {
            return Err(self.wrong("a list"));
        };
        let element = |(index, json)| Self {
            json,
            at: self.inside(&format!("[{index}]")),
            problems: self.problems,
        };
        // all of them are read before the first fault counts
        let read: Vec<_> = elements
            .iter()
            .enumerate()
            .map(element)
            .map(|value| read(&value))
            .collect();
        read.into_iter().collect()
    }

    /// As [`Self::each`], and there is at least one.
    pub(crate) fn some_of<T>(&self, read: impl Fn(&Self) -> Result<T, Reported>) -> Result<Vec<T>, Reported> {
        let all = self.each(read)?;
        if all.is_empty() {
            Err(self.wrong("a list of at least one"))
        } else {
            Ok(all)
        }
    }

    /// Reports elements that are there twice.
    pub(crate) fn unique<T, K: PartialEq + ?Sized>(&self, elements: &[T], key: impl Fn(&T) -> &K) {
        for (index, element) in elements.iter().enumerate() {
            if elements
                .iter()
                .take(index)
                .any(|earlier| key(earlier) == key(element))
            {
                let at = self.inside(&format!("[{index}]"));
                self.report(|_| ScenarioError::Twice { at });
            }
        }
    }

    /// An object.
    pub(crate) fn object(&self) -> Result<Object<'j>, Reported> {
        match self.json {
            Json::Object(members) => Ok(Object {
                value: self.clone(),
                members,
                known: Vec::new(),
            }),
            _ => Err(self.wrong("an object")),
        }
    }

    fn inside(&self, step: &str) -> Where {
        let dot = if self.at.path.is_empty() || step.starts_with('[') {
            ""
        } else {
            "."
        };
        Where {
            scenario: self.at.scenario.clone(),
            path: format!("{}{dot}{step}", self.at.path),
        }
    }
}

/// An object, of which each field is asked for once; what nobody asked for is unknown.
#[derive(Debug)]
pub(crate) struct Object<'j> {
    value: Value<'j>,
    members: &'j [(String, Json)],
    known: Vec<&'static str>,
}

impl<'j> Object<'j> {
    /// A field that may be absent.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<Value<'j>> {
        self.known.push(key);
        let (_, json) = self.members.iter().find(|(member, _)| member == key)?;
        Some(Value {
            json,
            at: self.value.inside(key),
            problems: self.value.problems,
        })
    }

    /// A field that must be there.
    pub(crate) fn need(&mut self, key: &'static str) -> Result<Value<'j>, Reported> {
        self.get(key).ok_or_else(|| {
            let at = self.value.inside(key);
            self.value.report(|_| ScenarioError::Missing { at })
        })
    }

    /// A field that may be absent, read; a fault in it is an error, its absence is not.
    pub(crate) fn may<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Value<'j>) -> Result<T, Reported>,
    ) -> Result<Option<T>, Reported> {
        self.get(key).map(|value| read(&value)).transpose()
    }

    /// A flag that is false where it is absent.
    pub(crate) fn flag(&mut self, key: &'static str) -> Result<bool, Reported> {
        Ok(self.may(key, Value::flag)?.unwrap_or(false))
    }

    /// Every field whatever its name, for objects whose keys are ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = Value<'j>> {
        self.members.iter().map(|(key, json)| Value {
            json,
            at: self.value.inside(key),
            problems: self.value.problems,
        })
    }

    /// Reports every field that nobody asked for, and every field that is there twice.
    pub(crate) fn finish(&self) {
        for (key, _) in self.members {
            if !self.known.iter().any(|known| known == key) {
                let (at, known) = (self.value.inside(key), self.known.clone());
                self.value.report(|_| ScenarioError::UnknownField { at, known });
            }
        }
        self.repeated();
    }

    /// Reports every field that is there twice.
    pub(crate) fn repeated(&self) {
        for (index, (key, _)) in self.members.iter().enumerate() {
            if self.members.iter().take(index).any(|(earlier, _)| earlier == key) {
                let at = self.value.inside(key);
                self.value.report(|_| ScenarioError::Twice { at });
            }
        }
    }
}
