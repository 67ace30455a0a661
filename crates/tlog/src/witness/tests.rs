//! Requests and answers, and what a witness makes of a log that goes back on itself.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::note::{Signer, VerifierKey};
use crate::{CheckError, Edge, leaf_hash, node_hash};

const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

const EXAMPLE_ANSWER: &str = "\
— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
";

#[test]
fn the_examples_of_the_specification() {
    let request = Request::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
    assert_eq!(request.checkpoint.note().signatures().len(), 2);
    assert_eq!(request.to_string(), EXAMPLE);
    let answer = Answer::parse(200, EXAMPLE_ANSWER.as_bytes()).unwrap();
    assert_eq!(answer.body(), EXAMPLE_ANSWER);
}

#[test]
fn what_is_no_request() {
    let (_, note) = EXAMPLE.split_once("\n\n").unwrap();
    let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
    let refused = |body: String| Request::parse(body.as_bytes()).unwrap_err();
    let line = |line, expected, found: &str| FormatError::Line {
        line,
        expected,
        found: found.to_owned(),
    };
    let old = "`old` and a size";
    for wrong in [
        "old",
        "old ",
        "old  1",
        "old 01",
        "old -1",
        "old 1 ",
        "Old 1",
        "old\u{a0}1",
        "",
    ] {
        assert_eq!(refused(format!("{wrong}\n\n{note}")), line(1, old, wrong));
    }
    let what = "a hash of the proof in base64";
    assert_eq!(
        refused(format!("old 1\n{hash}=\n\n{note}")),
        line(2, what, &format!("{hash}="))
    );
    assert_eq!(
        refused(format!("old 1\n{hash}\n")),
        FormatError::Ends {
            line: 3,
            expected: what
        }
    );
    let many = |count| format!("old 1\n{}\n{note}", format!("{hash}\n").repeat(count));
    assert_eq!(Request::parse(many(63).as_bytes()).unwrap().proof.len(), 63);
    assert_eq!(
        refused(many(64)),
        FormatError::TooMany {
            line: 65,
            what,
            limit: 63
        }
    );
    assert_eq!(
        refused(format!("old 1\n\n\n{note}")),
        line(3, "the origin of the log", "")
    );
    assert_eq!(
        refused(format!("old 1\n\n{note}more\n"))
            .to_string()
            .split_once(" should")
            .unwrap()
            .0,
        "line 9"
    );
    assert_eq!(
        Request::parse(b"old 1\n\xff"),
        Err(FormatError::NotText { line: 2 })
    );
}

#[test]
fn answers() {
    let hash = leaf_hash(b"");
    let checkpoint = Checkpoint::new("log.example", 1, hash).unwrap();
    let line = Cosigner::from_seed("witness.example", &[1; 32])
        .unwrap()
        .cosign(&checkpoint, 1)
        .unwrap();
    for (answer, status) in [
        (Answer::Cosigned(vec![line.clone(), line]), 200),
        (Answer::Malformed, 400),
        (Answer::Unsigned, 403),
        (Answer::UnknownLog, 404),
        (Answer::OtherSize(0), 409),
        (Answer::OtherSize(42), 409),
        (Answer::Inconsistent, 422),
    ] {
        assert_eq!(answer.status(), status);
        assert_eq!(answer.content_type().is_some(), status == 409);
        assert_eq!(Answer::parse(status, answer.body().as_bytes()), Ok(answer));
    }
    assert_eq!(Answer::OtherSize(42).body(), "42\n");
    assert_eq!(Answer::parse(500, b""), Err(AnswerError::Status(500)));
    for (status, body) in [
        (200, ""),
        (200, "hello\n"),
        (409, ""),
        (409, "1"),
        (409, "01\n"),
        (409, "1\n2\n"),
    ] {
        assert!(
            matches!(
                Answer::parse(status, body.as_bytes()),
                Err(AnswerError::Body { .. })
            ),
            "`{body}`"
        );
    }
}

/// A log of three entries that the witness saw at two, and what can be wrong with it.
struct Scene {
    log: Signer,
    leaves: [Hash; 3],
}

impl Scene {
    fn new() -> Self {
        let leaves = [b"one", b"two", b"six"].map(|entry| leaf_hash(entry));
        Self {
            log: Signer::from_seed("log.example", &[5; 32]).unwrap(),
            leaves,
        }
    }

    fn root(&self, size: usize) -> Hash {
        let mut edge = Edge::new();
        self.leaves[..size].iter().for_each(|leaf| edge.push(*leaf));
        edge.root()
    }

    fn seen(&self, size: usize) -> Option<Seen> {
        Some(Seen {
            size: size as u64,
            root: self.root(size),
        })
    }

    fn keys(&self) -> [VerifierKey; 1] {
        [self.log.verifier_key()]
    }

