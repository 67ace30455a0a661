//! The ledger as it is read over HTTP: by whom, as what, and by which paths.

use crate::world::{NOW, World, bearer};
use axum::body::to_bytes;
use control::Role;
use ledger::{AuditDevice as _, Event, FileDevice, FileSettings, Happening, LogIdentity, SealingKey};
use register::model::Worker;
use std::time::Duration;
use tlog::leaf_hash;
use tlog::proof::{Proof, Trust};

fn identity() -> LogIdentity {
    let sealing = SealingKey::from_bytes([4; 32]);
    LogIdentity::new("ledger.larkmoor.example", &[[3; 32]], sealing).unwrap()
}

/// A log of 300 entries where the listener reads it.
async fn record(world: &World) {
    let settings = FileSettings {
        deadline: Duration::from_secs(60),
        ..FileSettings::default()
    };
    let folder = world.folder.path().join("ledger");
    let device = FileDevice::open(&folder, &identity(), NOW, settings).unwrap();
    let event = || Event {
        at: NOW,
        what: Happening::Strangers {
            route: "/v1/messages",
            requests: 1,
        },
    };
    let answers: Vec<_> = (0..300).map(|_| device.event(event())).collect();
    for answer in answers {
        answer.await.unwrap();
    }
}

async fn read(world: &mut World, path: &str, key: Option<&str>) -> (u16, String, Vec<u8>) {
    let token = key.map(bearer);
    let headers: Vec<_> = token
        .iter()
        .map(|token| ("authorization", token.as_str()))
        .collect();
    let answer = world.ask(&format!("GET {path}"), &headers, "").await;
    let status = answer.status().as_u16();
    let keep = answer.headers().get("cache-control");
    let keep = keep.map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    (status, keep, body.to_vec())
}

#[tokio::test]
async fn those_who_may_read_the_record_read_the_log() {
    let mut world = World::new(None).await;
    record(&world).await;
    let employee = Some(Worker::Employee);
    let auditor = world.person("ada", Some(Role::Auditor), employee).await;
    let operator = world.person("ben", Some(Role::Operator), employee).await;
    for path in ["/ledger/checkpoint", "/ledger/tile/0/000", "/ledger/proof/0"] {
        assert_eq!(read(&mut world, path, None).await.0, 401, "{path}");
        assert_eq!(read(&mut world, path, Some(&operator)).await.0, 403, "{path}");
    }
    let (status, keep, note) = read(&mut world, "/ledger/checkpoint", Some(&auditor)).await;
    assert_eq!((status, keep.as_str()), (200, "no-cache"));
    assert!(note.starts_with(b"ledger.larkmoor.example\n300\n"));
    for (path, bytes) in [
        ("tile/0/000", 8192),
        ("tile/0/001.p/44", 44 * 32),
        ("tile/1/000.p/1", 32),
    ] {
        let (status, keep, tile) = read(&mut world, &format!("/ledger/{path}"), Some(&auditor)).await;
        assert_eq!((status, tile.len()), (200, bytes), "{path}");
        assert_eq!(keep, "private, max-age=31536000, immutable");
    }
    let (_, _, bundle) = read(&mut world, "/ledger/tile/entries/001.p/44", Some(&auditor)).await;
    assert_eq!(tlog::bundle::decode(&bundle, 44).unwrap().len(), 44);
    let missing = read(&mut world, "/ledger/checkpoint.witnessed", Some(&auditor)).await;
    assert_eq!(missing.0, 404);
}

#[tokio::test]
async fn a_proof_over_http_is_one() {
    let mut world = World::showing(None, true).await;
    assert_eq!(read(&mut world, "/ledger/checkpoint", None).await.0, 404);
    record(&world).await;
    let keys = identity().verifier_keys();
    let trust = Trust {
        origin: "ledger.larkmoor.example",
        log: &keys,
        witnesses: &[],
        quorum: 0,
    };
    for entry in [0, 299] {
        let (status, _, text) = read(&mut world, &format!("/ledger/proof/{entry}"), None).await;
        assert_eq!(status, 200);
        let proof = Proof::parse(&text).unwrap();
        assert_eq!(proof.index, entry);
        proof.check(leaf_hash(&proof.extra), &trust).unwrap();
    }
    for path in ["300", "-1", "+1", "01", "1.0", "%30%30", "18446744073709551616"] {
        let found = read(&mut world, &format!("/ledger/proof/{path}"), None).await;
        assert_eq!(found.0, 404, "{path}");
    }
}

#[tokio::test]
async fn no_path_of_the_log_leads_elsewhere() {
    let mut world = World::showing(None, true).await;
    record(&world).await;
    let (status, keep, _) = read(&mut world, "/ledger/tile/0/000", None).await;
    assert_eq!(
        (status, keep.as_str()),
        (200, "public, max-age=31536000, immutable")
    );
    for path in [
        "../people.keys",
        "%2e%2e/people.keys",
        "%2e%2e%2fpeople.keys",
        "0/../../people.keys",
        "0/%2e%2e%2f%2e%2e%2fsegment-00000001.log",
        "entries/..%2f..%2fpeople.keys",
        "entries/%00",
        "0/000.p",
        "0/000%2ep/300",
        "0/000/",
        "64/000",
    ] {
        let found = read(&mut world, &format!("/ledger/tile/{path}"), None).await;
        assert_eq!(found.0, 404, "{path}");
    }
    // nothing else is open by that
    assert_eq!(read(&mut world, "/ledger/people.keys", None).await.0, 401);
    assert_eq!(read(&mut world, "/api/v1/me", None).await.0, 401);
}
