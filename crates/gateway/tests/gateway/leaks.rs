//! What never leaves: undisclosed words, notes of readings, other people, keys, credentials, prompts and answers.
//!
//! A register full of canaries is served and asked for everything that can be asked for, with the log at its most
//! talkative. Then every answer, every log line and every line of the ledger is gone through.

use crate::client::{Answer, Caller};
use crate::exporting;
use crate::provider::{Provider, Step};
use crate::world::{HK_ANALYST, NO_APPLICATION, NY_TRADER, Plan, STRANGER, World, changed};
use gateway::Limits;
use register::source::Source;
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex};
use testkit::Collector;

/// Part of every text that nobody may see; the credential of the connectors has it too.
const CANARY: &str = "canary";
/// What a caller asks, and what a provider answers.
const PROMPT: &str = "quartz-prompt";
const ANSWER: &str = "basalt-answer";

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";
const COUNT: &str = "/v1/messages/count_tokens";
const RESPONSES: &str = "/v1/responses";
const EMBEDDINGS: &str = "/v1/embeddings";
const GENERATE: &str = "/v1beta/models/gemini:generateContent";
const GENERATE_PROTOTYPE: &str = "/v1beta/models/prototype:generateContent";

/// Everything that was logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to write down what any thread of this process logs.
    pub(crate) fn begin() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// The register with canaries in every text that is not for staff, and somebody else in it.
fn canaries() -> Vec<Source> {
    let mut sources = changed(&[
        (
            "Customer's negotiated words, which stay between lawyers",
            "canary-legal-words",
        ),
        ("a note of counsel that nobody else may see", "canary-group-note"),
        (
            "deny = { in = \"greater-china\" }",
            "deny = { in = \"greater-china\" }\ncitation = { document = \"canary-document\", date = \"2024\" }\n\
             [[clause.reading]]\nknown_from = 2024-01-01\nby = \"canary-reader\"\nnote = \"canary-clause-note\"\n\
             tests = \"person.places\"",
        ),
    ]);
    sources.push(Source {
        path: "more.toml".to_owned(),
        text: MORE.to_owned(),
    });
    sources
}

/// A second instrument that refuses the same call, with words for licensors, and a colleague.
const MORE: &str = r#"
[instrument]
id = "house"
name = "House rules"
layer = "house"

[groups.home]
name = "Home"
members = ["US"]
reading = { by = "canary-reader", known_from = 2024-01-01, note = "canary-home-note" }

[[clause]]
ref = "H-1"
title = "Prototypes and Claude stay at home"
plain = "Only people in the United States may use this."
words = "canary-licensor-words"
disclose = "licensor"
kind = "territory.user_location"
deny = { not_in = "home" }
for = { models = ["claude-sonnet", "prototype"] }

[[clause]]
ref = "H-2"
title = "Fees"
plain = "Fees are nobody's business here."
words = "canary-fees"
no_bearing = { by = "canary-reader", known_from = 2024-01-01, reason = "canary-reason" }

[[person]]
id = "colleague-canary"
name = "Canary Colleague"
worker = "employee"
entity = "larkmoor-us"
place = "HK"
site = "hong-kong"
residence = "BT"
citizenships = ["BT"]
groups = ["all-staff", "research"]
application = "coding"
"#;

/// What went out, for the search.
#[derive(Default)]
struct Sweep {
    answers: String,
    count: usize,
}

impl Sweep {
    fn take(&mut self, answer: &Answer) {
        let body = String::from_utf8_lossy(&answer.body);
        self.answers
            .push_str(&format!("{} {:?}\n{body}\n", answer.status, answer.headers));
        self.count += 1;
    }

    async fn post(&mut self, caller: &Caller, path: &str, body: &str) -> String {
        let answer = caller.post(path, body).await;
        self.take(&answer);
        answer.header("bailiwick-decision").to_owned()
    }

    async fn get(&mut self, caller: &Caller, path: &str) {
        self.take(&caller.get(path).await);
    }

