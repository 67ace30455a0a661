//! The folder in which an installation keeps what must survive it: keys, its own secrets, the ledger.
//!
//! Nobody but its owner may read it. A secret is made when it is first asked for.

use crate::clock;
use crate::exit::UsageError;
use anyhow::{Context as _, anyhow};
use aws_lc_rs::{digest, rand};
use data_encoding::HEXLOWER_PERMISSIVE;
use identity::{KeyHasher, KeyRing};
use ledger::{FileDevice, FileSettings, LogIdentity, Outside, Pseudonyms, SealingKey};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use tlog::note::Signer;
use witness::WitnessKeys;

/// Hashes of keys, and whose they are.
const KEYS: &str = "keys.json";
/// The secret under which keys are hashed.
const KEY_SECRET: &str = "key-secret";
/// The key under which protected attributes of people are sealed, unless the configuration names another place.
const SEALING_SECRET: &str = "sealing-secret";
/// What is kept of people and keys, unless the configuration names another place.
const STORE: &str = "store.sqlite";
/// The secret that leads pseudonyms back to people.
const PERSON_SECRET: &str = "person-secret";
/// The seed of the key that signs the ledger's checkpoints.
const LEDGER_SECRET: &str = "ledger-secret";
/// The seeds of the keys that sign in its place once there are others, the newest first.
const LEDGER_SIGNERS: &str = "ledger-signers";
/// The public keys that once signed for the ledger, and do not any more.
const LEDGER_FORMER_KEYS: &str = "ledger-former-keys";
/// The key that seals what the ledger's entries say.
const LEDGER_SEALING_SECRET: &str = "ledger-sealing-secret";
/// The ledger's folder.
const LEDGER: &str = "ledger";

/// The seed of the keys of a witness.
const WITNESS_SECRET: &str = "witness-secret";
/// What a witness is called.
const WITNESS_NAME: &str = "witness-name";
/// What a witness has seen.
const WITNESS: &str = "witness";

/// Sign-ins that were ended.
const REVOCATIONS: &str = "revocations.json";

/// Where people were seen.
const SEEN: &str = "seen.jsonl";

/// What a shell needs to talk to a demonstration.
const ENVIRONMENT: &str = "env";

