//! Walks over every place that a register's clauses name.

use register::model::{Effect, HostingPlace, Instrument, LiftPlaces, PlaceSetName, Register, Test};
use territory::Place;

/// Calls `take` with every place set that a clause, application or invariant names.
pub(crate) fn of_clauses<'a>(register: &'a Register, mut take: impl FnMut(&'a PlaceSetName)) {
    register
        .instruments
        .iter()
        .for_each(|instrument| of_instrument(instrument, &mut take));
    register
        .applications
        .iter()
        .filter_map(|application| application.residency.as_ref())
        .for_each(&mut take);
    register
        .nevers
        .iter()
        .filter_map(|never| never.person_in.as_ref())
        .for_each(&mut take);
}

/// Calls `take` with every place set that a clause of the instrument names.
pub(crate) fn of_instrument<'a>(instrument: &'a Instrument, mut take: impl FnMut(&'a PlaceSetName)) {
    for clause in &instrument.clauses {
        match &clause.effect {
            Effect::Conditions(conditions) => {
                conditions
                    .iter()
                    .filter_map(|condition| of_test(&condition.test))
                    .for_each(&mut take);
            }
            Effect::Lift(lift) => {
                let sets = [
                    &lift.if_inference_not_in,
                    &lift.if_entity_in,
                    &lift.if_residence_in,
                ];
                sets.into_iter().flatten().for_each(&mut take);
            }
            _ => {}
        }
    }
}

/// The place set that a test names, if it names one.
pub(crate) fn of_test(test: &Test) -> Option<&PlaceSetName> {
    match test {
        Test::Places { set, .. }
        | Test::TierInPlaces { set, .. }
        | Test::Unfiled { set, .. }
        | Test::BeneficiaryIn(set) => Some(set),
        Test::ForeignPerson { citizenships, .. } => Some(citizenships),
        Test::UnsupportedOwners { list, .. } => Some(list),
        Test::ControlledByUnsupported { list } => list.as_ref(),
        _ => None,
    }
}

/// Places that exceptions name.
pub(crate) fn lift_places(register: &Register) -> impl Iterator<Item = Place> {
    register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses)
        .filter_map(|clause| match &clause.effect {
            Effect::Lift(lift) => match &lift.places {
                LiftPlaces::Named(places) => Some(places),
                _ => None,
            },
            _ => None,
        })
        .flatten()
        .copied()
}

/// Places that a deployment stays out of: were they not told apart, the places around them would be left out too.
pub(crate) fn hosting_places(register: &Register) -> impl Iterator<Item = Place> {
    register
        .deployments
        .iter()
        .flat_map(|deployment| &deployment.hosting.inference)
        .filter_map(|hosting| match hosting {
            HostingPlace::AnywhereBut(place) => Some(*place),
            _ => None,
        })
}
