//! What is said of the ledger.

use super::Reader;
use crate::config::{LedgerConfig, WitnessConfig};
use std::ops::Range;
use tlog::note::{KeyKind, VerifierKey};
use toml::de::DeTable;
use witness::Address;

impl Reader<'_> {
    pub(super) fn ledger(&self, root: &DeTable<'_>) -> LedgerConfig {
        let Some(table) = self.section(root, "ledger") else {
            return LedgerConfig::default();
        };
        self.known_keys(table, &["public", "witnesses"]);
        let witnesses = self.sections(table, "witnesses", |table, span| self.witness(table, span));
        for (index, witness) in witnesses.iter().enumerate() {
            let earlier = witnesses.iter().take(index);
            if earlier
                .clone()
                .any(|other| other.key.public() == witness.key.public())
            {
                let at = table.get("witnesses").map_or(0..0, |value| value.span());
                let message = format!("the witness `{}` is there twice", witness.key.name());
                self.report("duplicate-id", at, message, None);
            }
        }
        LedgerConfig {
            public: self.truth(table, "public"),
            witnesses,
        }
    }

    fn witness(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<WitnessConfig> {
        self.known_keys(table, &["url", "key", "ca"]);
        let address = self.needed(table, &span, "url").and_then(|(text, at)| {
            let read = Address::parse(text);
            read.map_err(|error| self.report("url", at, error.to_string(), None))
                .ok()
        });
        let key = self.needed(table, &span, "key").and_then(|(text, at)| {
            let key = text
                .parse::<VerifierKey>()
                .ok()
                .filter(|key| key.kind() == KeyKind::Cosignature);
            if key.is_none() {
                let help = "write the first line of what `bailiwick witness key` prints where the witness is";
                let message = format!("`{text}` is not the key of a witness");
                self.report("key", at, message, Some(help.to_owned()));
            }
            key
        });
        Some(WitnessConfig {
            address: address?,
            key: key?,
            ca: self.path(table, "ca"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;
    use witness::WitnessKeys;

    #[test]
    fn the_ledger_has_readers_and_witnesses() {
        let read = |text: &str| Loaded::of_text(text).config.unwrap().ledger;
        assert_eq!(read(""), LedgerConfig::default());
        let [key, _] = WitnessKeys::from_seed("witness.example", &[1; 32])
            .unwrap()
            .verifier_keys();
        let text = format!(
            "[ledger]\npublic = true\nwitnesses = [{{ url = \"https://witness.example/\", key = \"{key}\", ca = \"ca.pem\" }}]\n"
        );
        let expected = LedgerConfig {
            public: true,
            witnesses: vec![WitnessConfig {
                address: Address::parse("https://witness.example").unwrap(),
                key,
                ca: Some("etc/ca.pem".into()),
            }],
        };
        assert_eq!(read(&text), expected);
    }

    #[test]
    fn mistakes_are_refused() {
        let keys = WitnessKeys::from_seed("witness.example", &[1; 32]).unwrap();
        let [key, root] = keys.verifier_keys();
        let one = format!("{{ url = \"https://w.example\", key = \"{key}\" }}");
        for (text, expected) in [
            ("public = 1".to_owned(), "`true` or `false`"),
            ("witness = []".to_owned(), "did you mean `witnesses`?"),
            (
                "witnesses = [{ url = \"https://w.example\" }]".to_owned(),
                "`key` is missing",
            ),
            (format!("witnesses = [{{ key = \"{key}\" }}]"), "`url` is missing"),
            (
                format!("witnesses = [{{ url = \"w.example\", key = \"{key}\" }}]"),
                "is not an address",
            ),
            (
                format!("witnesses = [{{ url = \"https://w.example\", key = \"{root}\" }}]"),
                "is not the key of a witness",
            ),
            (format!("witnesses = [{one}, {one}]"), "is there twice"),
        ] {
            let loaded = Loaded::of_text(&format!("[ledger]\n{text}\n"));
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded
                .diagnostics
                .iter()
                .map(|one| format!("{} {:?}", one.message, one.help))
                .collect();
            assert!(shown.join(" ").contains(expected), "{text}: {shown:?}");
        }
    }
}
