//! The entry of a model that Codex reads: it takes the whole list or none, so every key it needs is here.

use super::ListedModel;
use serde_json::{Value, json};

/// Instructions that Codex puts before a conversation with a model that it does not know by itself.
const INSTRUCTIONS: &str = "You help a developer in a terminal. Read the files that matter before you change them, \
    make small changes that do what was asked, run the checks that the project has, and say plainly what you did and \
    what is left to do.";

/// Bytes of a tool's output that are kept in the conversation.
const KEPT_OUTPUT: u32 = 10_000;

/// The entry of the model at a rank, the first being the one that Codex offers first.
pub(super) fn entry(rank: usize, model: &ListedModel) -> Value {
    let is_withheld = model.note.as_ref().is_some_and(super::ListNote::is_withheld);
    json!({
        "slug": model.id,
        "display_name": model.name,
        "description": format!("Provided by {}", model.provider),
        "supported_reasoning_levels": [],
        "shell_type": "shell_command",
        "visibility": if is_withheld { "hide" } else { "list" },
        "supported_in_api": true,
        "priority": rank,
        "upgrade": null,
        "base_instructions": INSTRUCTIONS,
        "supports_reasoning_summaries": false,
        "support_verbosity": false,
        "default_verbosity": null,
        "apply_patch_tool_type": null,
        "truncation_policy": { "mode": "bytes", "limit": KEPT_OUTPUT },
        "supports_parallel_tool_calls": false,
        "context_window": model.context_tokens,
        "experimental_supported_tools": [],
    })
}
