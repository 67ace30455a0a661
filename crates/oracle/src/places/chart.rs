//! What a set of places says of every spot.

use super::gazetteer::overlaps;
use super::{Extent, Gazetteer, Spot, extent::mentioned, outward};
use decision::State;
use register::model::Polarity;
use std::collections::{BTreeMap, BTreeSet};
use territory::{Absent, Definition, Member, Membership, Place};

/// Membership of every single spot and of every whole.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    found: BTreeMap<Spot, Membership>,
    /// Subdivisions that the set itself names: an exception for a larger place does not reach them.
    pub(crate) named_parts: BTreeSet<Place>,
}

impl Chart {
    /// Goes through all spots.
    pub(crate) fn of(extent: &Extent, gazetteer: &Gazetteer) -> Self {
        let mut found: BTreeMap<Spot, Membership> = BTreeMap::new();
        let says = Says::of(extent, gazetteer);
        for spot in gazetteer.everywhere() {
            found.insert(spot, says.of_spot(spot));
        }
        for whole in gazetteer.wholes() {
            let parts: BTreeSet<Membership> = gazetteer
                .within(whole)
                .iter()
                .filter_map(|part| found.get(part).copied())
                .collect();
            let same = if parts.len() == 1 {
                parts.first().copied()
            } else {
                None
            };
            found.insert(whole, same.unwrap_or(Membership::Unknown));
        }
        Self {
            found,
            named_parts: extent.named_parts().into_iter().collect(),
        }
    }

    /// What the set says of a spot.
    pub(crate) fn membership(&self, spot: Spot) -> Membership {
        self.found.get(&spot).copied().unwrap_or(Membership::Unknown)
    }

    /// Spots, wholes among them, about which the set says one of these.
    pub(crate) fn spots(&self, wanted: &[Membership]) -> BTreeSet<Spot> {
        self.found
            .iter()
            .filter(|(_, said)| wanted.contains(said))
            .map(|(spot, _)| *spot)
            .collect()
    }

    /// State of a test that a spot is inside, or outside, the set.
    pub(crate) fn state(&self, spot: Spot, polarity: Polarity) -> State {
        sides(self.membership(spot), polarity)
    }
}

/// State of a test of one membership.
pub(crate) fn sides(membership: Membership, polarity: Polarity) -> State {
    match (membership, polarity) {
        (Membership::Unknown, _) => State::Unknown,
        (Membership::Unclear, _) => State::Unclear,
        (Membership::Inside, Polarity::In) | (Membership::Outside, Polarity::NotIn) => State::Met,
        (Membership::Outside, Polarity::In) | (Membership::Inside, Polarity::NotIn) => State::NotMet,
    }
}

/// What a definition says of a place by the nearest mention.
enum Says<'d> {
    Mentions {
        own: BTreeMap<Place, Membership>,
        definition: &'d Definition,
        untold: Vec<(Spot, Place)>,
    },
    CouldBe(Option<BTreeSet<Spot>>),
    Nothing,
}

impl<'d> Says<'d> {
    fn of(extent: &'d Extent, gazetteer: &Gazetteer) -> Self {
        match extent {
            Extent::Unknown => Self::Nothing,
            Extent::Undefined(could_be) => Self::CouldBe(could_be.as_ref().map(|places| {
                places
                    .iter()
                    .flat_map(|place| gazetteer.within(gazetteer.stand(*place)))
                    .collect()
            })),
            Extent::Defined(definition) => {
                let untold = mentioned(definition).filter(|place| !gazetteer.tells_apart(*place));
                let untold = untold.flat_map(|place| {
                    gazetteer
                        .within(gazetteer.stand(place))
                        .into_iter()
                        .map(move |spot| (spot, place))
                });
                let untold = untold.collect();
                Self::Mentions {
                    own: own_mentions(definition),
                    definition,
                    untold,
                }
            }
        }
    }

    fn of_spot(&self, spot: Spot) -> Membership {
        match self {
            Self::Nothing => Membership::Unknown,
            Self::CouldBe(None) => Membership::Unclear,
            Self::CouldBe(Some(spots)) if spots.contains(&spot) => Membership::Unclear,
            Self::CouldBe(Some(_)) => Membership::Outside,
            Self::Mentions {
                own,
                definition,
                untold,
            } => {
                let said = nearest(spot, own, definition);
                let differs = |(other, place): &(Spot, Place)| {
                    *other == spot
                        && nearest(
                            Spot {
                                place: *place,
                                rest: false,
                            },
                            own,
                            definition,
                        ) != said
                };
                if untold.iter().any(differs) {
                    Membership::Unknown
                } else {
                    said
                }
            }
        }
    }
}

/// What is said of each place by name; of two mentions the more cautious counts.
fn own_mentions(definition: &Definition) -> BTreeMap<Place, Membership> {
    let members = definition.members.iter().filter_map(|member| match member {
        Member::World => None,
        Member::Place(place) => Some((*place, Membership::Inside)),
    });
    let disputed = definition
        .disputed
        .iter()
        .map(|place| (*place, Membership::Unclear));
    let unknown = definition
        .unknown
        .iter()
        .map(|place| (*place, Membership::Unknown));
    let except = definition
        .except
        .iter()
        .map(|place| (*place, Membership::Outside));
    members.chain(disputed).chain(unknown).chain(except).collect()
}

