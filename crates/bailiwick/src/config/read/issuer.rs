//! The part of the configuration that says whose tokens are taken.

use super::Reader;
use crate::config::{Issuer, Transmitter};
use gateway::ConnectorOptions;
use identity::tokens::signals::TransmitterSettings;
use identity::tokens::{Algorithm, Authority, Described, Dialect, IssuerSettings, Sort};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Keys of an issuer.
const KEYS: [&str; 18] = [
    "url",
    "dialect",
    "audience",
    "client_id",
    "applications",
    "algorithms",
    "token_types",
    "person_claim",
    "client_claim",
    "groups_claim",
    "jwks_url",
    "clock_skew",
    "max_age",
    "refresh",
    "keys_max_age",
    "proxy",
    "proxy_credential",
    "ca",
];

/// Keys of a transmitter.
const OF_TRANSMITTER: [&str; 12] = [
    "url",
    "audience",
    "speaks_of",
    "algorithms",
    "jwks_url",
    "clock_skew",
    "max_age",
    "refresh",
    "keys_max_age",
    "proxy",
    "proxy_credential",
    "ca",
];

/// The words of sorts of tokens.
const SORTS: [(&str, Sort); 2] = [("at+jwt", Sort::AccessToken), ("jwt", Sort::Unspecified)];

