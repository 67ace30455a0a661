//! How long it takes to read what decides out of a body, and to hold the body to its reach; beside it what checking its
//! UTF-8 alone takes, and what building its whole JSON takes. Prints a table; asserts nothing about time.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, and stops where it cannot"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use bytes::Bytes;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant as Clock;
use wire::reach::{Allowed, Caps, check};
use wire::{Protocol, Surface, peek_call};

const SAMPLES: usize = 200;

/// Bytes that are read for one sample, so that the clock's own time does not count.
const READ: usize = 1_000_000;

fn main() {
    println!(
        "{:<8} {:<24} {:>10} {:>10} {:>10}",
        "body", "what", "p50 us", "p99 us", "MB/s"
    );
    for size in [1_000, 38_000, 124_000] {
        run(&body_of(size));
    }
}

fn run(body: &Bytes) {
    let allowed = Allowed::by(Protocol::Anthropic, "m");
    let caps = Caps::default();
    let peek = || peek_call(Surface::Messages, body).unwrap_or_else(|error| panic!("{error}"));
    measure(body, "UTF-8 alone", || str::from_utf8(body).is_ok());
    measure(body, "peek", peek);
    measure(body, "peek and reach", || {
        check(Surface::Messages, body, &peek(), &allowed, &caps).unwrap_or_else(|error| panic!("{error}"))
    });
    measure(body, "all of it as JSON", || {
        serde_json::from_slice::<Value>(body).unwrap_or_else(|error| panic!("{error}"))
    });
}

fn measure<T>(body: &Bytes, what: &str, mut work: impl FnMut() -> T) {
    let rounds = (READ / body.len()).max(1);
    let mut samples: Vec<_> = (0..SAMPLES)
        .map(|_| {
            let started = Clock::now();
            for _ in 0..rounds {
                black_box(work());
            }
            started.elapsed().as_secs_f64() * 1e6 / rounds as f64
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    let at = |percent: usize| samples[(SAMPLES - 1) * percent / 100];
    let (p50, p99) = (at(50), at(99));
    let rate = body.len() as f64 / p50;
    let size = format!("{:.1} KB", body.len() as f64 / 1e3);
    println!("{size:<8} {what:<24} {p50:>10.1} {p99:>10.1} {rate:>10.0}");
}

/// A body in the shape of what coding tools send: half of it tools with schemas, and half of it talk about files.
fn body_of(size: usize) -> Bytes {
    let mut request = json!({
        "model": "claude-opus-5-5",
        "messages": [],
        "system": [{ "type": "text", "text": prose(size / 8), "cache_control": { "type": "ephemeral" } }],
        "tools": [],
        "metadata": { "user_id": "{\"device_id\":\"0\"}" },
        "max_tokens": 64_000,
        "stream": true,
    });
    fill(&mut request, "tools", size * 5 / 8, tool);
    fill(&mut request, "messages", size, message);
    let left = size.saturating_sub(request.to_string().len());
    request["metadata"]["note"] = Value::from("a".repeat(left));
    Bytes::from(request.to_string())
}

/// Puts elements at the end of a list until the whole is as long as it should be.
fn fill(request: &mut Value, key: &str, size: usize, element: fn(usize) -> Value) {
    let mut length = request.to_string().len();
    for number in 0.. {
        let next = element(number);
        length += next.to_string().len() + 1;
        if length > size {
            return;
        }
        if let Some(list) = request[key].as_array_mut() {
            list.push(next);
        }
    }
}

fn tool(number: usize) -> Value {
    let property = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "name": format!("Tool{number}"),
        "description": prose(1_600),
        "input_schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "file_path": property("The absolute path to the file to modify"),
                "old_string": property("The text to replace"),
                "new_string": property("The text to replace it with (must be different from old_string)"),
                "replace_all": { "type": "boolean", "default": false, "description": "Replace all occurrences" },
                "timeout": { "type": "number", "minimum": 0, "maximum": 600_000 },
                "mode": { "type": "string", "enum": ["content", "files_with_matches", "count"] },
            },
            "required": ["file_path", "old_string", "new_string"],
            "additionalProperties": false,
        },
    })
}

fn message(number: usize) -> Value {
    let id = format!("toolu_{number:024}");
    let turn = number % 3;
    if turn == 0 {
        return json!({ "role": "user", "content": [{ "type": "text", "text": prose(300) }] });
    }
    if turn == 1 {
        let input = json!({ "file_path": "/src/main.rs", "offset": 1 });
        let call = json!({ "type": "tool_use", "id": id, "name": "Read", "input": input });
        return json!({ "role": "assistant", "content": [{ "type": "text", "text": prose(120) }, call] });
    }
    let answer = json!({ "type": "tool_result", "tool_use_id": id, "content": code(3_500) });
    json!({ "role": "user", "content": [answer] })
}

/// Instructions: lines of a hundred letters, some of them not ASCII, with a quotation now and then.
fn prose(size: usize) -> String {
    let line = "- Prefer the dedicated tool over a shell wherever one fits \u{2014} it is \"safer\", and its output is shorter.\n";
    line.chars().cycle().take(size).collect()
}

/// A listing with numbers, tabs and quotes, of which every sixth to tenth byte is escaped.
fn code(size: usize) -> String {
    let line = "  12\t    let path = root.join(\"src\").join(\"main.rs\");\n  13\t\treturn Ok(());\n";
    line.chars().cycle().take(size).collect()
}
