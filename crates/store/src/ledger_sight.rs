//! How far ledgers had come when they were last signed, and who signs for them: what keeps two processes from signing for
//! one ledger, and an older copy of a ledger from being gone on with.

use crate::Store;
use crate::database::away;
use crate::stored::REVISION;
use identity::KeepError;
use sqlx::Row as _;

/// A ledger as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerSight {
    /// Entries under its checkpoint.
    pub size: u64,
    /// Root of its tree.
    pub root: [u8; 32],
}

/// What became of a ledger that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighted {
    /// It is seen now as it was shown.
    Seen,
    /// Another process signs for it.
    Lost,
}

impl Store {
    /// The ledger of this name as it was last seen; `None`: never.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ledger_sight(&self, origin: &str) -> Result<Option<LedgerSight>, KeepError> {
        let query = sqlx::query("select size, root from ledger_checkpoints where origin = $1");
        let row = query
            .bind(origin.to_owned())
            .fetch_optional(&self.database.read)
            .await;
        let Some(row) = row.map_err(away)? else {
            return Ok(None);
        };
        let (size, root): (i64, Vec<u8>) = (row.try_get(0).map_err(away)?, row.try_get(1).map_err(away)?);
        let damaged = || KeepError::Damaged {
            what: "ledger",
            id: origin.to_owned(),
            reason: "its size or root is none".to_owned(),
        };
        Ok(Some(LedgerSight {
            size: u64::try_from(size).map_err(|_| damaged())?,
            root: root.try_into().map_err(|_| damaged())?,
        }))
    }

    /// From now on this process signs for the ledger, which has come at least as far as it was last seen; whoever did
    /// before has lost.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim_ledger(
        &self,
        origin: &str,
        writer: &str,
        sight: &LedgerSight,
    ) -> Result<(), KeepError> {
        let mut change = self.database.begin_apart().await?;
        let insert = sqlx::query(
            "insert into ledger_checkpoints (origin, size, root, writer, revision) values ($1, $2, $3, $4, $5) \
             on conflict (origin) do update set writer = excluded.writer",
        );
        let insert = insert
            .bind(origin.to_owned())
            .bind(signed(sight.size))
            .bind(sight.root.to_vec())
            .bind(writer.to_owned())
            .bind(REVISION);
        insert.execute(&mut *change).await.map_err(away)?;
        change.commit().await.map_err(away)
    }

    /// Shows the ledger as it is about to be signed. It is seen only if this process still signs for it and it has not
    /// become smaller; nothing may be signed otherwise.
    ///
    /// # Errors
    /// When the database does not answer: then nobody knows, and nothing may be signed either.
    pub async fn show_ledger(
        &self,
        origin: &str,
        writer: &str,
        sight: &LedgerSight,
    ) -> Result<Sighted, KeepError> {
        if self.is_seen(origin, writer, sight).await? {
            return Ok(Sighted::Seen);
        }
        let mut change = self.database.begin_apart().await?;
        let update = sqlx::query(
            "update ledger_checkpoints set size = $1, root = $2 where origin = $3 and writer = $4 \
             and (size < $1 or (size = $1 and root = $2))",
        );
        let update = update
            .bind(signed(sight.size))
            .bind(sight.root.to_vec())
            .bind(origin.to_owned())
            .bind(writer.to_owned());
        let done = update.execute(&mut *change).await.map_err(away)?;
        change.commit().await.map_err(away)?;
        Ok(match done.rows_affected() {
            0 => Sighted::Lost,
            _ => Sighted::Seen,
        })
    }
}

impl Store {
    /// Whether the ledger is seen already as it is shown, which asks for no change.
    async fn is_seen(&self, origin: &str, writer: &str, sight: &LedgerSight) -> Result<bool, KeepError> {
        let query = sqlx::query(
            "select 1 from ledger_checkpoints where origin = $1 and writer = $2 and size = $3 and root = $4",
        );
        let query = query
            .bind(origin.to_owned())
            .bind(writer.to_owned())
            .bind(signed(sight.size))
            .bind(sight.root.to_vec());
        let row = query.fetch_optional(&self.database.read).await.map_err(away)?;
        Ok(row.is_some())
    }
}

/// A number of entries as databases have numbers.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
