//! Notes: the specification's own, what is refused, and who counts as having signed.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::{Cosigner, MAX_TIME};
use crate::hash::Hash;
use proptest::prelude::*;

const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
const POEM: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
    — quasimodo.example/salvatore \
    NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

fn signer(name: &str) -> Signer {
    Signer::from_seed(name, &[9; 32]).unwrap()
}

fn parse(text: &str) -> Result<Note, FormatError> {
    Note::parse(text.as_bytes())
}

#[test]
fn the_examples_of_the_specification() {
    let key: VerifierKey = EXAMPLE_KEY.parse().unwrap();
    assert_eq!(key.to_string(), EXAMPLE_KEY);
    let note = parse(EXAMPLE).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert_eq!(
        note.verified_by(std::slice::from_ref(&key)),
        Ok(vec![Verified {
            key: &key,
            time: None
        }])
    );
    assert_eq!(note.to_string(), EXAMPLE);

    let poem = parse(POEM).unwrap();
    assert!(poem.text().ends_with("di sole:\n\ned è subito sera.\n"));
    assert_eq!(poem.verified_by(&[key]), Err(NoteError::Unsigned));
    assert_eq!(poem.to_string(), POEM);
}

#[test]
fn what_is_no_note() {
    let ends = |line| FormatError::Ends {
        line,
        expected: "an empty line and signatures",
    };
    let line = |line, found: &str| FormatError::Line {
        line,
        expected: SIGNATURE_LINE,
        found: found.to_owned(),
    };
    let long = format!("— n {}", base64(&[0; 4]));
    for (text, error) in [
        ("", ends(1)),
        ("text\n", ends(2)),
        (
            "text\n\n",
            FormatError::Ends {
                line: 3,
                expected: SIGNATURE_LINE,
            },
        ),
        (
            "text\n\n— n AAAAAAA=",
            FormatError::Ends {
                line: 3,
                expected: SIGNATURE_LINE,
            },
        ),
        ("text\n\n— n AAAAAAA=\nmore\n", line(4, "more")),
        ("text\n\n- n AAAAAAA=\n", line(3, "- n AAAAAAA=")),
        ("text\n\n—  AAAAAAA=\n", line(3, "—  AAAAAAA=")),
        ("text\n\n— n+m AAAAAAA=\n", line(3, "— n+m AAAAAAA=")),
        ("text\n\n— n\u{a0}m AAAAAAA=\n", line(3, "— n\u{a0}m AAAAAAA=")),
        ("text\n\n— n m AAAAAAA=\n", line(3, "— n m AAAAAAA=")),
        ("text\n\n— n AAAAAAA\n", line(3, "— n AAAAAAA")),
        ("text\n\n— n AAAAAAB=\n", line(3, "— n AAAAAAB=")),
        (&format!("text\n\n{long}\n"), line(3, &long)),
        ("te\txt\n\n— n AAAAAAA=\n", FormatError::NotText { line: 1 }),
        ("text\n\n— n AAAAAAA=\r\n", FormatError::NotText { line: 3 }),
    ] {
        assert_eq!(parse(text), Err(error), "`{text}`");
    }
    // a text of one newline is one
    assert_eq!(parse("\n\n— n AAAAAAA=\n").unwrap().text(), "\n");
    // where several empty lines follow each other, the last one separates
    assert_eq!(parse("a\n\n\n— n AAAAAAA=\n").unwrap().text(), "a\n\n");
}

#[test]
fn bounds() {
    let of = |count: usize| format!("text\n\n{}", "— n AAAAAAA=\n".repeat(count));
    assert_eq!(
        parse(&of(MAX_SIGNATURES)).unwrap().signatures().len(),
        MAX_SIGNATURES
    );
    let limit = MAX_SIGNATURES;
    assert_eq!(
        parse(&of(65)),
        Err(FormatError::TooMany {
            line: 67,
            what: "signatures",
            limit
        })
    );
    let lines = "— n AAAAAAA=\n".repeat(65);
    let many = SignatureLine::parse_all(lines.as_bytes());
    assert_eq!(
        many,
        Err(FormatError::TooMany {
            line: 65,
            what: "signatures",
            limit
        })
    );
    let long = format!("{}\n\n— n AAAAAAA=\n", "a".repeat(MAX_NOTE));
    assert!(matches!(parse(&long), Err(FormatError::TooLong { .. })));
}

