//! Keeps a copy of what is read, as it was verified.

use ::ledger::verify::Source;
use std::fs;
use std::path::PathBuf;

/// A log of which a copy is kept in a folder.
pub(super) struct Saved<S> {
    pub(super) of: S,
    pub(super) folder: PathBuf,
}

impl<S: Source> Source for Saved<S> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(bytes) = self.of.read(path)? else {
            return Ok(None);
        };
        let file = self.folder.join(path);
        let parent = file.parent().map_or(Ok(()), fs::create_dir_all);
        parent
            .and_then(|()| fs::write(&file, &bytes))
            .map_err(|error| format!("the copy cannot be written: {}", error.kind()))?;
        Ok(Some(bytes))
    }
}
