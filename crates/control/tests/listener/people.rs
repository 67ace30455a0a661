//! People who administer, and people who ask what is known of them.

use crate::world::{BADGES, NOW, SOURCE, TRIPS, World, bearer, json_of, pseudonyms};
use control::{FirstCode, Role};
use identity::directory::DirectoryStore as _;
use identity::kept::{RoleStore as _, TripStore as _};
use ledger::Done;
use register::model::Worker;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const EMPLOYEE: Option<Worker> = Some(Worker::Employee);

#[tokio::test]
async fn the_first_administrator_has_the_code_and_appoints_others() {
    let (first, code) = FirstCode::draw(NOW).unwrap();
    let mut world = World::new(Some(first)).await;
    let (ada, bea) = (
        world.person("ada", None, EMPLOYEE).await,
        world.person("bea", None, EMPLOYEE).await,
    );
    let post = "POST /api/v1/me/administrator";
    let wrong = world.tell(post, &ada, json!({"code": "AAAAA"})).await;
    assert_eq!((wrong.0, &wrong.1["code"]), (403, &json!("code")));
    let put = "PUT /api/v1/roles/privacy/people/bea";
    assert_eq!(world.tell(put, &ada, Value::Null).await.0, 403);
    assert_eq!(world.tell(post, &ada, json!({"code": code})).await.0, 200);
    assert_eq!(
        world.tell(post, &bea, json!({"code": code})).await.0,
        403,
        "it is used up"
    );
    let me = world.tell("GET /api/v1/me", &ada, Value::Null).await.1;
    assert_eq!(me["roles"], json!(["staff", "administrator"]));
    // nobody appoints themself, or somebody who is not there
    let own = world
        .tell("PUT /api/v1/roles/privacy/people/ada", &ada, Value::Null)
        .await;
    assert_eq!((own.0, &own.1["code"]), (403, &json!("yourself")));
    for nowhere in [
        "PUT /api/v1/roles/privacy/people/nobody",
        "PUT /api/v1/roles/staff/people/bea",
    ] {
        assert_eq!(world.tell(nowhere, &ada, Value::Null).await.0, 404, "{nowhere}");
    }
    assert_eq!(world.tell(put, &ada, Value::Null).await.0, 204);
    let me = world.tell("GET /api/v1/me", &bea, Value::Null).await.1;
    assert_eq!(me["roles"], json!(["staff", "privacy"]));
    let listed = world.tell("GET /api/v1/roles", &ada, Value::Null).await.1;
    assert_eq!(listed["grants"][1]["granted_by"], json!("ada"));
    let delete = "DELETE /api/v1/roles/privacy/people/bea";
    assert_eq!(world.tell(delete, &ada, Value::Null).await.0, 204);
    assert_eq!(world.tell(delete, &ada, Value::Null).await.0, 404);
    let done: Vec<(Done, bool)> = world
        .acts()
        .into_iter()
        .map(|act| (act.done, act.by.is_some()))
        .collect();
    let expected = [
        (
            Done::RoleGranted {
                role: "administrator",
            },
            false,
        ),
        (Done::RoleGranted { role: "privacy" }, true),
        (Done::RoleWithdrawn { role: "privacy" }, true),
    ];
    assert_eq!(done, expected);
}

#[tokio::test]
async fn a_code_is_of_no_use_where_somebody_administers_or_nothing_is_recorded() {
    let (first, code) = FirstCode::draw(NOW).unwrap();
    let mut world = World::new(Some(first)).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let post = "POST /api/v1/me/administrator";
    world.ledger.is_away.store(true, Ordering::Relaxed);
    assert_eq!(world.tell(post, &ada, json!({"code": code})).await.0, 503);
    assert_eq!(world.store.role_grants(None).await.unwrap(), []);

    let (first, code) = FirstCode::draw(NOW).unwrap();
    let mut world = World::new(Some(first)).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    world.person("eve", None, EMPLOYEE).await;
    let grant = identity::kept::RoleGrant {
        person: "eve".to_owned(),
        role: "administrator".to_owned(),
        granted_by: None,
        at: NOW,
    };
    world.store.grant_role(&grant).await.unwrap();
    assert_eq!(world.tell(post, &ada, json!({"code": code})).await.0, 403);
}

