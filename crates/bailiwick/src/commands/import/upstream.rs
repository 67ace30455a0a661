//! Where a model of a LiteLLM configuration is served: its provider, host and protocol, from the prefix of its name.

use wire::Protocol;

/// A provider by its prefix.
#[derive(Debug)]
pub(super) struct Provider {
    /// The prefix, as in `anthropic/claude-opus`.
    pub(super) prefix: &'static str,
    /// Name for people.
    pub(super) name: &'static str,
    /// The channel that it becomes.
    pub(super) channel: &'static str,
    /// The protocol that is spoken there.
    pub(super) protocol: Protocol,
    /// Address, where the provider has one for everybody.
    pub(super) url: Option<&'static str>,
    /// The variable from which LiteLLM takes the credential where nothing else is said.
    pub(super) variable: Option<&'static str>,
}

const fn provider(
    prefix: &'static str,
    name: &'static str,
    channel: &'static str,
    protocol: Protocol,
    url: Option<&'static str>,
    variable: Option<&'static str>,
) -> Provider {
    Provider {
        prefix,
        name,
        channel,
        protocol,
        url,
        variable,
    }
}

/// The providers that have a counterpart here.
#[rustfmt::skip]
const PROVIDERS: &[Provider] = &[
    provider("anthropic", "Anthropic", "anthropic-api", Protocol::Anthropic, Some("https://api.anthropic.com"), Some("ANTHROPIC_API_KEY")),
    provider("openai", "OpenAI", "openai-api", Protocol::OpenAi, Some("https://api.openai.com"), Some("OPENAI_API_KEY")),
    provider("azure", "Azure OpenAI", "azure-openai", Protocol::AzureOpenAi, None, Some("AZURE_API_KEY")),
    provider("bedrock", "Amazon Bedrock", "bedrock", Protocol::Bedrock, None, None),
    provider("vertex_ai", "Google Vertex", "vertex", Protocol::Vertex, None, None),
    provider("gemini", "Google", "gemini-api", Protocol::Gemini, Some("https://generativelanguage.googleapis.com"), Some("GEMINI_API_KEY")),
    provider("mistral", "Mistral", "mistral-api", Protocol::OpenAiCompatible, Some("https://api.mistral.ai"), Some("MISTRAL_API_KEY")),
    provider("deepseek", "DeepSeek", "deepseek-api", Protocol::OpenAiCompatible, Some("https://api.deepseek.com"), Some("DEEPSEEK_API_KEY")),
    provider("xai", "xAI", "xai-api", Protocol::OpenAiCompatible, Some("https://api.x.ai"), Some("XAI_API_KEY")),
    provider("groq", "Groq", "groq-api", Protocol::OpenAiCompatible, Some("https://api.groq.com/openai"), Some("GROQ_API_KEY")),
    provider("openrouter", "OpenRouter", "openrouter-api", Protocol::OpenAiCompatible, Some("https://openrouter.ai/api"), Some("OPENROUTER_API_KEY")),
    provider("hosted_vllm", "self-hosted", "self-hosted", Protocol::OpenAiCompatible, None, None),
    provider("ollama", "self-hosted", "self-hosted", Protocol::OpenAiCompatible, None, None),
    provider("ollama_chat", "self-hosted", "self-hosted", Protocol::OpenAiCompatible, None, None),
    provider("lm_studio", "self-hosted", "self-hosted", Protocol::OpenAiCompatible, None, None),
    provider("litellm_proxy", "another proxy", "other-proxy", Protocol::OpenAiCompatible, None, None),
];

/// What begins the names of models that LiteLLM takes without a prefix.
const BARE: &[(&str, &str)] = &[
    ("gpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("text-embedding-", "openai"),
    ("claude-", "anthropic"),
];

/// What a name of a model says.
#[derive(Debug)]
pub(super) struct Named<'n> {
    /// The provider.
    pub(super) provider: &'static Provider,
    /// Name at the provider.
    pub(super) model: &'n str,
    /// Whether the prefix said it, and not the model's own name.
    pub(super) is_certain: bool,
}

/// The provider of a model, or why it has none here.
pub(super) fn named(text: &str) -> Result<Named<'_>, String> {
    if text.contains('*') {
        return Err("a pattern stands for models that nobody approved; name each model".to_owned());
    }
    let of = |prefix: &str| PROVIDERS.iter().find(|provider| provider.prefix == prefix);
    let bare = || {
        BARE.iter()
            .find(|(begins, _)| text.starts_with(begins))
            .and_then(|(_, prefix)| of(prefix))
    };
    let (provider, model, is_certain) = match text.split_once('/') {
        Some((prefix, model)) => (of(prefix), model, true),
        None => (bare(), text, false),
    };
    let provider =
        provider.ok_or("its provider has no counterpart here; write connector and deployment yourself")?;
    if model.is_empty() {
        return Err("it names no model".to_owned());
    }
    let is_claude = model.contains("anthropic.claude") || model.starts_with("claude");
    if matches!(provider.protocol, Protocol::Bedrock | Protocol::Vertex) && !is_claude {
        return Err(format!(
            "of {}, only Anthropic's models can be reached here",
            provider.name
        ));
    }
    Ok(Named {
        provider,
        model,
        is_certain,
    })
}

/// The host of an address that may be written down: http or https, without credentials or query.
pub(super) fn host(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    if rest.contains(['@', '?', '#', '"', '\\', '$', ' ', '\n']) {
        return None;
    }
    let authority = rest.split('/').next()?;
    let host = match authority.strip_prefix('[') {
        Some(_) => authority.split_inclusive(']').next()?,
        None => authority.split(':').next()?,
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']');
    (!host.is_empty() && host.chars().all(is_name)).then_some(host)
}

/// The name in `os.environ/NAME`.
pub(super) fn variable(text: &str) -> Option<&str> {
    let name = text.strip_prefix("os.environ/")?;
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    (begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_name_providers() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let found = named(text)
                .ok()
                .map(|named| (named.provider.channel, named.model));
            assert_eq!(found, expected, "{text}");
        };
        check(
            "anthropic/claude-sonnet-4-5",
            Some(("anthropic-api", "claude-sonnet-4-5")),
        );
        check("gpt-5", Some(("openai-api", "gpt-5")));
        check("openai/org/model", Some(("openai-api", "org/model")));
        check(
            "bedrock/us.anthropic.claude-x",
            Some(("bedrock", "us.anthropic.claude-x")),
        );
        check("bedrock/meta.llama3", None);
        check("openai/*", None);
        check("frontier/model", None);
        check("unheard-of", None);
    }

    #[test]
    fn addresses_with_secrets_are_not_written_down() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(host(url), expected, "{url}");
        check("https://eu.openai.azure.com/", Some("eu.openai.azure.com"));
        check("http://10.0.0.7:8000/v1", Some("10.0.0.7"));
        check("https://me:secret@host/", None);
        check("https://host/?key=secret", None);
        check("ftp://host", None);
        check("https://", None);
    }

    #[test]
    fn variables_have_names_of_variables() {
        assert_eq!(variable("os.environ/KEY_1"), Some("KEY_1"));
        assert_eq!(variable("os.environ/sk-123"), None);
        assert_eq!(variable("KEY"), None);
    }
}
