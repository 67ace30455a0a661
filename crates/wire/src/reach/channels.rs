//! Which flags of Anthropic's protocol each channel takes: the table.
//!
//! Anthropic's own service takes all that it knows and says which it does not. Amazon's and Google's refuse the whole
//! request for one flag that they do not know, and learn the flags of a new release of a client weeks later. The rows
//! are what those providers write in their own pages and what was seen to work there, in November 2026; a model may take
//! fewer, and a newer one more, which the register then says of its deployment (`flags`).

use crate::Protocol;

/// Amazon's page of the parameters of Claude's Messages in Bedrock.
const BEDROCK: [&str; 10] = [
    "computer-use-2025-01-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "interleaved-thinking-2025-05-14",
    "output-128k-2025-02-19",
    "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29",
    "tool-search-tool-2025-10-19",
];

/// What Claude Code sends by itself when it is told that its provider is Vertex, and what was answered there.
const VERTEX: [&str; 8] = [
    "claude-code-20250219",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "interleaved-thinking-2025-05-14",
    "tool-search-tool-2025-10-19",
    "web-search-2025-03-05",
];

/// The flags that a channel takes; `None`: any.
pub(super) const fn flags(protocol: Protocol) -> Option<&'static [&'static str]> {
    match protocol {
        Protocol::Bedrock => Some(&BEDROCK),
        Protocol::Vertex => Some(&VERTEX),
        Protocol::Anthropic
        | Protocol::OpenAi
        | Protocol::OpenAiCompatible
        | Protocol::AzureOpenAi
        | Protocol::Gemini => None,
    }
}
