//! Credentials that change, end and go away.

use super::*;
use crate::connectors::ConnectorOptions;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

fn held(source: Credential, auth: Auth, lifetime: Option<Duration>) -> Result<Held, ConnectorError> {
    Held::open("c", Protocol::Anthropic, (source, auth), lifetime, |name| {
        (name == "KEY").then(|| "value".to_owned())
    })
}

fn line() -> Line {
    Line::open("c", &ConnectorOptions::default(), |_| None).unwrap()
}

async fn check(held: &Held, clock: fn() -> Instant, expected: Option<&str>) {
    held.renew(&line(), clock).await;
    let grant = held.grant(clock());
    let value = match &grant {
        Some(Grant::Header(_, value)) => Some(value.to_str().unwrap()),
        _ => None,
    };
    assert_eq!(value, expected);
    assert_eq!(held.health() == Health::Healthy, expected.is_some());
}

const fn start() -> Instant {
    Instant(1000)
}

#[tokio::test]
async fn a_changed_file_is_read_again_and_one_that_gives_nothing_ends_its_use() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let put = |text: &str| {
        let aside = folder.path().join("aside");
        std::fs::write(&aside, text).unwrap();
        std::fs::rename(&aside, &path).unwrap();
    };
    put("first\n");
    let held = self::held(Credential::File(path.clone()), Auth::Key, None).unwrap();
    check(&held, start, Some("first")).await;
    put("second");
    let Some(Grant::Header(_, value)) = held.grant(start()) else {
        panic!("nothing is held");
    };
    assert_eq!(value, "first", "nothing is read before it is asked for");
    check(&held, start, Some("second")).await;
    for unusable in ["", "two\nlines"] {
        put(unusable);
        check(&held, start, None).await;
        put("third");
        check(&held, start, Some("third")).await;
    }
    std::fs::remove_file(&path).unwrap();
    check(&held, start, None).await;
    put("fourth");
    check(&held, start, Some("fourth")).await;
    assert!(!format!("{held:?}").contains("fourth"));
    assert!(self::held(Credential::File(folder.path().join("none")), Auth::Key, None).is_err());
}

#[tokio::test]
async fn what_never_changes_is_never_fetched_again() {
    check(
        &held(Credential::Env("KEY".to_owned()), Auth::Key, None).unwrap(),
        start,
        Some("value"),
    )
    .await;
    assert!(held(Credential::Env("OTHER".to_owned()), Auth::Key, None).is_err());
    assert!(held(Credential::None, Auth::Bearer, None).is_err());
    let nothing = held(Credential::None, Auth::Key, None).unwrap();
    assert!(matches!(nothing.grant(start()), Some(Grant::Nothing)));
}

#[tokio::test]
async fn a_program_is_run_again_before_what_it_gave_ends() {
    static NOW: AtomicI64 = AtomicI64::new(1000);
    fn clock() -> Instant {
        Instant(NOW.load(SeqCst))
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("given");
    std::fs::write(&path, "first").unwrap();
    let command = Credential::Exec(format!("cat {}", path.display()));
    let held = self::held(command, Auth::Key, Some(Duration::from_secs(100))).unwrap();
    assert!(held.grant(clock()).is_none(), "nothing has been fetched");
    assert!(matches!(held.health(), Health::Unhealthy { since: None, .. }));
    check(&held, clock, Some("first")).await;
    std::fs::write(&path, "second").unwrap();
    NOW.store(1079, SeqCst);
    check(&held, clock, Some("first")).await;
    NOW.store(1080, SeqCst);
    check(&held, clock, Some("second")).await;
    // it fails from now on: what it gave last holds to its end, and not a second longer
    std::fs::remove_file(&path).unwrap();
    for (now, expected) in [
        (1160, Some("second")),
        (1179, Some("second")),
        (1180, None),
        (1185, None),
    ] {
        NOW.store(now, SeqCst);
        check(&held, clock, expected).await;
        let trouble = ("a command that failed".to_owned(), Some(Instant(1180)));
        assert_eq!(held.trouble(), expected.map(|_| trouble), "{now}");
    }
    let Health::Unhealthy { since, why } = held.health() else {
        panic!("it is gone");
    };
    assert_eq!(
        (since, why.as_str()),
        (Some(Instant(1180)), "a command that failed")
    );
    std::fs::write(&path, "third").unwrap();
    NOW.store(1189, SeqCst);
    check(&held, clock, None).await;
    NOW.store(1190, SeqCst);
    check(&held, clock, Some("third")).await;
    assert_eq!(held.trouble(), None);
}
