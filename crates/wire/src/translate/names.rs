//! Names of tools that a provider accepts, and the way back to the caller's own.
//!
//! Providers take letters, digits, `_` and `-`, at most 64 of them, and know no namespaces. A name that fits stays as it
//! is; any other is made to fit, and remembered.

use super::ids;
use super::model::{Tool, ToolKind, ToolName};
use std::collections::HashMap;

/// Longest name that every provider accepts.
const LONGEST: usize = 64;

/// The namespace that means none.
const PLAIN_NAMESPACE: &str = "functions";

/// Which name was sent for which tool.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    known: Vec<Known>,
    by_sent: HashMap<String, usize>,
    by_name: HashMap<ToolName, usize>,
    /// By name without its namespace; `None` where several tools share it.
    by_bare: HashMap<String, Option<usize>>,
}

#[derive(Clone, Debug)]
struct Known {
    sent: String,
    name: ToolName,
    kind: ToolKind,
}

impl Names {
    /// Names for all tools of a request.
    pub(super) fn of(tools: &[Tool]) -> Self {
        let mut names = Self::default();
        // names that fit as they are come first, so that none of them has to give way
        for fits in [true, false] {
            for tool in tools
                .iter()
                .filter(|tool| (fitting(&tool.name) == tool.name.name) == fits)
            {
                names.declare(&tool.name, tool.kind);
            }
        }
        names
    }

    /// The name to send for a tool; one that nobody declared is declared as a function.
    pub(super) fn sent(&mut self, name: &ToolName) -> String {
        let position = match self.by_name.get(&key(name)) {
            Some(position) => *position,
            None => self.declare(name, ToolKind::Function),
        };
        let known = self.known.get(position);
        known.map(|known| known.sent.clone()).unwrap_or_default()
    }

    /// The tool that a provider means: by the name that was sent, else by its bare name where only one tool has it.
    pub(super) fn meant(&self, sent: &str) -> (ToolName, ToolKind) {
        let bare = || self.by_bare.get(sent).copied().flatten();
        let position = self.by_sent.get(sent).copied().or_else(bare);
        match position.and_then(|position| self.known.get(position)) {
            Some(known) => (known.name.clone(), known.kind),
            None => (ToolName::plain(sent), ToolKind::Function),
        }
    }

    fn declare(&mut self, name: &ToolName, kind: ToolKind) -> usize {
        if let Some(position) = self.by_name.get(&key(name)) {
            return *position;
        }
        let position = self.known.len();
        let mut sent = fitting(name);
        let mut round = 0;
        while self.by_sent.contains_key(&sent) {
            sent = marked(name, round);
            round += 1;
        }
        self.by_sent.insert(sent.clone(), position);
        self.by_name.insert(key(name), position);
        self.by_bare
            .entry(name.name.clone())
            .and_modify(|shared| *shared = None)
            .or_insert(Some(position));
        self.known.push(Known {
            sent,
            name: name.clone(),
            kind,
        });
        position
    }
}

/// The name by which a tool is known here: programs leave the namespace that means none out, or do not.
fn key(name: &ToolName) -> ToolName {
    let namespace = name.namespace.clone();
    ToolName {
        namespace: namespace.filter(|namespace| namespace != PLAIN_NAMESPACE),
        name: name.name.clone(),
    }
}

/// The name with its namespace, made to fit.
fn fitting(name: &ToolName) -> String {
    let joined = joined(name);
    let plain: String = joined.chars().map(plain_letter).collect();
    if plain == joined && (1..=LONGEST).contains(&plain.len()) {
        plain
    } else {
        marked(name, 0)
    }
}

/// The name, cut and told apart by a mark that follows from the whole of it.
fn marked(name: &ToolName, round: u32) -> String {
    let namespace = name.namespace.as_deref().unwrap_or_default();
    let mark = ids::digest(&[namespace, &name.name, &round.to_string()]);
    let start: String = joined(name)
        .chars()
        .map(plain_letter)
        .take(LONGEST - 17)
        .collect();
    format!("{start}_{mark:016x}")
}

fn joined(name: &ToolName) -> String {
    match name.namespace.as_deref() {
        None | Some(PLAIN_NAMESPACE) => name.name.clone(),
        Some(namespace) if namespace.ends_with("__") => format!("{namespace}{}", name.name),
        Some(namespace) => format!("{namespace}__{}", name.name),
    }
}

const fn plain_letter(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
        c
    } else {
        '_'
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(namespace: Option<&str>, name: &str) -> ToolName {
        ToolName {
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    fn check(name: &ToolName, sent: &str) {
        let mut names = Names::default();
        assert_eq!(names.sent(name), sent);
        assert_eq!(names.meant(sent).0, *name);
    }

    #[test]
    fn what_fits_stays_and_namespaces_come_back() {
        check(&named(None, "exec_command"), "exec_command");
        check(&named(Some("functions"), "exec"), "exec");
        check(
            &named(Some("multi_agent_v1"), "close_agent"),
            "multi_agent_v1__close_agent",
        );
        check(&named(Some("mcp__desk__"), "quote"), "mcp__desk__quote");
    }

    #[test]
    fn a_bare_name_is_understood_where_it_is_the_only_one() {
        let mut names = Names::default();
        names.sent(&named(Some("a"), "one"));
        names.sent(&named(Some("a"), "two"));
        names.sent(&named(Some("b"), "two"));
        assert_eq!(names.meant("one").0, named(Some("a"), "one"));
        assert_eq!(names.meant("two").0, named(None, "two"));
    }

    #[test]
    fn the_namespace_that_means_none_may_be_left_out() {
        let mut names = Names::default();
        assert_eq!(names.sent(&named(Some("functions"), "exec")), "exec");
        assert_eq!(names.sent(&named(None, "exec")), "exec");
        assert_eq!(names.meant("exec").0, named(Some("functions"), "exec"));
    }

    proptest! {
        #[test]
        fn names_are_told_apart_and_come_back(
            list in prop::collection::vec((prop::option::of("[a-c_.]{1,4}"), "[a-b_. é]{0,70}"), 0..20)
        ) {
            let mut names = Names::default();
            let list: Vec<ToolName> = list.iter().map(|(space, name)| named(space.as_deref(), name)).collect();
            for name in &list {
                let sent = names.sent(name);
                prop_assert!((1..=64).contains(&sent.len()), "{}", sent);
                prop_assert!(sent.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
            }
            for name in &list {
                let sent = names.sent(name);
                prop_assert_eq!(&names.meant(&sent).0, name);
            }
        }
    }
}
