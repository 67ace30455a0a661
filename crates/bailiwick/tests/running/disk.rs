//! A server whose disk is full, fails or is slow: what cannot be recorded is not done, what was answered is recorded, and
//! it goes on by itself.

use crate::beginning::{Beginning, CHAT, provider, recorded, verified};
use crate::killed::{Journal, check, receipt_of};
use crate::server::{NOWHERE, Running, exchange, post};
use std::path::Path;
use std::time::Duration;

/// Callers at once.
const CALLERS: usize = 8;
/// Bytes of memory by which a server with a slow disk may grow.
const GROWTH: usize = 50 * 1024 * 1024;

/// What callers got.
#[derive(Default)]
struct Got {
    journal: Journal,
    permitted: u64,
    unavailable: u64,
}

impl Got {
    /// Asks once, as somebody who is permitted.
    fn ask(&mut self, server: &Running, beginning: &Beginning) {
        let (status, answer) = post(server, NOWHERE, CHAT, &beginning.engineer, "example-model").unwrap();
        match status {
            200 => {
                self.permitted += 1;
                self.journal.push(receipt_of(&answer).unwrap());
            }
            503 => {
                assert!(answer.contains("audit_unavailable"), "{answer}");
                assert_eq!(receipt_of(&answer), None);
                self.unavailable += 1;
            }
            other => panic!("{other}: {answer}"),
        }
    }

    fn add(&mut self, other: Self) {
        self.journal.extend(other.journal);
        self.permitted += other.permitted;
        self.unavailable += other.unavailable;
    }
}

/// Several callers, who each ask so often.
fn crowd(server: &Running, beginning: &Beginning, times: usize) -> Got {
    let mut all = Got::default();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut got = Got::default();
                    (0..times).for_each(|_| got.ask(server, beginning));
                    got
                })
            })
            .collect();
        callers
            .into_iter()
            .for_each(|caller| all.add(caller.join().unwrap()));
    });
    all
}

/// Asks until somebody is served again.
fn until_served(server: &Running, beginning: &Beginning, got: &mut Got) {
    let served = got.permitted;
    while got.permitted == served {
        got.ask(server, beginning);
    }
}

fn is_ready(server: &Running) -> bool {
    let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    exchange(server.address().unwrap(), NOWHERE, request).unwrap().0 == 200
}

/// A server of which calls that make the first segments durable are tampered with.
fn tampered(beginning: &Beginning, how: &str) -> Running {
    let segments: Vec<_> = (1..=4).map(|number| format!("segment-{number:08}.log")).collect();
    let paths: Vec<_> = segments
        .iter()
        .map(|name| beginning.ledger().join(name))
        .collect();
    let inject = format!("inject=fdatasync:{how}");
    let mut wrapper = vec![
        "strace",
        "-D",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fdatasync",
        "-e",
        &inject,
    ];
    for path in &paths {
        wrapper.extend(["-P", path.to_str().unwrap()]);
    }
    beginning.serve_under(&wrapper, &[])
}

fn ends_well(server: Running, data: &Path, got: &Got) {
    assert!(server.stop().unwrap().success());
    check(&recorded(data), &got.journal);
    let (holds, said) = verified(data);
    assert!(holds, "{said}");
}

/// Acceptance R01: the ledger on a file system of two megabytes, until it is full, and then with more room.
#[test]
fn on_a_full_disk_nothing_is_forwarded_and_with_room_it_goes_on() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let ledger = beginning.ledger();
    std::fs::create_dir_all(&ledger).unwrap();
    let script = "mount -t tmpfs -o size=2m none \"$0\" && exec \"$@\"";
    let wrapper = [
        "unshare",
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        ledger.to_str().unwrap(),
    ];
    let server = beginning.serve_under(&wrapper, &[]);
    assert!(is_ready(&server));
    let mut got = Got::default();
    while got.unavailable == 0 {
        got.ask(&server, &beginning);
    }
    assert!(got.permitted > 0);
    // full for good: one more entry may fit where a longer one did not
    for _ in 0..20 {
        got.ask(&server, &beginning);
    }
    let (answered, refused) = (provider.answered(), got.unavailable);
    for _ in 0..5 {
        got.ask(&server, &beginning);
    }
    assert_eq!(got.unavailable, refused + 5);
    assert_eq!(
        provider.answered(),
        answered,
        "nothing reaches a provider unrecorded"
    );
    assert!(!is_ready(&server));

    let more = ["mount", "-o", "remount,size=64m", ledger.to_str().unwrap()];
    assert!(server.beside(&more).unwrap().success());
    until_served(&server, &beginning, &mut got);
    assert!(is_ready(&server));
    assert_eq!(provider.answered(), got.permitted);
    // once it is published, it is read where the server has it, which goes when the server does
    let data = server.path(&beginning.folder.path().join("data"));
    let published = || recorded(&data).len() as u64 >= got.permitted * 2;
    while !published() {}
    check(&recorded(&data), &got.journal);
    while !verified(&data).0 {}
    assert!(server.stop().unwrap().success());
}

/// Acceptance R02: synchronisations fail under load.
#[test]
fn what_a_failed_synchronisation_was_to_keep_is_not_acknowledged() {
    let (_runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = tampered(&beginning, "error=EIO:when=50..52");
    let mut got = crowd(&server, &beginning, 60);
    until_served(&server, &beginning, &mut got);
    assert!(got.unavailable > 0, "the disk did not fail");
    assert!(is_ready(&server));
    assert_eq!(provider.answered(), got.permitted);
    let log = beginning.log();
    assert!(log.contains("the ledger goes on in a new segment"), "{log}");
    ends_well(server, &beginning.folder.path().join("data"), &got);
}

/// Acceptance R03: synchronisations that take three seconds each.
#[test]
fn a_slow_disk_refuses_and_does_not_gather() {
    let (runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let (slow, times) = if testkit::is_long() { (7, 120) } else { (2, 20) };
    let server = tampered(&beginning, &format!("delay_enter=3000000:when=20..{}", 19 + slow));
    let mut got = crowd(&server, &beginning, 4);
    let before = server.memory().unwrap();
    got.add(crowd(&server, &beginning, times));
    assert!(server.memory().unwrap() < before + GROWTH);
    assert!(got.unavailable > 0, "the disk was not slow");
    while !is_ready(&server) {
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });
    }
    until_served(&server, &beginning, &mut got);
    assert_eq!(provider.answered(), got.permitted);
    ends_well(server, &beginning.folder.path().join("data"), &got);
}