fn nearest(spot: Spot, own: &BTreeMap<Place, Membership>, definition: &Definition) -> Membership {
    let by_name = outward(spot.place).find_map(|around| own.get(&around).copied());
    let said = by_name.unwrap_or_else(|| unmentioned(spot.place, own, definition));
    let overlapping = |_: &Place| !spot.rest && overlaps(spot.place);
    let Some(whole) = spot.place.whole().filter(overlapping) else {
        return said;
    };
    let disagrees = own
        .iter()
        .any(|(place, other)| place.whole() == Some(whole) && *other != said);
    if disagrees { Membership::Unknown } else { said }
}

/// What is said of a place when neither it nor anything around it is mentioned: inside if the world is; unclear if
/// it is coded a second time under a place that is mentioned and not excluded; else as the definition says of what
/// is absent.
fn unmentioned(place: Place, own: &BTreeMap<Place, Membership>, definition: &Definition) -> Membership {
    if definition.members.contains(&Member::World) {
        return Membership::Inside;
    }
    let second = place
        .whole()
        .unwrap_or(place)
        .also_part_of()
        .and_then(|whole| own.get(&whole));
    match (second, definition.absent) {
        (Some(said), _) if *said != Membership::Outside => Membership::Unclear,
        (_, Absent::Outside) => Membership::Outside,
        (_, Absent::Unknown) => Membership::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use territory::{Atlas, Region};

    fn place(code: &str) -> Place {
        Place::parse(code).unwrap()
    }

    fn places(codes: &str) -> Vec<Place> {
        codes.split_whitespace().map(place).collect()
    }

    fn definition(members: &str, except: &str, disputed: &str, unknown: &str) -> Definition {
        let members = members.split_whitespace();
        Definition {
            members: members
                .map(|code| {
                    if code == "*" {
                        Member::World
                    } else {
                        Member::Place(place(code))
                    }
                })
                .collect(),
            except: places(except),
            disputed: places(disputed),
            unknown: places(unknown),
            absent: Absent::Outside,
        }
    }

    fn check(definition: &Definition, told_apart: &str, expected: &[(&str, Membership)]) {
        let gazetteer = Gazetteer::new(places(told_apart).into_iter().chain(mentioned(definition)));
        let chart = Chart::of(&Extent::Defined(definition.clone()), &gazetteer);
        for (code, membership) in expected {
            assert_eq!(
                chart.membership(gazetteer.stand(place(code))),
                *membership,
                "{code} of {definition:?}"
            );
        }
    }

    #[test]
    fn the_nearest_mention_counts() {
        use Membership::{Inside, Outside, Unclear, Unknown};
        let listed = definition("UA US", "UA-43", "TW", "UA-40");
        let expected = [
            ("UA", Unknown),
            ("UA-43", Outside),
            ("UA-40", Unknown),
            ("UA-30", Inside),
            ("TW", Unclear),
        ];
        check(&listed, "", &expected);
        check(&listed, "", &[("PR", Unclear), ("US", Inside), ("FR", Outside)]);
        check(
            &definition("*", "CN", "", ""),
            "",
            &[("CN", Outside), ("HK", Inside), ("CN-GD", Outside)],
        );
        check(
            &definition("FR", "FR-IDF", "", ""),
            "FR-75C",
            &[("FR-75C", Outside), ("GP", Unclear), ("FR-69", Inside)],
        );
    }

    #[test]
    fn an_unread_group_is_unclear_where_it_could_mean() {
        let gazetteer = Gazetteer::new(places("UA-43"));
        let chart = Chart::of(&Extent::Undefined(Some(places("CN UA"))), &gazetteer);
        let said = |code: &str| chart.membership(gazetteer.stand(place(code)));
        assert_eq!(
            (said("CN"), said("HK"), said("UA")),
            (Membership::Unclear, Membership::Outside, Membership::Unclear)
        );
    }

    /// The lowest crate works the same out by masks; on sets of places the two must agree.
    #[test]
    fn agrees_with_regions() {
        let texts = [
            "UA US EE-37 FR",
            "UA-43 GP EE",
            "* FR-IDF",
            "CN-GD NL PR",
            "HK UA-40",
            "IS EE-79",
        ];
        for members in texts {
            for (except, doubt) in texts.iter().flat_map(|a| texts.iter().map(move |b| (*a, *b))) {
                let except = except.replace("* ", "");
                let doubt = doubt.replace("* ", "");
                for definition in [
                    definition(members, &except, &doubt, ""),
                    definition(members, &except, "", &doubt),
                ] {
                    agree(&definition);
                }
            }
        }
    }

    fn agree(definition: &Definition) {
        let named = places("US-CA FR-75C EE-39 UA-09");
        let gazetteer = Gazetteer::new(named.iter().copied().chain(mentioned(definition)));
        let atlas = Atlas::new(named.into_iter().chain(mentioned(definition))).unwrap();
        let chart = Chart::of(&Extent::Defined(definition.clone()), &gazetteer);
        let region = Region::of(definition, &atlas);
        for place in Place::all() {
            let (here, there) = (
                chart.membership(gazetteer.stand(place)),
                region.membership(atlas.slot(place)),
            );
            assert_eq!(here, there, "{place} of {definition:?}");
        }
    }
}
