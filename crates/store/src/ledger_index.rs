//! An index of ledgers, for questions that nobody wants to read a whole ledger for. The ledgers are the truth: what stands
//! here is told from their entries, in their order, each once, and can be taken away and told again.

use crate::Store;
use crate::database::{Kind, away};
use crate::ledger_sight::signed;
use crate::people::filter::Sql;
use identity::KeepError;
use register::model::Instant;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// Most entries of one statement: databases take so many values and no more, and a long one takes much memory.
const AT_ONCE: usize = 100;

const COLUMNS: &str = "origin, entry, at, kind, intent, event, decision, verdict, ended, person, model, deployment, \
    licensor, entity, application, places, clauses, tokens";

/// What the index has of an entry. What the entry does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexedEntry {
    /// Number of the entry.
    pub entry: u64,
    /// When it happened, in seconds since 1970.
    pub at: i64,
    /// What sort of entry it is.
    pub kind: String,
    /// Of an outcome: the entry of its intent.
    pub intent: Option<u64>,
    /// Of an event: what happened.
    pub event: Option<String>,
    /// Id of the decision.
    pub decision: Option<String>,
    /// What was decided.
    pub verdict: Option<String>,
    /// Of an outcome: how it ended.
    pub ended: Option<String>,
    /// Pseudonym of the person.
    pub person: Option<String>,
    /// Id of the model.
    pub model: Option<String>,
    /// Id of the deployment.
    pub deployment: Option<String>,
    /// Who licenses the model.
    pub licensor: Option<String>,
    /// The person's entity.
    pub entity: Option<String>,
    /// Id of the application.
    pub application: Option<String>,
    /// Codes of places that the facts named.
    pub places: Vec<String>,
    /// Clauses among the reasons.
    pub clauses: Vec<String>,
    /// Tokens read and written.
    pub tokens: Option<u64>,
}

/// Which entries are looked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// One of these pseudonyms.
    pub people: Vec<String>,
    /// Sort of entry.
    pub kind: Option<String>,
    /// One of these verdicts.
    pub verdicts: Vec<String>,
    /// Model.
    pub model: Option<String>,
    /// Licensor.
    pub licensor: Option<String>,
    /// Id of a decision.
    pub decision: Option<String>,
    /// A place that the facts named.
    pub place: Option<String>,
    /// A clause among the reasons.
    pub clause: Option<String>,
    /// What happened.
    pub event: Option<String>,
    /// From this instant on.
    pub since: Option<Instant>,
    /// Before this instant.
    pub until: Option<Instant>,
    /// Only entries before this number: the next page.
    pub before: Option<u64>,
    /// Most entries.
    pub limit: u32,
}

impl Store {
    /// Up to which entry the index has been told of a ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ledger_indexed(&self, origin: &str) -> Result<u64, KeepError> {
        let query = sqlx::query("select next from ledger_read where origin = $1").bind(origin.to_owned());
        let row = query.fetch_optional(&self.database.read).await.map_err(away)?;
        let next: i64 = row.map_or(Ok(0), |row| row.try_get(0)).map_err(away)?;
        Ok(u64::try_from(next).unwrap_or_default())
    }

    /// Tells the index of entries that follow those it has. Whether they were added before, or by somebody else at the
    /// same time, makes no difference: each stands there once.
    ///
    /// # Errors
    /// When the database does not answer. Whether the entries were added is unknown then, and they can be told again.
    pub async fn index_ledger(&self, origin: &str, entries: &[IndexedEntry]) -> Result<(), KeepError> {
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let mut change = self.database.begin_apart().await?;
        for some in entries.chunks(AT_ONCE) {
            let mut insert = inserting(origin, some);
            // as long as its list is, none is worth keeping prepared
            let insert = insert.query().persistent(false);
            insert.execute(&mut *change).await.map_err(away)?;
        }
        let next = sqlx::query(
            "insert into ledger_read (origin, next) values ($1, $2) on conflict (origin) do update set \
             next = case when excluded.next > ledger_read.next then excluded.next else ledger_read.next end",
        );
        let next = next
            .bind(origin.to_owned())
            .bind(signed(last.entry.saturating_add(1)));
        next.execute(&mut *change).await.map_err(away)?;
        change.commit().await.map_err(away)?;
        self.database.release_memory().await
    }

    /// Takes away all that the index has of a ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_ledger_index(&self, origin: &str) -> Result<(), KeepError> {
        let mut change = self.database.begin_apart().await?;
        for text in [
            "delete from ledger_entries where origin = $1",
            "delete from ledger_read where origin = $1",
        ] {
            let delete = sqlx::query(text).bind(origin.to_owned());
            delete.execute(&mut *change).await.map_err(away)?;
        }
        change.commit().await.map_err(away)
    }

    /// Licensors that the entries of a ledger name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn licensors_in_ledger(&self, origin: &str) -> Result<Vec<String>, KeepError> {
        let query = sqlx::query(
            "select distinct licensor from ledger_entries where origin = $1 and licensor is not null order by 1",
        );
        let rows = query.bind(origin.to_owned()).fetch_all(&self.database.read).await;
        let rows = rows.map_err(away)?;
        rows.iter().map(|row| row.try_get(0).map_err(away)).collect()
    }

    /// Finds entries of a ledger, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_in_ledger(&self, origin: &str, find: &Find) -> Result<Vec<IndexedEntry>, KeepError> {
        let mut query = finding(origin, find, self.database.kind);
        let rows = query.query().fetch_all(&self.database.read).await.map_err(away)?;
        rows.iter().map(|row| read(row).map_err(away)).collect()
    }
}

