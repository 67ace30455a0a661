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
    /// Gemini `countTokens`.
    CountGenerate,
}

impl Surface {
    /// Every call.
    pub const ALL: [Self; 9] = [
        Self::Chat,
        Self::Embeddings,
        Self::Responses,
        Self::Compact,
        Self::Messages,
        Self::CountTokens,
        Self::Generate,
        Self::StreamGenerate,
        Self::CountGenerate,
    ];

    /// The protocol in which it is put, errors included.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Chat | Self::Embeddings => Dialect::OpenAiChat,
            Self::Responses | Self::Compact => Dialect::OpenAiResponses,
            Self::Messages | Self::CountTokens => Dialect::AnthropicMessages,
            Self::Generate | Self::StreamGenerate | Self::CountGenerate => Dialect::Gemini,
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
            Self::CountGenerate => ":countTokens",
        }
    }

    /// Whether it counts the tokens of a request and does not answer it.
    pub const fn counts(self) -> bool {
        matches!(self, Self::CountTokens | Self::CountGenerate)
    }

    /// The answer to a call that counts, where nobody counts and the length of the body has to do.
    ///
    /// Rather high than low, because a client that believes in room which is not there fills it until the provider
    /// refuses. Prose and code have near four bytes a token, letters of three bytes come near one a token, and the keys
    /// and escapes of the body, which no model reads, only add bytes; so 2.5 bytes a token is above the truth.
    pub fn estimate(self, bytes: usize) -> Option<String> {
        let tokens = estimated_tokens(bytes).max(1);
        match self {
            Self::CountTokens => Some(format!("{{\"input_tokens\":{tokens}}}")),
            Self::CountGenerate => Some(format!("{{\"totalTokens\":{tokens}}}")),
            _ => None,
        }
    }

    /// The call whose path this is; of Gemini's it takes the end of a path.
    pub fn of_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.path() == path)
    }
}

/// Tokens of so many bytes of a request: rather more than there are.
pub(crate) const fn estimated_tokens(bytes: usize) -> u64 {
    (bytes as u64).saturating_mul(2).div_ceil(5)
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

    #[test]
    fn an_estimate_is_high_and_never_nothing() {
        let check =
            |bytes, expected: &str| assert_eq!(Surface::CountTokens.estimate(bytes).unwrap(), expected);
        check(0, "{\"input_tokens\":1}");
        check(2, "{\"input_tokens\":1}");
        check(3, "{\"input_tokens\":2}");
        check(124_000, "{\"input_tokens\":49600}");
        assert_eq!(
            Surface::CountGenerate.estimate(25).unwrap(),
            "{\"totalTokens\":10}"
        );
        for surface in Surface::ALL {
            assert_eq!(surface.estimate(9).is_some(), surface.counts(), "{surface:?}");
        }
    }
}
