//! `bailiwick serve` with sources of place claims: what they say counts, and what is wrong with them shows.

use crate::beginning::{Beginning, CHAT, bailiwick, edit, provider};
use crate::server::{NOWHERE, get, post};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// A minute ago, as a feed writes it.
pub(crate) fn a_minute_ago() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program that is tested has a clock of its own"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    register::model::Instant(i64::try_from(now).unwrap() - 60).to_string()
}

/// Somebody who has just begun, with a feed of badges and an office in Hong Kong.
fn with_badges(provider: SocketAddr) -> Beginning {
    let beginning = Beginning::new(provider);
    let folder = beginning.folder.path();
    let places = "[places.badges]\nfile = \"badges.csv\"\n\n[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[data]";
    edit(folder, "bailiwick.toml", "[data]", places);
    let site = "[[site]]\nid = \"hong-kong\"\nname = \"Hong Kong\"\nplace = \"HK\"\nnetworks = []\n\n[firm]";
    edit(folder, "register/firm.toml", "[firm]", site);
    beginning
}

#[test]
fn a_feed_is_taken_up_while_it_serves_and_one_with_mistakes_changes_nothing() {
    let (_runtime, provider) = provider();
    let beginning = with_badges(provider.address());
    let folder = beginning.folder.path();
    let server = beginning.serve();
    let engineer = || post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    server
        .told("place source badge: degraded, the file is missing")
        .unwrap();
    let (_, open) = get(&server, NOWHERE, "/readyz?verbose", "").unwrap();
    assert!(
        open.contains("register in force") && !open.contains("place source"),
        "{open}"
    );
    assert_eq!(engineer().0, 200);

    let badges = format!("person,site,at\nus-engineer,hong-kong,{}\n", a_minute_ago());
    std::fs::write(folder.join("badges.csv"), &badges).unwrap();
    server.told("place source badge: healthy").unwrap();
    let (status, refusal) = engineer();
    assert!(
        status == 400 && refusal.contains("licensor-2026 2.3"),
        "{refusal}"
    );

    std::fs::write(folder.join("badges.csv"), "person,site,when\na,b,c\n").unwrap();
    let told = server.told("place source badge: degraded").unwrap();
    assert!(told.contains("\nok\n") && !told.contains("when"), "{told}");
    assert_eq!(engineer().0, 400, "what was seen before stays seen");
    assert!(
        beginning
            .log()
            .contains("`when` is not known here; there is `person`, `site`, `at`, `direction`"),
        "{}",
        beginning.log()
    );
    assert!(server.stop().unwrap().success());
}

/// Whoever was seen in Hong Kong is not taken to be at their place of work because the server has started again.
#[test]
fn a_restart_forgets_nobody_who_was_seen_elsewhere() {
    let (_runtime, provider) = provider();
    let beginning = with_badges(provider.address());
    let folder = beginning.folder.path();
    let badges = format!("person,site,at\nus-engineer,hong-kong,{}\n", a_minute_ago());
    std::fs::write(folder.join("badges.csv"), badges).unwrap();
    let asks = |server: &crate::server::Running| {
        let answer = post(server, NOWHERE, CHAT, &beginning.engineer, "example-model");
        answer.unwrap().0
    };
    let server = beginning.serve();
    server.told("place source badge: healthy").unwrap();
    assert_eq!(asks(&server), 400);
    assert!(server.stop().unwrap().success());
    std::fs::write(folder.join("badges.csv"), "person,site,at\n").unwrap();
    let server = beginning.serve();
    server.told("place source badge: healthy").unwrap();
    assert_eq!(asks(&server), 400);
    assert!(server.stop().unwrap().success());

    let kept = folder.join("data/seen.jsonl");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o077, 0);
    std::fs::write(&kept, "torn").unwrap();
    let refused = bailiwick(folder, &["serve"]).unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && said.contains("line 1 is not a sighting"),
        "{said}"
    );
}

#[test]
fn an_issuer_that_does_not_answer_shows_and_stops_nobody_else() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let issuer = "[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[[issuer]]\nurl = \"https://127.0.0.1:9\"\n\
                  audience = \"https://ai.larkmoor.example\"\n\n[issuer.applications]\ncoding-cli = \"coding\"\n\n[data]";
    edit(beginning.folder.path(), "bailiwick.toml", "[data]", issuer);
    let server = beginning.serve();
    let told = server
        .told("issuer https://127.0.0.1:9: its tokens are not taken; no keys yet; not since: ")
        .unwrap();
    assert!(told.contains("\nok\n"), "{told}");
    let (_, open) = get(&server, NOWHERE, "/readyz?verbose", "").unwrap();
    assert!(!open.contains("issuer"), "{open}");
    let answer = post(&server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
    assert_eq!(answer.0, 200);
    assert!(server.stop().unwrap().success());
}
