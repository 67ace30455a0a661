//! A disagreement in print.

use crate::compare::{Disagreement, Question};
use oracle::Opinion;
use register::model::{Clause, Deployment, Owner, Register, Scope, Span};
use std::fmt::Write as _;

/// Register as summary, facts, and both sides.
pub(crate) fn show(register: &Register, question: &Question, found: &Disagreement) -> String {
    let mut out = String::new();
    let deployment = register
        .deployments
        .iter()
        .find(|one| one.id == question.deployment)
        .unwrap();
    let named = format!("{:?} {:?}", register.instruments, question.facts.request);
    for instrument in &register.instruments {
        let of = instrument;
        let stood_on = register
            .instruments
            .iter()
            .any(|one| one.stands_on.contains(&of.id));
        if of.clauses.is_empty() && !stood_on && !deployment.agreements.contains(&of.id) {
            continue;
        }
        writeln!(
            out,
            "{} ({}) covers {:?} {:?} licensee {:?} on {:?} variant of {:?} valid {} known {:?} notice {}",
            of.id,
            of.layer,
            of.covers,
            of.channels,
            of.licensee,
            of.stands_on,
            of.variant_of,
            span(&of.validity),
            of.known_from,
            of.notice.days
        )
        .unwrap();
        for clause in &of.clauses {
            writeln!(out, "    {}", clause_text(clause)).unwrap();
        }
    }
    for group in register.groups.iter().filter(|group| named.contains(&group.id)) {
        writeln!(
            out,
            "{}: {:?} could be {:?} read {:?}",
            group.id, group.definition, group.could_be, group.reading
        )
        .unwrap();
    }
    for list in register.lists.iter().filter(|list| named.contains(&list.id)) {
        for version in &list.versions {
            writeln!(
                out,
                "{}: {} known {:?} {:?}",
                list.id,
                span(&version.span),
                version.known_from,
                version.definition
            )
            .unwrap();
        }
        for change in &list.changes {
            writeln!(out, "{}: {change:?}", list.id).unwrap();
        }
    }
    for one in &register.entities {
        let places = (
            &one.incorporated,
            &one.headquarters,
            &one.principal_place,
            &one.billing,
        );
        let share = (
            &one.unsupported_share,
            one.controlled,
            &one.listed_owners,
            one.sanctioned,
        );
        writeln!(
            out,
            "{} {places:?} {share:?} {}",
            one.id, one.monthly_users_at_release
        )
        .unwrap();
        for link in &one.owners {
            let Owner {
                owner,
                place,
                owned,
                share,
                controls,
                listed,
                sanctioned,
            } = link;
            let flags = (controls, listed, sanctioned);
            writeln!(
                out,
                "    {owner} in {place:?} owns {share:?} of {owned} {flags:?}"
            )
            .unwrap();
        }
    }
    let Deployment {
        id,
        model,
        channel,
        agreements,
        hosting,
        tier,
        account,
        billing,
        connector,
        ..
    } = deployment;
    writeln!(
        out,
        "{id}: {model} {channel} {agreements:?} {hosting:?} {tier:?} {account} {billing:?} {connector}"
    )
    .unwrap();
    if let Some(model) = register.models.iter().find(|one| one.id == *model) {
        let approval = model
            .approval
            .as_ref()
            .map(|one| (span(&one.span), &one.purposes, &one.data));
        writeln!(
            out,
            "{} {} {approval:?} {:?} {:?}",
            model.id, model.modality, model.entitled, register.grants
        )
        .unwrap();
    }
    writeln!(out, "at {} known at {}", question.at, question.known_at).unwrap();
    writeln!(out, "{:?}", question.facts.person).unwrap();
    for claim in &question.facts.claims {
        let age = question.at.0 - claim.observed_at.0;
        let trip = claim.trip.map(|trip| {
            span(&Span {
                from: trip.from,
                to: trip.to,
            })
        });
        let marked = if claim.marked { "marked" } else { "" };
        writeln!(
            out,
            "    {:?} {:?} {:?} {age} s ago {trip:?} {marked}",
            claim.source, claim.place, claim.site
        )
        .unwrap();
    }
    let facts = &question.facts;
    writeln!(out, "{:?}", facts.request).unwrap();
    writeln!(
        out,
        "{} engaged by {}, egress {:?}",
        facts.entity, facts.engaging_entity, facts.egress
    )
    .unwrap();
    writeln!(out, "engine {}", opinion(&found.engine)).unwrap();
    match &found.oracle {
        Ok(found) => writeln!(out, "oracle {}", opinion(found)).unwrap(),
        Err(error) => writeln!(out, "oracle fails: {error}").unwrap(),
    }
    out
}

pub(crate) fn opinion(opinion: &Opinion) -> String {
    format!(
        "{:?} {:?} {:?}",
        opinion.verdict, opinion.reasons, opinion.obligations
    )
}

fn span(span: &Span) -> String {
    let end = |at: Option<register::model::Instant>| at.map_or_else(|| "..".to_owned(), |at| at.to_string());
    if *span == Span::ALWAYS {
        "always".to_owned()
    } else {
        format!("{} to {}", end(span.from), end(span.to))
    }
}

fn clause_text(clause: &Clause) -> String {
    let mut out = format!(
        "{} {:?} ({})",
        clause.reference,
        clause.kind.map(|kind| kind.as_str()),
        clause.layer
    );
    if clause.validity != Span::ALWAYS {
        write!(out, " valid {}", span(&clause.validity)).unwrap();
    }
    if let Some(known) = clause.known_from {
        write!(out, " known {known}").unwrap();
    }
    if clause.scope != Scope::default() {
        write!(out, " {:?}", clause.scope).unwrap();
    }
    for entry in &clause.status {
        write!(
            out,
            " {:?} {} known {:?}",
            entry.status,
            span(&entry.span),
            entry.known_from
        )
        .unwrap();
    }
    for reading in &clause.readings {
        write!(out, " read {:?} from {}", reading.tests, reading.known_from).unwrap();
    }
    if !clause.obliges.is_empty() {
        write!(out, " obliges {:?}", clause.obliges).unwrap();
    }
    write!(out, " {:?}", clause.effect).unwrap();
    out
}

/// What sort of disagreement it is: the tests of the clauses about which the two differ.
pub(crate) fn sort(register: &Register, found: &Disagreement) -> String {
    let Ok(oracle) = &found.oracle else {
        return "an error".to_owned();
    };
    let only = |one: &Opinion, other: &Opinion| -> Vec<String> {
        let differ = one.reasons.difference(&other.reasons);
        let mut sorts: Vec<String> = differ
            .map(|(id, state)| format!("{state:?} {}", test_of(register, id)))
            .collect();
        sorts.sort();
        sorts.dedup();
        sorts
    };
    let (engine, oracle_only) = (only(&found.engine, oracle), only(oracle, &found.engine));
    format!(
        "engine {engine:?}, oracle {oracle_only:?}, obligations differ: {}",
        found.engine.obligations != oracle.obligations
    )
}

fn test_of(register: &Register, id: &str) -> String {
    let clauses = register
        .instruments
        .iter()
        .flat_map(|one| one.clauses.iter().map(move |clause| (one, clause)));
    let found = clauses
        .into_iter()
        .find(|(one, clause)| format!("{} {}", one.id, clause.reference) == id);
    let Some((_, clause)) = found else {
        return id.to_owned();
    };
    let text = format!("{:?}", clause.effect);
    text.replace("Conditions([Condition { test: ", "")
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}
