//! Random clauses: every kind of test, exceptions of every shape, statuses, readings, obligations.

use crate::chance::Chance;
use crate::registers::{ENTITIES, MODELS, TEAMS, share};
use crate::world::World;
use register::model::{
    Account, ChainMethod, Clause, Comparison, Condition, DataClass, Effect, EmploymentTest,
    ExceptionApproval, Instrument, Kind, Layer, Lift, LiftPlaces, Modality, Obligation, Obliged, Outcome,
    PlaceSubject, Polarity, Purpose, Reading, ReadingTests, Scope, Span, Status, StatusChange, Test, Tier,
    UsStatus, Worker,
};
use register::source::Position;

/// Clauses drawn so far, for exceptions to name: instrument, reference and layer.
#[derive(Default)]
pub(crate) struct Drawn(Vec<(String, String, Layer)>);

/// A clause of an instrument.
pub(crate) fn clause(
    chance: &mut Chance,
    world: &World,
    of: &Instrument,
    n: usize,
    drawn: &mut Drawn,
) -> Clause {
    let reference = format!("{n}");
    let lift = if chance.percent(30) {
        lift(chance, world, of, drawn)
    } else {
        None
    };
    let (kind, effect) = match lift {
        Some((kind, lift)) => (Some(kind), Effect::Lift(Box::new(lift))),
        None => effect(chance, world, of),
    };
    let layer = if kind.is_some_and(Kind::is_law) {
        Layer::Law
    } else {
        of.layer
    };
    let is_lift = matches!(effect, Effect::Lift(_));
    let term =
        matches!(&effect, Effect::Conditions(all) if all.iter().any(|one| one.test == Test::OutsideTerm));
    let plain = matches!(effect, Effect::Conditions(_)) && !term;
    if !is_lift {
        drawn.0.push((of.id.clone(), reference.clone(), layer));
    }
    let validity = if chance.percent(70) || term {
        Span::ALWAYS
    } else {
        world.span(chance, 0)
    };
    let known_from = chance.maybe(15, |chance| world.instant(chance));
    Clause {
        reference,
        title: format!("clause {n}"),
        plain: String::new(),
        words: None,
        kind,
        layer,
        scope: scope(chance),
        validity: if term {
            validity
        } else {
            validity.and(&of.validity)
        },
        known_from: known_from.or(validity.from).or(of.known_from),
        status: if chance.percent(15) {
            (0..1 + chance.below(2)).map(|_| status(chance, world)).collect()
        } else {
            Vec::new()
        },
        effect,
        seats: None,
        obliges: if plain && chance.percent(20) {
            obliges(chance)
        } else {
            Vec::new()
        },
        readings: if plain && chance.percent(30) {
            readings(chance, world)
        } else {
            Vec::new()
        },
        citation: None,
        position: Position::default(),
    }
}

fn scope(chance: &mut Chance) -> Scope {
    let mut scope = Scope::default();
    match chance.below(20) {
        0 => scope.models = vec![chance.pick(&["alpha*", "beta-2", "*", "*-1"]).to_owned()],
        1 => scope.purposes = chance.some(&Purpose::ALL[..3], 1, 2),
        2 => scope.data = chance.some(&DataClass::ALL[..3], 1, 2),
        3 => scope.workers = chance.some(Worker::ALL, 1, 2),
        4 => scope.accounts = vec![chance.pick(Account::ALL)],
        5 => scope.modality = Some(chance.pick(Modality::ALL)),
        6 => scope.registered_application = true,
        _ => {}
    }
    scope
}

fn status(chance: &mut Chance, world: &World) -> StatusChange {
    let all = [
        Status::InForce,
        Status::InForce,
        Status::Unclear,
        Status::Suspended,
        Status::Published,
        Status::Rescinded,
    ];
    let span = world.span(chance, 20);
    let known_from = chance.maybe(30, |chance| world.instant(chance)).or(span.from);
    StatusChange {
        span,
        known_from,
        status: chance.pick(&all),
    }
}

