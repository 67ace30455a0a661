//! What a person's machine keeps of a sign-in: one file in their state folder, which nobody else may read, and a lock
//! beside it, since several tools may ask for a token at the same moment.

use crate::config::credential::variable;
use crate::exit::UsageError;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

/// The file.
const FILE: &str = "sign-in.json";
/// The lock.
const LOCK: &str = "sign-in.lock";
/// Revision of what is written here.
const REVISION: u32 = 1;

/// A sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    revision: u32,
    /// The gateway.
    pub(super) gateway: String,
    /// Where tokens are renewed.
    pub(super) token_endpoint: String,
    /// Where they are given back.
    pub(super) revocation_endpoint: String,
    /// Opens what the person may.
    pub(super) access_token: String,
    /// First second at which it does not.
    pub(super) expires: i64,
    /// Renews it, once.
    pub(super) refresh_token: String,
    /// Who signed in, where the gateway says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

impl Kept {
    /// The revision that is written here.
    pub(super) const REVISION: u32 = REVISION;

    /// A sign-in of which nothing is known but where it was made.
    pub(super) fn at(gateway: String, token_endpoint: String, revocation_endpoint: String) -> Self {
        Self {
            revision: REVISION,
            gateway,
            token_endpoint,
            revocation_endpoint,
            access_token: String::new(),
            expires: 0,
            refresh_token: String::new(),
            email: None,
        }
    }
}

/// The folder, held for one command at a time.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder and waits until nobody else uses it.
    pub(super) fn open() -> anyhow::Result<Self> {
        let path = folder()?;
        let failed = || format!("cannot use the folder `{}`", path.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .with_context(failed)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let lock = options.open(path.join(LOCK)).with_context(failed)?;
        lock.lock().with_context(failed)?;
        Ok(Self { path, _lock: lock })
    }

    /// The sign-in that is kept.
    pub(super) fn read(&self) -> anyhow::Result<Option<Kept>> {
        let file = self.path.join(FILE);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
        };
        let kept: Option<Kept> = serde_json::from_str(&text).ok();
        match kept.filter(|kept| kept.revision <= Kept::REVISION) {
            Some(kept) => Ok(Some(kept)),
            None => {
                let help = "sign in again with `bailiwick login --gateway URL`".to_owned();
                let message = format!("`{}` is damaged or of a later version", file.display());
                Err(UsageError::new(message, help).into())
            }
        }
    }

    /// Keeps a sign-in in place of the one that was kept.
    pub(super) fn write(&self, kept: &Kept) -> anyhow::Result<()> {
        let (file, aside) = (self.path.join(FILE), self.path.join(format!("{FILE}.new")));
        let failed = || format!("cannot write `{}`", file.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut opened = options.open(&aside).with_context(failed)?;
        opened
            .write_all(&serde_json::to_vec_pretty(kept)?)
            .with_context(failed)?;
        opened.sync_all().with_context(failed)?;
        fs::rename(&aside, &file).with_context(failed)
    }

    /// Forgets the sign-in.
    pub(super) fn forget(&self) -> anyhow::Result<()> {
        let file = self.path.join(FILE);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove `{}`", file.display()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Where state of programs is kept, as the XDG base directories have it.
fn folder() -> anyhow::Result<PathBuf> {
    let state = variable("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let state = state.or_else(home).ok_or_else(|| {
        let help = "set `HOME`, or `XDG_STATE_HOME`".to_owned();
        UsageError::new("nothing says where this machine keeps a sign-in", help)
    })?;
    Ok(state.join("bailiwick"))
}
