//! What an installation keeps: people, groups, keys, sessions, trips, roles and disputes, in SQLite or in PostgreSQL,
//! and beside them an index of ledgers, which lie in files of their own.
//!
//! The traits are those of `identity`; this crate stands behind them, and no request ever waits for it. Both databases
//! run the same statements but for a few words, and one suite of tests holds for both.
//!
//! Three rules hold for everything here. A change is one transaction: it happens whole, with its number in the feed of
//! changes, or not at all. Whoever changes holds the head of that feed until they commit, so that numbers are given in
//! the order of commits, and a replica that has seen a number has seen all before it. Stored types are those of
//! [`stored`]: they carry a revision, skip fields that they do not know, and are never the types that people write.
//!
//! Citizenships, US status, screening and the words of disputes leave this crate for the database only under a [`Sealer`], whose key is kept
//! elsewhere.

mod database;
mod disputes;
mod erasure;
mod feed;
mod groups;
mod keys;
mod ledger_index;
mod ledger_sight;
mod load;
mod people;
mod reseal;
mod roles;
mod sealing;
mod sessions;
mod stored;
mod trips;

pub use database::{Location, OpenError};
pub use ledger_index::{Find, IndexedEntry};
pub use ledger_sight::{LedgerSight, Sighted};
pub use reseal::Resealed;
pub use sealing::{Sealer, SealingError};

use database::Database;

/// An open store.
pub struct Store {
    database: Database,
    sealer: Sealer,
}

impl Store {
    /// Opens a store, makes it if it is not there, and brings its tables to the present form.
    ///
    /// # Errors
    /// When it cannot be reached, or was written by a later version.
    pub async fn open(location: &Location, sealer: Sealer) -> Result<Self, OpenError> {
        Ok(Self {
            database: Database::open(location).await?,
            sealer,
        })
    }

    /// Lets what runs finish, and closes it.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
