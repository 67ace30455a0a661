//! The digest that names a register's content.

use crate::source::Source;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// SHA-256 over the files in the order of their paths, each path and each text behind its length, so that no two
/// registers share a digest by moving a character from one to the other.
pub(crate) fn digest(sources: &[Source]) -> String {
    let mut sorted: Vec<&Source> = sources.iter().collect();
    sorted.sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
    let mut hash = Sha256::new();
    for part in sorted.iter().flat_map(|source| [&source.path, &source.text]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    format!("sha256:{}", HEXLOWER.encode(&hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn order_does_not_matter_and_borders_do() {
        let (a, b) = (source("a.toml", "x"), source("b.toml", "y"));
        assert_eq!(digest(&[a.clone(), b.clone()]), digest(&[b, a]));
        assert_ne!(digest(&[source("a", "bc")]), digest(&[source("ab", "c")]));
        assert_ne!(
            digest(&[source("a", "b")]),
            digest(&[source("a", "b"), source("", "")])
        );
        assert_eq!(
            digest(&[]),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
