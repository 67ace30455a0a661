//! Seals anew what lies under a former key, so that the former key can be put away.
//!
//! Page by page, each page a change of its own: whoever else writes waits for one page at most, and a run that is broken
//! off has done the pages before it. A record that somebody changes meanwhile is sealed under the present key by that
//! change. Neither versions nor the feed of changes move, since nothing that anybody reads is another afterwards.

use crate::Store;
use crate::database::away;
use crate::stored::FIELDS;
use identity::KeepError;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

/// People in a page.
const PAGE: i64 = 500;

/// What was sealed anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// People who were looked at.
    pub people: u64,
    /// People of whom something lay under a former key.
    pub resealed: u64,
}

/// Protected attributes of a person as they lie.
struct Lying {
    id: String,
    sealed: [Vec<u8>; 3],
}

impl Lying {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            sealed: [row.try_get(1)?, row.try_get(2)?, row.try_get(3)?],
        })
    }
}

impl Store {
    /// Seals everything under the present key; after each page it says how many people it has looked at.
    ///
    /// # Errors
    /// When the database is away, or something is sealed under a key that is not at hand or was changed since; what was
    /// sealed anew before stays so.
    pub async fn reseal(&self, say: &(dyn Fn(u64) + Sync)) -> Result<Resealed, KeepError> {
        let mut done = Resealed::default();
        let mut after = String::new();
        loop {
            let mut change = self.database.begin().await?;
            let page = sqlx::query(
                "select id, citizenships, us_status, screening from people where id > $1 order by id limit $2",
            );
            let page = page.bind(after.clone()).bind(PAGE);
            let rows = page.fetch_all(&mut *change).await.map_err(away)?;
            for row in &rows {
                let lying = Lying::read(row).map_err(away)?;
                done.people += 1;
                done.resealed += u64::from(self.reseal_one(&mut change, &lying).await?);
                after = lying.id;
            }
            change.commit().await.map_err(away)?;
            if rows.is_empty() {
                return Ok(done);
            }
            say(done.people);
        }
    }

    /// Seals the attributes of one person anew; whether any of them needed it.
    async fn reseal_one(
        &self,
        change: &mut Transaction<'static, Any>,
        lying: &Lying,
    ) -> Result<bool, KeepError> {
        if lying.sealed.iter().all(|sealed| self.sealer.is_current(sealed)) {
            return Ok(false);
        }
        let mut anew = Vec::with_capacity(FIELDS.len());
        for (field, sealed) in FIELDS.into_iter().zip(&lying.sealed) {
            let opened = self.sealer.open(&lying.id, field, sealed);
            let opened = opened.and_then(|text| self.sealer.seal(&lying.id, field, &text));
            anew.push(opened.map_err(|error| KeepError::Damaged {
                what: "person",
                id: lying.id.clone(),
                reason: format!("its `{field}`: {error}"),
            })?);
        }
        let mut update =
            sqlx::query("update people set citizenships = $1, us_status = $2, screening = $3 where id = $4");
        for sealed in anew {
            update = update.bind(sealed);
        }
        let update = update.bind(lying.id.clone());
        update.execute(&mut **change).await.map_err(away)?;
        Ok(true)
    }
}
