//! Every combination of what the sources may say, decided.
//!
//! The table in `golden.txt` has a row for each combination of directory and trip, and a column for each combination of
//! two sources of presence. Which source of presence says something makes no difference, and neither does saying it
//! twice; both are tested over the whole product of all seven sources, which no table could show.
//! `BAILIWICK_GOLDEN=write` writes the table again.

use crate::bank::{NOW, collector, decided, facts, snapshot};
use decision::{Claim, ClaimSource, Facts, Snapshot, Trip};
use identity::PlaceSources;
use register::model::{Instant, PlaceFact};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

const HOUR: i64 = 3600;

/// Sources that see where somebody is.
const PRESENCE: [ClaimSource; 5] = [
    ClaimSource::Badge,
    ClaimSource::Zone,
    ClaimSource::Device,
    ClaimSource::SessionFeed,
    ClaimSource::GeoIp,
];

/// What a source may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Says {
    /// Nothing.
    Nothing,
    /// A place where the model is licensed.
    Permitted,
    /// A place where it is not.
    Forbidden,
    /// Somewhere, and nobody knows where.
    Unknown,
    /// A place where it is licensed, longer ago than counts.
    StalePermitted,
    /// A place where it is not, longer ago than counts.
    StaleForbidden,
}

use Says::{Forbidden, Nothing, Permitted, StaleForbidden, StalePermitted, Unknown};

const ALL: [Says; 6] = [
    Nothing,
    Permitted,
    Forbidden,
    Unknown,
    StalePermitted,
    StaleForbidden,
];

/// What the directory and trips may say: of the directory a place that is too old, of a trip one that is over, is the
/// same whatever the place.
const SHORT: [Says; 5] = [Nothing, Permitted, Forbidden, Unknown, StalePermitted];

impl Says {
    const fn sign(self) -> char {
        match self {
            Nothing => '-',
            Permitted => 'P',
            Forbidden => 'F',
            Unknown => '?',
            StalePermitted => 'p',
            StaleForbidden => 'f',
        }
    }

    fn place(self) -> PlaceFact {
        match self {
            Permitted | StalePermitted => PlaceFact::read("US"),
            Forbidden | StaleForbidden => PlaceFact::read("HK"),
            Nothing | Unknown => PlaceFact::Unknown,
        }
    }

    const fn is_stale(self) -> bool {
        matches!(self, StalePermitted | StaleForbidden)
    }
}

fn claim(source: ClaimSource, says: Says) -> Option<Claim> {
    let age = match source {
        ClaimSource::Directory if says.is_stale() => 24 * HOUR + 1,
        _ if says.is_stale() => 12 * HOUR + 1,
        _ => HOUR,
    };
    let day = Instant::of_utc_day(NOW.utc_day());
    let is_trip = source == ClaimSource::Trip;
    let is_over = is_trip && says.is_stale();
    let place = Some(says.place()).filter(|place| !is_trip || *place != PlaceFact::Unknown);
    (says != Nothing).then(|| Claim {
        source,
        place,
        site: None,
        marked: false,
        observed_at: NOW.plus(-age),
        trip: is_trip.then_some(Trip {
            from: Some(day.plus(-2 * Instant::DAY)),
            to: is_over.then_some(day),
        }),
    })
}

/// A person of whom nothing else is remarkable, with these claims.
struct Bank {
    snapshot: Snapshot,
    facts: Facts,
}

impl Bank {
    fn new() -> Self {
        let collector = collector(Arc::new(PlaceSources::default()), 0);
        Self {
            snapshot: snapshot(),
            facts: facts(&collector, "ny-trader", IpAddr::from([127, 0, 0, 1]), NOW),
        }
    }

    fn decide(&mut self, claims: impl IntoIterator<Item = (ClaimSource, Says)>) -> char {
        self.facts.claims.clear();
        let claims = claims
            .into_iter()
            .filter_map(|(source, says)| claim(source, says));
        self.facts.claims.extend(claims);
        decided(&self.snapshot, &self.facts, NOW)
    }
}

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/places/golden.txt")
}

fn is_rewriting() -> bool {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test switch, no configuration of an installation"
    )]
    std::env::var("BAILIWICK_GOLDEN").is_ok_and(|value| value == "write")
}

const HEAD: &str = "\
Where somebody is, by what the sources say, and what is decided about a model that is licensed in P and not in F.

Rows: directory and trip. Columns: two sources of presence (badge, zone, device, session, geoip), of which it makes no
difference which is which.

- nothing   P a place where it is licensed   F one where it is not   ? somewhere, and nobody knows where
p and f the same places, longer ago than counts (12 hours; the directory 24 hours; a trip that is over)

P permitted   D denied by the clause   ? denied because nothing is known that could permit

";

