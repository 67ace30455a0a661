//! YAML as a tree that keeps where everything stands, and order.
//!
//! Scalars stay texts: whether `no` is a word or a truth value is for whoever knows the setting. Duplicate keys and keys
//! that are not texts are errors; aliases and merges are followed, up to a size that no configuration has.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::collections::HashMap;

/// Values of a tree, so that aliases of aliases cannot fill the memory.
const MOST_VALUES: usize = 100_000;
/// Lists and maps within each other.
const DEEPEST: usize = 64;

/// Where something stands in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// Line, from 1.
    pub(super) line: u32,
    /// Column in characters, from 1.
    pub(super) column: u32,
    /// Bytes before it.
    pub(super) offset: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The value.
    pub(super) value: Value,
    /// Where it stands.
    pub(super) spot: Spot,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A text, number, truth value or nothing, as written.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with their values, in order.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where it stands.
    pub(super) spot: Spot,
    /// Its value.
    pub(super) node: Node,
}

/// Why a text is no YAML that can be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct YamlError {
    /// What is wrong.
    pub(super) message: String,
    /// Where.
    pub(super) spot: Spot,
}

impl Node {
    /// The value of a key, if this is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// Keys with their values; none if this is no map.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Items; none if this is no list.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 1,
            Value::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|entry| entry.node.size()).sum::<usize>(),
        }
    }
}

/// Reads one document, which must be a map; nothing at all is an empty one.
pub(super) fn read(text: &str) -> Result<Node, YamlError> {
    let offsets = Offsets::of(text);
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| YamlError {
            message: message(error.info()),
            spot: offsets.spot(error.marker()),
        })?;
        builder.take(event, offsets.spot(&span.start))?;
    }
    let nothing = Node {
        value: Value::Map(Vec::new()),
        spot: Spot {
            line: 1,
            column: 1,
            offset: 0,
        },
    };
    match builder.root {
        None => Ok(nothing),
        Some(root) if root.text() == Some("") => Ok(nothing),
        Some(root) if matches!(root.value, Value::Map(_)) => Ok(root),
        Some(root) => Err(wrong("a configuration has keys, and this has none", root.spot)),
    }
}

fn message(info: &str) -> String {
    info.replace(['\n', '\r'], " ")
}

/// Bytes before each character, so that a place counted in characters can be marked in the text.
struct Offsets(Vec<usize>);

impl Offsets {
    fn of(text: &str) -> Self {
        Self(
            text.char_indices()
                .map(|(offset, _)| offset)
                .chain([text.len()])
                .collect(),
        )
    }

    fn spot(&self, marker: &Marker) -> Spot {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let last = self.0.last().copied().unwrap_or_default();
        Spot {
            line: number(marker.line()).max(1),
            column: number(marker.col()).saturating_add(1),
            offset: self.0.get(marker.index()).copied().unwrap_or(last),
        }
    }
}

/// A list or map that is not complete.
struct Open {
    anchor: usize,
    spot: Spot,
    /// The key whose value comes next, in a map.
    key: Option<(String, Spot)>,
    value: Value,
    /// What `<<` brings in, behind all that the map says itself.
    merged: Vec<Entry>,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
    root: Option<Node>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, spot: Spot) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_nothing = style == ScalarStyle::Plain && matches!(&*text, "~" | "null");
                let text = if is_nothing {
                    String::new()
                } else {
                    text.into_owned()
                };
                self.put(
                    Node {
                        value: Value::Scalar(text),
                        spot,
                    },
                    anchor,
                )
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| wrong("this alias stands inside what it names", spot))?;
                self.put(Node { spot, ..node }, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(Value::List(Vec::new()), anchor, spot),
            Event::MappingStart(anchor, _) => self.begin(Value::Map(Vec::new()), anchor, spot),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => {
                    let anchor = open.anchor;
                    self.put(open.close(), anchor)
                }
                None => Ok(()),
            },
            Event::DocumentStart(_) if self.root.is_some() => Err(wrong(
                "a second document begins here, and a configuration is one",
                spot,
            )),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, spot: Spot) -> Result<(), YamlError> {
        if self.open.len() >= DEEPEST {
            return Err(wrong("this is too deep", spot));
        }
        self.open.push(Open {
            anchor,
            spot,
            key: None,
            value,
            merged: Vec::new(),
        });
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), YamlError> {
        let spot = node.spot;
        self.values = self.values.saturating_add(node.size());
        if self.values > MOST_VALUES {
            return Err(wrong("this is more than a configuration holds", spot));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                None => match node.value {
                    Value::Scalar(key) if entries.iter().any(|entry| entry.key == key) => {
                        return Err(wrong(&format!("`{key}` is there twice"), spot));
                    }
                    Value::Scalar(key) => open.key = Some((key, spot)),
                    _ => return Err(wrong("a key is a text", spot)),
                },
                Some((key, _)) if key == "<<" => open.merged.extend(merged(node)?),
                Some((key, spot)) => entries.push(Entry { key, spot, node }),
            },
            Value::Scalar(_) => {}
        }
        Ok(())
    }
}

