//! Amounts that a request asks for, held to a cap.

use super::OutOfReach;
use crate::inside::{is_null, raw};
use std::ops::Range;

/// A number that is at most the cap. What is no number is refused: some providers read texts as numbers.
pub(super) fn at_most(
    body: &[u8],
    value: &Range<usize>,
    key: &'static str,
    most: u64,
) -> Result<(), OutOfReach> {
    if is_null(body, value) {
        return Ok(());
    }
    let text = str::from_utf8(raw(body, value)).unwrap_or_default();
    let Ok(amount) = text.parse::<f64>() else {
        return Err(OutOfReach::Unreadable { key });
    };
    #[expect(clippy::cast_precision_loss, reason = "caps are far below 2^53")]
    let cap = most as f64;
    if amount <= cap {
        return Ok(());
    }
    Err(OutOfReach::TooMuch { key, most })
}
