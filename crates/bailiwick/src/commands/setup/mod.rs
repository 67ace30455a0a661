//! `bailiwick setup`: points a tool of this machine at the gateway at which its person has signed in.
//!
//! Nothing secret is written anywhere: tools ask `bailiwick token` each time, and for those that cannot, lines for a
//! shell are printed that do the same. What changes is shown first; a copy of the file as it was stays beside it, and
//! `--undo` puts it back. Nothing is set up for somebody who is permitted no model.

mod files;
mod tools;

use super::login;
use crate::arguments::{Setup, Tool};
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use anyhow::Context as _;
use files::Kept;
use serde::Deserialize;

/// The list of models, as far as it is looked at.
#[derive(Deserialize)]
struct Listed {
    data: Vec<ListedModel>,
}

#[derive(Deserialize)]
struct ListedModel {
    id: String,
}

pub(super) fn run(wanted: &Setup, screen: &mut Screen) -> anyhow::Result<Exit> {
    if wanted.undo {
        return undo(wanted.tool, screen);
    }
    let (gateway, list) = login::permitted()?;
    let listed: Listed =
        serde_json::from_slice(&list).context("the gateway's list of models cannot be read")?;
    let models: Vec<String> = listed.data.into_iter().map(|model| model.id).collect();
    let Some(model) = tools::best(wanted.tool, &models) else {
        screen.error(
            "no model is permitted to you here, so there is nothing to set up",
            None,
        )?;
        screen.next(
            format_args!("curl {gateway}/v1/models?bailiwick=all"),
            "each model with the reason",
        )?;
        return Ok(Exit::Denied);
    };
    let Some(file) = tools::file(wanted.tool)? else {
        // what a shell takes is data, and nothing is changed
        screen.data(tools::lines(wanted.tool, &gateway, model))?;
        return Ok(Exit::Done);
    };
    let before = file.read()?;
    let after = tools::changed(
        wanted.tool,
        before.as_deref().unwrap_or_default(),
        &gateway,
        model,
    )
    .with_context(|| format!("`{}` is left as it is", file.shown()))?;
    if before.as_deref() == Some(after.as_str()) {
        screen.say(format_args!("`{}` is set up already.", file.shown()))?;
        return Ok(Exit::Done);
    }
    screen.data(files::difference(
        &file.shown(),
        before.as_deref().unwrap_or_default(),
        &after,
    ))?;
    let tool = wanted.tool.as_str();
    if wanted.dry_run {
        screen.next(format_args!("bailiwick setup {tool}"), "write this")?;
        return Ok(Exit::Done);
    }
    file.change(before.as_deref(), &after)?;
    screen.next(
        format_args!("bailiwick setup {tool} --undo"),
        "put it back as it was",
    )?;
    Ok(Exit::Done)
}

fn undo(tool: Tool, screen: &mut Screen) -> anyhow::Result<Exit> {
    let file: Option<Kept> = tools::file(tool)?;
    let Some(file) = file else {
        let message = format!(
            "`{}` is set up by lines of a shell, which leave nothing behind",
            tool.as_str()
        );
        return Err(UsageError::new(message, None).into());
    };
    match file.restore()? {
        true => screen.say(format_args!("`{}` is as it was.", file.shown()))?,
        false => screen.say(format_args!(
            "`{}` was not changed by this command.",
            file.shown()
        ))?,
    }
    Ok(Exit::Done)
}
