//! What a name for a set of places means at one instant, as known at another.

use register::model::{Cause, Instant, ListChange, ListVersion, PlaceList, PlaceSetName, Register};
use territory::{Definition, Member, Place};

/// The meaning of a named set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Extent {
    /// Written out.
    Defined(Definition),
    /// A group that nobody has read yet: unclear for the places it could mean; `None`: for every place.
    Undefined(Option<Vec<Place>>),
    /// Nothing is known of it.
    Unknown,
}

impl Extent {
    /// The meaning of a name for texts valid at `at`, as known at `known_at`.
    pub(crate) fn of(name: &PlaceSetName, register: &Register, at: Instant, known_at: Instant) -> Self {
        match name {
            PlaceSetName::Inline(definition) => Self::Defined(definition.clone()),
            PlaceSetName::Group(id) => {
                let Some(group) = register.groups.iter().find(|group| group.id == *id) else {
                    return Self::Unknown;
                };
                let read = group
                    .reading
                    .as_ref()
                    .is_some_and(|reading| is_known(reading.known_from, known_at));
                if read {
                    Self::Defined(group.definition.clone())
                } else {
                    Self::Undefined(group.could_be.clone())
                }
            }
            PlaceSetName::List(id) => {
                let list = register.lists.iter().find(|list| list.id == *id);
                list.and_then(|list| in_force(list, register, at, known_at))
                    .map_or(Self::Unknown, Self::Defined)
            }
        }
    }

    /// Subdivisions that the set itself names, in whatever list.
    pub(crate) fn named_parts(&self) -> Vec<Place> {
        match self {
            Self::Defined(definition) => mentioned(definition).filter(|place| !place.own_code()).collect(),
            Self::Undefined(_) | Self::Unknown => Vec::new(),
        }
    }
}

/// Whether something known from an instant is known by now; what has no such instant was always known.
pub(crate) fn is_known(known_from: Option<Instant>, known_at: Instant) -> bool {
    known_from.is_none_or(|from| from <= known_at)
}

/// Every place that a definition mentions.
pub(crate) fn mentioned(definition: &Definition) -> impl Iterator<Item = Place> + '_ {
    let members = definition.members.iter().filter_map(|member| match member {
        Member::World => None,
        Member::Place(place) => Some(*place),
    });
    members.chain(
        definition
            .except
            .iter()
            .chain(&definition.disputed)
            .chain(&definition.unknown)
            .copied(),
    )
}

/// The version of a list that counts, with every change that has taken effect.
fn in_force(list: &PlaceList, register: &Register, at: Instant, known_at: Instant) -> Option<Definition> {
    let known = |version: &&ListVersion| is_known(version.known_from, known_at);
    let counting = list
        .versions
        .iter()
        .filter(|version| version.span.contains(at))
        .filter(known);
    let mut definition = counting
        .max_by_key(|version| version.span.from)?
        .definition
        .clone();
    let notice = longest_notice(&list.id, register);
    let mut changes: Vec<(Instant, &ListChange)> = list
        .changes
        .iter()
        .map(|change| (binds_from(change, notice), change))
        .collect();
    changes.sort_by_key(|(from, _)| *from);
    for (from, change) in changes {
        if from <= at && change.posted <= known_at {
            apply(change, &mut definition);
        }
    }
    Some(definition)
}

/// The instant from which a change binds.
pub(crate) fn binds_from(change: &ListChange, notice_days: u32) -> Instant {
    match change.cause {
        Cause::Law => change.effective,
        Cause::Notice => change
            .effective
            .max(change.posted.plus(i64::from(notice_days) * Instant::DAY)),
    }
}

/// The longest notice of the instruments that use a list.
pub(crate) fn longest_notice(list: &str, register: &Register) -> u32 {
    let name = PlaceSetName::List(list.to_owned());
    let uses = |instrument: &&register::model::Instrument| {
        instrument
            .clauses
            .iter()
            .any(|clause| super::named::set_names(clause).contains(&&name))
    };
    register
        .instruments
        .iter()
        .filter(uses)
        .map(|instrument| instrument.notice.days)
        .max()
        .unwrap_or(0)
}

fn apply(change: &ListChange, definition: &mut Definition) {
    for place in &change.remove {
        definition
            .members
            .retain(|member| *member != Member::Place(*place));
        definition.except.push(*place);
    }
    for place in &change.add {
        for list in [
            &mut definition.except,
            &mut definition.unknown,
            &mut definition.disputed,
        ] {
            list.retain(|other| other != place);
        }
        definition.members.push(Member::Place(*place));
    }
}
