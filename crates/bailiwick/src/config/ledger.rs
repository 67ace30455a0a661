//! Who reads the ledger, and who witnesses it.

use std::path::PathBuf;
use tlog::note::VerifierKey;
use witness::Address;

/// The ledger of an installation, as others see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LedgerConfig {
    /// Anybody may read checkpoints, tiles and entries, and not only those who have a role for that.
    pub(crate) public: bool,
    /// Who is shown each checkpoint.
    pub(crate) witnesses: Vec<WitnessConfig>,
}

/// A witness.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WitnessConfig {
    /// Where it is.
    pub(crate) address: Address,
    /// The key with which it cosigns.
    pub(crate) key: VerifierKey,
    /// Certificate authorities to trust in the place of those of the web.
    pub(crate) ca: Option<PathBuf>,
}
