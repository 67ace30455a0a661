//! A register of a given size: agreements with the clauses that real ones have, order forms, law, house rules.

use crate::Dice;
use register::model::{
    Account, Approval, ChainMethod, Channel, Clause, Comparison, Condition, Deployment, Effect,
    EmploymentTest, Entity, Group, GroupReading, Holding, Hosting, HostingPlace, Instant, Instrument, Kind,
    Layer, Lift, LiftPlaces, ListVersion, Modality, Model, Notice, Outcome, PlaceFact, PlaceList,
    PlaceSetName, PlaceSubject, Polarity, Purpose, Register, Scope, Share, Span, Test, Tier, UsStatus,
};
use register::source::Position;
use territory::{Definition, Member, Place};

/// How large a world is.
#[derive(Clone, Copy, Debug)]
pub struct WorldSize {
    /// Agreements, each with a licensor, a list and an order form in every fifth.
    pub agreements: usize,
    /// Deployments, spread over the agreements.
    pub deployments: usize,
    /// Legal entities of the firm.
    pub entities: usize,
}

impl WorldSize {
    /// The size that the product is designed for.
    pub const DESIGN: Self = Self {
        agreements: 100,
        deployments: 1000,
        entities: 60,
    };
}

/// The register of a world.
pub fn register(size: WorldSize, seed: u64) -> Register {
    let mut dice = Dice::new(seed);
    let mut world = Register::default();
    world.firm.name = "Larkmoor Bank".to_owned();
    world.entities = (0..size.entities).map(|index| entity(index, &mut dice)).collect();
    world.groups.push(group("greater-china", &["CN", "HK", "MO"]));
    world.groups.push(group(
        "embargoed",
        &["CU", "IR", "KP", "UA-43", "UA-40", "UA-14", "UA-09"],
    ));
    for index in 0..size.agreements {
        world.lists.push(list(index, &mut dice));
        world.instruments.push(agreement(index));
        if index % 5 == 0 {
            world.instruments.push(order_form(index));
        }
    }
    world.instruments.extend([law(), house()]);
    world.channels = vec![channel()];
    for index in 0..size.deployments {
        let agreement = index % size.agreements.max(1);
        world.models.push(model(index));
        world.deployments.push(deployment(index, agreement, &mut dice));
    }
    world
}

/// Name of a list in this world.
fn list_name(index: usize) -> String {
    format!("list-{index}")
}

fn places(codes: &[&str]) -> Vec<Place> {
    codes.iter().filter_map(|code| Place::parse(code).ok()).collect()
}

fn group(id: &str, codes: &[&str]) -> Group {
    let members = places(codes).into_iter().map(Member::Place).collect();
    Group {
        id: id.to_owned(),
        name: id.to_owned(),
        definition: Definition {
            members,
            ..Definition::default()
        },
        could_be: None,
        reading: Some(GroupReading {
            by: "counsel".to_owned(),
            known_from: None,
            note: None,
        }),
        position: Position::default(),
    }
}

fn list(index: usize, dice: &mut Dice) -> PlaceList {
    let never = places(&["CN", "HK", "MO", "CU", "IR", "KP", "SY"]);
    let members = Place::territories()
        .filter(|place| !never.contains(place) && (place.code() == "US" || !dice.in_hundred(15)))
        .map(Member::Place)
        .collect();
    let except = places(&["UA-43", "UA-40", "UA-14", "UA-09"]);
    PlaceList {
        id: list_name(index),
        name: list_name(index),
        versions: vec![ListVersion {
            span: Span::ALWAYS,
            known_from: None,
            definition: Definition {
                members,
                except,
                ..Definition::default()
            },
            source: None,
        }],
        changes: Vec::new(),
        position: Position::default(),
    }
}

fn entity(index: usize, dice: &mut Dice) -> Entity {
    let home = ["US", "GB", "DE", "SG", "HK", "JP", "FR", "AU", "BR", "ZA"];
    let place = PlaceFact::read(dice.pick(&home).copied().unwrap_or("US"));
    Entity {
        id: format!("entity-{index}"),
        name: format!("Larkmoor {index}"),
        incorporated: place.clone(),
        headquarters: place.clone(),
        principal_place: place.clone(),
        billing: place,
        unsupported_share: Share::basis_points(u32::try_from(dice.below(60) * 100).unwrap_or_default())
            .map_or(Holding::Unknown, Holding::Stated),
        owners: Vec::new(),
        controlled: Some(false),
        listed_owners: Vec::new(),
        sanctioned: Some(false),
        monthly_users_at_release: 0,
        position: Position::default(),
    }
}

