//! What each tool is told: in its own file of settings where it can ask a command for a token, else by variables.

use super::files::Kept;
use super::yaml;
use crate::arguments::Tool;
use crate::config::credential::variable;
use crate::exit::UsageError;
use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use toml_edit::{DocumentMut, Item, Table, value};

/// What our entries are called in files of tools.
const NAME: &str = "bailiwick";

/// The variable from which tools take a token that ask no command for one.
const VARIABLE: &str = "BAILIWICK_TOKEN";

/// The model to begin with: of those that a tool was made for, else the first.
pub(super) fn best(tool: Tool, models: &[String]) -> Option<&str> {
    let wanted: &[&str] = match tool {
        Tool::ClaudeCode | Tool::Anthropic => &["sonnet", "opus", "claude"],
        Tool::Codex => &["codex", "gpt"],
        Tool::Gemini => &["gemini"],
        Tool::Copilot | Tool::Llm | Tool::Openai | Tool::Opencode | Tool::Continue | Tool::Aider => &["gpt"],
    };
    let of = |word: &&str| models.iter().find(|model| model.contains(*word));
    let found = wanted.iter().find_map(of).or_else(|| models.first());
    // Google's wire is passed on only, so no other model answers there
    let is_fit = |model: &&String| tool != Tool::Gemini || model.contains("gemini");
    found.filter(is_fit).map(String::as_str)
}

/// Where a tool keeps its settings; `None`: it is told by variables.
pub(super) fn file(tool: Tool) -> anyhow::Result<Option<Kept>> {
    let (folder, default, name) = match tool {
        Tool::Opencode => ("XDG_CONFIG_HOME", ".config", "opencode/opencode.json"),
        Tool::Continue => ("CONTINUE_GLOBAL_DIR", ".continue", "config.yaml"),
        Tool::Aider => ("HOME", "", ".aider.conf.yml"),
        Tool::ClaudeCode => ("CLAUDE_CONFIG_DIR", ".claude", "settings.json"),
        Tool::Codex => ("CODEX_HOME", ".codex", "config.toml"),
        _ => return Ok(None),
    };
    let own = variable(folder)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(default));
    let folder = own.or_else(home).ok_or_else(|| {
        let message = "nothing says where this tool keeps its settings";
        UsageError::new(message, format!("set `HOME`, or `{folder}`"))
    })?;
    Ok(Some(Kept::at(folder.join(name))))
}

/// The settings of a tool that goes to the gateway, made from those that it has.
///
/// # Errors
/// When the settings that it has cannot be read.
pub(super) fn changed(
    tool: Tool,
    before: &str,
    gateway: &str,
    (model, models): (&str, &[String]),
) -> anyhow::Result<String> {
    match tool {
        Tool::Codex => codex(before, gateway, model),
        Tool::Opencode => opencode(before, gateway, (model, models)),
        Tool::Continue => continues(before, gateway, model),
        Tool::Aider => {
            let (model, base) = (format!("openai/{model}"), format!("{gateway}/v1"));
            yaml::with_entries(before, &[("model", &model), ("openai-api-base", &base)])
        }
        _ => claude_code(before, gateway, model),
    }
}

fn claude_code(before: &str, gateway: &str, model: &str) -> anyhow::Result<String> {
    let mut settings: Map<String, Value> = match before.trim() {
        "" => Map::new(),
        text => serde_json::from_str(text).context("its settings are not an object of JSON")?,
    };
    settings.insert("apiKeyHelper".to_owned(), json!("bailiwick token"));
    let variables = settings.entry("env").or_insert_with(|| json!({}));
    let Some(variables) = variables.as_object_mut() else {
        bail!("`env` in its settings is not an object");
    };
    for (name, text) in [
        ("ANTHROPIC_BASE_URL", gateway),
        ("ANTHROPIC_MODEL", model),
        ("ANTHROPIC_SMALL_FAST_MODEL", model),
        // it asks the command again well before a token ends
        ("CLAUDE_CODE_API_KEY_HELPER_TTL_MS", "300000"),
    ] {
        variables.insert(name.to_owned(), text.into());
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&settings)?))
}

