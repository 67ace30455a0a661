//! What is written alike in OpenAI's two protocols.

use super::super::fields::Object;
use super::super::model::{Effort, Format, Part, Settings, ToolResult};
use super::super::refuse::Notes;
use super::super::target::Reasoning;
use super::Desk;
use serde_json::Value;

/// Most sequences that end an answer.
const MOST_STOPS: usize = 4;

/// Writes the settings that have the same name in both protocols.
pub(super) fn settings(settings: &mut Settings, body: &mut Object, desk: &mut Desk<'_>) {
    let temperature = settings.temperature.take().map(Value::Number);
    let top_p = settings.top_p.take().map(Value::Number);
    if desk.target.sampling {
        body.put_some("temperature", temperature);
        body.put_some("top_p", top_p);
    } else {
        desk.notes.add_if(temperature.is_some(), "temperature");
        desk.notes.add_if(top_p.is_some(), "top_p");
    }
    body.put_some("user", settings.user.take());
}

/// The effort to ask for. What other providers call very high, and no thinking at all, only some models take.
pub(super) fn effort(effort: Option<Effort>, desk: &mut Desk<'_>) -> Option<&'static str> {
    let effort = effort?;
    match desk.target.reasoning {
        Reasoning::Effort => {}
        // it does what it is asked to by itself
        Reasoning::None if effort == Effort::Off => return None,
        // these protocols have no word for a number of tokens
        Reasoning::None | Reasoning::Unknown | Reasoning::Budget => {
            desk.notes.add("reasoning effort");
            return None;
        }
    }
    let moderate = if desk.is_of_openai {
        effort
    } else {
        effort.clamp(Effort::Low, Effort::High)
    };
    desk.notes
        .add_if(moderate != effort, "reasoning effort beyond low and high");
    Some(moderate.word())
}

/// Sequences that end the answer, as many as the protocol takes.
pub(super) fn stops(mut stop: Vec<String>, notes: &mut Notes) -> Vec<Value> {
    notes.add_if(stop.len() > MOST_STOPS, "stop sequences beyond the fourth");
    stop.truncate(MOST_STOPS);
    stop.into_iter().map(Value::String).collect()
}

/// The name, schema and strictness of a form, and whether it is any JSON.
pub(super) fn format(format: Format, desk: &Desk<'_>) -> (&'static str, Object) {
    let mut inner = Object::default();
    match format {
        Format::AnyJson => ("json_object", inner),
        Format::Schema {
            name,
            description,
            schema,
            strict,
        } => {
            inner.put("name", name.unwrap_or_else(|| "answer".to_owned()));
            inner.put_some("description", description);
            inner.put("schema", schema);
            // elsewhere a schema always binds
            inner.put_some("strict", strict.or((!desk.is_of_openai).then_some(true)));
            ("json_schema", inner)
        }
    }
}

/// The texts of a result as one, marked where the tool failed; and its other parts.
pub(super) fn result_text(result: ToolResult) -> (String, Vec<Part>) {
    let mut text = if result.failed {
        "Error:".to_owned()
    } else {
        String::new()
    };
    let mut others = Vec::new();
    for part in result.parts {
        match part {
            Part::Text(piece) | Part::Refusal(piece) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&piece);
            }
            other => others.push(other),
        }
    }
    (text, others)
}
