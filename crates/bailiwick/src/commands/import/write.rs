//! The files that an import writes.

use super::convert::{Plan, PlannedConnector, PlannedDeployment, PlannedModel};
use std::fmt::Write as _;

/// `bailiwick.toml`.
pub(super) fn configuration(plan: &Plan) -> String {
    let mut text = "# How this installation connects, as far as the imported configuration says. No secret stands here.\n\n\
                    [register]\npath = \"register\"\n\n[data]\ndir = \"data\"\n\n\
                    [[listener]]\naddress = \"127.0.0.1:8080\"\n"
        .to_owned();
    for connector in &plan.connectors {
        push_connector(&mut text, connector);
    }
    text
}

fn push_connector(text: &mut String, connector: &PlannedConnector) {
    text.push_str("\n[[connector]]\n");
    push(text, "id", &connector.id);
    push(text, "url", &connector.url);
    push(text, "protocol", connector.protocol.as_str());
    if let Some(variable) = &connector.variable {
        push(text, "credential", &format!("env:{variable}"));
    }
}

/// `register/instruments/no-agreement-yet.toml`: what stands in for agreements until somebody names them. Its one clause is
/// unread, and an unread clause denies, so that nothing is permitted even to whom a model is approved and granted.
pub(super) fn agreement(plan: &Plan) -> String {
    let mut text = "# In place of the agreements that the imported configuration does not know. Its clause denies. Write the real ones,\n\
                    # name them in each deployment, and remove this file.\n\n[instrument]\n"
        .to_owned();
    push(&mut text, "id", "no-agreement-yet");
    push(&mut text, "name", "No agreement yet");
    push(&mut text, "layer", "agreement");
    push(&mut text, "licensor", "not known");
    let models: Vec<String> = plan.models.iter().map(|model| model.id.clone()).collect();
    match models.is_empty() {
        true => text.push_str("covers = []\n"),
        false => push_list(&mut text, "covers", &models),
    }
    text.push_str("\n[[clause]]\n");
    push(&mut text, "ref", "1");
    push(&mut text, "title", "No agreement");
    push(
        &mut text,
        "plain",
        "Nobody has said yet under which agreement this model may be used.",
    );
    text
}

/// `register/models.toml`.
pub(super) fn register(plan: &Plan) -> String {
    let mut text = "# Imported. Nothing here is permitted to anybody until each model has `[model.approval]` and `entitled`,\n\
                    # and each deployment its `agreements` and the places of `inference`: `*` is anywhere.\n"
        .to_owned();
    let mut channels: Vec<(&str, &str)> = plan
        .connectors
        .iter()
        .map(|connector| (connector.channel, connector.protocol.wire()))
        .collect();
    channels.sort_unstable();
    channels.dedup();
    for (id, wire) in channels {
        text.push_str("\n[[channel]]\n");
        push(&mut text, "id", id);
        push(&mut text, "wire", wire);
    }
    for model in &plan.models {
        push_model(&mut text, model);
    }
    text
}

fn push_model(text: &mut String, model: &PlannedModel) {
    text.push_str("\n[[model]]\n");
    push(text, "id", &model.id);
    push(text, "provider", &model.provider);
    push(text, "modality", model.modality);
    push_list(text, "aliases", &model.aliases);
    push_list(text, "alternatives", &model.alternatives);
    if let Some(tokens) = model.context_tokens {
        push_number(text, "context_tokens", tokens);
    }
    if let Some(tokens) = model.output_tokens {
        push_number(text, "output_tokens", tokens);
    }
    for deployment in &model.deployments {
        push_deployment(text, &model.id, deployment);
    }
}

fn push_deployment(text: &mut String, model: &str, deployment: &PlannedDeployment) {
    text.push_str("\n[[deployment]]\n");
    push(text, "id", &deployment.id);
    push(text, "model", model);
    push(text, "channel", deployment.channel);
    text.push_str("agreements = [\"no-agreement-yet\"]\ninference = [\"*\"]\n");
    match &deployment.host {
        Some(host) => push_list(text, "hosts", std::slice::from_ref(host)),
        None => text.push_str("hosts = []\n"),
    }
    push(text, "connector", &deployment.connector);
    push(text, "upstream_model", &deployment.upstream_model);
    if let Some(priority) = deployment.priority {
        push_number(text, "priority", u64::from(priority));
    }
}

fn push(text: &mut String, key: &str, value: &str) {
    // writing to a string cannot fail
    let _ = writeln!(text, "{key} = {}", toml::Value::String(value.to_owned()));
}

fn push_number(text: &mut String, key: &str, value: u64) {
    let _ = writeln!(text, "{key} = {value}");
}

fn push_list(text: &mut String, key: &str, values: &[String]) {
    if !values.is_empty() {
        let values: Vec<String> = values
            .iter()
            .map(|value| toml::Value::String(value.clone()).to_string())
            .collect();
        let _ = writeln!(text, "{key} = [{}]", values.join(", "));
    }
}