fn codex(before: &str, gateway: &str, model: &str) -> anyhow::Result<String> {
    let mut settings: DocumentMut = before.parse().context("its settings are no TOML")?;
    for (key, text) in [("model", model), ("model_provider", NAME)] {
        // what somebody wrote above a line stays there
        match settings.get_mut(key) {
            Some(item) => *item = value(text),
            None => {
                settings.insert(key, value(text));
            }
        }
    }
    let providers = settings.entry("model_providers").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let Some(providers) = providers.as_table_mut() else {
        bail!("`model_providers` in its settings is not a table");
    };
    let mut provider = Table::new();
    provider.insert("name", value(NAME));
    provider.insert("base_url", value(format!("{gateway}/v1")));
    provider.insert("wire_api", value("responses"));
    let mut auth = Table::new();
    auth.insert("command", value("bailiwick"));
    auth.insert("args", value(toml_edit::Array::from_iter(["token"])));
    provider.insert("auth", Item::Table(auth));
    providers.insert(NAME, Item::Table(provider));
    Ok(settings.to_string())
}

fn opencode(before: &str, gateway: &str, (model, models): (&str, &[String])) -> anyhow::Result<String> {
    let mut settings: Map<String, Value> = match before.trim() {
        "" => Map::from_iter([("$schema".to_owned(), json!("https://opencode.ai/config.json"))]),
        text => {
            serde_json::from_str(text).context("its settings are not an object of JSON without comments")?
        }
    };
    let providers = settings.entry("provider").or_insert_with(|| json!({}));
    let Some(providers) = providers.as_object_mut() else {
        bail!("`provider` in its settings is not an object");
    };
    let listed = models.iter().map(|id| (id.clone(), json!({"name": id})));
    let provider = json!({
        "npm": "@ai-sdk/openai-compatible",
        "name": NAME,
        "options": {"baseURL": format!("{gateway}/v1"), "apiKey": format!("{{env:{VARIABLE}}}")},
        "models": listed.collect::<Map<_, _>>(),
    });
    providers.insert(NAME.to_owned(), provider);
    settings.insert("model".to_owned(), format!("{NAME}/{model}").into());
    Ok(format!("{}\n", serde_json::to_string_pretty(&settings)?))
}

fn continues(before: &str, gateway: &str, model: &str) -> anyhow::Result<String> {
    let entry = |name: &str, text: &str| format!("  {name}: {}", yaml::quoted(text));
    let item = [
        format!("- name: {}", yaml::quoted(NAME)),
        entry("provider", "openai"),
        entry("model", model),
        entry("apiBase", &format!("{gateway}/v1")),
        entry("apiKey", &format!("${{{{ secrets.{VARIABLE} }}}}")),
    ];
    let head = "name: bailiwick\nversion: 1.0.0\nschema: v1\nmodels:";
    yaml::with_item(before, head, "models", &item)
}

/// The line of a shell that gives a tool its token which asks no command for one; `None`: it asks, or needs more lines.
pub(super) fn variable_line(tool: Tool) -> Option<String> {
    let name = match tool {
        Tool::Opencode | Tool::Continue => VARIABLE,
        Tool::Aider => "OPENAI_API_KEY",
        _ => return None,
    };
    Some(format!("export {name}=\"$(bailiwick token)\""))
}

