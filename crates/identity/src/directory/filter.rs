//! Which records are meant: a closed language, so that every store can ask its database for exactly that.
//!
//! What a filter means is written down once, in [`PersonFilter::matches`] and [`GroupFilter::matches`]; a store that
//! pushes it into SQL is held against them by its tests. Texts without regard to case are compared in lower case.

use super::{GroupRecord, PersonRecord};
use register::model::Instant;
use std::borrow::Cow;

/// Which people are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonFilter {
    /// Everybody.
    All,
    /// Those of whom this attribute compares so with a text.
    Text(TextAttribute, Comparison, String),
    /// Those who have this attribute at all.
    Has(TextAttribute),
    /// Those who are active, or are not.
    Active(bool),
    /// Those whose records changed at this instant or later.
    ModifiedFrom(Instant),
    /// Members of the group of this id.
    MemberOf(String),
    /// Those whom all of these mean.
    Every(Vec<PersonFilter>),
    /// Those whom one of these means.
    Any(Vec<PersonFilter>),
    /// Those whom this does not mean.
    Not(Box<PersonFilter>),
}

/// Which groups are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupFilter {
    /// All of them.
    All,
    /// The one of this id.
    Id(String),
    /// Those of this source.
    Source(String),
    /// The one of this name, without regard to case.
    Name(String),
    /// The one of this identity at its source.
    ExternalId(String),
    /// Those in which the person of this id is.
    Holds(String),
    /// Those that all of these mean.
    Every(Vec<GroupFilter>),
}

/// An attribute of a person that is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextAttribute {
    /// Identity.
    Id,
    /// Name by which they sign in; without regard to case.
    UserName,
    /// Identity at the source.
    ExternalId,
    /// The name to show; without regard to case.
    DisplayName,
    /// The source.
    Source,
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is the text.
    Equals,
    /// It begins with the text.
    StartsWith,
    /// It ends with the text.
    EndsWith,
    /// The text occurs in it.
    Contains,
}

impl TextAttribute {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Id,
        Self::UserName,
        Self::ExternalId,
        Self::DisplayName,
        Self::Source,
    ];

    /// Whether upper and lower case differ.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Id | Self::ExternalId | Self::Source)
    }

    /// A text in the form in which this attribute is compared.
    pub fn folded(self, text: &str) -> Cow<'_, str> {
        match self.is_exact() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(text.to_lowercase()),
        }
    }

    fn of(self, record: &PersonRecord) -> Option<&str> {
        match self {
            Self::Id => Some(&record.id),
            Self::UserName => Some(&record.profile.user_name),
            Self::ExternalId => record.profile.external_id.as_deref(),
            Self::DisplayName => record.profile.names.display.as_deref(),
            Self::Source => Some(&record.source),
        }
    }
}

impl Comparison {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Equals, Self::StartsWith, Self::EndsWith, Self::Contains];

    fn holds(self, value: &str, text: &str) -> bool {
        match self {
            Self::Equals => value == text,
            Self::StartsWith => value.starts_with(text),
            Self::EndsWith => value.ends_with(text),
            Self::Contains => value.contains(text),
        }
    }
}

impl PersonFilter {
    /// Whether a record is meant; `is_member` says whether the person is in the group of an id.
    pub fn matches(&self, record: &PersonRecord, is_member: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Text(attribute, comparison, text) => attribute
                .of(record)
                .is_some_and(|value| comparison.holds(&attribute.folded(value), &attribute.folded(text))),
            Self::Has(attribute) => attribute.of(record).is_some(),
            Self::Active(active) => record.profile.active == *active,
            Self::ModifiedFrom(at) => record.modified >= *at,
            Self::MemberOf(group) => is_member(group),
            Self::Every(all) => all.iter().all(|one| one.matches(record, is_member)),
            Self::Any(any) => any.iter().any(|one| one.matches(record, is_member)),
            Self::Not(other) => !other.matches(record, is_member),
        }
    }
}

impl GroupFilter {
    /// Whether a record is meant; `is_member` says whether a person of an id is in it.
    pub fn matches(&self, record: &GroupRecord, is_member: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Id(id) => record.id == *id,
            Self::Source(source) => record.source == *source,
            Self::Every(all) => all.iter().all(|one| one.matches(record, is_member)),
            Self::Name(name) => record.profile.name.to_lowercase() == name.to_lowercase(),
            Self::ExternalId(id) => record.profile.external_id.as_ref() == Some(id),
            Self::Holds(person) => is_member(person),
        }
    }
}
