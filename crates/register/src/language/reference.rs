//! The reference for people: clause kinds, tables, keys and vocabularies, as Markdown.

use super::kinds::{self, Role};
use super::words::{OF_LANGUAGE, OF_MODEL};
use super::{DENY, FILE, Shape, Table, Vocabulary};
use crate::model::Family;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const HEAD: &str = "\
# Clause kinds and keys of the register

Generated from the tables that the reader itself uses; `BAILIWICK_GOLDEN=write cargo test -p register` rewrites it.

A clause is of one kind. What a kind does:

- **decides**: denies, or asks for review, by what stands in `deny` and `review`;
- **structures**: gives other clauses their meaning;
- **obliges**: attaches obligations to a permit;
- **excepts**: acts only by lifting other clauses;
- **recorded**: decides nothing, for the reason given.

A clause of any kind may be an exception (`lifts`), may oblige (`obliges`), and may be `recorded` with a reason. A clause
without a kind, or of a kind that decides and with nothing to decide by, is unread and denies.

";

/// The whole reference.
pub(crate) fn kinds_reference() -> String {
    let mut out = HEAD.to_owned();
    for family in Family::ALL {
        let _ = writeln!(out, "## {family}\n");
        out.push_str("| kind | does | keys | seen in |\n|---|---|---|---|\n");
        for entry in kinds::all().filter(|entry| entry.kind.family() == *family) {
            let (kind, role, does) = (entry.kind, entry.role.as_str(), entry.does);
            let _ = writeln!(
                out,
                "| `{kind}` | **{role}**: {does} | {} | {} |",
                keys(entry),
                entry.source
            );
        }
        out.push('\n');
    }
    out.push_str("## Keys of `deny` and `review`\n\n");
    key_table(&DENY, &mut out);
    out.push_str("## Tables\n\n");
    tables(&FILE, &mut BTreeSet::from([DENY.title]), &mut out);
    out.push_str("## Vocabularies\n\n| word of | words |\n|---|---|\n");
    for vocabulary in OF_MODEL
        .iter()
        .chain(OF_LANGUAGE)
        .filter(|vocabulary| vocabulary.what != "kind of clause")
    {
        let _ = writeln!(out, "| {} | {} |", vocabulary.what, words(vocabulary));
    }
    let obligations: Vec<_> = crate::model::Obligation::ALL
        .iter()
        .map(|word| format!("`{word}`"))
        .collect();
    let _ = writeln!(
        out,
        "| obligation | {}; any other denies |",
        obligations.join(", ")
    );
    out
}

fn keys(entry: &kinds::Entry) -> String {
    let own = entry.own.iter().map(|key| format!("`{key}`"));
    let keys: Vec<_> = own
        .chain(entry.takes.iter().map(|key| format!("`{key}`")))
        .collect();
    match (keys.is_empty(), entry.role, entry.complete) {
        (_, _, true) if keys.is_empty() => "none needed".to_owned(),
        (_, _, true) => format!("none needed; {}", keys.join(", ")),
        (false, ..) => keys.join(", "),
        (true, Role::Excepts, _) => "`lifts`".to_owned(),
        (true, Role::Obliges, _) => "`obliges`".to_owned(),
        (true, Role::Recorded, _) => "none".to_owned(),
        (true, ..) => "`always`".to_owned(),
    }
}

fn words(vocabulary: &Vocabulary) -> String {
    let words: Vec<_> = vocabulary
        .words()
        .iter()
        .map(|word| format!("`{word}`"))
        .collect();
    words.join(", ")
}

fn key_table(table: &Table, out: &mut String) {
    out.push_str("| key | takes | meaning |\n|---|---|---|\n");
    for key in table.keys {
        let must = if key.required { ", required" } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {}{must} | {} |",
            key.name,
            key.shape.takes(),
            key.doc
        );
    }
    out.push('\n');
}

/// A table, then the tables inside it, each once.
fn tables(table: &'static Table, seen: &mut BTreeSet<&'static str>, out: &mut String) {
    if !seen.insert(table.title) {
        return;
    }
    let mut title = table.title.to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let _ = writeln!(out, "### {title}\n\n{}\n", table.doc);
    key_table(table, out);
    for key in table.keys {
        match key.shape {
            Shape::Table(inner) | Shape::Tables(inner) | Shape::Named(inner) | Shape::FactsOr(inner) => {
                tables(inner, seen, out);
            }
            _ => {}
        }
    }
}
