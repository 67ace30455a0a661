//! The last event of a stream that may not go on, as each program understands it.

use crate::provider::{Provider, Step};
use crate::streams::begin;
use crate::world::{NY_TRADER, World, changed, in_force};
use std::sync::Arc;
use tokio::sync::Notify;

const MESSAGES: &str = "/v1/messages";
const CHAT: &str = "/v1/chat/completions";
const RESPONSES: &str = "/v1/responses";

/// What each program is told when what it streams is no longer permitted.
#[tokio::test]
async fn a_stream_ends_in_the_event_that_its_reader_understands() {
    let (gpt, gemini) = (
        "provider = \"OpenAI\"\nmodality = \"multimodal\"",
        "provider = \"Google\"\nmodality = \"multimodal\"",
    );
    let sonnet = "aliases = [\"sonnet\"]";
    let stream = r#"{"model":"gpt","stream":true}"#;
    let claude = r#"{"model":"claude-sonnet","stream":true}"#;
    let generate = "/v1beta/models/gemini:streamGenerateContent?alt=sse";
    for (told_by, path, body, before, expected) in [
        (
            ("x-initiator", "user"),
            CHAT,
            stream,
            gpt,
            r#""type":"not_entitled","param":null,"code":"content_filter"}"#,
        ),
        (
            ("x-initiator", "user"),
            MESSAGES,
            claude,
            sonnet,
            r#""code":"content_filter"}"#,
        ),
        (
            ("user-agent", "claude-cli/2.1.330"),
            MESSAGES,
            claude,
            sonnet,
            r#""type":"permission_error","message":"#,
        ),
        (
            ("x-other", "user"),
            CHAT,
            stream,
            gpt,
            r#""code":"not_entitled"}"#,
        ),
        (
            ("x-initiator", "user"),
            RESPONSES,
            stream,
            gpt,
            r#""error":{"code":"invalid_prompt""#,
        ),
        (
            ("originator", "codex_exec"),
            RESPONSES,
            stream,
            gpt,
            r#""error":{"code":"model_not_found""#,
        ),
        (
            ("user-agent", "GeminiCLI-tui/0.61.0"),
            generate,
            "{}",
            gemini,
            "\n{\"error\":{\"code\":403",
        ),
        (
            ("user-agent", "google-genai-sdk/2.32.0"),
            generate,
            "{}",
            gemini,
            "\ndata: {\"error\":{\"code\":403",
        ),
    ] {
        let closed = Arc::new(Notify::new());
        let upstream = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
        let here = World::with(upstream.address).await;
        let caller = here.caller(NY_TRADER).with(told_by.0, told_by.1);
        let mut coming = caller.begin("POST", path, body.as_bytes()).await;
        coming.next().await.unwrap().unwrap();
        let closed_to = |who: &str| format!("{before}\nentitled = [\"{who}\"]");
        let (from, to) = (closed_to("all-staff"), closed_to("research"));
        here.switch.activate(in_force(&changed(&[(&from, &to)])));
        let text = format!("\n{}", coming.whole().await.text());
        assert!(text.contains(expected), "{told_by:?} {path}: {text}");
    }
}
