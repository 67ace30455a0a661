//! What the stand-in says, and what that would have cost.

use serde_json::Value;
use wire::Dialect;

/// Letters of one token, roughly, in the languages that people use here.
const LETTERS_OF_A_TOKEN: usize = 4;

/// An answer before it takes the shape of a protocol.
pub(crate) struct Said {
    /// Id of the answer; the same for the same request.
    pub id: String,
    /// The model asked for.
    pub model: String,
    /// What is said.
    pub text: String,
    /// Tokens of the request.
    pub tokens_in: usize,
    /// Tokens of the answer.
    pub tokens_out: usize,
}

impl Said {
    /// The answer to a request.
    pub(crate) fn to(dialect: Dialect, request: &Value, body: &[u8]) -> Self {
        let model = request
            .get("model")
            .and_then(Value::as_str)
            .unwrap_or("no model")
            .to_owned();
        let letters = texts(request.get("system")) + texts(request.get("messages"));
        let messages = request
            .get("messages")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let text = format!(
            "This is the stand-in provider of Larkmoor Bank, not a model. It was asked for `{model}` in the protocol \
             {}, with {messages} {} of {letters} letters in all. No provider has seen them.",
            dialect.name(),
            if messages == 1 { "message" } else { "messages" },
        );
        Self {
            id: format!("standin{:016x}", fingerprint(body)),
            model,
            tokens_in: tokens(letters) + 4 * messages,
            tokens_out: tokens(text.len()),
            text,
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

/// Letters of every text inside a message or a list of messages, names of roles and kinds left out.
fn texts(value: Option<&Value>) -> usize {
    match value {
        Some(Value::String(text)) => text.chars().count(),
        Some(Value::Array(items)) => items.iter().map(|item| texts(Some(item))).sum(),
        Some(Value::Object(members)) => ["content", "text", "input"]
            .iter()
            .map(|key| texts(members.get(*key)))
            .sum(),
        _ => 0,
    }
}

/// FNV-1a: enough to tell requests apart, and the same in every run.
fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_says_what_it_is_and_what_it_was_asked_for() {
        let request = json!({
            "model": "claude-sonnet",
            "system": "Be brief.",
            "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hello" }] }],
        });
        let said = Said::to(Dialect::AnthropicMessages, &request, b"body");
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
        let id = |body: &[u8]| Said::to(Dialect::OpenAiChat, &Value::Null, body).id;
        assert_eq!(id(b"a"), id(b"a"));
        assert_ne!(id(b"a"), id(b"b"));
    }
}