#[tokio::test]
async fn facts_are_shown_to_whom_they_concern_and_every_other_look_is_recorded() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let operator = world.person("olga", Some(Role::Operator), EMPLOYEE).await;
    let privacy = world.person("petra", Some(Role::Privacy), EMPLOYEE).await;
    let (status, own) = world.tell("GET /api/v1/me/facts", &ada, Value::Null).await;
    assert_eq!((status, &own["taken_to_be_in"]), (200, &json!(["GB"])));
    let directory = &own["places"][0];
    assert_eq!(directory["weight"], "counts");
    assert_eq!(
        (&directory["age"], &directory["limit"], &directory["delay"]),
        (&json!(0), &json!(86400), &json!(1))
    );
    let fact = |document: &Value, name: &str| {
        let facts = document["facts"].as_array().unwrap();
        facts.iter().find(|fact| fact["fact"] == name).cloned()
    };
    assert_eq!(fact(&own, "citizenships").unwrap()["value"], json!(["KP"]));
    assert_eq!(world.acts(), []);

    let of_ada = "GET /api/v1/people/ada/facts";
    let (_, others) = world.tell(of_ada, &operator, Value::Null).await;
    assert_eq!(fact(&others, "citizenships"), None);
    assert_eq!(
        fact(&others, "protected").unwrap()["says"],
        "a condition on your nationality or screening"
    );
    assert!(!others.to_string().contains("KP"));
    assert_eq!(world.acts(), []);

    let (_, seen) = world.tell(of_ada, &privacy, Value::Null).await;
    assert_eq!(fact(&seen, "citizenships").unwrap()["value"], json!(["KP"]));
    let acts = world.acts();
    let names = pseudonyms();
    assert_eq!(
        (acts.len(), acts[0].by, acts[0].person),
        (1, Some(names.of("petra")), names.of("ada"))
    );
    assert!(matches!(acts[0].done, Done::ProtectedViewed { attributes } if attributes.len() == 3));
    // what cannot be recorded is not shown
    world.ledger.is_away.store(true, Ordering::Relaxed);
    let (status, refused) = world.tell(of_ada, &privacy, Value::Null).await;
    assert!(status == 503 && !refused.to_string().contains("KP"), "{refused}");
    assert_eq!(
        world
            .tell("GET /api/v1/people/nobody/facts", &operator, Value::Null)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_dispute_is_raised_seen_by_those_who_may_and_settled_once() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let operator = world.person("olga", Some(Role::Operator), EMPLOYEE).await;
    let privacy = world.person("petra", Some(Role::Privacy), EMPLOYEE).await;
    let post = "POST /api/v1/me/disputes";
    let mut raise = async |fact: &str| {
        let (status, raised) = world
            .tell(post, &ada, json!({"fact": fact, "wrong": "I am of Ruritania"}))
            .await;
        assert_eq!(status, 201, "{raised}");
        raised["id"].as_str().unwrap().to_owned()
    };
    let (nationality, place) = (raise("citizenships").await, raise("directory").await);
    for wrong in [
        json!({"fact": "mood", "wrong": "x"}),
        json!({"fact": "directory", "wrong": " "}),
        json!({"fact": "directory"}),
        json!({"fact": "directory", "wrong": "x", "more": 1}),
    ] {
        assert_eq!(world.tell(post, &ada, wrong.clone()).await.0, 400, "{wrong}");
    }
    let own = world.tell("GET /api/v1/me/facts", &ada, Value::Null).await.1;
    assert_eq!(own["places"][0]["disputes"][0]["state"], "open");
    assert_eq!(
        own["taken_to_be_in"],
        json!(["GB"]),
        "a dispute changes nothing by itself"
    );
    let listed = world.tell("GET /api/v1/disputes", &operator, Value::Null).await.1;
    assert_eq!(listed["disputes"].as_array().unwrap().len(), 2);
    assert_eq!(listed.to_string().matches("Ruritania").count(), 1, "{listed}");
    let settle = |id: &str| format!("POST /api/v1/disputes/{id}/settlement");
    let stands = json!({"outcome": "stands", "note": "as your contract says"});
    assert_eq!(
        world
            .tell(&settle(&nationality), &operator, stands.clone())
            .await
            .0,
        403
    );
    assert_eq!(
        world
            .tell(&settle(&nationality), &privacy, stands.clone())
            .await
            .0,
        204
    );
    assert_eq!(
        world
            .tell(&settle(&nationality), &privacy, stands.clone())
            .await
            .0,
        409
    );
    assert_eq!(world.tell(&settle(&place), &operator, stands).await.0, 204);
    assert_eq!(
        world
            .tell(&settle("none"), &operator, json!({"outcome": "stands"}))
            .await
            .0,
        404
    );
    let own = world.tell("GET /api/v1/me/disputes", &ada, Value::Null).await.1;
    assert_eq!(own["disputes"][0]["settled"]["note"], "as your contract says");
    assert!(
        world
            .acts()
            .iter()
            .all(|act| !format!("{act:?}").contains("Ruritania"))
    );
}

