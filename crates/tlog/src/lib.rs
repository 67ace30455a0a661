//! The formats of transparency logs that anybody can check: hashes, tiles, checkpoints, signatures, proofs.
//!
//! A log is a list of entries under a Merkle tree. Its *root* commits to every entry and their order, a signed
//! *checkpoint* commits its keeper to a root, and a *witness* that cosigns checkpoints vouches that each tree contains
//! the one before. This crate has the formats of [C2SP](https://c2sp.org) as they stand, over the hashing of RFC 6962:
//!
//! | here | specification |
//! |---|---|
//! | [`leaf_hash`], [`node_hash`], [`prove_inclusion`], [`check_inclusion`], [`prove_consistency`], [`check_consistency`] | RFC 6962, sections 2.1 to 2.1.2 |
//! | [`prove_range`], [`RangeCheck`] | the same tree, for a run of entries |
//! | [`Tiles`], [`TileCoordinate`], [`BundleCoordinate`], [`bundle`] | `tlog-tiles` |
//! | [`note`] | `signed-note`, Ed25519 (type `0x01`) |
//! | [`Checkpoint`], [`SignedCheckpoint`] | `tlog-checkpoint` |
//! | [`cosignature`] | `tlog-cosignature`, Ed25519 (type `0x04`) |
//! | [`witness`] | `tlog-witness`, `add-checkpoint` |
//! | [`proof`] | `tlog-proof` |
//!
//! Nothing here opens a file or a socket or reads a clock: a caller brings bytes, tiles and times. What is read from
//! outside is bounded in size, has exactly one spelling, and is refused with the line and what was expected there.
//!
//! # Growing a log
//!
//! [`Edge`] is the least that a writer needs: the right edge of the tree, from which the root follows. [`Tiles`] has
//! an edge and the tiles that are not full yet; what it gives out is what a log serves.
//!
//! ```
//! use tlog::{Checkpoint, Tiles, leaf_hash, note::Signer};
//!
//! let mut tiles = Tiles::new();
//! for entry in ["one", "two", "three"] {
//!     tiles.push(leaf_hash(entry.as_bytes()), &mut |at, bytes| println!("{} is full: {} bytes", at.path(), bytes.len()));
//! }
//! for (at, bytes) in tiles.partial() {
//!     println!("{} has {} bytes", at.path(), bytes.len()); // tile/0/000.p/3 has 96 bytes
//! }
//!
//! let signer = Signer::from_seed("log.example/audit", &[7; 32])?;
//! let signed = Checkpoint::new("log.example/audit", tiles.edge().size(), tiles.edge().root())?.sign(&[&signer])?;
//! assert_eq!(signed.note().verified_by(&[signer.verifier_key()])?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Proving
//!
//! Whoever has the tiles can prove, and whoever has the root can check.
//!
//! ```
//! use std::collections::BTreeMap;
//! use tlog::{TileCoordinate, TileReader, Tiles, check_inclusion, leaf_hash, prove_inclusion};
//!
//! struct Folder(BTreeMap<String, Vec<u8>>);
//!
//! impl TileReader for Folder {
//!     type Error = std::io::Error;
//!
//!     fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, Self::Error> {
//!         self.0.get(&at.path()).cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into())
//!     }
//! }
//!
//! let (mut tiles, mut folder) = (Tiles::new(), Folder(BTreeMap::new()));
//! for entry in 0..300_u32 {
//!     let leaf = leaf_hash(&entry.to_be_bytes());
//!     tiles.push(leaf, &mut |at, bytes| drop(folder.0.insert(at.path(), bytes.to_vec())));
//! }
//! folder.0.extend(tiles.partial().map(|(at, bytes)| (at.path(), bytes.to_vec())));
//!
//! let proof = prove_inclusion(7, 300, &folder)?;
//! check_inclusion(&proof, 7, leaf_hash(&7_u32.to_be_bytes()), 300, tiles.edge().root())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Who else reads these formats
//!
//! `scripts/independent-verify.sh` checks a folder of tiles, bundles and a checkpoint with the packages of the Go
//! project, in which nothing is of this crate; `examples/write_log.rs` writes such a folder.
//!
//! # Limits
//!
//! A tree has at most [`MAX_SIZE`] entries, so that sizes fit the signed 64-bit integers of other implementations and
//! no proof has more than [`MAX_PROOF`] hashes.

pub mod bundle;
mod check;
mod checkpoint;
pub mod cosignature;
mod edge;
mod hash;
pub mod note;
pub mod proof;
mod prove;
mod range;
mod reader;
mod text;
mod tile;
mod tiles;
pub mod witness;

pub use check::{CheckError, check_consistency, check_inclusion};
pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use edge::{Edge, EdgeError};
pub use hash::{Hash, HashError, leaf_hash, node_hash};
pub use prove::{ProveError, prove_consistency, prove_inclusion};
pub use range::{RangeCheck, RangeError, RangeProof, prove_range};
pub use reader::{TileError, TileReader};
pub use text::FormatError;
pub use tile::{BundleCoordinate, PathError, TILE_WIDTH, TileCoordinate};
pub use tiles::Tiles;

/// The most entries that a tree can have: sizes fit a signed 64-bit integer.
pub const MAX_SIZE: u64 = (1 << 63) - 1;

/// The most hashes that a proof can have: one for each level of the largest tree.
pub const MAX_PROOF: usize = 63;
