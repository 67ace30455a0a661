//! `bailiwick serve` with sources of place claims: what they say counts, and what is wrong with them shows.

use crate::beginning::{Beginning, CHAT, edit, provider};
use crate::server::{NOWHERE, get, post};
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

#[test]
fn a_feed_is_taken_up_while_it_serves_and_one_with_mistakes_changes_nothing() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    let places = "[places.badges]\nfile = \"badges.csv\"\n\n[telemetry]\nlisten = \"127.0.0.1:0\"\n\n[data]";
    edit(folder, "bailiwick.toml", "[data]", places);
    let site = "[[site]]\nid = \"hong-kong\"\nname = \"Hong Kong\"\nplace = \"HK\"\nnetworks = []\n\n[firm]";
    edit(folder, "register/firm.toml", "[firm]", site);
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
