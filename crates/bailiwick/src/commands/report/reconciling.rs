//! `bailiwick report reconcile`: what providers say was used, against what the ledger says.

use super::packing::{Kept, print};
use crate::arguments::Global;
use crate::arguments::Reconcile;
use crate::exit::{Exit, UsageError};
use crate::render;
use crate::screen::{Screen, count};
use anyhow::{Context as _, anyhow};
use ledger::Kind;
use register::model::Register;
use report::reconcile::{self, Comparison, FIELDS, Usage};
use report::visible::visible;
use serde_json::{Map, Value, json};
use std::fs;

pub(super) fn run(
    global: &Global,
    register: &Register,
    asked: &Reconcile,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    for channel in &asked.channel {
        let existing = || register.channels.iter().map(|channel| channel.id.as_str());
        if !existing().any(|id| id == channel) {
            return Err(UsageError::no_such("channel", channel, existing()).into());
        }
    }
    let mut usage = Usage::default();
    for path in &asked.usage {
        let named = || path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", named()))?;
        let read = reconcile::read(&text).map_err(|error| {
            UsageError::new(
                format!("`{}`, {}", named(), visible(&error.to_string())),
                error.help.to_owned(),
            )
        })?;
        usage = usage.and(read);
    }
    let kept = Kept::open(global, asked.data_dir.as_deref())?;
    if asked.preview {
        return preview(&kept, &usage, screen);
    }
    let mut comparison = Comparison::begin(register, usage, &asked.channel);
    for entry in kept.reader.entries(0, kept.reader.published()?)? {
        comparison.take(&entry?).map_err(|problem| anyhow!(problem))?;
    }
    let (document, has_more) = comparison.end();
    if screen.json() {
        let tables = document.tables.iter();
        let tables = tables.map(|table| (table.id.to_owned(), Value::Array(report::render::objects(table))));
        let tables: Map<String, Value> = tables.collect();
        let agrees = !has_more;
        screen.document(&json!({
            "revision": 1, "explained": agrees, "answer": document.answer, "tables": tables, "limits": document.limits,
        }))?;
    } else {
        for table in document.tables.iter().filter(|table| !table.rows.is_empty()) {
            screen.data(table.title)?;
            print(table, screen)?;
        }
        let said = document.answer.iter().chain(&document.limits);
        said.into_iter()
            .try_for_each(|sentence| screen.say(visible(sentence)))?;
    }
    Ok(if has_more { Exit::Failed } else { Exit::Done })
}

/// What a comparison reads. Nothing of it leaves this machine.
fn preview(kept: &Kept, usage: &Usage, screen: &mut Screen) -> anyhow::Result<Exit> {
    let mut outcomes = 0;
    for entry in kept.reader.entries(0, kept.reader.published()?)? {
        outcomes += usize::from(entry?.leaf.kind == Kind::Outcome);
    }
    if screen.json() {
        screen.document(
            &json!({"revision": 1, "preview": {"outcomes": outcomes, "fields": FIELDS, "days": usage.days}}),
        )?;
        return Ok(Exit::Done);
    }
    let mut table = render::table(screen, &["field", "of", "entries"]);
    for field in FIELDS {
        table.add_row([field.to_owned(), "outcome".to_owned(), outcomes.to_string()]);
    }
    screen.data(render::as_text(&table))?;
    screen.say(format_args!(
        "Compared would be {} with usage; the fields are read here and handed to nobody.",
        count(usage.days.len(), "day", "days")
    ))?;
    Ok(Exit::Done)
}
