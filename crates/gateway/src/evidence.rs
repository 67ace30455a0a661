//! What is known about the holder of a key and the address that they call from.
//!
//! The address is that of the connection, or what a named proxy says. What else a request says of addresses proves
//! nothing; what a device says that the firm manages is checked by whoever knows its signature.

use hyper::HeaderMap;
use identity::{Caller, Choice, CollectError, Collected, FactCollector, Origin};
use register::model::Instant;
use wire::{Fault, FaultCode, headers};

/// Collects the facts of a request.
pub(crate) fn collect(
    collector: &FactCollector,
    caller: &Caller,
    peer: &Origin,
    request: &HeaderMap,
    at: Instant,
) -> Result<Collected, Fault> {
    let choice = Choice {
        purpose: chosen(request, headers::PURPOSE.as_str())?,
        data: chosen(request, headers::DATA.as_str())?,
    };
    let origin = collector.places().with_devices(peer.clone(), request);
    collector
        .collect_for(caller, origin, choice, at)
        .map_err(|error| fault(&error))
}

fn chosen<'h>(request: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Fault> {
    let mut values = request.get_all(name).iter();
    let Some(first) = values.next() else {
        return Ok(None);
    };
    match (first.to_str(), values.next()) {
        (Ok(text), None) => Ok(Some(text)),
        _ => Err(Fault::new(
            FaultCode::InvalidRequest,
            format!("The header `{name}` must be one plain text."),
        )),
    }
}

fn fault(error: &CollectError) -> Fault {
    let code = match error {
        CollectError::OutOfSight { .. } => FaultCode::DirectoryUnavailable,
        CollectError::NotAllowed { .. } => FaultCode::NotOfApplication,
        CollectError::SignedOut { .. } => FaultCode::Unauthenticated,
        CollectError::MayNotAct { .. }
        | CollectError::UnknownPerson { .. }
        | CollectError::NoApplication { .. }
        | CollectError::UnknownApplication { .. }
        | CollectError::NothingAllowed { .. } => FaultCode::UnknownHolder,
    };
    Fault::new(code, sentence(&error.to_string()))
}

/// An error's message as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
