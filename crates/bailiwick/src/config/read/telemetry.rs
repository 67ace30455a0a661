//! What those who run the gateway are told: on a socket, by a collector of OpenTelemetry, and in the log.

use super::Reader;
use crate::config::credential::Credential;
use crate::config::{LogFormat, Otlp};
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;
use toml::de::{DeTable, DeValue};

/// The one way in which a collector is spoken to.
const PROTOCOL: &str = "http/protobuf";

/// Time between two sendings, where none is given.
const INTERVAL: Duration = Duration::from_secs(10);

/// What an installation is called where it is given no name.
const SERVICE: &str = "bailiwick";

/// Keys of a collector.
const KEYS: [&str; 11] = [
    "endpoint",
    "protocol",
    "headers",
    "ca",
    "proxy",
    "proxy_credential",
    "sampling",
    "service_name",
    "service_instance",
    "interval",
    "trace_to_providers",
];

impl Reader<'_> {
    pub(super) fn telemetry(&self, root: &DeTable<'_>) -> Option<SocketAddr> {
        let table = self.section(root, "telemetry")?;
        self.known_keys(table, &["listen", "otlp"]);
        if table.get("listen").is_none() && table.get("otlp").is_some() {
            return None;
        }
        let span = root.get("telemetry").map_or(0..0, |value| value.span());
        self.address(table, &span, "listen")
    }

    pub(super) fn otlp(&self, root: &DeTable<'_>) -> Option<Otlp> {
        let telemetry = root.get("telemetry")?.get_ref().as_table()?;
        let table = self.section(telemetry, "otlp")?;
        self.known_keys(table, &KEYS);
        let span = telemetry.get("otlp").map_or(0..0, |value| value.span());
        let endpoint = self
            .needed(table, &span, "endpoint")
            .filter(|(url, at)| self.is_url(url, at));
        self.protocol_of_collector(table);
        let owned = |key| self.text(table, key).map(|(text, _)| text.to_owned());
        let interval = self
            .text(table, "interval")
            .and_then(|(text, at)| self.duration(text, at));
        Some(Otlp {
            headers: self.headers(table),
            ca: self.path(table, "ca"),
            proxy: self.proxy(table),
            sampling: self.share(table, "sampling").unwrap_or(1.0),
            service_name: owned("service_name").unwrap_or_else(|| SERVICE.to_owned()),
            service_instance: owned("service_instance"),
            interval: interval.unwrap_or(INTERVAL),
            trace_to_providers: self.truth(table, "trace_to_providers"),
            endpoint: endpoint?.0.trim_end_matches('/').to_owned(),
        })
    }

    pub(super) fn log(&self, root: &DeTable<'_>) -> LogFormat {
        let Some(table) = self.section(root, "log") else {
            return LogFormat::default();
        };
        self.known_keys(table, &["format"]);
        match self.text(table, "format") {
            None | Some(("text", _)) => LogFormat::Text,
            Some(("json", _)) => LogFormat::Json,
            Some((word, at)) => {
                let help = "it is `text` or `json`".to_owned();
                self.report("log", at, format!("`{word}` is no format of a log"), Some(help));
                LogFormat::default()
            }
        }
    }

    fn protocol_of_collector(&self, table: &DeTable<'_>) {
        if let Some((word, at)) = self.text(table, "protocol")
            && word != PROTOCOL
        {
            let help = format!("it is `{PROTOCOL}`, which collectors take on port 4318");
            let message = format!("`{word}` is not spoken to collectors");
            self.report("protocol", at, message, Some(help));
        }
    }

    /// Headers, each with where its value is found: a program that is run for each message would be run too often.
    fn headers(&self, table: &DeTable<'_>) -> Vec<(String, Credential)> {
        let Some(headers) = self.section(table, "headers") else {
            return Vec::new();
        };
        let read = |name: &str, at: Range<usize>| match self.credential(headers, name)? {
            Credential::Exec(_) => {
                let help = "write `env:NAME` or `file:PATH`".to_owned();
                let message = format!("the header `{name}` cannot come from a program");
                self.report("credential", at, message, Some(help));
                None
            }
            credential => Some((name.to_owned(), credential)),
        };
        headers
            .iter()
            .filter_map(|(name, value)| read(name.get_ref(), value.span()))
            .collect()
    }

    /// A share, from 0 to 1.
    fn share(&self, table: &DeTable<'_>, key: &str) -> Option<f64> {
        let value = table.get(key)?;
        let number: Option<f64> = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        if share.is_none() {
            let message = format!("`{key}` is a share, from 0 to 1");
            self.report("type", value.span(), message, None);
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;
    use std::path::PathBuf;

    #[test]
    fn everything_about_a_collector() {
        let text = "[telemetry.otlp]\nendpoint = \"https://collector.larkmoor.example:4318/\"\n\
                    protocol = \"http/protobuf\"\nheaders = { authorization = \"file:token\", x-scope = \"env:SCOPE\" }\n\
                    ca = \"ca.pem\"\nproxy = \"http://proxy:3128\"\nsampling = 0.25\nservice_name = \"ai\"\n\
                    service_instance = \"hk-1\"\ninterval = \"1m\"\ntrace_to_providers = true\n\
                    [log]\nformat = \"json\"\n";
        let config = Loaded::of_text(text).config.unwrap();
        assert_eq!((config.telemetry, config.log), (None, LogFormat::Json));
        let otlp = config.otlp.unwrap();
        assert_eq!(otlp.endpoint, "https://collector.larkmoor.example:4318");
        let file = Credential::File(PathBuf::from("etc/token"));
        let scope = Credential::Env("SCOPE".to_owned());
        let headers = [("authorization".to_owned(), file), ("x-scope".to_owned(), scope)];
        assert_eq!(otlp.headers, headers);
        assert_eq!(
            (otlp.ca, otlp.sampling),
            (Some(PathBuf::from("etc/ca.pem")), 0.25)
        );
        assert_eq!(
            (otlp.service_name.as_str(), otlp.service_instance.as_deref()),
            ("ai", Some("hk-1"))
        );
        assert_eq!(
            (otlp.interval, otlp.trace_to_providers),
            (Duration::from_secs(60), true)
        );
        assert_eq!(otlp.proxy.unwrap().url, "http://proxy:3128");
    }

    #[test]
    fn nothing_is_sent_unless_it_is_said_so() {
        let config = Loaded::of_text("[telemetry]\nlisten = \"127.0.0.1:9464\"\n")
            .config
            .unwrap();
        assert_eq!((config.otlp, config.log), (None, LogFormat::Text));
        let text = "[telemetry.otlp]\nendpoint = \"http://127.0.0.1:4318\"\n";
        let otlp = Loaded::of_text(text).config.unwrap().otlp.unwrap();
        assert_eq!((otlp.sampling, otlp.trace_to_providers), (1.0, false));
        assert_eq!((otlp.interval, otlp.service_name.as_str()), (INTERVAL, SERVICE));
    }

    #[test]
    fn mistakes_are_refused_each_by_its_own_words() {
        let otlp = "[telemetry.otlp]\nendpoint = \"https://c\"\n";
        for (more, expected) in [
            ("endpont = \"https://c\"", "did you mean `endpoint`?"),
            ("protocol = \"grpc\"", "`grpc` is not spoken to collectors"),
            ("sampling = 1.5", "is a share, from 0 to 1"),
            ("sampling = -0.1", "is a share, from 0 to 1"),
            ("sampling = nan", "is a share, from 0 to 1"),
            ("sampling = \"all\"", "is a share, from 0 to 1"),
            ("interval = \"10\"", "is not a time"),
            ("trace_to_providers = 1", "is `true` or `false`"),
            ("headers = { a = \"exec:lend\" }", "cannot come from a program"),
            (
                "headers = { a = \"Bearer x\" }",
                "does not say where the credential is found",
            ),
            ("headers = \"a\"", "is a table"),
            ("[log]\nformat = \"xml\"", "`xml` is no format of a log"),
            ("[log]\nlevel = 1", "`level` is not a key here"),
        ] {
            check(&format!("{otlp}{more}\n"), expected);
        }
        check("[telemetry.otlp]\n", "`endpoint` is missing");
        check(
            "[telemetry.otlp]\nendpoint = \"c:4318\"\n",
            "is not the address of a server",
        );
        check("[telemetry]\notlp = 1\n", "`otlp` is a table");
    }

    fn check(text: &str, expected: &str) {
        let loaded = Loaded::of_text(text);
        assert!(loaded.config.is_none(), "{text}");
        let shown: Vec<_> = loaded.diagnostics.iter().map(|one| format!("{one:?}")).collect();
        assert!(shown.join("").contains(expected), "{text}: {shown:?}");
    }
}
