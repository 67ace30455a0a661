//! What an overlay adds, replaces and refuses.

use super::*;
use register::model::{Group, PlaceFact, PlaceList, PlaceSetName, Share};
use register::source::{Position, Source};
use serde_json::{Value, json};

fn scenario_file(change: impl FnOnce(&mut Value)) -> ScenarioFile {
    let hosting = json!({"inference": ["US"], "storage": "US", "gateway_egress": "SG"});
    let mut scenario = json!({
        "id": "T001", "kind": "seed", "title": "…", "at": "2026-07-15T09:00:00Z",
        "person": {"worker": "employee"},
        "evidence": [{"source": "badge", "place": "HK", "age_hours": 2}],
        "model": "opus", "channel": "anthropic-api", "instruments": ["A"],
        "hosting": hosting,
        "request": {"use": "coding", "data": "internal", "tier": "paid", "billing_country": "US"},
        "expect": {"decision": "permit"}
    });
    change(&mut scenario);
    let file = json!({
        "schema": "territory.scenarios/2", "rules": [], "lists": {}, "agreements": {}, "count": 1,
        "bank_default_entity": {"id": "Bank", "inc": "US", "hq": "US"},
        "catalogue": [{"model": "gpt", "channel": "vertex", "instruments": ["A"], "hosting": hosting}],
        "scenarios": [scenario]
    });
    crate::read(&file.to_string()).unwrap()
}

fn register() -> Register {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let outcome = register::parse(&[source("a.toml", REGISTER), source("groups.toml", GROUPS)]);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics))
}

const REGISTER: &str = r#"
[firm]
name = "Larkmoor Bank"

[instrument]
id = "A"
layer = "agreement"
covers = ["*"]

[[list]]
id = "supported"
[[list.version]]
from = 2024-01-01
members = ["US", "AE"]

[[entity]]
id = "Bank"
incorporated = "GB"

[[channel]]
id = "vertex"
wire = "gemini"

[[model]]
id = "gpt"
provider = "x"
modality = "text"
"#;

/// In a file without an instrument, where a group is shared.
const GROUPS: &str = r#"
[groups.eu]
name = "EU"
members = ["DE", "FR"]
reading = { by = "legal", known_from = 2024-01-01 }
"#;

fn case(change: impl FnOnce(&mut Value)) -> Result<Case, String> {
    let file = scenario_file(change);
    overlay(&register(), &file, &file.scenarios[0]).map_err(|error| error.to_string())
}

#[test]
fn deployments_are_those_of_the_scenario_and_the_catalogue() {
    let case = case(|_| ()).unwrap();
    let ids: Vec<&str> = case
        .register
        .deployments
        .iter()
        .map(|deployment| deployment.id.as_str())
        .collect();
    assert_eq!(ids, ["scenario", "catalogue/0/gpt"]);
    for deployment in &case.register.deployments {
        assert_eq!(deployment.billing, PlaceFact::read("US"));
        assert_eq!(deployment.tier, Some(register::model::Tier::Paid));
        assert_eq!(deployment.hosting.egress, PlaceFact::read("SG"));
    }
    let models: Vec<_> = case
        .register
        .models
        .iter()
        .map(|model| (model.id.as_str(), model.modality.as_str()))
        .collect();
    assert_eq!(models, [("gpt", "text"), ("opus", "multimodal")]);
    assert!(case.register.models.iter().all(|model| model.approval.is_some()));
    let channels: Vec<_> = case
        .register
        .channels
        .iter()
        .map(|channel| channel.id.as_str())
        .collect();
    assert_eq!(channels, ["vertex", "anthropic-api"]);
}

#[test]
fn an_entity_of_the_same_id_is_replaced() {
    let case = case(|_| ()).unwrap();
    assert_eq!(case.register.entities.len(), 1);
    assert_eq!(case.register.entities[0].incorporated, PlaceFact::read("US"));
    assert_eq!(
        (case.facts.entity.as_str(), case.facts.engaging_entity.as_str()),
        ("Bank", "Bank")
    );
}

