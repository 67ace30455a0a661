//! What became of each setting.
//!
//! A finding stands for a setting and all that lies in it. Whatever has no finding at the end gets one that says so: the
//! list is complete by construction, and nothing is dropped silently.

use super::yaml::{Node, Spot, Value};
use serde::Serialize;
use std::collections::BTreeSet;

/// How well a setting was carried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Grade {
    /// It means the same here.
    Exact,
    /// It means nearly the same here.
    Approximate,
    /// Somebody has to do something.
    Manual,
    /// It has no counterpart here.
    Unsupported,
}

impl Grade {
    /// The word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Manual => "manual",
            Self::Unsupported => "unsupported",
        }
    }
}

/// What became of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The setting, such as `model_list[0].litellm_params.api_key`.
    pub(super) setting: String,
    /// Line, from 1.
    pub(super) line: u32,
    /// Column, from 1.
    pub(super) column: u32,
    /// How well it was carried over.
    pub(super) grade: Grade,
    /// What becomes of it.
    pub(super) note: String,
    #[serde(skip)]
    offset: usize,
}

/// Findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Finding>,
    settings: BTreeSet<String>,
}

impl Findings {
    /// Says what becomes of a setting.
    pub(super) fn add(&mut self, setting: &str, spot: Spot, grade: Grade, note: impl Into<String>) {
        self.settings.insert(setting.to_owned());
        self.all.push(Finding {
            setting: setting.to_owned(),
            line: spot.line,
            column: spot.column,
            grade,
            note: note.into(),
            offset: spot.offset,
        });
    }

    /// Whether something was said of just this setting.
    pub(super) fn has(&self, setting: &str) -> bool {
        self.settings.contains(setting)
    }

    /// Gives every setting without a finding the one that `of` makes of its path, and returns all in the file's order.
    pub(super) fn complete(mut self, root: &Node, of: &dyn Fn(&str) -> (Grade, String)) -> Vec<Finding> {
        self.visit("", root.spot, root, of);
        self.all
            .sort_by(|a, b| (a.offset, &a.setting).cmp(&(b.offset, &b.setting)));
        self.all
    }

    fn visit(&mut self, path: &str, spot: Spot, node: &Node, of: &dyn Fn(&str) -> (Grade, String)) {
        if self.has(path) {
            return;
        }
        match &node.value {
            Value::Map(entries) if !entries.is_empty() => {
                for entry in entries {
                    self.visit(&inside(path, &entry.key), entry.spot, &entry.node, of);
                }
            }
            Value::List(items) if items.iter().any(|item| !matches!(item.value, Value::Scalar(_))) => {
                for (index, item) in items.iter().enumerate() {
                    self.visit(&format!("{path}[{index}]"), item.spot, item, of);
                }
            }
            // an empty file has no setting
            _ if path.is_empty() => {}
            _ => {
                let (grade, note) = of(path);
                self.add(path, spot, grade, note);
            }
        }
    }
}

/// The path of a key inside another.
pub(super) fn inside(path: &str, key: &str) -> String {
    match path.is_empty() {
        true => key.to_owned(),
        false => format!("{path}.{key}"),
    }
}
