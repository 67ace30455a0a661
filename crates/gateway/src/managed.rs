//! `GET /managed/settings`: what a coding tool that signed in is to show, from the decision about its person now.
//!
//! The tool shows what stands here and sends the rest of its built-in names all the same, so that nothing depends on it:
//! every call is decided by itself. A model stands under its own name; no alias of a family stands for a model of another.
//! Who is permitted nothing gets an empty list and the reason, never what the tool has built in.

use crate::body::{self, Answer};
use crate::evidence;
use crate::models::Asking;
use crate::shared::Shared;
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use decision::{LATEST, Snapshot, explain};
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::{Request, StatusCode};
use register::model::{Modality, Model};
use serde_json::{Map, Value, json};
use wire::{Dialect, Fault};

/// Families that the tool knows by one word each, and the variable that says what the word stands for. Best first.
const FAMILIES: [(&str, &str); 4] = [
    ("sonnet", "ANTHROPIC_DEFAULT_SONNET_MODEL"),
    ("opus", "ANTHROPIC_DEFAULT_OPUS_MODEL"),
    ("fable", "ANTHROPIC_DEFAULT_FABLE_MODEL"),
    ("haiku", "ANTHROPIC_DEFAULT_HAIKU_MODEL"),
];

/// The family that is used for small calls in the background.
const SMALL: &str = "haiku";

/// What models are called that the tool was made for.
const OWN: &str = "claude";

/// Words that stand for more than the one model in a list of the tool.
const WORDS: [&str; 8] = [
    "sonnet", "opus", "fable", "haiku", "best", "default", "opusplan", "inherit",
];

/// What the settings are made from.
struct Found<'s> {
    permitted: Vec<&'s Model>,
    /// Why the first of the tool's own models is not permitted, where none of them is.
    reason: Option<String>,
    /// That model.
    refused: Option<&'s Model>,
}

/// Shows the settings of whoever asks, or says that they are as they were.
pub(crate) fn show(shared: &Shared, asking: &Asking<'_>, request: &Request<Incoming>) -> Answer {
    match settings(shared, asking, request) {
        Ok(settings) => answer(&settings, request),
        Err(fault) => body::rendered(fault.answer(Dialect::AnthropicMessages)),
    }
}

fn settings(shared: &Shared, asking: &Asking<'_>, request: &Request<Incoming>) -> Result<Value, Fault> {
    let at = (shared.clock)();
    let in_force = shared.switch.load();
    let headers = request.headers();
    let collected = evidence::collect(in_force.collector(), asking.caller, asking.peer, headers, at)?;
    let (snapshot, facts): (&Snapshot, _) = (in_force.snapshot(), collected.facts.facts());
    let bound = snapshot.bind(facts, at, LATEST);
    let mut found = Found {
        permitted: Vec::new(),
        reason: None,
        refused: None,
    };
    let mut other = None;
    for (index, model) in snapshot.models().filter(|(_, model)| converses(model)) {
        let decision = snapshot.decide_model(&bound, index);
        if decision.verdict.permits() {
            found.permitted.push(model);
            continue;
        }
        if is_own(&model.id) {
            found.refused.get_or_insert(model);
        }
        let kept = if is_own(&model.id) {
            &mut found.reason
        } else {
            &mut other
        };
        if kept.is_none() {
            let explained = explain::explain(snapshot, facts, &model.id, &decision, at, LATEST);
            *kept = Some(explained.headline);
        }
    }
    if found.permitted.iter().any(|model| is_own(&model.id)) {
        found.reason = None;
    } else if found.permitted.is_empty() {
        let nothing = || "Your firm's register has no model for this tool.".to_owned();
        found.reason = Some(found.reason.or(other).unwrap_or_else(nothing));
    }
    Ok(found.written())
}

/// Whether a model can be talked to.
fn converses(model: &Model) -> bool {
    model.modality != Modality::Embedding && !WORDS.contains(&model.id.as_str())
}

fn is_own(id: &str) -> bool {
    id.to_ascii_lowercase().contains(OWN)
}

