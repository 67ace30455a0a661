//! A credential in use, read again when the file that it comes from changes.

use super::{ConnectorError, Credential};
use arc_swap::ArcSwapOption;
use hyper::header::{HeaderName, HeaderValue};
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use wire::Protocol;

/// The header that carries a credential.
pub(crate) type CredentialHeader = (HeaderName, HeaderValue);

/// A credential in use.
pub(super) struct Held {
    source: Credential,
    header: ArcSwapOption<CredentialHeader>,
    /// The file as it was when it was last read.
    seen: Mutex<Option<Stamp>>,
}

/// What differs between a file and the same file after a change: modification, change of rights, length, and the number
/// of the file, since many put a new one in the old one's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    changed: (i64, i64),
    length: u64,
    number: u64,
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
            length: found.len(),
            number: found.ino(),
        })
    }
}

impl Held {
    /// Fetches a credential for the first time.
    pub(super) fn open(
        source: Credential,
        connector: &str,
        protocol: Protocol,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConnectorError> {
        // before the text: a change in between is then read again, never missed
        let seen = source.file().and_then(Stamp::of);
        let header = source.header(connector, protocol, environment)?;
        Ok(Self {
            source,
            header: ArcSwapOption::from(header.map(Arc::new)),
            seen: Mutex::new(seen),
        })
    }

    /// The header that carries it.
    pub(super) fn header(&self) -> Option<Arc<CredentialHeader>> {
        self.header.load_full()
    }

    /// Reads it again if its file has changed. A file that gives no credential leaves the former one in use.
    pub(super) fn refresh(&self, connector: &str, protocol: Protocol) {
        let Some(path) = self.source.file() else {
            return;
        };
        let found = Stamp::of(path);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == found {
            return;
        }
        *seen = found;
        match self.source.header(connector, protocol, |_| None) {
            Ok(header) => {
                self.header.store(header.map(Arc::new));
                tracing::info!(connector, "the credential was read again");
            }
            Err(error) => tracing::warn!(%error, "the former credential stays in use"),
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(held: &Held, expected: &str) {
        held.refresh("c", Protocol::Anthropic);
        let header = held.header().unwrap();
        assert_eq!(header.1.to_str().unwrap(), expected);
    }

    #[test]
    fn a_changed_file_is_read_again_and_an_unusable_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let put = |text: &str| {
            let aside = folder.path().join("aside");
            std::fs::write(&aside, text).unwrap();
            std::fs::rename(&aside, &path).unwrap();
        };
        put("first\n");
        let open = |path| Held::open(Credential::File(path), "c", Protocol::Anthropic, |_| None);
        let held = open(path.clone()).unwrap();
        check(&held, "first");
        put("second");
        assert_eq!(
            held.header().unwrap().1,
            "first",
            "nothing is read before it is asked for"
        );
        check(&held, "second");
        for unusable in ["", "two\nlines"] {
            put(unusable);
            check(&held, "second");
        }
        std::fs::remove_file(&path).unwrap();
        check(&held, "second");
        put("third");
        check(&held, "third");
        assert!(!format!("{held:?}").contains("third"));
        assert!(open(folder.path().join("none")).is_err());
    }

    #[test]
    fn what_comes_from_elsewhere_stays_as_it_was() {
        let source = Credential::Env("KEY".to_owned());
        let held = Held::open(source, "c", Protocol::Anthropic, |_| Some("value".to_owned()));
        check(&held.unwrap(), "value");
    }
}
