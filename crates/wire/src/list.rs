//! Lists of models, in the shapes that clients ask for.

mod codex;
mod page;

pub use page::{Page, decode_segment};

use crate::translate::Reasoning;
use serde_json::{Value, json};

/// The shape of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListShape {
    /// `data` with `object` and `owned_by`.
    OpenAi,
    /// `data` with `display_name`, and page marks.
    Anthropic,
    /// `models`, each with what Codex must know of it.
    Codex,
    /// `models`, each with its full name and the calls it takes, and page marks.
    Gemini,
}

impl ListShape {
    /// The shape that a caller expects, told by what only its clients send: the version header of Anthropic's
    /// protocol, or Codex's `client_version` in the query.
    pub fn expected(has_anthropic_version: bool, query: Option<&str>) -> Self {
        let is_codex = |parameter: &str| parameter.split('=').next() == Some("client_version");
        if has_anthropic_version {
            Self::Anthropic
        } else if query.unwrap_or_default().split('&').any(is_codex) {
            Self::Codex
        } else {
            Self::OpenAi
        }
    }
}

/// One model of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedModel {
    /// Id, as callers name it.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// Approved since, in seconds since 1970; 0 where that is not said.
    pub since: i64,
    /// Longest context in tokens.
    pub context_tokens: Option<u64>,
    /// Longest answer in tokens.
    pub output_tokens: Option<u64>,
    /// Whether it takes images.
    pub images: bool,
    /// Whether it may call several tools at once.
    pub parallel_tools: bool,
    /// How it is told to think.
    pub reasoning: Reasoning,
    /// What the decision says of it, where the caller asked for that.
    pub note: Option<ListNote>,
}

/// What the decision says of a listed model: our own extension, which other clients never see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListNote {
    /// The verdict, as records have it.
    pub verdict: &'static str,
    /// Why, in one sentence; `None` where it is permitted.
    pub reason: Option<String>,
    /// Instrument and reference of the clause that refuses.
    pub clause: Option<String>,
    /// Ids of the models to use instead.
    pub alternatives: Vec<String>,
}

impl ListNote {
    fn is_withheld(&self) -> bool {
        self.reason.is_some()
    }

    fn json(&self) -> Value {
        json!({
            "verdict": self.verdict,
            "reason": self.reason,
            "clause": self.clause,
            "alternatives": self.alternatives,
        })
    }
}

/// The whole list as JSON.
pub fn render(shape: ListShape, models: &[ListedModel]) -> String {
    render_page(shape, models, &Page::default())
}

/// One model as JSON; Codex asks for lists only, and gets one of one.
pub fn render_one(shape: ListShape, model: &ListedModel) -> String {
    match shape {
        ListShape::Codex => render(shape, std::slice::from_ref(model)),
        _ => entry(shape, 0, model).to_string(),
    }
}

/// A page of the list as JSON.
pub fn render_page(shape: ListShape, models: &[ListedModel], page: &Page) -> String {
    let (models, has_more) = page.of(models);
    let entries: Vec<Value> = models
        .iter()
        .enumerate()
        .map(|(rank, model)| entry(shape, rank, model))
        .collect();
    let last = models.last().map(|model| &model.id);
    let list = match shape {
        ListShape::OpenAi => json!({ "object": "list", "data": entries }),
        ListShape::Anthropic => json!({
            "data": entries,
            "has_more": has_more,
            "first_id": models.first().map(|model| &model.id),
            "last_id": last,
        }),
        ListShape::Gemini if has_more => json!({ "models": entries, "nextPageToken": last }),
        ListShape::Gemini => json!({ "models": entries }),
        ListShape::Codex => json!({ "models": entries }),
    };
    list.to_string()
}

