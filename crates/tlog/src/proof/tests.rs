//! Proofs: made, read back, and everything that must not be believed.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::note::Signer;
use crate::{leaf_hash, node_hash};

struct Scene {
    keys: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    leaves: [Hash; 3],
    proof: Proof,
}

/// A log of three entries, cosigned by two witnesses of three, and the proof of its second.
fn scene() -> Scene {
    let log = Signer::from_seed("log.example", &[1; 32]).unwrap();
    let witnesses =
        [2, 3, 4].map(|seed| Cosigner::from_seed(&format!("w{seed}.example"), &[seed; 32]).unwrap());
    let leaves = [b"one", b"two", b"six"].map(|entry| leaf_hash(entry));
    let root = node_hash(&node_hash(&leaves[0], &leaves[1]), &leaves[2]);
    let checkpoint = Checkpoint::new("log.example", 3, root).unwrap();
    let mut signed = checkpoint.clone().sign(&[&log]).unwrap();
    for (witness, time) in witnesses.iter().zip([100, 200]) {
        signed.add(witness.cosign(&checkpoint, time).unwrap());
    }
    let hashes = vec![leaves[0], leaves[2]];
    Scene {
        keys: vec![log.verifier_key()],
        witnesses: witnesses.iter().map(Cosigner::verifier_key).collect(),
        leaves,
        proof: Proof {
            extra: b"salt".to_vec(),
            index: 1,
            hashes,
            checkpoint: signed,
        },
    }
}

impl Scene {
    fn trust(&self, quorum: usize) -> Trust<'_> {
        Trust {
            origin: "log.example",
            log: &self.keys,
            witnesses: &self.witnesses,
            quorum,
        }
    }
}

#[test]
fn a_good_proof() {
    let scene = scene();
    let text = scene.proof.to_string();
    let beginning = format!(
        "c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 1\n{}\n",
        scene.leaves[0]
    );
    assert!(text.starts_with(&beginning), "{text}");
    assert_eq!(Proof::parse(text.as_bytes()).as_ref(), Ok(&scene.proof));
    let trust = scene.trust(2);
    let witnesses = scene.proof.check(scene.leaves[1], &trust).unwrap();
    assert_eq!(
        witnesses.iter().map(|by| by.time).collect::<Vec<_>>(),
        [Some(100), Some(200)]
    );
    let plain = Proof {
        extra: Vec::new(),
        ..scene.proof.clone()
    };
    assert!(plain.to_string().starts_with("c2sp.org/tlog-proof@v1\nindex 1\n"));
    assert_eq!(Proof::parse(plain.to_string().as_bytes()), Ok(plain));
    // nobody asked for witnesses
    let nobody = Trust {
        witnesses: &[],
        quorum: 0,
        ..trust
    };
    assert_eq!(scene.proof.check(scene.leaves[1], &nobody), Ok(Vec::new()));
}

#[test]
fn what_is_not_believed() {
    let scene = scene();
    let (leaf, trust) = (scene.leaves[1], scene.trust(2));
    let refused = |proof: &Proof, leaf, trust: &Trust<'_>| proof.check(leaf, trust).unwrap_err();
    let proof = &scene.proof;
    assert!(matches!(
        refused(proof, scene.leaves[0], &trust),
        ProofError::Inclusion(CheckError::Root { .. })
    ));
    let other = Proof {
        index: 0,
        ..proof.clone()
    };
    assert!(matches!(
        refused(&other, leaf, &trust),
        ProofError::Inclusion(CheckError::Root { .. })
    ));
    let beyond = Proof {
        index: 3,
        ..proof.clone()
    };
    assert!(matches!(
        refused(&beyond, leaf, &trust),
        ProofError::Inclusion(CheckError::NoEntry { .. })
    ));
    let short = Proof {
        hashes: vec![scene.leaves[0]],
        ..proof.clone()
    };
    assert!(matches!(
        refused(&short, leaf, &trust),
        ProofError::Inclusion(CheckError::Length { is_short: true, .. })
    ));
    let elsewhere = Trust {
        origin: "other.example",
        ..trust
    };
    assert!(matches!(
        refused(proof, leaf, &elsewhere),
        ProofError::OtherLog { .. }
    ));
    let stranger = [Signer::from_seed("log.example", &[9; 32]).unwrap().verifier_key()];
    let wrong_log = Trust {
        log: &stranger,
        ..trust
    };
    assert_eq!(
        refused(proof, leaf, &wrong_log),
        ProofError::Log(NoteError::Unsigned)
    );
    // a witness does not stand in for the log
    let witness_as_log = Trust {
        log: &stranger,
        witnesses: &scene.witnesses,
        ..trust
    };
    assert_eq!(
        refused(proof, leaf, &witness_as_log),
        ProofError::Log(NoteError::Unsigned)
    );
    assert_eq!(
        refused(proof, leaf, &scene.trust(3)),
        ProofError::Quorum { found: 2, quorum: 3 }
    );
}

