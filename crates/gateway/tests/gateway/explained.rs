//! What is said of the facts behind a refusal when its person asks for the reason once more.

use crate::provider::Provider;
use crate::world::{HK_ANALYST, NOW, Plan};
use identity::directory::Protected;
use identity::kept::{DisputeRecord, DisputeStore, KeepError, Keeping, SettledDispute};
use serde_json::{Value, json};
use std::sync::Arc;

/// Disputes that are read only, or none where the store is away.
struct Disputes(Option<Vec<DisputeRecord>>);

impl DisputeStore for Disputes {
    fn add_dispute<'a>(&'a self, _: &'a DisputeRecord) -> Keeping<'a, ()> {
        panic!("nothing here adds any")
    }

    fn dispute<'a>(&'a self, _: &'a str) -> Keeping<'a, Option<DisputeRecord>> {
        panic!("nothing here asks for one")
    }

    fn disputes<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<DisputeRecord>> {
        assert_eq!(person, Some(HK_ANALYST.person));
        let reason = || "it is away".to_owned();
        let found = self.0.clone().ok_or_else(|| KeepError::Away { reason: reason() });
        Box::pin(async move { found })
    }

    fn settle_dispute<'a>(&'a self, _: &'a str, _: &'a SettledDispute) -> Keeping<'a, bool> {
        panic!("nothing here settles any")
    }
}

fn dispute(fact: &str, settled: bool) -> DisputeRecord {
    let settled = settled.then(|| SettledDispute {
        by: "operator".to_owned(),
        at: NOW,
        outcome: "stands".to_owned(),
        note: None,
    });
    DisputeRecord {
        id: fact.to_owned(),
        person: HK_ANALYST.person.to_owned(),
        fact: fact.to_owned(),
        words: Protected::new("not there".to_owned()),
        created: NOW.plus(-60),
        settled,
    }
}

#[tokio::test]
async fn a_reason_says_of_each_fact_what_it_does_and_whether_it_is_disputed() {
    let provider = Provider::answering("200 OK", "{}").await;
    let asking =
        json!({ "messages": [{ "role": "user", "content": "Hello" }], "model": "claude-sonnet" }).to_string();
    let check = async |disputes: Option<Vec<DisputeRecord>>, known: bool, since: Value, line: &str| {
        let mut plan = Plan::new(provider.address);
        plan.disputes = Some(Arc::new(Disputes(disputes)));
        let world = plan.start().await;
        let caller = world.caller(HK_ANALYST);
        let refusal = caller.post("/v1/messages", &asking).await;
        let path = format!("/why/{}", refusal.header("bailiwick-decision"));
        let text = caller.get(&path).await.text();
        assert!(text.contains(line), "{line}: {text}");
        let json = caller.with("accept", "application/json").get(&path).await.json();
        assert_eq!(json["disputes_known"], known);
        let fact = &json["reasons"][0]["facts"][0];
        let shown = json!({
            "what": "place", "value": fact["value"], "source": "zone", "observed_at": NOW.to_string(), "age": 0,
            "delay": fact["delay"], "weight": "counts", "disputed_since": since,
        });
        assert_eq!(*fact, shown);
        // a fact that is no place has none of it
        let facts = json["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|one| one["facts"].as_array().unwrap());
        for fact in facts.filter(|fact| fact["source"].is_null()) {
            assert_eq!(
                (&fact["weight"], &fact["disputed_since"]),
                (&Value::Null, &Value::Null)
            );
        }
    };
    let since = NOW.plus(-60).to_string();
    let line = format!("you dispute it since {since}");
    check(Some(vec![dispute("zone", false)]), true, json!(since), &line).await;
    check(
        Some(vec![dispute("zone", true), dispute("badge", false)]),
        true,
        Value::Null,
        "Decision ",
    )
    .await;
    check(None, false, Value::Null, "What is disputed cannot be said now.").await;
}
