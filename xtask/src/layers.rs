//! Which crate may use which, and what the pure crates must never reach.
//!
//! The table is the architecture: a crate may depend on lower layers only, never upwards and never
//! sideways, but for `impact`, `oracle` and `scenario`, which read what `decision` compiles, and `scim`,
//! which is one way of changing the directory that `identity` defines. A crate that is
//! missing from the table fails, so a new crate begins with the question where it stands.
//!
//! Only what ends up in a build counts. Dev-dependencies may point anywhere, since tests may use any
//! helper; for the same reason the dev layer may be used by nothing else. All features and all target
//! systems are taken together, so an edge that only some builds have is seen too.

mod graph;

pub use graph::Graph;

use crate::outcome::Outcome;
use crate::workspace::Repository;

/// Layers from the lowest to the highest, with their crates.
const LAYERS: &[(&str, &[&str])] = &[
    ("words", &["territory"]),
    ("language", &["register"]),
    (
        "decision",
        &["decision", "impact", "oracle", "scenario", "tlog", "wire"],
    ),
    (
        "domain",
        &["certificate", "identity", "ledger", "extraction", "scim"],
    ),
    (
        "services",
        &[
            "store", "gateway", "control", "report", "signin", "standin", "witness",
        ],
    ),
    ("program", &["bailiwick"]),
    (DEV_LAYER, &["bench", "testkit", "xtask"]),
];

/// Crates for tests and developers, which nothing shipped may use.
const DEV_LAYER: &str = "dev";

/// The only uses within one layer, as (user, used).
const SIDEWAYS: &[(&str, &str)] = &[
    ("impact", "decision"),
    ("oracle", "decision"),
    ("scenario", "decision"),
    ("scim", "identity"),
];

/// Crates that decide, and so must not wait, connect or store.
const PURE: &[&str] = &[
    "territory",
    "register",
    "decision",
    "impact",
    "tlog",
    "wire",
    "extraction",
];

/// What a pure crate must not reach over its whole dependency tree.
const NEVER_IN_PURE: &[&str] = &["tokio", "sqlx", "hyper"];

/// Checks the crates of the repository against the table.
///
/// # Errors
/// When cargo cannot describe the workspace.
pub fn check(repository: &Repository) -> anyhow::Result<Outcome> {
    Ok(judge(&Graph::read(&repository.manifest())?))
}

/// Checks one dependency graph against the table.
#[must_use]
pub fn judge(graph: &Graph) -> Outcome {
    let mut outcome = Outcome::default();
    for (name, uses) in graph.members() {
        match layer_of(name) {
            None => outcome
                .findings
                .push(format!("`{name}` stands in no layer: add it to the table")),
            Some(own) => outcome
                .findings
                .extend(uses.iter().filter_map(|used| misuse(name, own, used))),
        }
    }
    for pure in PURE {
        for banned in NEVER_IN_PURE {
            if let Some(way) = graph.way(pure, banned) {
                outcome
                    .findings
                    .push(format!("`{pure}` must not reach `{banned}`: {}", way.join(" > ")));
            }
        }
    }
    outcome.figures.push(format!(
        "{} crates in {} layers",
        graph.members().len(),
        LAYERS.len()
    ));
    outcome
}

fn misuse(user: &str, own: usize, used: &str) -> Option<String> {
    let Some(other) = layer_of(used) else {
        return Some(format!("`{user}` uses `{used}`, which stands in no layer"));
    };
    if layer_name(other) == DEV_LAYER {
        return Some(format!(
            "`{user}` uses `{used}` outside tests: make it a dev-dependency"
        ));
    }
    if other < own || SIDEWAYS.contains(&(user, used)) {
        return None;
    }
    let direction = if other == own { "sideways" } else { "upwards" };
    Some(format!(
        "`{user}` ({}) uses `{used}` ({}) {direction}",
        layer_name(own),
        layer_name(other)
    ))
}

fn layer_of(name: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, crates)| crates.contains(&name))
}

fn layer_name(layer: usize) -> &'static str {
    LAYERS.get(layer).map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(&str, &[&str])], expected: &[&str]) {
        let outcome = judge(&Graph::of_members(edges));
        assert_eq!(outcome.findings, expected);
    }

    #[test]
    fn downwards_is_allowed_and_the_exceptions_are() {
        check(
            &[
                ("impact", &["decision", "territory"]),
                ("oracle", &["decision", "register"]),
                ("decision", &[]),
            ],
            &[],
        );
    }

    #[test]
    fn upwards_and_sideways_are_refused() {
        check(
            &[("territory", &["register"])],
            &["`territory` (words) uses `register` (language) upwards"],
        );
        check(
            &[("decision", &["wire"])],
            &["`decision` (decision) uses `wire` (decision) sideways"],
        );
        check(
            &[("decision", &["oracle"])],
            &["`decision` (decision) uses `oracle` (decision) sideways"],
        );
    }

    #[test]
    fn helpers_of_tests_stay_in_tests() {
        check(
            &[("gateway", &["testkit"]), ("testkit", &["standin"])],
            &["`gateway` uses `testkit` outside tests: make it a dev-dependency"],
        );
    }

    #[test]
    fn a_crate_outside_the_table_is_refused() {
        check(
            &[("newcomer", &[])],
            &["`newcomer` stands in no layer: add it to the table"],
        );
    }

    #[test]
    fn a_runtime_behind_other_crates_is_found() {
        check(
            &[("wire", &["helper"]), ("helper", &["tokio"]), ("tokio", &[])],
            &[
                "`helper` stands in no layer: add it to the table",
                "`tokio` stands in no layer: add it to the table",
                "`wire` uses `helper`, which stands in no layer",
                "`wire` must not reach `tokio`: wire > helper > tokio",
            ],
        );
    }
}
