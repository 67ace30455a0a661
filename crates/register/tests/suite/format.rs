//! Formatting keeps the meaning, keeps the comments, and does nothing the second time.

use crate::common::{golden, here, sample, shown};
use proptest::prelude::*;
use register::source::Source;

/// A register without the positions of its parts, as text.
fn meaning(sources: &[Source]) -> String {
    let outcome = register::parse(sources);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{}", shown(&outcome.diagnostics)));
    let text = format!("{register:?}");
    let mut parts = text.split("Position { ");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str(part.split_once(" }").unwrap().1);
    }
    out
}

fn formatted(source: &Source) -> Source {
    Source {
        path: source.path.clone(),
        text: register::format(source).unwrap(),
    }
}

#[track_caller]
fn comments(text: &str) -> Vec<&str> {
    let mut comments: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("#!"))
        .map(|(_, rest)| rest.trim())
        .collect();
    comments.sort_unstable();
    comments
}

#[test]
fn the_sample_keeps_its_meaning() {
    let after: Vec<Source> = sample().iter().map(formatted).collect();
    assert_eq!(meaning(&after), meaning(&sample()));
}

#[test]
fn formatting_twice_changes_nothing() {
    for source in sample() {
        let once = formatted(&source);
        assert_eq!(formatted(&once).text, once.text, "{}", source.path);
    }
}

#[test]
fn the_sample_is_formatted() {
    for source in sample() {
        golden(&here("tests/sample").join(&source.path), &formatted(&source).text);
    }
}

/// Tables of a file as blocks of lines that may be shuffled: whole `key = value` lines behind their header.
fn shuffled(text: &str, seed: u64) -> String {
    let mut random = seed;
    let mut next = move |bound: usize| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % bound
    };
    let mut out: Vec<String> = Vec::new();
    let mut block: Vec<String> = Vec::new();
    let mut number = 0;
    let mut flush = |block: &mut Vec<String>, out: &mut Vec<String>, next: &mut dyn FnMut(usize) -> usize| {
        for at in (1..block.len()).rev() {
            block.swap(at, next(at + 1));
        }
        for line in block.drain(..) {
            number += 1;
            match next(6) {
                0 => out.push(format!("  #! above {number}\n{line}")),
                1 => out.push(format!("{line}   #! beside {number}")),
                2 => out.push(format!("\n\n   {}", line.replacen(" = ", "=", 1))),
                _ => out.push(line),
            }
        }
    };
    for line in text.lines() {
        let movable =
            line.contains(" = ") && !line.starts_with([' ', '[', ']', '#']) && !line.ends_with(['[', '"']);
        let movable = movable || (line.contains(" = \"") && line.ends_with('"') && !line.ends_with("\"\"\""));
        if movable {
            block.push(line.to_owned());
        } else {
            flush(&mut block, &mut out, &mut next);
            out.push(line.to_owned());
        }
    }
    flush(&mut block, &mut out, &mut next);
    out.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shuffled_files_are_written_as_one(seed in any::<u64>()) {
        let original = sample();
        let mixed: Vec<Source> = original
            .iter()
            .map(|source| Source { path: source.path.clone(), text: shuffled(&source.text, seed) })
            .collect();
        let after: Vec<Source> = mixed.iter().map(formatted).collect();
        prop_assert_eq!(meaning(&after), meaning(&mixed));
        for ((mixed, after), original) in mixed.iter().zip(&after).zip(&original) {
            prop_assert_eq!(comments(&after.text), comments(&mixed.text));
            prop_assert_eq!(&formatted(after).text, &after.text);
            let plain: String = after.text.lines().map(|line| line.split("#!").next().unwrap().trim_end())
                .filter(|line| !line.is_empty()).collect();
            let expected: String = formatted(original).text.lines().filter(|line| !line.is_empty()).collect();
            prop_assert_eq!(plain, expected);
        }
    }
}
