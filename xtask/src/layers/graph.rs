//! The dependency graph that cargo resolves, reduced to names and edges that end up in a build.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use anyhow::Context;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Node, NodeDep, PackageId};

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Crates and what they use, by name. Two versions of one crate count as one crate with the edges of
/// both, which can only make the checks stricter.
#[derive(Debug, Default)]
pub struct Graph {
    members: Edges,
    all: Edges,
}

impl Graph {
    /// Asks cargo for the graph of the workspace with this manifest, all features on.
    ///
    /// # Errors
    /// When cargo cannot resolve the workspace.
    pub fn read(manifest: &Path) -> anyhow::Result<Self> {
        let metadata = MetadataCommand::new()
            .manifest_path(manifest)
            .features(CargoOpt::AllFeatures)
            .exec()
            .context("cargo cannot describe the workspace")?;
        let mut graph = Self {
            members: direct_uses(&metadata),
            all: Edges::new(),
        };
        let names: BTreeMap<&PackageId, &str> = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package.name.as_str()))
            .collect();
        let resolve = metadata
            .resolve
            .as_ref()
            .context("cargo resolved no dependencies")?;
        for node in &resolve.nodes {
            graph.add_node(node, &names);
        }
        Ok(graph)
    }

    /// A graph of members only, for tests of the judgement.
    #[cfg(test)]
    pub(super) fn of_members(edges: &[(&str, &[&str])]) -> Self {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let members: Edges = edges
            .iter()
            .map(|(name, uses)| ((*name).to_owned(), own(uses)))
            .collect();
        Self {
            all: members.clone(),
            members,
        }
    }

    /// Each crate of the workspace with the workspace crates that it uses outside tests.
    #[must_use]
    pub fn members(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.members
    }

    /// The shortest way from one crate to another, both ends included, if there is one.
    #[must_use]
    pub fn way(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut reached_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = VecDeque::from([from]);
        while let Some(current) = open.pop_front() {
            if current == to {
                return Some(walk_back(&reached_from, from, to));
            }
            for next in self.all.get(current).into_iter().flatten() {
                if next != from && !reached_from.contains_key(next.as_str()) {
                    reached_from.insert(next, current);
                    open.push_back(next);
                }
            }
        }
        None
    }

    fn add_node(&mut self, node: &Node, names: &BTreeMap<&PackageId, &str>) {
        let Some(&name) = names.get(&node.id) else { return };
        let uses = self.all.entry(name.to_owned()).or_default();
        let shipped = node.deps.iter().filter(|dependency| is_linked(dependency));
        uses.extend(
            shipped
                .filter_map(|dependency| names.get(&dependency.pkg))
                .map(|&name| name.to_owned()),
        );
    }
}

/// What the manifests of our own crates name, build scripts included, switched on or not.
fn direct_uses(metadata: &Metadata) -> Edges {
    let members = metadata.workspace_packages();
    let own: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let uses = |package: &cargo_metadata::Package| {
        let shipped = package
            .dependencies
            .iter()
            .filter(|used| used.kind != DependencyKind::Development);
        shipped
            .filter(|used| own.contains(used.name.as_str()))
            .map(|used| used.name.clone())
            .collect()
    };
    members
        .iter()
        .map(|package| (package.name.to_string(), uses(package)))
        .collect()
}

fn is_linked(dependency: &NodeDep) -> bool {
    dependency
        .dep_kinds
        .iter()
        .any(|kind| kind.kind == DependencyKind::Normal)
}

fn walk_back(reached_from: &BTreeMap<&str, &str>, from: &str, to: &str) -> Vec<String> {
    let mut way = vec![to.to_owned()];
    let mut current = to;
    while current != from {
        let Some(&previous) = reached_from.get(current) else {
            break;
        };
        way.push(previous.to_owned());
        current = previous;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Repository;

    #[test]
    fn the_shortest_way_is_found_and_a_circle_ends() {
        let graph = Graph::of_members(&[
            ("a", &["b", "c"]),
            ("b", &["a", "c"]),
            ("c", &["d"]),
            ("d", &["a"]),
        ]);
        assert_eq!(graph.way("a", "d").unwrap(), ["a", "c", "d"]);
        assert_eq!(graph.way("a", "z"), None);
    }

    #[test]
    fn cargo_tells_direct_and_indirect_uses() {
        let graph = Graph::read(&Repository::here().unwrap().manifest()).unwrap();
        assert!(graph.members().contains_key("xtask"));
        assert_eq!(
            graph.way("xtask", "serde_core").unwrap().first().unwrap(),
            "xtask"
        );
    }
}
