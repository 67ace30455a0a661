//! Answers of the listener, held against the description that it gives of them.

use crate::world::{BADGES, NOW, World};
use control::Role;
use identity::kept::{SessionRecord, SessionStore as _};
use register::model::Worker;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The parts of a description that answers have been held against.
struct Description {
    document: Value,
    met: BTreeSet<String>,
}

impl Description {
    /// Why a value is not what a schema says; nothing: it is.
    fn misfit(&mut self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.strip_prefix("#/components/schemas/").unwrap().to_owned();
            let named = self.document["components"]["schemas"][&name].clone();
            assert!(named.is_object(), "there is no schema `{name}`");
            let found = self.misfit(&named, value, &format!("{at}:{name}"));
            if found.is_none() {
                self.met.insert(name);
            }
            return found;
        }
        if let Some(any) = schema["anyOf"].as_array() {
            let found: Vec<_> = any.iter().map(|one| self.misfit(one, value, at)).collect();
            return match found.iter().any(Option::is_none) {
                true => None,
                false => Some(format!("{found:?}")),
            };
        }
        let sorts: Vec<&str> = match &schema["type"] {
            Value::Array(sorts) => sorts.iter().map(|sort| sort.as_str().unwrap()).collect(),
            sort => sort.as_str().into_iter().collect(),
        };
        let sort = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !sorts.contains(&sort) {
            return Some(format!("{at} is {value}, and {sorts:?} is said"));
        }
        if let (Some("date-time"), Some(text)) = (schema["format"].as_str(), value.as_str())
            && !(text.ends_with('Z') && text.contains('T'))
        {
            return Some(format!("{at} is {text}, and no instant"));
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return Some(format!("{at} is {value}, and {words:?} is said"));
        }
        match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let mut items = items.map(|(index, item)| (format!("{at}[{index}]"), item));
                items.find_map(|(at, item)| self.misfit(&schema["items"], item, &at))
            }
            Value::Object(fields) if schema["properties"].is_object() => {
                let required = schema["required"].as_array().unwrap();
                let lacks = required
                    .iter()
                    .find(|name| !fields.contains_key(name.as_str().unwrap()));
                if let Some(name) = lacks {
                    return Some(format!("{at} lacks {name}"));
                }
                fields
                    .iter()
                    .find_map(|(name, value)| match &schema["properties"][name] {
                        Value::Null => Some(format!("{at} has `{name}`, of which nothing is said")),
                        schema => self.misfit(schema, value, &format!("{at}.{name}")),
                    })
            }
            _ => None,
        }
    }

    #[track_caller]
    fn check(&mut self, line: &str, (status, answer): &(u16, Value)) {
        let (method, path) = line.split_once(' ').unwrap();
        let path = path.replace("/people/ada/", "/people/{id}/");
        let path = if path.contains("/disputes/") {
            "/api/v1/disputes/{id}/settlement".to_owned()
        } else {
            path
        };
        let operation = self.document["paths"][&path][method.to_lowercase()].clone();
        let responses = &operation["responses"];
        let said = match responses.get(status.to_string()) {
            Some(said) => said["content"]["application/json"]["schema"].clone(),
            None => responses["default"]["content"]["application/problem+json"]["schema"].clone(),
        };
        if *status == 204 {
            assert!(said.is_null() && answer.is_null(), "{line}: {said} {answer}");
            return;
        }
        assert!(said.is_object(), "{line}: nothing is said of {status} {answer}");
        assert_eq!(self.misfit(&said, answer, line), None, "{answer}");
    }
}

