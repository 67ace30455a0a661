//! The files behind GeoIP: read at the start, and again when they change.

use super::files::{NoFile, WatchedFile};
use super::geoip::{GeoFound, GeoIp, GeoSettings, GeoTable, MarkedNetworks};
use super::sources::{SourceHealth, SourceStatus};
use decision::ClaimSource;
use register::model::Instant;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Where the files of GeoIP are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeoFiles {
    /// The table of places.
    pub places: PathBuf,
    /// A table of anonymous networks.
    pub anonymous: Option<PathBuf>,
    /// A list of marked networks.
    pub marked: Option<PathBuf>,
    /// For how many seconds a table is used after it was built.
    pub limit: i64,
}

/// GeoIP with its files.
#[derive(Debug)]
pub(super) struct GeoSource {
    geoip: GeoIp,
    watched: Mutex<Watched>,
}

#[derive(Debug)]
struct Watched {
    files: Vec<(What, WatchedFile)>,
    /// What is wrong with a file, by file.
    wrong: Vec<(What, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Places,
    Anonymous,
    Marked,
}

impl GeoSource {
    /// Nothing is read yet.
    pub(super) fn new(files: GeoFiles) -> Self {
        let settings = GeoSettings {
            limit: files.limit,
            has_anonymous: files.anonymous.is_some(),
            has_marked: files.marked.is_some(),
        };
        let all = [
            (What::Places, Some(files.places)),
            (What::Anonymous, files.anonymous),
            (What::Marked, files.marked),
        ];
        let watch = |(what, path): (What, Option<PathBuf>)| Some((what, WatchedFile::new(path?)));
        Self {
            geoip: GeoIp::new(settings),
            watched: Mutex::new(Watched {
                files: all.into_iter().filter_map(watch).collect(),
                wrong: Vec::new(),
            }),
        }
    }

    pub(super) fn find(&self, address: IpAddr, at: Instant) -> GeoFound {
        self.geoip.find(address, at)
    }

    /// Takes up files that have changed; whether something else is known now.
    pub(super) fn renew(&self) -> bool {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let Watched { files, wrong } = &mut *watched;
        let mut is_new = false;
        for (what, file) in files {
            let Some(read) = file.poll() else {
                continue;
            };
            let result = match read {
                Ok(bytes) => self.take(*what, bytes),
                Err(why) => Err(self.lose(*what, why)),
            };
            wrong.retain(|(other, _)| other != what);
            is_new |= result.is_ok();
            if let Err(reason) = result {
                tracing::warn!(file = ?what, reason, "a file of GeoIP is not used");
                wrong.push((*what, reason));
            }
        }
        is_new
    }

    /// Uses a file, or says what is wrong with it; what was read from the one before stays then.
    fn take(&self, what: What, bytes: Vec<u8>) -> Result<(), String> {
        let table = |bytes| GeoTable::read(bytes).map_err(|error| error.to_string());
        match what {
            What::Places => self.geoip.use_places(table(bytes)?),
            What::Anonymous => self.geoip.use_anonymous(table(bytes)?),
            What::Marked => {
                let text = String::from_utf8(bytes).map_err(|_| "the list is not UTF-8 text".to_owned())?;
                let networks = MarkedNetworks::read(&text).map_err(|error| error.to_string())?;
                self.geoip.use_marked(networks);
            }
        }
        Ok(())
    }

    /// A file that was taken away is used no more; one that cannot be read now may be tomorrow.
    fn lose(&self, what: What, why: NoFile) -> String {
        if why == NoFile::Missing {
            match what {
                What::Places => self.geoip.lose_places(),
                What::Anonymous => self.geoip.lose_anonymous(),
                What::Marked => self.geoip.lose_marked(),
            }
        }
        why.words().to_owned()
    }

    /// How it is.
    pub(super) fn status(&self, at: Instant, delay: i64) -> SourceStatus {
        let of_files = {
            let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            let first = watched.wrong.first();
            first.map(|(what, reason)| format!("{}: {reason}", what.words()))
        };
        let reason = of_files.or_else(|| self.geoip.wrong(at));
        let health = match reason {
            Some(_) => SourceHealth::Degraded,
            None => SourceHealth::Healthy,
        };
        SourceStatus {
            source: ClaimSource::GeoIp,
            health,
            reason,
            as_of: self.geoip.built(),
            delay,
        }
    }
}

impl What {
    const fn words(self) -> &'static str {
        match self {
            Self::Places => "table of places",
            Self::Anonymous => "table of anonymous networks",
            Self::Marked => "list of marked networks",
        }
    }
}
