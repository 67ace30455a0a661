//! `bailiwick setup`: points a tool of this machine at the gateway at which its person has signed in.
//!
//! Nothing secret is written anywhere: tools ask `bailiwick token` each time, and for those that cannot, lines for a
//! shell are printed that do the same. What changes is shown first; a copy of the file as it was stays beside it, and
//! `--undo` puts it back. The gateway is asked first: a tool that the register does not permit to its person here and now
//! is not set up, and none is for somebody who is permitted no model.

mod files;
mod tools;
mod yaml;

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

/// The list of client programs, as far as it is looked at.
#[derive(Deserialize)]
struct Programs {
    tools: Vec<Program>,
}

#[derive(Deserialize)]
struct Program {
    id: String,
    name: String,
    permitted: bool,
    text: Option<String>,
}

pub(super) fn run(wanted: &Setup, screen: &mut Screen) -> anyhow::Result<Exit> {
    if wanted.undo {
        return undo(wanted.tool, screen);
    }
    let login::Permitted {
        gateway,
        models: list,
        programs,
    } = login::permitted()?;
    if let Some(refusal) = refused(wanted.tool, &programs)? {
        screen.data(refusal.trim_end())?;
        screen.next(
            format_args!("curl {gateway}/tools -H \"authorization: Bearer $(bailiwick token)\""),
            "each tool, and whether it is permitted to you",
        )?;
        return Ok(Exit::Denied);
    }
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
        (model, &models),
    )
    .with_context(|| format!("`{}` is left as it is", file.shown()))?;
    if before.as_deref() == Some(after.as_str()) {
        screen.say(format_args!("`{}` is set up already.", file.shown()))?;
        say_variable(wanted.tool, screen)?;
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
    say_variable(wanted.tool, screen)?;
    screen.next(
        format_args!("bailiwick setup {tool} --undo"),
        "put it back as it was",
    )?;
    Ok(Exit::Done)
}

/// Why a tool is not permitted, in the five parts of a refusal; `None`: it is. One that is not listed is not.
fn refused(tool: Tool, programs: &[u8]) -> anyhow::Result<Option<String>> {
    let programs: Programs =
        serde_json::from_slice(programs).context("the gateway's list of tools cannot be read")?;
    let id = tool.program();
    match programs.tools.iter().find(|one| one.id == id) {
        Some(one) if one.permitted => Ok(None),
        Some(one) => {
            let told = || format!("{} is not permitted to you here.", one.name);
            Ok(Some(one.text.clone().unwrap_or_else(told)))
        }
        None => {
            let permitted = programs.tools.iter().filter(|one| one.permitted);
            let names: Vec<_> = permitted
                .map(|one| format!("{} ({})", one.name, one.id))
                .collect();
            let instead = match names.is_empty() {
                true => "nothing on the register's list, at present".to_owned(),
                false => names.join(", "),
            };
            Ok(Some(format!(
                "`{id}` is not available to you: the register of your firm does not have this tool.\n\
                 Clause: none; a tool is permitted by an entry `[[client]]` with this id.\n\
                 Works here: {instead}.\n\
                 What would change it: whoever keeps the register adds the tool, with the agreement under which it is used.\n\
                 Ask: whoever gave you the address of the gateway."
            )))
        }
    }
}

/// Says which variable a tool takes its token from, where it can ask no command for one.
fn say_variable(tool: Tool, screen: &mut Screen) -> anyhow::Result<()> {
    if let Some(line) = tools::variable_line(tool) {
        screen.say(format_args!(
            "It takes its token from a variable; in your shell:\n\n    {line}\n"
        ))?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"revision":1,"more":{},"tools":[
        {"id":"codex","name":"Codex CLI","permitted":true,"text":null},
        {"id":"claude-code","name":"Claude Code","permitted":false,"text":"Claude Code is not available to you."}]}"#;

    #[test]
    fn a_tool_is_set_up_if_it_is_listed_as_permitted() {
        let check = |tool: Tool, expected: &[&str]| {
            let told = refused(tool, LIST.as_bytes()).unwrap();
            assert_eq!(told.is_none(), expected.is_empty(), "{tool:?} {told:?}");
            for words in expected {
                assert!(told.as_ref().unwrap().contains(words), "{words}: {told:?}");
            }
        };
        check(Tool::Codex, &[]);
        check(Tool::ClaudeCode, &["Claude Code is not available to you."]);
        let parts = [
            "`gemini-cli` is not available",
            "Clause:",
            "Works here: Codex CLI (codex).",
            "What would change it:",
            "Ask:",
        ];
        check(Tool::Gemini, &parts);
        assert!(refused(Tool::Codex, b"not found").is_err());
    }
}
