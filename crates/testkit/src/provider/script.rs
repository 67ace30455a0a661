//! What is done to a request.

use serde_json::{Value, json};
use std::time::Duration;
use wire::Dialect;

/// What the provider does to one request. Made by one of the beginnings, then changed by what follows:
///
/// ```
/// # use testkit::Script;
/// # use std::time::Duration;
/// let slow = Script::stand_in().after(Duration::from_millis(20)).stops_after(3);
/// let busy = Script::busy(529, Some(2));
/// ```
#[derive(Clone, Debug)]
pub struct Script {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) before_head: Duration,
    pub(super) between: Duration,
    pub(super) ending: Ending,
    pub(super) gzip: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    /// What the stand-in answers; replaced by it before anything is sent.
    StandIn,
    /// All at once, its length announced.
    Whole(Vec<u8>),
    /// In chunks, its end told by the last of them.
    Chunks(Vec<Vec<u8>>),
    /// These bytes in the place of a whole HTTP answer; then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing at all, until the caller goes.
    Silence,
}

#[derive(Clone, Debug)]
pub(super) enum Ending {
    /// As the protocol has it.
    Proper,
    /// The connection is reset after so many bytes of the body, framing left out.
    Cut(usize),
    /// Nothing comes after so many chunks, until the caller goes.
    Stops(usize),
    /// After so many chunks comes this one, as the last.
    Error(usize, String),
}

impl Default for Script {
    fn default() -> Self {
        Self::stand_in()
    }
}

impl Script {
    /// Answers as the stand-in does, in the protocol of the request.
    pub fn stand_in() -> Self {
        Self::of(200, Body::StandIn)
    }

    /// Answers by a status and a body, as JSON unless a header says otherwise.
    pub fn answer(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of(status, Body::Whole(body.into()))
    }

    /// Answers by a stream of events, each sent as a chunk of its own.
    pub fn events<E: Into<Vec<u8>>>(events: impl IntoIterator<Item = E>) -> Self {
        let chunks = events.into_iter().map(Into::into).collect();
        Self::of(200, Body::Chunks(chunks)).header("content-type", wire::event::CONTENT_TYPE)
    }

    /// Answers that it has too much to do (429) or is overloaded (529), and after how many seconds to come again.
    pub fn busy(status: u16, retry_after: Option<u32>) -> Self {
        let error =
            json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } });
        let script = Self::answer(status, error.to_string());
        match retry_after {
            Some(seconds) => script.header("retry-after", &seconds.to_string()),
            None => script,
        }
    }

    /// Sends the caller elsewhere.
    pub fn redirect(location: &str) -> Self {
        Self::answer(307, Vec::new()).header("location", location)
    }

    /// Sends these bytes in the place of an HTTP answer, then closes.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::of(0, Body::Raw(bytes.into()))
    }

    /// Never answers; the connection stays open until the caller goes.
    pub fn silence() -> Self {
        Self::of(0, Body::Silence)
    }

    /// Sends a header; one of the same name that the answer would have had is left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Waits so long before the first byte.
    #[must_use]
    pub const fn after(mut self, time: Duration) -> Self {
        self.before_head = time;
        self
    }

    /// Waits so long before each chunk but the first.
    #[must_use]
    pub const fn pausing(mut self, time: Duration) -> Self {
        self.between = time;
        self
    }

    /// Resets the connection after so many bytes of the body; with none, after the head.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.ending = Ending::Cut(bytes);
        self
    }

    /// Sends so many chunks and then nothing, the connection staying open until the caller goes.
    #[must_use]
    pub fn stops_after(mut self, chunks: usize) -> Self {
        self.ending = Ending::Stops(chunks);
        self
    }

    /// Sends so many chunks and then this event, as the last: an error inside a stream that began with 200.
    #[must_use]
    pub fn error_after(mut self, chunks: usize, event: &str) -> Self {
        self.ending = Ending::Error(chunks, event.to_owned());
        self
    }

    /// Sends the body in the coding gzip, whether the caller takes it or not.
    #[must_use]
    pub const fn gzip(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// The same, with the answer that the stand-in gave in its place.
    pub(super) fn answered_by(mut self, answer: standin::Answer) -> Self {
        let pieces = answer.pieces.into_iter().map(String::into_bytes);
        self.status = answer.status;
        self.body = if answer.is_stream {
            Body::Chunks(pieces.collect())
        } else {
            Body::Whole(pieces.flatten().collect())
        };
        if !self.has("content-type") {
            self.headers
                .push(("content-type".to_owned(), answer.content_type.to_owned()));
        }
        self
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(found, _)| found.eq_ignore_ascii_case(name))
    }

    fn of(status: u16, body: Body) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
            before_head: Duration::ZERO,
            between: Duration::ZERO,
            ending: Ending::Proper,
            gzip: false,
        }
    }
}

/// An error inside a stream, as the providers of a protocol send it.
pub fn error_event(dialect: Dialect, code: &str, message: &str) -> String {
    let event = |name: &str, data: Value| format!("event: {name}\ndata: {data}\n\n");
    match dialect {
        Dialect::AnthropicMessages => event(
            "error",
            json!({ "type": "error", "error": { "type": code, "message": message } }),
        ),
        Dialect::OpenAiChat => format!(
            "data: {}\n\n",
            json!({ "error": { "message": message, "type": code, "param": null, "code": code } })
        ),
        Dialect::OpenAiResponses => event(
            "response.failed",
            json!({
                "type": "response.failed",
                "response": { "object": "response", "status": "failed", "error": { "code": code, "message": message } },
            }),
        ),
        Dialect::Gemini => format!(
            "data: {}\r\n\r\n",
            json!({ "error": { "code": 503, "message": message, "status": code } })
        ),
    }
}
