//! Cases of peeking: what is found, what is refused, and agreement with a full parser.

use super::*;
use proptest::prelude::*;
use serde_json::{Map, Value};

fn check(body: &str, model: Option<&str>, stream: bool) {
    let peek = peek(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(
        peek.model.as_ref().map(|field| field.name.as_str()),
        model,
        "{body}"
    );
    assert_eq!(peek.stream, stream, "{body}");
    if let Some(field) = peek.model {
        let decoded: String = serde_json::from_slice(&body.as_bytes()[field.span]).unwrap();
        assert_eq!(decoded, field.name, "{body}");
    }
}

fn check_refused(body: &[u8], expected: &PeekError) {
    assert_eq!(
        peek(body).as_ref(),
        Err(expected),
        "{}",
        String::from_utf8_lossy(body)
    );
}

#[test]
fn both_keys_are_found_wherever_they_stand() {
    check(
        r#"{"model":"claude-sonnet","stream":true}"#,
        Some("claude-sonnet"),
        true,
    );
    check(r#" { "stream" : false , "model" : "gpt" } "#, Some("gpt"), false);
    check(r#"{"messages":[],"model":"a","stream":null}"#, Some("a"), false);
    check("{}", None, false);
    check(" {\n} ", None, false);
    let long = format!(
        r#"{{"model":"a","messages":"{}","stream":true}}"#,
        "x\\n \\\" ".repeat(20_000)
    );
    check(&long, Some("a"), true);
}

#[test]
fn the_same_words_further_in_are_text() {
    check(
        r#"{"messages":[{"content":"\"model\":\"other\""}],"model":"a"}"#,
        Some("a"),
        false,
    );
    check(
        r#"{"metadata":{"model":"other","stream":true},"model":"a"}"#,
        Some("a"),
        false,
    );
    check(
        r#"{"x":"}{\\","y":[[{"model":[]}]],"model":"a"}"#,
        Some("a"),
        false,
    );
    check(r#"{"x":{"model":{"model":"b"}}}"#, None, false);
}

#[test]
fn escapes_mean_what_they_say() {
    check("{\"mod\\u0065l\":\"a\"}", Some("a"), false);
    check("{\"model\":\"cl\\u0061ude\"}", Some("claude"), false);
    check("{\"model\":\"\\u6a21\\u578b\"}", Some("模型"), false);
    check(
        "{\"x\":\"cut in the middle \\ud83d\",\"model\":\"a\"}",
        Some("a"),
        false,
    );
    check("{\"\\ud83d\":1,\"model\":\"a\"}", Some("a"), false);
}

#[test]
fn what_readers_could_take_differently_is_refused() {
    let duplicate = |key| PeekError::Duplicate { key };
    check_refused(br#"{"model":"a","model":"a"}"#, &duplicate("model"));
    check_refused(b"{\"model\":\"a\",\"\\u006dodel\":\"b\"}", &duplicate("model"));
    check_refused(
        br#"{"stream":true,"stream":false,"model":"a"}"#,
        &duplicate("stream"),
    );
    let alike = |key| PeekError::LookAlike { key };
    check_refused(br#"{"model":"a","Model":"b"}"#, &alike("model"));
    check_refused(br#"{"MODEL":"b"}"#, &alike("model"));
    check_refused("{\"\u{17f}tream\":true}".as_bytes(), &alike("stream"));
}

#[test]
fn a_name_must_be_a_plain_text() {
    for value in [
        "null",
        "7",
        "[\"a\"]",
        "{\"a\":1}",
        "\"\"",
        "\"a\\nb\"",
        "\"a\\u0000\"",
        "\"\\ud83d\"",
    ] {
        check_refused(format!("{{\"model\":{value}}}").as_bytes(), &PeekError::ModelName);
    }
    check_refused(
        format!("{{\"model\":\"{}\"}}", "x".repeat(257)).as_bytes(),
        &PeekError::ModelName,
    );
    check_refused(br#"{"stream":"true"}"#, &PeekError::Stream);
    check_refused(br#"{"stream":1}"#, &PeekError::Stream);
}

#[test]
fn what_is_no_object_is_refused() {
    for body in ["", "  ", "[]", "\"model\"", "null", "7", "\u{feff}{}"] {
        check_refused(body.as_bytes(), &PeekError::NotAnObject);
    }
    check_refused(b"{\"model\":\"\xff\"}", &PeekError::NotText);
    for (body, at) in [
        ("{", 1),
        ("{\"a\"}", 4),
        ("{\"a\":}", 5),
        ("{\"a\":1,}", 7),
        ("{\"a\":1}}", 7),
        ("{\"a\":1}{", 7),
        ("{\"a\":01}", 6),
        ("{\"a\":1.}", 7),
        ("{\"a\":-}", 6),
        ("{\"a\":1e}", 7),
        ("{\"a\":tru}", 5),
        ("{\"a\":'x'}", 5),
        ("{\"a\":[1}}", 7),
        ("{\"a\":[1,]}", 8),
        ("{\"a\":{\"b\":1]}", 11),
        ("{\"a\":{1:1}}", 6),
        ("{\"a\":\"\n\"}", 6),
        ("{\"a\":\"\\x\"}", 7),
        ("{\"a\":\"\\u12g4\"}", 7),
        ("{\"a\":\"", 6),
        ("{\"a\":1 /* no */}", 7),
        ("{a:1}", 1),
    ] {
        check_refused(body.as_bytes(), &PeekError::Malformed { at });
    }
}

#[test]
fn depth_is_bounded_and_brackets_cost_no_stack() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(127), None, false);
    check_refused(nested(128).as_bytes(), &PeekError::TooDeep);
    check_refused(
        format!("{{\"a\":{}", "[{\"a\":".repeat(1_000_000)).as_bytes(),
        &PeekError::TooDeep,
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![Just("model".to_owned()), Just("stream".to_owned()), ".{0,40}"];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn any_request() -> impl Strategy<Value = Map<String, Value>> {
    let member = ("[a-l_]{1,12}", any_json());
    (
        prop::collection::vec(member, 0..8),
        prop::option::of(".{1,20}"),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(members, model, stream)| {
            let mut request: Map<String, Value> = members.into_iter().collect();
            request.extend(model.map(|name| ("model".to_owned(), Value::from(name))));
            request.extend(stream.map(|stream| ("stream".to_owned(), Value::from(stream))));
            request
        })
}

proptest! {
    #[test]
    fn it_agrees_with_a_full_parser(request in any_request(), pretty in any::<bool>()) {
        let value = Value::Object(request.clone());
        let body = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let found = peek(body.as_bytes());
        let name = request.get("model").and_then(Value::as_str);
        if name.is_some_and(|name| name.chars().any(char::is_control) || name.len() > 256) {
            prop_assert_eq!(found, Err(PeekError::ModelName));
        } else {
            let found = found.unwrap();
            prop_assert_eq!(found.model.as_ref().map(|field| field.name.as_str()), name);
            prop_assert_eq!(found.stream, request.get("stream").and_then(Value::as_bool).unwrap_or(false));
        }
    }

    #[test]
    fn it_is_as_strict_as_a_full_parser(request in any_request(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = serde_json::to_vec(&Value::Object(request)).unwrap();
        let at = at.index(body.len());
        body[at] = byte;
        // what only the full parser minds: half a surrogate pair, numbers beyond its range
        if let Err(PeekError::Malformed { .. } | PeekError::NotText | PeekError::NotAnObject) = peek(&body) {
            prop_assert!(serde_json::from_slice::<Map<String, Value>>(&body).is_err());
        }
        if serde_json::from_slice::<Map<String, Value>>(&body).is_err() && peek(&body).is_ok() {
            let text = String::from_utf8(body).unwrap();
            prop_assert!(text.contains("\\u") || text.contains('e') || text.contains('E'), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = peek(&body);
    }
}
