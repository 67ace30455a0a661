//! `bailiwick models`: the approved list as one person sees it, which is what a picker shows.

use super::shown;
use crate::arguments::Question;
use crate::exit::Exit;
use crate::people::{self, Asked};
use crate::publish::{Listed, ListedModel};
use crate::render;
use crate::screen::Screen;
use decision::explain::{explain, hosting_text};
use decision::{Bound, ModelIndex, Snapshot};
use register::model::Model;
use std::path::Path;

pub(super) fn run(
    register: &Path,
    snapshot: &Snapshot,
    question: &Question,
    all: bool,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let asked = Asked::of(snapshot, question)?;
    let bound = snapshot.bind(&asked.facts, asked.at, asked.known_at);
    let decided: Vec<(bool, ListedModel)> = snapshot
        .models()
        .map(|(index, model)| listed(snapshot, &asked, &bound, index, model))
        .collect();
    let withheld = decided.iter().filter(|(permitted, _)| !permitted).count();
    let models: Vec<ListedModel> = decided
        .into_iter()
        .filter(|(permitted, _)| all || *permitted)
        .map(|(_, model)| model)
        .collect();
    if screen.json() {
        screen.document(&Listed {
            person: question.person.clone(),
            at: asked.at.to_string(),
            snapshot: snapshot.digest().to_owned(),
            models,
            withheld,
        })?;
    } else {
        print(&models, all, screen)?;
    }
    if withheld > 0 && !all {
        screen.say(format_args!(
            "{withheld} more are withheld; --all lists them with the reason"
        ))?;
    }
    let example = snapshot
        .models()
        .next()
        .map_or("MODEL", |(_, model)| model.id.as_str());
    screen.next(
        format_args!(
            "bailiwick why --register {} {} --model {example}",
            shown(register),
            people::retyped(question),
        ),
        "one of them, explained in full",
    )?;
    Ok(Exit::Done)
}

fn listed(
    snapshot: &Snapshot,
    asked: &Asked,
    bound: &Bound,
    index: ModelIndex,
    model: &Model,
) -> (bool, ListedModel) {
    let decision = snapshot.decide_model(bound, index);
    let told = explain(
        snapshot,
        &asked.facts,
        &model.id,
        &decision,
        asked.at,
        asked.known_at,
    );
    let deployment = decision
        .deployment
        .and_then(|deployment| snapshot.deployment(deployment));
    let listed = ListedModel {
        model: told.model,
        name: told.model_name,
        decision: told.verdict.as_str(),
        deployment: told.deployment,
        inference: deployment.map(|deployment| hosting_text(snapshot, deployment)),
        headline: told.headline,
        valid_until: told.valid_until.map(|until| until.to_string()),
    };
    (decision.verdict.permits(), listed)
}

fn print(models: &[ListedModel], all: bool, screen: &mut Screen) -> anyhow::Result<()> {
    let columns: &[&str] = if all {
        &["model", "name", "answer", "runs in", "because"]
    } else {
        &["model", "name", "answer", "runs in"]
    };
    let mut table = if all {
        render::ruled_table(screen, columns)
    } else {
        render::table(screen, columns)
    };
    for model in models {
        let inference = model.inference.clone().unwrap_or_default();
        let mut row = vec![
            model.model.clone(),
            model.name.clone(),
            model.decision.replace('_', " "),
            inference,
        ];
        if all {
            row.push(model.headline.clone());
        }
        table.add_row(row);
    }
    Ok(screen.data(render::as_text(&table))?)
}
