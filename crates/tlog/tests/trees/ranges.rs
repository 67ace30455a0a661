//! Runs of entries: proved out of tiles, checked against the root, and every way to spoil that.

use crate::memory::{Log, leaf};
use proptest::prelude::*;
use tlog::{Hash, RangeCheck, RangeError, RangeProof, prove_range};

fn check(proof: &RangeProof, first: u64, leaves: &[Hash], size: u64, root: Hash) -> Result<(), RangeError> {
    let mut check = RangeCheck::begin(first, proof.before.clone())?;
    leaves.iter().for_each(|leaf| check.push(*leaf));
    check.end(&proof.after, size, root)
}

fn spoiled(proof: &RangeProof) -> Vec<RangeProof> {
    let lists = [&proof.before, &proof.after];
    let mut all = Vec::new();
    for (which, list) in lists.into_iter().enumerate() {
        let with = |list: Vec<Hash>| match which {
            0 => RangeProof {
                before: list,
                ..proof.clone()
            },
            _ => RangeProof {
                after: list,
                ..proof.clone()
            },
        };
        all.push(with([list.as_slice(), &[leaf(7)]].concat()));
        for at in 0..list.len() {
            let mut without = list.clone();
            without.remove(at);
            all.push(with(without));
            let mut changed = list.clone();
            changed[at] = leaf(999);
            all.push(with(changed));
        }
    }
    all
}

#[test]
fn every_run_of_every_small_tree() {
    let log = Log::of(40);
    for size in 0..=40 {
        let root = Log::of(size).root();
        for first in 0..=size {
            for end in first..=size {
                let leaves: Vec<Hash> = (first..end).map(leaf).collect();
                let proof = prove_range(first, end, size, &log).unwrap();
                assert_eq!(
                    check(&proof, first, &leaves, size, root),
                    Ok(()),
                    "{first} to {end} of {size}"
                );
                for wrong in spoiled(&proof) {
                    assert!(
                        check(&wrong, first, &leaves, size, root).is_err(),
                        "{first} to {end} of {size}"
                    );
                }
                if let Some((_, fewer)) = leaves.split_last() {
                    assert!(check(&proof, first, fewer, size, root).is_err());
                }
                let more = [leaves.as_slice(), &[leaf(end)]].concat();
                assert!(check(&proof, first, &more, size, root).is_err());
                for at in 0..leaves.len() {
                    let mut changed = leaves.clone();
                    changed[at] = leaf(1000);
                    assert_eq!(check(&proof, first, &changed, size, root), Err(RangeError::Root));
                }
            }
        }
    }
    assert!(prove_range(0, 41, 40, &log).is_err() && prove_range(3, 2, 40, &log).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn runs_of_larger_trees(size in 1..70_000_u64, cuts: [u64; 2]) {
        let log = Log::of(size);
        let mut cuts = cuts.map(|cut| cut % (size + 1));
        cuts.sort_unstable();
        let [first, end] = cuts;
        let proof = prove_range(first, end, size, &log).unwrap();
        let leaves: Vec<Hash> = (first..end).map(leaf).collect();
        prop_assert_eq!(check(&proof, first, &leaves, size, log.root()), Ok(()));
        prop_assert!(proof.before.len() <= 63 && proof.after.len() <= 126);
    }
}
