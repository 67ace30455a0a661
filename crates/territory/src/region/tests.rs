//! What definitions mean, and the laws of the algebra.

use proptest::prelude::*;

use super::*;
use crate::{Absent, Member};

/// Subdivisions and places that are coded twice, nested, or overlap: where mistakes would hide.
const CODES: &[&str] = &[
    "AW", "AX", "BE", "BE-VAN", "BE-VLG", "BQ", "BQ-BO", "CN", "CN-GD", "DE", "EE", "EE-37", "EE-784", "FI",
    "FR", "FR-67", "FR-6AE", "FR-75C", "FR-IDF", "GB", "GB-EDH", "GB-SCT", "GP", "HK", "MO", "NL", "PR",
    "TW", "TW-TPE", "UA", "UA-09", "UA-14", "UA-40", "UA-43", "US", "US-CA",
];

fn place(code: &str) -> Place {
    Place::parse(code).unwrap()
}

fn atlas(codes: &str) -> Atlas {
    Atlas::new(codes.split_whitespace().map(place)).unwrap()
}

/// `*` is the world, `-` except, `?` disputed, `~` unknown, `...` a partial list; a bare code is a member.
fn definition(text: &str) -> Definition {
    let mut read = Definition::default();
    for word in text.split_whitespace() {
        let end = |sign: char| word.strip_prefix(sign).map(place);
        match word {
            "*" => read.members.push(Member::World),
            "..." => read.absent = Absent::Unknown,
            _ => match (end('-'), end('?'), end('~')) {
                (Some(except), ..) => read.except.push(except),
                (_, Some(disputed), _) => read.disputed.push(disputed),
                (.., Some(unknown)) => read.unknown.push(unknown),
                _ => read.members.push(Member::Place(place(word))),
            },
        }
    }
    read
}

fn said(region: &Region, atlas: &Atlas, code: &str) -> &'static str {
    match region.membership(atlas.slot(place(code))) {
        Membership::Outside => "outside",
        Membership::Unclear => "unclear",
        Membership::Unknown => "unknown",
        Membership::Inside => "inside",
    }
}

fn check(group: &str, named: &str, expected: &str) {
    let atlas = atlas(named);
    let region = Region::of(&definition(group), &atlas);
    for word in expected.split_whitespace() {
        let (code, membership) = word.split_once('=').unwrap();
        assert_eq!(
            said(&region, &atlas, code),
            membership,
            "{code} in `{group}` with `{named}` named"
        );
    }
}

#[test]
fn mentions_of_territories() {
    check(
        "CN HK MO",
        "",
        "CN=inside HK=inside MO=inside TW=unclear JP=outside",
    );
    check("CN HK MO -TW", "", "TW=outside");
    check("CN HK MO ?TW", "", "TW=unclear");
    check("CN-HK", "", "HK=inside CN=outside MO=outside");
    check("US", "", "US=inside PR=unclear GU=unclear CA=outside");
    check("US PR -GU", "", "PR=inside GU=outside VI=unclear");
    check("?CN", "", "CN=unclear HK=unclear");
    check("~CN", "", "CN=unknown HK=unclear");
    check("-CN", "", "CN=outside HK=outside");
    check("NL FI", "", "AW=unclear AX=unclear BQ-BO=unclear GL=outside");
    check("CN", "TW-TPE", "TW=unclear TW-TPE=unclear TW-KHH=unclear");
    check("", "", "CN=outside US=outside");
}

#[test]
fn world_and_partial_lists() {
    check(
        "* -CN",
        "",
        "CN=outside HK=inside MO=inside TW=inside US=inside PR=inside",
    );
    check("* -CN -HK -MO", "", "CN=outside HK=outside TW=inside");
    check(
        "* -UA-43",
        "UA-43",
        "UA-43=outside UA=unknown UA-40=inside UA-30=inside PL=inside",
    );
    check("* ?TW", "", "TW=unclear");
    check("* US ?CN", "", "PR=inside CN=unclear HK=inside");
    check("US ...", "", "US=inside PR=unclear JP=unknown");
    check("US -JP ...", "", "JP=outside KR=unknown");
    check("* ...", "", "JP=inside");
    check("", "", "JP=outside");
}

#[test]
fn precedence_of_mentions() {
    check("US ?US ~US -US", "", "US=outside");
    check("US ?US ~US", "", "US=unknown");
    check("US ?US", "", "US=unclear");
    check("US -US", "", "US=outside PR=outside");
}