/// The data folder of an installation.
#[derive(Clone, Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Opens a folder, which is made if it is not there.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let failed = || format!("cannot make the folder `{}`", path.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(failed)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Keys that somebody wrote into a file of this folder. Those that were given lie in the store.
    pub(crate) fn keys(&self) -> anyhow::Result<KeyRing> {
        let file = self.path.join(KEYS);
        let stored = match fs::read_to_string(&file) {
            Ok(text) => identity::read_stored(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
        };
        Ok(KeyRing::new(self.key_hasher()?, stored))
    }

    /// What hashes the keys of this installation.
    pub(crate) fn key_hasher(&self) -> anyhow::Result<KeyHasher> {
        Ok(KeyHasher::new(&self.key_secret()?))
    }

    /// The secret of this installation under which keys are hashed, and from which others are derived.
    pub(crate) fn key_secret(&self) -> anyhow::Result<[u8; 32]> {
        self.secret(KEY_SECRET)
    }

    /// The key under which protected attributes are sealed here.
    pub(crate) fn sealing_key(&self) -> anyhow::Result<[u8; 32]> {
        self.secret(SEALING_SECRET)
    }

    /// Where people and keys are kept here.
    pub(crate) fn store(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// The list of sign-ins that were ended, if there is one.
    pub(crate) fn revocations(&self) -> std::io::Result<Option<String>> {
        self.text(REVOCATIONS)
    }

    /// Keeps this list in place of the one kept so far.
    pub(crate) fn keep_revocations(&self, text: &str) -> anyhow::Result<()> {
        self.write(REVOCATIONS, text.as_bytes())
    }

    /// Where people were seen, if anything was kept of that.
    pub(crate) fn seen(&self) -> std::io::Result<Option<String>> {
        self.text(SEEN)
    }

    /// Keeps where people were seen in place of what was kept so far.
    pub(crate) fn keep_seen(&self, text: &str) -> anyhow::Result<()> {
        self.write(SEEN, text.as_bytes())
    }

    /// Pseudonyms of people in the ledger.
    pub(crate) fn pseudonyms(&self) -> anyhow::Result<Pseudonyms> {
        Ok(Pseudonyms::new(&self.secret(PERSON_SECRET)?))
    }

    /// Where the ledger is kept.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.path.join(LEDGER)
    }

    /// Where a demonstration keeps its address and keys for a shell.
    pub(crate) fn environment(&self) -> PathBuf {
        self.path.join(ENVIRONMENT)
    }

    /// Keeps address and keys of a demonstration for a shell.
    pub(crate) fn keep_environment(&self, text: &str) -> anyhow::Result<()> {
        self.write(ENVIRONMENT, text.as_bytes())
    }

    /// Keeps a file of the archive of registers, durably.
    pub(crate) fn keep_register(&self, name: &Path, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.path.join(name);
        let folder = file.parent().unwrap_or(&self.path);
        let failed = || format!("cannot write `{}`", file.display());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(failed)?;
        self.write(&name.to_string_lossy(), bytes)?;
        let synchronised = fs::File::open(folder).and_then(|folder| folder.sync_all());
        synchronised.with_context(failed)
    }

    /// A file of the archive of registers.
    pub(crate) fn kept_register(&self, name: &Path) -> std::io::Result<Vec<u8>> {
        fs::read(self.path.join(name))
    }

    /// Opens the ledger for writing; whoever knows of it outside is asked before anything is signed.
    pub(crate) fn open_ledger(&self, identity: &LogIdentity, outside: Outside) -> anyhow::Result<FileDevice> {
        let now = clock::now();
        let settings = FileSettings::default();
        let opened = FileDevice::open_outside(&self.ledger(), identity, now, settings, outside);
        opened.with_context(|| format!("cannot open the ledger in `{}`", self.ledger().display()))
    }

    /// Where a witness keeps what it has seen.
    pub(crate) fn witness(&self) -> PathBuf {
        self.path.join(WITNESS)
    }

    /// The keys of a witness. It has one name for ever: the one that is given first, or else one that follows from its
    /// key.
    pub(crate) fn witness_keys(&self, name: Option<&str>) -> anyhow::Result<WitnessKeys> {
        let seed = self.secret(WITNESS_SECRET)?;
        let known = self.text(WITNESS_NAME)?;
        let name = match (known.as_deref().map(str::trim), name) {
            (Some(known), Some(name)) if known != name => {
                let message = format!("this witness is called `{known}`, and what it signed says so");
                let help = "begin another one in a folder of its own".to_owned();
                return Err(UsageError::new(message, help).into());
            }
            (Some(known), _) => known.to_owned(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => format!(
                "bailiwick-witness/{}",
                own_name(b"bailiwick: name of a witness", &seed)
            ),
        };
        let keys = WitnessKeys::from_seed(&name, &seed)?;
        if known.is_none() {
            self.write(WITNESS_NAME, name.as_bytes())?;
        }
        Ok(keys)
    }

    /// The name and the keys of the ledger.
    pub(crate) fn ledger_identity(&self) -> anyhow::Result<LogIdentity> {
        let sealing = SealingKey::from_bytes(self.secret(LEDGER_SEALING_SECRET)?);
        Ok(LogIdentity::new(
            &self.ledger_name()?,
            &self.ledger_signers()?,
            sealing,
        )?)
    }

    /// The seeds of the keys that sign for the ledger, the newest first.
    pub(crate) fn ledger_signers(&self) -> anyhow::Result<Vec<[u8; 32]>> {
        let Some(text) = self.text(LEDGER_SIGNERS)? else {
            return Ok(vec![self.secret(LEDGER_SECRET)?]);
        };
        let seeds: Option<Vec<_>> = text.lines().map(from_hex).collect();
        let seeds = seeds.filter(|seeds| !seeds.is_empty());
        seeds.with_context(|| format!("`{}` is damaged", self.path.join(LEDGER_SIGNERS).display()))
    }

    /// Lets these keys sign for the ledger, the newest first.
    pub(crate) fn keep_ledger_signers(&self, seeds: &[[u8; 32]]) -> anyhow::Result<()> {
        let lines = seeds.iter().map(|seed| HEXLOWER_PERMISSIVE.encode(seed) + "\n");
        self.write(LEDGER_SIGNERS, lines.collect::<String>().as_bytes())
    }

    /// Public keys that signed for the ledger once, one a line.
    pub(crate) fn former_ledger_keys(&self) -> anyhow::Result<String> {
        Ok(self.text(LEDGER_FORMER_KEYS)?.unwrap_or_default())
    }

    /// Keeps the public keys that signed once.
    pub(crate) fn keep_former_ledger_keys(&self, lines: &str) -> anyhow::Result<()> {
        self.write(LEDGER_FORMER_KEYS, lines.as_bytes())
    }

    /// Whether there is a ledger here, with the keys that open and sign it.
    pub(crate) fn has_ledger(&self) -> bool {
        let keys = [LEDGER_SECRET, LEDGER_SEALING_SECRET, PERSON_SECRET];
        self.ledger().is_dir() && keys.iter().all(|name| self.path.join(name).is_file())
    }

    /// Signs, in the name of the ledger, what is handed out of it.
    pub(crate) fn ledger_signer(&self) -> anyhow::Result<Signer> {
        let seeds = self.ledger_signers()?;
        let newest = seeds.first().context("no key signs for the ledger")?;
        Ok(Signer::from_seed(&self.ledger_name()?, newest)?)
    }

    /// The name of the ledger, which follows from its first key, so that no two have the same.
    fn ledger_name(&self) -> anyhow::Result<String> {
        let name = own_name(b"bailiwick: name of a ledger", &self.secret(LEDGER_SECRET)?);
        Ok(format!("bailiwick/{name}"))
    }

    /// A secret of this installation, by the name of its file.
    pub(crate) fn secret(&self, name: &str) -> anyhow::Result<[u8; 32]> {
        let file = self.path.join(name);
        match fs::read_to_string(&file) {
            Ok(text) => from_hex(text.trim()).with_context(|| format!("`{}` is damaged", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut secret = [0; 32];
                rand::fill(&mut secret).map_err(|_| anyhow!("the system gave no random bytes"))?;
                self.write(name, HEXLOWER_PERMISSIVE.encode(&secret).as_bytes())?;
                Ok(secret)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", file.display())),
        }
    }

    /// What a file says, if it is there.
    fn text(&self, name: &str) -> std::io::Result<Option<String>> {
        match fs::read_to_string(self.path.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a whole file in place at once, readable by its owner only.
    fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let (file, aside) = (self.path.join(name), self.path.join(format!("{name}.new")));
        let failed = || format!("cannot write `{}`", file.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut opened = options.open(&aside).with_context(failed)?;
        opened.write_all(bytes).with_context(failed)?;
        opened.sync_all().with_context(failed)?;
        fs::rename(&aside, &file).with_context(failed)
    }
}

/// The data folder that the command line names, else the configuration's.
pub(crate) fn named(given: Option<PathBuf>, configured: Option<PathBuf>) -> Result<PathBuf, UsageError> {
    let help = "name it with --data-dir, or as `dir` under `[data]` in bailiwick.toml".to_owned();
    given
        .or(configured)
        .ok_or_else(|| UsageError::new("nothing says where keys and ledger are kept", help))
}

/// A name that follows from a secret and tells nothing of it.
fn own_name(of: &[u8], seed: &[u8; 32]) -> String {
    let name = digest::digest(&digest::SHA256, &[of, &seed[..]].concat());
    let name = HEXLOWER_PERMISSIVE.encode(name.as_ref());
    name.get(..16).unwrap_or(&name).to_owned()
}

/// Reads 32 bytes from 64 hexadecimal digits, of either case.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::{ApiKey, KeyHolder, Keys as _};
    use register::model::Instant;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn keys_survive_and_only_their_owner_can_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("a/b")).unwrap();
        let key = ApiKey::generate().unwrap();
        let mut ring = data.keys().unwrap();
        ring.insert(
            &key,
            KeyHolder {
                person: "p".to_owned(),
                application: None,
            },
            None,
        );
        data.write(KEYS, identity::write_stored(ring.stored()).as_bytes())
            .unwrap();
        let holder = data.keys().unwrap().verify(key.reveal(), Instant(0));
        assert_eq!(holder.map(|holder| holder.person), Some("p".to_owned()));
        for (name, mode) in [("", 0o700), (KEYS, 0o600), (KEY_SECRET, 0o600)] {
            let found = fs::metadata(folder.path().join("a/b").join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(found & 0o777, mode, "{name}");
        }
    }

    #[test]
    fn a_secret_is_made_once_and_a_damaged_one_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let secret = data.secret("s").unwrap();
        assert_eq!(data.secret("s").unwrap(), secret);
        assert_ne!(data.secret("t").unwrap(), secret);
        fs::write(folder.path().join("s"), "short").unwrap();
        assert!(data.secret("s").unwrap_err().to_string().contains("is damaged"));
    }
}