fn inserting(origin: &str, entries: &[IndexedEntry]) -> Sql {
    let mut insert = Sql::new("insert into ledger_entries (");
    insert.push(COLUMNS).push(") values ");
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            insert.push(", ");
        }
        insert.push("(").bind(origin.to_owned());
        insert.push(", ").bind(signed(entry.entry));
        insert.push(", ").bind(entry.at);
        insert.push(", ").bind(entry.kind.clone());
        insert.push(", ").bind(entry.intent.map(signed));
        let places = between(&entry.places, ' ');
        let clauses = between(&entry.clauses, '\n');
        for text in [
            &entry.event,
            &entry.decision,
            &entry.verdict,
            &entry.ended,
            &entry.person,
            &entry.model,
            &entry.deployment,
            &entry.licensor,
            &entry.entity,
            &entry.application,
            &places,
            &clauses,
        ] {
            insert.push(", ").bind(text.clone());
        }
        insert.push(", ").bind(entry.tokens.map(signed)).push(")");
    }
    insert.push(" on conflict (origin, entry) do nothing");
    insert
}

fn finding(origin: &str, find: &Find, kind: Kind) -> Sql {
    let mut query = Sql::new("select ");
    query.push(COLUMNS).push(" from ledger_entries where origin = ");
    query.bind(origin.to_owned());
    let equal = [
        ("kind", &find.kind),
        ("model", &find.model),
        ("licensor", &find.licensor),
        ("decision", &find.decision),
        ("event", &find.event),
    ];
    for (column, value) in equal {
        if let Some(value) = value {
            query.push(" and ").push(column).push(" = ").bind(value.clone());
        }
    }
    let among = [("places", &find.place, ' '), ("clauses", &find.clause, '\n')];
    for (column, value, mark) in among {
        if let Some(value) = value {
            query.push(" and ").push(kind.position()).push("(").push(column);
            query
                .push(", ")
                .bind(format!("{mark}{value}{mark}"))
                .push(") > 0");
        }
    }
    for (column, values) in [("person", &find.people), ("verdict", &find.verdicts)] {
        if !values.is_empty() {
            query
                .push(" and ")
                .push(column)
                .push(" in ")
                .list(values.iter().cloned());
        }
    }
    let borders = [
        (" and at >= ", find.since.map(|at| at.0)),
        (" and at < ", find.until.map(|at| at.0)),
        (" and entry < ", find.before.map(signed)),
    ];
    for (border, value) in borders {
        if let Some(value) = value {
            query.push(border).bind(value);
        }
    }
    query
        .push(" order by entry desc limit ")
        .bind(i64::from(find.limit));
    query
}

fn read(row: &AnyRow) -> Result<IndexedEntry, sqlx::Error> {
    let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
    let optional = |column: usize| {
        row.try_get::<Option<i64>, _>(column)
            .map(|found| found.map(unsigned))
    };
    Ok(IndexedEntry {
        entry: unsigned(row.try_get(1)?),
        at: row.try_get(2)?,
        kind: row.try_get(3)?,
        intent: optional(4)?,
        event: row.try_get(5)?,
        decision: row.try_get(6)?,
        verdict: row.try_get(7)?,
        ended: row.try_get(8)?,
        person: row.try_get(9)?,
        model: row.try_get(10)?,
        deployment: row.try_get(11)?,
        licensor: row.try_get(12)?,
        entity: row.try_get(13)?,
        application: row.try_get(14)?,
        places: parts(row.try_get(15)?, ' '),
        clauses: parts(row.try_get(16)?, '\n'),
        tokens: optional(17)?,
    })
}

/// Words as one text with a mark around each, so that one can be found whole; `None`: there are none.
fn between(words: &[String], mark: char) -> Option<String> {
    (!words.is_empty()).then(|| {
        let mut text = mark.to_string();
        for word in words {
            text.push_str(word);
            text.push(mark);
        }
        text
    })
}

fn parts(text: Option<String>, mark: char) -> Vec<String> {
    let text = text.unwrap_or_default();
    let parts = text.split(mark).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}
