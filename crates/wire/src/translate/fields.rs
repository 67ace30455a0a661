//! Reading objects key by key, so that what nobody took is known in the end.

use super::refuse::{NotTranslatable, Notes, Outcome, quoted};
use serde_json::{Map, Number, Value};

/// The keys of an object that have not been read yet; `null` counts as absent.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The keys of a value that has to be an object.
    pub(super) fn of(value: Value, what: &str) -> Outcome<Self> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            _ => Err(NotTranslatable::malformed(what, "an object")),
        }
    }

    /// Takes a value out.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.0.swap_remove(key).filter(|value| !value.is_null())
    }

    /// Takes a text out.
    pub(super) fn text(&mut self, key: &str) -> Outcome<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(NotTranslatable::malformed(key, "a text")),
        }
    }

    /// Takes a text out that has to be there.
    pub(super) fn needed(&mut self, key: &str) -> Outcome<String> {
        self.text(key)?
            .ok_or_else(|| NotTranslatable::malformed(key, "a text"))
    }

    /// Takes a truth value out.
    pub(super) fn flag(&mut self, key: &str) -> Outcome<Option<bool>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(NotTranslatable::malformed(key, "`true` or `false`")),
        }
    }

    /// Takes a number out.
    pub(super) fn number(&mut self, key: &str) -> Outcome<Option<Number>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number)),
            Some(_) => Err(NotTranslatable::malformed(key, "a number")),
        }
    }

    /// Takes a whole number out that is not negative.
    pub(super) fn count(&mut self, key: &str) -> Outcome<Option<u64>> {
        let Some(number) = self.number(key)? else {
            return Ok(None);
        };
        let count = number.as_u64();
        count
            .map(Some)
            .ok_or_else(|| NotTranslatable::malformed(key, "a whole number"))
    }

    /// Takes a list out; an absent one is empty.
    pub(super) fn list(&mut self, key: &str) -> Outcome<Vec<Value>> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(NotTranslatable::malformed(key, "a list")),
        }
    }

    /// Takes an object out.
    pub(super) fn object(&mut self, key: &str) -> Outcome<Option<Self>> {
        self.take(key).map(|value| Self::of(value, key)).transpose()
    }

    /// Takes a list of texts out.
    pub(super) fn texts(&mut self, key: &str) -> Outcome<Vec<String>> {
        let text = |value: Value| match value {
            Value::String(text) => Ok(text),
            _ => Err(NotTranslatable::malformed(key, "a list of texts")),
        };
        self.list(key)?.into_iter().map(text).collect()
    }

    /// Puts a value back that was taken out to look at it.
    pub(super) fn put_back(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    /// Drops keys about which nothing needs to be said.
    pub(super) fn forget(&mut self, keys: &[&str]) {
        for key in keys {
            self.0.swap_remove(*key);
        }
    }

    /// Notes each key that nobody took.
    pub(super) fn announce_rest(self, notes: &mut Notes) {
        for (key, value) in self.0 {
            notes.add_if(!value.is_null(), &key);
        }
    }

    /// The same, of an object that stands under a key of the body.
    pub(super) fn announce_rest_of(self, outer: &str, notes: &mut Notes) {
        for (key, value) in self.0 {
            if !value.is_null() {
                notes.add(&format!("{outer}.{}", quoted(&key)));
            }
        }
    }
}

/// Reads each element of a list; errors say at which position.
pub(super) fn each<T>(
    key: &str,
    list: Vec<Value>,
    mut read: impl FnMut(Value) -> Outcome<T>,
) -> Outcome<Vec<T>> {
    let at = |(position, value)| read(value).map_err(|error| error.within(&format!("{key}.{position}")));
    list.into_iter().enumerate().map(at).collect()
}

/// An object under construction.
#[derive(Debug, Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Puts a value under a key.
    pub(super) fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Puts a value under a key where there is one.
    pub(super) fn put_some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Puts a list under a key where it is not empty.
    pub(super) fn put_list(&mut self, key: &str, list: Vec<Value>) {
        if !list.is_empty() {
            self.put(key, list);
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}