    /// Everything that can be asked for.
    async fn everything(&mut self, world: &World) {
        for persona in [HK_ANALYST, NY_TRADER, NO_APPLICATION, STRANGER] {
            let caller = world.caller(persona);
            self.lists(&caller).await;
            for (path, model) in [
                (CHAT, "gpt"),
                (CHAT, "gemini"),
                (CHAT, "prototype"),
                (CHAT, "no-such-model"),
                (CHAT, "claude-sonnet"),
                (MESSAGES, "claude-sonnet"),
                (MESSAGES, "sonnet"),
                (MESSAGES, "gpt"),
                (RESPONSES, "claude-sonnet"),
                (RESPONSES, "prototype"),
                (COUNT, "claude-sonnet"),
                (COUNT, "gpt"),
                (GENERATE, "gemini"),
                (GENERATE_PROTOTYPE, "gemini"),
                (EMBEDDINGS, "gpt"),
            ] {
                let id = self.post(&caller, path, &asking(model)).await;
                self.why(world, &id).await;
            }
            for path in [
                "/readyz?verbose",
                "/healthz",
                "/nothing",
                MESSAGES,
                "/v1/files/quartz-prompt",
                "/v1/models/prototype",
                "/v1beta/models",
            ] {
                self.get(&caller, path).await;
            }
        }
        self.strange(world).await;
    }

    async fn lists(&mut self, caller: &Caller) {
        let anthropic = caller.clone().with("anthropic-version", "2023-06-01");
        for query in ["", "?bailiwick=all"] {
            self.get(caller, &format!("/v1/models{query}")).await;
            self.get(&anthropic, &format!("/v1/models{query}")).await;
        }
        for query in ["", "&bailiwick=all"] {
            let path = format!("/v1/models?client_version=0.169.0{query}");
            self.get(caller, &path).await;
        }
    }

    /// The reason of a decision, as asked for by everybody, as text and as JSON.
    async fn why(&mut self, world: &World, id: &str) {
        for persona in [HK_ANALYST, NY_TRADER, STRANGER] {
            let caller = world.caller(persona);
            let path = format!("/why/{id}");
            self.get(&caller, &path).await;
            self.get(&caller.with("accept", "application/json"), &path).await;
        }
    }

    /// Requests that are wrong in themselves, each with a key or a prompt that must not be repeated.
    async fn strange(&mut self, world: &World) {
        let bare = Caller::new(world.address, HK_ANALYST.office);
        self.post(
            &bare.clone().with("x-api-key", "sk-wrong-canary"),
            CHAT,
            &asking("gpt"),
        )
        .await;
        self.post(
            &bare.with("authorization", "Bearer bw_wrong_canary"),
            MESSAGES,
            &asking("sonnet"),
        )
        .await;
        let caller = world.caller(NY_TRADER);
        let long = json!({ "model": "gpt", "content": PROMPT.repeat(1000) }).to_string();
        let bodies = [
            PROMPT,
            "{\"quartz-prompt\":",
            "{\"messages\":\"quartz-prompt\"}",
            &long,
        ];
        for body in bodies {
            self.post(&caller, CHAT, body).await;
        }
        // what reaches too far, each with something in it that nobody needs to hear again
        for more in [
            "\"api_key\":\"sk-canary\"",
            "\"conversation\":\"canary\"",
            "\"tools\":[{\"type\":\"mcp\",\"server_url\":\"https://canary\"}]",
            "\"input\":[{\"content\":[{\"image_url\":\"http://10.0.0.1/canary\"}]}]",
            "\"max_output_tokens\":\"canary\"",
        ] {
            let body = format!("{{\"model\":\"gpt\",{more}}}");
            self.post(&caller, RESPONSES, &body).await;
        }
        let compressed = caller.clone().with("content-encoding", "gzip");
        self.post(&compressed, CHAT, PROMPT).await;
        let choosing = caller.with("bailiwick-purpose", PROMPT);
        self.post(&choosing, CHAT, &asking("gpt")).await;
    }
}

