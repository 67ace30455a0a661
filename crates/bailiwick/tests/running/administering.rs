//! `bailiwick serve` with a listener for administration: the first administrator, and places that are pushed.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider, recorded};
use crate::places::a_minute_ago;
use crate::server::{NOWHERE, Running, exchange, post};
use serde_json::Value;

const BADGES: &str = "badges-badges-badges-badges-badges";

/// One request for administration; the status, and the whole answer.
fn administer(server: &Running, line: &str, token: &str, sort: &str, body: &str) -> (u16, String) {
    let url = server.text("/control").unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches("/scim/v2");
    let length = body.len();
    let text = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: {sort}\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    exchange(address.parse().unwrap(), NOWHERE, &text).unwrap()
}

fn with_control(beginning: &Beginning) {
    let folder = beginning.folder.path();
    let more = "[control]\nlisten = \"127.0.0.1:0\"\n\n[places.badges]\ntoken = \"env:BADGES\"\nmax_age = \"1h\"\n\n\
                [telemetry]\nlisten = \"127.0.0.1:0\"\n\n[data]";
    edit(folder, "bailiwick.toml", "[data]", more);
    let site = "[[site]]\nid = \"hong-kong\"\nname = \"Hong Kong\"\nplace = \"HK\"\nnetworks = []\n\n[firm]";
    edit(folder, "register/firm.toml", "[firm]", site);
}

fn start(beginning: &Beginning, arguments: &[&str]) -> Running {
    Running::start_with(arguments, beginning.folder.path(), &[("BADGES", BADGES)]).unwrap()
}

/// The code that was printed, where one was.
fn code(beginning: &Beginning) -> Option<String> {
    let log = beginning.log();
    let (_, behind) = log.split_once("the code for the first administrator is ")?;
    behind.split_whitespace().next().map(str::to_owned)
}

/// Acceptance A50: a fresh start, with nobody who administers and no password set anywhere: every route is probed, with
/// nothing and with guesses, and none lets anybody in.
#[test]
fn a_fresh_start_lets_nobody_in() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    with_control(&beginning);
    let server = start(&beginning, &["serve", "--json"]);
    for route in control::routes::ROUTES {
        let path = route
            .path
            .replace("{role}", "administrator")
            .replace("{id}", "us-engineer");
        let line = format!("{} {path}", route.method);
        for guess in ["", "admin", "password", "bw_0000000000_admin"] {
            let (status, answer) = administer(&server, &line, guess, "application/json", "{}");
            assert_eq!(status, 401, "{line} {guess}: {answer}");
        }
    }
    // somebody who is known is no administrator by that, and no code was offered
    let body = "{\"code\": \"\"}";
    let become_first = "POST /api/v1/me/administrator";
    let refused = administer(
        &server,
        become_first,
        &beginning.engineer,
        "application/json",
        body,
    );
    assert_eq!(refused.0, 403);
    assert!(server.stop().unwrap().success());
}

#[test]
fn whoever_has_the_code_administers_and_no_code_is_printed_then() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    with_control(&beginning);
    let server = start(&beginning, &["serve", "--json"]);
    assert_eq!(code(&beginning), None, "no terminal, and nobody asked for it");
    assert!(server.stop().unwrap().success());

    let server = start(&beginning, &["serve", "--json", "--first-administrator"]);
    let code_of_this_run = code(&beginning).unwrap();
    let (engineer, json) = (&beginning.engineer, "application/json");
    let body = format!("{{\"code\": \"{code_of_this_run}\"}}");
    let become_first = "POST /api/v1/me/administrator";
    assert_eq!(administer(&server, become_first, "nobody", json, &body).0, 401);
    assert_eq!(administer(&server, become_first, engineer, json, &body).0, 200);
    let (status, me) = administer(&server, "GET /api/v1/me", engineer, json, "");
    assert!(status == 200 && me.contains("administrator"), "{me}");
    let grant = "PUT /api/v1/roles/privacy/people/hk-analyst";
    assert_eq!(administer(&server, grant, engineer, json, "").0, 204);
    let (status, seen) = administer(
        &server,
        "GET /api/v1/people/us-engineer/facts",
        &beginning.analyst,
        json,
        "",
    );
    assert!(status == 200 && seen.contains("citizenships"), "{seen}");
    assert!(server.stop().unwrap().success());

    let server = start(&beginning, &["serve", "--json", "--first-administrator"]);
    assert_eq!(code(&beginning), None, "somebody administers");
    assert!(server.stop().unwrap().success());
    let recorded = recorded(&beginning.folder.path().join("data"));
    let acts: Vec<_> = recorded
        .iter()
        .filter(|entry| entry["person"].is_string())
        .map(Value::to_string)
        .collect();
    assert_eq!(acts.len(), 3, "{acts:?}");
    assert!(
        acts.iter()
            .all(|act| !act.contains("us-engineer") && !act.contains("hk-analyst")),
        "{acts:?}"
    );
}