#[test]
fn a_contractor_has_two_entities_and_nobody_else_does() {
    let employer = json!({"id": "Studio", "hq": "SG", "unlisted_pct": 50.01});
    let of = |worker: &str| {
        let case = case(|scenario| {
            scenario["person"]["worker"] = json!(worker);
            scenario["entity"] = employer.clone();
        });
        let case = case.unwrap();
        (
            case.facts.entity,
            case.facts.engaging_entity,
            case.register.entities.len(),
        )
    };
    assert_eq!(of("contractor"), ("Studio".to_owned(), "Bank".to_owned(), 2));
    assert_eq!(of("employee"), ("Studio".to_owned(), "Studio".to_owned(), 2));
}

#[test]
fn shares_reach_the_register_exactly() {
    let case = case(|scenario| scenario["entity"] = json!({"id": "E", "unlisted_pct": 50.01})).unwrap();
    let entity = case
        .register
        .entities
        .iter()
        .find(|entity| entity.id == "E")
        .unwrap();
    assert_eq!(
        entity.unsupported_share,
        register::model::Holding::Stated(Share::basis_points(5001).unwrap())
    );
}

#[test]
fn ages_become_times_of_observation() {
    let case = case(|_| ()).unwrap();
    assert_eq!(
        case.facts.claims[0].observed_at,
        Instant::parse("2026-07-15T07:00:00Z").unwrap()
    );
    assert_eq!(case.facts.person.screening.screened_at, Some(case.at));
    assert_eq!(case.known_at, decision::LATEST);
}

#[test]
fn a_residency_is_a_group_or_a_place() {
    let asked = |residency: &str| {
        let case = case(|scenario| scenario["request"]["residency"] = json!(residency));
        case.map(|case| case.facts.request.residency.unwrap())
    };
    assert_eq!(asked("eu"), Ok(PlaceSetName::Group("eu".to_owned())));
    assert!(matches!(asked("US"), Ok(PlaceSetName::Inline(_))));
    assert_eq!(
        asked("moon").unwrap_err(),
        "scenario `T001`, field `request.residency`: the register has no region group or place `moon`"
    );
}

#[test]
fn a_list_change_lands_on_its_list() {
    let change = |list: &str| json!({"list": list, "remove": ["AE"], "cause": "law", "posted": "2026-07-01", "effective": "2026-07-02"});
    let laid = case(|scenario| scenario["list_change"] = change("supported")).unwrap();
    assert_eq!(laid.register.lists[0].changes.len(), 1);
    assert_eq!(
        case(|scenario| scenario["list_change"] = change("other")).unwrap_err(),
        "scenario `T001`, field `list_change.list`: the register has no list `other`"
    );
}

#[test]
fn an_instrument_must_be_in_the_register() {
    assert_eq!(
        case(|scenario| scenario["instruments"] = json!(["A", "B"])).unwrap_err(),
        "scenario `T001`, field `instruments[1]`: the register has no instrument `B`"
    );
}

#[test]
fn one_entity_cannot_be_two_things() {
    let error = case(|scenario| {
        scenario["person"]["worker"] = json!("contractor");
        scenario["entity"] = json!({"id": "Bank", "hq": "SG"});
    });
    assert_eq!(
        error.unwrap_err(),
        "scenario `T001`, field `engaging_entity`: `Bank` is described twice, and differently"
    );
}

#[test]
fn the_register_keeps_what_the_scenario_does_not_bring() {
    let before = register();
    let after = case(|_| ()).unwrap().register;
    let ids = |groups: &[Group]| groups.iter().map(|group| group.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&before.groups), ids(&after.groups));
    assert_eq!(before.instruments, after.instruments);
    assert_eq!(
        before
            .lists
            .iter()
            .map(|list: &PlaceList| &list.id)
            .collect::<Vec<_>>(),
        [&after.lists[0].id]
    );
    assert_eq!(after.deployments[0].position, Position::default());
}