impl Found<'_> {
    fn of_family(&self, family: &str) -> Option<&Model> {
        let is_of = |model: &&&Model| is_own(&model.id) && model.id.contains(family);
        self.permitted.iter().find(is_of).copied()
    }

    /// The model that a conversation begins with: of the tool's own families in their order, else the register's first.
    fn first(&self) -> Option<&Model> {
        let own = FAMILIES.iter().find_map(|(family, _)| self.of_family(family));
        own.or_else(|| self.permitted.first().copied())
    }

    fn written(&self) -> Value {
        let ids: Vec<_> = self.permitted.iter().map(|model| &model.id).collect();
        let mut settings = json!({
            "availableModels": ids,
            "availableModelsMatch": "exact",
            "enforceAvailableModels": true,
            "modelPicker": {"options": self.options(), "replaceBuiltInOptions": true},
        });
        let Some(fields) = settings.as_object_mut() else {
            return settings;
        };
        if let Some(reason) = &self.reason {
            fields.insert("companyAnnouncements".to_owned(), json!([reason]));
        }
        if let Some(first) = self.first() {
            fields.insert("model".to_owned(), first.id.as_str().into());
            fields.insert("env".to_owned(), Value::Object(self.variables(first)));
        } else if let Some(refused) = self.refused {
            // to a tool that has an empty list its own first model is left, so let that be one whose refusal says why
            let named = FAMILIES.map(|(_, variable)| (variable.to_owned(), refused.id.as_str().into()));
            fields.insert("env".to_owned(), Value::Object(named.into_iter().collect()));
        }
        settings
    }

    fn options(&self) -> Vec<Value> {
        let option = |model: &&Model| {
            let description = match (&self.reason, is_own(&model.id)) {
                (Some(reason), false) => format!("{}. {reason}", model.provider),
                _ => model.provider.clone(),
            };
            json!({"model": model.id, "label": model.name, "description": description})
        };
        self.permitted.iter().map(option).collect()
    }

    fn variables(&self, first: &Model) -> Map<String, Value> {
        let mut variables = Map::new();
        let mut set = |name: &str, value: &str| variables.insert(name.to_owned(), value.into());
        for (family, variable) in FAMILIES {
            if let Some(model) = self.of_family(family) {
                set(variable, &model.id);
            }
        }
        let small = self.of_family(SMALL).unwrap_or(first);
        set("ANTHROPIC_SMALL_FAST_MODEL", &small.id);
        if let Some(tokens) = first.context_tokens {
            set("CLAUDE_CODE_AUTO_COMPACT_WINDOW", &tokens.to_string());
        }
        // the one place for a model of another provider where the tool does not yet know lists of its own
        if let Some(reason) = &self.reason {
            set("ANTHROPIC_CUSTOM_MODEL_OPTION", &first.id);
            set("ANTHROPIC_CUSTOM_MODEL_OPTION_NAME", &first.name);
            set("ANTHROPIC_CUSTOM_MODEL_OPTION_DESCRIPTION", reason);
        }
        variables
    }
}

fn answer(settings: &Value, request: &Request<Incoming>) -> Answer {
    let (checksum, uuid) = names(settings);
    let tag = format!("\"{checksum}\"");
    let known = request.headers().get(IF_NONE_MATCH);
    let mut answer = if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        let mut unchanged = body::text(StatusCode::NOT_MODIFIED, "");
        unchanged.headers_mut().clear();
        unchanged
    } else {
        body::json(json!({"uuid": uuid, "checksum": checksum, "settings": settings}).to_string())
    };
    let headers = answer.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer
}

/// What the tool checks the settings by, and an id that changes with them.
fn names(settings: &Value) -> (String, String) {
    let canonical = sorted(settings).to_string();
    let digits = HEXLOWER.encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
    let mut uuid = String::with_capacity(36);
    for (at, digit) in digits.chars().take(32).enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    (format!("sha256:{digits}"), uuid)
}

