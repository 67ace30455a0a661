//! The calls that are served, told apart by method and path and never by a header.

use crate::Dialect;

/// A call to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Embeddings.
    Embeddings,
    /// OpenAI Responses.
    Responses,
    /// OpenAI Responses: makes a long conversation shorter.
    Compact,
    /// Anthropic Messages.
    Messages,
    /// Anthropic Messages: counts the tokens of a request without answering it.
    CountTokens,
    /// Gemini `generateContent`.
    Generate,
    /// Gemini `streamGenerateContent`.
    StreamGenerate,
}

impl Surface {
    /// Every call.
    pub const ALL: [Self; 8] = [
        Self::Chat,
        Self::Embeddings,
        Self::Responses,
        Self::Compact,
        Self::Messages,
        Self::CountTokens,
        Self::Generate,
        Self::StreamGenerate,
    ];

    /// The protocol in which it is put, errors included.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Chat | Self::Embeddings => Dialect::OpenAiChat,
            Self::Responses | Self::Compact => Dialect::OpenAiResponses,
            Self::Messages | Self::CountTokens => Dialect::AnthropicMessages,
            Self::Generate | Self::StreamGenerate => Dialect::Gemini,
        }
    }

    /// Its path; of Gemini's, what stands behind the name of the model.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "/v1/chat/completions",
            Self::Embeddings => "/v1/embeddings",
            Self::Responses => "/v1/responses",
            Self::Compact => "/v1/responses/compact",
            Self::Messages => "/v1/messages",
            Self::CountTokens => "/v1/messages/count_tokens",
            Self::Generate => ":generateContent",
            Self::StreamGenerate => ":streamGenerateContent",
        }
    }

    /// The call whose path this is; of Gemini's it takes the end of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.path() == path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_of_one_call() {
        for surface in Surface::ALL {
            assert_eq!(Surface::of_path(surface.path()), Some(surface));
        }
        assert_eq!(Surface::of_path("/v1/messages/"), None);
    }
}
