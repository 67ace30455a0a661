//! Answers in the protocol of Gemini.
//!
//! A stream comes as events where the query says `alt=sse`, and otherwise as one JSON array that grows.

use crate::said::Said;
use serde_json::{Value, json};

/// The whole answer.
pub(crate) fn whole(said: &Said) -> String {
    let mut parts = vec![json!({ "text": said.text })];
    parts.extend(call(said));
    answer(said, &parts, true).to_string()
}

/// The answer as events.
pub(crate) fn events(said: &Said) -> Vec<String> {
    pieces(said)
        .iter()
        .map(|piece| format!("data: {piece}\r\n\r\n"))
        .collect()
}

/// The answer as the members of one array.
pub(crate) fn array(said: &Said) -> Vec<String> {
    let mut array: Vec<String> = pieces(said)
        .iter()
        .enumerate()
        .map(|(at, piece)| format!("{}{piece}", if at == 0 { "[" } else { ",\r\n" }))
        .collect();
    array.push("]".to_owned());
    array
}

/// The answer to `countTokens`.
pub(crate) fn counted(said: &Said) -> String {
    json!({ "totalTokens": said.tokens_in }).to_string()
}

fn pieces(said: &Said) -> Vec<Value> {
    let mut pieces: Vec<Value> = said
        .words()
        .map(|word| answer(said, &[json!({ "text": word })], false))
        .collect();
    let last = call(said).unwrap_or_else(|| json!({ "text": "" }));
    pieces.push(answer(said, &[last], true));
    pieces
}

fn call(said: &Said) -> Option<Value> {
    let call = said.call.as_ref()?;
    Some(json!({ "functionCall": { "name": call.name, "args": call.arguments } }))
}

fn answer(said: &Said, parts: &[Value], is_last: bool) -> Value {
    let mut candidate = json!({ "content": { "parts": parts, "role": "model" }, "index": 0 });
    if let (Some(candidate), true) = (candidate.as_object_mut(), is_last) {
        candidate.insert("finishReason".to_owned(), json!("STOP"));
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": said.tokens_in,
            "candidatesTokenCount": said.tokens_out,
            "totalTokenCount": said.tokens_in + said.tokens_out,
        },
        "modelVersion": said.model,
        "responseId": said.id,
    })
}
