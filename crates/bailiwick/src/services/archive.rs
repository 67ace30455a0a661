//! Registers that were in force, kept so that every decision can be made again.
//!
//! A register is kept before it is put in force, by the name of its content: its files as they were, and a note over them
//! that the ledger's keys sign. What an entry refers to is never taken away.

use crate::data::DataDir;
use crate::folder::Folder;
use aws_lc_rs::digest;
use data_encoding::BASE64;
use ledger::LogIdentity;
use register::source::Source;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tlog::note::{Note, VerifierKey};

/// First line of a note.
const HEAD: &str = "bailiwick register";
/// What the name of a content begins with.
const SHA256: &str = "sha256:";

/// The registers that were in force in an installation.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    data: DataDir,
    identity: LogIdentity,
}

/// Why a register cannot be had from the archive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// There is no register of that name.
    #[error("the register `{0}` is not in the archive")]
    Missing(String),
    /// What is there is not what was kept.
    #[error("the register `{digest}` in the archive was changed or damaged: {reason}")]
    Damaged {
        /// Its name.
        digest: String,
        /// What is wrong.
        reason: String,
    },
}

/// A register's files, as they are kept.
#[derive(Serialize, Deserialize)]
struct Files {
    files: Vec<KeptFile>,
    revision: u32,
}

#[derive(Serialize, Deserialize)]
struct KeptFile {
    path: String,
    text: String,
}

impl Archive {
    /// The archive of a data folder.
    pub(crate) fn open(data: &DataDir) -> anyhow::Result<Self> {
        Ok(Self {
            data: data.clone(),
            identity: data.ledger_identity()?,
        })
    }

    /// The keys that sign for the ledger, and those that once did.
    fn keys(&self) -> Vec<VerifierKey> {
        let former = self.data.former_ledger_keys().unwrap_or_default();
        let former = former.lines().filter_map(|line| line.parse().ok());
        self.identity.verifier_keys().into_iter().chain(former).collect()
    }

    /// Keeps a register, durably; one that is kept already stays as it is.
    pub(crate) fn keep(&self, folder: &Folder) -> anyhow::Result<()> {
        if self.read(&folder.digest).is_ok() {
            return Ok(());
        }
        let files = folder.sources.iter().map(|source| KeptFile {
            path: source.path.clone(),
            text: source.text.clone(),
        });
        let files = Files {
            files: files.collect(),
            revision: 1,
        };
        let content = serde_json::to_vec(&files)?;
        let note = self.identity.sign(&note(&folder.digest, &content))?;
        let (register, signed) = names(&folder.digest);
        self.data.keep_register(&register, &content)?;
        self.data.keep_register(&signed, note.to_string().as_bytes())
    }

    /// A register that was kept.
    pub(crate) fn read(&self, digest: &str) -> Result<Folder, ArchiveError> {
        let (register, signed) = names(digest);
        let missing = || ArchiveError::Missing(digest.to_owned());
        let damaged = |reason: &str| ArchiveError::Damaged {
            digest: digest.to_owned(),
            reason: reason.to_owned(),
        };
        let content = self.data.kept_register(&register).map_err(|_| missing())?;
        let signed = self.data.kept_register(&signed).map_err(|_| missing())?;
        let signed = Note::parse(&signed).map_err(|_| damaged("what signs it is no note"))?;
        signed
            .verified_by(&self.keys())
            .map_err(|_| damaged("no key of the ledger has signed it"))?;
        if signed.text() != note(digest, &content) {
            return Err(damaged("what was signed is another content"));
        }
        let kept: Files =
            serde_json::from_slice(&content).map_err(|_| damaged("its files cannot be read"))?;
        let sources = kept.files.into_iter();
        let sources = sources
            .map(|file| Source {
                path: file.path,
                text: file.text,
            })
            .collect();
        let folder = Folder::of(PathBuf::from(digest), sources);
        match folder.digest == digest {
            true => Ok(folder),
            false => Err(damaged("its files are those of another register")),
        }
    }
}

/// What is signed of a register.
fn note(name: &str, content: &[u8]) -> String {
    let content = BASE64.encode(digest::digest(&digest::SHA256, content).as_ref());
    format!("{HEAD}\n{name}\n{content}\n")
}

/// Names of the two files of a register. A name is made of letters and digits only, whatever the digest says.
fn names(digest: &str) -> (PathBuf, PathBuf) {
    let plain = digest.strip_prefix(SHA256).unwrap_or(digest);
    let plain: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    let folder = Path::new("registers");
    (
        folder.join(format!("{plain}.json")),
        folder.join(format!("{plain}.note")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const HELLO: &str = "[register]\nname = \"Larkmoor Bank\"\n";

    fn register() -> Folder {
        let source = Source {
            path: "register.toml".to_owned(),
            text: HELLO.to_owned(),
        };
        Folder::of(PathBuf::from("register"), vec![source])
    }

    #[test]
    fn what_was_kept_comes_back_and_what_was_changed_does_not() {
        let data = tempfile::tempdir().unwrap();
        let opened = DataDir::open(data.path()).unwrap();
        let archive = Archive::open(&opened).unwrap();
        let folder = register();
        assert!(matches!(
            archive.read(&folder.digest),
            Err(ArchiveError::Missing(_))
        ));
        archive.keep(&folder).unwrap();
        assert_eq!(archive.read(&folder.digest).unwrap().digest, folder.digest);
        let (content, note) = names(&folder.digest);
        for file in [content, note] {
            let path = data.path().join(file);
            let whole = fs::read_to_string(&path).unwrap();
            fs::write(&path, whole.replacen('a', "b", 1)).unwrap();
            let read = archive.read(&folder.digest);
            assert!(
                matches!(read, Err(ArchiveError::Damaged { .. })),
                "{}",
                path.display()
            );
            fs::write(&path, whole).unwrap();
        }
        let foreign = tempfile::tempdir().unwrap();
        fs::rename(data.path().join("registers"), foreign.path().join("registers")).unwrap();
        let other = Archive::open(&DataDir::open(foreign.path()).unwrap()).unwrap();
        assert!(matches!(
            other.read(&folder.digest),
            Err(ArchiveError::Damaged { .. })
        ));
        // and whatever was there is put right by keeping it again
        other.keep(&folder).unwrap();
        assert!(other.read(&folder.digest).is_ok());
    }
}
