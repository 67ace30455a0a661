//! A tool's file of settings, the copy beside it, and what changes in it.

use anyhow::Context as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// What the name of a copy ends with.
const COPY: &str = "before-bailiwick";
/// The same where there was no file.
const NONE: &str = "none-before-bailiwick";

/// A file of which a copy is kept.
pub(super) struct Kept {
    path: PathBuf,
}

impl Kept {
    /// The file at this path, which may not be there yet.
    pub(super) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its path.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// What it holds; `None`: it is not there.
    pub(super) fn read(&self) -> anyhow::Result<Option<String>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", self.shown())),
        }
    }

    /// Writes it anew. The copy is of what stood there before the first change, and stays until it is put back.
    pub(super) fn change(&self, before: Option<&str>, after: &str) -> anyhow::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        if !self.beside(COPY).exists() && !self.beside(NONE).exists() {
            let name = if before.is_some() { COPY } else { NONE };
            write(&self.beside(name), before.unwrap_or_default())?;
        }
        let aside = self.beside("new");
        write(&aside, after)?;
        fs::rename(&aside, &self.path).with_context(|| format!("cannot write `{}`", self.shown()))
    }

    /// Puts it back as it was before the first change; false: there was none.
    pub(super) fn restore(&self) -> anyhow::Result<bool> {
        let failed = || format!("cannot put `{}` back", self.shown());
        if self.beside(COPY).exists() {
            fs::rename(self.beside(COPY), &self.path).with_context(failed)?;
            return Ok(true);
        }
        if self.beside(NONE).exists() {
            fs::remove_file(&self.path).with_context(failed)?;
            fs::remove_file(self.beside(NONE)).with_context(failed)?;
            return Ok(true);
        }
        Ok(false)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!("{name}.{ending}"))
    }
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("cannot write `{}`", path.display());
    let mut options = OpenOptions::new();
    // settings of a person may hold what is nobody else's business
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)
}

/// What changes from one text to another: the lines between what both begin and end with.
pub(super) fn difference(name: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let first = old.iter().zip(&new).take_while(same).count();
    let most = old.len().min(new.len()).saturating_sub(first);
    let last = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(most)
        .take_while(same)
        .count();
    let middle = |lines: &[&str], mark: &str| -> Vec<String> {
        let end = lines.len().saturating_sub(last);
        let changed = lines.iter().take(end).skip(first);
        changed.map(|line| format!("{mark}{line}")).collect()
    };
    let head = vec![format!("--- {name}"), format!("+++ {name}")];
    [head, middle(&old, "-"), middle(&new, "+")].concat().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_and_nothing_else() {
        let check = |before: &str, after: &str, expected: &[&str]| {
            let shown = difference("f", before, after);
            let found: Vec<_> = shown.lines().skip(2).collect();
            assert_eq!(found, expected, "{before:?} {after:?}");
        };
        check("", "a\nb\n", &["+a", "+b"]);
        check("a\nb\nc\n", "a\nx\nc\n", &["-b", "+x"]);
        check("a\n", "a\na\n", &["+a"]);
        check("a\nb\n", "a\nb\n", &[]);
    }

    #[test]
    fn a_file_is_put_back_as_it_was_before_the_first_change() {
        let folder = tempfile::tempdir().unwrap();
        for before in [None, Some("mine\n")] {
            let file = Kept::at(folder.path().join("a/settings.json"));
            if let Some(text) = before {
                file.change(None, "x").unwrap();
                assert!(file.restore().unwrap());
                fs::write(&file.path, text).unwrap();
            }
            for after in ["first\n", "second\n"] {
                file.change(file.read().unwrap().as_deref(), after).unwrap();
                assert_eq!(file.read().unwrap().as_deref(), Some(after));
            }
            assert!(file.restore().unwrap());
            assert_eq!(file.read().unwrap().as_deref(), before);
            assert!(!file.restore().unwrap());
        }
        let left = fs::read_dir(folder.path().join("a")).unwrap().count();
        assert_eq!(left, 1);
    }
}
