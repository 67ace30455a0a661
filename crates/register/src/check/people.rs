//! Named users fit their seats, and services are services.

use super::Known;
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::model::{Effect, Worker};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(known: &Known<'_>, sink: &Sink) {
    seats(known, sink);
    services(known, sink);
}

fn seats(known: &Known<'_>, sink: &Sink) {
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for person in &known.register.people {
        let roots: BTreeSet<&str> = person.named_in.iter().map(|id| known.root(id)).collect();
        roots
            .into_iter()
            .for_each(|root| *named.entry(root).or_default() += 1);
    }
    for instrument in &known.register.instruments {
        let users = named.get(known.root(&instrument.id)).copied().unwrap_or(0);
        for clause in &instrument.clauses {
            let lifted = match &clause.effect {
                Effect::Lift(lift) => lift.seats,
                _ => None,
            };
            let Some(seats) = [clause.seats, lifted].into_iter().flatten().min() else {
                continue;
            };
            if usize::try_from(seats).is_ok_and(|seats| users > seats) {
                let message = format!(
                    "{} has {seats} seats, and {users} people are named",
                    quoted(&clause.reference)
                );
                let error = Diagnostic::error("too-many-named", clause.position.clone(), message);
                sink.report(error.help("take people out of `named_in`, or buy more seats"));
            }
        }
    }
}

fn services(known: &Known<'_>, sink: &Sink) {
    let workers: BTreeMap<&str, Worker> = known
        .register
        .people
        .iter()
        .map(|person| (person.id.as_str(), person.worker))
        .collect();
    for application in &known.register.applications {
        // A service that is not here may still be in the directory.
        let service = application.service.as_deref();
        if let Some((service, worker)) = service.and_then(|service| Some((service, workers.get(service)?)))
            && *worker != Worker::Service
        {
            let message = format!(
                "{} is run by {}, which is no service",
                quoted(&application.id),
                quoted(service)
            );
            sink.report(Diagnostic::error(
                "not-a-service",
                application.position.clone(),
                message,
            ));
        }
    }
}
