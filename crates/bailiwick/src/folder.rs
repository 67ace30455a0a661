//! The folder of a register, read from disk, and what became of it.

use crate::exit::UsageError;
use anyhow::Context as _;
use register::diagnose::Diagnostics;
use register::model::Register;
use register::source::Source;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of this name hold other data beside a register.
const DATA: &str = "data";

/// How an installation connects stands beside a register, and is no part of it.
pub(crate) const CONFIGURATION: &str = "bailiwick.toml";

/// A register and the files that it came from.
pub(crate) struct Folder {
    /// Where it is, as the person named it.
    pub(crate) path: PathBuf,
    /// Its files, in path order.
    pub(crate) sources: Vec<Source>,
    /// The register; `None` if it has errors.
    pub(crate) register: Option<Register>,
    /// Errors and warnings.
    pub(crate) diagnostics: Diagnostics,
    /// The name of its content.
    pub(crate) digest: String,
}

impl Folder {
    /// Reads every file of a folder and parses them together.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let mut sources = Vec::new();
        if !path.is_dir() {
            let help = "name the folder with --register, or write one with `bailiwick init DIR`".to_owned();
            return Err(UsageError::new(format!("there is no folder `{}`", path.display()), help).into());
        }
        gather(path, "", &mut sources)?;
        if sources.is_empty() {
            let help =
                "write one with `bailiwick init DIR`, or name another folder with --register".to_owned();
            return Err(UsageError::new(format!("`{}` holds no register", path.display()), help).into());
        }
        Ok(Self::of(path.to_owned(), sources))
    }

    /// A register whose files are at hand.
    pub(crate) fn of(path: PathBuf, mut sources: Vec<Source>) -> Self {
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let outcome = register::parse(&sources);
        let digest = register::digest(&sources);
        Self {
            path,
            sources,
            register: outcome.register,
            diagnostics: outcome.diagnostics,
            digest,
        }
    }
}

/// Every file of a folder that belongs to a register; hidden folders and `data` are left out.
fn gather(folder: &Path, prefix: &str, into: &mut Vec<Source>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read the folder `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (path, relative) = (entry.path(), format!("{prefix}{name}"));
        let kind = entry.file_type().with_context(unreadable)?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && name != DATA {
            gather(&path, &format!("{relative}/"), into)?;
        } else if !kind.is_dir() && has_register_name(&name) {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
            into.push(Source { path: relative, text });
        }
    }
    Ok(())
}

/// Whether a file of this name is part of a register.
pub(crate) fn has_register_name(name: &str) -> bool {
    name != CONFIGURATION
        && Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_hidden_folders_and_the_configuration_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            "b.toml",
            "a/x.toml",
            "a/data/y.toml",
            ".git/z.toml",
            "data/w.toml",
            "bailiwick.toml",
            "n.md",
        ];
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let read = Folder::read(folder.path()).unwrap();
        let paths: Vec<_> = read.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["a/x.toml", "b.toml"]);
    }

    #[test]
    fn an_empty_folder_is_no_register() {
        let folder = tempfile::tempdir().unwrap();
        let error = Folder::read(folder.path()).err().unwrap();
        assert!(
            error
                .downcast_ref::<UsageError>()
                .is_some_and(|usage| usage.help.is_some())
        );
    }
}
