//! What passes through without being understood: framing of requests, streams of events, errors of providers, texts of
//! addresses. No input panics, and blocks make no difference.

use bytes::Bytes;
use http::StatusCode;
use wire::{Dialect, Framing, Meter, complaint, event};

/// Bytes in blocks of a size.
fn in_blocks(bytes: &[u8], size: usize, mut read: impl FnMut(&[u8])) {
    bytes.chunks(size).for_each(&mut read);
}

/// Any connection: the first byte says in which blocks it comes. At most one byte is spoilt, always the same one, and
/// what is spoilt once is not read further.
pub fn framing(data: &[u8]) {
    let Some((size, connection)) = data.split_first() else {
        return;
    };
    let read = |size: usize| {
        let (mut framing, mut bytes) = (Framing::default(), connection.to_vec());
        let mut found = 0;
        for block in bytes.chunks_mut(size) {
            found += usize::from(framing.check(block));
        }
        (bytes, found)
    };
    let (whole, found) = read(connection.len().max(1));
    assert!(found <= 1, "a choice was found twice");
    let spoilt = whole
        .iter()
        .zip(connection)
        .filter(|(now, before)| now != before)
        .count();
    assert!(spoilt <= found, "a byte was spoilt for no reason");
    assert_eq!(
        read(usize::from(*size).max(1)),
        (whole, found),
        "blocks make a difference"
    );
}

/// Any stream of events: the first byte says in which blocks it comes.
pub fn meter(data: &[u8]) {
    let Some((size, stream)) = data.split_first() else {
        return;
    };
    let read = |size: usize| {
        let mut meter = Meter::default();
        in_blocks(stream, size, |block| meter.read(block));
        (meter.has_failed(), meter.has_ended(), meter.is_between_events())
    };
    let (whole, cut) = (read(stream.len().max(1)), read(usize::from(*size).max(1)));
    // of blanks only so many are looked at in a block
    if !stream.iter().any(|byte| matches!(byte, b' ' | b'\r')) {
        assert_eq!(whole, cut, "blocks make a difference");
    }
}

/// Any error of a provider, by itself or after a stream has begun.
pub fn answers(body: &[u8]) {
    for status in [
        StatusCode::BAD_REQUEST,
        StatusCode::FORBIDDEN,
        StatusCode::INTERNAL_SERVER_ERROR,
    ] {
        let told = complaint::in_anthropic_form(status, &Bytes::copy_from_slice(body));
        let told: serde_json::Value = serde_json::from_slice(&told).expect("an error is JSON");
        assert!(told.get("error").is_some());
    }
    for dialect in Dialect::ALL {
        if let Some(event) = event::late_error(dialect, body) {
            let mut meter = Meter::default();
            meter.read(&event);
            assert!(
                meter.is_between_events() && meter.has_failed(),
                "an error is no event"
            );
        }
    }
}

/// Any text in the place of an address: a segment of a path, a name of a model, a header.
pub fn queries(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(name) = wire::decode_segment(&text).and_then(|name| wire::model_named(&name)) {
        assert!(
            !name.name.chars().any(char::is_control),
            "a name has control characters"
        );
    }
    let value = wire::header_text(&text);
    assert!(value.to_str().is_ok(), "a header cannot be read");
}