fn instrument(id: String, layer: Layer, clauses: Vec<Clause>) -> Instrument {
    Instrument {
        name: id.clone(),
        id,
        layer,
        licensor: None,
        licensee: None,
        covers: Vec::new(),
        channels: Vec::new(),
        stands_on: Vec::new(),
        variant_of: None,
        validity: Span::ALWAYS,
        known_from: None,
        notice: Notice { days: 30 },
        clauses,
        position: Position::default(),
    }
}

fn clause(reference: &str, kind: Kind, layer: Layer, test: Option<Test>) -> Clause {
    let conditions = test
        .into_iter()
        .map(|test| Condition {
            test,
            outcome: Outcome::Deny,
        })
        .collect();
    Clause {
        reference: reference.to_owned(),
        title: reference.to_owned(),
        plain: format!("What clause {reference} says."),
        words: None,
        kind: Some(kind),
        layer: if kind.is_law() { Layer::Law } else { layer },
        scope: Scope::default(),
        validity: Span::ALWAYS,
        known_from: None,
        status: Vec::new(),
        effect: Effect::Conditions(conditions),
        seats: None,
        obliges: Vec::new(),
        readings: Vec::new(),
        citation: None,
        position: Position::default(),
    }
}

fn people_place(polarity: Polarity, set: PlaceSetName) -> Option<Test> {
    Some(Test::Places {
        subject: PlaceSubject::People,
        polarity,
        set,
    })
}

fn group_named(id: &str) -> PlaceSetName {
    PlaceSetName::Group(id.to_owned())
}

fn agreement(index: usize) -> Instrument {
    let layer = Layer::Agreement;
    let list = || PlaceSetName::List(list_name(index));
    let establishment = Test::Places {
        subject: PlaceSubject::Establishment,
        polarity: Polarity::NotIn,
        set: list(),
    };
    let owners = Test::UnsupportedOwners {
        comparison: Comparison::MoreThan,
        share: Share::basis_points(5000).unwrap_or_else(|_| Share::whole()),
        list: list(),
        method: Some(ChainMethod::Multiplied),
    };
    let training = Test::Purposes(vec![Purpose::TrainCompetingModel]);
    let clauses = vec![
        clause(
            "1",
            Kind::TerritoryUserLocation,
            layer,
            people_place(Polarity::In, group_named("greater-china")),
        ),
        clause(
            "2",
            Kind::TerritoryUserLocation,
            layer,
            people_place(Polarity::NotIn, list()),
        ),
        clause(
            "3",
            Kind::TerritoryEntityIncorporation,
            layer,
            Some(establishment),
        ),
        clause("4", Kind::OwnershipMajority, layer, Some(owners)),
        clause(
            "5",
            Kind::OwnershipControl,
            layer,
            Some(Test::ControlledByUnsupported { list: None }),
        ),
        clause("6", Kind::DistillNone, layer, Some(training)),
        clause("7", Kind::Resale, layer, Some(Test::Resale)),
        clause(
            "8",
            Kind::SanctionsPartyList,
            layer,
            Some(Test::ScreeningHit { max_age: None }),
        ),
    ];
    let covers = vec![format!("model-{index}-*")];
    Instrument {
        covers,
        licensor: Some(format!("Licensor {index}")),
        ..instrument(format!("agreement-{index}"), layer, clauses)
    }
}

fn order_form(index: usize) -> Instrument {
    let base = format!("agreement-{index}");
    let lift = Lift {
        clauses: vec![(base.clone(), "1".to_owned()), (base.clone(), "2".to_owned())],
        places: LiftPlaces::Named(places(&["HK"])),
        if_inference_not_in: Some(group_named("greater-china")),
        ..Lift::default()
    };
    let effect = Effect::Lift(Box::new(lift));
    let clause = Clause {
        effect,
        ..clause("1", Kind::UsersSeatsOrNamed, Layer::OrderForm, None)
    };
    Instrument {
        stands_on: vec![base],
        ..instrument(format!("order-form-{index}"), Layer::OrderForm, vec![clause])
    }
}

