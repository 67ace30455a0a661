//! When a clause applies: its instrument, and what it says about models, purposes, data, workers and accounts.

use super::Live;
use super::formula::{Formula, one_of, quoted};
use register::model::Scope;

/// The condition under which a clause applies at all.
pub(crate) fn applies(live: &Live) -> Formula {
    let instrument = format!("resource.instruments.contains({})", quoted(&live.instrument.id));
    Formula::Is(instrument).and(in_scope(&live.clause.scope))
}

fn in_scope(scope: &Scope) -> Formula {
    let words = |words: Vec<&str>, expression: &str| {
        if words.is_empty() {
            Formula::True
        } else {
            one_of(&words, expression)
        }
    };
    let models = scope.models.iter().map(|glob| match glob.contains('*') {
        true => Formula::Is(format!("resource.model like {}", quoted(glob))),
        false => one_of(&[glob], "resource.model"),
    });
    let modality = scope
        .modality
        .map(|modality| one_of(&[modality.as_str()], "resource.modality"));
    Formula::all([
        if scope.models.is_empty() {
            Formula::True
        } else {
            Formula::any(models)
        },
        words(
            scope.purposes.iter().map(|one| one.as_str()).collect(),
            "context.purpose",
        ),
        words(
            scope.data.iter().map(|one| one.as_str()).collect(),
            "context.data",
        ),
        words(
            scope.workers.iter().map(|one| one.as_str()).collect(),
            "principal.worker",
        ),
        words(
            scope.accounts.iter().map(|one| one.as_str()).collect(),
            "resource.account",
        ),
        modality.unwrap_or(Formula::True),
        if scope.registered_application {
            Formula::Is("context.registeredApplication".to_owned())
        } else {
            Formula::True
        },
    ])
}
