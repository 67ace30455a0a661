//! A report as words and tables, before it takes a form.

/// A whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// What was asked: a word and its value each.
    pub asked: Vec<(&'static str, String)>,
    /// The answer: the first sentence stands alone.
    pub answer: Vec<String>,
    /// Figures.
    pub tables: Vec<Table>,
    /// What it does not prove.
    pub limits: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name for programs.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How to read it.
    pub about: &'static str,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each as wide as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name for programs.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Whether the page shows its numbers as bars too.
    pub bar: bool,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A text, which may come from anybody.
    Text(String),
    /// A number.
    Count(u64),
    /// A number that may be less than nothing.
    Change(i128),
    /// A part of a whole.
    Share(u64, u64),
    /// Nothing is known.
    Nothing,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub const fn new(
        id: &'static str,
        title: &'static str,
        about: &'static str,
        columns: Vec<Column>,
    ) -> Self {
        Self {
            id,
            title,
            about,
            columns,
            rows: Vec::new(),
        }
    }

    /// The same with these rows.
    #[must_use]
    pub fn with(mut self, rows: Vec<Vec<Cell>>) -> Self {
        self.rows = rows;
        self
    }
}

/// A column.
pub(crate) const fn column(id: &'static str, title: &'static str) -> Column {
    Column {
        id,
        title,
        bar: false,
    }
}

/// A column whose numbers are shown as bars too.
pub(crate) const fn bars(id: &'static str, title: &'static str) -> Column {
    Column { id, title, bar: true }
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text, or nothing.
    pub fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::Nothing, Self::text)
    }

    /// What a person reads, before letters that act are written out.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(number) => number.to_string(),
            Self::Change(number) if *number > 0 => format!("+{number}"),
            Self::Change(number) => number.to_string(),
            Self::Share(part, whole) => share(*part, *whole),
            Self::Nothing => "–".to_owned(),
        }
    }

    /// Whether it is a number of one sort or another.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Change(_) | Self::Share(..))
    }
}

/// A share in per cent, cut to one digit; by whole numbers, so that it is the same everywhere.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// A number of things, in the singular where it is one.
pub(crate) fn count(number: u64, singular: &str, plural: &str) -> String {
    format!("{number} {}", if number == 1 { singular } else { plural })
}
