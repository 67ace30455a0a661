//! Diagnostics for machines: the same facts, as JSON.

use super::{Diagnostic, Diagnostics, Label};
use crate::source::Position;
use serde_json::{Value, json};

impl Diagnostics {
    /// An array with one object per problem: `severity`, `code`, `message`, `help` (or null), `path`, `line`,
    /// `column`, `start` and `end` (bytes), and `labels`.
    pub fn to_json(&self) -> Value {
        self.iter().map(Diagnostic::to_json).collect()
    }
}

impl Diagnostic {
    /// One problem as an object, see [`Diagnostics::to_json`].
    pub fn to_json(&self) -> Value {
        let head = json!({
            "severity": self.severity.as_str(),
            "code": self.code,
            "message": self.message,
            "help": self.help,
        });
        let labels: Vec<Value> = self.labels.iter().map(Label::to_json).collect();
        merged([head, place(&self.position), json!({ "labels": labels })])
    }
}

impl Label {
    fn to_json(&self) -> Value {
        merged([json!({ "text": self.text }), place(&self.position)])
    }
}

fn place(position: &Position) -> Value {
    json!({
        "path": &*position.path,
        "line": position.line,
        "column": position.column,
        "start": position.start,
        "end": position.end,
    })
}

fn merged<const N: usize>(parts: [Value; N]) -> Value {
    let objects = parts.into_iter().filter_map(|part| match part {
        Value::Object(map) => Some(map),
        _ => None,
    });
    Value::Object(objects.flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_where_and_what() {
        let position = Position {
            path: "a.toml".into(),
            line: 3,
            column: 4,
            start: 20,
            end: 25,
        };
        let found = Diagnostic::error("unknown-key", position.clone(), "`fro` is not a key here")
            .help("did you mean `for`?")
            .label(position, "in this clause");
        let json = Diagnostics(vec![found]).to_json();
        assert_eq!(json[0]["severity"], "error");
        assert_eq!(json[0]["line"], 3);
        assert_eq!(json[0]["help"], "did you mean `for`?");
        assert_eq!(json[0]["labels"][0]["path"], "a.toml");
    }
}
