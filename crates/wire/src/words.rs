//! Finds the bytes that end a run of plain ones in a string: eight at a time, and in vectors where the run is long.

use memchr::memchr2;

/// Marks the first quote, backslash or control character of eight bytes, and perhaps bytes behind it: the subtractions
/// borrow from those.
#[inline]
pub(crate) const fn ends_plain(bytes: [u8; 8]) -> u64 {
    let word = u64::from_le_bytes(bytes);
    let control = word.wrapping_sub(each(b' ')) & !word & each(0x80);
    control | is(bytes, b'"') | is(bytes, b'\\')
}

/// Marks the first byte that is this one, and perhaps bytes behind it.
#[inline]
pub(crate) const fn is(bytes: [u8; 8], wanted: u8) -> u64 {
    let other = u64::from_le_bytes(bytes) ^ each(wanted);
    other.wrapping_sub(each(1)) & !other & each(0x80)
}

/// Which of eight bytes is the first that is marked.
#[inline]
pub(crate) fn first_of(marks: u64) -> Option<usize> {
    (marks != 0).then_some((marks.trailing_zeros() / 8) as usize)
}

/// How many bytes stand before the first that ends a run of plain ones, where that is far.
pub(crate) fn plain_run(rest: &[u8]) -> usize {
    let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let run = rest.get(..length).unwrap_or_default();
    // all of it is looked at, with no way out in between, so that it becomes vector code
    let lowest = run.iter().fold(u8::MAX, |lowest, byte| lowest.min(*byte));
    if lowest < b' ' { plain_bytes(run) } else { length }
}

/// The same, one by one.
pub(crate) fn plain_bytes(rest: &[u8]) -> usize {
    let ends_plain = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    rest.iter().position(ends_plain).unwrap_or(rest.len())
}

const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}