#[test]
fn a_token_in_a_file_is_replaced_while_it_serves() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    with_control(&beginning);
    let folder = beginning.folder.path();
    edit(folder, "bailiwick.toml", "env:BADGES", "file:badges.token");
    std::fs::write(folder.join("badges.token"), BADGES).unwrap();
    let server = start(&beginning, &["serve", "--json"]);
    let badges = format!("person,site,at\nus-engineer,hong-kong,{}\n", a_minute_ago());
    let push = |token: &str| administer(&server, "POST /places/v1/badges", token, "text/csv", &badges).0;
    let other = BADGES.to_uppercase();
    assert_eq!((push(BADGES), push(&other)), (200, 401));
    std::fs::write(folder.join("badges.token"), &other).unwrap();
    // for as long as the runner of the tests waits
    while push(&other) != 200 {}
    assert_eq!(push(BADGES), 401);
    std::fs::write(folder.join("badges.token"), "hush").unwrap();
    assert_eq!(push(&other), 200);
    assert!(server.stop().unwrap().success());
    assert!(!beginning.log().contains("hush"));
}

#[test]
fn a_badge_that_is_pushed_counts_and_a_declared_trip_opens_nothing() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    with_control(&beginning);
    let server = start(&beginning, &["serve", "--json"]);
    server
        .told("place source badge: degraded, nothing has been pushed yet")
        .unwrap();
    let engineer = || post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    assert_eq!(engineer().0, 200);
    let push = "POST /places/v1/badges";
    let wrong = "person,site,at\nus-engineer,hong-kong,soon\n";
    let (status, mistakes) = administer(&server, push, BADGES, "text/csv", wrong);
    assert!(status == 422 && mistakes.contains("\"line\":2"), "{mistakes}");
    server
        .told("place source badge: degraded, the feed has a mistake")
        .unwrap();
    assert_eq!(engineer().0, 200);
    let badges = format!("person,site,at\nus-engineer,hong-kong,{}\n", a_minute_ago());
    assert_eq!(
        administer(&server, push, &beginning.engineer, "text/csv", &badges).0,
        401
    );
    assert_eq!(administer(&server, push, BADGES, "text/csv", &badges).0, 200);
    server.told("place source badge: healthy").unwrap();
    let (status, refusal) = engineer();
    assert!(
        status == 400 && refusal.contains("licensor-2026 2.3"),
        "{refusal}"
    );

    // somebody else, who says so themself
    let json = "application/json";
    let declare = "POST /api/v1/me/trips";
    let (status, _) = administer(&server, declare, &beginning.analyst, json, "{\"place\": \"GB\"}");
    assert_eq!(status, 201);
    let why = ["why", "--person", "hk-analyst", "--model", "example-model"];
    let told = || String::from_utf8(bailiwick(beginning.folder.path(), &why).unwrap().stdout).unwrap();
    assert!(!told().contains("disputed"), "{}", told());
    let wrong = "{\"fact\": \"directory\", \"wrong\": \"I moved\"}";
    let (status, _) = administer(
        &server,
        "POST /api/v1/me/disputes",
        &beginning.analyst,
        json,
        wrong,
    );
    assert_eq!(status, 201);
    assert!(told().contains("disputed"), "{}", told());
    // their place of work no longer counts, and their own word alone shows nothing
    let is_nowhere = |server: &Running| {
        let (_, facts) = administer(server, "GET /api/v1/me/facts", &beginning.analyst, json, "");
        facts.contains("\"taken_to_be_in\":[]")
    };
    let asks = |server: &Running| {
        let answer = post(server, NOWHERE, CHAT, &beginning.analyst, "example-model");
        answer.unwrap().0
    };
    while !is_nowhere(&server) {}
    assert_eq!(asks(&server), 400);
    assert!(server.stop().unwrap().success());
    let server = start(&beginning, &["serve", "--json"]);
    assert!(is_nowhere(&server), "it is kept");
    assert_eq!(asks(&server), 400);
    assert!(server.stop().unwrap().success());
}
