//! Public keys in a file, one a line.

use crate::exit::UsageError;
use anyhow::Context as _;
use std::path::Path;
use tlog::note::VerifierKey;

/// The keys in a file.
pub(in crate::commands) fn keys_of(file: &Path) -> anyhow::Result<Vec<VerifierKey>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys = lines.map(|line| {
        line.parse().map_err(|error| {
            let message = format!(
                "`{}` has a line that is no public key of a ledger: {error}",
                file.display()
            );
            let help = "write into it what `bailiwick ledger key` prints where the ledger is kept, or \
                        `bailiwick witness key` where a witness is";
            UsageError::new(message, help.to_owned()).into()
        })
    });
    let keys: Vec<VerifierKey> = keys.collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!keys.is_empty(), "`{}` has no key", file.display());
    Ok(keys)
}