#[tokio::test]
async fn trips_are_declared_and_taken_back() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let bea = world.person("bea", None, EMPLOYEE).await;
    let post = "POST /api/v1/me/trips";
    let declared = json!({"place": "HK", "from": "2026-07-14", "to": "2026-07-16", "zone": "Asia/Hong_Kong"});
    let (status, trip) = world.tell(post, &ada, declared).await;
    assert_eq!((status, &trip["from"]), (201, &json!("2026-07-13T16:00:00Z")));
    for wrong in [
        json!({"place": "Hongkong"}),
        json!({"place": "HK", "from": "soon"}),
        json!({"place": "HK", "from": "2026-07-14", "to": "2026-07-13"}),
        json!({"place": "HK", "zone": "Mars/Base"}),
    ] {
        assert_eq!(world.tell(post, &ada, wrong.clone()).await.0, 400, "{wrong}");
    }
    world.follow().await;
    let facts = world.tell("GET /api/v1/me/facts", &ada, Value::Null).await.1;
    // their own word alone is not enough, and their place of work does not count meanwhile
    assert_eq!(facts["taken_to_be_in"], json!([]));
    let id = trip["id"].as_str().unwrap();
    let delete = format!("DELETE /api/v1/me/trips/{id}");
    assert_eq!(
        world.tell(&delete, &bea, Value::Null).await.0,
        404,
        "it is not hers"
    );
    assert_eq!(world.tell(&delete, &ada, Value::Null).await.0, 204);
    world.follow().await;
    let facts = world.tell("GET /api/v1/me/facts", &ada, Value::Null).await.1;
    assert_eq!(facts["taken_to_be_in"], json!(["GB"]));
}