fn law() -> Instrument {
    let citizens = Definition {
        members: places(&["US"]).into_iter().map(Member::Place).collect(),
        ..Definition::default()
    };
    let foreign = Test::ForeignPerson {
        citizenships: PlaceSetName::Inline(citizens),
        statuses: vec![UsStatus::PermanentResident, UsStatus::ProtectedPerson],
    };
    let nationality = Clause {
        scope: Scope {
            models: vec!["model-7-*".to_owned()],
            ..Scope::default()
        },
        ..clause("1", Kind::ExportDeemedNationality, Layer::Law, Some(foreign))
    };
    let embargo = people_place(Polarity::In, group_named("embargoed"));
    instrument(
        "law".to_owned(),
        Layer::Law,
        vec![
            nationality,
            clause("2", Kind::SanctionsEmbargo, Layer::Law, embargo),
        ],
    )
}

fn house() -> Instrument {
    let layer = Layer::House;
    let rule = |reference: &str, kind: Kind, test: Test| clause(reference, kind, layer, Some(test));
    let clauses = vec![
        rule("1", Kind::EvidenceRequired, Test::EvidenceRequired),
        rule("2", Kind::EvidenceAllPlaces, Test::AllPlacesAllowed),
        rule("3", Kind::HostingInferenceRegion, Test::OutsideResidency),
        rule(
            "4",
            Kind::UsersClass,
            Test::Employment(EmploymentTest::EmployerStopped),
        ),
        rule("5", Kind::TerritorySourceIp, Test::PlaceClausesOnEgress),
        rule("6", Kind::ControlGatewayOnly, Test::SideCall),
        rule("7", Kind::TimeEffective, Test::WithoutAgreement),
    ];
    instrument("house".to_owned(), layer, clauses)
}

fn channel() -> Channel {
    Channel {
        id: "direct".to_owned(),
        name: "Direct".to_owned(),
        wire: "openai".to_owned(),
        position: Position::default(),
    }
}

fn model_name(index: usize) -> String {
    format!("model-{}-{index}", index % 100)
}

fn model(index: usize) -> Model {
    let from = Some(Instant(1_700_000_000));
    Model {
        id: model_name(index),
        name: format!("Model {index}"),
        provider: format!("Provider {}", index % 100),
        modality: Modality::Text,
        aliases: Vec::new(),
        approval: Some(Approval {
            owner: "model risk".to_owned(),
            tier: "standard".to_owned(),
            purposes: Vec::new(),
            data: Vec::new(),
            span: Span { from, to: None },
            successor: None,
        }),
        entitled: vec!["all-staff".to_owned()],
        alternatives: Vec::new(),
        context_tokens: None,
        output_tokens: None,
        thinking: None,
        parallel_tools: None,
        position: Position::default(),
    }
}

fn deployment(index: usize, agreement: usize, dice: &mut Dice) -> Deployment {
    let regions = ["US", "IE", "DE", "JP", "SG"];
    let region = dice.pick(&regions).and_then(|code| Place::parse(code).ok());
    let mut agreements = vec![format!("agreement-{agreement}")];
    if agreement.is_multiple_of(5) {
        agreements.push(format!("order-form-{agreement}"));
    }
    Deployment {
        id: format!("deployment-{index}"),
        model: model_name(index),
        channel: "direct".to_owned(),
        agreements,
        hosting: Hosting {
            inference: region.map(HostingPlace::Place).into_iter().collect(),
            storage: PlaceFact::read("US"),
            egress: PlaceFact::read("US"),
        },
        tier: Some(Tier::Paid),
        account: Account::Enterprise,
        billing: PlaceFact::read("US"),
        hosts: vec!["127.0.0.1".to_owned()],
        connector: "direct".to_owned(),
        upstream_model: model_name(index),
        priority: 10,
        tools: Vec::new(),
        flags: None,
        position: Position::default(),
    }
}
