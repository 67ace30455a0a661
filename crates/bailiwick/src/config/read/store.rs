//! Where people and keys are kept.

use super::Reader;
use crate::config::credential::Credential;
use crate::config::{KeptIn, StoreConfig};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

impl Reader<'_> {
    pub(super) fn store(&self, root: &DeTable<'_>) -> StoreConfig {
        let Some(table) = self.section(root, "store") else {
            return StoreConfig::default();
        };
        self.known_keys(
            table,
            &[
                "sqlite",
                "postgres",
                "sealing_key",
                "former_sealing_keys",
                "max_stale",
            ],
        );
        let sqlite = self.path(table, "sqlite").map(KeptIn::Sqlite);
        let postgres = self.secret(table, "postgres").map(KeptIn::Postgres);
        if let (true, Some((key, _))) = (sqlite.is_some(), table.get_key_value("postgres")) {
            let message = "a store is either in `sqlite` or in `postgres`".to_owned();
            self.report("store", key.span(), message, None);
        }
        StoreConfig {
            kept_in: sqlite.or(postgres).unwrap_or_default(),
            sealing_key: self.secret(table, "sealing_key"),
            former_keys: self.secrets(table, "former_sealing_keys"),
            max_stale: self.seconds(table, "max_stale"),
        }
    }

    /// Where a secret is found that is read before anything is served, if the key is there.
    pub(super) fn secret(&self, table: &DeTable<'_>, key: &str) -> Option<Credential> {
        let (text, at) = self.text(table, key)?;
        self.place_of_secret(key, text, at)
    }

    fn secrets(&self, table: &DeTable<'_>, key: &str) -> Vec<Credential> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let wrong = |span| self.report("type", span, format!("`{key}` is a list of texts"), None);
        let DeValue::Array(places) = value.get_ref() else {
            wrong(value.span());
            return Vec::new();
        };
        let mut found = Vec::new();
        for place in places.iter() {
            match place.get_ref() {
                DeValue::String(text) => found.extend(self.place_of_secret(key, text, place.span())),
                _ => wrong(place.span()),
            }
        }
        found
    }

    fn place_of_secret(&self, key: &str, text: &str, at: Range<usize>) -> Option<Credential> {
        let found = Credential::parse(text, self.folder);
        let found = found.filter(|found| !matches!(found, Credential::Exec(_)));
        if found.is_none() {
            // what stands there may be the secret itself, so it is not repeated
            let message = format!("`{key}` does not say where its secret is found");
            let help = "write `env:NAME` or `file:PATH`".to_owned();
            self.report("credential", at, message, Some(help));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;
    use std::path::PathBuf;

    #[track_caller]
    fn check(text: &str, expected: &StoreConfig) {
        assert_eq!(&Loaded::of_text(text).config.unwrap().store, expected, "{text}");
    }

    #[test]
    fn people_are_kept_where_it_says() {
        check("", &StoreConfig::default());
        check("[store]\n", &StoreConfig::default());
        let sqlite = StoreConfig {
            kept_in: KeptIn::Sqlite(PathBuf::from("etc/kept.db")),
            ..StoreConfig::default()
        };
        check("[store]\nsqlite = \"kept.db\"\n", &sqlite);
        let postgres = StoreConfig {
            kept_in: KeptIn::Postgres(Credential::Env("DATABASE".to_owned())),
            sealing_key: Some(Credential::File(PathBuf::from("etc/key"))),
            former_keys: vec![Credential::Env("FORMER".to_owned())],
            max_stale: Some(300),
        };
        let text = "[store]\npostgres = \"env:DATABASE\"\nsealing_key = \"file:key\"\n\
            former_sealing_keys = [\"env:FORMER\"]\nmax_stale = \"5m\"\n";
        check(text, &postgres);
    }

    #[test]
    fn mistakes_are_refused_and_no_secret_is_repeated() {
        for (text, expected) in [
            ("[store]\npostgress = \"env:A\"\n", "did you mean `postgres`?"),
            (
                "[store]\npostgres = \"postgres://me:hush@host/db\"\n",
                "does not say where its secret is found",
            ),
            (
                "[store]\npostgres = \"exec:hush\"\n",
                "does not say where its secret is found",
            ),
            ("[store]\nsealing_key = 7\n", "is a text"),
            ("[store]\nformer_sealing_keys = \"env:A\"\n", "is a list of texts"),
            ("[store]\nmax_stale = \"soon\"\n", "`soon` is not a time"),
            (
                "[store]\nsqlite = \"a\"\npostgres = \"env:A\"\n",
                "either in `sqlite` or in `postgres`",
            ),
        ] {
            let loaded = Loaded::of_text(text);
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded
                .diagnostics
                .iter()
                .map(|one| format!("{} {:?}", one.message, one.help))
                .collect();
            let shown = shown.join(" ");
            assert!(
                shown.contains(expected) && !shown.contains("hush"),
                "{text}: {shown}"
            );
        }
    }
}