#[test]
fn witnesses_that_do_not_count() {
    let mut scene = scene();
    let checkpoint = scene.proof.checkpoint.checkpoint().clone();
    // the same key under another name
    let double = Cosigner::from_seed("double.example", &[2; 32]).unwrap();
    scene
        .proof
        .checkpoint
        .add(double.cosign(&checkpoint, 300).unwrap());
    scene.witnesses.push(double.verifier_key());
    let refused = |scene: &Scene| scene.proof.check(scene.leaves[1], &scene.trust(3)).unwrap_err();
    assert_eq!(refused(&scene), ProofError::Quorum { found: 2, quorum: 3 });
    // the third witness, of another checkpoint
    let third = Cosigner::from_seed("w4.example", &[4; 32]).unwrap();
    let other = Checkpoint::new("log.example", 2, scene.leaves[0]).unwrap();
    scene.proof.checkpoint.add(third.cosign(&other, 300).unwrap());
    assert!(matches!(
        refused(&scene),
        ProofError::Witness(NoteError::Forged { .. })
    ));
}

#[test]
fn what_is_no_proof() {
    let text = scene().proof.to_string();
    let refused = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "`{from}` is there");
        match Proof::parse(changed.as_bytes()).unwrap_err() {
            FormatError::Line { line, .. }
            | FormatError::Ends { line, .. }
            | FormatError::NotText { line } => line,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused("@v1", "@v2"), 1);
    assert_eq!(refused("c2FsdA==", "c2FsdA"), 2);
    assert_eq!(refused("c2FsdA==", ""), 2);
    assert_eq!(refused("extra c2FsdA==", "extra"), 2);
    assert_eq!(refused("extra c2FsdA==", "extra c2FsdA==\nextra c2FsdA=="), 3);
    assert_eq!(refused("index 1", "index 01"), 3);
    assert_eq!(refused("index 1", "index 9223372036854775808"), 3);
    assert_eq!(refused("index 1\n", ""), 3);
    assert_eq!(refused("index 1\n", "index 1\nAAAA\n"), 4);
    assert_eq!(refused("\n\n", "\n"), 6);
    assert_eq!(refused("\n\nlog.example", "\n\n\nlog.example"), 7);
    assert_eq!(refused("log.example\n3\n", "log.example\n03\n"), 8);
    for end in 0..text.len() {
        let cut = &text.as_bytes()[..end];
        // without its last lines of signatures a proof is one still
        assert!(Proof::parse(cut).is_err() || cut.ends_with(b"=\n"), "{end}");
    }
    let extra = |bytes: usize| {
        Proof {
            extra: vec![0; bytes],
            ..scene().proof
        }
        .to_string()
    };
    assert!(Proof::parse(extra(MAX_EXTRA).as_bytes()).is_ok());
    assert!(Proof::parse(extra(MAX_EXTRA + 1).as_bytes()).is_err());
}
