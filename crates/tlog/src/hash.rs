//! The hashes of RFC 6962: leaves and nodes are told apart by their first byte, so neither can pass for the other.

use aws_lc_rs::digest::{self, Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::str::FromStr;

/// A SHA-256 hash: of a leaf, of a node, or the root of a tree. Written as base64 with padding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Hash::BYTES]);

/// Why a text is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a SHA-256 hash in base64", crate::text::shown(.found))]
pub struct HashError {
    /// The text.
    pub found: String,
}

impl Hash {
    /// How many bytes a hash has.
    pub const BYTES: usize = 32;

    /// The root of the empty tree: the hash of no bytes.
    pub const EMPTY_TREE: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// The hash with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    fn of(digest: &digest::Digest) -> Self {
        let mut bytes = [0; Self::BYTES];
        for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        let refused = || HashError {
            found: text.to_owned(),
        };
        if text.len() != 44 {
            return Err(refused());
        }
        let bytes = STANDARD.decode(text).map_err(|_| refused())?;
        Ok(Self(bytes.try_into().map_err(|_| refused())?))
    }
}

/// The hash of an entry as a leaf.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[0]);
    context.update(entry);
    Hash::of(&context.finish())
}

/// The hash of a node with these two below it.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 1 + 2 * Hash::BYTES];
    let below = left.0.iter().chain(&right.0);
    for (to, from) in bytes.iter_mut().skip(1).zip(below) {
        *to = *from;
    }
    Hash::of(&digest::digest(&SHA256, &bytes))
}

/// The root over perfect subtrees that stand beside each other, the largest first.
pub(crate) fn fold(subtrees: &[Hash]) -> Hash {
    let mut rightmost_first = subtrees.iter().rev();
    let Some(last) = rightmost_first.next() else {
        return Hash::EMPTY_TREE;
    };
    rightmost_first.fold(*last, |right, left| node_hash(left, &right))
}

/// The root over a number of hashes that is a power of two.
pub(crate) fn perfect_root(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        row = row
            .as_chunks()
            .0
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    row.first().copied().unwrap_or(Hash::EMPTY_TREE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// The hashes over the eight entries with which implementations of Certificate Transparency are compared.
    #[test]
    fn known_answers() {
        let hex = |hash: &Hash| HEXLOWER.encode(hash.as_bytes());
        let empty = leaf_hash(b"");
        assert_eq!(
            hex(&empty),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let node = node_hash(&empty, &leaf_hash(&[0]));
        assert_eq!(
            hex(&node),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
        assert_eq!(Hash::of(&digest::digest(&SHA256, b"")), Hash::EMPTY_TREE);
        let root: Vec<Hash> = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
            .iter()
            .chain(&["606162636465666768696a6b6c6d6e6f"])
            .map(|entry| leaf_hash(&HEXLOWER.decode(entry.as_bytes()).unwrap()))
            .collect();
        assert_eq!(
            hex(&perfect_root(root)),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    #[test]
    fn one_spelling() {
        let text = leaf_hash(b"one").to_string();
        assert_eq!(text.parse(), Ok(leaf_hash(b"one")));
        for wrong in [
            text.replace('=', ""),
            format!("{text} "),
            text.replace('=', "!"),
            String::new(),
        ] {
            assert_eq!(wrong.parse::<Hash>(), Err(HashError { found: wrong.clone() }));
        }
        // the last digit has two bits that belong to no byte
        let zero = Hash::from_bytes([0; 32]).to_string();
        assert!(zero.replace("A=", "B=").parse::<Hash>().is_err());
    }
}
