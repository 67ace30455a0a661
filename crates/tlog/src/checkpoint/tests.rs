//! Checkpoints: the specification's own, and what is refused.

use super::*;
use crate::leaf_hash;
use proptest::prelude::*;

const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    — example.com/behind-the-sofa \
    Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    — witness.example.com/w1 \
    jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

/// With the cosignature of the witness protocol's specification.
#[test]
fn the_example_of_the_specification() {
    let signed = SignedCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(signed.to_string(), EXAMPLE);
    let checkpoint = signed.checkpoint();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size()),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(
        checkpoint.root().to_string(),
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    );
    assert_eq!(checkpoint.extensions(), [""; 0]);
    let [log, witness] = signed.note().signatures() else {
        panic!("two signatures")
    };
    assert_eq!(
        (log.name().as_str(), log.id().to_string().as_str()),
        ("example.com/behind-the-sofa", "033de0ae")
    );
    assert_eq!(witness.name().as_str(), "witness.example.com/w1");
    // the time of the example, for which no key is published
    assert_eq!(
        crate::cosignature::split(&witness.signature).unwrap().0,
        1_679_315_147
    );
}

#[test]
fn what_is_no_checkpoint() {
    let root = leaf_hash(b"").to_string();
    let line = |line, expected, found: &str| FormatError::Line {
        line,
        expected,
        found: found.to_owned(),
    };
    let size = |found: &str| line(2, "the size of the tree", found);
    for (text, error) in [
        (
            "",
            FormatError::Ends {
                line: 1,
                expected: "the origin of the log",
            },
        ),
        ("\n1\n", line(1, "the origin of the log", "")),
        (
            "o\n",
            FormatError::Ends {
                line: 2,
                expected: "the size of the tree",
            },
        ),
        ("o\n01\n", size("01")),
        ("o\n-1\n", size("-1")),
        ("o\n \n", size(" ")),
        ("o\n9223372036854775808\n", size("9223372036854775808")),
        (
            "o\n1\n",
            FormatError::Ends {
                line: 3,
                expected: "the root of the tree in base64",
            },
        ),
        ("o\n1\nAAAA\n", line(3, "the root of the tree in base64", "AAAA")),
        (
            &format!("o\n1\n{root}"),
            FormatError::Ends {
                line: 3,
                expected: "the root of the tree in base64",
            },
        ),
        (&format!("o\n1\n{root}\n\n"), line(4, "an extension", "")),
        (
            &format!("o\n1\n{root}\nmore"),
            FormatError::Ends {
                line: 4,
                expected: "an extension",
            },
        ),
        (&format!("o\r\n1\n{root}\n"), FormatError::NotText { line: 1 }),
    ] {
        assert_eq!(Checkpoint::parse(text), Err(error), "`{text}`");
    }
    assert_eq!(
        Checkpoint::parse(&format!("o\n1\n{root}\nmore\n"))
            .unwrap()
            .extensions(),
        ["more"]
    );
}

#[test]
fn what_can_be_none() {
    let root = leaf_hash(b"");
    for origin in ["", "a\nb", "a\n1", "a\tb"] {
        assert!(Checkpoint::new(origin, 1, root).is_err(), "`{origin}`");
    }
    // an origin that goes on with the lines of another checkpoint
    assert!(Checkpoint::new(format!("a\n7\n{root}"), 1, root).is_err());
    assert!(Checkpoint::new("a", crate::MAX_SIZE + 1, root).is_err());
    for extension in ["", "a\nb", "a\n"] {
        assert!(
            Checkpoint::with_extensions("a", 1, root, vec![extension.to_owned()]).is_err(),
            "`{extension}`"
        );
    }
}

proptest! {
    #[test]
    fn checkpoints_come_back(
        origin in "[^\\x00-\\x1f]{1,20}",
        size in 0..=crate::MAX_SIZE,
        root: [u8; 32],
        extensions in prop::collection::vec("[^\\x00-\\x1f]{1,20}", 0..3),
        seed: [u8; 32],
    ) {
        let checkpoint = Checkpoint::with_extensions(origin, size, Hash::from_bytes(root), extensions).unwrap();
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint.clone()));
        let log = Signer::from_seed("log.example", &seed).unwrap();
        let signed = checkpoint.sign(&[&log]).unwrap();
        prop_assert_eq!(SignedCheckpoint::parse(signed.to_string().as_bytes()), Ok(signed));
    }
}
