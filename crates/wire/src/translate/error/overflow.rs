//! Prompts that are longer than the model can read, as each provider puts it.

use super::super::Dialect;
use serde_json::Value;

/// How long a prompt is and may be, in tokens, where the provider says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overflow {
    numbers: Option<(u64, u64)>,
}

/// Codes and classes that mean this and nothing else.
const CODES: [&str; 3] = [
    "context_length_exceeded",
    "exceed_context_size_error",
    "model_context_window_exceeded",
];

/// Words that mean it, in the order of the providers that use them.
const WORDS: [&str; 7] = [
    "prompt is too long",
    "maximum context length",
    "exceed context limit",
    "exceeds the context window",
    "exceeds the available context size",
    "context length exceeded",
    "input is too long",
];

impl Overflow {
    /// Recognises such an error.
    pub(super) fn find(
        code: Option<&str>,
        class: Option<&str>,
        message: &str,
        error: &Value,
    ) -> Option<Self> {
        let is_coded = [code, class]
            .into_iter()
            .flatten()
            .any(|word| CODES.contains(&word));
        let lower = message.to_lowercase();
        let is_worded = WORDS.iter().any(|words| lower.contains(words));
        // these words also stand where only the answer asked for is too long
        let is_answer = !is_coded && lower.contains("is too large:");
        if !(is_coded || is_worded) || is_answer {
            return None;
        }
        let field = |key: &str| error.get(key).and_then(Value::as_u64);
        let fields = field("n_prompt_tokens").zip(field("n_ctx"));
        Some(Self {
            numbers: fields
                .or_else(|| numbers_of(&lower))
                .filter(|(has, may)| has > may),
        })
    }

    /// Takes numbers where the provider gave none.
    pub(super) fn or_numbers(&mut self, numbers: Option<(u64, u64)>) {
        self.numbers = self.numbers.or(numbers);
    }

    /// In the words on which programs for Anthropic's protocol act.
    pub(super) fn anthropic(self, message: &str) -> String {
        match self.numbers {
            Some((has, may)) => format!("prompt is too long: {has} tokens > {may} maximum"),
            None if message.contains("prompt is too long") => message.to_owned(),
            None => format!("prompt is too long: {message}"),
        }
    }

    /// In the words of OpenAI's protocols.
    pub(super) fn openai(self, caller: Dialect, message: &str) -> String {
        match self.numbers {
            _ if caller == Dialect::OpenAiResponses => {
                "Your input exceeds the context window of this model. Please adjust your input and try again."
                    .to_owned()
            }
            Some((has, may)) => format!(
                "This model's maximum context length is {may} tokens. However, your messages resulted in {has} tokens. \
                 Please reduce the length of the messages."
            ),
            None => message.to_owned(),
        }
    }
}

/// The tokens that there are and that there may be, in either order of words.
fn numbers_of(message: &str) -> Option<(u64, u64)> {
    if let Some((before, behind)) = message.split_once('>') {
        // `a > b`, or `a + b > c`
        let has: u64 = numbers(before)
            .rev()
            .take(if before.contains('+') { 2 } else { 1 })
            .sum();
        return Some((has, numbers(behind).next()?));
    }
    let (before, behind) = message.split_once("maximum context length is")?;
    let mut behind = numbers(behind);
    let may = behind.next()?;
    Some((behind.next().or_else(|| numbers(before).next_back())?, may))
}

fn numbers(text: &str) -> impl DoubleEndedIterator<Item = u64> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != ',');
    words.filter_map(|word| word.replace(',', "").parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, numbers: Option<(u64, u64)>) {
        let found = Overflow::find(None, None, message, &Value::Null);
        assert_eq!(found.map(|overflow| overflow.numbers), Some(numbers), "{message}");
    }

    #[test]
    fn numbers_are_read_from_the_words_of_each_provider() {
        check(
            "prompt is too long: 210000 tokens > 200000 maximum",
            Some((210_000, 200_000)),
        );
        check(
            "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length",
            Some((209_573, 200_000)),
        );
        check(
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 140123 tokens.",
            Some((140_123, 128_000)),
        );
        check(
            "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4900 in the \
             messages, 100 in the completion).",
            Some((5000, 4096)),
        );
        check("Your input exceeds the context window of this model.", None);
    }

    #[test]
    fn other_errors_are_left_alone() {
        for message in [
            "max_tokens is too large: 64000. This model's maximum context length is 8192 tokens.",
            "Unknown parameter: 'thinking'.",
        ] {
            assert_eq!(
                Overflow::find(None, None, message, &Value::Null),
                None,
                "{message}"
            );
        }
        let error = serde_json::json!({ "n_prompt_tokens": 9000, "n_ctx": 8192 });
        let found = Overflow::find(None, Some("exceed_context_size_error"), "too much", &error).unwrap();
        assert_eq!(
            found.anthropic("x"),
            "prompt is too long: 9000 tokens > 8192 maximum"
        );
    }
}
