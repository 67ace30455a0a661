//! Typed, silent access to the keys of one table.

use super::moment::Moment;
use super::{File, Spot};
use toml::de::{DeTable, DeValue};

/// One table of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    file: &'a File<'a>,
    table: &'a DeTable<'a>,
    spot: Spot<'a>,
}

/// One value, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// The value itself.
    pub(crate) value: &'a DeValue<'a>,
    /// Where it stands.
    pub(crate) spot: Spot<'a>,
}

/// A text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Where it stands.
    pub(crate) spot: Spot<'a>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(file: &'a File<'a>, table: &'a DeTable<'a>, spot: Spot<'a>) -> Self {
        Self { file, table, spot }
    }

    /// Where the table begins.
    pub(crate) fn spot(&self) -> Spot<'a> {
        self.spot
    }

    /// The file it stands in.
    pub(crate) fn file(&self) -> &'a File<'a> {
        self.file
    }

    /// Keys with their spots, and values, in the order of the file.
    pub(crate) fn pairs(&self) -> Vec<(Word<'a>, Value<'a>)> {
        let pair = |(key, value): (&'a toml::Spanned<_>, &'a toml::Spanned<DeValue<'a>>)| {
            let text: &'a std::borrow::Cow<'a, str> = key.get_ref();
            let word = Word {
                text,
                spot: self.file.spot(key.span()),
            };
            (
                word,
                Value {
                    value: value.get_ref(),
                    spot: self.file.spot(value.span()),
                },
            )
        };
        let mut pairs: Vec<_> = self.table.iter().map(pair).collect();
        pairs.sort_by_key(|(key, _)| key.spot.start());
        pairs
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<Value<'a>> {
        let value = self.table.get(key)?;
        Some(Value {
            value: value.get_ref(),
            spot: self.file.spot(value.span()),
        })
    }

    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the key's value stands, else where the table does.
    pub(crate) fn spot_of(&self, key: &str) -> Spot<'a> {
        self.get(key).map_or(self.spot, |value| value.spot)
    }

    /// A text.
    pub(crate) fn text(&self, key: &str) -> Option<Word<'a>> {
        self.get(key)?.word()
    }

    /// A text of its own.
    pub(crate) fn string(&self, key: &str) -> Option<String> {
        self.text(key).map(|word| word.text.to_owned())
    }

    /// A text or a date, as it is written.
    pub(crate) fn as_written(&self, key: &str) -> Option<String> {
        let value = self.get(key)?.value;
        let date = || value.as_datetime().map(ToString::to_string);
        value.as_str().map(str::to_owned).or_else(date)
    }

    /// A list of texts, or one text; empty if absent.
    pub(crate) fn texts(&self, key: &str) -> Vec<Word<'a>> {
        self.get(key).map(|value| value.words()).unwrap_or_default()
    }

    /// A list of texts of their own.
    pub(crate) fn strings(&self, key: &str) -> Vec<String> {
        self.texts(key)
            .into_iter()
            .map(|word| word.text.to_owned())
            .collect()
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, key: &str) -> Option<u64> {
        self.get(key)?.count()
    }

    /// A date or an instant.
    pub(crate) fn moment(&self, key: &str) -> Option<Moment> {
        Moment::of(self.get(key)?.value).ok()
    }

    /// A table inside this one.
    pub(crate) fn entry(&self, key: &str) -> Option<Entry<'a>> {
        self.get(key)?.entry()
    }

    /// A list of tables inside this one; empty if absent.
    pub(crate) fn entries(&self, key: &str) -> Vec<Entry<'a>> {
        let items = self.get(key).map(|value| value.items()).unwrap_or_default();
        items.iter().filter_map(Value::entry).collect()
    }

    /// A word of a closed vocabulary.
    pub(crate) fn word<T>(&self, key: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
        parse(self.text(key)?.text)
    }

    /// Words of a closed vocabulary.
    pub(crate) fn words<T>(&self, key: &str, parse: fn(&str) -> Option<T>) -> Vec<T> {
        self.texts(key)
            .into_iter()
            .filter_map(|word| parse(word.text))
            .collect()
    }
}

impl<'a> Value<'a> {
    /// The value as a text.
    pub(crate) fn word(&self) -> Option<Word<'a>> {
        self.value.as_str().map(|text| Word {
            text,
            spot: self.spot,
        })
    }

    /// The value as a list of texts; a single text is a list of one.
    pub(crate) fn words(&self) -> Vec<Word<'a>> {
        if let Some(word) = self.word() {
            return vec![word];
        }
        self.items().iter().filter_map(Value::word).collect()
    }

    /// The items of a list; empty for anything else.
    pub(crate) fn items(&self) -> Vec<Value<'a>> {
        let file = self.spot.file;
        let item = |item: &'a toml::Spanned<DeValue<'a>>| Value {
            value: item.get_ref(),
            spot: file.spot(item.span()),
        };
        self.value
            .as_array()
            .map(|array| array.iter().map(item).collect())
            .unwrap_or_default()
    }

    /// The value as a table.
    pub(crate) fn entry(&self) -> Option<Entry<'a>> {
        self.value
            .as_table()
            .map(|table| Entry::new(self.spot.file, table, self.spot))
    }

    /// The value as a whole number that is not negative.
    pub(crate) fn count(&self) -> Option<u64> {
        let integer = self.value.as_integer()?;
        u64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }
}
