//! Streams by example, in every chunking, and with every byte changed.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use proptest::prelude::*;

/// A message that carries an event, as Bedrock writes it, padding included.
fn chunk(event: &str) -> Vec<u8> {
    let payload = format!("{{\"bytes\":\"{}\",\"p\":\"abcdef\"}}", STANDARD.encode(event));
    let headers = [
        (":event-type", "chunk"),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ];
    Message::new(&headers, payload).to_bytes().to_vec()
}

fn exception(kind: &str, payload: &str) -> Vec<u8> {
    let headers = [(":exception-type", kind), (":message-type", "exception")];
    Message::new(&headers, payload.to_owned()).to_bytes().to_vec()
}

const START: &str = r#"{"type":"message_start","message":{"id":"m"}}"#;
const STOP: &str = r#"{"amazon-bedrock-invocationMetrics":{"a":1},"type":"message_stop"}"#;

/// Everything that comes of a stream, and whether it ended well.
fn read<'a>(blocks: impl IntoIterator<Item = &'a [u8]>) -> (String, Result<(), EventStreamError>) {
    let (mut stream, mut events) = (EventStream::default(), Vec::new());
    for block in blocks {
        match stream.push(block) {
            Ok(more) => events.extend_from_slice(&more),
            Err(error) => return (String::from_utf8(events).unwrap(), Err(error)),
        }
    }
    (String::from_utf8(events).unwrap(), stream.finish())
}

#[test]
fn events_come_out_letter_by_letter() {
    let bytes = [chunk(START), chunk(STOP)].concat();
    let expected = format!("event: message_start\ndata: {START}\n\nevent: message_stop\ndata: {STOP}\n\n");
    for size in [1, 2, 7, 100, bytes.len()] {
        assert_eq!(read(bytes.chunks(size)), (expected.clone(), Ok(())), "{size}");
    }
}

#[test]
fn exceptions_become_the_error_event() {
    let check = |kind: &str, payload: &str, class: &str, words: &str| {
        let bytes = [chunk(START), exception(kind, payload)].concat();
        let (events, end) = read([bytes.as_slice()]);
        let event = events.split("\n\n").nth(1).unwrap();
        let data = event.strip_prefix("event: error\ndata: ").unwrap();
        let error: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(error["type"], "error");
        assert_eq!(
            (
                error["error"]["type"].as_str(),
                error["error"]["message"].as_str()
            ),
            (Some(class), Some(words))
        );
        assert_eq!(end, Ok(()), "an error is an end");
    };
    check(
        "throttlingException",
        r#"{"message":"Too many\ntokens"}"#,
        "rate_limit_error",
        "Too many\ntokens",
    );
    check(
        "validationException",
        r#"{"Message":"No"}"#,
        "invalid_request_error",
        "No",
    );
    check(
        "modelStreamErrorException",
        "no json",
        "api_error",
        "The provider broke off with an error.",
    );
    check(
        "serviceUnavailableException",
        "{}",
        "overloaded_error",
        "The provider broke off with an error.",
    );
}

#[test]
fn an_error_without_a_model_behind_it_is_one_too() {
    let headers = [
        (":message-type", "error"),
        (":error-code", "InternalFailure"),
        (":error-message", "oh"),
    ];
    let bytes = Message::new(&headers, "").to_bytes();
    let (events, end) = read([&*bytes]);
    assert_eq!(
        events,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"oh\"}}\n\n"
    );
    assert_eq!(end, Ok(()));
}

#[test]
fn a_cut_is_never_an_end() {
    let bytes = [chunk(START), chunk(STOP)].concat();
    for end in 0..bytes.len() {
        assert_eq!(read([&bytes[..end]]).1, Err(EventStreamError::Cut), "{end}");
    }
    let more = [bytes.as_slice(), b"\0"].concat();
    assert_eq!(read([more.as_slice()]).1, Err(EventStreamError::Cut));
}

#[test]
fn what_is_no_event_breaks_the_stream() {
    for event in [
        "",
        "[]",
        "{}",
        "{\"type\":1}",
        "{\"type\":\"a\\nb\"}",
        "{\"type\":\"a\"\n}",
    ] {
        assert_eq!(
            read([chunk(event).as_slice()]).1,
            Err(EventStreamError::NoEvent),
            "{event}"
        );
    }
    let beside = Message::new(
        &[(":message-type", "event"), (":event-type", "initial-response")],
        "x",
    )
    .to_bytes();
    assert_eq!(read([&*beside]), (String::new(), Err(EventStreamError::Cut)));
    let unknown = Message::new(&[], "x").to_bytes();
    assert_eq!(read([&*unknown]).1, Err(EventStreamError::NoEvent));
}

