//! A large firm over SCIM: how long it takes to send everybody, and what others notice meanwhile. A short form runs always;
//! with `BAILIWICK_LONG` everybody comes, and the numbers are for people:
//! `BAILIWICK_LONG=1 cargo test --release -p control --test listener large -- --nocapture`.

use crate::world::{TOKEN, World, bearer, json_of};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower_service::Service as _;

/// People of a request.
const BULK: usize = 1_000;

fn user(number: usize) -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "userName": format!("person-{number:06}@larkmoor.example"),
        "externalId": format!("{:032x}", number * 7919),
        "name": {"givenName": "Person", "familyName": number.to_string()},
        "displayName": format!("Person {number}"),
        "active": true,
        "emails": [{"value": format!("person-{number:06}@larkmoor.example"), "type": "work", "primary": true}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": number.to_string(),
            "department": format!("desk-{}", number % 500),
        },
    })
}

fn bulk(numbers: impl Iterator<Item = usize>) -> Value {
    let one = |number| json!({"method": "POST", "path": "/Users", "bulkId": format!("b{number}"), "data": user(number)});
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": numbers.map(one).collect::<Vec<_>>(),
    })
}

async fn ask(router: &mut Router, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", bearer(TOKEN));
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let answer = router.call(request.body(body).unwrap()).await.unwrap();
    (answer.status().as_u16(), json_of(answer).await)
}

/// How long each of some questions took.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn told(mut self) -> String {
        self.0.sort();
        let at = |part: usize| {
            self.0
                .get(self.0.len() * part / 1000)
                .copied()
                .unwrap_or_default()
        };
        format!(
            "{} asked, half in {:.1?}, 99 % in {:.1?}, all in {:.1?}",
            self.0.len(),
            at(500),
            at(990),
            at(999)
        )
    }
}

/// Asks again and again until told to stop: reads of one person, of a name, and changes of one person.
async fn others(mut router: Router, id: String, over: Arc<AtomicBool>) -> [Times; 3] {
    let mut times: [Times; 3] = Default::default();
    let one = format!("/scim/v2/Users/{id}");
    let name = "/scim/v2/Users?filter=userName%20eq%20%22person-000000@larkmoor.example%22";
    let patch = |number: usize| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "title", "value": format!("title {number}")}],
        })
    };
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let change = patch(number);
        for (index, (method, path, body)) in [
            ("GET", one.as_str(), None),
            ("GET", name, None),
            ("PATCH", &one, Some(&change)),
        ]
        .into_iter()
        .enumerate()
        {
            let began = Instant::now();
            let (status, answer) = ask(&mut router, method, path, body).await;
            assert_eq!(status, 200, "{answer}");
            times[index].0.push(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_firm_is_sent_and_nobody_waits_for_that() {
    let is_long = testkit::is_long();
    let (people, single) = if is_long { (300_000, 30_000) } else { (300, 100) };
    let world = World::new(None).await;
    let mut router = world.router.clone();
    let (status, first) = ask(&mut router, "POST", "/scim/v2/Users", Some(&user(0))).await;
    assert_eq!(status, 201, "{first}");
    let over = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    let id = first["id"].as_str().unwrap().to_owned();
    asking.spawn(others(world.router.clone(), id, Arc::clone(&over)));

    let began = Instant::now();
    let numbers: Vec<usize> = (1..people).collect();
    for some in numbers.chunks(BULK) {
        let body = bulk(some.iter().copied());
        let (status, answer) = ask(&mut router, "POST", "/scim/v2/Bulk", Some(&body)).await;
        assert_eq!(status, 200, "{answer}");
        // every tenth, so that what is looked at costs little
        if is_long && some[0] % (BULK * 30) == 1 {
            println!("{} people after {:.0?}", some[0], began.elapsed());
        }
    }
    let by_bulk = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let [one, name, change] = asking.join_next().await.unwrap().unwrap();
    let (_, listed) = ask(&mut router, "GET", "/scim/v2/Users?count=1", None).await;
    assert_eq!(listed["totalResults"], people);

    let began = Instant::now();
    for number in people..people + single {
        let (status, answer) = ask(&mut router, "POST", "/scim/v2/Users", Some(&user(number))).await;
        assert_eq!(status, 201, "{answer}");
    }
    let by_one = began.elapsed();
    let (_, listed) = ask(&mut router, "GET", "/scim/v2/Users?count=1", None).await;
    assert_eq!(listed["totalResults"], people + single);

    let began = Instant::now();
    world.follow().await;
    let followed = began.elapsed();
    println!(
        "{people} people by bulk: {by_bulk:.1?}; {single} more one by one: {by_one:.1?}; followed in {followed:.1?}"
    );
    println!("meanwhile, one person: {}", one.told());
    println!("meanwhile, one name: {}", name.told());
    println!("meanwhile, one change: {}", change.told());
}
