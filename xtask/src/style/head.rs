//! The first words of a file: a `//!` sentence that tells a reader what the file is for.

use crate::workspace::TextFile;

/// What a stub begins with until somebody writes it.
const PLACEHOLDER: &str = "To be written";

/// A sentence of fewer words repeats the file's name.
const FEWEST_WORDS: usize = 3;

/// What is wrong with the head of a file, if anything.
pub(super) fn finding(file: &TextFile) -> Option<String> {
    let paragraph = first_paragraph(&file.text);
    let wrong = if paragraph.is_empty() {
        "begins with no `//!` sentence that says what it is for"
    } else if paragraph.starts_with(PLACEHOLDER) {
        "still has a placeholder for its first sentence"
    } else if paragraph.split_whitespace().count() < FEWEST_WORDS || !ends_a_sentence(&paragraph) {
        "begins with `//!` words that are no sentence"
    } else {
        return None;
    };
    Some(format!("{}: {wrong}", file.path))
}

fn first_paragraph(text: &str) -> String {
    let is_shebang = |line: &&str| line.starts_with("#!") && !line.starts_with("#![");
    let lines = text
        .lines()
        .skip(usize::from(text.lines().next().as_ref().is_some_and(is_shebang)));
    let paragraph: Vec<&str> = lines
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    paragraph.join(" ")
}

fn ends_a_sentence(paragraph: &str) -> bool {
    paragraph.contains(". ") || paragraph.ends_with(['.', ':', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let found = finding(&TextFile {
            path: "a.rs".to_owned(),
            text: text.to_owned(),
        });
        assert_eq!(found, expected.map(|wrong| format!("a.rs: {wrong}")), "{text}");
    }

    #[test]
    fn a_sentence_is_asked_for() {
        check("//! Places and their codes.\nuse std;\n", None);
        check("#!/usr/bin/env script\n//! Places and their codes.\n", None);
        check("//! Places over\n//! two lines.\n//!\n//! More\n", None);
        let none = Some("begins with no `//!` sentence that says what it is for");
        check("use std;\n//! Places and their codes.\n", none);
        check("\n//! Places and their codes.\n", none);
        check("#![no_std]\n//! Places and their codes.\n", none);
        check("", none);
        check(
            "//! places\n",
            Some("begins with `//!` words that are no sentence"),
        );
        check(
            "//! the places we know\n",
            Some("begins with `//!` words that are no sentence"),
        );
        check(
            "//! To be written.\n",
            Some("still has a placeholder for its first sentence"),
        );
    }
}
