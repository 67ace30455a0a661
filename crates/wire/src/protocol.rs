//! How a provider is spoken to: which calls it takes, at which path, under which name the register knows its wire.

use crate::{Dialect, Surface};
use http::HeaderName;

/// What a connector speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Anthropic's own service.
    Anthropic,
    /// OpenAI's own service.
    OpenAi,
    /// Anyone who speaks Chat Completions.
    OpenAiCompatible,
    /// OpenAI's models at Azure, a deployment in the path.
    AzureOpenAi,
    /// Anthropic's models at Amazon Bedrock, signed, answered in a binary event stream.
    Bedrock,
    /// Anthropic's models at Google Vertex.
    Vertex,
    /// Google's Gemini.
    Gemini,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 7] = [
        Self::Anthropic,
        Self::OpenAi,
        Self::OpenAiCompatible,
        Self::AzureOpenAi,
        Self::Bedrock,
        Self::Vertex,
        Self::Gemini,
    ];

    /// Its word in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::OpenAiCompatible => "openai-compatible",
            Self::AzureOpenAi => "azure-openai",
            Self::Bedrock => "bedrock",
            Self::Vertex => "vertex",
            Self::Gemini => "gemini",
        }
    }

    /// The protocol of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.as_str() == word)
    }

    /// Name of the wire in the register.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Anthropic | Self::Bedrock | Self::Vertex => "anthropic",
            Self::OpenAi | Self::OpenAiCompatible | Self::AzureOpenAi => "openai",
            Self::Gemini => "gemini",
        }
    }

    /// The protocol of a channel where nothing but its wire is known.
    pub fn of_wire(wire: &str) -> Option<Self> {
        [Self::Anthropic, Self::OpenAi, Self::Gemini]
            .into_iter()
            .find(|protocol| protocol.wire() == wire)
    }

    /// Whether a call can be passed on as it is.
    pub const fn speaks(self, surface: Surface) -> bool {
        match self {
            Self::Anthropic | Self::Vertex => matches!(surface, Surface::Messages | Surface::CountTokens),
            Self::Bedrock => matches!(surface, Surface::Messages),
            Self::OpenAi | Self::AzureOpenAi => matches!(
                surface,
                Surface::Chat | Surface::Embeddings | Surface::Responses | Surface::Compact
            ),
            Self::OpenAiCompatible => matches!(surface, Surface::Chat | Surface::Embeddings),
            Self::Gemini => matches!(surface, Surface::Generate | Surface::StreamGenerate),
        }
    }

    /// Whether a header of the caller goes on to a provider that speaks this: what its dialect needs, but for what a
    /// channel says in another place.
    pub fn forwards(self, name: &HeaderName) -> bool {
        let elsewhere: &[&str] = match self {
            // the version and the flags stand in the body there
            Self::Bedrock => &["anthropic-version", "anthropic-beta", "accept"],
            // the version stands in the body
            Self::Vertex => &["anthropic-version"],
            Self::Anthropic | Self::OpenAi | Self::OpenAiCompatible | Self::AzureOpenAi | Self::Gemini => &[],
        };
        self.own().forwards(name) && !elsewhere.contains(&name.as_str())
    }

    /// The dialect of its conversations.
    const fn own(self) -> Dialect {
        match self {
            Self::Anthropic | Self::Bedrock | Self::Vertex => Dialect::AnthropicMessages,
            Self::OpenAi | Self::OpenAiCompatible | Self::AzureOpenAi => Dialect::OpenAiChat,
            Self::Gemini => Dialect::Gemini,
        }
    }

    /// The call as which a call of another dialect is put; `None` where nothing translates it.
    pub const fn translates(self, surface: Surface) -> Option<Surface> {
        let own = match self {
            Self::Anthropic | Self::Bedrock | Self::Vertex => Surface::Messages,
            Self::OpenAi | Self::OpenAiCompatible | Self::AzureOpenAi => Surface::Chat,
            Self::Gemini => return None,
        };
        match surface {
            Surface::Chat | Surface::Responses | Surface::Messages if !self.speaks(surface) => Some(own),
            _ => None,
        }
    }

    /// Whether a call can be taken, as it is or translated.
    pub const fn takes(self, surface: Surface) -> bool {
        self.speaks(surface) || self.translates(surface).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for protocol in Protocol::ALL {
            assert_eq!(Protocol::of_word(protocol.as_str()), Some(protocol));
            assert_eq!(
                Protocol::of_wire(protocol.wire()).unwrap().wire(),
                protocol.wire()
            );
        }
        assert_eq!(Protocol::of_word("smtp"), None);
        assert_eq!(Protocol::of_wire("bedrock"), None);
    }

    #[test]
    fn headers_go_on_where_the_channel_reads_them() {
        let check = |protocol: Protocol, name, goes_on| {
            let name = HeaderName::from_static(name);
            assert_eq!(protocol.forwards(&name), goes_on, "{protocol:?} {name}");
        };
        for protocol in Protocol::ALL {
            check(protocol, "content-type", true);
            check(protocol, "anthropic-version", protocol == Protocol::Anthropic);
            check(
                protocol,
                "anthropic-beta",
                matches!(protocol, Protocol::Anthropic | Protocol::Vertex),
            );
            for kept in [
                "authorization",
                "x-api-key",
                "openai-project",
                "anthropic-workspace-id",
            ] {
                check(protocol, kept, false);
            }
        }
    }

    #[test]
    fn conversations_are_translated_where_they_are_not_spoken() {
        let check = |protocol: Protocol, surface, expected| {
            assert_eq!(protocol.translates(surface), expected, "{protocol:?} {surface:?}");
            assert_eq!(
                protocol.takes(surface),
                expected.is_some() || protocol.speaks(surface)
            );
        };
        check(Protocol::Anthropic, Surface::Responses, Some(Surface::Messages));
        check(Protocol::Bedrock, Surface::Chat, Some(Surface::Messages));
        check(Protocol::Anthropic, Surface::Messages, None);
        check(Protocol::OpenAi, Surface::Messages, Some(Surface::Chat));
        check(Protocol::OpenAi, Surface::Responses, None);
        check(
            Protocol::OpenAiCompatible,
            Surface::Responses,
            Some(Surface::Chat),
        );
        check(Protocol::OpenAi, Surface::CountTokens, None);
        check(Protocol::Anthropic, Surface::Embeddings, None);
        check(Protocol::Gemini, Surface::Chat, None);
        check(Protocol::OpenAi, Surface::Generate, None);
    }

    #[test]
    fn each_speaks_a_dialect_and_nobody_another_wire() {
        for protocol in Protocol::ALL {
            assert!(Surface::ALL.into_iter().any(|surface| protocol.speaks(surface)));
            for surface in Surface::ALL
                .into_iter()
                .filter(|surface| protocol.speaks(*surface))
            {
                assert_eq!(surface.dialect().wire(), protocol.wire());
            }
        }
    }
}