#[test]
fn lengths_that_cannot_be_are_refused_before_anything_is_kept() {
    let check = |length: u32, headers: u32| {
        let mut bytes = [length.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend_from_slice(&super::checksum::crc32(&bytes).to_be_bytes());
        let error = EventStream::default().push(&bytes).unwrap_err();
        assert!(
            matches!(error, EventStreamError::Message(MessageError::Length { .. })),
            "{length} {headers}"
        );
    };
    check(u32::MAX, 0);
    check(16 * 1024 * 1024 + 1, 0);
    check(15, 0);
    check(0, 0);
    check(20, 5);
    check(1 << 20, 200_000);
}

#[test]
fn the_longest_message_is_read() {
    let text = "x".repeat(12_000_000 - 100);
    let event = format!("{{\"type\":\"message_stop\",\"text\":\"{text}\"}}");
    let bytes = chunk(&event);
    assert!(
        bytes.len() > MAX_MESSAGE - 100_000 * 8 && bytes.len() <= MAX_MESSAGE,
        "{}",
        bytes.len()
    );
    let (events, end) = read(bytes.chunks(100_000));
    assert_eq!(
        (events.len(), end),
        (event.len() + "event: message_stop\ndata: \n\n".len(), Ok(()))
    );
}

#[test]
fn headers_of_other_sorts_are_stepped_over() {
    let mut headers = Vec::new();
    for (sort, length) in [
        (0_u8, 0_usize),
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 4),
        (5, 8),
        (8, 8),
        (9, 16),
    ] {
        headers.extend_from_slice(&[1, b'a', sort]);
        headers.extend(std::iter::repeat_n(0xff, length));
    }
    headers.extend_from_slice(&[1, b'b', 6, 0, 2, 9, 9]);
    headers.extend_from_slice(&[1, b'c', 7, 0, 1, b'v']);
    let message = raw(&headers);
    assert_eq!(message.unwrap().header("c"), Some("v"));
    for broken in [
        &[1, b'a'][..],
        &[1, b'a', 10],
        &[5, b'a', 0],
        &[1, b'a', 7, 0, 9, b'v'],
        &[1, 0xff, 0],
        &[1, b'a', 9],
    ] {
        assert_eq!(raw(broken), Err(MessageError::Headers), "{broken:?}");
    }
}

/// A message with these headers as they are.
fn raw(headers: &[u8]) -> Result<Message, MessageError> {
    let length = u32::try_from(headers.len()).unwrap();
    let mut bytes = [(length + 16).to_be_bytes(), length.to_be_bytes()].concat();
    bytes.extend_from_slice(&super::checksum::crc32(&bytes).to_be_bytes());
    bytes.extend_from_slice(headers);
    bytes.extend_from_slice(&super::checksum::crc32(&bytes).to_be_bytes());
    Message::take(&mut BytesMut::from(&*bytes)).map(Option::unwrap)
}

proptest! {
    #[test]
    fn chunking_makes_no_difference(texts in prop::collection::vec(".{0,40}", 0..8), cuts in prop::collection::vec(1..60_usize, 1..20)) {
        let events: Vec<String> = texts.iter()
            .map(|text| serde_json::json!({"type": "content_block_delta", "text": text}).to_string())
            .chain([STOP.to_owned()])
            .collect();
        let bytes: Vec<u8> = events.iter().flat_map(|event| chunk(event)).collect();
        let (mut blocks, mut rest, mut sizes) = (Vec::new(), bytes.as_slice(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (block, behind) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            blocks.push(block);
            rest = behind;
        }
        let data = |found: &str| found.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect::<Vec<_>>();
        let (found, end) = read(blocks);
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(data(&found), events);
    }

    #[test]
    fn a_changed_byte_is_always_noticed(at in 0..200_usize, change in 1..=255_u8) {
        let mut bytes = [chunk(START), chunk(STOP)].concat();
        let at = at % bytes.len();
        bytes[at] ^= change;
        prop_assert!(read([bytes.as_slice()]).1.is_err());
    }

    #[test]
    fn any_bytes_at_all(blocks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6)) {
        let _either = read(blocks.iter().map(Vec::as_slice));
    }
}
