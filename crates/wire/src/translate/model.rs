//! A conversation in no protocol's words: what every protocol's reader yields and every protocol's writer takes.

use serde_json::{Number, Value};

/// What is asked of a model.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub turns: Vec<Turn>,
    pub tools: Vec<Tool>,
    pub choice: Option<Choice>,
    pub settings: Settings,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Whoever set the model up: system and developer messages.
    System,
    User,
    Assistant,
}

impl Role {
    /// Its name for people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What one side says before the other side does.
#[derive(Debug, PartialEq)]
pub(super) struct Turn {
    pub role: Role,
    pub parts: Vec<Part>,
}

impl Turn {
    /// A turn that says one text.
    pub(super) fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            parts: vec![Part::Text(text.into())],
        }
    }

    /// The texts of the turn that say something, one after the other.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(text) if !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A piece of a turn.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    /// The model's words of refusal.
    Refusal(String),
    Image(Image),
    Call(Call),
    Result(ToolResult),
}

impl Part {
    /// Its name for people.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Refusal(_) => "a refusal",
            Self::Image(_) => "an image",
            Self::Call(_) => "a call of a tool",
            Self::Result(_) => "the result of a tool",
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Image {
    pub source: ImageSource,
    /// How closely to look, where that was said.
    pub detail: Option<String>,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ImageSource {
    /// At an address, which is passed on and never fetched here.
    Address(String),
    /// In the request, as base64.
    Inline { media: String, data: String },
}

/// The model asks for a tool.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    pub id: String,
    pub name: ToolName,
    /// JSON text, as the model wrote it.
    pub arguments: String,
}

/// What a tool gave back: texts and images.
#[derive(Debug, PartialEq)]
pub(super) struct ToolResult {
    pub call: String,
    pub parts: Vec<Part>,
    pub failed: bool,
}

/// Name of a tool, as the caller knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ToolName {
    pub namespace: Option<String>,
    pub name: String,
}

impl ToolName {
    /// A name outside any namespace.
    pub(super) fn plain(name: impl Into<String>) -> Self {
        Self {
            namespace: None,
            name: name.into(),
        }
    }
}

/// How a tool takes its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToolKind {
    /// Arguments by a schema.
    Function,
    /// One text; to a provider it is a function with the text `input`.
    Freeform,
}

/// A tool that the caller runs.
#[derive(Debug, PartialEq)]
pub(super) struct Tool {
    pub name: ToolName,
    pub kind: ToolKind,
    pub description: Option<String>,
    pub schema: Value,
    pub strict: Option<bool>,
}

/// Whether, and which, tools are to be used.
#[derive(Debug, PartialEq)]
pub(super) enum Choice {
    Auto,
    Never,
    Required,
    Named(ToolName),
}

/// How hard to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effort {
    Off,
    Minimal,
    Low,
    Medium,
    High,
    VeryHigh,
    Most,
}

impl Effort {
    const WORDS: [(Self, &'static str); 7] = [
        (Self::Off, "none"),
        (Self::Minimal, "minimal"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
        (Self::VeryHigh, "xhigh"),
        (Self::Most, "max"),
    ];

    /// The effort of a word, which the protocols share.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(_, of)| *of == word)?;
        Some(found.0)
    }

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(effort, _)| *effort == self);
        found.map_or("medium", |(_, word)| word)
    }

    /// The effort that comes nearest to a budget of tokens.
    pub(super) const fn of_budget(tokens: u64) -> Self {
        match tokens {
            0..4096 => Self::Low,
            4096..16_384 => Self::Medium,
            _ => Self::High,
        }
    }

    /// A budget of tokens for the effort; `None` where there is to be no thinking.
    pub(super) const fn budget(self) -> Option<u64> {
        match self {
            Self::Off => None,
            Self::Minimal => Some(1024),
            Self::Low => Some(2048),
            Self::Medium => Some(8192),
            Self::High => Some(24_576),
            Self::VeryHigh | Self::Most => Some(32_768),
        }
    }
}

/// The form that the answer has to have.
#[derive(Debug, PartialEq)]
pub(super) enum Format {
    /// Any JSON object.
    AnyJson,
    /// JSON by a schema.
    Schema {
        name: Option<String>,
        description: Option<String>,
        schema: Value,
        strict: Option<bool>,
    },
}

/// Everything else that is asked for.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub max_tokens: Option<u64>,
    pub temperature: Option<Number>,
    pub top_p: Option<Number>,
    pub stop: Vec<String>,
    pub user: Option<String>,
    pub effort: Option<Effort>,
    pub format: Option<Format>,
    pub verbosity: Option<String>,
    pub parallel_calls: Option<bool>,
    pub stream: bool,
    /// Whether a stream of Chat Completions is to end with the usage.
    pub stream_usage: bool,
}

/// The schema of a tool that says nothing of its arguments.
pub(super) fn no_parameters() -> Value {
    serde_json::json!({ "type": "object", "properties": {} })
}

/// What stands between texts that were said apart from each other, where a protocol has room for one only.
pub(super) const BREAK: &str = "\n\n";

/// Adds a text behind others that were said apart from it.
pub(super) fn add_text(texts: &mut Option<String>, text: &str) {
    let texts = texts.get_or_insert_default();
    if !texts.is_empty() && !text.is_empty() {
        texts.push_str(BREAK);
    }
    texts.push_str(text);
}
