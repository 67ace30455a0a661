//! The two databases, and the few words in which they differ.

use identity::KeepError;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, SqlSafeStr as _, Transaction};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a writer waits for another one. A feed of a large firm holds the head for this order of time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Connections that read at the same time.
const READERS: u32 = 4;
/// Connections to a server, which may write at the same time until they take the head.
const CONNECTIONS: u32 = 8;

/// What a connection to SQLite begins with: readers go on while one writes, and what is committed is on disk.
const PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 60000; \
    pragma foreign_keys = on; pragma cache_size = -65536; pragma temp_store = memory;";

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In a file of its own.
    Sqlite(PathBuf),
    /// On a server, by a URL such as `postgres://user:secret@host/database`.
    Postgres(String),
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres(kept back)"),
        }
    }
}

/// Why a store cannot be opened. The URL of a server is never repeated, since it holds a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be made or read.
    #[error("cannot open the store `{path}`: {reason}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The server cannot be reached, or does not let us in.
    #[error("cannot reach the store on its server: {reason}")]
    Server {
        /// Why.
        reason: String,
    },
    /// Its tables cannot be brought to the present form.
    #[error("the tables of the store cannot be brought to their present form: {reason}")]
    Tables {
        /// Why.
        reason: String,
    },
}

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A pool that reads and one that writes, which for a server are one and the same.
pub(crate) struct Database {
    pub(crate) kind: Kind,
    pub(crate) read: AnyPool,
    write: AnyPool,
}

impl Database {
    pub(crate) async fn open(location: &Location) -> Result<Self, OpenError> {
        install_default_drivers();
        let database = match location {
            Location::Sqlite(path) => Self::file(path).await,
            Location::Postgres(url) => Self::server(url).await,
        }?;
        let ran = database.kind.migrations().run(&database.write).await;
        ran.map_err(|error| OpenError::Tables {
            reason: one_line(&error.to_string()),
        })?;
        Ok(database)
    }

    async fn file(path: &Path) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError::File {
            path: path.display().to_string(),
            reason,
        };
        // made here and not by the driver, so that nobody but the owner can read it
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(0o600);
        options.open(path).map_err(|error| failed(error.to_string()))?;
        let whole = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let url = format!("sqlite://{}?mode=rw", encoded(&whole));
        let pool = async |connections| {
            let options = AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_connect(|connection: &mut AnyConnection, _| {
                    Box::pin(async move { connection.execute(PRAGMAS).await.map(drop) })
                });
            options.connect(&url).await.map_err(|error| failed(told(&error)))
        };
        // one writer: another would only wait inside the driver, where nobody sees it
        let write = pool(1).await?;
        Ok(Self {
            kind: Kind::Sqlite,
            read: pool(READERS).await?,
            write,
        })
    }

    async fn server(url: &str) -> Result<Self, OpenError> {
        // a pool tries again and again; whoever starts wants to know at once
        let first = AnyConnection::connect(url)
            .await
            .map_err(|error| OpenError::Server { reason: told(&error) })?;
        first
            .close()
            .await
            .map_err(|error| OpenError::Server { reason: told(&error) })?;
        let options = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE);
        let pool = options
            .connect(url)
            .await
            .map_err(|error| OpenError::Server { reason: told(&error) })?;
        Ok(Self {
            kind: Kind::Postgres,
            read: pool.clone(),
            write: pool,
        })
    }

    /// Begins a change of what is numbered in the feed, and waits until no other is under way.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, KeepError> {
        let mut change = self.begin_apart().await?;
        if self.kind == Kind::Postgres {
            let head = sqlx::query("select last from feed_head for update");
            head.fetch_one(&mut *change).await.map_err(away)?;
        }
        Ok(change)
    }

    /// Begins a change of what no feed tells of.
    pub(crate) async fn begin_apart(&self) -> Result<Transaction<'static, Any>, KeepError> {
        let begin = match self.kind {
            Kind::Sqlite => "begin immediate",
            Kind::Postgres => "begin",
        };
        self.write.begin_with(begin).await.map_err(away)
    }

    /// Lets go of the memory in which the writer of a file keeps what it has written. What is appended again and again,
    /// and seldom read, would fill it for nothing.
    pub(crate) async fn release_memory(&self) -> Result<(), KeepError> {
        match self.kind {
            Kind::Sqlite => {
                let released = self.write.execute("pragma shrink_memory").await;
                released.map(drop).map_err(away)
            }
            Kind::Postgres => Ok(()),
        }
    }

    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

impl Kind {
    fn migrations(self) -> Migrator {
        let texts = match self {
            Self::Sqlite => [
                include_str!("../migrations/sqlite/0001_begin.sql"),
                include_str!("../migrations/sqlite/0002_administration.sql"),
                include_str!("../migrations/sqlite/0003_ledger.sql"),
            ],
            Self::Postgres => [
                include_str!("../migrations/postgres/0001_begin.sql"),
                include_str!("../migrations/postgres/0002_administration.sql"),
                include_str!("../migrations/postgres/0003_ledger.sql"),
            ],
        };
        let names = ["begin", "administration", "ledger"];
        let migrations = (1..)
            .zip(names.into_iter().zip(texts))
            .map(|(number, (name, text))| {
                Migration::new(
                    number,
                    name.into(),
                    MigrationType::Simple,
                    text.into_sql_str(),
                    false,
                )
            });
        Migrator::with_migrations(migrations.collect())
    }

    /// The names of a person's groups, as one text with [`UNIT`] between them.
    pub(crate) const fn names_of_groups(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "(select group_concat(g.name, char(31)) from members m join people_groups g on g.id = m.group_id \
                 where m.person_id = p.id)"
            }
            Self::Postgres => {
                "(select string_agg(g.name, chr(31)) from members m join people_groups g on g.id = m.group_id \
                 where m.person_id = p.id)"
            }
        }
    }

    /// The function that finds one text in another.
    pub(crate) const fn position(self) -> &'static str {
        match self {
            Self::Sqlite => "instr",
            Self::Postgres => "strpos",
        }
    }
}

/// Parts names that stand in one text.
pub(crate) const UNIT: char = '\u{1f}';

/// A failure of the database, without anything of a record.
pub(crate) fn away(error: sqlx::Error) -> KeepError {
    KeepError::Away { reason: told(&error) }
}

fn told(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => one_line(error.message()),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "it is closed".to_owned(),
        sqlx::Error::Configuration(_) => "its URL cannot be read".to_owned(),
        sqlx::Error::Io(error) => one_line(&error.to_string()),
        sqlx::Error::Tls(error) => one_line(&error.to_string()),
        other => one_line(&other.to_string()),
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// A path as part of a URL.
fn encoded(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let mut text = String::new();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                text.push(char::from(*byte))
            }
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_never_shown() {
        let location = Location::Postgres("postgres://me:secret@host/db".to_owned());
        assert_eq!(format!("{location:?}"), "Postgres(kept back)");
    }

    #[test]
    fn paths_of_any_letters_are_part_of_a_url() {
        assert_eq!(encoded(Path::new("/a b/ü?.db")), "/a%20b/%C3%BC%3F.db");
    }
}
