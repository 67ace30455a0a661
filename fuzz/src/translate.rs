//! Translation between protocols: no input panics, hangs or blows up, and what comes out can be read.

use wire::Dialect;
use wire::translate::{Answering, Target, request};

const DIALECTS: [Dialect; 3] = [
    Dialect::OpenAiChat,
    Dialect::OpenAiResponses,
    Dialect::AnthropicMessages,
];

/// Requests of which the answers are translated: each has a tool that is a function, and one that is renamed.
const REQUESTS: [&str; 3] = [
    r#"{"messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true},
        "tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g.h"}}]}"#,
    r#"{"input":"a","stream":true,"tools":[{"type":"function","name":"f"},
        {"type":"namespace","name":"n","tools":[{"type":"custom","name":"g"}]}]}"#,
    r#"{"messages":[{"role":"user","content":"a"}],"stream":true,"tools":[{"name":"f"},{"name":"g.h"}]}"#,
];

/// The pair of dialects that a byte picks.
fn pair(byte: u8) -> (usize, Dialect, Dialect) {
    let from = usize::from(byte) % 3;
    let to = (from + 1 + usize::from(byte) / 3 % 2) % 3;
    (from, DIALECTS[from], DIALECTS[to])
}

/// An answer of as many parts as are taken, each as short as can be, grows by a constant beside what was said.
fn check_length(input: usize, output: usize) {
    assert!(output <= 10 * input + 256 * 1024, "{input} bytes became {output}");
}

/// Any request: the first byte picks the pair of dialects.
pub fn requests(data: &[u8]) {
    let Some((first, body)) = data.split_first() else {
        return;
    };
    let (_, from, to) = pair(*first);
    if let Ok(translated) = request(from, &Target::new(to, "m"), body, "seed") {
        check_length(body.len(), translated.body.len());
        let again: serde_json::Value = serde_json::from_slice(&translated.body).expect("a request is JSON");
        assert!(again.is_object());
    }
}

/// Any stream: the first byte picks the pair, the second says how many sizes of blocks follow.
pub fn streams(data: &[u8]) {
    let [first, count, rest @ ..] = data else { return };
    let (position, from, to) = pair(*first);
    let (sizes, stream) = rest.split_at(usize::from(*count).min(rest.len()));
    let translated = request(from, &Target::new(to, "m"), REQUESTS[position].as_bytes(), "seed");
    let answering = translated.expect("the request is good").answering;
    let whole = run(&answering, stream, &[]);
    assert_eq!(run(&answering, stream, sizes), whole, "blocks change the outcome");
    check_length(stream.len(), whole.len());
    if let Ok(answer) = answering.whole(stream) {
        check_length(stream.len(), answer.len());
    }
    check_length(stream.len(), answering.error(400, stream).1.len());
}

fn run(answering: &Answering, mut stream: &[u8], sizes: &[u8]) -> Vec<u8> {
    let mut translated = answering.clone().stream();
    let mut out = Vec::new();
    let mut sizes = sizes.iter().cycle();
    while !stream.is_empty() {
        let size = sizes.next().map_or(stream.len(), |size| usize::from(*size) + 1);
        let (block, behind) = stream.split_at(size.min(stream.len()));
        out.extend_from_slice(&translated.feed(block));
        stream = behind;
    }
    out.extend_from_slice(&translated.end());
    assert!(translated.is_over() && translated.feed(b"data: {}\n\n").is_empty());
    out
}
