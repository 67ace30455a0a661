//! `bailiwick import litellm`: models and upstreams of a LiteLLM proxy, and what became of each of its settings.
//!
//! What is written denies everything until somebody says under which agreement a model is used, who approves it and where
//! it runs: a proxy's configuration knows none of that. A secret is never copied, and no value of a setting is repeated
//! unless it is a name of a model, a host or an environment variable.

mod account;
mod convert;
mod findings;
mod known;
mod names;
mod upstream;
mod write;
mod yaml;

#[cfg(test)]
mod tests;

use super::shown;
use crate::exit::{Exit, UsageError};
use crate::render;
use crate::screen::{Screen, count};
use anyhow::Context as _;
use findings::{Finding, Grade};
use register::diagnose::{Diagnostic, Diagnostics, Severity};
use register::source::{Position, Source};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// What `import litellm --json` prints.
#[derive(Debug, Serialize)]
struct Imported {
    /// The file read.
    file: String,
    /// Files written; none without `--into`.
    written: Vec<String>,
    /// Models that the register has now.
    models: usize,
    /// Every setting of the file, in its order.
    findings: Vec<Finding>,
}

/// Reads a configuration, shows what becomes of it, and writes it where that is asked for.
pub(super) fn litellm(file: &Path, into: Option<&Path>, screen: &mut Screen) -> anyhow::Result<Exit> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let root = match yaml::read(&text) {
        Ok(root) => root,
        Err(error) => return refuse(file, text, &error, screen),
    };
    let plan = convert::convert(&root);
    let mut written = Vec::new();
    if let Some(folder) = into {
        let files = [
            ("bailiwick.toml", write::configuration(&plan)),
            ("register/models.toml", write::register(&plan)),
            (
                "register/instruments/no-agreement-yet.toml",
                write::agreement(&plan),
            ),
        ];
        // nothing is written if anything would be overwritten
        if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
            let message = format!("`{}` is already there", folder.join(name).display());
            return Err(UsageError::new(message, "choose an empty folder".to_owned()).into());
        }
        for (name, text) in files {
            let path = folder.join(name);
            let failed = || format!("cannot write `{}`", path.display());
            std::fs::create_dir_all(path.parent().unwrap_or(folder)).with_context(failed)?;
            std::fs::write(&path, text).with_context(failed)?;
            written.push(shown(&path));
        }
    }
    let imported = Imported {
        file: shown(file),
        written,
        models: plan.models.len(),
        findings: plan.findings,
    };
    tell(&imported, into, screen)?;
    Ok(Exit::Done)
}

fn refuse(file: &Path, text: String, error: &yaml::YamlError, screen: &mut Screen) -> anyhow::Result<Exit> {
    let path = shown(file);
    let start = error.spot.offset.min(text.len());
    let position = Position {
        path: Arc::from(path.as_str()),
        line: error.spot.line,
        column: error.spot.column,
        start,
        end: start,
    };
    let found = Diagnostic {
        severity: Severity::Error,
        code: "yaml",
        message: error.message.clone(),
        help: None,
        position,
        labels: Vec::new(),
    };
    let source = Source {
        path: path.clone(),
        text,
    };
    render::diagnostics(screen, &Diagnostics(vec![found]), &[source])?;
    let (line, column) = (error.spot.line, error.spot.column);
    screen.error(
        &format!("`{path}` cannot be read: line {line}, column {column}"),
        None,
    )?;
    Ok(Exit::Failed)
}

fn tell(imported: &Imported, into: Option<&Path>, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.json() {
        screen.document(imported)?;
    } else {
        let mut table = render::table(screen, &["line", "setting", "grade", "what becomes of it"]);
        for finding in &imported.findings {
            table.add_row([
                finding.line.to_string(),
                finding.setting.clone(),
                finding.grade.as_str().to_owned(),
                finding.note.clone(),
            ]);
        }
        screen.data(render::as_text(&table))?;
        for file in &imported.written {
            screen.data(format_args!("wrote {file}"))?;
        }
    }
    let of = |grade: Grade| {
        imported
            .findings
            .iter()
            .filter(|finding| finding.grade == grade)
            .count()
    };
    screen.say(format_args!(
        "{}; {} exact, {} approximate, {} manual, {} unsupported.",
        count(imported.models, "model", "models"),
        of(Grade::Exact),
        of(Grade::Approximate),
        of(Grade::Manual),
        of(Grade::Unsupported),
    ))?;
    screen.say(
        "Nobody may use any of them yet: each deployment needs an agreement and the places in which it runs, each model \
         an approval and the groups entitled to it.",
    )?;
    match into {
        Some(folder) => screen.next(
            format_args!("bailiwick check {}", shown(&folder.join("register"))),
            "the register as written",
        )?,
        None => screen.next(
            format_args!("bailiwick import litellm {} --into DIR", imported.file),
            "write register and bailiwick.toml",
        )?,
    }
    Ok(())
}
