//! Random requests: places that are easily mistaken, ages at the very limits, and whatever else a request may show.
//!
//! A [`Request`] is what proptest makes and shrinks. It is laid over the facts of a person, so that it reaches
//! clauses that facts made up from nothing would seldom reach.

use decision::{Claim, ClaimSource, Facts, NamedUser, Screening, ScreeningResult, Trip};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use register::model::{
    DataClass, ExceptionApproval, Instant, Pattern, PlaceFact, PlaceSetName, Purpose, Register, UsStatus,
    Worker,
};
use territory::{Definition, Member};

/// Wholes, their parts, parts that nobody names, places with two codes, places inside others, and what is no code.
pub(crate) const PLACES: &[&str] = &[
    "US", "GB", "HK", "CN", "MO", "TW", "SG", "DE", "FR", "BE", "KR", "JP", "AE", "IR", "CU", "UA", "UA-30",
    "UA-43", "UA-40", "UA-14", "UA-09", "UA-65", "UA-46", "CN-HK", "CN-11", "CN-GD", "CN-TW", "CN-91",
    "US-PR", "PR", "US-NY", "FR-75C", "FR-IDF", "FR-971", "GP", "FI", "AX", "FI-01", "NL", "AW", "NL-BQ1",
    "BQ", "SJ", "NO-21", "GB-SCT", "GB-EDH", "EE-37", "KY", "UK", "EL", "NI", "ET", "KH", "Narnia",
    "Hongkong", "hk", "",
];

/// Ages about the limits of evidence, in seconds.
const AGES: &[i64] = &[
    0, 1, -1, 60, 3600, 43_199, 43_200, 43_201, 86_399, 86_400, 86_401, 200_000, 604_799, 604_800, 604_801,
    2_000_000,
];

const SOURCES: &[ClaimSource] = &[
    ClaimSource::Badge,
    ClaimSource::Zone,
    ClaimSource::Device,
    ClaimSource::SessionFeed,
    ClaimSource::GeoIp,
    ClaimSource::Trip,
    ClaimSource::Directory,
    ClaimSource::VpnExit,
    ClaimSource::ProxyEgress,
    ClaimSource::ClientHeader,
];

/// A request, to be laid over the facts of a person.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// Claims in place of those of the person; `None`: the person's.
    pub(crate) claims: Option<Vec<RandomClaim>>,
    /// What the request itself shows.
    pub(crate) asked: Asked,
    /// What is known about the person.
    pub(crate) known: Known,
}

/// A place claim, by age.
#[derive(Clone, Debug)]
pub(crate) struct RandomClaim {
    pub(crate) source: ClaimSource,
    pub(crate) place: Option<&'static str>,
    pub(crate) age: i64,
    pub(crate) marked: bool,
    /// First day and number of days of a trip, counted from the day of the request.
    pub(crate) trip: (Option<i64>, Option<i64>),
}

/// What a request itself shows; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    purpose: Option<Purpose>,
    data: Option<DataClass>,
    end_users: Option<Option<Vec<&'static str>>>,
    residency: Option<Index>,
    output_to: Option<Vec<&'static str>>,
    beneficiary: Option<&'static str>,
    patterns: Vec<Pattern>,
    exception: Option<ExceptionApproval>,
    /// Human review, registration, resale and a side call the other way round.
    flips: [bool; 4],
    egress: Option<(Index, Option<&'static str>)>,
}

/// What is known about a person; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    worker: Option<Worker>,
    citizenships: Option<Vec<&'static str>>,
    us_status: Option<UsStatus>,
    residence: Option<&'static str>,
    screening: Option<(Option<bool>, Option<i64>)>,
    named: Option<bool>,
    employer: Option<Option<Index>>,
    no_groups: bool,
}

/// Any place of [`PLACES`].
pub(crate) fn place() -> impl Strategy<Value = &'static str> {
    select(PLACES)
}

/// Any request at all.
pub(crate) fn request() -> impl Strategy<Value = Request> {
    (option::of(vec(claim(), 0..5)), asked(), known()).prop_map(|(claims, asked, known)| Request {
        claims,
        asked,
        known,
    })
}

