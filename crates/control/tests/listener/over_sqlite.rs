//! Who is let in, what is bounded, and what is noted.

use crate::world::{EAGER, NOW, TOKEN, World, bearer, in_step, json_of};
use control::routes::{Check, IN_STEP, ROUTES, SCIM};
use serde_json::json;

#[tokio::test]
async fn no_route_is_passed_without_a_token() {
    let mut world = World::new(None).await;
    let (token, wrong) = (bearer(TOKEN), bearer(&TOKEN.to_uppercase()));
    for route in ROUTES {
        let line = format!(
            "{} {}",
            route.method,
            route.path.replace("{role}", "auditor").replace("{id}", "7")
        );
        let basic = format!("Basic {TOKEN}");
        for headers in [
            &[][..],
            &[("authorization", wrong.as_str())],
            &[("authorization", TOKEN)],
            &[("authorization", basic.as_str())],
            &[
                ("authorization", token.as_str()),
                ("authorization", token.as_str()),
            ],
        ] {
            let answer = world.ask(&line, headers, "").await;
            assert_eq!(answer.status(), 401, "{line} {headers:?}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        }
        // who passes the others is in the table of roles
        let is_theirs = route.check == Check::ScimClient;
        let status = world.status(&line, &[("authorization", &token)]).await;
        assert_eq!(status != 401, is_theirs, "{line}");
    }
    // what there is, only a client is told
    for line in [
        "GET /",
        "GET /scim/v2/Nothing",
        "DELETE /scim/v2/Users",
        "TRACE /scim/v2/Users",
    ] {
        assert_eq!(world.status(line, &[]).await, 401, "{line}");
    }
    assert_eq!(
        world
            .status("GET /scim/v2/Nothing", &[("authorization", &token)])
            .await,
        404
    );
    let answer = world
        .ask("DELETE /scim/v2/Users", &[("authorization", &token)], "")
        .await;
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["allow"].to_str().unwrap()
        ),
        (405, "GET, POST")
    );
}

#[tokio::test]
async fn a_user_is_made_and_found_under_its_address() {
    let mut world = World::new(None).await;
    let token = bearer(TOKEN);
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/scim+json; charset=utf-8"),
    ];
    let body =
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": true});
    let made = world
        .ask(&format!("POST {SCIM}/Users"), &headers, body.to_string())
        .await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.headers()["content-type"], "application/scim+json");
    assert_eq!(made.headers()["etag"], "W/\"1\"");
    let location = made.headers()["location"].to_str().unwrap().to_owned();
    let path = location.strip_prefix("https://admin.test").unwrap();
    let made = json_of(made).await;
    assert_eq!(
        json_of(world.ask(&format!("GET {path}"), &headers, "").await).await,
        made
    );
    let known = [headers[0], ("if-none-match", "W/\"1\"")];
    assert_eq!(world.status(&format!("GET {path}"), &known).await, 304);
    let list = format!("GET {SCIM}/Users?filter=userName%20eq%20%22ADA%22&attributes=userName");
    let found = json_of(world.ask(&list, &headers, "").await).await;
    assert_eq!(found["Resources"][0]["userName"], "ada");
    let schema = "GET /scim/v2/Schemas/urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser";
    assert_eq!(world.status(schema, &headers).await, 200);
}

#[tokio::test]
async fn bodies_are_bounded_and_bad_ones_are_told() {
    let mut world = World::new(None).await;
    let token = bearer(TOKEN);
    let post = format!("POST {SCIM}/Users");
    let json = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
    ];
    let large = world.ask(&post, &json, vec![b' '; (1 << 20) + 1]).await;
    assert_eq!(large.status(), 413);
    let form = [json[0], ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(world.ask(&post, &form, "a=b").await.status(), 415);
    let twice = world
        .ask(&post, &json, r#"{"userName": "a", "userName": "b"}"#)
        .await;
    let told = json_of(twice).await;
    assert_eq!(
        (&told["status"], &told["scimType"]),
        (&json!("400"), &json!("invalidSyntax"))
    );
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("a name occurs twice at line 1"),
        "{told}"
    );
    let query = world
        .status(&format!("GET {SCIM}/Users?filter=%ff%fe"), &json)
        .await;
    assert_eq!(query, 400);
}

#[tokio::test]
async fn a_source_is_in_step_when_its_client_says_so() {
    let mut world = World::new(None).await;
    let (told, eager) = (bearer(TOKEN), bearer(EAGER));
    let list = format!("GET {SCIM}/Users");
    assert_eq!(world.status(&list, &[("authorization", &told)]).await, 200);
    assert!(in_step(&world.store).await.is_empty());
    assert_eq!(
        world
            .status(&format!("POST {IN_STEP}"), &[("authorization", &told)])
            .await,
        204
    );
    assert_eq!(
        world
            .status(&format!("{list}?filter=("), &[("authorization", &eager)])
            .await,
        400
    );
    assert_eq!(in_step(&world.store).await, [("entra".to_owned(), NOW)]);
    assert_eq!(world.status(&list, &[("authorization", &eager)]).await, 200);
    assert_eq!(in_step(&world.store).await.len(), 2);
}
