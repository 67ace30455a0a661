//! The folder of a register, read from disk, and what became of it.

use crate::exit::UsageError;
use anyhow::Context as _;
use register::diagnose::{Diagnostic, Diagnostics, Severity};
use register::model::Register;
use register::source::{Position, Source};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of this name hold other data beside a register.
const DATA: &str = "data";

/// How an installation connects stands beside a register, and is no part of it.
pub(crate) const CONFIGURATION: &str = "bailiwick.toml";

/// The sort of problem of a file that is not text.
const NOT_TEXT: &str = "not-text";

/// The files of a folder, and what is no text among them.
#[derive(Default)]
struct Gathered {
    sources: Vec<Source>,
    garbled: Vec<Diagnostic>,
}

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
        if !path.is_dir() {
            let help = "name the folder with --register, or write one with `bailiwick init DIR`".to_owned();
            return Err(UsageError::new(format!("there is no folder `{}`", path.display()), help).into());
        }
        let mut gathered = Gathered::default();
        gathered.gather(path, "")?;
        if gathered.sources.is_empty() {
            let help =
                "write one with `bailiwick init DIR`, or name another folder with --register".to_owned();
            return Err(UsageError::new(format!("`{}` holds no register", path.display()), help).into());
        }
        let mut folder = Self::of(path.to_owned(), gathered.sources);
        if !gathered.garbled.is_empty() {
            folder.register = None;
            folder.diagnostics.0.splice(0..0, gathered.garbled);
        }
        Ok(folder)
    }

    /// A text that changes when the content of a folder does: its digest, or why it cannot be read.
    pub(crate) fn fingerprint(path: &Path) -> String {
        let mut gathered = Gathered::default();
        match gathered.gather(path, "") {
            Ok(()) => register::digest(&gathered.sources),
            Err(error) => format!("{error:#}"),
        }
    }

    /// Whether a file is no text, so that what stands in for it must not be written back.
    pub(crate) fn is_garbled(&self, source: &Source) -> bool {
        let mut diagnostics = self.diagnostics.iter();
        diagnostics.any(|found| found.code == NOT_TEXT && *found.position.path == *source.path)
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

impl Gathered {
    /// Every file of a folder that belongs to a register; hidden folders and `data` are left out.
    fn gather(&mut self, folder: &Path, prefix: &str) -> anyhow::Result<()> {
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
                self.gather(&path, &format!("{relative}/"))?;
            } else if !kind.is_dir() && has_register_name(&name) {
                let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
                self.add(relative, bytes);
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: Vec<u8>) {
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            self.garbled
                .push(not_text(&path, &text, error.utf8_error().valid_up_to()));
            text
        });
        self.sources.push(Source { path, text });
    }
}

/// The problem of a file with bytes that are no text. The first of them is at `start`, and so is, in the text, the
/// character that stands in for it.
fn not_text(path: &str, text: &str, start: usize) -> Diagnostic {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Diagnostic {
        severity: Severity::Error,
        code: NOT_TEXT,
        message: "this is not text in UTF-8".to_owned(),
        help: Some("save the file as UTF-8".to_owned()),
        position: Position {
            path: path.into(),
            line: count(before.matches('\n').count()).saturating_add(1),
            column: count(line.chars().count()).saturating_add(1),
            start,
            end: start.saturating_add(char::REPLACEMENT_CHARACTER.len_utf8()),
        },
        labels: Vec::new(),
    }
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
    fn a_file_that_is_no_text_is_an_error_with_a_position() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.toml"), "# fine\n").unwrap();
        fs::write(folder.path().join("b.toml"), b"# one\n# tw\xffo\n").unwrap();
        let read = Folder::read(folder.path()).unwrap();
        assert!(read.register.is_none());
        let position = &read.diagnostics.0[0].position;
        assert_eq!(
            (&*position.path, position.line, position.column, position.start),
            ("b.toml", 2, 5, 10)
        );
        let garbled: Vec<_> = read
            .sources
            .iter()
            .map(|source| read.is_garbled(source))
            .collect();
        assert_eq!(garbled, [false, true]);
    }

    #[test]
    fn a_fingerprint_changes_with_the_content_and_when_nothing_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let look = || Folder::fingerprint(folder.path());
        let empty = look();
        fs::write(folder.path().join("a.toml"), "a").unwrap();
        let with_a = look();
        fs::write(folder.path().join("a.toml"), "b").unwrap();
        let (with_b, gone) = (look(), Folder::fingerprint(&folder.path().join("none")));
        assert!(empty != with_a && with_a != with_b && with_b != gone);
        fs::write(folder.path().join("bailiwick.toml"), "c").unwrap();
        assert_eq!(look(), with_b);
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