/// Lines of a shell by which a tool goes to the gateway, with a token as it is then.
pub(super) fn lines(tool: Tool, gateway: &str, model: &str) -> String {
    let token = "$(bailiwick token)";
    let openai = format!("{gateway}/v1");
    let pairs: Vec<(&str, &str)> = match tool {
        Tool::Copilot => vec![
            ("COPILOT_PROVIDER_TYPE", "openai"),
            ("COPILOT_PROVIDER_BASE_URL", &openai),
            ("COPILOT_PROVIDER_API_KEY", token),
            ("COPILOT_MODEL", model),
        ],
        Tool::Gemini => vec![
            ("GOOGLE_GEMINI_BASE_URL", gateway),
            ("GEMINI_API_KEY", token),
            ("GEMINI_MODEL", model),
        ],
        Tool::Anthropic => vec![("ANTHROPIC_BASE_URL", gateway), ("ANTHROPIC_AUTH_TOKEN", token)],
        _ => vec![("OPENAI_BASE_URL", &openai), ("OPENAI_API_KEY", token)],
    };
    let line = |(name, text): (&str, &str)| format!("export {name}=\"{text}\"");
    pairs.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: &str = "https://ai.larkmoor.example";

    #[test]
    fn claude_code_keeps_what_it_had() {
        let before = "{\"theme\": \"dark\", \"env\": {\"EDITOR\": \"vi\"}}";
        let after = claude_code(before, GATEWAY, "claude-sonnet").unwrap();
        let settings: Value = serde_json::from_str(&after).unwrap();
        assert_eq!(
            (&settings["theme"], &settings["env"]["EDITOR"]),
            (&json!("dark"), &json!("vi"))
        );
        assert_eq!(settings["apiKeyHelper"], "bailiwick token");
        assert_eq!(settings["env"]["ANTHROPIC_BASE_URL"], GATEWAY);
        assert_eq!(claude_code(&after, GATEWAY, "claude-sonnet").unwrap(), after);
        for damaged in ["[]", "{", "{\"env\": 5}"] {
            assert!(claude_code(damaged, GATEWAY, "m").is_err(), "{damaged}");
        }
    }

    #[test]
    fn codex_keeps_what_it_had_and_its_comments() {
        let before = "# mine\nmodel = \"o\"\n\n[model_providers.other]\nname = \"other\"\n";
        let after = codex(before, GATEWAY, "gpt-5").unwrap();
        assert!(after.starts_with("# mine\nmodel = \"gpt-5\"\n"), "{after}");
        assert!(after.contains("[model_providers.other]"), "{after}");
        let read: DocumentMut = after.parse().unwrap();
        let own = &read["model_providers"]["bailiwick"];
        assert_eq!(own["base_url"].as_str(), Some("https://ai.larkmoor.example/v1"));
        assert_eq!(own["auth"]["command"].as_str(), Some("bailiwick"));
        assert_eq!(codex(&after, GATEWAY, "gpt-5").unwrap(), after);
        assert!(codex("=", GATEWAY, "m").is_err() && codex("model_providers = 5", GATEWAY, "m").is_err());
    }

    #[test]
    fn opencode_keeps_what_it_had_and_has_every_permitted_model() {
        let models = ["gpt-5", "claude-haiku"].map(str::to_owned);
        let change = |before: &str| opencode(before, GATEWAY, ("gpt-5", &models));
        let after = change("{\"theme\": \"dark\", \"provider\": {\"own\": {}}}").unwrap();
        let settings: Value = serde_json::from_str(&after).unwrap();
        assert_eq!(
            (&settings["theme"], &settings["provider"]["own"]),
            (&json!("dark"), &json!({}))
        );
        assert_eq!(settings["model"], "bailiwick/gpt-5");
        let own = &settings["provider"]["bailiwick"];
        assert_eq!(own["options"]["baseURL"], "https://ai.larkmoor.example/v1");
        assert_eq!(own["options"]["apiKey"], "{env:BAILIWICK_TOKEN}");
        assert_eq!(own["models"].as_object().unwrap().len(), 2);
        assert_eq!(change(&after).unwrap(), after);
        assert!(change("").unwrap().contains("opencode.ai/config.json"));
        for damaged in ["[]", "// mine\n{}", "{\"provider\": 5}"] {
            assert!(change(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn tools_with_yaml_name_the_gateway_and_hold_no_token() {
        let models = ["gpt-5".to_owned()];
        for (tool, words) in [
            (
                Tool::Continue,
                [
                    "apiBase: \"https://ai.larkmoor.example/v1\"",
                    "apiKey: \"${{ secrets.BAILIWICK_TOKEN }}\"",
                ],
            ),
            (
                Tool::Aider,
                [
                    "openai-api-base: \"https://ai.larkmoor.example/v1\"",
                    "model: \"openai/gpt-5\"",
                ],
            ),
        ] {
            let after = changed(tool, "# mine\n", GATEWAY, ("gpt-5", &models)).unwrap();
            for words in words {
                assert!(after.contains(words), "{words}: {after}");
            }
            assert_eq!(changed(tool, &after, GATEWAY, ("gpt-5", &models)).unwrap(), after);
            assert!(variable_line(tool).is_some_and(|line| line.contains("$(bailiwick token)")));
        }
    }

    #[test]
    fn a_tool_begins_with_a_model_that_is_permitted() {
        let models = ["gpt-5", "claude-haiku", "gpt-5-codex"].map(str::to_owned);
        assert_eq!(best(Tool::ClaudeCode, &models), Some("claude-haiku"));
        assert_eq!(best(Tool::Codex, &models), Some("gpt-5-codex"));
        assert_eq!(best(Tool::Gemini, &models), None);
        assert_eq!(best(Tool::ClaudeCode, &models[..1]), Some("gpt-5"));
        assert_eq!(best(Tool::ClaudeCode, &[]), None);
    }

    #[test]
    fn lines_of_a_shell_hold_no_token() {
        let shown = lines(Tool::Openai, GATEWAY, "gpt-5");
        assert_eq!(
            shown,
            "export OPENAI_BASE_URL=\"https://ai.larkmoor.example/v1\"\nexport OPENAI_API_KEY=\"$(bailiwick token)\""
        );
    }
}
