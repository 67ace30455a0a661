//! No instrument stands on itself.

use crate::circles::on_circles;
use crate::diagnose::{Diagnostic, Sink, quoted};
use crate::model::Register;

pub(super) fn check(register: &Register, sink: &Sink) {
    let pairs = register.instruments.iter().flat_map(|instrument| {
        instrument
            .stands_on
            .iter()
            .map(|below| (instrument.id.as_str(), below.as_str()))
    });
    let circular = on_circles(&pairs.collect::<Vec<_>>());
    for instrument in register
        .instruments
        .iter()
        .filter(|instrument| circular.contains(instrument.id.as_str()))
    {
        let message = format!("{} stands, in the end, on itself", quoted(&instrument.id));
        sink.report(Diagnostic::error(
            "circular-stack",
            instrument.position.clone(),
            message,
        ));
    }
}
