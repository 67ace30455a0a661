//! Reads along with an answer that is passed on, without holding any of it back.
//!
//! Four things about an answer must be known although nobody parses it: whether the last event is complete, so that
//! one of ours may follow; whether the provider has put an error into it or has said its last word; how many tokens
//! it counted; and what it says of why it stopped and where it ran. Each is found by looking at the beginnings of lines, or for one key, across the borders of blocks.

use memchr::{memchr, memmem};

/// Most of a line that is looked at.
const LOOKED_AT: usize = 32;

/// Most that is kept of a block for the next one: longer than any count of tokens with its key.
const KEPT: usize = 64;

/// End of every key that counts tokens in OpenAI's and Anthropic's protocols.
const TOKENS: &[u8] = b"_tokens\":";

/// End of every key that says why an answer stopped, in OpenAI's, Anthropic's and Gemini's protocols.
const REASON: &[u8] = b"eason\":";
/// Beginnings of those keys.
const REASONS: [&[u8]; 3] = [b"\"stop_r", b"\"finish_r", b"\"finishR"];
/// Key by which Anthropic says where a model ran.
const GEOGRAPHY: &[u8] = b"\"inference_geo\":";
/// Longest word that is taken from an answer.
const WORD: usize = 32;

/// Beginnings of lines, without blanks, by which a provider says that it failed.
const FAILED: [&[u8]; 5] = [
    b"event:error",
    b"event:response.failed",
    b"data:{\"error\":",
    b"data:{\"type\":\"error\"",
    b"data:{\"type\":\"response.failed\"",
];

/// The last word of a stream of chat completions.
const DONE: &[u8] = b"data:[DONE]";

/// Beginnings of lines, without blanks, that are a provider's last word.
const LAST: [&[u8]; 6] = [
    DONE,
    b"event:message_stop",
    b"data:{\"type\":\"message_stop\"",
    b"event:response.completed",
    b"event:response.incomplete",
    b"data:{\"type\":\"response.completed\"",
];

/// Tokens that a provider counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}

impl Tokens {
    /// Both together.
    pub const fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// What is known of an answer so far.
#[derive(Debug, Default)]
pub struct Meter {
    /// Beginning of the line that is not complete, blanks left out.
    line: Vec<u8>,
    /// Whether the line that is not complete has anything in it.
    in_line: bool,
    /// Whether the last complete line was not empty.
    in_event: bool,
    kept: Vec<u8>,
    tokens: Tokens,
    stop: Option<String>,
    served_in: Option<String>,
    has_failed: bool,
    in_last_event: bool,
    has_ended: bool,
}

impl Meter {
    /// Reads the next block.
    pub fn read(&mut self, block: &[u8]) {
        self.read_lines(block);
        self.read_tokens(block);
    }

    /// Whether whatever follows begins a new event.
    pub const fn is_between_events(&self) -> bool {
        !self.in_line && !self.in_event
    }

    /// Whether the provider put an error into the stream.
    pub const fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Whether the provider has said its last word.
    pub const fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Tokens counted so far.
    pub const fn tokens(&self) -> Tokens {
        self.tokens
    }

    /// Why the provider says that it stopped, in its own word.
    pub fn stop(&self) -> Option<&str> {
        self.stop.as_deref()
    }

    /// Where the provider says that the model ran, in its own word.
    pub fn served_in(&self) -> Option<&str> {
        self.served_in.as_deref()
    }

    fn read_lines(&mut self, block: &[u8]) {
        let mut rest = block;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            self.lengthen(line);
            if self.in_line {
                self.judge();
            } else {
                self.has_ended |= self.in_last_event;
            }
            self.in_event = self.in_line;
            self.in_line = false;
            self.line.clear();
            rest = after.get(1..).unwrap_or_default();
        }
        self.lengthen(rest);
    }

    fn lengthen(&mut self, part: &[u8]) {
        let looked_at = part.get(..part.len().min(LOOKED_AT * 2)).unwrap_or_default();
        let seen = looked_at.iter().filter(|byte| !matches!(byte, b' ' | b'\r'));
        let room = LOOKED_AT.saturating_sub(self.line.len());
        self.line.extend(seen.take(room));
        self.in_line |= part.iter().take(2).any(|byte| *byte != b'\r');
    }