fn obliges(chance: &mut Chance) -> Vec<Obliged> {
    let mut obliges: Vec<Obliged> = chance
        .some(Obligation::ALL, 1, 2)
        .into_iter()
        .map(Obliged::Known)
        .collect();
    if chance.percent(15) {
        obliges.push(Obliged::Other("sing".to_owned()));
    }
    obliges
}

fn readings(chance: &mut Chance, world: &World) -> Vec<Reading> {
    let mut readings: Vec<Reading> = (0..1 + chance.below(2))
        .map(|_| Reading {
            known_from: world.instant(chance),
            by: "legal".to_owned(),
            tests: chance.pick(&[ReadingTests::People, ReadingTests::Inference]),
            note: None,
        })
        .collect();
    readings.sort_by_key(|reading| reading.known_from);
    readings
}

/// An exception to clauses that this instrument may lift.
fn lift(chance: &mut Chance, world: &World, of: &Instrument, drawn: &Drawn) -> Option<(Kind, Lift)> {
    let by_law = chance.percent(if of.layer == Layer::Law { 100 } else { 20 });
    let in_reach = |(instrument, _, layer): &&(String, String, Layer)| match layer {
        Layer::House => false,
        Layer::Law => by_law && *instrument == of.id,
        _ => {
            let lower = match of.id.as_str() {
                "order" => vec!["order", "deal", "policy"],
                "deal" => vec!["deal", "policy"],
                "deal-variant" => vec!["deal"],
                other => vec![other],
            };
            !by_law && lower.contains(&instrument.as_str())
        }
    };
    let targets: Vec<(String, String)> = drawn
        .0
        .iter()
        .filter(in_reach)
        .map(|(instrument, reference, _)| (instrument.clone(), reference.clone()))
        .collect();
    if targets.is_empty() || of.layer == Layer::House {
        return None;
    }
    let kind = if by_law {
        Kind::ExportLicenseTrustedEntity
    } else {
        Kind::UsersSeatsOrNamed
    };
    let places = match chance.below(10) {
        0..=2 => LiftPlaces::Anywhere,
        3..=6 => LiftPlaces::Named(chance.some(&world.places, 1, 3)),
        _ => LiftPlaces::OpenTrip,
    };
    let trip = places == LiftPlaces::OpenTrip;
    let mut lift = Lift {
        clauses: chance.some(&targets, 1, 2),
        places,
        ..Lift::default()
    };
    lift.max_days = if trip {
        chance.maybe(60, |chance| chance.pick(&[2, 14]))
    } else {
        None
    };
    match chance.below(16) {
        0 => lift.if_named = true,
        1 | 2 => lift.if_inference_not_in = Some(world.set(chance)),
        3 | 4 => lift.if_entity_in = Some(world.set(chance)),
        5 => {
            lift.entities = chance
                .some(&ENTITIES, 1, 2)
                .into_iter()
                .map(str::to_owned)
                .collect()
        }
        6 => lift.group = Some(chance.pick(&TEAMS).to_owned()),
        7 => lift.if_residence_in = Some(world.set(chance)),
        8 => lift.assigned_sites = vec!["tower".to_owned()],
        9 => lift.over_vpn = true,
        _ => {}
    }
    Some((kind, lift))
}