/// The same with the names of objects in order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_that_the_tool_makes() {
        let check = |settings: Value, expected: &str| {
            let (checksum, uuid) = names(&settings);
            assert_eq!(checksum, format!("sha256:{expected}"), "{settings}");
            assert_eq!((uuid.len(), uuid.matches('-').count()), (36, 4), "{uuid}");
        };
        check(
            json!({}),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        );
        check(
            json!({"env": {"B": "2", "A": "1"}, "availableModels": ["claude-sonnet-4-6", "claude-haiku-4-5"],
                   "enforceAvailableModels": true}),
            "b61b7c42222fad846a1b9233bdd6598553c431cf6592d9ec9b049f06c1982732",
        );
    }

    fn model(id: &str) -> Model {
        Model {
            id: id.to_owned(),
            name: format!("{id} by its name"),
            provider: "Its provider".to_owned(),
            modality: Modality::Text,
            aliases: Vec::new(),
            approval: None,
            entitled: Vec::new(),
            alternatives: Vec::new(),
            context_tokens: Some(200_000),
            output_tokens: None,
            thinking: None,
            parallel_tools: None,
            position: register::source::Position::default(),
        }
    }

    fn written(ids: &[&str], reason: Option<&str>) -> Value {
        let models: Vec<_> = ids.iter().map(|id| model(id)).collect();
        let found = Found {
            permitted: models.iter().collect(),
            reason: reason.map(str::to_owned),
            refused: None,
        };
        found.written()
    }

    #[test]
    fn the_list_is_the_one_that_was_decided_and_each_stands_under_its_own_name() {
        let settings = written(&["gpt-5", "claude-haiku", "claude-opus"], None);
        assert_eq!(
            settings["availableModels"],
            json!(["gpt-5", "claude-haiku", "claude-opus"])
        );
        assert_eq!(settings["model"], "claude-opus");
        let env = &settings["env"];
        assert_eq!(env["ANTHROPIC_DEFAULT_OPUS_MODEL"], "claude-opus");
        assert_eq!(env["ANTHROPIC_SMALL_FAST_MODEL"], "claude-haiku");
        assert_eq!(env["ANTHROPIC_DEFAULT_SONNET_MODEL"], Value::Null);
        assert_eq!(env["ANTHROPIC_CUSTOM_MODEL_OPTION"], Value::Null);
        assert_eq!(
            settings["modelPicker"]["options"][0]["label"],
            "gpt-5 by its name"
        );
    }

    #[test]
    fn without_a_model_of_the_tool_another_stands_there_with_the_reason() {
        let settings = written(&["gpt-5"], Some("Claude is not available to you."));
        let env = &settings["env"];
        assert_eq!(env["ANTHROPIC_CUSTOM_MODEL_OPTION"], "gpt-5");
        assert_eq!(env["ANTHROPIC_CUSTOM_MODEL_OPTION_NAME"], "gpt-5 by its name");
        assert_eq!(
            env["ANTHROPIC_CUSTOM_MODEL_OPTION_DESCRIPTION"],
            "Claude is not available to you."
        );
        assert_eq!(env["CLAUDE_CODE_AUTO_COMPACT_WINDOW"], "200000");
        let named = FAMILIES.map(|(_, variable)| env[variable].is_null());
        assert_eq!(named, [true; 4]);
        assert_eq!(
            settings["companyAnnouncements"],
            json!(["Claude is not available to you."])
        );
    }

    #[test]
    fn whoever_is_permitted_nothing_gets_an_empty_list_and_the_reason() {
        let settings = written(&[], Some("Nothing is available to you."));
        assert_eq!(settings["availableModels"], json!([]));
        assert_eq!(
            settings["modelPicker"],
            json!({"options": [], "replaceBuiltInOptions": true})
        );
        assert_eq!(
            settings["companyAnnouncements"],
            json!(["Nothing is available to you."])
        );
        assert_eq!(
            (&settings["model"], &settings["env"]),
            (&Value::Null, &Value::Null)
        );
    }
}