#[test]
fn what_can_be_signed() {
    let log = signer("log.example");
    assert_eq!(
        sign("text", &[&log]),
        Err(FormatError::Ends {
            line: 1,
            expected: "a newline"
        }
        .into())
    );
    assert_eq!(
        sign("", &[&log]),
        Err(FormatError::Ends {
            line: 1,
            expected: "a newline"
        }
        .into())
    );
    assert_eq!(
        sign("te\0xt\n", &[&log]),
        Err(FormatError::NotText { line: 1 }.into())
    );
    let note = sign("text\n\nmore\n", &[&log]).unwrap();
    assert_eq!(parse(&note.to_string()), Ok(note));
}

#[test]
fn who_has_signed() {
    let [log, other, unknown] = ["log.example", "other.example", "unknown.example"].map(signer);
    let keys = [log.verifier_key(), other.verifier_key()];
    let names = |note: &Note| {
        let verified = note.verified_by(&keys)?;
        Ok(verified
            .into_iter()
            .map(|by| by.key.name().to_string())
            .collect::<Vec<_>>())
    };
    let text = "text\n";
    let check = |signers: &[&Signer], expected: Result<&[&str], NoteError>| {
        let expected = expected.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names(&sign(text, signers).unwrap()), expected);
    };
    check(&[&log], Ok(&["log.example"]));
    check(&[&unknown, &log], Ok(&["log.example"]));
    check(&[&other, &log], Ok(&["other.example", "log.example"]));
    check(&[&log, &log], Ok(&["log.example"]));
    check(&[&unknown], Err(NoteError::Unsigned));
    check(&[], Err(NoteError::Unsigned));

    // one forged line refuses the note, whichever good ones there are
    let forged = NoteError::Forged {
        name: KeyName::new("other.example").unwrap(),
    };
    let mut note = sign(text, &[&log]).unwrap();
    note.add(sign("other\n", &[&other]).unwrap().signatures()[0].clone());
    assert_eq!(names(&note), Err(forged.clone()));
    let mut twice = sign(text, &[&other]).unwrap();
    twice.add(sign("other\n", &[&other]).unwrap().signatures()[0].clone());
    assert_eq!(names(&twice), Err(forged));
    // the name alone, or the id alone, is another key
    let mut line = sign("other\n", &[&other]).unwrap().signatures()[0].clone();
    line.id = log.verifier_key().id();
    let mut note = sign(text, &[&log]).unwrap();
    note.add(line);
    assert_eq!(names(&note).unwrap(), ["log.example"]);
    // a line that is there already is not added again
    let before = note.clone();
    note.add(before.signatures()[0].clone());
    assert_eq!(note, before);
}

#[test]
fn what_a_witness_answers() {
    let [log, witness, unknown] = ["log.example", "witness.example", "unknown.example"].map(signer);
    let line = |text: &str, by: &Signer| sign(text, &[by]).unwrap().signatures()[0].clone();
    let (good, bad, other) = (
        line("text\n", &witness),
        line("forged\n", &witness),
        line("text\n", &unknown),
    );
    let (before, keys) = (sign("text\n", &[&log]).unwrap(), [witness.verifier_key()]);
    let check = |lines: &[&SignatureLine], expected: Result<&[&SignatureLine], NoteError>| {
        let mut note = before.clone();
        let added = note.add_verified(lines.iter().copied().cloned().collect(), &keys);
        assert_eq!(added.map(|verified| verified.len()), expected.clone().map(|_| 1));
        let all = before
            .signatures()
            .iter()
            .chain(expected.iter().copied().flatten().copied());
        assert!(note.signatures().iter().eq(all), "{note}");
    };
    check(&[&good], Ok(&[&good]));
    check(&[&other, &good], Ok(&[&good]));
    check(&[&good, &good], Ok(&[&good]));
    check(
        &[&good, &bad],
        Err(NoteError::Forged {
            name: good.name.clone(),
        }),
    );
    check(&[&other], Err(NoteError::Unsigned));
    check(&[], Err(NoteError::Unsigned));
}

/// The signature of a log cannot be given out as that of a witness with the same key, nor the other way round.
#[test]
fn kinds_of_keys_do_not_mix() {
    let checkpoint = Checkpoint::new("log.example", 0, Hash::EMPTY_TREE).unwrap();
    let (log, witness) = (
        signer("same.example"),
        Cosigner::from_seed("same.example", &[9; 32]).unwrap(),
    );
    assert_eq!(log.verifier_key().public(), witness.verifier_key().public());
    assert_ne!(log.verifier_key().id(), witness.verifier_key().id());
    let mut signed = checkpoint.clone().sign(&[&log]).unwrap();
    assert_eq!(
        signed.verified_by(&[witness.verifier_key()]),
        Err(NoteError::Unsigned)
    );
    signed.add(witness.cosign(&checkpoint, 7).unwrap());
    let keys = [log.verifier_key(), witness.verifier_key()];
    let times: Vec<_> = signed
        .verified_by(&keys)
        .unwrap()
        .into_iter()
        .map(|by| by.time)
        .collect();
    assert_eq!(times, [None, Some(7)]);
}