fn effect(chance: &mut Chance, world: &World, of: &Instrument) -> (Option<Kind>, Effect) {
    let deny = |test| Condition {
        test,
        outcome: Outcome::Deny,
    };
    match chance.below(40) {
        0 => (None, Effect::Unread),
        1 => (
            Some(Kind::Resale),
            Effect::NoBearing {
                by: "counsel".to_owned(),
                known_from: world.instant(chance),
                reason: String::new(),
            },
        ),
        2 => (Some(Kind::AuditLicensor), Effect::Recorded("audit".to_owned())),
        3 if of.layer != Layer::House => (Some(Kind::AffiliateUnderAccount), Effect::CoversAffiliates),
        4 if of.layer != Layer::House => (
            Some(Kind::AffiliateDefinition),
            Effect::DefinesAffiliate {
                share: share(chance),
                at_least: chance.percent(50),
                control: chance.percent(50),
            },
        ),
        _ => {
            let (kind, test) = test(chance, world, of);
            let mut condition = deny(test);
            if chance.percent(12) {
                condition.outcome = Outcome::Review;
            }
            let mut conditions = vec![condition];
            if kind == Kind::SanctionsEmbargo && chance.percent(50) {
                conditions.push(Condition {
                    test: Test::BeneficiaryIn(world.set(chance)),
                    outcome: Outcome::Review,
                });
            }
            if kind == Kind::DistillNone && chance.percent(50) {
                conditions.push(Condition {
                    test: Test::UnregisteredPattern,
                    outcome: Outcome::Review,
                });
            }
            (Some(kind), Effect::Conditions(conditions))
        }
    }
}

fn places(chance: &mut Chance, world: &World, subject: PlaceSubject) -> Test {
    Test::Places {
        subject,
        polarity: chance.pick(&[Polarity::In, Polarity::NotIn]),
        set: world.set(chance),
    }
}

fn comparison(chance: &mut Chance) -> Comparison {
    chance.pick(&[Comparison::MoreThan, Comparison::AtLeast])
}

fn test(chance: &mut Chance, world: &World, of: &Instrument) -> (Kind, Test) {
    match chance.below(30) {
        0..=9 => of_places(chance, world),
        10..=13 => of_owners(chance, world),
        14..=16 if of.layer == Layer::House => of_evidence(chance),
        n => of_rest(chance, world, n),
    }
}

fn of_places(chance: &mut Chance, world: &World) -> (Kind, Test) {
    let (kind, subject) = chance.pick(&[
        (Kind::TerritoryUserLocation, PlaceSubject::People),
        (Kind::TerritoryUserLocation, PlaceSubject::People),
        (Kind::TerritoryOfferOnward, PlaceSubject::People),
        (Kind::TerritorySubnationalCarveout, PlaceSubject::People),
        (Kind::SanctionsEmbargo, PlaceSubject::People),
        (Kind::TerritoryGrantLimited, PlaceSubject::PeopleAndInference),
        (Kind::TerritoryEntityIncorporation, PlaceSubject::Establishment),
        (Kind::ExportCountryGroup, PlaceSubject::Headquarters),
        (Kind::TerritoryDomicileOrPpb, PlaceSubject::PrincipalPlace),
        (Kind::TerritoryOutputOutside, PlaceSubject::Output),
        (Kind::TerritoryBillingCountry, PlaceSubject::Billing),
        (Kind::TerritorySourceIp, PlaceSubject::Egress),
        (Kind::HostingInferenceRegion, PlaceSubject::Inference),
        (Kind::HostingStorageRegion, PlaceSubject::Storage),
        (Kind::LocalDataExport, PlaceSubject::InferenceAndStorage),
    ]);
    (kind, places(chance, world, subject))
}

fn of_owners(chance: &mut Chance, world: &World) -> (Kind, Test) {
    match chance.below(5) {
        0 | 1 => (
            Kind::OwnershipMajority,
            Test::UnsupportedOwners {
                comparison: comparison(chance),
                share: share(chance),
                list: world.set(chance),
                method: chance.pick(&[None, Some(ChainMethod::Multiplied), Some(ChainMethod::Linked)]),
            },
        ),
        2 => (
            Kind::OwnershipControl,
            Test::ControlledByUnsupported {
                list: chance.maybe(70, |chance| world.set(chance)),
            },
        ),
        3 => (
            Kind::OwnershipFiftyOrMoreAggregate,
            Test::ListedOwners {
                comparison: comparison(chance),
                share: share(chance),
            },
        ),
        _ => (
            Kind::OwnershipCounterpartySanction,
            Test::SanctionedEntity {
                comparison: comparison(chance),
                share: share(chance),
            },
        ),
    }
}

