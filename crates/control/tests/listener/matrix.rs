//! Who may ask for what: every route with every sort of caller, as a table that is read before it is changed.
//! `BAILIWICK_GOLDEN=write` writes it again.

use crate::world::{BADGES, TOKEN, World, bearer};
use control::Role;
use control::routes::{Check, ROUTES};
use register::model::Worker;
use std::path::PathBuf;

fn is_writing() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a test is told by its runner")]
    std::env::var("BAILIWICK_GOLDEN").is_ok_and(|value| value == "write")
}

/// Every sort of caller, with the token that it shows.
async fn callers(world: &World) -> Vec<(String, Option<String>)> {
    let mut callers = vec![
        ("nobody".to_owned(), None),
        ("unknown".to_owned(), Some("bw_0123456789_nothing".to_owned())),
    ];
    let employee = Some(Worker::Employee);
    for role in Role::ALL {
        let given = (role != Role::Staff).then_some(role);
        let key = world.person(role.as_str(), given, employee).await;
        callers.push((role.as_str().to_owned(), Some(key)));
    }
    let administrator = Some(Role::Administrator);
    let left = world.person("inactive", administrator, employee).await;
    world.leave("inactive").await;
    callers.push(("inactive".to_owned(), Some(left)));
    // without a worker type nobody knows what they are
    let incomplete = world.person("incomplete", administrator, None).await;
    callers.push(("incomplete".to_owned(), Some(incomplete)));
    let service = world
        .person("service", administrator, Some(Worker::Service))
        .await;
    callers.push(("service".to_owned(), Some(service)));
    let of_application = world.key("administrator", Some("coding")).await;
    callers.push(("application-key".to_owned(), Some(of_application)));
    callers.push(("scim-client".to_owned(), Some(TOKEN.to_owned())));
    callers.push(("badges".to_owned(), Some(BADGES.to_owned())));
    callers
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_says() {
    let mut world = World::new(None).await;
    let callers = callers(&world).await;
    let mut table = String::from(
        "# The callers that each route lets in; any other is told 401 (nobody) or 403 (somebody without the role).\n",
    );
    for route in ROUTES {
        let line = format!(
            "{} {}",
            route.method,
            route.path.replace("{role}", "auditor").replace("{id}", "7")
        );
        let mut passed = Vec::new();
        let mut without_role = Vec::new();
        for (name, token) in &callers {
            let token = token.as_deref().map(bearer);
            let header: Vec<(&str, &str)> = token
                .iter()
                .map(|token| ("authorization", token.as_str()))
                .collect();
            match world.status(&line, &header).await {
                401 => {}
                // a code that is not taken is no matter of roles
                403 if route.path.ends_with("/administrator") && name != "service" => {
                    passed.push(name.as_str())
                }
                403 => without_role.push(name.as_str()),
                _ => passed.push(name.as_str()),
            }
        }
        let sort = match route.check {
            Check::ScimClient => "scim".to_owned(),
            Check::PushedBy(_) => "push".to_owned(),
            Check::Roles(_) | Check::Record(_) => format!("403: {}", without_role.join(" ")),
        };
        let (method, path, passed) = (route.method, route.path, passed.join(" "));
        table.push_str(&format!("{method} {path}\n    {passed}\n    {sort}\n"));
    }
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/listener/roles.txt");
    if is_writing() {
        std::fs::write(&file, &table).unwrap();
    }
    let checked_in = std::fs::read_to_string(&file).unwrap();
    assert_eq!(table, checked_in, "BAILIWICK_GOLDEN=write writes it again");
}

/// What the table of routes does not have is not there, whoever asks.
#[tokio::test]
async fn no_route_stands_outside_of_the_table() {
    let mut world = World::new(None).await;
    let key = world
        .person("administrator", Some(Role::Administrator), Some(Worker::Employee))
        .await;
    let token = bearer(&key);
    let header = [("authorization", token.as_str())];
    for line in [
        "GET /",
        "GET /api",
        "GET /api/v1",
        "GET /api/v1/people",
        "POST /places/v1/geoip",
    ] {
        assert_eq!(world.status(line, &[]).await, 401, "{line}");
        assert_eq!(world.status(line, &header).await, 404, "{line}");
    }
    for route in ROUTES {
        let path = route.path.replace("{role}", "auditor").replace("{id}", "7");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            let is_there = ROUTES
                .iter()
                .any(|other| other.path == route.path && other.method == method);
            let line = format!("{method} {path}");
            if !is_there {
                assert_eq!(world.status(&line, &header).await, 405, "{line}");
                assert_eq!(world.status(&line, &[]).await, 401, "{line}");
            }
        }
    }
}