/// A request of somebody who is where the register has them.
pub(crate) fn request_in_place() -> impl Strategy<Value = Request> {
    (asked(), known()).prop_map(|(asked, known)| Request {
        claims: None,
        asked,
        known,
    })
}

/// An open trip to a place.
pub(crate) fn open_trip() -> impl Strategy<Value = RandomClaim> {
    (place(), -20_i64..=0).prop_map(|(place, first)| RandomClaim {
        source: ClaimSource::Trip,
        place: Some(place),
        age: 0,
        marked: false,
        trip: (Some(first), None),
    })
}

fn claim() -> impl Strategy<Value = RandomClaim> {
    let trip = (option::of(-20_i64..3), option::of(0_i64..30));
    (
        select(SOURCES),
        option::weighted(0.9, place()),
        select(AGES),
        any::<bool>(),
        trip,
    )
        .prop_map(|(source, place, age, marked, trip)| RandomClaim {
            source,
            place,
            age,
            marked,
            trip,
        })
}

fn rarely<T: Strategy>(of: T) -> impl Strategy<Value = Option<T::Value>>
where
    T::Value: std::fmt::Debug,
{
    option::weighted(0.2, of)
}

fn asked() -> impl Strategy<Value = Asked> {
    let sets = (
        rarely(option::of(vec(place(), 0..3))),
        rarely(any::<Index>()),
        rarely(vec(place(), 0..3)),
        rarely(place()),
    );
    let flip = || proptest::bool::weighted(0.1);
    let words = (
        rarely(select(Purpose::ALL)),
        rarely(select(DataClass::ALL)),
        rarely(vec(select(Pattern::ALL), 1..3)),
        rarely(select(ExceptionApproval::ALL)),
    );
    let egress = rarely((any::<Index>(), option::of(place())));
    (sets, words, [flip(), flip(), flip(), flip()], egress).prop_map(
        |(
            (end_users, residency, output_to, beneficiary),
            (purpose, data, patterns, exception),
            flips,
            egress,
        )| Asked {
            purpose,
            data,
            end_users,
            residency,
            output_to,
            beneficiary,
            patterns: patterns.unwrap_or_default(),
            exception,
            flips,
            egress,
        },
    )
}

fn known() -> impl Strategy<Value = Known> {
    let screening = (option::of(any::<bool>()), option::of(select(AGES)));
    (
        rarely(select(Worker::ALL)),
        rarely(vec(place(), 0..3)),
        rarely(select(UsStatus::ALL)),
        rarely(place()),
        rarely(screening),
        rarely(any::<bool>()),
        rarely(option::of(any::<Index>())),
        proptest::bool::weighted(0.1),
    )
        .prop_map(
            |(worker, citizenships, us_status, residence, screening, named, employer, no_groups)| Known {
                worker,
                citizenships,
                us_status,
                residence,
                screening,
                named,
                employer,
                no_groups,
            },
        )
}

impl RandomClaim {
    /// The claim of a request at an instant, its place read from a text.
    pub(crate) fn at(&self, at: Instant, read: Read) -> Claim {
        let day = |days: i64| Instant::of_utc_day(at.utc_day() + days);
        let (first, days) = self.trip;
        let trip = Trip {
            from: first.map(day),
            to: days.map(|days| day(first.unwrap_or(-5) + days)),
        };
        Claim {
            source: self.source,
            place: self.place.map(read),
            site: None,
            marked: self.marked,
            observed_at: at.plus(-self.age),
            trip: (self.source == ClaimSource::Trip).then_some(trip),
        }
    }

    /// What somebody's badge says at this moment.
    pub(crate) fn badge(place: &'static str) -> Self {
        Self {
            source: ClaimSource::Badge,
            place: Some(place),
            age: 0,
            marked: false,
            trip: (None, None),
        }
    }
}

/// How places are read from texts.
pub(crate) type Read = fn(&str) -> PlaceFact;

