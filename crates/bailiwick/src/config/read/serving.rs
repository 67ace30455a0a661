//! How connections are taken, and how much everybody may ask for: in a minute, and in one request.

use super::Reader;
use crate::config::{Serving, Waits};
use gateway::{Listening, Rate, Rates, TlsFiles};
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wire::reach::Caps;

/// Whose requests and tokens can be limited.
const KINDS: [&str; 4] = ["person", "group", "model", "agreement"];

/// What one request may ask for at most.
const OF_REQUEST: &str = "request";

/// How long providers are waited for.
const WAIT: &str = "wait";

/// The same, by what is asked for.
const CAPS: [&str; 4] = ["answers", "output_tokens", "tools", "body_bytes"];

impl Reader<'_> {
    pub(super) fn serving(&self, root: &DeTable<'_>) -> Serving {
        Serving {
            listening: Listening {
                tls: self.section(root, "tls").and_then(|table| self.tls(table)),
                trusted_proxies: self.networks(root, "trusted_proxies"),
                named_proxies: self.named_proxies(root),
            },
            rates: self
                .section(root, "limits")
                .map(|table| self.rates(table))
                .unwrap_or_default(),
            waits: self
                .of_limits(root, WAIT)
                .map(|table| self.waits(table))
                .unwrap_or_default(),
            ..self.caps(root)
        }
    }

    fn of_limits<'r, 't>(&self, root: &'r DeTable<'t>, key: &str) -> Option<&'r DeTable<'t>> {
        let limits = root.get("limits")?.get_ref().as_table()?;
        self.section(limits, key)
    }

    fn waits(&self, table: &DeTable<'_>) -> Waits {
        self.known_keys(table, &["first_byte", "idle", "models"]);
        let models = self.section(table, "models").into_iter().flatten();
        Waits {
            first_byte: table.get("first_byte").and_then(|value| self.wait(value)),
            idle: table.get("idle").and_then(|value| self.wait(value)),
            models: models
                .filter_map(|(model, value)| Some((model.get_ref().to_string(), self.wait(value)?)))
                .collect(),
        }
    }

    fn wait(&self, value: &Spanned<DeValue<'_>>) -> Option<Duration> {
        let Some(text) = value.get_ref().as_str() else {
            let help = Some("write a number and `s`, `m` or `h`, such as `\"2m\"`".to_owned());
            self.report("type", value.span(), "a wait is a text".to_owned(), help);
            return None;
        };
        self.duration(text, value.span())
    }

    /// What one request may ask for at most.
    fn caps(&self, root: &DeTable<'_>) -> Serving {
        let usual = Serving::default();
        let Some(table) = self.of_limits(root, OF_REQUEST) else {
            return usual;
        };
        self.known_keys(table, &CAPS);
        let [answers, tokens, tools, body_bytes] = CAPS.map(|key| self.cap(table, key));
        let size = |cap: u64| usize::try_from(cap).unwrap_or(usize::MAX);
        Serving {
            caps: Caps {
                choices: answers.unwrap_or(usual.caps.choices),
                tokens: tokens.unwrap_or(usual.caps.tokens),
                tools: tools.map_or(usual.caps.tools, size),
            },
            body_bytes: body_bytes.map(size),
            ..usual
        }
    }

    /// A whole number; only tools may be none.
    fn cap(&self, table: &DeTable<'_>, key: &str) -> Option<u64> {
        let value = table.get(key)?;
        let cap = whole_number::<u64>(value.get_ref()).filter(|cap| *cap > 0 || key == "tools");
        if cap.is_none() {
            let message = format!("`{key}` is a whole number, the most for one request");
            self.report("type", value.span(), message, None);
        }
        cap
    }

    pub(super) fn tls(&self, table: &DeTable<'_>) -> Option<TlsFiles> {
        self.known_keys(table, &["certificate", "key"]);
        let span = table.values().next().map_or(0..0, |value| value.span());
        let certificate = self.needed(table, &span, "certificate");
        let key = self.needed(table, &span, "key");
        Some(TlsFiles {
            certificate: self.folder.join(certificate?.0),
            key: self.folder.join(key?.0),
        })
    }

    fn rates(&self, table: &DeTable<'_>) -> Rates {
        let [a, b, c, d] = KINDS;
        self.known_keys(table, &[a, b, c, d, OF_REQUEST, WAIT]);
        let [person, group, model, agreement] = KINDS.map(|kind| {
            let of_kind = self.section(table, kind);
            of_kind.map(|table| self.rate(table)).unwrap_or_default()
        });
        Rates {
            person,
            group,
            model,
            agreement,
        }
    }

    fn rate(&self, table: &DeTable<'_>) -> Rate {
        self.known_keys(table, &["requests", "tokens"]);
        let [requests, tokens] = ["requests", "tokens"].map(|key| self.count(table, key));
        Rate { requests, tokens }
    }

    fn count(&self, table: &DeTable<'_>, key: &str) -> Option<u32> {
        let value = table.get(key)?;
        let count = whole_number(value.get_ref());
        if count.is_none() {
            let message = format!("`{key}` is a whole number, by the minute");
            self.report("type", value.span(), message, None);
        }
        count
    }
}