impl Reader<'_> {
    pub(super) fn issuers(&self, root: &DeTable<'_>) -> Vec<Issuer> {
        self.sections(root, "issuer", |table, span| self.issuer(table, span))
    }

    fn issuer(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<Issuer> {
        self.known_keys(table, &KEYS);
        let (url, audiences) = self.who_and_for_whom(table, &span);
        let dialect = self.word(
            table,
            "dialect",
            Dialect::ALL.map(|one| (one.as_str(), one)).as_slice(),
        );
        let settings = IssuerSettings::new(url?, audiences?, dialect.unwrap_or_default());
        Some(Issuer {
            settings: self.settings(table, settings),
            line: self.line(table),
            position: self.position(span),
        })
    }

    /// The address of whoever signs, and what they call us; each is reported where it is missing or wrong.
    fn who_and_for_whom<'t>(
        &self,
        table: &'t DeTable<'_>,
        span: &Range<usize>,
    ) -> (Option<&'t str>, Option<Vec<String>>) {
        let url = self
            .needed(table, span, "url")
            .filter(|(url, at)| self.is_url(url, at));
        (url.map(|(url, _)| url), self.needed_list(table, span, "audience"))
    }

    pub(super) fn transmitters(&self, root: &DeTable<'_>) -> Vec<Transmitter> {
        self.sections(root, "transmitter", |table, span| self.transmitter(table, span))
    }

    fn transmitter(&self, table: &DeTable<'_>, span: Range<usize>) -> Option<Transmitter> {
        self.known_keys(table, &OF_TRANSMITTER);
        let (url, audiences) = self.who_and_for_whom(table, &span);
        let url = url?;
        let mut authority = Authority::new(url, audiences?, Described::SharedSignals);
        self.authority(table, &mut authority);
        // who says nothing else speaks of its own sign-ins
        let speaks_of = self.list(table, "speaks_of").map(|(issuers, _)| issuers);
        Some(Transmitter {
            settings: TransmitterSettings {
                authority,
                speaks_of: speaks_of.unwrap_or_else(|| vec![url.to_owned()]),
            },
            line: self.line(table),
            position: self.position(span),
        })
    }

    fn line(&self, table: &DeTable<'_>) -> ConnectorOptions {
        ConnectorOptions {
            ca: self.path(table, "ca"),
            proxy: self.proxy(table),
            ..ConnectorOptions::default()
        }
    }

    /// What else is said of whoever signs.
    fn authority(&self, table: &DeTable<'_>, authority: &mut Authority) {
        authority.jwks_uri = self.text(table, "jwks_url").map(|(text, _)| text.to_owned());
        let algorithms = Algorithm::ALL.map(|one| (one.as_str(), one));
        if let Some(found) = self.words(table, "algorithms", &algorithms) {
            authority.algorithms = found;
        }
        for (key, seconds) in [
            ("clock_skew", &mut authority.skew),
            ("max_age", &mut authority.max_age),
            ("refresh", &mut authority.refresh),
            ("keys_max_age", &mut authority.keys_max_age),
        ] {
            let found = self
                .text(table, key)
                .and_then(|(text, at)| self.duration(text, at));
            if let Some(found) = found {
                *seconds = i64::try_from(found.as_secs()).unwrap_or(i64::MAX);
            }
        }
    }

    /// What else is said of an issuer, over what its dialect says.
    fn settings(&self, table: &DeTable<'_>, mut settings: IssuerSettings) -> IssuerSettings {
        let owned = |key| self.text(table, key).map(|(text, _)| text.to_owned());
        settings.applications = self.applications(table);
        settings.client_id = owned("client_id");
        settings.groups = owned("groups_claim");
        self.authority(table, &mut settings.authority);
        if let Some(claim) = owned("client_claim") {
            settings.client = claim;
        }
        if let Some((claims, _)) = self.list(table, "person_claim") {
            settings.person = claims;
        }
        if let Some(found) = self.words(table, "token_types", &SORTS) {
            settings.sorts = found;
        }
        settings
    }

    /// For each client its application.
    fn applications(&self, table: &DeTable<'_>) -> BTreeMap<String, String> {
        let Some(clients) = self.section(table, "applications") else {
            return BTreeMap::new();
        };
        let one = |client: &str| {
            let (application, _) = self.text(clients, client)?;
            Some((client.to_owned(), application.to_owned()))
        };
        clients
            .keys()
            .filter_map(|client| one(client.get_ref()))
            .collect()
    }

    fn needed_list(&self, table: &DeTable<'_>, span: &Range<usize>, key: &str) -> Option<Vec<String>> {
        if table.get(key).is_none() {
            self.report("missing-key", span.clone(), format!("`{key}` is missing"), None);
        }
        self.list(table, key).map(|(list, _)| list)
    }

    /// A text, or a list of them, that may be absent.
    pub(super) fn list(&self, table: &DeTable<'_>, key: &str) -> Option<(Vec<String>, Range<usize>)> {
        let value = table.get(key)?;
        let one = |value: &DeValue<'_>| match value {
            DeValue::String(text) if !text.is_empty() => Some(text.clone().into_owned()),
            _ => None,
        };
        let found = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| one(item.get_ref())).collect(),
            other => one(other).map(|text| vec![text]),
        };
        if found.is_none() {
            let message = format!("`{key}` is a text or a list of texts");
            self.report("type", value.span(), message, None);
        }
        found.map(|list| (list, value.span()))
    }

    fn words<T: Copy>(&self, table: &DeTable<'_>, key: &str, known: &[(&str, T)]) -> Option<Vec<T>> {
        let (words, at) = self.list(table, key)?;
        let found = words.iter().filter_map(|word| self.one_of(word, &at, known));
        Some(found.collect())
    }

    fn word<T: Copy>(&self, table: &DeTable<'_>, key: &str, known: &[(&str, T)]) -> Option<T> {
        let (word, at) = self.text(table, key)?;
        self.one_of(word, &at, known)
    }

    pub(super) fn one_of<T: Copy>(&self, word: &str, at: &Range<usize>, known: &[(&str, T)]) -> Option<T> {
        let found = known.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
            let help = format!("there is {}", names.join(", "));
            self.report(
                "word",
                at.clone(),
                format!("`{word}` is not known here"),
                Some(help),
            );
        }
        found.map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Loaded};
    use identity::tokens::{Algorithm, Sort};

    fn read(text: &str) -> Result<Config, String> {
        let loaded = Loaded::of_text(text);
        let shown: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{one:?}")).collect();
        loaded.config.ok_or_else(|| shown.join(""))
    }

    #[test]
    fn a_dialect_says_what_nobody_has_to_write() {
        let text = "[[issuer]]\nurl = \"https://login.larkmoor.example\"\naudience = \"api://ai\"\n\
                    dialect = \"entra\"\napplications = { cli = \"coding\" }\n";
        let [issuer] = read(text).unwrap().issuers.try_into().unwrap();
        assert_eq!(issuer.settings.person, ["tid", "oid"]);
        assert_eq!(issuer.settings.client, "azp");
        assert_eq!(issuer.settings.sorts, [Sort::Unspecified]);
        assert_eq!(issuer.settings.authority.audiences, ["api://ai"]);
        assert_eq!(issuer.settings.applications["cli"], "coding");
    }

    #[test]
    fn everything_about_an_issuer() {
        let text = "[[issuer]]\nurl = \"https://login.larkmoor.example\"\naudience = [\"a\", \"b\"]\n\
                    client_id = \"console\"\nalgorithms = [\"ES256\", \"EdDSA\"]\ntoken_types = [\"at+jwt\", \"jwt\"]\n\
                    person_claim = [\"x\", \"y\"]\nclient_claim = \"azp\"\ngroups_claim = \"groups\"\n\
                    jwks_url = \"https://keys.example/k\"\nclock_skew = \"30s\"\nmax_age = \"2h\"\nrefresh = \"1m\"\n\
                    keys_max_age = \"3h\"\nca = \"ca.pem\"\nproxy = \"http://proxy:3128\"\n\
                    proxy_credential = \"env:PROXY\"\napplications.\"a b\" = \"coding\"\n";
        let [issuer] = read(text).unwrap().issuers.try_into().unwrap();
        let settings = issuer.settings;
        assert_eq!(
            settings.authority.algorithms,
            [Algorithm::Es256, Algorithm::EdDsa]
        );
        assert_eq!(settings.sorts, [Sort::AccessToken, Sort::Unspecified]);
        assert_eq!(settings.person, ["x", "y"]);
        let times = (
            settings.authority.skew,
            settings.authority.max_age,
            settings.authority.refresh,
            settings.authority.keys_max_age,
        );
        assert_eq!(times, (30, 7200, 60, 10_800));
        assert_eq!(settings.applications["a b"], "coding");
        assert_eq!(
            settings.authority.jwks_uri.as_deref(),
            Some("https://keys.example/k")
        );
        assert!(issuer.line.ca.is_some() && issuer.line.proxy.is_some());
    }

    #[test]
    fn a_transmitter_speaks_of_its_own_sign_ins_or_of_those_that_are_listed() {
        let text = "[[transmitter]]\nurl = \"https://a\"\naudience = \"x\"\n";
        let [own] = read(text).unwrap().transmitters.try_into().unwrap();
        assert_eq!(own.settings.speaks_of, ["https://a"]);
        let text = format!("{text}speaks_of = \"https://b\"\nmax_age = \"2h\"\nalgorithms = \"ES256\"\n");
        let [other] = read(&text).unwrap().transmitters.try_into().unwrap();
        assert_eq!(other.settings.speaks_of, ["https://b"]);
        assert_eq!(other.settings.authority.max_age, 7200);
        let found = read(&format!("{text}dialect = \"entra\"\n")).unwrap_err();
        assert!(found.contains("`dialect` is not a key here"), "{found}");
    }

    #[test]
    fn mistakes_are_refused_each_by_its_own_words() {
        let fine = "[[issuer]]\nurl = \"https://a\"\naudience = \"x\"\n";
        for (text, expected) in [
            ("[[issuer]]\naudience = \"x\"\n".to_owned(), "`url` is missing"),
            (
                "[[issuer]]\nurl = \"https://a\"\n".to_owned(),
                "`audience` is missing",
            ),
            (
                "[[issuer]]\nurl = \"a\"\naudience = \"x\"\n".to_owned(),
                "is not the address of a server",
            ),
            ("[issuer]\n".to_owned(), "is a list of tables"),
            (
                format!("{fine}algorithms = [\"none\"]\n"),
                "`none` is not known here",
            ),
            (
                format!("{fine}algorithms = [\"HS256\"]\n"),
                "`HS256` is not known here",
            ),
            (
                format!("{fine}token_types = \"id_token\"\n"),
                "`id_token` is not known here",
            ),
            (
                format!("{fine}dialect = \"entre\"\n"),
                "`entre` is not known here",
            ),
            (format!("{fine}audiences = \"y\"\n"), "did you mean `audience`?"),
            (
                format!("{fine}person_claim = 5\n"),
                "is a text or a list of texts",
            ),
            (
                format!("{fine}person_claim = [\"\"]\n"),
                "is a text or a list of texts",
            ),
            (format!("{fine}clock_skew = 60\n"), "is a text"),
            (format!("{fine}clock_skew = \"soon\"\n"), "is not a time"),
            (format!("{fine}applications = \"coding\"\n"), "is a table"),
            (format!("{fine}applications = {{ a = 5 }}\n"), "is a text"),
        ] {
            let found = read(&text).expect_err(&text);
            assert!(found.contains(expected), "{text}: {found}");
        }
    }
}
