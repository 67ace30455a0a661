//! The protocols that callers and providers speak, and what of a request may travel on in each.

use http::HeaderName;
use http::header;

/// A protocol for conversations with models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI Chat Completions, which many other providers speak too.
    OpenAiChat,
    /// OpenAI Responses.
    OpenAiResponses,
    /// Anthropic Messages.
    AnthropicMessages,
    /// Google's Gemini.
    Gemini,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 4] = [
        Self::OpenAiChat,
        Self::OpenAiResponses,
        Self::AnthropicMessages,
        Self::Gemini,
    ];

    /// Name of the wire in the register.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => "openai",
            Self::AnthropicMessages => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAiChat => "OpenAI Chat Completions",
            Self::OpenAiResponses => "OpenAI Responses",
            Self::AnthropicMessages => "Anthropic Messages",
            Self::Gemini => "Gemini",
        }
    }

    /// Whether a header of the caller goes on to the provider: the same at every channel of a protocol, which adds its own.
    ///
    /// This is a list of what may pass, so that nothing passes by being forgotten: not the caller's credential, not
    /// headers that choose an account, a project or a place at the provider, and not `accept-encoding`, because an
    /// answer that nobody compressed can be passed on and cut off between two events.
    pub fn forwards(self, name: &HeaderName) -> bool {
        const EVERYWHERE: [HeaderName; 3] = [header::CONTENT_TYPE, header::ACCEPT, header::USER_AGENT];
        let own: &[&str] = match self {
            Self::OpenAiChat | Self::OpenAiResponses | Self::Gemini => &[],
            Self::AnthropicMessages => &["anthropic-version", "anthropic-beta"],
        };
        EVERYWHERE.contains(name) || own.contains(&name.as_str())
    }

    /// Whether a parameter of the caller's query goes on to the provider.
    pub fn forwards_query(self, name: &str) -> bool {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => false,
            Self::AnthropicMessages => name == "beta",
            Self::Gemini => name == "alt",
        }
    }
}

/// Whether a header of the provider's answer goes back to the caller.
///
/// Limits and usage of the firm's account stay here; what a client needs in order to read the answer, to wait, and to
/// name the call to the provider's support passes.
pub fn returns(name: &HeaderName) -> bool {
    const OURS_TO_PASS: [&str; 6] = [
        "content-type",
        "cache-control",
        "retry-after",
        "retry-after-ms",
        "request-id",
        "x-request-id",
    ];
    OURS_TO_PASS.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: Dialect, name: &'static str, passes: bool) {
        assert_eq!(
            dialect.forwards(&HeaderName::from_static(name)),
            passes,
            "{dialect:?} {name}"
        );
    }

    #[test]
    fn only_what_the_protocol_needs_goes_on() {
        for dialect in Dialect::ALL {
            check(dialect, "content-type", true);
            check(dialect, "anthropic-beta", dialect == Dialect::AnthropicMessages);
            for kept in [
                "authorization",
                "x-api-key",
                "api-key",
                "cookie",
                "accept-encoding",
                "openai-organization",
                "openai-project",
                "x-forwarded-for",
                "x-goog-user-project",
                "anthropic-workspace-id",
                "bailiwick-purpose",
                "anthropic-user-profile-id",
                "idempotency-key",
                "x-goog-api-key",
                "x-goog-api-client",
                "session-id",
                "x-claude-code-session-id",
                "originator",
                "x-codex-turn-metadata",
                "x-portkey-config",
                "x-litellm-tags",
                "cf-aig-authorization",
                "helicone-target-url",
                "http-referer",
                "x-forwarded-host",
                "te",
                "upgrade",
                "connection",
                "host",
            ] {
                check(dialect, kept, false);
            }
        }
    }

    #[test]
    fn of_the_query_only_what_the_protocol_needs_goes_on() {
        for dialect in Dialect::ALL {
            assert_eq!(
                dialect.forwards_query("beta"),
                dialect == Dialect::AnthropicMessages
            );
            assert_eq!(dialect.forwards_query("alt"), dialect == Dialect::Gemini);
            for kept in [
                "key",
                "access_token",
                "api_base",
                "fallbacks",
                "provider",
                "$httpHeaders",
                "quotaUser",
                "",
            ] {
                assert!(!dialect.forwards_query(kept), "{kept}");
            }
        }
    }

    #[test]
    fn limits_of_the_account_stay_here() {
        assert!(!returns(&HeaderName::from_static(
            "anthropic-ratelimit-tokens-remaining"
        )));
        assert!(!returns(&HeaderName::from_static("location")));
    }
}
