//! Answers to OpenAI Embeddings: vectors that are the same for the same text, and mean nothing.

use crate::said::{Said, fingerprint};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Length of a vector where the request asks for none.
const DIMENSIONS: u64 = 16;

/// Longest vector that is made.
const MOST_DIMENSIONS: u64 = 4096;

/// The answer; as floats, or in base64 where the request asks for that, as the SDKs do.
pub(crate) fn whole(said: &Said, request: &Value) -> String {
    let in_base64 = request
        .get("encoding_format")
        .is_some_and(|format| format == "base64");
    let dimensions = request
        .get("dimensions")
        .and_then(Value::as_u64)
        .unwrap_or(DIMENSIONS)
        .min(MOST_DIMENSIONS);
    let data: Vec<Value> = inputs(request)
        .iter()
        .zip(0_u64..)
        .map(|(input, index)| {
            let vector = vector(input, dimensions);
            let embedding = if in_base64 {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({ "object": "embedding", "index": index, "embedding": embedding })
        })
        .collect();
    json!({
        "object": "list",
        "data": data,
        "model": said.model,
        "usage": { "prompt_tokens": said.tokens_in, "total_tokens": said.tokens_in },
    })
    .to_string()
}

/// Each text; a list of numbers is one text, in tokens.
fn inputs(request: &Value) -> Vec<String> {
    match request.get("input") {
        Some(Value::Array(inputs)) if inputs.iter().any(|input| !input.is_number()) => {
            inputs.iter().map(Value::to_string).collect()
        }
        Some(input) => vec![input.to_string()],
        None => Vec::new(),
    }
}

/// A vector of length one.
fn vector(input: &str, dimensions: u64) -> Vec<f32> {
    let raw: Vec<f32> = (0..dimensions)
        .map(|at| {
            let [first, second, ..] = fingerprint(format!("{at} {input}").as_bytes()).to_le_bytes();
            f32::from(i16::from_le_bytes([first, second])) / f32::from(i16::MAX)
        })
        .collect();
    let length = raw.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length == 0.0 {
        return raw;
    }
    raw.iter().map(|number| number / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_of_its_text_and_of_length_one() {
        let first = vector("a", 64);
        assert_eq!(first, vector("a", 64));
        assert_ne!(first, vector("b", 64));
        let length: f32 = first.iter().map(|number| number * number).sum();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
    }

    #[test]
    fn a_list_of_tokens_is_one_text() {
        let check = |input: Value, expected: usize| {
            assert_eq!(inputs(&json!({ "input": input })).len(), expected);
        };
        check(json!("a"), 1);
        check(json!(["a", "b"]), 2);
        check(json!([1, 2, 3]), 1);
        check(json!([[1, 2], [3]]), 2);
    }
}
