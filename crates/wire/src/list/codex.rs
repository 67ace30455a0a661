//! The entry of a model that Codex reads: it takes the whole list or none, so every key it needs is here.

use super::ListedModel;
use crate::translate::Reasoning;
use serde_json::{Value, json};

/// Instructions that Codex puts before a conversation with a model that it does not know by itself.
const INSTRUCTIONS: &str = "You help a developer in a terminal. Read the files that matter before you change them, \
    make small changes that do what was asked, run the checks that the project has, and say plainly what you did and \
    what is left to do.";

/// Bytes of a tool's output that are kept in the conversation.
const KEPT_OUTPUT: u32 = 10_000;

/// The efforts that every model takes which is told by a word, each with what Codex says of it.
const EFFORTS: [(&str, &str); 3] = [
    ("low", "Short thinking, quick answers"),
    ("medium", "As much thinking as most tasks need"),
    ("high", "Long thinking, for hard tasks"),
];
/// The one that is asked for unless the person chooses another.
const EFFORT: &str = "medium";

/// The entry of the model at a rank, the first being the one that Codex offers first.
pub(super) fn entry(rank: usize, model: &ListedModel) -> Value {
    let is_withheld = model.note.as_ref().is_some_and(super::ListNote::is_withheld);
    // a number of tokens is made of the word, where the model wants one
    let thinks = matches!(model.reasoning, Reasoning::Effort | Reasoning::Budget);
    let efforts = EFFORTS.iter().filter(|_| thinks);
    let levels: Vec<Value> = efforts
        .map(|(effort, description)| json!({ "effort": effort, "description": description }))
        .collect();
    let modalities: &[&str] = if model.images {
        &["text", "image"]
    } else {
        &["text"]
    };
    json!({
        "slug": model.id,
        "display_name": model.name,
        "description": format!("Provided by {}", model.provider),
        "default_reasoning_level": thinks.then_some(EFFORT),
        "supported_reasoning_levels": levels,
        "shell_type": "shell_command",
        "visibility": if is_withheld { "hide" } else { "list" },
        "supported_in_api": true,
        "priority": rank,
        "upgrade": null,
        "base_instructions": INSTRUCTIONS,
        // without it Codex asks for no effort either
        "supports_reasoning_summaries": thinks,
        "support_verbosity": false,
        "default_verbosity": null,
        "apply_patch_tool_type": null,
        "truncation_policy": { "mode": "bytes", "limit": KEPT_OUTPUT },
        "supports_parallel_tool_calls": model.parallel_tools,
        "input_modalities": modalities,
        "context_window": model.context_tokens,
        "experimental_supported_tools": [],
    })
}
