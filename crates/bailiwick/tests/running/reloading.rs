//! Registers that change while they are served.

use crate::beginning::{Beginning, CHAT, provider};
use crate::server::{NOWHERE, Running, post};

#[test]
fn a_changed_register_takes_over_on_a_signal_and_a_broken_one_does_not() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = beginning.serve();
    let asks = || {
        post(&server, NOWHERE, CHAT, &beginning.analyst, "example-model")
            .unwrap()
            .0
    };
    let first = server.digest().unwrap();
    assert_eq!(asks(), 400);

    beginning.edit("kind = \"territory", "kid = \"territory");
    assert!(server.signal("-HUP").unwrap().success());
    server.told("a newer register was refused at 20").unwrap();
    assert_eq!((server.digest().unwrap(), asks()), (first.clone(), 400));
    let log = beginning.log();
    for words in [
        "instruments/licensor-2026.toml",
        "line=25",
        "`kid` is not a key",
        "ERROR",
    ] {
        assert!(log.contains(words), "{words} is not in: {log}");
    }
    assert!(!log.contains("activated"), "{log}");

    beginning.edit("kid = \"territory", "kind = \"territory");
    beginning.relax();
    assert!(server.signal("-HUP").unwrap().success());
    let digest_changes = || server.digest().unwrap() != first;
    while !digest_changes() {}
    assert_eq!(asks(), 200);
    let told = server.told("").unwrap();
    assert!(!told.contains("refused"), "{told}");
    let digest = server.digest().unwrap();
    assert!(server.stop().unwrap().success());
    let log = beginning.log();
    assert!(log.contains("activated") && log.contains(&digest), "{log}");
}

#[test]
fn a_changed_register_takes_over_by_itself() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let register = beginning.folder.path().join("register");
    let register = register.to_str().unwrap();
    let demo = [
        "demo",
        "--stand-in-only",
        "--json",
        "--port",
        "0",
        "--data-dir",
        "demo-data",
        "--register",
        register,
    ];
    let server = Running::start(&demo, beginning.folder.path()).unwrap();
    let first = server.digest().unwrap();
    let asks = || {
        post(&server, NOWHERE, CHAT, server.key("hk-analyst"), "example-model")
            .unwrap()
            .0
    };
    assert_eq!(asks(), 400);
    beginning.relax();
    let digest_changes = || server.digest().unwrap() != first;
    while !digest_changes() {}
    assert_eq!(asks(), 200);
    assert!(server.stop().unwrap().success());
}
