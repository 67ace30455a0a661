//! Every message that a register can cause, with the text that causes it.
//!
//! A file of `tests/messages` holds cases: a name behind `===`, the text of `x.toml` (and of others behind `---`), and
//! behind `>>>` what is said about it. Each case is read along with the small register in `tests/messages/base`.

use crate::common::{folder, golden, here, shown};
use register::source::Source;
use std::fmt::Write as _;

struct Case<'a> {
    name: &'a str,
    files: Vec<(&'a str, String)>,
}

fn cases(text: &str) -> Vec<Case<'_>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut expected = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case {
                name,
                files: vec![("x.toml", String::new())],
            });
            expected = false;
        } else if line == ">>>" {
            expected = true;
        } else if let Some(case) = cases.last_mut().filter(|_| !expected) {
            match line.strip_prefix("--- ") {
                Some(path) => case.files.push((path, String::new())),
                None => writeln!(case.files.last_mut().unwrap().1, "{line}").unwrap(),
            }
        }
    }
    cases
}

fn answered(case: &Case<'_>, base: &[Source]) -> String {
    let own = case.files.iter().map(|(path, text)| Source {
        path: (*path).to_owned(),
        text: text.clone(),
    });
    let sources: Vec<Source> = base.iter().cloned().chain(own).collect();
    let outcome = register::parse(&sources);
    assert_eq!(
        outcome.register.is_none(),
        outcome.diagnostics.has_errors(),
        "{}",
        case.name
    );
    let mut out = format!("=== {}\n", case.name);
    for (index, (path, text)) in case.files.iter().enumerate() {
        if index > 0 {
            writeln!(out, "--- {path}").unwrap();
        }
        out.push_str(text);
    }
    write!(out, ">>>\n{}", shown(&outcome.diagnostics)).unwrap();
    out
}

#[track_caller]
fn check(name: &str) {
    let base = folder("tests/messages/base");
    assert_eq!(shown(&register::parse(&base).diagnostics), "");
    let path = here("tests/messages").join(name).with_extension("txt");
    let text = std::fs::read_to_string(&path).unwrap();
    let cases = cases(&text);
    assert!(cases.len() > 2, "{name} has no cases");
    let answers: String = cases.iter().map(|case| answered(case, &base)).collect();
    golden(&path, &answers);
}

macro_rules! files {
    ($($name:ident)+) => { $(
        #[test]
        fn $name() {
            check(stringify!($name));
        }
    )+ };
}

files! { syntax shapes places references duplicates given instruments clauses lifts dates matching deployments models people ownership }
