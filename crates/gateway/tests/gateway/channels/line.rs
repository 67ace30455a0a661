//! Whom connections trust, and which way they take.

use super::service::{Authority, Proxy, Service, json};
use super::{CLAUDE, MESSAGES, plan};
use crate::world::{NY_TRADER, Plan, SECRET, changed};
use gateway::{ConnectorSettings, Credential};
use hyper::Version;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use tokio::task::JoinSet;

const NAME: &str = "api.provider.example";

fn through(settings: &mut ConnectorSettings, proxy: SocketAddr) {
    settings.options.proxy = Some(gateway::Proxy {
        url: format!("http://{proxy}"),
        credential: Credential::Literal("bank:proxy-canary".to_owned()),
    });
}

/// A world in which every connector goes to [`NAME`] through a proxy, trusting an authority.
fn behind(proxy: SocketAddr, authority: &Authority) -> Plan {
    let ca = authority.path();
    let mut plan = Plan::new(proxy);
    plan.sources = changed(&[("hosts = [\"127.0.0.1\"]", &format!("hosts = [\"{NAME}\"]"))]);
    plan.adjust = Box::new(move |settings| {
        settings.base_url = format!("https://{NAME}");
        settings.options.ca = Some(ca.clone());
        through(settings, proxy);
    });
    plan
}

#[tokio::test]
async fn through_a_proxy_to_a_private_authority_in_http_2() {
    let authority = Authority::new();
    let service = Service::tls(authority.server(NAME, &["h2", "http/1.1"]), |_| {
        json(200, "{\"x\": 1.0}")
    })
    .await;
    let proxy = Proxy::start(service.address, "200 OK").await;
    // each thread has connections of its own
    let mut plan = behind(proxy.address, &authority);
    plan.limits.threads = 1;
    let world = plan.start().await;
    for _ in 0..2 {
        let answer = world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "{\"x\": 1.0}"));
    }
    let got = service.got();
    assert_eq!((got.len(), got[0].version), (2, Version::HTTP_2));
    assert_eq!((got[0].text(), got[0].header("x-api-key")), (CLAUDE, SECRET));
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "the connection is used again");
    assert!(
        heads[0].starts_with("CONNECT api.provider.example:443 HTTP/1.1\r\n"),
        "{}",
        heads[0]
    );
    // bank:proxy-canary
    assert!(
        heads[0].contains("Proxy-Authorization: Basic YmFuazpwcm94eS1jYW5hcnk=\r\n"),
        "{}",
        heads[0]
    );
    assert!(!heads[0].contains(SECRET));
}

#[tokio::test]
async fn a_provider_without_http_2_is_spoken_to_in_http_1() {
    let authority = Authority::new();
    for protocols in [&["http/1.1"][..], &[]] {
        let service = Service::tls(authority.server(NAME, protocols), |_| json(200, "{}")).await;
        let proxy = Proxy::start(service.address, "200 OK").await;
        let world = behind(proxy.address, &authority).start().await;
        assert_eq!(world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await.status, 200);
        assert_eq!(service.got()[0].version, Version::HTTP_11);
    }
}

/// Asks, is told that the provider is away, and the service has heard nothing.
async fn check_not_called(plan: Plan, service: &Service) {
    let world = plan.start().await;
    let answer = world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (502, "upstream_unavailable")
    );
    assert!(!answer.text().contains("canary"));
    assert_eq!(service.got().len(), 0);
}

/// Acceptance A31: names are proved by certificates.
#[tokio::test]
async fn without_trust_there_is_no_call() {
    let (authority, other) = (Authority::new(), Authority::new());
    let service = Service::tls(authority.server(NAME, &["h2"]), |_| json(200, "{}")).await;
    let proxy = Proxy::start(service.address, "200 OK").await;
    check_not_called(behind(proxy.address, &other), &service).await;
    let elsewhere = Service::tls(authority.server("api.elsewhere.example", &["h2"]), |_| {
        json(200, "{}")
    })
    .await;
    let proxy = Proxy::start(elsewhere.address, "200 OK").await;
    check_not_called(behind(proxy.address, &authority), &elsewhere).await;
    // nor does the web vouch for a private authority
    let local = Service::tls(authority.server("127.0.0.1", &["h2"]), |_| json(200, "{}")).await;
    check_not_called(plan(&local, "", |_| {}), &local).await;
    let ca = authority.path();
    let trusting = plan(&local, "anthropic-api", move |settings| {
        settings.options.ca = Some(ca.clone())
    });
    let world = trusting.start().await;
    assert_eq!(world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await.status, 200);
}

#[tokio::test]
async fn there_is_no_way_around_a_proxy() {
    let service = Service::plain(|_| json(200, "{}")).await;
    for status in [
        "407 Proxy Authentication Required",
        "403 Forbidden",
        "502 Bad Gateway",
    ] {
        let proxy = Proxy::start(service.address, status).await;
        let address = proxy.address;
        let blocked = plan(&service, "anthropic-api", move |settings| {
            through(settings, address)
        });
        check_not_called(blocked, &service).await;
        assert_eq!(proxy.heads().len(), 1);
    }
    let away = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let blocked = plan(&service, "anthropic-api", move |settings| through(settings, away));
    check_not_called(blocked, &service).await;
}

#[tokio::test]
async fn a_proxy_that_says_nothing_costs_the_time_of_a_connection() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = Service::plain(|_| json(200, "{}")).await;
    let address = silent.local_addr().unwrap();
    let mut blocked = plan(&service, "anthropic-api", move |settings| {
        through(settings, address)
    });
    blocked.limits.connect = std::time::Duration::from_millis(50);
    check_not_called(blocked, &service).await;
}

#[tokio::test]
async fn more_requests_than_a_connection_takes_do_not_wait_for_each_other() {
    let authority = Authority::new();
    let service = Service::tls(authority.server("127.0.0.1", &["h2"]), |_| json(200, "{}")).await;
    let ca = authority.path();
    let plan = plan(&service, "anthropic-api", move |settings| {
        settings.options.ca = Some(ca.clone())
    });
    let world = plan.start().await;
    let caller = world.caller(NY_TRADER);
    // nothing is answered before all have come
    let requests = 150;
    service.together.store(requests, Ordering::SeqCst);
    let mut asking = JoinSet::new();
    for _ in 0..requests {
        let caller = caller.clone();
        asking.spawn(async move { caller.post(MESSAGES, CLAUDE).await.status });
    }
    assert!(asking.join_all().await.into_iter().all(|status| status == 200));
    assert!(service.got().iter().all(|got| got.version == Version::HTTP_2));
}

#[tokio::test]
async fn callers_who_do_not_read_hold_up_nobody() {
    let authority = Authority::new();
    let large = "x".repeat(12_000_000);
    let service = Service::tls(authority.server("127.0.0.1", &["h2"]), move |got| {
        json(
            200,
            if got.text().contains("large") {
                &large
            } else {
                "{}"
            },
        )
    })
    .await;
    let ca = authority.path();
    let plan = plan(&service, "anthropic-api", move |settings| {
        settings.options.ca = Some(ca.clone())
    });
    let world = plan.start().await;
    let caller = world.caller(NY_TRADER);
    let large = CLAUDE.replace("{", "{\"metadata\":\"large\",");
    let mut waiting = Vec::new();
    for _ in 0..40 {
        waiting.push(caller.begin("POST", MESSAGES, large.as_bytes()).await);
    }
    assert_eq!(caller.post(MESSAGES, CLAUDE).await.text(), "{}");
    let last = waiting.pop().unwrap().whole().await;
    assert_eq!(last.body.len(), 12_000_000);
}
