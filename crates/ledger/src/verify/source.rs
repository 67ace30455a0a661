//! Where the files of a log come from.

use super::VerifyError;
use crate::published::{Published, PublishedLog};
use std::fs;
use std::io;
use std::path::Path;
use tlog::TILE_WIDTH;

/// Gives files of a log by their paths beneath its prefix.
pub trait Source {
    /// The file at a path; `None`: there is none.
    ///
    /// # Errors
    /// Why it cannot be read, without any address or path of the machine.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

/// A log in a folder.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'a>(pub &'a Path);

impl Source for Folder<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match fs::read(self.0.join(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.grown(path),
            read => read.map(Some).map_err(|error| error.kind().to_string()),
        }
    }
}

impl Folder<'_> {
    /// What took the place of a tile or a bundle that was not full, where the log has grown since its checkpoint was read.
    fn grown(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match PublishedLog::new(self.0).at(path) {
            Ok(Some(Published::Lasting(bytes))) => Ok(Some(bytes)),
            Ok(_) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

pub(super) fn maybe(source: &dyn Source, path: &str) -> Result<Option<Vec<u8>>, VerifyError> {
    source.read(path).map_err(|reason| VerifyError::File {
        path: path.to_owned(),
        reason,
    })
}

pub(super) fn needed(source: &dyn Source, path: &str) -> Result<Vec<u8>, VerifyError> {
    maybe(source, path)?.ok_or_else(|| missing(path))
}

/// A tile or a bundle of this width, or else the full one that has taken its place since; and the width that it has.
pub(super) fn grown(
    source: &dyn Source,
    (width, path, full): (u16, &str, &str),
) -> Result<(Vec<u8>, u16), VerifyError> {
    if let Some(bytes) = maybe(source, path)? {
        return Ok((bytes, width));
    }
    let grown = if path == full { None } else { maybe(source, full)? };
    let grown = grown.map(|bytes| (bytes, TILE_WIDTH));
    grown.ok_or_else(|| missing(path))
}

fn missing(path: &str) -> VerifyError {
    VerifyError::File {
        path: path.to_owned(),
        reason: io::ErrorKind::NotFound.to_string(),
    }
}
