//! Calls that clients know and that are not served here, so that they can be told what is.
//!
//! All of them live off something that the provider keeps for an account: one person's file, batch or thread would be
//! every person's of that account. They come back when they are built with checks of who owns what.

use crate::{Dialect, Fault, FaultCode};

/// A family of calls: how its paths begin, what it is called, its dialect.
type Family = (&'static str, &'static str, Dialect);

const CHAT: Dialect = Dialect::OpenAiChat;

/// The families; of those that fit, the first counts.
const FAMILIES: [Family; 37] = [
    ("/v1/assistants", "assistants", CHAT),
    ("/v1/audio", "speech and transcription", CHAT),
    ("/v1/batches", "batches", CHAT),
    ("/v1/chat/completions/", "stored completions", CHAT),
    ("/v1/chatkit", "hosted chat", CHAT),
    ("/v1/completions", "completions without a conversation", CHAT),
    ("/v1/containers", "containers", CHAT),
    (
        "/v1/conversations",
        "stored conversations",
        Dialect::OpenAiResponses,
    ),
    ("/v1/evals", "evaluations", CHAT),
    ("/v1/fine_tuning", "fine-tuning", CHAT),
    ("/v1/images", "images", CHAT),
    ("/v1/moderations", "moderation", CHAT),
    (
        "/v1/organization",
        "administration of the provider's account",
        CHAT,
    ),
    ("/v1/prompts", "stored prompts", Dialect::OpenAiResponses),
    ("/v1/realtime", "realtime sessions", CHAT),
    ("/v1/rerank", "ranking", CHAT),
    ("/v1/responses/", "stored responses", Dialect::OpenAiResponses),
    ("/v1/skills", "skills kept by the provider", CHAT),
    ("/v1/threads", "threads", CHAT),
    ("/v1/uploads", "uploads", CHAT),
    ("/v1/vector_stores", "vector stores", CHAT),
    ("/v1/videos", "videos", CHAT),
    ("/v1/files", "files kept by the provider", CHAT),
    ("/v1/messages/batches", "batches", Dialect::AnthropicMessages),
    (
        "/v1/complete",
        "completions without a conversation",
        Dialect::AnthropicMessages,
    ),
    (
        "/v1/agents",
        "agents run by the provider",
        Dialect::AnthropicMessages,
    ),
    (
        "/v1/environments",
        "environments kept by the provider",
        Dialect::AnthropicMessages,
    ),
    (
        "/v1/sessions",
        "sessions kept by the provider",
        Dialect::AnthropicMessages,
    ),
    ("/v1beta/files", "files kept by the provider", Dialect::Gemini),
    (
        "/upload/v1beta/files",
        "files kept by the provider",
        Dialect::Gemini,
    ),
    ("/v1beta/cachedContents", "cached contents", Dialect::Gemini),
    ("/v1beta/batches", "batches", Dialect::Gemini),
    ("/v1beta/corpora", "corpora", Dialect::Gemini),
    ("/v1beta/fileSearchStores", "file search stores", Dialect::Gemini),
    ("/v1beta/tunedModels", "tuned models", Dialect::Gemini),
    ("/v1beta/interactions", "stored interactions", Dialect::Gemini),
    (
        "/v1beta/openai",
        "another protocol under this path",
        Dialect::Gemini,
    ),
];

/// What is served, by dialect.
const fn served(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::AnthropicMessages => "`/v1/messages`, `/v1/messages/count_tokens` and `/v1/models`",
        Dialect::Gemini => {
            "`generateContent`, `streamGenerateContent` and `countTokens` of `/v1beta/models/…`, and `/v1beta/models`"
        }
        Dialect::OpenAiChat | Dialect::OpenAiResponses => {
            "`/v1/chat/completions`, `/v1/responses`, `/v1/responses/compact`, `/v1/embeddings` and `/v1/models`"
        }
    }
}

/// The refusal of a call that is known and not served, and the dialect in which it is put; `None` for any other path.
pub fn unserved(path: &str, is_anthropic: bool) -> Option<(Dialect, Fault)> {
    if let Some(call) = gemini_call(path) {
        return Some((Dialect::Gemini, fault(&format!("`{call}`"), Dialect::Gemini)));
    }
    let is_of = |family: &&Family| {
        let rest = path.strip_prefix(family.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']) || family.0.ends_with('/'))
    };
    let (_, what, dialect) = FAMILIES.iter().find(is_of)?;
    // files and skills are of both protocols
    let dialect = if is_anthropic {
        Dialect::AnthropicMessages
    } else {
        *dialect
    };
    Some((dialect, fault(what, dialect)))
}

fn fault(what: &str, dialect: Dialect) -> Fault {
    let message = format!(
        "This gateway does not serve {what}. It serves {}.",
        served(dialect)
    );
    Fault::new(FaultCode::NotServed, message)
}

/// A call to a model of Gemini's that is none of those served.
fn gemini_call(path: &str) -> Option<&str> {
    let rest = path
        .strip_prefix("/v1beta/models/")
        .or_else(|| path.strip_prefix("/v1/models/"))?;
    let (_, call) = rest.rsplit_once(':')?;
    const CALLS: [&str; 9] = [
        "asyncBatchEmbedContent",
        "batchEmbedContents",
        "batchGenerateContent",
        "bidiGenerateContent",
        "embedContent",
        "embedText",
        "generateAnswer",
        "predict",
        "predictLongRunning",
    ];
    CALLS.into_iter().find(|known| *known == call)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, is_anthropic: bool, expected: Option<(Dialect, &str)>) {
        let found = unserved(path, is_anthropic);
        let Some((dialect, words)) = expected else {
            assert_eq!(found, None, "{path}");
            return;
        };
        let (found, fault) = found.unwrap_or_else(|| panic!("{path} is unknown"));
        assert_eq!((found, fault.code), (dialect, FaultCode::NotServed), "{path}");
        assert!(fault.message.contains(words), "{} lacks {words}", fault.message);
    }

    #[test]
    fn what_providers_keep_is_known_and_not_served() {
        for (start, what, dialect) in FAMILIES {
            for path in [
                start.to_owned(),
                format!("{}/an-id/more", start.trim_end_matches('/')),
            ] {
                if path.ends_with('/') && path != start {
                    continue;
                }
                let (found, fault) = unserved(&path, false).unwrap_or_else(|| panic!("{path}"));
                assert_eq!(found, dialect, "{path}");
                assert!(
                    fault.message.contains(what) && fault.message.contains("It serves `"),
                    "{path}"
                );
            }
        }
        check(
            "/v1/files/file-1/content",
            false,
            Some((Dialect::OpenAiChat, "/v1/chat/completions")),
        );
        check(
            "/v1/files/file-1",
            true,
            Some((Dialect::AnthropicMessages, "/v1/messages")),
        );
        check(
            "/v1/responses/resp_1",
            false,
            Some((Dialect::OpenAiResponses, "stored responses")),
        );
        check(
            "/v1beta/models/a:embedContent",
            false,
            Some((Dialect::Gemini, "`embedContent`")),
        );
    }

    #[test]
    fn what_nobody_knows_is_not_found() {
        for path in [
            "/",
            "/admin",
            "/v1",
            "/v1/",
            "/v1/filesystem",
            "/v1/responses",
            "/v2/files",
            "/v1beta/models/a:x",
        ] {
            check(path, false, None);
        }
    }
}
