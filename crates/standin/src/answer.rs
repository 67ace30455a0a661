//! Picks the answer to a request, apart from how either travels.

use crate::asked::Asked;
use crate::said::Said;
use crate::{anthropic, embeddings, gemini, openai, responses};
use serde_json::{Value, json};
use wire::Surface;

/// Content type of answers that come whole.
const JSON: &str = "application/json";

/// How the path ends by which Gemini counts tokens.
const COUNT: &str = ":countTokens";

/// An answer, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Value of the header `content-type`.
    pub content_type: &'static str,
    /// The body, in the pieces in which it is sent.
    pub pieces: Vec<String>,
    /// Whether it comes as a stream, so that its length is not announced.
    pub is_stream: bool,
}

/// The answer to a request: its method, its path with the query, and its body.
pub fn answer(method: &str, target: &str, body: &[u8]) -> Answer {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if method == "GET" && path == "/v1/models" {
        let list = json!({
            "object": "list",
            "data": [{ "id": "standin", "object": "model", "created": 0, "owned_by": "larkmoor-standin" }],
        });
        return whole(200, list.to_string());
    }
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return refuse(400, "The request is not JSON.");
    };
    match (method, path.strip_suffix(COUNT), called(path)) {
        // asked in the same words as for an answer
        ("POST", Some(before), _) => {
            let asked = Asked::read(Surface::Generate, before.rsplit('/').next(), &request);
            whole(200, gemini::counted(&Said::to(asked, body)))
        }
        ("POST", None, Some((surface, model))) => of_call(surface, model, query, &request, body),
        _ => refuse(404, "The stand-in has no such route."),
    }
}

/// An answer that says no.
pub(crate) fn refuse(status: u16, message: &str) -> Answer {
    let error = json!({ "error": { "message": message, "type": "invalid_request_error" } });
    whole(status, error.to_string())
}

/// The call that a path stands for, with the model where the path names it.
fn called(path: &str) -> Option<(Surface, Option<&str>)> {
    if let Some(surface) = Surface::of_path(path) {
        return Some((surface, None));
    }
    let model = ["/v1beta/models/", "/v1/models/"]
        .iter()
        .find_map(|before| path.strip_prefix(before))?;
    let (model, _) = model.split_once(':')?;
    let surface = Surface::of_path(path.get(path.find(':')?..)?)?;
    Some((surface, Some(model)))
}

fn of_call(surface: Surface, model: Option<&str>, query: &str, request: &Value, body: &[u8]) -> Answer {
    let said = Said::to(Asked::read(surface, model, request), body);
    let wants_stream = request.get("stream").and_then(Value::as_bool).unwrap_or(false);
    match (surface, wants_stream) {
        (Surface::Chat, false) => whole(200, openai::whole(&said)),
        (Surface::Chat, true) => events(openai::events(&said, request)),
        (Surface::Embeddings, _) => whole(200, embeddings::whole(&said, request)),
        (Surface::Responses, false) => whole(200, responses::whole(&said)),
        (Surface::Responses, true) => events(responses::events(&said)),
        (Surface::Compact, _) => whole(200, responses::compacted(&said)),
        (Surface::Messages, false) => whole(200, anthropic::whole(&said)),
        (Surface::Messages, true) => events(anthropic::events(&said)),
        (Surface::CountTokens, _) => whole(200, anthropic::counted(&said)),
        (Surface::Generate, _) => whole(200, gemini::whole(&said)),
        (Surface::StreamGenerate, _) if query.split('&').any(|parameter| parameter == "alt=sse") => {
            events(gemini::events(&said))
        }
        _ => Answer {
            status: 200,
            content_type: JSON,
            pieces: gemini::array(&said),
            is_stream: true,
        },
    }
}

fn whole(status: u16, body: String) -> Answer {
    Answer {
        status,
        content_type: JSON,
        pieces: vec![body],
        is_stream: false,
    }
}

fn events(pieces: Vec<String>) -> Answer {
    Answer {
        status: 200,
        content_type: wire::event::CONTENT_TYPE,
        pieces,
        is_stream: true,
    }
}