    fn judge(&mut self) {
        let begins = |with: &&[u8]| self.line.starts_with(with);
        let (failed, last) = (FAILED.iter().any(begins), LAST.iter().any(begins));
        self.has_failed |= failed;
        // an event is nothing to its reader before it is complete; the word that is no event is one by itself
        self.in_last_event |= failed || last;
        self.has_ended |= self.line == DONE;
    }

    fn read_tokens(&mut self, block: &[u8]) {
        let first = block.get(..block.len().min(KEPT)).unwrap_or_default();
        if !self.kept.is_empty() {
            // what stands across the border; what lies wholly in the block is found once more below, to no harm
            let mut border = std::mem::take(&mut self.kept);
            border.extend_from_slice(first);
            self.look(&border);
            self.kept = border;
        }
        self.look(block);
        if block.len() >= KEPT {
            self.kept.clear();
            self.kept
                .extend_from_slice(block.get(block.len() - KEPT..).unwrap_or_default());
        } else {
            if self.kept.is_empty() {
                self.kept.extend_from_slice(block);
            }
            let surplus = self.kept.len().saturating_sub(KEPT);
            self.kept.drain(..surplus);
        }
    }

    fn look(&mut self, bytes: &[u8]) {
        self.count(bytes);
        for at in memmem::find_iter(bytes, REASON) {
            let before = bytes.get(..at).unwrap_or_default();
            if REASONS.iter().any(|reason| before.ends_with(reason)) {
                take_word(bytes.get(at + REASON.len()..), &mut self.stop);
            }
        }
        for at in memmem::find_iter(bytes, GEOGRAPHY) {
            take_word(bytes.get(at + GEOGRAPHY.len()..), &mut self.served_in);
        }
    }

    /// A provider repeats its counts as they grow, and the greatest is the last; counts of parts are left out.
    fn count(&mut self, bytes: &[u8]) {
        for at in memmem::find_iter(bytes, TOKENS) {
            let before = bytes.get(..at).unwrap_or_default();
            let after = bytes.get(at + TOKENS.len()..).unwrap_or_default();
            let Some(number) = number(after) else { continue };
            if before.ends_with(b"\"input") || before.ends_with(b"\"prompt") {
                self.tokens.input = self.tokens.input.max(number);
            } else if before.ends_with(b"\"output") || before.ends_with(b"\"completion") {
                self.tokens.output = self.tokens.output.max(number);
            }
        }
    }
}

/// Takes a quoted word, if it is a short one of letters, digits, `-` and `_` and complete; else what was known stays.
fn take_word(after: Option<&[u8]>, into: &mut Option<String>) {
    let after = after.unwrap_or_default();
    let blanks = after.iter().take_while(|byte| **byte == b' ').count();
    let Some(quoted) = after.get(blanks..).and_then(|after| after.strip_prefix(b"\"")) else {
        return;
    };
    let is_of_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = quoted.iter().take_while(is_of_word).count();
    let (word, rest) = quoted.split_at(length);
    if (1..=WORD).contains(&length)
        && rest.starts_with(b"\"")
        && let Ok(word) = str::from_utf8(word)
        && into.as_deref() != Some(word)
    {
        *into = Some(word.to_owned());
    }
}