fn entry(shape: ListShape, rank: usize, model: &ListedModel) -> Value {
    let mut entry = match shape {
        ListShape::OpenAi => json!({
            "id": model.id, "object": "model", "created": model.since, "owned_by": model.provider,
        }),
        ListShape::Anthropic => json!({
            "type": "model", "id": model.id, "display_name": model.name, "created_at": date(model.since),
            "max_input_tokens": model.context_tokens, "max_tokens": model.output_tokens,
        }),
        ListShape::Codex => codex::entry(rank, model),
        ListShape::Gemini => json!({
            "name": format!("models/{}", model.id),
            "baseModelId": model.id,
            "version": "",
            "displayName": model.name,
            "description": format!("Provided by {}", model.provider),
            "inputTokenLimit": model.context_tokens,
            "outputTokenLimit": model.output_tokens,
            "thinking": matches!(model.reasoning, Reasoning::Effort | Reasoning::Budget),
            "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
        }),
    };
    if let (Some(entry), Some(note)) = (entry.as_object_mut(), &model.note) {
        entry.insert("bailiwick".to_owned(), note.json());
    }
    entry
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models() -> Vec<ListedModel> {
        let model = |id: &str, note| ListedModel {
            id: id.to_owned(),
            name: format!("Name of {id}"),
            provider: "Larkmoor".to_owned(),
            since: 1_704_067_200,
            context_tokens: Some(200_000),
            output_tokens: (id == "a").then_some(64_000),
            images: id == "a",
            parallel_tools: id == "a",
            reasoning: if id == "a" {
                Reasoning::Effort
            } else {
                Reasoning::Unknown
            },
            note,
        };
        let note = ListNote {
            verdict: "deny",
            reason: Some("Not here.".to_owned()),
            clause: Some("anthropic-2024 2.3".to_owned()),
            alternatives: vec!["a".to_owned()],
        };
        vec![model("a", None), model("b", Some(note))]
    }

    fn rendered(shape: ListShape) -> Value {
        serde_json::from_str(&render(shape, &models())).unwrap()
    }

    #[test]
    fn each_shape_has_what_its_clients_read() {
        let openai = rendered(ListShape::OpenAi);
        let first = json!({ "id": "a", "object": "model", "created": 1_704_067_200, "owned_by": "Larkmoor" });
        assert_eq!((&openai["object"], &openai["data"][0]), (&json!("list"), &first));
        let anthropic = rendered(ListShape::Anthropic);
        let first = json!({
            "type": "model", "id": "a", "display_name": "Name of a", "created_at": "2024-01-01T00:00:00Z",
            "max_input_tokens": 200_000, "max_tokens": 64_000,
        });
        assert_eq!(anthropic["data"][0], first);
        assert_eq!(
            (&anthropic["has_more"], &anthropic["last_id"]),
            (&json!(false), &json!("b"))
        );
        let codex = rendered(ListShape::Codex);
        assert_eq!(
            (&codex["models"][0]["slug"], &codex["models"][0]["visibility"]),
            (&json!("a"), &json!("list"))
        );
        assert_eq!(codex["models"][1]["visibility"], "hide");
        let gemini = rendered(ListShape::Gemini);
        assert_eq!(
            (
                &gemini["models"][0]["name"],
                &gemini["models"][0]["inputTokenLimit"]
            ),
            (&json!("models/a"), &json!(200_000))
        );
        assert_eq!(
            (
                &gemini["models"][0]["outputTokenLimit"],
                &gemini["models"][0]["thinking"]
            ),
            (&json!(64_000), &json!(true))
        );
        assert_eq!(
            (
                &gemini["models"][1]["outputTokenLimit"],
                &gemini["models"][1]["thinking"]
            ),
            (&Value::Null, &json!(false))
        );
    }

    #[test]
    fn codex_is_told_what_it_may_ask_for() {
        let codex = rendered(ListShape::Codex);
        let told = |at: usize, keys: &[&str]| -> Vec<Value> {
            keys.iter().map(|key| codex["models"][at][*key].clone()).collect()
        };
        let keys = [
            "context_window",
            "input_modalities",
            "supports_parallel_tool_calls",
            "supports_reasoning_summaries",
            "default_reasoning_level",
        ];
        let all = vec![
            json!(200_000),
            json!(["text", "image"]),
            json!(true),
            json!(true),
            json!("medium"),
        ];
        assert_eq!(told(0, &keys), all);
        let least = vec![
            json!(200_000),
            json!(["text"]),
            json!(false),
            json!(false),
            Value::Null,
        ];
        assert_eq!(told(1, &keys), least);
        let levels = codex["models"][0]["supported_reasoning_levels"]
            .as_array()
            .unwrap();
        let efforts: Vec<_> = levels
            .iter()
            .map(|level| level["effort"].as_str().unwrap())
            .collect();
        assert_eq!(efforts, ["low", "medium", "high"]);
        assert_eq!(codex["models"][1]["supported_reasoning_levels"], json!([]));
    }

    #[test]
    fn reasons_stand_in_a_key_of_our_own() {
        for (shape, key) in [
            (ListShape::OpenAi, "data"),
            (ListShape::Anthropic, "data"),
            (ListShape::Codex, "models"),
        ] {
            let list = rendered(shape);
            assert_eq!(list[key][0].get("bailiwick"), None);
            assert_eq!(list[key][1]["bailiwick"]["reason"], "Not here.");
        }
    }

    #[test]
    fn one_model_is_the_entry_of_the_list() {
        for (shape, key) in [
            (ListShape::OpenAi, "data"),
            (ListShape::Anthropic, "data"),
            (ListShape::Gemini, "models"),
        ] {
            let one: Value = serde_json::from_str(&render_one(shape, &models()[0])).unwrap();
            assert_eq!(one, rendered(shape)[key][0]);
        }
        let one: Value = serde_json::from_str(&render_one(ListShape::Codex, &models()[0])).unwrap();
        assert_eq!(one["models"][0]["slug"], "a");
    }

    #[test]
    fn pages_follow_each_other() {
        let page = |query: &str, shape| {
            let page = Page::of_query(shape, Some(query)).unwrap();
            serde_json::from_str::<Value>(&render_page(shape, &models(), &page)).unwrap()
        };
        let first = page("limit=1", ListShape::Anthropic);
        assert_eq!(
            (&first["has_more"], &first["last_id"]),
            (&json!(true), &json!("a"))
        );
        let second = page("limit=1&after_id=a", ListShape::Anthropic);
        assert_eq!(
            (&second["has_more"], &second["data"][0]["id"]),
            (&json!(false), &json!("b"))
        );
        let gemini = page("pageSize=1", ListShape::Gemini);
        assert_eq!(gemini["nextPageToken"], "a");
        assert_eq!(
            page("pageSize=1&pageToken=a", ListShape::Gemini).get("nextPageToken"),
            None
        );
    }

    #[test]
    fn empty_lists_are_lists() {
        for shape in [
            ListShape::OpenAi,
            ListShape::Anthropic,
            ListShape::Codex,
            ListShape::Gemini,
        ] {
            assert!(render(shape, &[]).contains(":[]"));
        }
    }

    #[test]
    fn the_shape_follows_from_what_clients_send() {
        let check =
            |version, query, shape| assert_eq!(ListShape::expected(version, query), shape, "{query:?}");
        check(false, None, ListShape::OpenAi);
        check(true, Some("limit=1000"), ListShape::Anthropic);
        check(false, Some("client_version=0.169.0"), ListShape::Codex);
        check(false, Some("a=1&client_version=0.169.0"), ListShape::Codex);
        check(false, Some("limit=1000&not_client_version=1"), ListShape::OpenAi);
    }
}
