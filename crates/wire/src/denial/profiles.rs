//! The table of how refusals are put: by protocol, and where one protocol has two camps, by the program that reads them;
//! before the first byte of an answer and in the middle of a stream.
//!
//! It comes from running the programs against every status and noting what the person saw. Those measurements stand in
//! the tests, so that a row can be changed only together with what was seen.

use crate::Dialect;
use crate::event::Form;
use http::{HeaderMap, StatusCode};

/// A program that reads refusals in a way of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// Anthropic's coding tool.
    ClaudeCode,
    /// OpenAI's coding tool.
    Codex,
    /// GitHub's coding tool.
    Copilot,
    /// Google's coding tool.
    GeminiCli,
    /// Any other.
    Other,
}

impl Client {
    /// The program that a request comes from, as it says itself. It changes how things are put, and nothing else.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let agent = text("user-agent");
        if headers.contains_key("x-initiator") {
            Self::Copilot
        } else if agent.starts_with("claude-cli/") {
            Self::ClaudeCode
        } else if text("originator").starts_with("codex") || agent.starts_with("codex") {
            Self::Codex
        } else if agent.starts_with("GeminiCLI") {
            Self::GeminiCli
        } else {
            Self::Other
        }
    }
}

/// Who reads an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// The protocol that it speaks.
    pub dialect: Dialect,
    /// The program.
    pub client: Client,
}

impl From<Dialect> for Audience {
    fn from(dialect: Dialect) -> Self {
        Self {
            dialect,
            client: Client::Other,
        }
    }
}

/// How a refusal is put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    /// Status before the first byte.
    pub status: StatusCode,
    /// Code in the body, where the reader acts on it and knows but a few; ours stands beside it.
    pub code: Option<&'static str>,
    /// Code in the event that ends a stream, of the same sort.
    pub late: Option<&'static str>,
    /// Form of that event.
    pub form: Form,
}

/// One row: a protocol, the program (none: any other), and how it is told.
type Row = (Dialect, Option<Client>, Profile);

const fn told(status: StatusCode, code: Option<&'static str>, late: Option<&'static str>) -> Profile {
    Profile {
        status,
        code,
        late,
        form: Form::Event,
    }
}

/// A code under which Copilot shows what is said and asks no more.
const FILTERED: Option<&str> = Some("content_filter");

/// The first row that fits counts.
const TABLE: [Row; 8] = [
    // under any other code it takes what comes in a stream for a passing fault, by whichever protocol, and tries six times
    (
        Dialect::AnthropicMessages,
        Some(Client::Copilot),
        told(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, None, FILTERED),
    ),
    // shown once and as it is by both versions that were run; a 403 is taken for a failed sign-in, a 404 is hidden. In the
    // middle of a stream no word helps: Claude Code asks once more, without a stream, and is refused before the first byte
    (
        Dialect::AnthropicMessages,
        None,
        told(StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, None, None),
    ),
    // a 403 is hidden, a 400 shown, and the code in the body does not matter; in a stream it does
    (
        Dialect::OpenAiResponses,
        Some(Client::Copilot),
        told(StatusCode::BAD_REQUEST, None, Some("invalid_prompt")),
    ),
    // Codex decides by the code; under any that it does not know it tries six times
    (
        Dialect::OpenAiResponses,
        None,
        told(
            StatusCode::FORBIDDEN,
            Some("model_not_found"),
            Some("model_not_found"),
        ),
    ),
    (
        Dialect::OpenAiChat,
        Some(Client::Copilot),
        told(StatusCode::BAD_REQUEST, None, FILTERED),
    ),
    // the one status that each of the programs shows, once
    (
        Dialect::OpenAiChat,
        None,
        told(StatusCode::BAD_REQUEST, None, None),
    ),
    // an event it reads as an answer without an end, and tries four times; what is no event it shows
    (
        Dialect::Gemini,
        Some(Client::GeminiCli),
        Profile {
            form: Form::Bare,
            ..told(StatusCode::FORBIDDEN, None, None)
        },
    ),
    (Dialect::Gemini, None, told(StatusCode::FORBIDDEN, None, None)),
];

