//! The order of keys: that of the language; keys that it does not know come last, as they were.

use crate::language::{FILE, Shape, Table};
use toml_edit::Key;

/// What the language says of the table with this header.
pub(super) fn of_path(path: &[&str]) -> Option<&'static Table> {
    let mut table = &FILE;
    let mut names = path.iter();
    while let Some(name) = names.next() {
        table = match table.key(name)?.shape {
            Shape::Named(inner) => {
                // The name of the table itself, if the header goes that far.
                names.next()?;
                inner
            }
            shape => shape.inner()?,
        };
    }
    Some(table)
}

/// What the language says of the tables in a value, if there are any.
pub(super) fn inside(table: Option<&'static Table>, path: &[&str]) -> Option<&'static Table> {
    let mut table = table?;
    for name in path {
        table = match table.key(name)?.shape {
            Shape::Named(_) => return None,
            shape => shape.inner()?,
        };
    }
    Some(table)
}

/// Where a key, dotted or not, comes among the others of its table.
pub(super) fn rank(table: Option<&'static Table>, path: &[&Key]) -> Vec<usize> {
    let mut names = Vec::new();
    path.iter()
        .map(|key| {
            let at = inside(table, &names);
            names.push(key.get());
            position(at, key.get())
        })
        .collect()
}

/// Where a key comes among the others of its table.
pub(super) fn position(table: Option<&'static Table>, name: &str) -> usize {
    table
        .and_then(|table| table.keys.iter().position(|key| key.name == name))
        .unwrap_or(usize::MAX)
}
