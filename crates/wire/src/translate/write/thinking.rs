//! How a model of Anthropic is told to think, and what it takes besides while it does.

use super::super::fields::Object;
use super::super::model::{Effort, Part, Role, Settings, Turn};
use super::super::target::Reasoning;
use super::Desk;
use serde_json::{Value, json};

/// Newer models take one of the two, and while thinking none.
pub(super) fn sampling(settings: &Settings, thinks: bool, body: &mut Object, desk: &mut Desk<'_>) {
    let (temperature, top_p) = (&settings.temperature, &settings.top_p);
    let may = desk.target.sampling && !thinks;
    if let Some(temperature) = temperature.as_ref().and_then(serde_json::Number::as_f64) {
        if may && temperature <= 1.0 {
            body.put_some("temperature", settings.temperature.clone().map(Value::Number));
        } else {
            desk.notes.add_if(!may && temperature != 1.0, "temperature");
            desk.notes.add_if(may, "temperature above 1");
            body.put_some("temperature", may.then_some(1.0));
        }
    }
    if may && temperature.is_none() {
        body.put_some("top_p", top_p.clone().map(Value::Number));
    } else {
        let matters = top_p.as_ref().and_then(serde_json::Number::as_f64) != Some(1.0);
        desk.notes.add_if(top_p.is_some() && matters, "top_p");
    }
}

/// Asks for thinking; says whether it did.
pub(super) fn thinking(
    effort: Option<Effort>,
    max_tokens: u64,
    continues_call: bool,
    body: &mut Object,
    desk: &Desk<'_>,
) -> bool {
    let Some(effort) = effort else { return false };
    match (desk.target.reasoning, effort.budget()) {
        (Reasoning::None | Reasoning::Unknown, _) => false,
        (_, None) => {
            body.put("thinking", json!({ "type": "disabled" }));
            false
        }
        (Reasoning::Effort, Some(_)) => {
            body.put("thinking", json!({ "type": "adaptive" }));
            true
        }
        // a call that was thought about has to come back with its thoughts, and they are not there
        (Reasoning::Budget, Some(_)) if continues_call => false,
        (Reasoning::Budget, Some(budget)) => {
            // the answer comes out of the same number, and needs some of it
            let budget = budget.min(max_tokens / 4 * 3);
            let is_enough = budget >= 1024;
            if is_enough {
                body.put("thinking", json!({ "type": "enabled", "budget_tokens": budget }));
            }
            is_enough
        }
    }
}

/// Whether the model goes on behind a call of its own.
pub(super) fn ends_in_results(turns: &[Turn]) -> bool {
    let behind = turns.iter().rev().take_while(|turn| turn.role != Role::Assistant);
    let mut parts = behind.flat_map(|turn| &turn.parts);
    parts.any(|part| matches!(part, Part::Result(_)))
}
