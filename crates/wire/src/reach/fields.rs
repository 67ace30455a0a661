//! Which top-level keys of a request the gateway reads, and what each of them would change: the table.
//!
//! What is not in it passes byte for byte. A key is here because it chooses an account, a place, a tool at the provider,
//! something that the provider keeps, or an amount; or because another gateway would take it for routing.

use super::hints::HINTS;
use crate::Dialect;
use crate::watch::{Watch, Word};
use std::sync::LazyLock;

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The model or the stream flag, which the peek has read.
    Read,
    /// The model, in a body whose path names it already: cut out.
    NamedByPath,
    /// Routing of some gateway: never forwarded, whatever its value.
    Hint,
    /// Something that the provider keeps under an id.
    Held,
    /// A switch that makes the provider keep something; off or absent is fine.
    Keeps,
    /// The same, on where it is absent: it is put to `false`.
    KeepsByDefault,
    /// Which capacity the provider uses.
    Tier,
    /// In which places the provider computes.
    Geography,
    /// Tools.
    Tools,
    /// Functions in the older form, counted like tools.
    Functions,
    /// Servers of tools that the provider would call.
    Servers,
    /// Options that switch a tool at the provider on.
    Switches(&'static str),
    /// Messages, whose parts may point to something that the provider keeps or fetches.
    Content,
    /// How many answers.
    Choices,
    /// How many tokens.
    Tokens,
    /// Settings of the answer, in which amounts stand.
    Settings,
    /// Features of the protocol that are asked for by name.
    Flags,
}

/// A key, its second spelling, and what it means.
type Row = (&'static str, &'static str, Field);

const fn row(key: &'static str, field: Field) -> Row {
    (key, key, field)
}

const CHAT: [Row; 14] = [
    row("model", Field::Read),
    row("stream", Field::Read),
    row("store", Field::Keeps),
    row("background", Field::Keeps),
    row("service_tier", Field::Tier),
    row("tools", Field::Tools),
    row("functions", Field::Functions),
    row("web_search_options", Field::Switches("web_search")),
    row("messages", Field::Content),
    row("n", Field::Choices),
    row("best_of", Field::Choices),
    row("max_tokens", Field::Tokens),
    row("max_completion_tokens", Field::Tokens),
    row("previous_response_id", Field::Held),
];

const RESPONSES: [Row; 11] = [
    row("model", Field::Read),
    row("stream", Field::Read),
    row("store", Field::KeepsByDefault),
    row("background", Field::Keeps),
    row("previous_response_id", Field::Held),
    row("conversation", Field::Held),
    row("prompt", Field::Held),
    row("service_tier", Field::Tier),
    row("tools", Field::Tools),
    row("input", Field::Content),
    row("max_output_tokens", Field::Tokens),
];

const MESSAGES: [Row; 11] = [
    row("model", Field::Read),
    row("stream", Field::Read),
    row("container", Field::Held),
    row("mcp_servers", Field::Servers),
    row("service_tier", Field::Tier),
    row("inference_geo", Field::Geography),
    row("tools", Field::Tools),
    row("messages", Field::Content),
    row("system", Field::Content),
    row("max_tokens", Field::Tokens),
    row("anthropic_beta", Field::Flags),
];

const GEMINI: [Row; 8] = [
    row("model", Field::NamedByPath),
    row("store", Field::Keeps),
    ("cachedContent", "cached_content", Field::Held),
    ("serviceTier", "service_tier", Field::Tier),
    row("tools", Field::Tools),
    row("contents", Field::Content),
    ("systemInstruction", "system_instruction", Field::Content),
    ("generationConfig", "generation_config", Field::Settings),
];

fn rows(dialect: Dialect) -> &'static [Row] {
    match dialect {
        Dialect::OpenAiChat => &CHAT,
        Dialect::OpenAiResponses => &RESPONSES,
        Dialect::AnthropicMessages => &MESSAGES,
        Dialect::Gemini => &GEMINI,
    }
}

/// What a watched key means in a dialect.
pub(super) fn field(dialect: Dialect, key: &str) -> Field {
    let row = rows(dialect).iter().find(|(found, _, _)| *found == key);
    row.map_or(Field::Hint, |(_, _, field)| *field)
}

/// The keys that are watched in a dialect.
pub(crate) fn watch(dialect: Dialect) -> &'static Watch {
    static WATCHES: LazyLock<[(Dialect, Watch); 4]> =
        LazyLock::new(|| Dialect::ALL.map(|dialect| (dialect, Watch::new(words(dialect)))));
    let [first, rest @ ..] = &*WATCHES;
    let found = rest.iter().find(|(other, _)| *other == dialect);
    &found.unwrap_or(first).1
}

fn words(dialect: Dialect) -> impl Iterator<Item = Word> {
    let rows = rows(dialect);
    let own = rows.iter().map(|(key, also, _)| Word { key, also });
    let is_own = move |hint: &&&str| {
        !rows
            .iter()
            .any(|(key, also, _)| *key == **hint || *also == **hint)
    };
    own.chain(HINTS.iter().filter(is_own).map(|hint| Word::new(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_and_every_hint_is_watched() {
        for dialect in Dialect::ALL {
            let find = |key: &str| watch(dialect).find(format!("\"{key}\"").as_bytes());
            for (key, also, _) in rows(dialect) {
                assert_eq!(find(key), Ok(Some(*key)), "{dialect:?}");
                assert_eq!(find(also), Ok(Some(*key)), "{dialect:?}");
            }
            for hint in HINTS {
                assert_eq!(find(hint), Ok(Some(hint)), "{dialect:?}");
                assert_eq!(field(dialect, hint), Field::Hint, "{dialect:?}");
            }
        }
    }
}
