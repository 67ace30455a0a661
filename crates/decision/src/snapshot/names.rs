//! What the names of place sets mean at an instant, as known at another.

use register::model::{Cause, Group, Instant, ListChange, ListVersion, PlaceList, PlaceSetName, Register};
use std::collections::HashMap;
use territory::{Atlas, Definition, Member, Place, Region};

/// Resolves names of place sets into regions, each once.
pub(crate) struct Names<'a> {
    register: &'a Register,
    atlas: &'a Atlas,
    notice_days: &'a HashMap<String, u32>,
    at: Instant,
    known_at: Instant,
    groups: HashMap<&'a str, Region>,
    lists: HashMap<&'a str, Region>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(
        register: &'a Register,
        atlas: &'a Atlas,
        notice_days: &'a HashMap<String, u32>,
        at: Instant,
        known_at: Instant,
    ) -> Self {
        Self {
            register,
            atlas,
            notice_days,
            at,
            known_at,
            groups: HashMap::new(),
            lists: HashMap::new(),
        }
    }

    /// The region that a name means. A name that the register lacks is unknown everywhere.
    pub(crate) fn region(&mut self, name: &PlaceSetName) -> Region {
        match name {
            PlaceSetName::Inline(definition) => Region::of(definition, self.atlas),
            PlaceSetName::Group(id) => self.group(id),
            PlaceSetName::List(id) => self.list(id),
        }
    }

    fn group(&mut self, id: &str) -> Region {
        let Some(group) = self.register.groups.iter().find(|group| group.id == *id) else {
            return Region::unknown_everywhere(self.atlas);
        };
        if let Some(region) = self.groups.get(group.id.as_str()) {
            return *region;
        }
        let region = if has_known_reading(group, self.known_at) {
            Region::of(&group.definition, self.atlas)
        } else {
            Region::undefined(group.could_be.as_deref(), self.atlas)
        };
        self.groups.insert(&group.id, region);
        region
    }

    fn list(&mut self, id: &str) -> Region {
        let Some(list) = self.register.lists.iter().find(|list| list.id == *id) else {
            return Region::unknown_everywhere(self.atlas);
        };
        if let Some(region) = self.lists.get(list.id.as_str()) {
            return *region;
        }
        let days = self.notice_days.get(&list.id).copied().unwrap_or_default();
        let region = effective_definition(list, days, self.at, self.known_at).map_or_else(
            || Region::unknown_everywhere(self.atlas),
            |definition| Region::of(&definition, self.atlas),
        );
        self.lists.insert(&list.id, region);
        region
    }
}

fn has_known_reading(group: &Group, known_at: Instant) -> bool {
    group
        .reading
        .as_ref()
        .is_some_and(|reading| reading.known_from.is_none_or(|from| from <= known_at))
}

/// The version in force, with every change that is in effect and known.
fn effective_definition(list: &PlaceList, days: u32, at: Instant, known_at: Instant) -> Option<Definition> {
    let mut definition = version_in_force(list, at, known_at)?.definition.clone();
    let mut changes: Vec<_> = list
        .changes
        .iter()
        .map(|change| (binds_from(change, days), change))
        .filter(|(from, change)| *from <= at && change.posted <= known_at)
        .collect();
    changes.sort_by_key(|(from, _)| *from);
    for (_, change) in changes {
        apply(&mut definition, change);
    }
    Some(definition)
}

fn version_in_force(list: &PlaceList, at: Instant, known_at: Instant) -> Option<&ListVersion> {
    list.versions
        .iter()
        .filter(|version| version.span.contains(at) && version.known_from.is_none_or(|from| from <= known_at))
        .max_by_key(|version| version.span.from)
}

/// When a change binds: for an ordinary one, never before the longest notice has run.
pub(crate) fn binds_from(change: &ListChange, days: u32) -> Instant {
    match change.cause {
        Cause::Law => change.effective,
        Cause::Notice => change
            .effective
            .max(change.posted.plus(i64::from(days) * Instant::DAY)),
    }
}

fn apply(definition: &mut Definition, change: &ListChange) {
    let forget = |places: &mut Vec<Place>, gone: &[Place]| places.retain(|place| !gone.contains(place));
    definition
        .members
        .retain(|member| !matches!(member, Member::Place(place) if change.remove.contains(place)));
    forget(&mut definition.unknown, &change.remove);
    forget(&mut definition.disputed, &change.remove);
    definition.except.extend(change.remove.iter().copied());
    forget(&mut definition.except, &change.add);
    forget(&mut definition.unknown, &change.add);
    forget(&mut definition.disputed, &change.add);
    definition
        .members
        .extend(change.add.iter().copied().map(Member::Place));
}

/// Every subdivision and place that the register's definitions name, so that the atlas can tell them apart.
pub(crate) fn named_places(register: &Register) -> Vec<Place> {
    let mut places = Vec::new();
    let mut take = |definition: &Definition| {
        places.extend(definition.members.iter().filter_map(|member| match member {
            Member::Place(place) => Some(*place),
            Member::World => None,
        }));
        places.extend(
            [&definition.except, &definition.disputed, &definition.unknown]
                .into_iter()
                .flatten()
                .copied(),
        );
    };
    register.groups.iter().for_each(|group| take(&group.definition));
    register
        .lists
        .iter()
        .flat_map(|list| &list.versions)
        .for_each(|version| take(&version.definition));
    super::sets::of_clauses(register, |name| {
        if let PlaceSetName::Inline(definition) = name {
            take(definition);
        }
    });
    places.extend(
        register
            .groups
            .iter()
            .filter_map(|group| group.could_be.as_ref())
            .flatten()
            .copied(),
    );
    let changes = register.lists.iter().flat_map(|list| &list.changes);
    places.extend(
        changes
            .flat_map(|change| change.add.iter().chain(&change.remove))
            .copied(),
    );
    places.extend(super::sets::lift_places(register));
    places.extend(super::sets::hosting_places(register));
    places
}
