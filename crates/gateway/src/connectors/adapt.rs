//! What a channel wants changed in a body, every other byte left alone.
//!
//! Most channels take the protocol's own body with their name for the model. Bedrock and Vertex name the model in the
//! path and the version of the protocol in the body, and Bedrock moves more: whether to stream is a matter of the path,
//! and what is being tried out stands in the body, not in a header.

use hyper::HeaderMap;
use std::ops::Range;
use wire::{Edits, Fault, FaultCode, Protocol, Surface, members, quote};

/// Version of the protocol at Bedrock.
const AT_BEDROCK: &str = "bedrock-2023-05-31";
/// Version of the protocol at Vertex.
const AT_VERTEX: &str = "vertex-2023-10-16";

/// Header of Anthropic's protocol that names what is being tried out.
const BETA: &str = "anthropic-beta";

/// Where a body says what a channel needs to know or to change.
struct Said {
    model: Option<Range<usize>>,
    stream: Option<Range<usize>>,
    version: Option<Range<usize>>,
    is_stream: bool,
}

/// Makes the changes of a channel; says whether a stream is asked for, where that is a matter of the path.
pub(super) fn adapt(
    body: &mut Edits,
    protocol: Protocol,
    surface: Surface,
    names: Names<'_>,
    headers: &HeaderMap,
) -> Result<bool, Fault> {
    match protocol {
        Protocol::Anthropic | Protocol::OpenAi | Protocol::OpenAiCompatible | Protocol::AzureOpenAi => {
            names.replace(body);
            Ok(false)
        }
        // the model stands in the path, and so does whether to stream
        Protocol::Gemini => Ok(surface == Surface::StreamGenerate),
        Protocol::Bedrock => {
            let said = said(body)?;
            cut(body, [said.model.clone(), said.stream.clone()]);
            set_version(body, &said, AT_BEDROCK);
            set_betas(body, headers)?;
            Ok(said.is_stream)
        }
        Protocol::Vertex => {
            let said = said(body)?;
            if surface == Surface::CountTokens {
                names.replace(body);
            } else {
                cut(body, [said.model.clone(), None]);
            }
            set_version(body, &said, AT_VERTEX);
            Ok(said.is_stream)
        }
    }
}

/// The name of the model as it came and as the provider knows it.
#[derive(Clone)]
pub(super) struct Names<'a> {
    /// As asked for.
    pub asked: &'a str,
    /// Where in the body; `None`: elsewhere.
    pub span: Option<Range<usize>>,
    /// At the provider.
    pub upstream: &'a str,
}

impl Names<'_> {
    fn replace(self, body: &mut Edits) {
        if let Some(span) = self.span
            && self.asked != self.upstream
        {
            body.replace(span, quote(self.upstream));
        }
    }
}

fn said(body: &Edits) -> Result<Said, Fault> {
    let keys = ["model", "stream", "anthropic_version", "anthropic_beta"];
    let invalid = |message: String| Fault::new(FaultCode::InvalidRequest, message);
    let found =
        members(body.body(), keys).map_err(|error| invalid(format!("The request is unclear: {error}.")))?;
    let [model, stream, version, betas] = found;
    if betas.is_some() {
        let message =
            "Write `anthropic_beta` as the header `anthropic-beta`; in the body it is not read here.";
        return Err(invalid(message.to_owned()));
    }
    let is_stream = stream
        .clone()
        .is_some_and(|span| body.body().get(span) == Some(b"true"));
    Ok(Said {
        model,
        stream,
        version,
        is_stream,
    })
}

fn cut(body: &mut Edits, members: [Option<Range<usize>>; 2]) {
    for value in members.into_iter().flatten() {
        body.cut_member(value);
    }
}

fn set_version(body: &mut Edits, said: &Said, version: &str) {
    match &said.version {
        Some(value) => body.replace(value.clone(), quote(version)),
        None => body.insert("anthropic_version", &quote(version)),
    }
}

