//! The checked-out repository as the checks see it: its root, its files, its crates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

/// A checkout of this repository.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
}

/// One file of the repository, read as text.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Path from the root, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Repository {
    /// The checkout that this crate was compiled in.
    ///
    /// # Errors
    /// When the folder above this crate holds no workspace manifest.
    pub fn here() -> anyhow::Result<Self> {
        let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest_dir
            .parent()
            .context("this crate has no folder above it")?;
        if !root.join("Cargo.toml").is_file() {
            bail!("`{}` holds no Cargo.toml", root.display());
        }
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// Path of the workspace manifest.
    #[must_use]
    pub fn manifest(&self) -> PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Reads one file by its path from the root.
    ///
    /// # Errors
    /// When the file is absent or not UTF-8.
    pub fn read(&self, path: &str) -> anyhow::Result<String> {
        std::fs::read_to_string(self.root.join(path)).with_context(|| format!("cannot read `{path}`"))
    }

    /// Every text file that is, or would be, committed: tracked ones and new ones that are not ignored.
    /// Files that are not UTF-8 (pictures, recorded streams) are left out.
    ///
    /// # Errors
    /// When git cannot list the files.
    pub fn text_files(&self) -> anyhow::Result<Vec<TextFile>> {
        let mut files = Vec::new();
        for path in self.listed_paths()? {
            // A tracked file may be deleted on disk, and a link's text is checked where it lives.
            let whole = self.root.join(&path);
            if !whole.is_file() || whole.is_symlink() {
                continue;
            }
            let bytes = std::fs::read(&whole).with_context(|| format!("cannot read `{path}`"))?;
            if let Ok(text) = String::from_utf8(bytes)
                && !text.contains('\0')
            {
                files.push(TextFile { path, text });
            }
        }
        Ok(files)
    }

    fn listed_paths(&self) -> anyhow::Result<BTreeSet<String>> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .context("git is needed to list the files of the repository")?;
        if !output.status.success() {
            bail!(
                "git cannot list the files: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let listing = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
        Ok(listing
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listing_has_our_own_files_and_no_build_output() {
        let files = Repository::here().unwrap().text_files().unwrap();
        assert!(files.iter().any(|file| file.path == "xtask/src/workspace.rs"));
        assert!(!files.iter().any(|file| file.path.starts_with("target/")));
    }
}
