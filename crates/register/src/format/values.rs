//! Values: scalars as they were spelled, lists and inline tables on one line or, where that is too long, wrapped.

use super::order;
use crate::language::Table;
use toml_edit::{Array, InlineTable, Value};

/// Longest line, in characters.
const WIDTH: usize = 110;

/// Lists longer than this are wrapped where the line is too long; shorter ones stay whole.
const SHORT_LIST: usize = 60;

/// The value of a key. `language` describes the tables inside it.
pub(super) fn written(value: &Value, key: &str, language: Option<&'static Table>) -> String {
    if has_comments(value) {
        return as_it_is(value);
    }
    let line = one_line(value, language);
    if key.chars().count() + " = ".len() + line.chars().count() <= WIDTH {
        return line;
    }
    wrapped(value, language)
}

fn as_it_is(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string().trim().to_owned()
}

fn one_line(value: &Value, language: Option<&'static Table>) -> String {
    match value {
        Value::Array(array) => {
            let items: Vec<_> = array.iter().map(|item| one_line(item, language)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::InlineTable(table) => inline(table, language, one_line),
        scalar => as_it_is(scalar),
    }
}

fn wrapped(value: &Value, language: Option<&'static Table>) -> String {
    match value {
        Value::Array(array) if one_line(value, language).chars().count() > SHORT_LIST => {
            list(array, language)
        }
        Value::InlineTable(table) => inline(table, language, wrapped),
        _ => one_line(value, language),
    }
}

type Render = fn(&Value, Option<&'static Table>) -> String;

fn inline(table: &InlineTable, language: Option<&'static Table>, render: Render) -> String {
    let mut pairs = table.get_values();
    if pairs.is_empty() {
        return "{}".to_owned();
    }
    pairs.sort_by_cached_key(|(path, _)| order::rank(language, path));
    let pair = |(path, value): (Vec<&toml_edit::Key>, &Value)| {
        let names: Vec<&str> = path.iter().map(|key| key.get()).collect();
        let key = path
            .iter()
            .map(|key| key.display_repr())
            .collect::<Vec<_>>()
            .join(".");
        format!("{key} = {}", render(value, order::inside(language, &names)))
    };
    let pairs: Vec<_> = pairs.into_iter().map(pair).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// A list over several lines: texts fill the lines, tables have one each.
fn list(array: &Array, language: Option<&'static Table>) -> String {
    const INDENT: &str = "    ";
    let mut out = String::from("[");
    let mut column = WIDTH + 1;
    for item in array {
        let text = one_line(item, language);
        let length = text.chars().count();
        if item.is_inline_table() || column + length + ", ".len() > WIDTH {
            out.push('\n');
            out.push_str(INDENT);
            column = INDENT.len();
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(&text);
        out.push(',');
        column += length + 1;
    }
    out.push_str("\n]");
    out
}

/// Whether comments stand inside the value.
fn has_comments(value: &Value) -> bool {
    let blank = |decor: &toml_edit::Decor| {
        super::comments::text(decor.prefix()).contains('#')
            || super::comments::text(decor.suffix()).contains('#')
    };
    let inner = |value: &Value| blank(value.decor()) || has_comments(value);
    match value {
        Value::Array(array) => {
            array.trailing().as_str().is_some_and(|text| text.contains('#')) || array.iter().any(inner)
        }
        Value::InlineTable(table) => {
            let keys = || table.iter().filter_map(|(name, _)| table.key(name));
            table.trailing().as_str().is_some_and(|text| text.contains('#'))
                || keys().any(|key| blank(key.leaf_decor()) || blank(key.dotted_decor()))
                || table.iter().any(|(_, value)| inner(value))
        }
        _ => false,
    }
}
