//! Where people and keys are kept, and under which keys what is protected lies there.

use super::credential::Credential;
use std::path::PathBuf;

/// Where people and keys are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StoreConfig {
    /// In which database.
    pub(crate) kept_in: KeptIn,
    /// Where the key is found under which protected attributes are sealed; `None`: in the data folder.
    pub(crate) sealing_key: Option<Credential>,
    /// Where former keys are found, which open what is not sealed anew yet.
    pub(crate) former_keys: Vec<Credential>,
    /// Seconds for which what was read is good while the store does not answer; `None`: as long as is usual.
    pub(crate) max_stale: Option<i64>,
}

/// In which database.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum KeptIn {
    /// In a file of the data folder.
    #[default]
    Data,
    /// In this file.
    Sqlite(PathBuf),
    /// On the server whose URL is found here.
    Postgres(Credential),
}
