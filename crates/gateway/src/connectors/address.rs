//! Where a call goes at a provider: a path for each protocol and call.
//!
//! Names of models, projects and places come from the register and the installation, never from the caller; they are
//! escaped all the same, so that none can leave its place in the path.

use super::ConnectorOptions;
use std::fmt::Write;
use wire::{Protocol, Surface};

/// Path and query of a call, or `None` where the protocol does not have it.
pub(super) fn path(
    protocol: Protocol,
    surface: Surface,
    model: &str,
    is_stream: bool,
    options: &ConnectorOptions,
) -> Option<String> {
    if !protocol.speaks(surface) {
        return None;
    }
    match protocol {
        Protocol::Anthropic | Protocol::OpenAi | Protocol::OpenAiCompatible => {
            Some(surface.path().to_owned())
        }
        Protocol::AzureOpenAi => Some(azure(surface, model, options.api_version.as_deref())),
        Protocol::Bedrock => Some(bedrock(model, is_stream)),
        Protocol::Vertex => vertex(surface, model, is_stream, options),
        Protocol::Gemini => Some(format!("/v1beta/models/{}{}", escape(model), surface.path())),
    }
}

/// A dated version stands for one deployment in the path; without a version the model is named in the body.
fn azure(surface: Surface, model: &str, version: Option<&str>) -> String {
    let short = surface.path().strip_prefix("/v1").unwrap_or(surface.path());
    match (surface, version) {
        (Surface::Chat | Surface::Embeddings, Some(version)) => {
            let (model, version) = (escape(model), escape(version));
            format!("/openai/deployments/{model}{short}?api-version={version}")
        }
        _ => format!("/openai/v1{short}"),
    }
}

fn bedrock(model: &str, is_stream: bool) -> String {
    let verb = if is_stream {
        "invoke-with-response-stream"
    } else {
        "invoke"
    };
    format!("/model/{}/{verb}", escape(model))
}

fn vertex(surface: Surface, model: &str, is_stream: bool, options: &ConnectorOptions) -> Option<String> {
    let (project, location) = (options.project.as_deref()?, options.location.as_deref()?);
    let models = format!(
        "/v1/projects/{}/locations/{}/publishers/anthropic/models",
        escape(project),
        escape(location)
    );
    Some(match (surface, is_stream) {
        (Surface::CountTokens, _) => format!("{models}/count-tokens:rawPredict"),
        (_, true) => format!("{models}/{}:streamRawPredict", escape(model)),
        (_, false) => format!("{models}/{}:rawPredict", escape(model)),
    })
}

/// A text as one segment of a path: all but letters, digits and `-._~` by its bytes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            // writing to a text cannot fail
            let _written = write!(escaped, "%{byte:02X}");
        }
    }
    match escaped.as_str() {
        // no escape keeps these from being read as steps in a path
        "." | ".." => escaped.replace('.', "%2E"),
        _ => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(protocol: Protocol, surface: Surface, model: &str, is_stream: bool, expected: &str) {
        let options = ConnectorOptions {
            project: Some("bank-1".to_owned()),
            location: Some("europe-west1".to_owned()),
            api_version: Some("2024-10-21".to_owned()),
            ..Default::default()
        };
        assert_eq!(
            path(protocol, surface, model, is_stream, &options).as_deref(),
            Some(expected)
        );
    }

    #[test]
    fn each_protocol_has_its_paths() {
        use Surface::{Chat, CountTokens, Embeddings, Messages, Responses, StreamGenerate};
        check(Protocol::Anthropic, Messages, "m", true, "/v1/messages");
        check(
            Protocol::OpenAiCompatible,
            Chat,
            "m",
            true,
            "/v1/chat/completions",
        );
        let azure = |surface, expected: &str| check(Protocol::AzureOpenAi, surface, "gpt x", false, expected);
        azure(
            Chat,
            "/openai/deployments/gpt%20x/chat/completions?api-version=2024-10-21",
        );
        azure(
            Embeddings,
            "/openai/deployments/gpt%20x/embeddings?api-version=2024-10-21",
        );
        azure(Responses, "/openai/v1/responses");
        let arn = "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-v1:0";
        let escaped = "arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.anthropic.claude-v1%3A0";
        check(
            Protocol::Bedrock,
            Messages,
            arn,
            false,
            &format!("/model/{escaped}/invoke"),
        );
        check(
            Protocol::Bedrock,
            Messages,
            "m",
            true,
            "/model/m/invoke-with-response-stream",
        );
        let models = "/v1/projects/bank-1/locations/europe-west1/publishers/anthropic/models";
        check(
            Protocol::Vertex,
            Messages,
            "c@2025",
            false,
            &format!("{models}/c%402025:rawPredict"),
        );
        check(
            Protocol::Vertex,
            Messages,
            "c",
            true,
            &format!("{models}/c:streamRawPredict"),
        );
        check(
            Protocol::Vertex,
            CountTokens,
            "c",
            false,
            &format!("{models}/count-tokens:rawPredict"),
        );
        check(
            Protocol::Gemini,
            StreamGenerate,
            "g",
            true,
            "/v1beta/models/g:streamGenerateContent",
        );
    }

    #[test]
    fn without_a_version_azure_names_the_model_in_the_body() {
        let path = path(
            Protocol::AzureOpenAi,
            Surface::Chat,
            "m",
            false,
            &ConnectorOptions::default(),
        );
        assert_eq!(path.as_deref(), Some("/openai/v1/chat/completions"));
    }

    #[test]
    fn what_a_protocol_does_not_have_has_no_path() {
        for protocol in Protocol::ALL {
            for surface in Surface::ALL {
                let options = ConnectorOptions {
                    project: Some("p".to_owned()),
                    location: Some("l".to_owned()),
                    ..Default::default()
                };
                let found = path(protocol, surface, "m", false, &options);
                assert_eq!(
                    found.is_some(),
                    protocol.speaks(surface),
                    "{protocol:?} {surface:?}"
                );
            }
        }
    }

    #[test]
    fn no_name_leaves_its_segment() {
        for (name, expected) in [
            ("../x", "..%2Fx"),
            ("..", "%2E%2E"),
            ("a?b#c", "a%3Fb%23c"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(escape(name), expected);
        }
    }
}
