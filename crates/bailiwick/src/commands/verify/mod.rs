//! `bailiwick verify`: whether what somebody was given still is what was recorded, by public keys and nothing else.
//!
//! What was given says by itself what it is; each sort has a module of its own.

mod keys;
mod log;
mod pack;
mod proof;
mod save;

pub(super) use keys::keys_of;

use self::save::Saved;
use crate::arguments::Verify;
use crate::config::credential::Credential;
use crate::exit::{Exit, UsageError};
use crate::screen::Screen;
use ::ledger::verify::Folder;
use anyhow::Context as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tlog::note::{KeyKind, VerifierKey};
use tlog::{SignedCheckpoint, proof::MAX_TEXT};
use witness::{Address, RemoteLog, Trusted};

/// What can be verified.
enum Given {
    /// A log in a folder.
    Folder(PathBuf),
    /// A log that is served.
    Served(Address),
    /// The pack of a report.
    Pack(PathBuf),
    /// A proof of one entry.
    Proof(Vec<u8>),
}

/// By whose keys, and beside what.
struct By {
    keys: Vec<VerifierKey>,
    since: Option<SignedCheckpoint>,
    witnesses: Vec<VerifierKey>,
}

pub(super) fn run(asked: &Verify, screen: &mut Screen) -> anyhow::Result<Exit> {
    let given = given(&asked.what)?;
    let by = By {
        keys: keys_of(&asked.key)?,
        since: asked.since.as_deref().map(checkpoint_of).transpose()?,
        witnesses: witnesses_of(&asked.witness)?,
    };
    let is_served = matches!(given, Given::Served(_));
    if !is_served && (asked.bearer_env.is_some() || asked.ca.is_some() || asked.save.is_some()) {
        let message = "`--bearer-env`, `--ca` and `--save` are for a ledger that is read over HTTP";
        return Err(UsageError::new(message, None).into());
    }
    match given {
        Given::Folder(folder) => log::verify(&Folder(&folder), &by, screen),
        Given::Served(address) => {
            let of = served(address, asked)?;
            match asked.save.clone() {
                None => log::verify(&of, &by, screen),
                Some(folder) => log::verify(&Saved { of, folder }, &by, screen),
            }
        }
        Given::Pack(folder) => pack::verify(&folder, &by, screen),
        Given::Proof(text) => proof::verify(&text, &by, screen),
    }
}

/// What lies at a path or an address.
fn given(what: &str) -> anyhow::Result<Given> {
    if what.contains("://") {
        let address = Address::parse(what);
        return Ok(Given::Served(
            address.map_err(|error| UsageError::new(error.to_string(), None))?,
        ));
    }
    let path = Path::new(what);
    if path.is_dir() {
        let given = if pack::is_pack(path) {
            Given::Pack
        } else {
            Given::Folder
        };
        return Ok(given(path.to_owned()));
    }
    let mut text = Vec::new();
    let most = MAX_TEXT as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut text))
        .with_context(|| format!("cannot read `{what}`"))?;
    match text.starts_with(b"c2sp.org/tlog-proof@") {
        true => Ok(Given::Proof(text)),
        false => {
            let message = format!("`{what}` is nothing that can be verified");
            let help = "name a folder with a ledger or a report, the address of one that is served, or a file with a proof";
            Err(UsageError::new(message, help.to_owned()).into())
        }
    }
}

fn served(address: Address, asked: &Verify) -> anyhow::Result<RemoteLog> {
    let token = match &asked.bearer_env {
        None => None,
        Some(_) if !address.may_have_secrets() => {
            let message = format!("a token would pass unencrypted to `{address}`");
            let help = "use `https://`, or read the ledger on the machine itself".to_owned();
            return Err(UsageError::new(message, help).into());
        }
        Some(name) => Some(Credential::Env(name.clone()).read()?),
    };
    Ok(RemoteLog::open(
        address,
        &Trusted::open(asked.ca.as_deref())?,
        token,
    )?)
}

/// An earlier checkpoint, as it was kept.
fn checkpoint_of(file: &Path) -> anyhow::Result<SignedCheckpoint> {
    let note = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    SignedCheckpoint::parse(&note).map_err(|error| {
        let message = format!("`{}` is no checkpoint: {error}", file.display());
        let help = "keep what a ledger has in its file `checkpoint`, as it is".to_owned();
        UsageError::new(message, help).into()
    })
}

/// The keys with which witnesses cosign, out of files that may have others too.
fn witnesses_of(files: &[PathBuf]) -> anyhow::Result<Vec<VerifierKey>> {
    let mut witnesses = Vec::new();
    for file in files {
        let before = witnesses.len();
        let keys = keys_of(file)?.into_iter();
        witnesses.extend(keys.filter(|key| key.kind() == KeyKind::Cosignature));
        if witnesses.len() == before {
            let message = format!("`{}` has no key of a witness", file.display());
            let help = "write into it what `bailiwick witness key` prints where the witness is".to_owned();
            return Err(UsageError::new(message, help).into());
        }
    }
    Ok(witnesses)
}
