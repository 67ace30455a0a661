//! The four protocols, each with a model that answers in it, for what must hold in all of them.

use crate::client::{Answer, Caller, Coming};
use testkit::Provider;
use wire::Dialect;

/// A protocol, and how something is asked in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    pub(crate) dialect: Dialect,
    whole: (&'static str, &'static str),
    stream: (&'static str, &'static str),
}

/// All of them.
pub(crate) const WIRES: [Wire; 4] = [
    Wire {
        dialect: Dialect::OpenAiChat,
        whole: ("/v1/chat/completions", r#"{"model":"gpt","messages":[]}"#),
        stream: (
            "/v1/chat/completions",
            r#"{"model":"gpt","messages":[],"stream":true}"#,
        ),
    },
    Wire {
        dialect: Dialect::OpenAiResponses,
        whole: ("/v1/responses", r#"{"model":"gpt","store":false,"input":"a"}"#),
        stream: (
            "/v1/responses",
            r#"{"model":"gpt","store":false,"input":"a","stream":true}"#,
        ),
    },
    Wire {
        dialect: Dialect::AnthropicMessages,
        whole: (
            "/v1/messages",
            r#"{"model":"claude-sonnet","messages":[{"role":"user","content":"a long question"}]}"#,
        ),
        stream: (
            "/v1/messages",
            r#"{"model":"claude-sonnet","messages":[{"role":"user","content":"a long question"}],"stream":true}"#,
        ),
    },
    Wire {
        dialect: Dialect::Gemini,
        whole: ("/v1beta/models/gemini:generateContent", r#"{"contents":[]}"#),
        stream: (
            "/v1beta/models/gemini:streamGenerateContent?alt=sse",
            r#"{"contents":[]}"#,
        ),
    },
];

impl Wire {
    const fn asking(&self, is_stream: bool) -> (&'static str, &'static str) {
        if is_stream { self.stream } else { self.whole }
    }

    /// Asks, and gives the whole answer.
    pub(crate) async fn ask(&self, caller: &Caller, is_stream: bool) -> Answer {
        let (path, body) = self.asking(is_stream);
        caller.post(path, body).await
    }

    /// Asks, and gives the answer as soon as it begins.
    pub(crate) async fn begin(&self, caller: &Caller, is_stream: bool) -> Coming {
        let (path, body) = self.asking(is_stream);
        caller.begin("POST", path, body.as_bytes()).await
    }

    /// What is sent to ask, on a connection that is closed then.
    pub(crate) fn written(&self, key: &str) -> String {
        let (path, body) = self.whole;
        let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-api-key: {key}\r\n");
        format!("{head}content-length: {}\r\n\r\n{body}", body.len())
    }

    /// What the stand-in says, without anything in between.
    pub(crate) async fn said(&self, provider: &Provider, model: &str) -> String {
        let direct = Caller::new(provider.address(), "127.0.0.1");
        let (path, body) = self.stream;
        let body = body.replace("\"gpt\"", &format!("\"{model}\""));
        direct.post(path, &body).await.text()
    }
}

/// Whether a stream ends as one that broke: by an error in the protocol's own event, and by nothing that a client takes
/// for success.
pub(crate) fn ends_in_error(dialect: Dialect, text: &str) -> bool {
    let (last, success) = match dialect {
        Dialect::OpenAiChat => ("data: {\"error\":", "\"finish_reason\":\"stop\""),
        Dialect::OpenAiResponses => ("event: response.failed\ndata: {", "response.completed"),
        Dialect::AnthropicMessages => ("event: error\ndata: {\"type\":\"error\"", "event: message_stop"),
        Dialect::Gemini => ("data: {\"error\":", "\"finishReason\":\"STOP\""),
    };
    let Some(at) = text.rfind(last) else {
        return false;
    };
    let (before, error) = text.split_at(at);
    // the error is an event of its own, and what it holds is JSON
    let begins_apart = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\r\n\r\n");
    let data = error.lines().find_map(|line| line.strip_prefix("data: "));
    let is_json = data.is_some_and(|data| serde_json::from_str::<serde_json::Value>(data).is_ok());
    begins_apart && is_json && error.ends_with("\n\n") && !error.contains(success)
}
