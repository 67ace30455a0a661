//! People and keys change while the gateway serves: it follows.

use crate::beginning::{Beginning, CHAT, bailiwick, provider};
use crate::server::{NOWHERE, Running, post};
use std::path::Path;

const FEED: &str = "\
id,worker,entity,place,citizenships,groups,application
newcomer,employee,firm-us,US,US,all-staff,editor
leaver,employee,firm-us,US,US,all-staff,editor
";

/// Runs the program; what it printed, and how it ended.
fn run(folder: &Path, line: &str) -> (String, String, Option<i32>) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = bailiwick(folder, &words).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn done(folder: &Path, line: &str) -> String {
    let (printed, said, code) = run(folder, line);
    assert_eq!(code, Some(0), "{line}: {said}");
    printed.trim().to_owned()
}

/// Asks until the answer has this status: for as long as the runner of the tests waits.
fn comes_to(server: &Running, key: &str, status: u16) {
    while post(server, NOWHERE, CHAT, key, "example-model").unwrap().0 != status {}
}

#[test]
fn a_server_follows_people_and_keys() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    std::fs::write(folder.join("people.csv"), FEED).unwrap();
    let loaded = done(folder, "directory import people.csv --complete");
    assert!(loaded.starts_with("2 people: 2 new"), "{loaded}");
    let leaver = done(folder, "keys issue --person leaver");
    let server = beginning.serve();
    comes_to(&server, &leaver, 200);

    let newcomer = done(folder, "keys new --person newcomer");
    comes_to(&server, &newcomer, 200);
    let id = newcomer.split('_').nth(1).unwrap();
    let next = done(folder, &format!("keys rotate {id}"));
    comes_to(&server, &next, 200);
    comes_to(&server, &newcomer, 200);
    done(folder, &format!("keys revoke {id}"));
    comes_to(&server, &newcomer, 401);
    comes_to(&server, &next, 200);

    let left = FEED.replace("leaver", "somebody-else");
    std::fs::write(folder.join("people.csv"), left).unwrap();
    let would = done(folder, "directory import people.csv --complete --dry-run");
    assert!(
        would.contains("would be 1 new, 0 changed, 1 as before, 1 ended"),
        "{would}"
    );
    comes_to(&server, &leaver, 200);
    done(folder, "directory import people.csv --complete");
    comes_to(&server, &leaver, 403);
    assert!(server.stop().unwrap().success());
    let listed = done(folder, "keys list --person newcomer --json");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let used = |standing: &str| {
        let keys = listed.as_array().unwrap();
        let key = keys.iter().find(|key| key["standing"] == standing).unwrap();
        key["last_used"].is_string()
    };
    assert!(used("revoked") && used("valid"), "{listed}");
}

#[test]
fn a_feed_with_mistakes_changes_nothing_and_what_is_missing_is_told() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let folder = beginning.folder.path();
    std::fs::write(
        folder.join("wrong.csv"),
        "id,place,citizenships\na,HK,HK\nb,Hongkong,Ruritania\n",
    )
    .unwrap();
    let (_, said, code) = run(folder, "directory import wrong.csv");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("wrong.csv:3:3 `Hongkong` is no place"), "{said}");
    assert!(
        said.contains("wrong.csv:3:12 a value") && !said.contains("Ruritania"),
        "{said}"
    );
    let gaps = done(folder, "directory gaps");
    assert_eq!(gaps, "0 active people");
    std::fs::write(
        folder.join("right.jsonl"),
        "{\"id\": \"a\"}\n{\"id\": \"b\", \"active\": false}\n",
    )
    .unwrap();
    done(folder, "directory import right.jsonl");
    let gaps = done(folder, "directory gaps --json");
    let gaps: serde_json::Value = serde_json::from_str(&gaps).unwrap();
    assert_eq!(gaps["people"], 1);
    assert_eq!(gaps["gaps"][0]["missing"], "worker type or entity");
    let (_, said, code) = run(folder, "keys revoke bw_0123456789_x");
    assert!(
        code == Some(2) && said.contains("there is no key `0123456789`"),
        "{said}"
    );
}
