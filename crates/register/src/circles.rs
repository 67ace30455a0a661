//! Finds circles among things that name each other.

use std::collections::{BTreeMap, BTreeSet};

/// The things that lie on a circle, or between two. Time is linear in the number of pairs, give or take a logarithm.
pub(crate) fn on_circles<'a>(pairs: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    let turned: Vec<_> = pairs.iter().map(|(from, to)| (*to, *from)).collect();
    let (after, before) = (not_grounded(pairs), not_grounded(&turned));
    after.intersection(&before).copied().collect()
}

/// Everything from which the pairs lead on without end.
fn not_grounded<'a>(pairs: &[(&'a str, &'a str)]) -> BTreeSet<&'a str> {
    let mut leads: BTreeMap<&str, usize> = BTreeMap::new();
    let mut comes_from: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in pairs {
        *leads.entry(from).or_default() += 1;
        leads.entry(to).or_default();
        comes_from.entry(to).or_default().push(from);
    }
    let mut grounded: Vec<&str> = leads
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(thing, _)| *thing)
        .collect();
    while let Some(thing) = grounded.pop() {
        leads.remove(thing);
        for from in comes_from.remove(thing).unwrap_or_default() {
            if let Some(count) = leads.get_mut(from) {
                *count -= 1;
                if *count == 0 {
                    grounded.push(from);
                }
            }
        }
    }
    leads.into_keys().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_circles_are_found() {
        let check = |pairs: &[(&'static str, &'static str)], expected: &[&str]| {
            assert_eq!(
                on_circles(pairs).into_iter().collect::<Vec<_>>(),
                expected,
                "{pairs:?}"
            );
        };
        check(&[], &[]);
        check(&[("a", "b"), ("b", "c"), ("a", "c")], &[]);
        check(&[("a", "a")], &["a"]);
        check(&[("x", "a"), ("a", "b"), ("b", "a"), ("b", "y")], &["a", "b"]);
    }
}
