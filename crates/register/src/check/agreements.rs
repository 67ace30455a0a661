//! Every deployment is covered by an agreement, and pins its hosts.

use super::Known;
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::glob;
use crate::model::{Deployment, Instrument};

pub(super) fn check(known: &Known<'_>, sink: &Sink) {
    for deployment in &known.register.deployments {
        if let Some(diagnostic) = uncovered(known, deployment) {
            sink.report(diagnostic);
        }
        if deployment.hosts.is_empty() {
            let message = format!(
                "{} names no `hosts`, so no connector may carry it",
                quoted(&deployment.id)
            );
            let warning = Diagnostic::warning("no-hosts", deployment.position.clone(), message);
            sink.report(warning.help("name the hosts to which its requests may go"));
        }
    }
    if let (true, Some(first)) = (
        known.register.firm.name.is_empty(),
        known.register.deployments.first(),
    ) {
        let warning = Diagnostic::warning("no-firm", first.position.clone(), "nothing names the firm");
        sink.report(warning.help("add a `[firm]` table with a `name`: refusals show it"));
    }
}

fn uncovered(known: &Known<'_>, deployment: &Deployment) -> Option<Diagnostic> {
    let id = quoted(&deployment.id);
    let error = |code, message: String| Some(Diagnostic::error(code, deployment.position.clone(), message));
    if deployment.agreements.is_empty() {
        return error(
            "deployment-without-agreement",
            format!("{id} is used under no agreement"),
        );
    }
    let stack = deployment
        .agreements
        .iter()
        .flat_map(|agreement| known.stack(agreement));
    let stack: Vec<&&Instrument> = stack
        .filter_map(|agreement| known.instruments.get(agreement))
        .collect();
    if stack.is_empty() {
        return None;
    }
    let model = |instrument: &Instrument| {
        instrument
            .covers
            .iter()
            .any(|glob| glob::matches(glob, &deployment.model))
    };
    let channel = |instrument: &Instrument| {
        instrument.channels.is_empty() || instrument.channels.contains(&deployment.channel)
    };
    if !stack.iter().any(|instrument| model(instrument)) {
        let message = format!(
            "no agreement of {id} covers the model {}",
            quoted(&deployment.model)
        );
        return error("model-not-covered", message)
            .map(|error| error.help("add the model to `covers` of one of them"));
    }
    if !stack
        .iter()
        .any(|instrument| model(instrument) && channel(instrument))
    {
        let message = format!(
            "no agreement of {id} covers its model on the channel {}",
            quoted(&deployment.channel)
        );
        return error("channel-not-covered", message)
            .map(|error| error.help("add the channel to `channels` of one of them"));
    }
    None
}