#[tokio::test]
async fn what_is_pushed_is_known_and_mistakes_change_nothing() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let (badges, trips) = (bearer(BADGES), bearer(TRIPS));
    let mut push = async |what: &str, token: &str, sort: &str, body: &str| {
        let headers = [("authorization", token), ("content-type", sort)];
        let answer = world
            .ask(&format!("POST /places/v1/{what}"), &headers, body.to_owned())
            .await;
        (answer.status().as_u16(), json_of(answer).await)
    };
    let wrong = push("badges", &badges, "text/csv", "person,site,at\nada,london,soon\n").await;
    assert_eq!((wrong.0, &wrong.1["mistakes"][0]["line"]), (422, &json!(2)));
    assert_eq!(
        push("trips", &badges, "text/csv", "person,place\nada,SG\n")
            .await
            .0,
        401
    );
    assert_eq!(push("badges", &badges, "text/plain", "").await.0, 415);
    assert_eq!(
        push("trips", &trips, "text/csv", "person,place\nada,SG\nada,JP\n")
            .await
            .0,
        200
    );
    let rows = "{\"person\":\"ada\",\"site\":\"london\",\"at\":\"2026-07-15T08:00:00Z\"}\n";
    assert_eq!(push("badges", &badges, "application/x-ndjson", rows).await.0, 200);
    assert!(world.bank.reconsidered.load(Ordering::Relaxed) > 0);
    world.follow().await;
    let facts = world.tell("GET /api/v1/me/facts", &ada, Value::Null).await.1;
    // a site that the register does not know is a place that nobody recognises
    assert_eq!(facts["taken_to_be_in"], json!(["JP", "SG", "london"]));
    let answer = world
        .ask(
            "POST /places/v1/trips",
            &[("authorization", &trips), ("content-type", "text/csv")],
            "person,place\nada,SG\n",
        )
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(world.store.trips_of("ada").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_person_takes_everything_with_them_and_leaves_nothing() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let privacy = world.person("petra", Some(Role::Privacy), EMPLOYEE).await;
    world
        .tell("POST /api/v1/me/trips", &ada, json!({"place": "SG"}))
        .await;
    world
        .tell(
            "POST /api/v1/me/disputes",
            &ada,
            json!({"fact": "trip", "wrong": "no"}),
        )
        .await;
    let own = world.tell("GET /api/v1/me/export", &ada, Value::Null).await.1;
    assert_eq!(own["directory"]["citizenships"], json!(["KP"]));
    assert_eq!(
        (own["keys"].as_array().unwrap().len(), &own["trips"][0]["place"]),
        (1, &json!("SG"))
    );
    assert!(!own.to_string().contains("hash"), "{own}");
    let (_, theirs) = world
        .tell("GET /api/v1/people/ada/export", &privacy, Value::Null)
        .await;
    assert_eq!(theirs["disputes"], own["disputes"]);
    assert!(world.acts().iter().any(|act| act.done == Done::Exported));

    let erase = "POST /api/v1/people/ada/erasure";
    let asked = json!({"reason": "asked", "case": "DPO-17"});
    for wrong in [
        json!({}),
        json!({"reason": "because"}),
        json!({"reason": "asked", "case": "Ada Byron"}),
    ] {
        assert_eq!(world.tell(erase, &privacy, wrong.clone()).await.0, 400, "{wrong}");
    }
    let (status, active) = world.tell(erase, &privacy, asked.clone()).await;
    assert_eq!(status, 409);
    let help = format!("set them inactive in the source `{SOURCE}` first, or delete them there");
    assert_eq!(active["help"], json!(help));
    world.leave("ada").await;
    let (status, erased) = world.tell(erase, &privacy, asked).await;
    assert_eq!(status, 200, "{erased}");
    assert_eq!(erased["erased"]["trips"], 1);
    world.follow().await;
    assert_eq!(world.store.person_record("ada").await.unwrap(), None);
    assert_eq!(world.tell("GET /api/v1/me", &ada, Value::Null).await.0, 401);
    assert!(world.bank.collector.places().trips().of("ada").is_empty());
    let case = Some("DPO-17".to_owned());
    let expected = Done::Erased {
        reason: "asked",
        case,
    };
    assert!(world.acts().iter().any(|act| act.done == expected));
}

#[tokio::test]
async fn the_description_is_served() {
    let mut world = World::new(None).await;
    let ada = world.person("ada", None, EMPLOYEE).await;
    let (status, document) = world.tell("GET /api/v1/openapi.json", &ada, Value::Null).await;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));
}