    fn request(&self, old: u64, proof: &[Hash], size: u64, root: Hash) -> Request {
        let checkpoint = Checkpoint::new("log.example", size, root)
            .unwrap()
            .sign(&[&self.log])
            .unwrap();
        Request {
            old,
            proof: proof.to_vec(),
            checkpoint,
        }
    }

    fn judge(&self, seen: Option<Seen>, request: &Request) -> Result<Seen, u16> {
        judge(seen, request, &self.keys()).map_err(|refusal| refusal.answer().status())
    }
}

#[test]
fn a_log_that_grows() {
    let scene = Scene::new();
    let (leaves, root) = (scene.leaves, |size| scene.root(size));
    let good = [
        (None, scene.request(0, &[], 0, Hash::EMPTY_TREE), 0),
        (None, scene.request(0, &[], 3, root(3)), 3),
        (scene.seen(0), scene.request(0, &[], 3, root(3)), 3),
        (scene.seen(2), scene.request(2, &leaves[2..], 3, root(3)), 3),
        (scene.seen(1), scene.request(1, &leaves[1..], 3, root(3)), 3),
        (scene.seen(3), scene.request(3, &[], 3, root(3)), 3),
    ];
    for (seen, request, size) in good {
        assert_eq!(scene.judge(seen, &request).ok(), scene.seen(size), "{request}");
        assert_eq!(Request::parse(request.to_string().as_bytes()), Ok(request));
    }
}

#[test]
fn a_log_that_does_not() {
    let scene = Scene::new();
    let (leaves, root) = (scene.leaves, |size| scene.root(size));
    let other = node_hash(&leaves[1], &leaves[0]);
    let bad = [
        (scene.seen(2), scene.request(3, &[], 2, root(2)), 400),
        // neither further back nor further on than the witness is
        (scene.seen(3), scene.request(2, &leaves[2..], 3, root(3)), 409),
        (scene.seen(1), scene.request(2, &leaves[2..], 3, root(3)), 409),
        (scene.seen(2), scene.request(0, &[], 3, root(3)), 409),
        (None, scene.request(2, &leaves[2..], 3, root(3)), 409),
        (None, scene.request(0, &[], 0, root(1)), 422),
        (None, scene.request(0, &leaves[..1], 3, root(3)), 422),
        (scene.seen(2), scene.request(2, &[], 2, other), 422),
        (scene.seen(2), scene.request(2, &leaves[..1], 2, root(2)), 422),
        (scene.seen(2), scene.request(2, &[], 3, root(3)), 422),
        (scene.seen(2), scene.request(2, &leaves[1..2], 3, root(3)), 422),
        (scene.seen(2), scene.request(2, &leaves[2..], 3, root(2)), 422),
        // another history from the beginning, consistent in itself
        (
            scene.seen(2),
            scene.request(2, &leaves[2..], 3, node_hash(&other, &leaves[2])),
            422,
        ),
    ];
    for (seen, request, status) in bad {
        assert_eq!(scene.judge(seen, &request), Err(status), "{seen:?} {request}");
    }
    let fork = judge(scene.seen(2), &scene.request(2, &[], 2, other), &scene.keys());
    let check = CheckError::Root {
        found: root(2),
        expected: other,
    };
    assert_eq!(fork, Err(Refusal::Inconsistent(check)));
    let late = judge(
        scene.seen(2),
        &scene.request(1, &leaves[1..], 3, root(3)),
        &scene.keys(),
    );
    assert_eq!(late.unwrap_err().answer(), Answer::OtherSize(2));
}

#[test]
fn whose_checkpoint() {
    let scene = Scene::new();
    let request = scene.request(0, &[], 3, scene.root(3));
    let status = |keys: &[VerifierKey], request: &Request| {
        judge(None, request, keys)
            .map_err(|refusal| refusal.answer().status())
            .err()
    };
    let stranger = Signer::from_seed("stranger.example", &[6; 32]).unwrap();
    let same_name = Signer::from_seed("log.example", &[6; 32]).unwrap();
    assert_eq!(status(&[], &request), Some(404));
    assert_eq!(status(&scene.keys(), &request), None);
    assert_eq!(status(&[stranger.verifier_key()], &request), Some(403));
    assert_eq!(status(&[same_name.verifier_key()], &request), Some(403));
    assert_eq!(
        status(&[same_name.verifier_key(), scene.log.verifier_key()], &request),
        None
    );
    // a forged line beside a good one
    let mut forged = request.clone();
    let other = Checkpoint::new("log.example", 4, scene.root(3))
        .unwrap()
        .sign(&[&scene.log])
        .unwrap();
    forged.checkpoint.add(other.note().signatures()[0].clone());
    assert_eq!(status(&scene.keys(), &forged), Some(403));
    // who has not signed is not told of sizes
    assert_eq!(
        status(&[stranger.verifier_key()], &Request { old: 9, ..request }),
        Some(403)
    );
}