impl Open {
    fn close(self) -> Node {
        let value = match self.value {
            Value::Map(mut entries) => {
                for entry in self.merged {
                    if !entries.iter().any(|own| own.key == entry.key) {
                        entries.push(entry);
                    }
                }
                Value::Map(entries)
            }
            other => other,
        };
        Node {
            value,
            spot: self.spot,
        }
    }
}

/// What a merge brings in: the keys of a map, or of several, of which the first counts.
fn merged(node: Node) -> Result<Vec<Entry>, YamlError> {
    let spot = node.spot;
    match node.value {
        Value::Map(entries) => Ok(entries),
        Value::List(items) => {
            let all: Result<Vec<_>, _> = items.into_iter().map(merged).collect();
            Ok(all?.into_iter().flatten().collect())
        }
        Value::Scalar(_) => Err(wrong("only a map can be merged", spot)),
    }
}

fn wrong(message: &str, spot: Spot) -> YamlError {
    YamlError {
        message: message.to_owned(),
        spot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_keeps_order_and_places() {
        let root = read("b: 1\na:\n  - x\n  - {y: 'no'}\n").unwrap();
        let keys: Vec<_> = root
            .entries()
            .iter()
            .map(|entry| (entry.key.as_str(), entry.spot.line))
            .collect();
        assert_eq!(keys, [("b", 1), ("a", 2)]);
        let items = root.get("a").unwrap().items();
        assert_eq!((items[0].text(), items[0].spot.column), (Some("x"), 5));
        assert_eq!(items[1].get("y").and_then(Node::text), Some("no"));
    }

    #[test]
    fn aliases_and_merges_are_followed() {
        let root = read("d: &d {t: 60, k: a}\nm: {<<: *d, k: b}\nn: *d\n").unwrap();
        let of = |key: &str, inner: &str| {
            root.get(key)
                .and_then(|node| node.get(inner))
                .and_then(Node::text)
        };
        assert_eq!(
            (of("m", "t"), of("m", "k"), of("n", "k")),
            (Some("60"), Some("b"), Some("a"))
        );
    }

    #[test]
    fn what_is_broken_is_refused_where_it_is() {
        let check = |text: &str, line: u32, column: u32| {
            let error = read(text).expect_err(text);
            assert_eq!(
                (error.spot.line, error.spot.column),
                (line, column),
                "{text}: {error}"
            );
            assert!(!error.message.contains('\n'));
        };
        check("a: 1\na: 2\n", 2, 1);
        check("a: 1\n---\nb: 2\n", 2, 1);
        check("é: 1\n[1, 2]: x\n", 2, 1);
        check("<<: 1\n", 1, 5);
        check("a: [1, 2\nb: 3\n", 2, 2);
        check("- a\n", 1, 1);
        check("a: \"x\n", 1, 4);
    }

    #[test]
    fn aliases_of_aliases_do_not_fill_the_memory() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let items = vec![format!("*a{before}"); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        assert!(read(&text).is_err());
        assert!(read(&"[".repeat(10_000)).is_err());
    }
}