/// A whole number that is complete: something must follow it.
fn number(bytes: &[u8]) -> Option<u64> {
    let blanks = bytes.iter().take_while(|byte| **byte == b' ').count();
    let digits = bytes.get(blanks..)?;
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length == digits.len() {
        return None;
    }
    str::from_utf8(digits.get(..length)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MESSAGES: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":2095,\
        \"cache_read_input_tokens\":9999,\"output_tokens\":1}}}\n\nevent: content_block_delta\n\
        data: {\"delta\":{\"text\":\"\\\"output_tokens\\\":7777,\"}}\n\n\
        event: message_delta\ndata: {\"usage\":{\"output_tokens\": 503}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    fn read(text: &str, cuts: &[usize]) -> Meter {
        let mut meter = Meter::default();
        let mut rest = text.as_bytes();
        for cut in cuts {
            let (block, after) = rest.split_at((*cut).min(rest.len()));
            meter.read(block);
            rest = after;
        }
        meter.read(rest);
        meter
    }

    fn check(text: &str, failed: bool, ended: bool, between: bool) {
        for cut in 0..=text.len() {
            let meter = read(text, &[cut]);
            let found = (meter.has_failed(), meter.has_ended(), meter.is_between_events());
            assert_eq!(found, (failed, ended, between), "{text:?} cut at {cut}");
        }
    }

    #[test]
    fn ends_and_errors_are_seen_in_each_protocol() {
        check("", false, false, true);
        check("data: 1\n\n", false, false, true);
        check("data: 1\r\n\r\n", false, false, true);
        check("data: 1\n", false, false, false);
        check("data: {\"cho", false, false, false);
        check("data: [DONE]\n\n", false, true, true);
        check("event: message_stop\ndata: {}\n\n", false, true, true);
        check("data: [DONE]\n", false, true, false);
        check("data: [DONE]", false, false, false);
        check("event: message_stop\ndata: {}\n", false, false, false);
        check("event: message_stop\ndata: {", false, false, false);
        check(
            "event: response.completed\ndata: {\"type\":\"respon",
            false,
            false,
            false,
        );
        check("event: error\ndata: {\"ty", true, false, false);
        check("event: error\r\ndata: {}\r\n\r\n", true, true, true);
        check("data: {\"error\": {\"code\":529}}\n\n", true, true, true);
        check("data:{\"type\": \"error\",\"error\":{}}\n\n", true, true, true);
        check("event: response.failed\ndata: {}\n\n", true, true, true);
        check("data: {\"text\":\"\\ndata: [DONE]\\n\"}\n\n", false, false, true);
    }

    #[test]
    fn tokens_are_those_of_the_whole_and_no_text_counts() {
        let tokens = Tokens {
            input: 2095,
            output: 503,
        };
        assert_eq!(read(MESSAGES, &[]).tokens(), tokens);
        let chat =
            "data: {\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":22,\"total_tokens\":33}}\n\n";
        assert_eq!(
            read(chat, &[]).tokens(),
            Tokens {
                input: 11,
                output: 22
            }
        );
        assert_eq!(read("{\"usage\":{\"output_tokens\":5", &[]).tokens().total(), 0);
    }

    #[test]
    fn why_it_stopped_and_where_it_ran_are_the_providers_words_and_never_a_text() {
        let check = |text: &str, stop: Option<&str>, served_in: Option<&str>| {
            for cut in 0..=text.len() {
                let meter = read(text, &[cut]);
                assert_eq!(
                    (meter.stop(), meter.served_in()),
                    (stop, served_in),
                    "{text:?} cut at {cut}"
                );
            }
        };
        check(
            r#"{"stop_reason":null,"usage":{"inference_geo":"us"}}"#,
            None,
            Some("us"),
        );
        check(
            r#"{"stop_reason":"end_turn","usage":{"inference_geo": "not_available"}}"#,
            Some("end_turn"),
            Some("not_available"),
        );
        check(
            r#"{"choices":[{"finish_reason":null}]} {"choices":[{"finish_reason": "length"}]}"#,
            Some("length"),
            None,
        );
        check(
            r#"{"candidates":[{"finishReason": "MAX_TOKENS"}]}"#,
            Some("MAX_TOKENS"),
            None,
        );
        check(
            r#"{"text":"\"stop_reason\":\"x\", \"inference_geo\":\"cn\""}"#,
            None,
            None,
        );
        check(
            r#"{"stop_reason":"a text with blanks","reason":"x","inference_geo":"=cmd"}"#,
            None,
            None,
        );
        check(&format!(r#"{{"stop_reason":"{}"}}"#, "x".repeat(33)), None, None);
    }

    proptest! {
        #[test]
        fn blocks_do_not_matter(cuts in proptest::collection::vec(0_usize..40, 0..40)) {
            let meter = read(MESSAGES, &cuts);
            prop_assert_eq!(meter.tokens(), Tokens { input: 2095, output: 503 });
            prop_assert!(meter.has_ended() && !meter.has_failed() && meter.is_between_events());
        }
    }
}
