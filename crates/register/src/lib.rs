//! The register language: what lawyers and platform engineers write, and how it is read.
//!
//! A register is a folder of TOML files. [`parse`] turns their text into a [`model::Register`], or into
//! [`diagnose::Diagnostics`] that say what is wrong, where, and how to mend it. Nothing here touches a disk or a clock.
//!
//! **One instrument, one file.** A file with an `[instrument]` table carries its clauses, its own region groups and
//! its tests. Everything else (entities, models, deployments, people) may stand in any file.
//!
//! **Described once.** The tables of the language are data in `language`: the reader, the JSON Schema of
//! [`json_schema`], the key order of [`format()`] and the reference of [`kinds_reference`] come from the same words.
//!
//! **All errors at once.** Reading never stops at the first error: a file is walked along its description, names are
//! looked up across files, and what remains is checked as a whole. Only a register without errors is handed out.
//!
//! ```
//! use register::source::Source;
//!
//! let text = r#"
//! [instrument]
//! id = "house"
//! layer = "house"
//!
//! [[clause]]
//! ref = "H-1"
//! plain = "Use needs at least one fresh, credible place."
//! kind = "evidence.required"
//! "#;
//! let outcome = register::parse(&[Source { path: "house.toml".into(), text: text.into() }]);
//! assert!(outcome.diagnostics.0.is_empty());
//! assert_eq!(outcome.register.map(|register| register.instruments.len()), Some(1));
//! ```

mod check;
mod circles;
pub mod diagnose;
mod digest;
mod format;
pub mod glob;
mod language;
mod lines;
pub mod model;
mod read;
pub mod source;
mod tree;

use diagnose::Diagnostics;
use source::Source;

/// What came of reading a register.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The register; `None` if anything is wrong with it.
    pub register: Option<model::Register>,
    /// Errors and warnings, in the order of files and lines.
    pub diagnostics: Diagnostics,
}

/// Reads the files of a register. Takes them in any order and reads them in the order of their paths.
///
/// Never panics, whatever the texts hold.
pub fn parse(sources: &[Source]) -> Outcome {
    let (register, diagnostics) = read::read(sources);
    Outcome {
        register,
        diagnostics,
    }
}

/// Writes a file as every file is written: keys in the order of the language, one blank line between tables, no
/// alignment. Comments stay with what they stand before. The meaning never changes, and formatting what is formatted
/// changes nothing.
///
/// # Errors
/// The syntax errors of the file; a file with other errors is formatted all the same.
pub fn format(source: &Source) -> Result<String, Diagnostics> {
    format::format(source)
}

/// JSON Schema (draft 2020-12) of a register file, for editors.
pub fn json_schema() -> serde_json::Value {
    language::schema::json_schema()
}

/// The reference of clause kinds and vocabularies, as Markdown.
pub fn kinds_reference() -> String {
    language::reference::kinds_reference()
}

/// Digest of a register's files, as `sha256:` and hexadecimal digits: the name of the snapshot made of them. It
/// does not depend on the order in which the files are given.
pub fn digest(sources: &[Source]) -> String {
    digest::digest(sources)
}
