//! Bytes as lower-case hexadecimal text.

use data_encoding::HEXLOWER;
use std::fmt;

/// Writes the bytes.
pub(crate) fn write(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    HEXLOWER.encode_write(bytes, f)
}

/// Reads exactly as many bytes as there is room for; `None` for any other text.
pub(crate) fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}