impl Audience {
    /// How refusals are put to it.
    pub(crate) fn profile(self) -> Profile {
        let fits = |row: &&Row| row.0 == self.dialect && row.1.is_none_or(|client| client == self.client);
        let row = TABLE.iter().find(fits);
        row.map_or(told(StatusCode::FORBIDDEN, None, None), |row| row.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    /// What a person saw.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Saw {
        /// The whole text.
        Text,
        /// The whole text behind words that mislead.
        Misled,
        /// Raw JSON or a stack of calls with the text in it.
        Raw,
        /// Something else, or nothing.
        Hidden,
    }
    use Saw::{Hidden, Misled, Raw, Text};

    /// A run: protocol, program, status, code, what was seen, requests sent for one question.
    type Run = (Dialect, Client, u16, Option<&'static str>, Saw, u8);

    const KNOWN: Option<&str> = Some("model_not_found");
    const CHAT: Dialect = Dialect::OpenAiChat;
    const RESPONSES: Dialect = Dialect::OpenAiResponses;
    const MESSAGES: Dialect = Dialect::AnthropicMessages;

    /// Runs of November 2026: Claude Code 2.1.330 and 2.1.197, Codex 0.169, Copilot 1.0.102, Gemini CLI 0.61; others are
    /// Cline 3.0.65, Continue 1.5.47 and llm 0.36, of which the worst is noted.
    const RUNS: [Run; 31] = [
        (MESSAGES, Client::ClaudeCode, 400, None, Text, 6),
        (MESSAGES, Client::ClaudeCode, 401, None, Hidden, 7),
        (MESSAGES, Client::ClaudeCode, 403, None, Misled, 1),
        (MESSAGES, Client::ClaudeCode, 404, None, Hidden, 2),
        (MESSAGES, Client::ClaudeCode, 429, None, Hidden, 7),
        (MESSAGES, Client::ClaudeCode, 451, None, Text, 1),
        (MESSAGES, Client::Copilot, 451, None, Text, 1),
        (RESPONSES, Client::Codex, 400, None, Raw, 1),
        (RESPONSES, Client::Codex, 401, None, Text, 6),
        (RESPONSES, Client::Codex, 403, None, Text, 6),
        (RESPONSES, Client::Codex, 403, KNOWN, Text, 1),
        (RESPONSES, Client::Codex, 404, None, Text, 6),
        (RESPONSES, Client::Codex, 404, KNOWN, Text, 1),
        (RESPONSES, Client::Codex, 429, None, Hidden, 6),
        (RESPONSES, Client::Codex, 451, None, Text, 6),
        (RESPONSES, Client::Copilot, 400, None, Text, 1),
        (RESPONSES, Client::Copilot, 403, None, Hidden, 1),
        (RESPONSES, Client::Copilot, 403, KNOWN, Hidden, 1),
        (CHAT, Client::Copilot, 400, None, Text, 1),
        (CHAT, Client::Copilot, 401, None, Hidden, 3),
        (CHAT, Client::Copilot, 403, None, Hidden, 1),
        (CHAT, Client::Copilot, 404, None, Hidden, 1),
        (CHAT, Client::Copilot, 429, None, Text, 6),
        (CHAT, Client::Copilot, 451, None, Text, 1),
        (CHAT, Client::Other, 400, None, Text, 1),
        (CHAT, Client::Other, 403, None, Text, 1),
        (CHAT, Client::Other, 429, None, Text, 3),
        (CHAT, Client::Other, 451, None, Hidden, 9),
        // this one shows every status in the same way, and repeats all but the limit twice
        (Dialect::Gemini, Client::GeminiCli, 400, None, Raw, 2),
        (Dialect::Gemini, Client::GeminiCli, 403, None, Raw, 2),
        (Dialect::Gemini, Client::GeminiCli, 429, None, Hidden, 4),
    ];

    #[test]
    fn each_program_is_told_in_the_way_that_it_shows_best() {
        let mut audiences: Vec<(Dialect, Client)> = RUNS.iter().map(|run| (run.0, run.1)).collect();
        audiences.dedup();
        assert_eq!(audiences.len(), 7);
        for (dialect, client) in audiences {
            let of_audience = || RUNS.iter().filter(|run| run.0 == dialect && run.1 == client);
            let profile = Audience { dialect, client }.profile();
            let chosen = of_audience()
                .find(|run| run.2 == profile.status.as_u16() && run.3 == profile.code)
                .unwrap_or_else(|| panic!("{client:?} on {dialect:?} was never told {profile:?}"));
            let worth = |run: &Run| (run.4 == Text, run.4 == Raw, u8::MAX - run.5);
            let best = of_audience().map(worth).max().unwrap();
            assert_eq!(worth(chosen), best, "{client:?} on {dialect:?}: {chosen:?}");
        }
    }

    /// A run in which a stream broke off: protocol, program, code, form, what was seen, requests sent for one question.
    type LateRun = (Dialect, Client, Option<&'static str>, Form, Saw, u8);

    /// Runs of the same programs, others being the SDKs; each time the repeated request was let through, so that it is known how often there
    /// would be one.
    const LATE_RUNS: [LateRun; 21] = [
        (MESSAGES, Client::ClaudeCode, None, Form::Event, Hidden, 2),
        (MESSAGES, Client::Copilot, None, Form::Event, Text, 6),
        (
            MESSAGES,
            Client::Copilot,
            Some("content_filter"),
            Form::Event,
            Text,
            1,
        ),
        (RESPONSES, Client::Codex, None, Form::Event, Text, 6),
        (RESPONSES, Client::Codex, KNOWN, Form::Event, Text, 1),
        (
            RESPONSES,
            Client::Codex,
            Some("invalid_prompt"),
            Form::Event,
            Text,
            1,
        ),
        (
            RESPONSES,
            Client::Codex,
            Some("content_policy_violation"),
            Form::Event,
            Text,
            1,
        ),
        (
            RESPONSES,
            Client::Codex,
            Some("server_is_overloaded"),
            Form::Event,
            Hidden,
            1,
        ),
        (RESPONSES, Client::Copilot, KNOWN, Form::Event, Text, 6),
        (
            RESPONSES,
            Client::Copilot,
            Some("invalid_prompt"),
            Form::Event,
            Text,
            1,
        ),
        (RESPONSES, Client::Other, KNOWN, Form::Event, Text, 1),
        (CHAT, Client::Copilot, None, Form::Event, Text, 6),
        (CHAT, Client::Copilot, Some("400"), Form::Event, Text, 6),
        (CHAT, Client::Copilot, KNOWN, Form::Event, Text, 6),
        (
            CHAT,
            Client::Copilot,
            Some("insufficient_quota"),
            Form::Event,
            Text,
            6,
        ),
        (
            CHAT,
            Client::Copilot,
            Some("content_filter"),
            Form::Event,
            Text,
            1,
        ),
        (CHAT, Client::Other, None, Form::Event, Text, 1),
        (Dialect::Gemini, Client::GeminiCli, None, Form::Event, Hidden, 4),
        (Dialect::Gemini, Client::GeminiCli, None, Form::Bare, Raw, 1),
        (Dialect::Gemini, Client::Other, None, Form::Event, Text, 1),
        (MESSAGES, Client::Other, None, Form::Event, Text, 1),
    ];

    #[test]
    fn each_program_is_told_in_a_stream_in_the_way_that_it_shows_best() {
        let mut audiences: Vec<(Dialect, Client)> = LATE_RUNS.iter().map(|run| (run.0, run.1)).collect();
        audiences.dedup();
        assert!(audiences.len() >= 9);
        for (dialect, client) in audiences {
            let of_audience = || LATE_RUNS.iter().filter(|run| run.0 == dialect && run.1 == client);
            let profile = Audience { dialect, client }.profile();
            let chosen = of_audience()
                .find(|run| run.2 == profile.late && run.3 == profile.form)
                .unwrap_or_else(|| panic!("{client:?} on {dialect:?} was never told {profile:?}"));
            let worth = |run: &LateRun| (run.4 == Text, run.4 == Raw, u8::MAX - run.5);
            let best = of_audience().map(worth).max().unwrap();
            assert_eq!(worth(chosen), best, "{client:?} on {dialect:?}: {chosen:?}");
        }
    }

    #[test]
    fn programs_tell_themselves() {
        for (name, value, client) in [
            (
                "user-agent",
                "claude-cli/2.1.330 (external, sdk-cli)",
                Client::ClaudeCode,
            ),
            (
                "user-agent",
                "codex_exec/0.169.0 (Debian 12.0.0; x86_64)",
                Client::Codex,
            ),
            ("originator", "codex_vscode", Client::Codex),
            ("x-initiator", "user", Client::Copilot),
            (
                "user-agent",
                "GeminiCLI-tui/0.61.0/gemini-3.1-pro-preview (linux)",
                Client::GeminiCli,
            ),
            ("user-agent", "OpenAI/JS 5.20.1", Client::Other),
            ("x-app", "cli", Client::Other),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(Client::of(&headers), client, "{name}: {value}");
        }
    }

    #[test]
    fn every_row_of_the_table_can_be_reached() {
        let clients = [
            Client::ClaudeCode,
            Client::Codex,
            Client::Copilot,
            Client::GeminiCli,
            Client::Other,
        ];
        let how = |profile: Profile| (profile.status.as_u16(), profile.code, profile.late, profile.form);
        let mut seen = Vec::new();
        for dialect in Dialect::ALL {
            for client in clients {
                seen.push((dialect, how(Audience { dialect, client }.profile())));
            }
        }
        for row in TABLE {
            assert!(seen.contains(&(row.0, how(row.2))), "{row:?}");
        }
    }
}
