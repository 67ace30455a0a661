//! Random registers, small and nasty.

use crate::chance::Chance;
use crate::clauses::{Drawn, clause};
use crate::world::World;
use register::model::{
    Account, Approval, Cause, Channel, Clause, DataClass, Deployment, Entity, Grant, Group, GroupReading,
    Holding, Hosting, HostingPlace, Instant, Instrument, Layer, ListChange, ListVersion, Modality, Model,
    Notice, Owner, PlaceFact, PlaceList, Purpose, Register, Share, Site, Tier,
};
use register::source::Position;

/// Models, by id.
pub(crate) const MODELS: [&str; 2] = ["alpha-1", "beta-2"];
/// Groups of people.
pub(crate) const TEAMS: [&str; 3] = ["vetted", "all-staff", "desk"];
/// Entities of the firm and of contractors.
pub(crate) const ENTITIES: [&str; 3] = ["larkmoor-us", "larkmoor-hk", "vendor"];
/// Instruments: agreement, policy, order form, variant of the agreement, law, house rules.
pub(crate) const INSTRUMENTS: [&str; 6] = ["deal", "policy", "order", "deal-variant", "law", "house"];

/// A whole register.
pub(crate) fn register(chance: &mut Chance, world: &World) -> Register {
    Register {
        groups: (0..3).map(|n| group(chance, world, n)).collect(),
        lists: (0..2).map(|n| list(chance, world, n)).collect(),
        instruments: instruments(chance, world),
        entities: ENTITIES.iter().map(|id| entity(chance, world, id)).collect(),
        sites: ["tower", "annex"]
            .iter()
            .map(|id| Site {
                id: (*id).to_owned(),
                name: (*id).to_owned(),
                place: world.place(chance),
                networks: Vec::new(),
                position: Position::default(),
            })
            .collect(),
        models: MODELS.iter().map(|id| model(chance, world, id)).collect(),
        channels: ["direct", "cloud"]
            .iter()
            .map(|id| Channel {
                id: (*id).to_owned(),
                name: (*id).to_owned(),
                wire: "openai".to_owned(),
                position: Position::default(),
            })
            .collect(),
        deployments: (0..3).map(|n| deployment(chance, world, n)).collect(),
        grants: chance
            .maybe(60, |chance| grant(chance, world))
            .into_iter()
            .collect(),
        ..Register::default()
    }
}

fn group(chance: &mut Chance, world: &World, n: usize) -> Group {
    Group {
        id: format!("group-{n}"),
        name: String::new(),
        definition: world.definition(chance),
        could_be: chance.maybe(70, |chance| chance.some(&world.places, 1, 3)),
        reading: chance.maybe(80, |chance| GroupReading {
            by: "legal".to_owned(),
            known_from: chance.maybe(40, |chance| world.instant(chance)),
            note: None,
        }),
        position: Position::default(),
    }
}

fn list(chance: &mut Chance, world: &World, n: usize) -> PlaceList {
    let versions = 1 + chance.below(3);
    let mut versions: Vec<ListVersion> = (0..versions)
        .map(|_| ListVersion {
            span: world.span(chance, 40),
            known_from: chance.maybe(40, |chance| world.instant(chance)),
            definition: world.definition(chance),
            source: None,
        })
        .collect();
    for version in &mut versions {
        version.known_from = version.known_from.or(version.span.from);
    }
    versions.sort_by_key(|version| version.span.from);
    let changes = if chance.percent(60) {
        1 + chance.below(2)
    } else {
        0
    };
    let changes = (0..changes)
        .map(|_| ListChange {
            remove: chance.some(&world.places, 0, 2),
            add: chance.some(&world.places, 0, 2),
            cause: chance.pick(&[Cause::Notice, Cause::Law]),
            posted: world.instant(chance),
            effective: world.instant(chance),
        })
        .collect();
    PlaceList {
        id: format!("list-{n}"),
        name: String::new(),
        versions,
        changes,
        position: Position::default(),
    }
}