#[test]
fn times_of_cosignatures() {
    let checkpoint = Checkpoint::new("log.example", 0, Hash::EMPTY_TREE).unwrap();
    let witness = Cosigner::from_seed("witness.example", &[3; 32]).unwrap();
    let key = [witness.verifier_key()];
    assert_eq!(
        witness.cosign(&checkpoint, MAX_TIME + 1),
        Err(SignError::Time(MAX_TIME + 1))
    );
    let good = witness.cosign(&checkpoint, MAX_TIME).unwrap();
    assert_eq!(good.signature.len(), 72);
    let judge = |line: SignatureLine| {
        let mut note = sign(&checkpoint.to_string(), &[]).unwrap();
        note.add(line);
        note.verified_by(&key).map(|by| by[0].time)
    };
    assert_eq!(judge(good.clone()), Ok(Some(MAX_TIME)));
    let forged = || {
        Err(NoteError::Forged {
            name: good.name.clone(),
        })
    };
    for at in 0..good.signature.len() {
        let mut line = good.clone();
        line.signature[at] ^= 0x80;
        assert_eq!(judge(line), forged(), "byte {at}");
    }
    for length in [1, 7, 8, 9, 71] {
        let mut line = good.clone();
        line.signature.truncate(length);
        assert_eq!(judge(line), forged(), "{length} bytes");
    }
}

#[test]
fn what_is_no_key() {
    let key = signer("log.example").verifier_key();
    let text = key.to_string();
    assert_eq!(text.parse(), Ok(key.clone()));
    let (name, rest) = text.split_once('+').unwrap();
    let (id, material) = rest.split_once('+').unwrap();
    let other_id = KeyId::from_bytes([0; 4]);
    let check = |text: &str, error: KeyError| assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    let form = |text: &str| check(text, KeyError::Form(text.to_owned()));
    form("");
    form(name);
    form(&format!("{name}+{id}"));
    form(&format!("{name}+{}+{material}", id.to_uppercase()));
    form(&format!("{name}+0{id}+{material}"));
    form(&format!("{name}+{id}+{material}="));
    form(&format!("{name}+{id}+{material}\n"));
    check(&format!("+{id}+{material}"), KeyError::Name(String::new()));
    check(&format!("a b+{id}+{material}"), KeyError::Name("a b".to_owned()));
    let kind = |material: &[u8]| {
        check(
            &format!("{name}+{id}+{}", base64(material)),
            KeyError::Kind(name.to_owned()),
        );
    };
    kind(&[]);
    kind(&[1]);
    kind(&[1; 32]);
    kind(&[1; 34]);
    kind(&[2; 33]);
    let expected = key.id();
    let error = KeyError::Id {
        name: key.name().clone(),
        expected,
        found: other_id,
    };
    check(&format!("{name}+{other_id}+{material}"), error);
    for name in ["", " ", "a\nb", "a\u{2003}b", "a+b", "a\u{0}"] {
        assert_eq!(
            Signer::from_seed(name, &[0; 32]).unwrap_err(),
            KeyError::Name(name.to_owned())
        );
    }
    assert!(!format!("{:?}", signer("log.example")).contains("[9"));
}

proptest! {
    #[test]
    fn notes_come_back(lines in prop::collection::vec("[^\\x00-\\x1f]{0,20}", 1..5), seed: [u8; 32]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let log = Signer::from_seed("log.example", &seed).unwrap();
        let note = sign(&text, &[&log]).unwrap();
        let read = parse(&note.to_string()).unwrap();
        prop_assert_eq!(&read, &note);
        prop_assert_eq!(read.text(), &text);
        prop_assert!(read.verified_by(&[log.verifier_key()]).is_ok());
    }

    #[test]
    fn what_is_read_is_spelled_so(text in "[a—\\n ]{0,12}\\n\\n(— [ab+ ]{1,3} [AQgw=]{7,9}\\n){1,2}") {
        if let Ok(note) = parse(&text) {
            prop_assert_eq!(note.to_string(), text);
        }
    }
}
