//! Calls to try: found by deciding, so that they show what they say whatever the register is.

use crate::{clock, people};
use decision::Snapshot;
use register::model::{Model, Person, PlaceFact, Site};
use wire::Surface;

/// A call with what it shows.
pub(super) type Call = (String, String);

/// Three calls of one person: their list, a model that is refused to them, and the same model from an office where it is
/// not, or else another model.
pub(super) fn to_try(snapshot: &Snapshot, base_url: &str, person: &str, key: &str) -> Vec<Call> {
    let Ok(person) = people::person(snapshot.register(), person) else {
        return Vec::new();
    };
    let list = format!("curl -s {base_url}/v1/models -H 'authorization: Bearer {key}'");
    let mut calls = vec![(format!("what {} may use", person.id), list)];
    let post = |from: &str, model: &Model, surface| post(from, base_url, key, &model.id, surface);
    let refused = callable(snapshot).find(|(model, _)| !is_permitted(snapshot, person, model, None));
    let mut elsewhere = None;
    if let Some((model, surface)) = refused {
        calls.push((
            format!("{} is refused to them, with the clause", model.id),
            post("", model, surface),
        ));
        elsewhere = snapshot.register().sites.iter().find_map(|site| {
            let address = first_address(site)?;
            let permitted = is_permitted(snapshot, person, model, Some(site));
            permitted.then(|| (site, post(&format!("--interface {address} "), model, surface)))
        });
    }
    if let Some((site, call)) = elsewhere {
        calls.push((format!("the same call, made from {}", site.name), call));
    } else if let Some((model, surface)) =
        callable(snapshot).find(|(model, _)| is_permitted(snapshot, person, model, None))
    {
        calls.push((
            format!("{} is permitted to them", model.id),
            post("", model, surface),
        ));
    }
    calls
}

/// Models with a deployment that can be called here, each with the protocol to call it by.
fn callable(snapshot: &Snapshot) -> impl Iterator<Item = (&Model, Surface)> {
    snapshot.models().filter_map(|(index, model)| {
        let deployment = snapshot.deployment(*snapshot.deployments_of(index).first()?)?;
        let channels = &snapshot.register().channels;
        let channel = channels.iter().find(|channel| channel.id == deployment.channel)?;
        Some((model, surface_of(&channel.wire)?))
    })
}

/// The call that models on a wire are shown with.
fn surface_of(wire: &str) -> Option<Surface> {
    match wire {
        "anthropic" => Some(Surface::Messages),
        "openai" => Some(Surface::Chat),
        _ => None,
    }
}

fn is_permitted(snapshot: &Snapshot, person: &Person, model: &Model, site: Option<&Site>) -> bool {
    let now = clock::now();
    let from: Vec<PlaceFact> = site
        .map(|site| PlaceFact::Known(site.place))
        .into_iter()
        .collect();
    let facts = decision::cases::facts_of(snapshot.register(), person, &from, now);
    let bound = snapshot.bind(&facts, now, decision::LATEST);
    let index = snapshot.model_index(&model.id);
    index.is_some_and(|index| snapshot.decide_model(&bound, index).verdict.permits())
}

/// The first host of a site's first network, where that is on loopback.
fn first_address(site: &Site) -> Option<String> {
    let network = site.networks.iter().find(|network| network.starts_with("127."))?;
    let (address, _) = network.split_once('/')?;
    let (block, _) = address.rsplit_once('.')?;
    Some(format!("{block}.1"))
}

fn post(from: &str, base_url: &str, key: &str, model: &str, surface: Surface) -> String {
    let messages = r#""messages":[{"role":"user","content":"Say hello in one sentence."}]"#;
    let body = format!(r#"{{"model":"{model}","max_tokens":64,{messages}}}"#);
    let path = surface.path();
    let headers = match surface {
        Surface::Messages => format!("-H 'x-api-key: {key}' -H 'anthropic-version: 2023-06-01'"),
        _ => format!("-H 'authorization: Bearer {key}'"),
    };
    format!("curl -s {from}{base_url}{path} {headers} \\\n  -H 'content-type: application/json' -d '{body}'")
}
