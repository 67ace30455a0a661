//! The names under which things are exported, and values in OTLP's form.
//!
//! Names without `bailiwick.` are those of OpenTelemetry's semantic conventions; those for generative AI are still in
//! development there, and stand here as of 2026.

use hyper::Method;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use std::borrow::Cow;
use wire::{Protocol, Surface};

/// What stands for a value that is not on a list.
pub(crate) const OTHER: &str = "_OTHER";

/// An attribute, which can be compared, unlike OTLP's own.
pub(super) type Attribute = (&'static str, Held);

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Held {
    Text(Cow<'static, str>),
    Number(i64),
    Truth(bool),
}

impl From<&'static str> for Held {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Held {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u16> for Held {
    fn from(number: u16) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<u64> for Held {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Held {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

/// An attribute.
pub(super) fn attribute(name: &'static str, value: impl Into<Held>) -> Attribute {
    (name, value.into())
}

/// Attributes as OTLP has them.
pub(super) fn written(attributes: &[Attribute]) -> Vec<KeyValue> {
    let write = |(key, value): &Attribute| KeyValue {
        key: (*key).to_owned(),
        value: Some(AnyValue {
            value: Some(match value {
                Held::Text(text) => Value::StringValue(text.clone().into_owned()),
                Held::Number(number) => Value::IntValue(*number),
                Held::Truth(truth) => Value::BoolValue(*truth),
            }),
        }),
        ..KeyValue::default()
    };
    attributes.iter().map(write).collect()
}

/// `http.request.method`.
pub(super) fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 8] = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or(OTHER)
}

/// `gen_ai.operation.name`.
pub(super) const fn operation(surface: Surface) -> &'static str {
    match surface {
        Surface::Chat | Surface::Responses | Surface::Compact | Surface::Messages => "chat",
        Surface::Embeddings => "embeddings",
        Surface::Generate | Surface::StreamGenerate => "generate_content",
        Surface::CountTokens | Surface::CountGenerate => "count_tokens",
    }
}

/// `gen_ai.provider.name`: by the protocol that is spoken, since that is what tells how the numbers are to be read.
pub(super) const fn provider(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Anthropic => "anthropic",
        Protocol::OpenAi => "openai",
        Protocol::OpenAiCompatible => "openai_compatible",
        Protocol::AzureOpenAi => "azure.ai.openai",
        Protocol::Bedrock => "aws.bedrock",
        Protocol::Vertex => "gcp.vertex_ai",
        Protocol::Gemini => "gcp.gemini",
    }
}
