//! Secrets do not turn up where they do not belong, in whatever form, with the log at its most talkative.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider};
use crate::server::{LOG, NOWHERE, Running, exchange, get, post};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use std::path::{Path, PathBuf};

/// Files that are there to hold secrets, for their owner only.
const HOLDERS: [&str; 6] = [
    "key-secret",
    "sealing-secret",
    "person-secret",
    "ledger-secret",
    "ledger-sealing-secret",
    "env",
];

/// A secret, by what it is.
struct Canary {
    what: &'static str,
    text: Vec<u8>,
}

impl Canary {
    fn new(what: &'static str, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref().to_vec();
        Self { what, text }
    }

    /// Every form in which it would be found by somebody who looks.
    fn forms(&self) -> Vec<Vec<u8>> {
        let percent: String = self.text.iter().map(|byte| format!("%{byte:02X}")).collect();
        let mut forms = vec![
            self.text.clone(),
            HEXLOWER.encode(&self.text).into_bytes(),
            HEXUPPER.encode(&self.text).into_bytes(),
            percent.clone().into_bytes(),
            percent.to_lowercase().into_bytes(),
        ];
        // inside a longer text base64 has three forms; what depends on its neighbours is left out of each
        for before in 0..3 {
            let padded = [&vec![0; before][..], &self.text].concat();
            let whole = padded.len() / 3 * 4;
            let from = if before == 0 { 0 } else { 4 };
            for encoded in [BASE64_NOPAD.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
                forms.push(encoded.as_bytes()[from..whole].to_vec());
            }
        }
        forms
    }

    #[track_caller]
    fn is_not_in(&self, place: &str, bytes: &[u8]) {
        for form in self.forms() {
            let found = memchr::memmem::find(bytes, &form);
            let form = String::from_utf8_lossy(&form).into_owned();
            assert_eq!(found, None, "{} turns up in {place} as `{form}`", self.what);
        }
    }
}

/// Every file below a folder but those that are there to hold secrets.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true => files(&path, into),
            false if HOLDERS.contains(&name.as_str()) => {}
            false => into.push(path),
        }
    }
}

/// What callers try who have no key that is taken; what they send is not repeated.
fn tries(server: &Running) -> Vec<u8> {
    let address = server.address().unwrap();
    let mut answers = Vec::new();
    for head in [
        "GET /v1/models HTTP/1.1\r\nauthorization: Bearer canary-of-a-wrong-token",
        "GET /v1/models?key=canary-of-a-key-in-a-query HTTP/1.1",
        "GET /v1/models HTTP/1.1\r\ncookie: session=canary-of-a-cookie-of-somebody",
        "POST /canary-of-an-unknown-path HTTP/1.1\r\nx-api-key: canary-of-a-wrong-token",
    ] {
        let text = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        answers.extend(exchange(address, NOWHERE, &text).unwrap().1.into_bytes());
    }
    answers
}

/// Acceptance A45: canary secrets in logs, traces, metrics, ledger, errors and the database, in plain and encoded.
#[test]
fn secrets_turn_up_nowhere_in_any_form() {
    let (runtime, provider) = provider();
    let collector = runtime.block_on(testkit::Collector::start()).unwrap();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    edit(
        folder,
        "bailiwick.toml",
        "protocol = \"openai\"",
        "protocol = \"openai\"\ncredential = \"env:PROVIDER_KEY\"",
    );
    let telemetry = format!(
        "[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[telemetry.otlp]\nendpoint = \"{}\"\n\
         headers = {{ authorization = \"env:COLLECTOR_KEY\" }}\ninterval = \"1h\"\n\n[data]",
        collector.url()
    );
    edit(folder, "bailiwick.toml", "[data]", &telemetry);
    let variables = [
        ("BAILIWICK_LOG", "trace"),
        ("PROVIDER_KEY", "canary-of-the-provider-key"),
        ("COLLECTOR_KEY", "canary-of-the-collector-key"),
    ];
    let server = Running::start_with(&["serve", "--json"], folder, &variables).unwrap();
    let mut said = tries(&server);
    for key in [&beginning.engineer, &beginning.analyst] {
        let asked = format!("POST {CHAT} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\n");
        let body = r#"{"model":"example-model","messages":[{"role":"user","content":"canary-of-a-prompt-of-somebody"}]}"#;
        let text = format!(
            "{asked}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        // the stand-in may well repeat the question to whoever asked it
        exchange(server.address().unwrap(), NOWHERE, &text).unwrap();
        let broken = format!("{asked}content-length: 34\r\n\r\n{{\"canary-of-a-prompt-of-somebody\": ");
        said.extend(
            exchange(server.address().unwrap(), NOWHERE, &broken)
                .unwrap()
                .1
                .into_bytes(),
        );
        said.extend(
            post(&server, NOWHERE, CHAT, key, "no-such-model")
                .unwrap()
                .1
                .into_bytes(),
        );
        said.extend(
            get(&server, NOWHERE, "/v1/models?all", key)
                .unwrap()
                .1
                .into_bytes(),
        );
    }
    let metrics = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let telemetry = server.text("/telemetry").unwrap().parse().unwrap();
    said.extend(exchange(telemetry, NOWHERE, metrics).unwrap().1.into_bytes());
    assert!(server.stop().unwrap().success());

    let secret = |name: &str| {
        let text = std::fs::read_to_string(folder.join("data").join(name)).unwrap();
        HEXLOWER.decode(text.trim().as_bytes()).unwrap()
    };
    let own = |key: &str| key.rsplit('_').next().unwrap().to_owned();
    let canaries = [
        Canary::new("the provider's key", "canary-of-the-provider-key"),
        Canary::new("the collector's key", "canary-of-the-collector-key"),
        Canary::new("a token", "canary-of-a-wrong-token"),
        Canary::new("a key in a query", "canary-of-a-key-in-a-query"),
        Canary::new("a cookie", "canary-of-a-cookie-of-somebody"),
        Canary::new("a prompt", "canary-of-a-prompt-of-somebody"),
        Canary::new("a key", own(&beginning.engineer)),
        Canary::new("another key", own(&beginning.analyst)),
        Canary::new("the secret of keys", secret("key-secret")),
        Canary::new("the secret of pseudonyms", secret("person-secret")),
        Canary::new("the ledger's signing key", secret("ledger-secret")),
        Canary::new("the ledger's sealing key", secret("ledger-sealing-secret")),
        Canary::new("the store's sealing key", secret("sealing-secret")),
    ];
    let mut places = vec![("answers".to_owned(), said)];
    let mut paths = Vec::new();
    files(&folder.join("data"), &mut paths);
    paths.push(folder.join(LOG));
    assert!(paths.len() > 4, "{paths:?}");
    for path in paths {
        places.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    let tail = bailiwick(folder, &["ledger", "tail", "--json", "--from", "0"]).unwrap();
    places.push(("the ledger as it is shown".to_owned(), tail.stdout));
    let got = collector.got();
    assert!(!got.is_empty());
    places.extend(
        got.into_iter()
            .map(|got| ("telemetry".to_owned(), got.body.to_vec())),
    );
    for (place, bytes) in &places {
        canaries.iter().for_each(|canary| canary.is_not_in(place, bytes));
    }
    // what is looked for would be found
    let whole = BASE64.encode(b"x canary-of-a-wrong-token x");
    let canary = Canary::new("a token", "canary-of-a-wrong-token");
    let forms = canary.forms();
    assert!(
        forms
            .iter()
            .any(|form| memchr::memmem::find(whole.as_bytes(), form).is_some())
    );
}