fn of_evidence(chance: &mut Chance) -> (Kind, Test) {
    chance.pick(&[
        (Kind::EvidenceRequired, Test::EvidenceRequired),
        (Kind::EvidenceAllPlaces, Test::AllPlacesAllowed),
        (Kind::EvidenceAllPlaces, Test::AllPlacesAllowed),
        (Kind::TerritorySourceIp, Test::PlaceClausesOnEgress),
        (Kind::TerritorySourceIp, Test::PlaceClausesOnEgress),
        (
            Kind::UsersClass,
            Test::Employment(EmploymentTest::EmployerStopped),
        ),
        (
            Kind::UsersClass,
            Test::Employment(EmploymentTest::EmployerStopped),
        ),
    ])
}

fn of_rest(chance: &mut Chance, world: &World, n: usize) -> (Kind, Test) {
    let few =
        |all: &[&str], chance: &mut Chance| chance.some(all, 1, 2).into_iter().map(str::to_owned).collect();
    match n {
        14 => (Kind::HostingInferenceRegion, Test::OutsideResidency),
        15 => (Kind::HostingModelCapability, Test::ResidencyAsked),
        16 => (
            Kind::TerritoryInstallationSite,
            Test::NotAtSites(few(&["tower", "annex"], chance)),
        ),
        17 => (
            Kind::HostingTier,
            Test::TierInPlaces {
                tiers: chance.some(Tier::ALL, 1, 2),
                polarity: chance.pick(&[Polarity::In, Polarity::NotIn]),
                set: world.set(chance),
            },
        ),
        18 => (
            Kind::LocalRegistration,
            Test::Unfiled {
                set: world.set(chance),
                filed: few(&MODELS[..1], chance),
            },
        ),
        19 => (
            Kind::AffiliateNamedOnly,
            Test::NotNamedEntity(few(&ENTITIES, chance)),
        ),
        20 => (Kind::UsersSeatsOrNamed, Test::NotNamedUser),
        21 => (
            Kind::UsersClass,
            Test::Employment(EmploymentTest::Workers(chance.some(Worker::ALL, 1, 2))),
        ),
        22 => (Kind::ScaleMau, Test::MonthlyUsersOver(700)),
        23 => (
            Kind::DistillNone,
            Test::Purposes(chance.some(&Purpose::ALL[..6], 1, 2)),
        ),
        24 => (
            Kind::ExportDeemedNationality,
            Test::ForeignPerson {
                citizenships: world.set(chance),
                statuses: chance.some(UsStatus::ALL, 0, 2),
            },
        ),
        25 => (
            Kind::SanctionsPartyList,
            Test::ScreeningHit {
                max_age: chance.maybe(50, |chance| chance.pick(&[0, 3600, 172_800])),
            },
        ),
        26 => (
            Kind::TimeEffective,
            chance.pick(&[Test::OutsideTerm, Test::WithoutAgreement]),
        ),
        27 => (
            Kind::TierRiskAccess,
            Test::WithoutGroup(chance.pick(&TEAMS).to_owned()),
        ),
        28 => chance.pick(&[
            (Kind::UseRegulatedProfession, Test::NoHumanReview),
            (Kind::Resale, Test::Resale),
            (
                Kind::ControlSeparation,
                Test::Exception(vec![ExceptionApproval::SelfApproved]),
            ),
            (Kind::ControlGatewayOnly, Test::SideCall),
            (Kind::UseStateInterest, Test::Always),
            (Kind::TimeImmediateSuspension, Test::Always),
        ]),
        _ => (Kind::UsersClass, Test::Accounts(vec![chance.pick(Account::ALL)])),
    }
}