#[test]
fn wholes_and_parts() {
    check(
        "UA",
        "UA-43 UA-40",
        "UA=inside UA-43=inside UA-40=inside UA-30=inside",
    );
    check(
        "UA -UA-43",
        "UA-43 UA-40",
        "UA=unknown UA-43=outside UA-40=inside UA-30=inside",
    );
    check(
        "UA -UA-43 -UA-40",
        "UA-43 UA-40",
        "UA-43=outside UA-40=outside UA-30=inside",
    );
    check(
        "UA-43 UA-40",
        "UA-43 UA-40 UA-09",
        "UA=unknown UA-43=inside UA-40=inside UA-09=outside UA-30=outside",
    );
    check("UA ?UA-43", "UA-43", "UA=unknown UA-43=unclear UA-30=inside");
    check("?UA", "UA-43", "UA=unclear UA-43=unclear UA-30=unclear");
    check("-UA UA-43 *", "UA-43", "UA=unknown UA-43=inside UA-30=outside");
}

#[test]
fn nested_levels() {
    check(
        "GB -GB-SCT",
        "GB-SCT",
        "GB=unknown GB-SCT=outside GB-EDH=outside GB-CRF=inside",
    );
    check(
        "GB -GB-SCT",
        "GB-SCT GB-EDH",
        "GB-EDH=outside GB-SCT=outside GB-GLG=outside GB-CRF=inside",
    );
    check(
        "GB -GB-EDH",
        "GB-EDH",
        "GB=unknown GB-SCT=unknown GB-EDH=outside GB-GLG=inside GB-CRF=inside",
    );
    check(
        "FR-GES",
        "FR-GES FR-67",
        "FR-67=inside FR-68=inside FR-57=inside FR-75C=outside FR=unknown",
    );
}

#[test]
fn overlapping_levels_keep_the_doubt() {
    check("EE -EE-37", "EE-37", "EE-37=outside EE-784=unknown EE=unknown");
    check("EE -EE-37", "EE-37 EE-784", "EE-784=unknown EE=unknown");
    check("EE", "EE-37 EE-784", "EE-784=inside EE-37=inside EE=inside");
    check(
        "EE-37 -EE-784",
        "EE-37 EE-784",
        "EE-784=unknown EE-37=unknown EE=unknown",
    );
    check(
        "EE-37 EE-784 -UA-43",
        "EE-37 EE-784 UA-43",
        "EE-784=inside EE-37=inside UA-43=outside UA=outside",
    );
}

#[test]
fn what_the_atlas_does_not_tell_apart_is_unknown() {
    check("UA -UA-43", "", "UA=unknown UA-43=unknown");
    check(
        "UA -UA-43",
        "UA-40",
        "UA-40=inside UA-43=unknown UA-30=unknown UA=unknown",
    );
    check("UA UA-43", "", "UA=inside");
    check("US-CA", "", "US=unknown US-CA=unknown PR=outside");
}

#[test]
fn groups_without_a_reading() {
    let atlas = atlas("UA-43");
    let greater_china = ["CN", "HK", "MO", "TW"].map(place);
    let region = Region::undefined(Some(&greater_china), &atlas);
    for (code, expected) in [
        ("CN", "unclear"),
        ("TW", "unclear"),
        ("JP", "outside"),
        ("UA", "outside"),
    ] {
        assert_eq!(said(&region, &atlas, code), expected, "{code}");
    }
    let region = Region::undefined(Some(&[place("UA-43")]), &atlas);
    assert_eq!(
        (said(&region, &atlas, "UA-43"), said(&region, &atlas, "UA")),
        ("unclear", "unknown")
    );
    assert_eq!(Region::undefined(None, &atlas).unclear(), &atlas.universe());
    assert_eq!(Region::unknown_everywhere(&atlas).unknown(), &atlas.universe());
    assert_eq!(Region::everywhere(&atlas).inside(), &atlas.universe());
    assert_eq!(Region::nowhere().outside(&atlas), atlas.universe());
}

#[test]
fn exact_sets_are_settled() {
    let atlas = atlas("UA-43");
    let region = Region::exactly(&atlas.expand(place("UA-43")), &atlas);
    assert_eq!(
        (said(&region, &atlas, "UA-43"), said(&region, &atlas, "UA")),
        ("inside", "unknown")
    );
    assert_eq!(
        Region::exactly(&atlas.atoms(), &atlas),
        Region::everywhere(&atlas)
    );
}

