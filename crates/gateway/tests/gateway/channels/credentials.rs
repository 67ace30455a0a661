//! What happens without a credential: nothing is sent, no other account steps in, and no word of a secret is said.

use super::service::{Service, json};
use super::{CHAT, CLAUDE, MESSAGES, plan};
use crate::leaks::Log;
use crate::world::{HK_ANALYST, NOW, NY_TRADER, World, in_force, sources};
use gateway::{Auth, Connector, ConnectorSettings, Connectors, Credential, EntraClient, Health};
use std::sync::Arc;

/// Asks Claude and is told that there is no way; nobody has been called.
async fn check_away(world: &World, service: &Service) {
    let answer = world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (502, "upstream_unavailable")
    );
    assert!(!answer.text().contains("canary"), "{}", answer.text());
    assert_eq!(service.got().len(), 0, "nobody is called");
}

fn entra(token_url: String) -> impl Fn(&mut ConnectorSettings) {
    move |settings| {
        settings.credential = Credential::Literal("entra-canary".to_owned());
        settings.options.auth = Auth::Entra(EntraClient {
            token_url: token_url.clone(),
            client_id: "11".to_owned(),
            scope: "s".to_owned(),
        });
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_costs_its_own_deployments_and_no_others() {
    let log = Log::begin();
    let broken = [
        "{}",
        "{\"access_token\":\"answer-canary\"}",
        "{\"access_token\":\"a\\nb\",\"expires_in\":9}",
        "canary",
    ];
    for (status, body) in broken
        .map(|body| (200, body))
        .into_iter()
        .chain([(401, "canary"), (302, "")])
    {
        let tokens = Service::plain(move |_| json(status, body)).await;
        let service = Service::plain(|_| json(200, "{}")).await;
        let world = plan(&service, "anthropic-api", entra(tokens.url("127.0.0.1")))
            .start()
            .await;
        check_away(&world, &service).await;
        world.connectors.refresh(|| NOW).await;
        assert_eq!(tokens.got().len(), 1);
        check_away(&world, &service).await;
        let health = world.connectors.health("anthropic-api").unwrap();
        assert!(
            matches!(&health, Health::Unhealthy { since: Some(NOW), .. }),
            "{health:?}"
        );
        assert_eq!(world.connectors.health("openai-api"), Some(Health::Healthy));
        assert!(!format!("{health:?}").contains("canary"));
        // whoever asks for a model of another account has it
        assert_eq!(
            world
                .caller(NY_TRADER)
                .post(CHAT, "{\"model\":\"gpt\"}")
                .await
                .status,
            200
        );
        assert_eq!(
            world
                .caller(HK_ANALYST)
                .post(CHAT, "{\"model\":\"gpt\"}")
                .await
                .status,
            200
        );
        let entries = world.entries().await;
        assert_eq!(entries[1]["ended"], "not_forwarded");
    }
    let said = log.text();
    assert!(
        said.contains("there is no credential"),
        "the log has something in it"
    );
    let shown: Vec<_> = said.lines().filter(|line| line.contains("canary")).collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[tokio::test]
async fn it_comes_back_when_the_credential_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let service = Service::plain(|_| json(200, "{}")).await;
    let command = format!("cat {}", file.display());
    let plan = plan(&service, "anthropic-api", move |settings| {
        settings.credential = Credential::Exec(command.clone());
    });
    let world = plan.start().await;
    world.connectors.refresh(|| NOW).await;
    check_away(&world, &service).await;
    std::fs::write(&file, "exec-canary\n").unwrap();
    world.connectors.refresh(|| NOW.plus(4)).await;
    check_away(&world, &service).await;
    world.connectors.refresh(|| NOW.plus(5)).await;
    assert_eq!(world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await.status, 200);
    assert_eq!(service.got()[0].header("x-api-key"), "exec-canary");
}

#[tokio::test]
async fn credentials_are_tended_without_being_asked_for() {
    let service = Service::plain(|_| json(200, "{\"access_token\":\"t\",\"expires_in\":60}")).await;
    let plan = plan(&service, "anthropic-api", entra(service.url("127.0.0.1")));
    let world = plan.start().await;
    let healthy = async {
        while world.connectors.health("anthropic-api") != Some(Health::Healthy) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = Arc::clone(&world.connectors).tend(|| NOW) => panic!("it goes on for ever"),
        () = healthy => {}
    }
}

#[tokio::test]
async fn a_connector_of_another_wire_than_the_channel_stops_the_start() {
    let settings = |protocol| ConnectorSettings {
        id: "anthropic-api".to_owned(),
        base_url: "http://127.0.0.1:9".to_owned(),
        credential: Credential::None,
        protocol,
        is_stand_in: false,
        options: gateway::ConnectorOptions::default(),
    };
    let connectors =
        |protocol| Connectors::new(vec![Connector::open(&settings(protocol), |_| None).unwrap()]).unwrap();
    let in_force = in_force(&sources());
    let error = connectors(wire::Protocol::OpenAi)
        .check(in_force.snapshot())
        .unwrap_err();
    let expected = "connector `anthropic-api` speaks `openai`, and the channel of deployment `claude-sonnet-direct` has \
         the wire `anthropic`";
    assert_eq!(error.to_string(), expected);
    assert!(
        connectors(wire::Protocol::Anthropic)
            .check(in_force.snapshot())
            .is_ok()
    );
}
