//! The person, their entities and the deployment, as Cedar entities.

use super::Asked;
use super::values::{number, place, record, text, texts, truth, uid};
use crate::error::{OracleError, one_line};
use crate::given::{Where, ownership_state};
use crate::places::is_known;
use cedar_policy::{Entities, Entity, RestrictedExpression, Schema};
use decision::{Entitlement, NamedUser, State};
use register::model::{Grant, Model, PlaceFact};
use std::collections::{BTreeSet, HashMap, HashSet};

type Attributes = HashMap<String, RestrictedExpression>;

/// All entities of a request.
pub(crate) fn entities(asked: &Asked, schema: &Schema) -> Result<Entities, OracleError> {
    let ids: BTreeSet<&String> = [&asked.facts.entity, &asked.facts.engaging_entity]
        .into_iter()
        .collect();
    let mut all = vec![
        entity("Person", &asked.facts.person.id, person(asked)?)?,
        entity("Deployment", &asked.deployment.id, deployment(asked)?)?,
    ];
    for id in ids {
        all.push(entity("Entity", id, legal_entity(id, asked)?)?);
    }
    Entities::from_entities(all, Some(schema)).map_err(|error| OracleError::Request {
        reason: one_line(&error),
    })
}

fn entity(kind: &str, id: &str, attributes: Attributes) -> Result<Entity, OracleError> {
    Entity::new(uid(kind, id)?, attributes, HashSet::new()).map_err(|error| OracleError::Request {
        reason: one_line(&error),
    })
}

fn named<const N: usize>(fields: [(&str, RestrictedExpression); N]) -> Attributes {
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn person(asked: &Asked) -> Result<Attributes, OracleError> {
    let person = &asked.facts.person;
    let gazetteer = &asked.text.gazetteer;
    let mut citizenships = Where::of(&person.citizenships);
    citizenships.missing |= person.citizenships.is_empty();
    let named_in = if let NamedUser::Of(ids) = &person.named {
        ids.as_slice()
    } else {
        &[]
    };
    let at_hand = |grant: &&Grant| {
        grant.person == person.id
            && grant.span.contains(asked.text.at)
            && is_known(grant.known_from, asked.text.known_at)
    };
    let grants = asked.text.register.grants.iter().filter(at_hand);
    let engaging = RestrictedExpression::new_entity_uid(uid("Entity", &asked.facts.engaging_entity)?);
    let employer = RestrictedExpression::new_entity_uid(uid("Entity", &asked.facts.entity)?);
    Ok(named([
        ("worker", text(person.worker.as_str())),
        ("groups", texts(person.groups.iter().cloned())),
        ("grants", texts(grants.map(|grant| grant.model.clone()))),
        ("entitled", truth(person.entitlement == Entitlement::Assumed)),
        ("namedIn", texts(named_in.iter().cloned())),
        ("namedEverywhere", truth(person.named == NamedUser::OfAll)),
        ("citizenships", place(&citizenships, gazetteer)?),
        (
            "usStatus",
            text(person.us_status.map_or("", |status| status.as_str())),
        ),
        ("residence", place(&Where::of([&person.residence]), gazetteer)?),
        ("site", text(person.assigned_site.clone().unwrap_or_default())),
        ("engaging", engaging),
        ("employer", employer),
    ]))
}

fn deployment(asked: &Asked) -> Result<Attributes, OracleError> {
    let deployment = asked.deployment;
    let gazetteer = &asked.text.gazetteer;
    let model: Option<&Model> = asked
        .text
        .register
        .models
        .iter()
        .find(|model| model.id == deployment.model);
    let approval = model.and_then(|model| model.approval.as_ref());
    let approval = approval.filter(|approval| approval.span.contains(asked.text.at));
    let purposes = approval
        .map(|approval| approval.purposes.as_slice())
        .unwrap_or_default();
    let data = approval
        .map(|approval| approval.data.as_slice())
        .unwrap_or_default();
    let groups = model.map(|model| model.entitled.as_slice()).unwrap_or_default();
    let agreements = &asked.agreements;
    Ok(named([
        ("model", text(deployment.model.clone())),
        (
            "modality",
            text(model.map_or("", |model| model.modality.as_str())),
        ),
        ("account", text(deployment.account.as_str())),
        (
            "tier",
            text(deployment.tier.map_or("unknown", |tier| tier.as_str())),
        ),
        ("instruments", texts(agreements.instruments.iter().cloned())),
        ("forAnybody", truth(agreements.for_anybody)),
        ("licensed", texts(agreements.licensed.iter().cloned())),
        ("modelCovered", truth(agreements.model_covered)),
        ("approved", truth(approval.is_some())),
        (
            "approvedPurposes",
            texts(purposes.iter().map(|purpose| purpose.as_str())),
        ),
        ("approvedData", texts(data.iter().map(|data| data.as_str()))),
        ("entitledGroups", texts(groups.iter().cloned())),
        (
            "inference",
            place(&Where::of_hosting(&deployment.hosting.inference), gazetteer)?,
        ),
        (
            "storage",
            place(&Where::of([&deployment.hosting.storage]), gazetteer)?,
        ),
    ]))
}

/// An entity of the register; one that is not there is an entity of which nothing is known.
fn legal_entity(id: &str, asked: &Asked) -> Result<Attributes, OracleError> {
    let gazetteer = &asked.text.gazetteer;
    let found = asked.text.register.entities.iter().find(|entity| entity.id == id);
    let nowhere = PlaceFact::Unknown;
    let (incorporated, headquarters, principal) = found.map_or((&nowhere, &nowhere, &nowhere), |entity| {
        (
            &entity.incorporated,
            &entity.headquarters,
            &entity.principal_place,
        )
    });
    let users = found.map_or(0, |entity| {
        i64::try_from(entity.monthly_users_at_release).unwrap_or(i64::MAX)
    });
    let states: Vec<(&String, State)> = asked
        .needs
        .ownership
        .iter()
        .map(|(key, test)| {
            (
                key,
                found.map_or(State::Unknown, |entity| ownership_state(test, entity, asked.text)),
            )
        })
        .collect();
    let of = |wanted: State| {
        texts(
            states
                .iter()
                .filter(move |(_, state)| *state == wanted)
                .map(|(key, _)| (*key).clone()),
        )
    };
    let owners = record([
        ("met".to_owned(), of(State::Met)),
        ("unknown".to_owned(), of(State::Unknown)),
        ("unclear".to_owned(), of(State::Unclear)),
    ])?;
    Ok(named([
        ("name", text(id)),
        ("registered", truth(found.is_some())),
        (
            "establishment",
            place(&Where::of([incorporated, headquarters]), gazetteer)?,
        ),
        ("headquarters", place(&Where::of([headquarters]), gazetteer)?),
        ("principalPlace", place(&Where::of([principal]), gazetteer)?),
        ("monthlyUsers", number(users)),
        ("owners", owners),
    ]))
}