#[tokio::test]
async fn every_answer_is_as_it_is_described() {
    let mut world = World::new(None).await;
    let employee = Some(Worker::Employee);
    let ada = world.person("ada", None, employee).await;
    let operator = world.person("olga", Some(Role::Operator), employee).await;
    let privacy = world.person("petra", Some(Role::Privacy), employee).await;
    let chief = world.person("chief", Some(Role::Administrator), employee).await;
    let session = SessionRecord {
        id_hash: [1; 32],
        person: "ada".to_owned(),
        created: NOW,
        expires: NOW.plus(60),
        data: "{}".to_owned(),
    };
    world.store.keep_session(&session).await.unwrap();
    let document = world.tell("GET /api/v1/openapi.json", &ada, Value::Null).await.1;
    let mut description = Description {
        document,
        met: BTreeSet::new(),
    };
    let badge = json!({"person": "ada", "site": "london", "at": NOW.to_string()}).to_string();
    let token = format!("Bearer {BADGES}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/x-ndjson"),
    ];
    for (body, status) in [(badge.as_str(), 200), ("{\"person\":5}", 422)] {
        let line = "POST /places/v1/badges";
        let answer = world.ask(line, &headers, body.to_owned()).await;
        let answer = (answer.status().as_u16(), crate::world::json_of(answer).await);
        assert_eq!(answer.0, status, "{answer:?}");
        description.check(line, &answer);
    }
    let dispute = |fact: &str| json!({"fact": fact, "wrong": "it is not so"});
    let trip = json!({"place": "US", "from": "2026-07-10", "to": "2026-07-20"});
    for (line, key, body) in [
        ("GET /api/v1/openapi.json", &ada, Value::Null),
        ("GET /api/v1/me", &ada, Value::Null),
        ("POST /api/v1/me/trips", &ada, trip),
        ("GET /api/v1/me/trips", &ada, Value::Null),
        ("POST /api/v1/me/disputes", &ada, dispute("directory")),
        ("POST /api/v1/me/disputes", &ada, dispute("citizenships")),
        ("POST /api/v1/me/disputes", &ada, dispute("nothing")),
        ("GET /api/v1/me/disputes", &ada, Value::Null),
        ("GET /api/v1/disputes", &operator, Value::Null),
        ("GET /api/v1/disputes", &privacy, Value::Null),
        ("GET /api/v1/me/facts", &ada, Value::Null),
        ("GET /api/v1/people/ada/facts", &operator, Value::Null),
        ("GET /api/v1/people/ada/facts", &privacy, Value::Null),
        ("GET /api/v1/people/ada/facts", &ada, Value::Null),
        ("GET /api/v1/me/export", &ada, Value::Null),
        ("GET /api/v1/people/ada/export", &privacy, Value::Null),
        ("GET /api/v1/sources", &operator, Value::Null),
        ("GET /api/v1/roles", &chief, Value::Null),
        (
            "POST /api/v1/people/ada/erasure",
            &privacy,
            json!({"reason": "asked"}),
        ),
    ] {
        world.follow().await;
        let answer = world.tell(line, key, body).await;
        description.check(line, &answer);
    }
    let raised = world.tell("GET /api/v1/me/disputes", &ada, Value::Null).await.1;
    let mut raised = raised["disputes"].as_array().unwrap().iter();
    let open = raised.find(|dispute| dispute["fact"] == "directory").unwrap();
    let line = format!(
        "POST /api/v1/disputes/{}/settlement",
        open["id"].as_str().unwrap()
    );
    let settled = world
        .tell(&line, &operator, json!({"outcome": "stands", "note": "it is"}))
        .await;
    assert_eq!(settled.0, 204, "{settled:?}");
    description.check(&line, &settled);
    let line = "GET /api/v1/me/disputes";
    let answer = world.tell(line, &ada, Value::Null).await;
    description.check(line, &answer);
    world.leave("ada").await;
    let line = "POST /api/v1/people/ada/erasure";
    let answer = world
        .tell(line, &privacy, json!({"reason": "asked", "case": "DPO-1"}))
        .await;
    assert_eq!(answer.0, 200, "{answer:?}");
    description.check(line, &answer);
    // nothing is described that no answer was held against, but what the test of the first administrator has
    let all = description.document["components"]["schemas"].as_object().unwrap();
    let unmet: Vec<&String> = all
        .keys()
        .filter(|name| !description.met.contains(*name))
        .collect();
    assert_eq!(unmet, ["Become"]);
}
