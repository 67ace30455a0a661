//! Writes a file as every file is written: keys in the order of the language, one blank line between tables, nothing
//! aligned, long lists wrapped.
//!
//! The file is read into a tree that keeps comments and the spelling of every value; tables stay where they are, and
//! only what stands between the words is made anew. A list or inline table with comments inside is left as it is.

mod comments;
mod order;
mod values;

use crate::diagnose::{Diagnostic, Diagnostics, Sink};
use crate::source::Source;
use crate::tree::File;
use comments::{after, before};
use std::fmt::Write as _;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Key, Table};

pub(crate) fn format(source: &Source) -> Result<String, Diagnostics> {
    let sink = Sink::default();
    let Some(file) = File::parse(0, source, &sink) else {
        return Err(sink.finish());
    };
    let document: DocumentMut = source.text.parse().map_err(|error: toml_edit::TomlError| {
        let message = error.message().replace(char::is_control, " ");
        let position = file.spot(error.span().unwrap_or_default()).position();
        Diagnostics(vec![Diagnostic::error("toml-syntax", position, message)])
    })?;
    Ok(write(&document))
}

/// A table with its header, at its place in the file.
struct Part<'a> {
    position: isize,
    path: Vec<&'a Key>,
    table: &'a Table,
    header: Header,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    None,
    Table,
    Array,
}

fn write(document: &DocumentMut) -> String {
    let mut parts = Vec::new();
    collect(document.as_table(), Vec::new(), Header::None, &mut parts);
    parts.sort_by_key(|part| part.position);
    let mut out = String::new();
    for part in &parts {
        write_part(part, &mut out);
    }
    let trailing = before(comments::text(Some(document.trailing())), true);
    if !trailing.trim().is_empty() {
        gap(&mut out);
        out.push_str(trailing.trim_end());
        out.push('\n');
    }
    out
}

/// Tables inside a table, each with the whole path of its header.
fn collect<'a>(table: &'a Table, path: Vec<&'a Key>, header: Header, parts: &mut Vec<Part<'a>>) {
    let inner = |name: &str| table.key(name).into_iter();
    for (name, item) in table.iter() {
        let path: Vec<&Key> = path.iter().copied().chain(inner(name)).collect();
        match item {
            Item::Table(table) => collect(table, path, Header::Table, parts),
            Item::ArrayOfTables(tables) => collect_array(tables, &path, parts),
            Item::Value(_) | Item::None => {}
        }
    }
    let hidden = table.is_dotted() || (table.is_implicit() && table.get_values().is_empty());
    if header == Header::None || !hidden {
        let position = if header == Header::None {
            -1
        } else {
            table.position().unwrap_or(isize::MAX)
        };
        parts.push(Part {
            position,
            path,
            table,
            header,
        });
    }
}

fn collect_array<'a>(tables: &'a ArrayOfTables, path: &[&'a Key], parts: &mut Vec<Part<'a>>) {
    tables
        .iter()
        .for_each(|table| collect(table, path.to_vec(), Header::Array, parts));
}

fn write_part(part: &Part<'_>, out: &mut String) {
    if part.header != Header::None {
        gap(out);
        out.push_str(&before(comments::text(part.table.decor().prefix()), true));
        let path: Vec<_> = part.path.iter().map(|key| key.display_repr()).collect();
        let path = path.join(".");
        let comment = after(comments::text(part.table.decor().suffix()));
        let _ = match part.header {
            Header::Array => writeln!(out, "[[{path}]]{comment}"),
            Header::Table | Header::None => writeln!(out, "[{path}]{comment}"),
        };
    }
    let names: Vec<&str> = part.path.iter().map(|key| key.get()).collect();
    let language = order::of_path(&names);
    let mut lines = part.table.get_values();
    lines.sort_by_cached_key(|(path, _)| order::rank(language, path));
    for (path, value) in lines {
        let decor = path.last().map(|key| key.leaf_decor());
        out.push_str(&before(
            comments::text(decor.and_then(|decor| decor.prefix())),
            false,
        ));
        let key = path
            .iter()
            .map(|key| key.display_repr())
            .collect::<Vec<_>>()
            .join(".");
        let names: Vec<&str> = path.iter().map(|key| key.get()).collect();
        let text = values::written(value, &key, order::inside(language, &names));
        let comment = after(comments::text(value.decor().suffix()));
        let _ = writeln!(out, "{key} = {text}{comment}");
    }
}

/// One blank line, unless nothing stands before it.
fn gap(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