/// The list that the header holds, as the member that Bedrock reads.
fn set_betas(body: &mut Edits, headers: &HeaderMap) -> Result<(), Fault> {
    let mut betas = Vec::new();
    for value in headers.get_all(BETA) {
        let text = value.to_str().map_err(|_| {
            Fault::new(
                FaultCode::InvalidRequest,
                "The header `anthropic-beta` is not plain text.",
            )
        })?;
        betas.extend(text.split(',').map(str::trim).filter(|beta| !beta.is_empty()));
    }
    if !betas.is_empty() {
        let list: Vec<_> = betas.into_iter().map(quote).collect();
        let list = [b"[".as_slice(), &list.join(b",".as_slice()), b"]"].concat();
        body.insert("anthropic_beta", &list);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::header::HeaderValue;

    fn adapted(protocol: Protocol, surface: Surface, body: &str) -> Result<(String, bool), Fault> {
        let mut headers = HeaderMap::new();
        headers.append(BETA, HeaderValue::from_static("a-2025, b"));
        headers.append(BETA, HeaderValue::from_static("c"));
        let names = Names {
            asked: "claude",
            span: members(body.as_bytes(), ["model"]).unwrap()[0].clone(),
            upstream: "up:1",
        };
        let mut edits = Edits::of(Bytes::copy_from_slice(body.as_bytes()));
        let is_stream = adapt(&mut edits, protocol, surface, names, &headers)?;
        let body = edits.apply().unwrap().to_vec();
        Ok((String::from_utf8(body).unwrap(), is_stream))
    }

    fn check(protocol: Protocol, surface: Surface, body: &str, expected: &str, is_stream: bool) {
        let found = adapted(protocol, surface, body).unwrap();
        assert_eq!(found, (expected.to_owned(), is_stream), "{body}");
    }

    #[test]
    fn bedrock_has_model_and_stream_in_the_path_and_the_rest_in_the_body() {
        let check = |body: &str, expected: &str, is_stream| {
            check(Protocol::Bedrock, Surface::Messages, body, expected, is_stream);
        };
        let front = r#""anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a-2025","b","c"]"#;
        check(
            r#"{"model":"claude", "messages":[ 1.0 ],"stream": true}"#,
            &format!(r#"{{{front},"messages":[ 1.0 ]}}"#),
            true,
        );
        check(
            r#"{"stream":false,"model":"claude"}"#,
            &format!("{{{front}}}"),
            false,
        );
        check(
            r#"{"anthropic_version":"x","model":"claude"}"#,
            r#"{"anthropic_beta":["a-2025","b","c"],"anthropic_version":"bedrock-2023-05-31"}"#,
            false,
        );
    }

    #[test]
    fn vertex_has_the_model_in_the_path_but_where_tokens_are_counted() {
        let version = r#""anthropic_version":"vertex-2023-10-16""#;
        check(
            Protocol::Vertex,
            Surface::Messages,
            r#"{"model":"claude","stream":true}"#,
            &format!(r#"{{{version},"stream":true}}"#),
            true,
        );
        check(
            Protocol::Vertex,
            Surface::CountTokens,
            r#"{"model":"claude"}"#,
            &format!(r#"{{{version},"model":"up:1"}}"#),
            false,
        );
    }

    #[test]
    fn others_get_their_name_of_the_model_and_nothing_else() {
        let body = r#"{"stream":true,"model" :"claude","anthropic_beta":[]}"#;
        let expected = r#"{"stream":true,"model" :"up:1","anthropic_beta":[]}"#;
        for protocol in [Protocol::Anthropic, Protocol::OpenAi, Protocol::AzureOpenAi] {
            check(protocol, Surface::Messages, body, expected, false);
        }
        check(Protocol::Gemini, Surface::StreamGenerate, "{ }", "{ }", true);
    }

    #[test]
    fn what_would_pass_by_the_list_of_headers_is_refused() {
        for protocol in [Protocol::Bedrock, Protocol::Vertex] {
            let refused = adapted(
                protocol,
                Surface::Messages,
                r#"{"model":"claude","anthropic_beta":["x"]}"#,
            );
            assert_eq!(refused.unwrap_err().code, FaultCode::InvalidRequest);
        }
    }
}
