//! Addresses of package registries, found wherever an address names its host.

use super::{Allowed, lines_with};
use crate::workspace::TextFile;

/// Hosts of registries; those below them count too.
const REGISTRIES: &[&str] = &[
    "crates.io",
    "pypi.org",
    "pythonhosted.org",
    "npmjs.org",
    "deb.debian.org",
];

/// Files in which a package manager writes where each package came from.
const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "uv.lock",
];

/// Lines of a file that name a registry's host in an address.
pub(super) fn named_on(file: &TextFile, _: &Allowed) -> Vec<usize> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if LOCK_FILES.contains(&name) {
        return Vec::new();
    }
    lines_with(&file.text, |line| {
        line.split("://").skip(1).any(begins_with_registry)
    })
}

fn begins_with_registry(after_scheme: &str) -> bool {
    let end = after_scheme.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')));
    let host = end
        .and_then(|end| after_scheme.get(..end))
        .unwrap_or(after_scheme)
        .trim_end_matches('.');
    let is = |registry: &&str| {
        host.strip_suffix(*registry)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    REGISTRIES.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: bool) {
        let file = TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(
            !named_on(&file, &Allowed::default()).is_empty(),
            expected,
            "{path} {text}"
        );
    }

    #[test]
    fn hosts_are_read_off_addresses() {
        check("a.md", "see https://crates.io/crates/x", true);
        check("a.md", "see https://index.crates.io", true);
        check("a.md", "(http://pypi.org:80).", true);
        check(
            "a.md",
            "a https://example.org and https://registry.npmjs.org/x",
            true,
        );
        check(
            "a.md",
            "https://example.org/crates.io and https://notcrates.io",
            false,
        );
        check("a.md", "the registry crates.io", false);
        check("console/package-lock.json", "https://registry.npmjs.org/x", false);
        check("package.json", "https://registry.npmjs.org/x", true);
    }
}
