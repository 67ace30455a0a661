//! Larger trees, against two implementations that nobody here wrote.

use crate::memory::{Log, entry, leaf};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use sigstore_merkle::{verify_consistency_proof, verify_inclusion_proof};
use tlog::{
    Hash, TileCoordinate, Tiles, check_consistency, check_inclusion, prove_consistency, prove_inclusion,
};

type Other = MemoryBackedTree<Sha256, [u8; 8]>;

/// A hash as the other crate has it, whose type it does not give a name.
fn theirs<T: From<[u8; 32]>>(hash: &Hash) -> T {
    T::from(*hash.as_bytes())
}

fn all_theirs<T: From<[u8; 32]>>(hashes: &[Hash]) -> Vec<T> {
    hashes.iter().map(theirs).collect()
}

/// Compares the trees as they are, and their proofs of these entries and from these older sizes.
fn compare(log: &Log, other: &Other, entries: &[u64], olds: &[u64]) {
    let (size, root) = (log.size(), log.root());
    assert_eq!(other.len(), size);
    assert_eq!(root.as_bytes()[..], other.root().as_bytes()[..], "root of {size}");
    let expected: Vec<_> = TileCoordinate::of_tree(size).map(TileCoordinate::path).collect();
    assert_eq!(log.paths(), expected, "tiles of {size}");
    assert_eq!(
        Tiles::from_reader(size, log).as_ref(),
        Ok(&log.tiles),
        "tiles of {size}, read again"
    );
    for index in entries {
        let proof = prove_inclusion(*index, size, log).unwrap();
        let bytes: Vec<u8> = proof.iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(
            bytes,
            other.prove_inclusion(*index as usize).as_bytes(),
            "{index} in {size}"
        );
        verify_inclusion_proof(
            &theirs(&leaf(*index)),
            *index,
            size,
            &all_theirs(&proof),
            &theirs(&root),
        )
        .unwrap();
        check_inclusion(&proof, *index, leaf(*index), size, root).unwrap();
    }
    for old in olds {
        let old_root = Tiles::from_reader(*old, log).unwrap().edge().root();
        let proof = prove_consistency(*old, size, log).unwrap();
        let bytes: Vec<u8> = proof.iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(
            bytes,
            other.prove_consistency((size - old) as usize).as_bytes(),
            "{old} to {size}"
        );
        verify_consistency_proof(
            *old,
            size,
            &all_theirs(&proof),
            &theirs(&old_root),
            &theirs(&root),
        )
        .unwrap();
        check_consistency(&proof, *old, old_root, size, root).unwrap();
    }
}

fn grow(other: &mut Other, size: u64) {
    for index in other.len()..size {
        other.push(entry(index));
    }
}

/// Where tiles begin and end: one tile, two, a whole level of them.
#[test]
fn around_the_edges_of_tiles() {
    let (mut log, mut other) = (Log::default(), Other::new());
    let mut earlier = vec![1];
    for size in [
        1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, 66_049, 70_000,
    ] {
        log.grow(size);
        grow(&mut other, size);
        let entries = [0, 1, 254, 255, 256, 257, 65_535, 65_536, size / 2, size - 1];
        let entries: Vec<_> = entries.into_iter().filter(|index| *index < size).collect();
        earlier.push(size);
        compare(&log, &other, &entries, &earlier);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn of_any_size(size in 1_u64..=2_000, entries in prop::collection::vec(any::<u64>(), 8), olds in prop::collection::vec(any::<u64>(), 8)) {
        let mut other = Other::new();
        grow(&mut other, size);
        let entries: Vec<_> = entries.into_iter().map(|entry| entry % size).collect();
        let olds: Vec<_> = olds.into_iter().map(|old| 1 + old % size).collect();
        compare(&Log::of(size), &other, &entries, &olds);
    }

    /// A copy from before, grown again, is what it was.
    #[test]
    fn a_copy_undoes(size in 0_u64..=600, more in 0_u64..=600) {
        let mut log = Log::of(size);
        let before = log.tiles.clone();
        for index in 0..more {
            log.tiles.push(leaf(index + 9), &mut |_, _| ());
        }
        prop_assert_eq!(Tiles::from_reader(size, &Log::of(size + more)), Ok(before));
    }
}
