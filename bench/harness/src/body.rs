//! Bodies of requests, and the words in them by which the upstream knows what is wanted.
//!
//! A body has the shape that coding tools send: the model first, a long prompt, `stream` last. Within the prompt stands
//! `bench[CHUNKS,PAUSE]`, since a gateway passes on what the prompt says and not every header or field.

use bytes::Bytes;

/// The model of `bench/gateway`.
const MODEL: &str = "mock-model";

/// How an answer is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// At once and whole.
    Whole,
    /// In chunks, with milliseconds between them.
    Chunks {
        /// How many.
        count: u32,
        /// Milliseconds between two.
        pause: u32,
    },
}

/// The body of a chat request of about so many bytes.
pub(crate) fn chat(bytes: usize, wanted: Wanted) -> Bytes {
    let (order, stream) = match wanted {
        Wanted::Whole => (String::new(), false),
        Wanted::Chunks { count, pause } => (format!("bench[{count},{pause}] "), true),
    };
    let head = format!("{{\"model\":\"{MODEL}\",\"messages\":[{{\"role\":\"user\",\"content\":\"{order}");
    let tail = format!("\"}}],\"max_tokens\":1024,\"stream\":{stream}}}");
    let filling = "Words such as a \\\"model\\\": they are read, not meant. ";
    let mut text = head;
    while text.len() + tail.len() + filling.len() <= bytes {
        text.push_str(filling);
    }
    text.push_str(&tail);
    Bytes::from(text)
}

/// What the body of a request asks for.
pub(crate) fn wanted(body: &[u8]) -> Wanted {
    // it stands at the beginning of the prompt, so a long body is not searched
    let start = String::from_utf8_lossy(body.get(..body.len().min(512)).unwrap_or(body)).into_owned();
    let order = start
        .split_once("bench[")
        .and_then(|(_, rest)| rest.split_once(']'));
    let numbers = order.and_then(|(order, _)| order.split_once(','));
    let read = numbers.and_then(|(count, pause)| Some((count.parse().ok()?, pause.parse().ok()?)));
    match read {
        Some((count, pause)) => Wanted::Chunks { count, pause },
        None => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_says_what_it_wants_and_has_its_size() {
        for wanted_one in [
            Wanted::Whole,
            Wanted::Chunks {
                count: 100,
                pause: 10,
            },
        ] {
            for size in [1024, 38_000, 124_000] {
                let body = chat(size, wanted_one);
                assert_eq!(wanted(&body), wanted_one);
                assert!(body.len() <= size && body.len() + 100 > size, "{}", body.len());
            }
        }
    }
}