fn whole_number<T: FromStr>(value: &DeValue<'_>) -> Option<T> {
    match value {
        DeValue::Integer(integer) => integer.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Loaded;
    use gateway::Rate;
    use std::time::Duration;
    use wire::reach::Caps;

    #[test]
    fn everything_about_waiting() {
        let text = "[limits.wait]\nfirst_byte = \"5m\"\nidle = \"90s\"\n[limits.wait.models]\n\"gpt-5.4\" = \"20s\"\n";
        let waits = Loaded::of_text(text).config.unwrap().serving.waits;
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!((waits.first_byte, waits.idle), (seconds(300), seconds(90)));
        assert_eq!(
            waits.models,
            [("gpt-5.4".to_owned(), Duration::from_secs(20))].into()
        );
    }

    #[test]
    fn everything_about_serving() {
        let text = "trusted_proxies = [\"10.0.0.0/8\", \"fd00::/8\"]\n[tls]\ncertificate = \"a.pem\"\nkey = \"k.pem\"\n\
                    [limits]\nperson = { requests = 60, tokens = 100_000 }\nmodel = { tokens = 0 }\n\
                    [limits.request]\nanswers = 1\noutput_tokens = 32_000\ntools = 0\nbody_bytes = 1_048_576\n";
        let serving = Loaded::of_text(text).config.unwrap().serving;
        let caps = Caps {
            choices: 1,
            tokens: 32_000,
            tools: 0,
        };
        assert_eq!((serving.caps, serving.body_bytes), (caps, Some(1 << 20)));
        let tls = serving.listening.tls.unwrap();
        assert_eq!(
            (tls.certificate, tls.key),
            ("etc/a.pem".into(), "etc/k.pem".into())
        );
        assert_eq!(serving.listening.trusted_proxies.len(), 2);
        let person = Rate {
            requests: Some(60),
            tokens: Some(100_000),
        };
        assert_eq!(serving.rates.person, person);
        assert_eq!(serving.rates.model.tokens, Some(0));
        assert_eq!(serving.rates.group, Rate::default());
    }

    #[test]
    fn what_is_not_said_of_a_request_stays_as_it_is() {
        let serving = Loaded::of_text("[limits.request]\noutput_tokens = 9\n")
            .config
            .unwrap()
            .serving;
        let usual = Caps::default();
        assert_eq!((serving.caps.tokens, serving.caps.tools), (9, usual.tools));
        assert_eq!(Loaded::of_text("[limits]\n").config.unwrap().serving.caps, usual);
    }

    #[test]
    fn mistakes_are_refused_each_by_its_own_words() {
        for (text, expected) in [
            ("trusted_proxies = \"10.0.0.0/8\"\n", "is a list of networks"),
            ("trusted_proxies = [\"10.0.0.0/99\"]\n", "is a list of networks"),
            ("trusted_proxies = [1]\n", "is a list of networks"),
            ("[tls]\ncertificate = \"a\"\n", "`key` is missing"),
            (
                "[tls]\nkey = \"a\"\ncertificate = \"a\"\nca = \"b\"\n",
                "`ca` is not a key here",
            ),
            ("[limits]\nperson = { requests = -1 }\n", "is a whole number"),
            ("[limits]\nperson = { tokens = \"many\" }\n", "is a whole number"),
            ("[limits]\npersons = { tokens = 1 }\n", "did you mean `person`?"),
            ("[limits]\nperson = { request = 1 }\n", "did you mean `requests`?"),
            ("[limits]\nrequests = { tools = 1 }\n", "did you mean `request`?"),
            ("[limits.request]\ntool = 1\n", "did you mean `tools`?"),
            (
                "[limits.wait]\nfirst_bite = \"1m\"\n",
                "did you mean `first_byte`?",
            ),
            ("[limits.wait]\nidle = 60\n", "a wait is a text"),
            ("[limits.wait.models]\nm = \"0s\"\n", "is not a time"),
            ("[limits.wait]\nmodels = \"1m\"\n", "is a table"),
            ("[limits.request]\nmax_tokens = 1\n", "is not a key here"),
            ("[limits.request]\nanswers = 0\n", "the most for one request"),
            ("[limits.request]\ntools = -1\n", "the most for one request"),
            (
                "[limits.request]\nbody_bytes = \"1 MB\"\n",
                "the most for one request",
            ),
            ("[limits]\nrequest = 1\n", "is a table"),
        ] {
            let loaded = Loaded::of_text(text);
            assert!(loaded.config.is_none(), "{text}");
            let shown: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{one:?}")).collect();
            assert!(shown.join("").contains(expected), "{text}: {shown:?}");
        }
    }
}