impl Request {
    /// The facts of a person with this request laid over them.
    pub(crate) fn over(&self, person: &Facts, register: &Register, at: Instant, read: Read) -> Facts {
        let mut facts = person.clone();
        if let Some(claims) = &self.claims {
            facts.claims = claims.iter().map(|claim| claim.at(at, read)).collect();
        }
        self.asked.lay_over(&mut facts, register, read);
        self.known.lay_over(&mut facts, register, at, read);
        facts
    }
}

fn all(places: &[&str], read: Read) -> Vec<PlaceFact> {
    places.iter().map(|place| read(place)).collect()
}

impl Asked {
    fn lay_over(&self, facts: &mut Facts, register: &Register, read: Read) {
        let request = &mut facts.request;
        request.purpose = self.purpose.unwrap_or(request.purpose);
        request.data = self.data.unwrap_or(request.data);
        if let Some(end_users) = &self.end_users {
            request.end_users = end_users.as_ref().map(|places| all(places, read));
        }
        if let Some(index) = self.residency {
            let inline = Definition {
                members: vec![Member::Place(territory::Place::parse("US").unwrap())],
                ..Definition::default()
            };
            let groups = register
                .groups
                .iter()
                .map(|group| PlaceSetName::Group(group.id.clone()));
            let sets: Vec<_> = groups
                .chain([
                    PlaceSetName::Inline(inline),
                    PlaceSetName::List("none".to_owned()),
                ])
                .collect();
            request.residency = Some(index.get(&sets).clone());
        }
        if let Some(output_to) = &self.output_to {
            request.output_to = all(output_to, read);
        }
        request.beneficiary = self.beneficiary.map(read).or(request.beneficiary.take());
        request.patterns.extend(&self.patterns);
        request.exception = self.exception.or(request.exception);
        request.human_review ^= self.flips[0];
        request.registered_application ^= self.flips[1];
        request.resale ^= self.flips[2];
        request.side_call = self.flips[3].then(|| "api.example.com".to_owned());
        if let Some((index, place)) = self.egress {
            let deployment = index.get(&register.deployments);
            let place = place.map_or(PlaceFact::Unknown, read);
            facts.egress = vec![
                (deployment.connector.clone(), place),
                ("nobody's".to_owned(), PlaceFact::Unknown),
            ];
        }
    }
}

impl Known {
    fn lay_over(&self, facts: &mut Facts, register: &Register, at: Instant, read: Read) {
        let person = &mut facts.person;
        person.worker = self.worker.unwrap_or(person.worker);
        if let Some(citizenships) = &self.citizenships {
            person.citizenships = all(citizenships, read);
        }
        person.us_status = self.us_status.or(person.us_status);
        person.residence = self.residence.map_or(person.residence.clone(), read);
        if let Some((result, age)) = self.screening {
            let result = result.map(|hit| {
                if hit {
                    ScreeningResult::Hit
                } else {
                    ScreeningResult::Clean
                }
            });
            let screened_at = age.map(|age| at.plus(-age));
            person.screening = Screening { result, screened_at };
        }
        if let Some(named) = self.named {
            person.named = if named {
                NamedUser::OfAll
            } else {
                NamedUser::OfNone
            };
        }
        if self.no_groups {
            person.groups.clear();
        }
        if let Some(employer) = &self.employer {
            let id = |index: &Index| index.get(&register.entities).id.clone();
            facts.entity = employer.as_ref().map_or("nobody's".to_owned(), id);
        }
    }
}

/// A stretch of time to decide in, chosen among those between two changes of a register.
#[derive(Clone, Debug)]
pub(crate) struct When {
    boundary: Index,
    offset: i64,
}

/// Instants at, just before, just after and somewhere after a change of a register.
pub(crate) fn when() -> impl Strategy<Value = When> {
    let offset = prop_oneof![
        select(vec![-30_000_i64, -3600, -60, -1, 0, 1]),
        0..8_000_000_i64,
        select(AGES)
    ];
    (any::<Index>(), offset).prop_map(|(boundary, offset)| When { boundary, offset })
}

impl When {
    /// The instant, given those at which something changes.
    pub(crate) fn among(&self, changes: &[Instant]) -> Instant {
        if changes.is_empty() {
            return Instant(1_795_000_000).plus(self.offset);
        }
        self.boundary.get(changes).plus(self.offset)
    }
}
