//! What the directory does not say about people, counted: each gap is somebody who will be refused for want of a fact.

use super::{People, Standing};
use register::model::{PlaceFact, Worker};
use std::collections::BTreeMap;

/// Groups that are listed beside a gap; the rest is counted in it all the same.
const GROUPS: usize = 5;

/// What is missing of how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// People who are active.
    pub people: usize,
    /// What is missing, most people first; nothing that nobody lacks.
    pub gaps: Vec<Gap>,
}

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What.
    pub missing: Missing,
    /// Of how many.
    pub people: usize,
    /// Of how many in the groups that have most of them, most first. Somebody may be in several.
    pub groups: Vec<(String, usize)>,
}

/// What may be missing of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// Worker type or entity, without which nothing at all is decided for them.
    WorkerOrEntity,
    /// Place of work.
    Place,
    /// A place of work that is written, but is no place that we know.
    PlaceName,
    /// Where they live.
    Residence,
    /// Citizenships.
    Citizenships,
    /// Sanctions screening.
    Screening,
    /// Groups, without which nobody is entitled to anything but by a grant.
    Groups,
    /// The application that is theirs by default.
    Application,
    /// The places of the end users behind a service account.
    EndUsers,
}

impl Missing {
    /// In words, after "people without".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkerOrEntity => "worker type or entity",
            Self::Place => "a place of work",
            Self::PlaceName => "a place of work that is a known place",
            Self::Residence => "a place of residence",
            Self::Citizenships => "citizenships",
            Self::Screening => "sanctions screening",
            Self::Groups => "groups",
            Self::Application => "an application of their own",
            Self::EndUsers => "declared end users",
        }
    }
}

#[derive(Default)]
struct Counted {
    people: usize,
    groups: BTreeMap<String, usize>,
}

impl People {
    /// What is missing of those who are active.
    pub fn gaps(&self) -> Gaps {
        let mut found: BTreeMap<Missing, Counted> = BTreeMap::new();
        let mut people: usize = 0;
        self.each(|_, standing| {
            let (missing, groups): (Vec<Missing>, &[String]) = match standing {
                Standing::Ended => return,
                Standing::Incomplete => (vec![Missing::WorkerOrEntity], &[]),
                Standing::Active(entry) => (missing(entry), &entry.groups),
            };
            people = people.saturating_add(1);
            for one in missing {
                let counted = found.entry(one).or_default();
                counted.people = counted.people.saturating_add(1);
                for group in groups {
                    let of_group = counted.groups.entry(group.clone()).or_default();
                    *of_group = of_group.saturating_add(1);
                }
            }
        });
        let mut gaps: Vec<Gap> = found.into_iter().map(gap).collect();
        gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.people), gap.missing));
        Gaps { people, gaps }
    }
}

fn missing(entry: &super::DirectoryEntry) -> Vec<Missing> {
    let is_service = entry.worker == Worker::Service;
    let all = [
        (entry.place == PlaceFact::Unknown, Missing::Place),
        (
            matches!(entry.place, PlaceFact::Unrecognised(_)),
            Missing::PlaceName,
        ),
        (
            !is_service && entry.residence == PlaceFact::Unknown,
            Missing::Residence,
        ),
        (
            !is_service && entry.citizenships.reveal().is_empty(),
            Missing::Citizenships,
        ),
        (
            !is_service && entry.screening.reveal().screened_at.is_none(),
            Missing::Screening,
        ),
        (entry.groups.is_empty(), Missing::Groups),
        (entry.application.is_none(), Missing::Application),
        (is_service && entry.end_users.is_empty(), Missing::EndUsers),
    ];
    let missing = all.into_iter().filter(|(is_missing, _)| *is_missing);
    missing.map(|(_, what)| what).collect()
}

fn gap((missing, counted): (Missing, Counted)) -> Gap {
    let mut groups: Vec<(String, usize)> = counted.groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    groups.truncate(GROUPS);
    Gap {
        missing,
        people: counted.people,
        groups,
    }
}