fn asking(model: &str) -> String {
    json!({
        "messages": [{ "role": "user", "content": PROMPT }],
        "metadata": { "user_id": PROMPT },
        "model": model,
        "stream": true,
    })
    .to_string()
}

/// A provider that answers, one that refuses the credential and repeats it, and one that breaks off.
async fn providers() -> [Provider; 3] {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let event = format!("data: {ANSWER}\n\n");
    let broken = format!("{head}{:x}\r\n{event}\r\n", event.len());
    [
        Provider::answering("200 OK", &json!({ "content": ANSWER }).to_string()).await,
        Provider::answering("401 Unauthorized", "{\"error\":\"wrong key sk-upstream-canary\"}").await,
        Provider::start(vec![Step::Send(broken.into_bytes())]).await,
    ]
}

fn check_absent(text: &str, where_: &str, secrets: &[&str]) {
    let text = text.to_lowercase();
    for secret in secrets {
        let found = text.find(&secret.to_lowercase());
        let line = found.map(|at| text.split_at(at).0.lines().count());
        assert_eq!(line, None, "`{secret}` is in {where_}:\n{text}");
    }
}

/// Acceptance A68: a sweep over everything that anybody is told.
#[tokio::test]
async fn nothing_confidential_is_in_any_answer_log_line_or_ledger_line() {
    let log = Log::begin();
    let (mut sweep, mut ledger, mut numbers) = (Sweep::default(), String::new(), String::new());
    let collector = Collector::start().await.unwrap();
    for provider in providers().await {
        let limits = Limits {
            body_bytes: 4_000,
            ..Limits::default()
        };
        let world = Plan {
            limits,
            sources: canaries(),
            export: Some(exporting::settings(&collector)),
            ..Plan::new(provider.address)
        }
        .start()
        .await;
        sweep.everything(&world).await;
        numbers.push_str(&world.numbers().await);
        ledger.push_str(&world.lines().await);
    }
    let log = log.text();
    // the search would find something
    assert!(sweep.count > 200, "{}", sweep.count);
    assert!(sweep.answers.contains("Only people in the United States") && sweep.answers.contains(ANSWER));
    assert!(ledger.contains("house H-1") && ledger.contains("upstream_cut"));
    assert!(
        log.contains("refused") && log.contains("forwarded") && log.contains("a request was not decided")
    );

    let keys = [HK_ANALYST, NY_TRADER, NO_APPLICATION, STRANGER].map(|persona| persona.key());
    let mut secrets: Vec<&str> = keys.iter().map(String::as_str).collect();
    secrets.extend([CANARY, "Bhutan", "(BT)", "\"BT\""]);
    check_absent(&sweep.answers, "an answer", &secrets);
    secrets.extend([PROMPT, ANSWER, "hk-analyst", "ny-trader"]);
    check_absent(&ledger, "the ledger", &secrets);
    check_absent(&log, "the log", &secrets);
    // a collector is told of models, clauses and decisions, and of nobody
    let (mut exported, mut nobody) = (String::new(), secrets.clone());
    for got in collector.got() {
        exported.push_str(&String::from_utf8_lossy(&got.body));
    }
    assert!(exported.contains("house H-1") && exported.contains("upstream_cut"));
    assert!(exported.contains("claude-sonnet") && collector.spans().len() > 200);
    nobody.extend([
        "no-application",
        "stranger",
        "colleague",
        "127.0.2",
        "127.0.4",
        "no-such",
        "/nothing",
    ]);
    check_absent(&exported, "what is exported", &nobody);
    // numbers name neither who called, nor from where, nor what they asked for
    assert!(numbers.contains("reason=\"upstream_cut\"") && numbers.contains("verdict=\"deny\""));
    let persons = ["hk-", "ny-", "no-application", "stranger", "colleague", "127.0."];
    let asked = [
        "no-such",
        "/nothing",
        "prototype",
        "sonnet",
        "=\"gpt",
        "house",
        "H-1",
        "§",
        "files",
    ];
    secrets.extend(persons.into_iter().chain(asked));
    check_absent(&numbers, "the numbers", &secrets);
}
