//! What the stand-in says, and what that would have cost.

use crate::asked::Asked;
use crate::shell::Call;

/// Letters of one token, roughly, in the languages that people use here.
const LETTERS_OF_A_TOKEN: usize = 4;

/// Letters of a tool's result that are quoted.
const QUOTED: usize = 400;

/// An answer before it takes the shape of a protocol.
pub(crate) struct Said {
    /// Id of the answer; the same for the same request.
    pub id: String,
    /// The model asked for.
    pub model: String,
    /// What is said.
    pub text: String,
    /// The tool that is to be called next.
    pub call: Option<Call>,
    /// Tokens of the request.
    pub tokens_in: usize,
    /// Tokens of the answer.
    pub tokens_out: usize,
}

impl Said {
    /// The answer to a request.
    pub(crate) fn to(asked: Asked, body: &[u8]) -> Self {
        let Asked {
            model,
            messages,
            letters,
            call,
            ..
        } = asked;
        let mut text = format!(
            "This is the stand-in provider of Larkmoor Bank, not a model. It was asked for `{model}` in the protocol \
             {}, with {messages} {} of {letters} letters in all. No provider has seen them.",
            asked.dialect.name(),
            if messages == 1 { "message" } else { "messages" },
        );
        if let Some(call) = &call {
            text.push_str(&format!(" It calls the tool `{}`, as asked.", call.name));
        }
        if let Some(result) = asked.result {
            let quoted: String = result.trim().chars().take(QUOTED).collect();
            text.push_str(&format!(" The tool gave back: {quoted}"));
        }
        let arguments = call.as_ref().map_or(0, |call| call.arguments.to_string().len());
        Self {
            id: format!("standin{:016x}", fingerprint(body)),
            model,
            tokens_in: tokens(letters) + 4 * messages,
            tokens_out: tokens(text.len() + arguments),
            text,
            call,
        }
    }

    /// The text in the pieces in which it is streamed: words with the space before them.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| *c == ' ')
                .map_or(rest.len(), |(at, _)| at);
            let (word, behind) = rest.split_at_checked(end)?;
            rest = behind;
            (!word.is_empty()).then_some(word)
        })
    }
}

fn tokens(letters: usize) -> usize {
    letters.div_ceil(LETTERS_OF_A_TOKEN)
}

/// FNV-1a: enough to tell requests apart, and the same in every run.
pub(crate) fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use wire::Surface;

    fn said(surface: Surface, request: &Value, body: &[u8]) -> Said {
        Said::to(Asked::read(surface, None, request), body)
    }

    #[test]
    fn it_says_what_it_is_and_what_it_was_asked_for() {
        let request = json!({
            "model": "claude-sonnet",
            "system": "Be brief.",
            "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hello" }] }],
        });
        let said = said(Surface::Messages, &request, b"body");
        assert!(
            said.text.contains("stand-in") && said.text.contains("`claude-sonnet`"),
            "{}",
            said.text
        );
        assert!(said.text.contains("1 message of 14 letters"), "{}", said.text);
        assert_eq!(said.tokens_in, 4 + 4);
        assert_eq!(said.words().collect::<String>(), said.text);
        assert!(said.words().count() > 20);
    }

    #[test]
    fn equal_requests_get_equal_ids() {
        let id = |body: &[u8]| said(Surface::Chat, &Value::Null, body).id;
        assert_eq!(id(b"a"), id(b"a"));
        assert_ne!(id(b"a"), id(b"b"));
    }
}
