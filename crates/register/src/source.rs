//! Files of a register and positions in them.

use std::sync::Arc;

/// One file, as text. Reading it from disk is the caller's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path relative to the register's folder, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// A place in a file: line and column count from 1, the span in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Path relative to the register's folder.
    pub path: Arc<str>,
    /// Line, from 1; 0 where there is no text, as in a register made in memory.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Byte offset of the first byte.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
}
