//! The deployment asked for, and those of the catalogue, from which alternatives come. All of them count as approved.

use super::{DEPLOYMENT, not_in_register};
use crate::error::ScenarioError;
use crate::file::{Catalogued, Scenario, ScenarioFile};
use register::model::{Approval, Channel, Deployment, Hosting, Modality, Model, Register, Span};
use register::source::Position;

/// Id of a deployment of the catalogue, by its position there.
pub(crate) fn catalogue_id(index: usize, entry: &Catalogued) -> String {
    format!("catalogue/{index}/{}", entry.model)
}

pub(super) fn overlay(
    register: &mut Register,
    file: &ScenarioFile,
    scenario: &Scenario,
) -> Result<(), ScenarioError> {
    let asked = Catalogued {
        model: scenario.model.clone(),
        channel: scenario.channel.clone(),
        instruments: scenario.instruments.clone(),
        hosting: scenario.hosting.clone(),
    };
    let mut deployments = vec![deployment(
        register,
        scenario,
        DEPLOYMENT.to_owned(),
        &asked,
        "instruments",
    )?];
    for (index, entry) in file.catalogue.iter().enumerate() {
        let id = catalogue_id(index, entry);
        deployments.push(deployment(
            register,
            scenario,
            id,
            entry,
            &format!("catalogue[{index}].instruments"),
        )?);
    }
    register.deployments = deployments;
    Ok(())
}

fn deployment(
    register: &mut Register,
    scenario: &Scenario,
    id: String,
    entry: &Catalogued,
    path: &str,
) -> Result<Deployment, ScenarioError> {
    for (index, named) in entry.instruments.iter().enumerate() {
        if !register
            .instruments
            .iter()
            .any(|instrument| instrument.id == *named)
        {
            return Err(not_in_register(
                scenario,
                format!("{path}[{index}]"),
                "instrument",
                named,
            ));
        }
    }
    let model = approve(register, &entry.model);
    add_channel(register, &entry.channel);
    let Hosting {
        inference,
        storage,
        egress,
    } = entry.hosting.clone();
    Ok(Deployment {
        id,
        upstream_model: model.clone(),
        model,
        channel: entry.channel.clone(),
        agreements: entry.instruments.clone(),
        hosting: Hosting {
            inference,
            storage,
            egress,
        },
        tier: scenario.request.tier,
        account: scenario.request.account,
        billing: scenario.request.billing.clone(),
        hosts: Vec::new(),
        connector: entry.channel.clone(),
        priority: 0,
        tools: Vec::new(),
        flags: None,
        position: Position::default(),
    })
}

/// Approves the model for everything, and adds it where the register lacks it; its id, which is another where the
/// scenario names it by an alias.
fn approve(register: &mut Register, name: &str) -> String {
    let approval = Approval {
        owner: DEPLOYMENT.to_owned(),
        tier: DEPLOYMENT.to_owned(),
        purposes: Vec::new(),
        data: Vec::new(),
        span: Span::ALWAYS,
        successor: None,
    };
    // an id wins over another model's alias
    let by_id = register.models.iter().position(|model| model.id == name);
    let by_alias = || {
        register
            .models
            .iter()
            .position(|model| model.aliases.iter().any(|alias| alias == name))
    };
    if let Some(model) = by_id
        .or_else(by_alias)
        .and_then(|index| register.models.get_mut(index))
    {
        model.approval = Some(approval);
        return model.id.clone();
    }
    register.models.push(Model {
        id: name.to_owned(),
        name: name.to_owned(),
        provider: String::new(),
        // nothing is known of it: the modality that more clauses are about
        modality: Modality::Multimodal,
        aliases: Vec::new(),
        approval: Some(approval),
        entitled: Vec::new(),
        alternatives: Vec::new(),
        context_tokens: None,
        output_tokens: None,
        thinking: None,
        parallel_tools: None,
        position: Position::default(),
    });
    name.to_owned()
}

fn add_channel(register: &mut Register, id: &str) {
    if !register.channels.iter().any(|channel| channel.id == id) {
        let (id, name, wire) = (id.to_owned(), id.to_owned(), "openai".to_owned());
        register.channels.push(Channel {
            id,
            name,
            wire,
            position: Position::default(),
        });
    }
}
