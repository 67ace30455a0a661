//! Which sets a clause names, and which places a register names anywhere.

use register::model::{Clause, Effect, HostingPlace, LiftPlaces, PlaceSetName, Register, Test};
use territory::Place;

/// Every set of places that a clause names.
pub(crate) fn set_names(clause: &Clause) -> Vec<&PlaceSetName> {
    match &clause.effect {
        Effect::Conditions(conditions) => conditions
            .iter()
            .filter_map(|one| set_of_test(&one.test))
            .collect(),
        Effect::Lift(lift) => {
            let sets = [
                &lift.if_inference_not_in,
                &lift.if_entity_in,
                &lift.if_residence_in,
            ];
            sets.into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// The set of places that a test names.
pub(crate) fn set_of_test(test: &Test) -> Option<&PlaceSetName> {
    match test {
        Test::Places { set, .. } | Test::TierInPlaces { set, .. } | Test::Unfiled { set, .. } => Some(set),
        Test::UnsupportedOwners { list, .. } => Some(list),
        Test::ControlledByUnsupported { list } => list.as_ref(),
        Test::ForeignPerson { citizenships, .. } => Some(citizenships),
        Test::BeneficiaryIn(set) => Some(set),
        _ => None,
    }
}

/// Every place that the register names in a set, an exception or a hosting place.
pub(crate) fn named_places(register: &Register) -> Vec<Place> {
    let mut places = Vec::new();
    for group in &register.groups {
        places.extend(super::extent::mentioned(&group.definition));
        places.extend(group.could_be.iter().flatten());
    }
    for list in &register.lists {
        places.extend(
            list.versions
                .iter()
                .flat_map(|version| super::extent::mentioned(&version.definition)),
        );
        places.extend(
            list.changes
                .iter()
                .flat_map(|change| change.remove.iter().chain(&change.add)),
        );
    }
    for clause in register
        .instruments
        .iter()
        .flat_map(|instrument| &instrument.clauses)
    {
        places.extend(set_names(clause).into_iter().flat_map(written_out));
        if let Effect::Lift(lift) = &clause.effect
            && let LiftPlaces::Named(named) = &lift.places
        {
            places.extend(named);
        }
    }
    places.extend(
        register
            .applications
            .iter()
            .filter_map(|one| one.residency.as_ref())
            .flat_map(written_out),
    );
    places.extend(
        register
            .nevers
            .iter()
            .filter_map(|one| one.person_in.as_ref())
            .flat_map(written_out),
    );
    for hosting in register
        .deployments
        .iter()
        .flat_map(|deployment| &deployment.hosting.inference)
    {
        if let HostingPlace::AnywhereBut(place) = hosting {
            places.push(*place);
        }
    }
    places
}

fn written_out(name: &PlaceSetName) -> Vec<Place> {
    match name {
        PlaceSetName::Inline(definition) => super::extent::mentioned(definition).collect(),
        PlaceSetName::Group(_) | PlaceSetName::List(_) => Vec::new(),
    }
}
