//! Random requests, at and beside every limit.

use crate::chance::Chance;
use crate::registers::{ENTITIES, INSTRUMENTS, TEAMS, days};
use crate::world::World;
use decision::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
    Trip,
};
use register::model::{
    DataClass, ExceptionApproval, Instant, Limits, Pattern, PlaceFact, Purpose, UsStatus, Worker,
};

/// Facts at an instant.
pub(crate) fn facts(chance: &mut Chance, world: &World, at: Instant) -> Facts {
    let worker = chance.pick(&[
        Worker::Employee,
        Worker::Employee,
        Worker::Contractor,
        Worker::Service,
    ]);
    let engaging = if chance.percent(3) {
        "nobody"
    } else {
        chance.pick(&ENTITIES[..2])
    }
    .to_owned();
    let entity = if worker == Worker::Contractor {
        chance.pick(&ENTITIES).to_owned()
    } else {
        engaging.clone()
    };
    let claims = chance.pick(&[0, 1, 1, 1, 2, 2, 3]);
    Facts {
        person: person(chance, world, worker, at),
        claims: (0..claims).map(|_| claim(chance, world, at)).collect(),
        entity,
        engaging_entity: engaging,
        request: request(chance, world, worker),
        egress: chance
            .maybe(30, |chance| ("connector-0".to_owned(), world.fact(chance, 10)))
            .into_iter()
            .collect(),
    }
}

fn person(chance: &mut Chance, world: &World, worker: Worker, at: Instant) -> PersonFacts {
    let citizenships = chance.pick(&[0, 1, 1, 1, 2]);
    PersonFacts {
        id: "somebody".to_owned(),
        worker,
        citizenships: (0..citizenships).map(|_| world.fact(chance, 0)).collect(),
        us_status: chance.maybe(20, |chance| chance.pick(UsStatus::ALL)),
        groups: chance.some(&TEAMS, 0, 3).into_iter().map(str::to_owned).collect(),
        named: match chance.below(4) {
            0 => NamedUser::OfAll,
            1 => NamedUser::Of(
                chance
                    .some(&INSTRUMENTS, 1, 3)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            ),
            _ => NamedUser::OfNone,
        },
        residence: world.fact(chance, 20),
        assigned_site: chance.maybe(50, |chance| chance.pick(&["tower", "annex"]).to_owned()),
        entitlement: chance.pick(&[
            Entitlement::Assumed,
            Entitlement::Assumed,
            Entitlement::ByRegister,
        ]),
        screening: Screening {
            result: chance.pick(&[
                None,
                Some(ScreeningResult::Clean),
                Some(ScreeningResult::Clean),
                Some(ScreeningResult::Hit),
            ]),
            screened_at: chance.maybe(90, |chance| {
                ago(chance, at, &[3600, Limits::default().screening, 172_800])
            }),
        },
    }
}

/// An observation at, or a second beside, one of these ages; sometimes now, sometimes in the future.
fn ago(chance: &mut Chance, at: Instant, ages: &[i64]) -> Instant {
    match chance.below(10) {
        0..=4 => at.plus(-60),
        5 => at.plus(chance.pick(&[0, 1, 3600])),
        _ => at.plus(-chance.pick(ages) - chance.pick(&[-1, 0, 0, 1])),
    }
}

fn claim(chance: &mut Chance, world: &World, at: Instant) -> Claim {
    let source = chance.pick(&[
        ClaimSource::Badge,
        ClaimSource::Badge,
        ClaimSource::Zone,
        ClaimSource::Device,
        ClaimSource::SessionFeed,
        ClaimSource::GeoIp,
        ClaimSource::Trip,
        ClaimSource::Trip,
        ClaimSource::Directory,
        ClaimSource::Directory,
        ClaimSource::VpnExit,
        ClaimSource::ProxyEgress,
        ClaimSource::ClientHeader,
    ]);
    let limits = Limits::default();
    let ages = if source == ClaimSource::Directory {
        [limits.directory, days(3), limits.directory]
    } else {
        [limits.presence, limits.contradiction, days(3)]
    };
    let place = match chance.below(20) {
        0 => None,
        1 => Some(PlaceFact::Unrecognised("somewhere".to_owned())),
        _ => Some(PlaceFact::Known(world.seen(chance))),
    };
    Claim {
        source,
        place,
        site: chance.maybe(30, |chance| chance.pick(&["tower", "annex"]).to_owned()),
        marked: source == ClaimSource::GeoIp && chance.percent(40),
        observed_at: ago(chance, at, &ages),
        trip: (source == ClaimSource::Trip).then(|| trip(chance, at)),
    }
}

/// Days of a trip: first, second, third, fourteenth or fifteenth day today, or closed just now, or not begun.
fn trip(chance: &mut Chance, at: Instant) -> Trip {
    let first = at.utc_day() - chance.pick(&[0, 1, 2, 13, 14, -1]);
    Trip {
        from: chance.maybe(85, |_| Instant::of_utc_day(first)),
        to: chance.maybe(30, |chance| {
            chance.pick(&[at, at.plus(1), Instant::of_utc_day(at.utc_day() + 1)])
        }),
    }
}

fn request(chance: &mut Chance, world: &World, worker: Worker) -> RequestFacts {
    let users = if worker == Worker::Service { 75 } else { 10 };
    RequestFacts {
        purpose: if chance.percent(70) {
            chance.pick(&Purpose::ALL[..3])
        } else {
            chance.pick(Purpose::ALL)
        },
        data: chance.pick(&DataClass::ALL[..3]),
        end_users: chance.maybe(users, |chance| {
            (0..chance.pick(&[0, 1, 1, 2]))
                .map(|_| world.fact(chance, 0))
                .collect()
        }),
        residency: chance.maybe(40, |chance| world.set(chance)),
        output_to: (0..chance.pick(&[0, 0, 1, 2]))
            .map(|_| world.fact(chance, 5))
            .collect(),
        beneficiary: chance.maybe(40, |chance| world.fact(chance, 0)),
        human_review: chance.percent(50),
        registered_application: chance.percent(40),
        patterns: if chance.percent(30) {
            vec![Pattern::Templated]
        } else {
            Vec::new()
        },
        resale: chance.percent(15),
        exception: chance.maybe(25, |chance| chance.pick(ExceptionApproval::ALL)),
        side_call: chance.maybe(10, |_| "api.example".to_owned()),
    }
}