#[test]
fn named_parts_are_the_subdivisions_mentioned() {
    let check = |group: &str, named: &str, expected: &str| {
        let atlas = atlas(named);
        let region = Region::of(&definition(group), &atlas);
        let code = |slot: Slot| {
            format!(
                "{}{}",
                atlas.place(slot).unwrap(),
                if atlas.is_rest(slot) { "+" } else { "" }
            )
        };
        let found: Vec<String> = region.named_parts().iter().map(code).collect();
        assert_eq!(found.join(" "), expected, "`{group}` with `{named}` named");
    };
    check("UA -UA-43", "UA-43 UA-40", "UA-43");
    check("UA ?UA-43 ~UA-40", "UA-43 UA-40", "UA-40 UA-43");
    check("UA CN HK", "UA-43", "");
    check("UA -UA-43", "", "");
    check("FR-IDF", "FR-75C", "FR-IDF FR-IDF+");
}

const FOUR: [Membership; 4] = [
    Membership::Outside,
    Membership::Unclear,
    Membership::Unknown,
    Membership::Inside,
];

#[test]
fn truth_tables() {
    let atlas = atlas("");
    let slot = atlas.slot(place("JP"));
    let constant = |membership: Membership| match membership {
        Membership::Outside => Region::nowhere(),
        Membership::Unclear => Region::undefined(None, &atlas),
        Membership::Unknown => Region::unknown_everywhere(&atlas),
        Membership::Inside => Region::everywhere(&atlas),
    };
    let table = |combine: &dyn Fn(&Region, &Region) -> Region| {
        FOUR.map(|a| {
            FOUR.map(|b| {
                FOUR.iter()
                    .position(|m| *m == combine(&constant(a), &constant(b)).membership(slot))
                    .unwrap()
            })
        })
    };
    let union = table(&|a, b| a.union(b, &atlas));
    let intersect = table(&|a, b| a.intersect(b, &atlas));
    let minus = table(&|a, b| a.minus(b, &atlas));
    assert_eq!(union, [[0, 1, 2, 3], [1, 1, 2, 3], [2, 2, 2, 3], [3, 3, 3, 3]]);
    assert_eq!(
        intersect,
        [[0, 0, 0, 0], [0, 1, 2, 1], [0, 2, 2, 2], [0, 1, 2, 3]]
    );
    assert_eq!(minus, [[0, 0, 0, 0], [1, 1, 2, 0], [2, 2, 2, 0], [3, 1, 2, 0]]);
}

fn some_places(most: usize) -> impl Strategy<Value = Vec<Place>> {
    let all: Vec<Place> = CODES.iter().map(|code| place(code)).collect();
    proptest::collection::vec(proptest::sample::select(all), 0..most)
}

/// The wholes of [`CODES`] and everything in them.
fn related_places() -> Vec<Place> {
    let wholes = CODES
        .iter()
        .map(|code| place(code))
        .filter(|place| place.own_code());
    wholes
        .flat_map(|whole| std::iter::once(whole).chain(whole.parts()))
        .collect()
}

fn a_related_place() -> impl Strategy<Value = Place> {
    proptest::sample::select(related_places())
}

fn definitions() -> impl Strategy<Value = Definition> {
    let lists = (some_places(8), some_places(5), some_places(3), some_places(3));
    (lists, proptest::bool::weighted(0.2), any::<bool>()).prop_map(
        |((members, except, disputed, unknown), world, partial)| {
            let mut members: Vec<Member> = members.into_iter().map(Member::Place).collect();
            members.extend(world.then_some(Member::World));
            let absent = if partial { Absent::Unknown } else { Absent::Outside };
            Definition {
                members,
                except,
                disputed,
                unknown,
                absent,
            }
        },
    )
}

/// Every place that a definition mentions.
fn mentioned(definition: &Definition) -> Vec<Place> {
    let listed = definition.members.iter().filter_map(|member| match member {
        Member::Place(place) => Some(*place),
        Member::World => None,
    });
    listed
        .chain(
            [&definition.except, &definition.disputed, &definition.unknown]
                .into_iter()
                .flatten()
                .copied(),
        )
        .collect()
}

fn well_formed(region: &Region, atlas: &Atlas) -> Result<(), TestCaseError> {
    prop_assert!(!region.inside().intersects(region.unclear()));
    prop_assert!(!region.inside().intersects(region.unknown()));
    prop_assert!(!region.unclear().intersects(region.unknown()));
    for whole in atlas.wholes() {
        let said: Vec<Membership> = atlas
            .parts(whole)
            .iter()
            .map(|part| region.membership(part))
            .collect();
        let expected = if said.iter().all(|one| *one == said[0]) {
            said[0]
        } else {
            Membership::Unknown
        };
        prop_assert_eq!(region.membership(whole), expected, "{:?}", atlas.place(whole));
    }
    Ok(())
}