fn instruments(chance: &mut Chance, world: &World) -> Vec<Instrument> {
    let mut deal = instrument(chance, world, "deal", Layer::Agreement);
    let mut policy = instrument(chance, world, "policy", Layer::Policy);
    let mut order = instrument(chance, world, "order", Layer::OrderForm);
    let mut law = instrument(chance, world, "law", Layer::Law);
    let mut house = instrument(chance, world, "house", Layer::House);
    for one in [&mut law, &mut house] {
        one.licensee = None;
        if chance.percent(60) {
            one.covers.clear();
            one.channels.clear();
        }
    }
    if chance.percent(60) {
        deal.stands_on.push("policy".to_owned());
    }
    order.stands_on.push("deal".to_owned());
    if chance.percent(70) {
        order.covers.clear();
    }
    let mut drawn = Drawn::default();
    for (one, most) in [
        (&mut policy, 2),
        (&mut deal, 4),
        (&mut order, 3),
        (&mut law, 3),
        (&mut house, 4),
    ] {
        for n in 0..1 + chance.below(most) {
            let made = clause(chance, world, one, n + 1, &mut drawn);
            one.clauses.push(made);
        }
    }
    let variant = variant(chance, world, &deal, &mut drawn);
    vec![deal, policy, order, variant, law, house]
}

fn instrument(chance: &mut Chance, world: &World, id: &str, layer: Layer) -> Instrument {
    let validity = world.span(chance, 70);
    Instrument {
        id: id.to_owned(),
        name: id.to_owned(),
        layer,
        licensor: None,
        licensee: chance.maybe(25, |chance| chance.pick(&ENTITIES).to_owned()),
        covers: chance
            .pick(&[vec!["*"], vec!["alpha*"], vec!["alpha-1", "beta*"], vec!["*-2"]])
            .into_iter()
            .map(str::to_owned)
            .collect(),
        channels: chance
            .maybe(15, |_| vec!["direct".to_owned()])
            .unwrap_or_default(),
        stands_on: Vec::new(),
        variant_of: None,
        validity,
        known_from: chance.maybe(15, |chance| world.instant(chance)).or(validity.from),
        notice: Notice {
            days: chance.pick(&[0, 5, 10]),
        },
        clauses: Vec::new(),
        position: Position::default(),
    }
}

/// A copy of the agreement in which one clause is replaced.
fn variant(chance: &mut Chance, world: &World, deal: &Instrument, drawn: &mut Drawn) -> Instrument {
    let mut variant = deal.clone();
    variant.id = "deal-variant".to_owned();
    variant.variant_of = Some("deal".to_owned());
    let at = chance.below(variant.clauses.len());
    let reference = variant.clauses[at].reference.clone();
    let replaced: Clause = Clause {
        reference,
        ..clause(chance, world, &variant, 9, drawn)
    };
    variant.clauses[at] = replaced;
    variant
}

fn entity(chance: &mut Chance, world: &World, id: &str) -> Entity {
    let owners = if chance.percent(60) {
        1 + chance.below(4)
    } else {
        0
    };
    let owners = (0..owners).map(|n| owner(chance, world, id, n)).collect();
    Entity {
        id: id.to_owned(),
        name: id.to_owned(),
        incorporated: world.fact(chance, 8),
        headquarters: world.fact(chance, 8),
        principal_place: world.fact(chance, 8),
        billing: world.fact(chance, 8),
        unsupported_share: match chance.below(10) {
            0..=3 => Holding::Stated(share(chance)),
            4 => Holding::Unknown,
            _ => Holding::Absent,
        },
        owners,
        controlled: chance.pick(&[None, None, Some(false), Some(true)]),
        listed_owners: if chance.percent(30) {
            vec![share(chance)]
        } else {
            Vec::new()
        },
        sanctioned: chance.pick(&[None, Some(false), Some(false), Some(true)]),
        monthly_users_at_release: chance.pick(&[0, 699, 700, 701]),
        position: Position::default(),
    }
}

