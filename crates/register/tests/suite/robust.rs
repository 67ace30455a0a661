//! Whatever the files hold: no panic, and either a register or an error that says where.

use crate::common::sample;
use proptest::prelude::*;
use register::source::Source;

/// Either a register, or at least one error; and every position lies in its file.
fn check(sources: &[Source]) {
    let outcome = register::parse(sources);
    assert_eq!(outcome.register.is_none(), outcome.diagnostics.has_errors());
    for found in &outcome.diagnostics {
        let positions = found
            .labels
            .iter()
            .map(|label| &label.position)
            .chain([&found.position]);
        for position in positions {
            let source = sources
                .iter()
                .find(|source| source.path == *position.path)
                .unwrap();
            assert!(
                position.start <= position.end && position.end <= source.text.len(),
                "{found:?}"
            );
            assert!(
                source.text.get(position.start..position.end).is_some(),
                "{found:?}"
            );
            let (before, _) = source.text.split_at(position.start);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            assert_eq!(
                (position.line as usize, position.column as usize),
                (line, column),
                "{found:?}"
            );
        }
        assert!(
            !found.message.contains('\n') && !found.message.is_empty(),
            "{found:?}"
        );
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(found.code.chars().all(kebab), "{found:?}");
    }
    for source in sources {
        if let Ok(text) = register::format(source) {
            let again = Source {
                path: source.path.clone(),
                text: text.clone(),
            };
            assert_eq!(register::format(&again).unwrap(), text);
        }
    }
}

#[derive(Clone, Debug)]
enum Change {
    Replace(usize, u8),
    Insert(usize, &'static str),
    Remove(usize, usize),
    Swap(usize, usize),
    Repeat(usize, usize),
}

const WORDS: &[&str] = &[
    "[",
    "]",
    "[[",
    "\"",
    "'",
    "=",
    "{",
    "}",
    ",",
    "#",
    "\n",
    "*",
    "group:",
    "2024-01-01",
    "-1",
    "true",
    "澳門",
    "[instrument]\n",
    "[[clause]]\n",
    "lifts = [\"2.3\"]\n",
    "\u{0}",
    "\u{202e}",
    "99999999999999999999",
    "unknown",
];

fn change() -> impl Strategy<Value = Change> {
    let at = || any::<usize>();
    prop_oneof![
        (at(), 32..127_u8).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), proptest::sample::select(WORDS)).prop_map(|(at, word)| Change::Insert(at, word)),
        (at(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        (at(), 1..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let length = bytes.len().max(1);
    let whole_line = |at: usize| {
        text.lines()
            .nth(at % text.lines().count().max(1))
            .unwrap_or("")
            .to_owned()
    };
    match change {
        Change::Replace(at, byte) => {
            if let Some(old) = bytes.get_mut(at % length) {
                *old = *byte;
            }
        }
        Change::Insert(at, word) => {
            let at = (at % length).min(bytes.len());
            bytes.splice(at..at, word.bytes());
        }
        Change::Remove(at, count) => {
            let at = (at % length).min(bytes.len());
            bytes.drain(at..(at + count).min(bytes.len()));
        }
        Change::Swap(a, b) => {
            let (a, b) = (whole_line(*a), whole_line(*b));
            let lines = text.lines().map(|line| {
                if line == a {
                    &b
                } else if line == b {
                    &a
                } else {
                    line
                }
            });
            return lines.collect::<Vec<_>>().join("\n");
        }
        Change::Repeat(at, count) => {
            let at = (at % length).min(bytes.len());
            let part = bytes[at..(at + count).min(bytes.len())].to_vec();
            bytes.splice(at..at, part);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_registers_are_read_or_refused(which in any::<usize>(), changes in proptest::collection::vec(change(), 1..6)) {
        let mut sources = sample();
        let at = which % sources.len();
        for change in &changes {
            sources[at].text = changed(&sources[at].text, change);
        }
        check(&sources);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        check(&[Source { path: "x.toml".into(), text }]);
    }
}

#[test]
fn odd_files_are_read_or_refused() {
    for text in [
        "",
        "\u{feff}",
        "\u{feff}[firm]\nname = 'a'\n",
        "a",
        "\r\n",
        "[[[[",
        "x = [[[[[[[[[[",
        "\"\" = 1",
        "[\"\"]",
        "[groups.\"\"]",
    ] {
        check(&[Source {
            path: "x.toml".into(),
            text: text.into(),
        }]);
    }
    let deep = format!("x = {}{}", "[".repeat(5000), "]".repeat(5000));
    check(&[Source {
        path: "x.toml".into(),
        text: deep,
    }]);
    let tables = format!("[{}]", vec!["a"; 5000].join("."));
    check(&[Source {
        path: "x.toml".into(),
        text: tables,
    }]);
}

#[test]
fn two_files_of_one_path_are_read_or_refused() {
    let source = Source {
        path: "x.toml".into(),
        text: "[firm]\nname = 'a'\n".into(),
    };
    let outcome = register::parse(&[source.clone(), source]);
    assert!(outcome.register.is_none());
}