fn table() -> String {
    let mut bank = Bank::new();
    let pairs: Vec<(Says, Says)> = ALL
        .into_iter()
        .enumerate()
        .flat_map(|(at, first)| ALL.into_iter().skip(at).map(move |second| (first, second)))
        .filter(|(first, second)| first != second || *first == Nothing)
        .collect();
    let mut text = HEAD.to_owned();
    let signs: Vec<String> = pairs
        .iter()
        .map(|(first, second)| [first.sign(), second.sign()].iter().collect())
        .collect();
    writeln!(text, "directory trip | {}", signs.join(" ")).unwrap();
    for directory in SHORT {
        for trip in SHORT {
            let cells: Vec<String> = pairs
                .iter()
                .map(|(first, second)| {
                    let claims = [
                        (ClaimSource::Badge, *first),
                        (ClaimSource::GeoIp, *second),
                        (ClaimSource::Trip, trip),
                        (ClaimSource::Directory, directory),
                    ];
                    format!("{} ", bank.decide(claims))
                })
                .collect();
            let row = cells.join(" ");
            writeln!(
                text,
                "{:>9} {:>4} | {}",
                directory.sign(),
                trip.sign(),
                row.trim_end()
            )
            .unwrap();
        }
    }
    text
}

#[test]
fn the_table_is_as_checked_in() {
    let table = table();
    if is_rewriting() {
        std::fs::write(golden(), &table).unwrap();
    }
    let checked_in = std::fs::read_to_string(golden()).unwrap_or_default();
    assert_eq!(table, checked_in, "BAILIWICK_GOLDEN=write writes it again");
}

/// The credible places of a combination by the words of the design, apart from the code that decides.
fn credible(presence: [Says; 5], directory: Says, trip: Says) -> BTreeSet<Says> {
    let mut places: BTreeSet<Says> = presence
        .into_iter()
        .filter(|says| matches!(says, Permitted | Forbidden))
        .collect();
    if matches!(trip, Permitted | Forbidden) {
        places.insert(trip);
    }
    let is_seen = presence
        .iter()
        .any(|says| matches!(says, Permitted | Forbidden | Unknown));
    let names_another = |says: &Says| match says {
        Nothing => false,
        Unknown => true,
        other => other.place() != directory.place(),
    };
    let is_travelling = matches!(trip, Permitted | Forbidden | Unknown);
    let counts = matches!(directory, Permitted | Forbidden);
    if counts && !is_seen && !is_travelling && !presence.iter().any(names_another) {
        places.insert(directory);
    }
    places
}

/// Acceptance A07: every combination of five sources of presence, the directory and trips, each silent, permitted, forbidden,
/// unknown or stale, is decided; by its credible places alone, and more of them never permit more.
#[test]
fn what_is_decided_depends_on_credible_places_alone_and_more_of_them_never_permit_more() {
    let mut bank = Bank::new();
    let mut by_places: BTreeMap<BTreeSet<Says>, BTreeSet<char>> = BTreeMap::new();
    let mut count = 0;
    for number in 0..6_usize.pow(5) {
        let presence = [1, 6, 36, 216, 1296].map(|weight| ALL[number / weight % 6]);
        for directory in SHORT {
            for trip in SHORT {
                let claims = PRESENCE
                    .into_iter()
                    .zip(presence)
                    .chain([(ClaimSource::Directory, directory), (ClaimSource::Trip, trip)]);
                let found = bank.decide(claims);
                let places = credible(presence, directory, trip);
                by_places.entry(places).or_default().insert(found);
                count += 1;
            }
        }
    }
    assert_eq!(count, 194_400);
    let shown: Vec<(Vec<Says>, Vec<char>)> = by_places
        .iter()
        .map(|(places, found)| (places.iter().copied().collect(), found.iter().copied().collect()))
        .collect();
    let expected = [
        (vec![], vec!['?']),
        (vec![Permitted], vec!['P']),
        (vec![Permitted, Forbidden], vec!['D']),
        (vec![Forbidden], vec!['D']),
    ];
    assert_eq!(shown, expected);
    for (fewer, before) in by_places.iter().filter(|(places, _)| !places.is_empty()) {
        for (more, after) in by_places.iter().filter(|(places, _)| fewer.is_subset(places)) {
            let is_permitted = |found: &BTreeSet<char>| found.contains(&'P');
            assert!(is_permitted(before) || !is_permitted(after), "{fewer:?} {more:?}");
        }
    }
}

#[test]
fn what_proves_nothing_changes_nothing() {
    let mut bank = Bank::new();
    let nothing = [
        ClaimSource::VpnExit,
        ClaimSource::ProxyEgress,
        ClaimSource::ClientHeader,
    ];
    for says in ALL {
        for directory in SHORT {
            for trip in SHORT {
                let base = [
                    (ClaimSource::Badge, says),
                    (ClaimSource::Directory, directory),
                    (ClaimSource::Trip, trip),
                ];
                let before = bank.decide(base);
                for source in nothing {
                    for other in ALL {
                        let after = bank.decide(base.into_iter().chain([(source, other)]));
                        assert_eq!(before, after, "{base:?} {source:?} {other:?}");
                    }
                }
            }
        }
    }
}