/// A link of a chain that may branch, join and close to a circle.
fn owner(chance: &mut Chance, world: &World, entity: &str, n: usize) -> Owner {
    let names = ["holding", "trust", "fund", "larkmoor-us"];
    let owned = if n == 0 || chance.percent(40) {
        entity
    } else {
        names[chance.below(n.min(3))]
    };
    Owner {
        owner: names[if chance.percent(85) {
            n.min(3)
        } else {
            chance.below(4)
        }]
        .to_owned(),
        place: world.fact(chance, 4),
        owned: owned.to_owned(),
        share: share(chance),
        controls: chance.percent(30),
        listed: chance.percent(25),
        sanctioned: chance.percent(15),
    }
}

/// Shares at and beside thresholds.
pub(crate) fn share(chance: &mut Chance) -> Share {
    Share::basis_points(chance.pick(&[0, 2500, 3600, 4999, 5000, 5001, 6000, 7100, 10_000])).unwrap()
}

fn model(chance: &mut Chance, world: &World, id: &str) -> Model {
    Model {
        id: id.to_owned(),
        name: id.to_owned(),
        provider: String::new(),
        modality: chance.pick(Modality::ALL),
        aliases: Vec::new(),
        approval: chance.maybe(95, |chance| Approval {
            owner: "owner".to_owned(),
            tier: "standard".to_owned(),
            purposes: if chance.percent(15) {
                chance.some(Purpose::ALL, 1, 9)
            } else {
                Vec::new()
            },
            data: if chance.percent(15) {
                chance.some(DataClass::ALL, 1, 4)
            } else {
                Vec::new()
            },
            span: world.span(chance, 85),
            successor: None,
        }),
        entitled: chance.some(&TEAMS, 1, 2).into_iter().map(str::to_owned).collect(),
        alternatives: Vec::new(),
        context_tokens: None,
        output_tokens: None,
        thinking: None,
        parallel_tools: None,
        position: Position::default(),
    }
}

fn deployment(chance: &mut Chance, world: &World, n: usize) -> Deployment {
    let agreements: [&[&str]; 7] = [
        &["deal"],
        &["order"],
        &["deal-variant"],
        &["order", "deal-variant"],
        &["deal", "policy"],
        &["policy"],
        &["order", "law"],
    ];
    let inference = match chance.below(10) {
        0 => vec![HostingPlace::Anywhere],
        1 => vec![HostingPlace::AnywhereBut(world.place(chance))],
        2 => vec![
            HostingPlace::Place(world.place(chance)),
            HostingPlace::Unrecognised("moon".to_owned()),
        ],
        _ => (0..1 + chance.below(2))
            .map(|_| HostingPlace::Place(world.seen(chance)))
            .collect(),
    };
    Deployment {
        id: format!("deployment-{n}"),
        model: MODELS[n % 2].to_owned(),
        channel: chance.pick(&["direct", "cloud"]).to_owned(),
        agreements: chance
            .pick(&agreements)
            .iter()
            .map(|id| (*id).to_owned())
            .collect(),
        hosting: Hosting {
            inference,
            storage: world.fact(chance, 8),
            egress: world.fact(chance, 8),
        },
        tier: chance.pick(&[None, Some(Tier::Free), Some(Tier::Paid)]),
        account: chance.pick(Account::ALL),
        billing: if chance.percent(50) {
            PlaceFact::Unknown
        } else {
            world.fact(chance, 0)
        },
        hosts: Vec::new(),
        connector: format!("connector-{}", chance.below(2)),
        upstream_model: String::new(),
        priority: 0,
        tools: Vec::new(),
        flags: None,
        position: Position::default(),
    }
}

fn grant(chance: &mut Chance, world: &World) -> Grant {
    let span = world.span(chance, 50);
    Grant {
        person: "somebody".to_owned(),
        model: chance.pick(&MODELS).to_owned(),
        span,
        known_from: chance.maybe(40, |chance| world.instant(chance)).or(span.from),
        approved_by: "owner".to_owned(),
        position: Position::default(),
    }
}

/// Days in seconds.
pub(crate) const fn days(n: i64) -> i64 {
    n * Instant::DAY
}
