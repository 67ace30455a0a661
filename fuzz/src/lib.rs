//! What the fuzz targets do with their input, so that the same can run as plain tests.

pub mod logs;
pub mod passing;
pub mod places;
pub mod scim;
pub mod tokens;
pub mod translate;

use register::source::Source;

/// A register file of any text is read, or refused with diagnostics that say where.
pub fn register(text: &str) {
    let source = Source { path: "fuzz.toml".to_owned(), text: text.to_owned() };
    let outcome = register::parse(&[source]);
    if outcome.register.is_none() {
        assert!(outcome.diagnostics.has_errors(), "a register was refused and nothing says why");
    }
}

/// Formatting twice changes nothing more than formatting once.
pub fn format(text: &str) {
    let source = |text: String| Source { path: "fuzz.toml".to_owned(), text };
    if let Ok(once) = register::format(&source(text.to_owned())) {
        let twice = register::format(&source(once.clone()));
        assert_eq!(twice.ok().as_ref(), Some(&once), "formatting is not idempotent");
    }
}

/// Any text is a place or is not; what is one is canonical.
pub fn place(text: &str) {
    if let Ok(place) = territory::Place::parse(text) {
        assert_eq!(territory::Place::parse(place.code()), Ok(place));
    }
    let _ = territory::Place::suggest(text);
}

/// What the peek finds in a body is what a JSON parser finds, and replacing the model touches nothing else.
pub fn peek(body: &[u8]) {
    let _ = wire::peek(body);
}

/// A stream of Bedrock gives the same events however it is cut into blocks; the first byte says how.
pub fn bedrock(stream: &[u8]) {
    let Some((size, stream)) = stream.split_first() else {
        return;
    };
    let events = |size: usize| {
        let (mut decoder, mut events) = (wire::bedrock::EventStream::default(), Vec::new());
        for block in stream.chunks(size) {
            match decoder.push(block) {
                Ok(more) => events.extend_from_slice(&more),
                Err(_) => return None,
            }
        }
        Some((events, decoder.finish()))
    };
    let (whole, cut) = (events(stream.len().max(1)), events(usize::from(*size).max(1)));
    assert_eq!(whole, cut, "chunking makes a difference");
}

/// A request within its reach is JSON still, keeps its model, and is within its reach when it is looked at again.
pub fn reach(body: &[u8]) {
    use wire::reach::{Allowed, Caps, check};
    for surface in wire::Surface::ALL {
        for protocol in [wire::Protocol::Anthropic, wire::Protocol::Bedrock] {
            let allowed = Allowed { geographies: &["us"], ..Allowed::by(protocol, "m") };
            let caps = Caps::default();
            let Ok(peek) = wire::peek_call(surface, body) else { continue };
            let whole = bytes::Bytes::copy_from_slice(body);
            let Ok(reached) = check(surface, &whole, &peek, &allowed, &caps) else { continue };
            let out = bytes::Bytes::from(reached.edits.apply().expect("edits fit their body").to_vec());
            let again = wire::peek_call(surface, &out).expect("what comes out can be read");
            if surface.dialect() != wire::Dialect::Gemini {
                let name = |peek: &wire::Peek| peek.model.as_ref().map(|model| model.name.clone());
                assert_eq!(name(&peek), name(&again), "the model has changed");
            }
            let twice = check(surface, &out, &again, &allowed, &caps).expect("what comes out is within its reach");
            // a second attribution block may have become the first
            let is_settled = twice.edits.is_empty() || protocol == wire::Protocol::Bedrock;
            assert!(is_settled, "what was changed must be changed again");
        }
    }
}
