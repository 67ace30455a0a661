//! All small trees, against the recursive definitions of RFC 6962; and every way to spoil a proof.

use crate::memory::{Log, Missing, leaf};
use tlog::{
    CheckError, Hash, ProveError, TileCoordinate, TileError, TileReader, Tiles, check_consistency,
    check_inclusion, node_hash, prove_consistency, prove_inclusion,
};

const MOST: u64 = 40;

/// MTH of RFC 6962, section 2.1.
fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_TREE,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// PATH of section 2.1.1.
fn path_of(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, beside) = if index < middle {
        (path_of(index, left), right)
    } else {
        (path_of(index - middle, right), left)
    };
    path.push(root_of(beside));
    path
}

/// SUBPROOF of section 2.1.2.
fn consistency_of(old: usize, leaves: &[Hash], is_known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_known {
            Vec::new()
        } else {
            vec![root_of(leaves)]
        };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, beside) = if old <= middle {
        (consistency_of(old, left, is_known), right)
    } else {
        (consistency_of(old - middle, right, false), left)
    };
    proof.push(root_of(beside));
    proof
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(leaf).collect()
}

/// A proof with one thing wrong, each in turn.
fn spoiled(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[leaf(7)]].concat(), [&[leaf(7)], proof].concat()];
    for at in 0..proof.len() {
        let mut without = proof.to_vec();
        without.remove(at);
        all.push(without);
        let mut changed = proof.to_vec();
        let mut bytes = *changed[at].as_bytes();
        bytes[at % 32] ^= 1;
        changed[at] = Hash::from_bytes(bytes);
        all.push(changed);
    }
    all
}

#[test]
fn inclusion() {
    let log = Log::of(MOST);
    for size in 1..=MOST {
        let root = root_of(&leaves(size));
        for index in 0..size {
            let proof = prove_inclusion(index, size, &log).unwrap();
            assert_eq!(proof, path_of(index as usize, &leaves(size)), "{index} in {size}");
            assert_eq!(check_inclusion(&proof, index, leaf(index), size, root), Ok(()));
            for wrong in spoiled(&proof) {
                assert!(
                    check_inclusion(&wrong, index, leaf(index), size, root).is_err(),
                    "{index} in {size}"
                );
            }
            let other = check_inclusion(&proof, index, leaf(index + 1), size, root);
            assert!(matches!(other, Err(CheckError::Root { .. })));
            for elsewhere in (0..size).filter(|elsewhere| *elsewhere != index) {
                assert!(check_inclusion(&proof, elsewhere, leaf(index), size, root).is_err());
            }
        }
    }
}

#[test]
fn consistency() {
    let log = Log::of(MOST);
    for size in 1..=MOST {
        let root = root_of(&leaves(size));
        for old in 1..=size {
            let old_root = root_of(&leaves(old));
            let proof = prove_consistency(old, size, &log).unwrap();
            assert_eq!(
                proof,
                consistency_of(old as usize, &leaves(size), true),
                "{old} to {size}"
            );
            assert_eq!(check_consistency(&proof, old, old_root, size, root), Ok(()));
            for wrong in spoiled(&proof) {
                assert!(
                    check_consistency(&wrong, old, old_root, size, root).is_err(),
                    "{old} to {size}"
                );
            }
            for other in (1..=size).filter(|other| *other != old) {
                assert!(
                    check_consistency(&proof, other, old_root, size, root).is_err(),
                    "{other} for {old}"
                );
            }
            let (other, same) = (leaf(7), old == size);
            assert!(check_consistency(&proof, old, other, size, root).is_err());
            assert!(check_consistency(&proof, old, old_root, size, other).is_err());
            assert_eq!(proof.is_empty(), same);
        }
    }
}

#[test]
fn at_the_ends() {
    let log = Log::of(3);
    let (root, empty) = (log.root(), Hash::EMPTY_TREE);
    assert_eq!(
        prove_inclusion(3, 3, &log),
        Err(ProveError::NoEntry { index: 3, size: 3 })
    );
    assert_eq!(
        check_inclusion(&[], 0, leaf(0), 0, empty),
        Err(CheckError::NoEntry { index: 0, size: 0 })
    );
    assert_eq!(check_inclusion(&[], 0, leaf(0), 1, leaf(0)), Ok(()));
    assert_eq!(
        prove_consistency(4, 3, &log),
        Err(ProveError::Shrinks { old: 4, size: 3 })
    );
    assert_eq!(
        check_consistency(&[], 4, root, 3, root),
        Err(CheckError::Shrinks { old: 4, size: 3 })
    );
    for (old, old_root, size, new, is_good) in [
        (0, empty, 0, empty, true),
        (0, empty, 3, root, true),
        (0, root, 3, root, false),
        (0, empty, 0, root, false),
        (0, root, 0, root, false),
        (3, root, 3, root, true),
        (3, empty, 3, root, false),
    ] {
        assert_eq!(
            check_consistency(&[], old, old_root, size, new).is_ok(),
            is_good,
            "{old} to {size}"
        );
        assert!(
            check_consistency(&[root], old, old_root, size, new).is_err(),
            "{old} to {size}"
        );
    }
    assert_eq!(prove_consistency(0, 3, &log), Ok(vec![]));
    // the largest sizes do not overflow
    let many = vec![root; 64];
    for proof in [&many[..], &many[..63], &[]] {
        for (old, index) in [
            (1 << 62, 0),
            (u64::MAX - 1, u64::MAX - 1),
            (u64::MAX, 1),
            (1, u64::MAX),
        ] {
            assert!(check_inclusion(proof, index, root, u64::MAX, root).is_err());
            let checked = check_consistency(proof, old, root, u64::MAX, root);
            assert_eq!(checked.is_ok(), old == u64::MAX && proof.is_empty());
        }
    }
}

#[test]
fn tiles_that_are_missing_or_short() {
    struct Short(Log, usize);
    impl TileReader for Short {
        type Error = Missing;
        fn tile(&self, at: TileCoordinate) -> Result<Vec<u8>, Missing> {
            let mut bytes = self.0.tile(at)?;
            bytes.resize(self.1, 0);
            Ok(bytes)
        }
    }
    let path = || "tile/0/000.p/3".to_owned();
    let missing = TileError::Read {
        path: path(),
        source: Missing,
    };
    assert_eq!(Tiles::from_reader(3, &Log::default()), Err(missing.clone()));
    assert_eq!(
        prove_inclusion(0, 3, &Log::default()),
        Err(ProveError::Tile(missing))
    );
    for bytes in [0, 64, 95, 97, 8224] {
        let short = Err(TileError::Width {
            path: path(),
            bytes,
            needed: 3,
        });
        assert_eq!(Tiles::from_reader(3, &Short(Log::of(3), bytes)), short);
    }
    for bytes in [96, 128, 8192] {
        assert_eq!(
            Tiles::from_reader(3, &Short(Log::of(3), bytes))
                .unwrap()
                .edge()
                .root(),
            Log::of(3).root()
        );
    }
    assert_eq!(
        Tiles::from_reader(1 << 63, &Log::default()),
        Err(TileError::TooLarge { size: 1 << 63 })
    );
}