proptest! {
    #[test]
    fn wholes_follow_their_parts_after_every_operation(a in definitions(), b in definitions(), named in some_places(20)) {
        let atlas = Atlas::new(named).unwrap();
        let (a, b) = (Region::of(&a, &atlas), Region::of(&b, &atlas));
        for region in [a, b, a.union(&b, &atlas), a.intersect(&b, &atlas), a.minus(&b, &atlas), a.complement(&atlas)] {
            well_formed(&region, &atlas)?;
        }
    }

    #[test]
    fn algebra(a in definitions(), b in definitions(), c in definitions(), named in some_places(20)) {
        let atlas = &Atlas::new(named).unwrap();
        let [a, b, c] = [a, b, c].map(|definition| Region::of(&definition, atlas));
        prop_assert_eq!(a.complement(atlas).complement(atlas), a);
        prop_assert_eq!(a.union(&b, atlas), b.union(&a, atlas));
        prop_assert_eq!(a.intersect(&b, atlas), b.intersect(&a, atlas));
        prop_assert_eq!(a.union(&b, atlas).union(&c, atlas), a.union(&b.union(&c, atlas), atlas));
        prop_assert_eq!(a.intersect(&b, atlas).intersect(&c, atlas), a.intersect(&b.intersect(&c, atlas), atlas));
        prop_assert_eq!(a.union(&a, atlas), a);
        prop_assert_eq!(a.intersect(&a, atlas), a);
        prop_assert_eq!(a.union(&Region::nowhere(), atlas), a);
        prop_assert_eq!(a.intersect(&Region::everywhere(atlas), atlas), a);
        let negated = |region: &Region| region.complement(atlas);
        prop_assert_eq!(negated(&a.union(&b, atlas)), negated(&a).intersect(&negated(&b), atlas));
        prop_assert_eq!(negated(&a.intersect(&b, atlas)), negated(&a).union(&negated(&b), atlas));
        prop_assert_eq!(a.minus(&b, atlas), a.intersect(&negated(&b), atlas));
    }

    /// Doubt never turns into certainty: whatever the doubtful atoms really are, a certain answer is right.
    #[test]
    fn certainty_survives_any_resolution_of_doubt(a in definitions(), b in definitions(), named in some_places(20), coins in any::<u64>()) {
        let atlas = &Atlas::new(named).unwrap();
        let (a, b) = (Region::of(&a, atlas), Region::of(&b, atlas));
        let resolved = |region: &Region, salt: usize| {
            let doubtful = region.unclear().union(region.unknown());
            let chosen = doubtful.iter().filter(|slot| coins.rotate_left(slot.index() as u32) >> salt & 1 == 1).collect::<PlaceSet>();
            region.inside().union(&chosen).intersect(&atlas.atoms())
        };
        let (real_a, real_b) = (resolved(&a, 0), resolved(&b, 7));
        let pairs = [
            (a.union(&b, atlas), real_a.union(&real_b)),
            (a.intersect(&b, atlas), real_a.intersect(&real_b)),
            (a.minus(&b, atlas), real_a.minus(&real_b)),
        ];
        for (region, real) in pairs {
            prop_assert!(region.inside().intersect(&atlas.atoms()).is_subset(&real));
            prop_assert!(!region.outside(atlas).intersects(&real));
        }
    }

    /// Telling more places apart changes what is said of no place at all.
    #[test]
    fn a_finer_atlas_says_the_same(group in definitions(), named in some_places(10), extra in a_related_place()) {
        let mentioned = mentioned(&group);
        let coarse = Atlas::new(mentioned.iter().chain(&named).copied()).unwrap();
        let fine = Atlas::new(mentioned.iter().chain(&named).chain([&extra]).copied()).unwrap();
        let (before, after) = (Region::of(&group, &coarse), Region::of(&group, &fine));
        for place in related_places() {
            let pair = (before.membership(coarse.slot(place)), after.membership(fine.slot(place)));
            prop_assert_eq!(pair.0, pair.1, "{} when {} is named", place, extra);
        }
    }

    /// Where an atlas is too coarse for a definition, it may only add doubt.
    #[test]
    fn a_coarser_atlas_only_adds_doubt(group in definitions(), named in some_places(6)) {
        let coarse = Atlas::new(named.clone()).unwrap();
        let fine = Atlas::new(mentioned(&group).into_iter().chain(named)).unwrap();
        let (doubtful, exact) = (Region::of(&group, &coarse), Region::of(&group, &fine));
        for place in related_places() {
            let said = doubtful.membership(coarse.slot(place));
            prop_assert!(said == Membership::Unknown || said == exact.membership(fine.slot(place)), "{}", place);
        }
    }
}
