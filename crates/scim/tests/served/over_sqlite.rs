//! Requests over a store in a file: what comes back, what is kept, and that what is refused changes nothing.

use identity::directory::{Directory as _, DirectoryStore, People};
use identity::keys::{KeyStore, LiveKeys};
use identity::{Follower, KeyHasher};
use register::model::Instant;
use scim::{Client, Ids, Method, Request, Response, Server, Target};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{Location, Sealer, Store};
use tempfile::TempDir;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const OURS: &str = "urn:ietf:params:scim:schemas:extension:bailiwick:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

struct World {
    _folder: TempDir,
    store: Arc<Store>,
    server: Server,
    client: Client,
}

fn client(source: &str) -> Client {
    Client {
        source: source.to_owned(),
        ids: Ids::default(),
    }
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("store.sqlite"));
        let sealer = Sealer::new(&[7; 32], &[]).unwrap();
        let store = Arc::new(Store::open(&location, sealer).await.unwrap());
        let kept = Arc::clone(&store) as Arc<dyn DirectoryStore>;
        Self {
            _folder: folder,
            store,
            server: Server::new(kept, "https://scim.test/v2", || Instant(1_784_106_000)),
            client: client("entra"),
        }
    }

    async fn ask(&self, line: &str, body: Option<Value>) -> Response {
        self.ask_with(line, body, None, None).await
    }

    /// Asks by a line such as `GET /Users?count=1`; the query is not encoded.
    async fn ask_with(
        &self,
        line: &str,
        body: Option<Value>,
        if_match: Option<&str>,
        if_none_match: Option<&str>,
    ) -> Response {
        let (method, address) = line.split_once(' ').unwrap();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query: Vec<_> = pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request {
            method: Method::parse(method).unwrap(),
            target: Target::parse(path).unwrap(),
            query: &query,
            if_match,
            if_none_match,
            body: body.as_bytes(),
        };
        self.server.answer(&self.client, &request).await
    }

    async fn user(&self, name: &str) -> Response {
        self.ask("POST /Users", Some(user(name))).await
    }

    async fn group(&self, name: &str, members: &[&str]) -> Response {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
        self.ask("POST /Groups", Some(body)).await
    }

    async fn found(&self, address: &str) -> Vec<String> {
        let answer = self.ask(&format!("GET {address}"), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.body.unwrap();
        let resources = body["Resources"].as_array().unwrap();
        let name = |one: &Value| {
            one.get("userName")
                .or(one.get("displayName"))
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        let mut names: Vec<String> = resources.iter().map(name).collect();
        names.sort();
        names
    }
}

fn user(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name, "active": true, "externalId": format!("x-{name}")})
}

fn patch(operations: Value) -> Option<Value> {
    Some(json!({"schemas": [PATCH], "Operations": operations}))
}

fn id(answer: &Response) -> String {
    let body = answer.body.as_ref().unwrap();
    body["id"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

#[track_caller]
fn refused(answer: &Response, status: u16, kind: Option<&str>, words: &str) {
    let body = answer.body.as_ref().unwrap();
    let is_so = answer.status == status
        && body.get("scimType").and_then(Value::as_str) == kind
        && body["status"].as_str() == Some(status.to_string().as_str())
        && body["detail"].as_str().unwrap().contains(words);
    assert!(is_so, "{body}");
}

#[tokio::test]
async fn a_user_is_made_read_changed_and_deleted() {
    let world = World::new().await;
    let made = world.user("ada").await;
    assert_eq!((made.status, made.tag.as_deref()), (201, Some("W/\"1\"")));
    let id = id(&made);
    assert_eq!(made.location, Some(format!("https://scim.test/v2/Users/{id}")));
    let one = format!("/Users/{id}");
    assert_eq!(world.ask(&format!("GET {one}"), None).await.body, made.body);

    let change = patch(json!([{"op": "replace", "path": "displayName", "value": "Ada"}]));
    let changed = world.ask(&format!("PATCH {one}"), change.clone()).await;
    assert_eq!((changed.status, changed.tag.as_deref()), (200, Some("W/\"2\"")));
    let again = world.ask(&format!("PATCH {one}"), change).await;
    assert_eq!(
        again.tag.as_deref(),
        Some("W/\"2\""),
        "what changes nothing makes no version"
    );

    let put = world.ask(&format!("PUT {one}"), Some(user("ada2"))).await;
    let body = put.body.unwrap();
    assert_eq!(
        (body["userName"].as_str(), body.get("displayName")),
        (Some("ada2"), None)
    );
    assert_eq!(world.ask(&format!("DELETE {one}"), None).await.status, 204);
    refused(
        &world.ask(&format!("GET {one}"), None).await,
        404,
        None,
        "there is no user",
    );
    refused(
        &world.ask(&format!("DELETE {one}"), None).await,
        404,
        None,
        "there is no user",
    );
}

#[tokio::test]
async fn a_change_is_made_from_the_version_that_it_names() {
    let world = World::new().await;
    let made = world.user("ada").await;
    let one = format!("/Users/{}", id(&made));
    let get = format!("GET {one}");
    let known = world.ask_with(&get, None, None, made.tag.as_deref()).await;
    assert_eq!((known.status, known.body), (304, None));
    assert_eq!(
        world.ask_with(&get, None, None, Some("W/\"9\"")).await.status,
        200
    );
    let change = || patch(json!([{"op": "add", "value": {"title": "Head"}}]));
    let patch_one = format!("PATCH {one}");
    refused(
        &world.ask_with(&patch_one, change(), Some("W/\"9\""), None).await,
        412,
        None,
        "version 1, not 9",
    );
    refused(
        &world.ask_with(&patch_one, change(), Some("x"), None).await,
        412,
        None,
        "not the tag",
    );
    assert_eq!(
        world
            .ask_with(&patch_one, change(), made.tag.as_deref(), None)
            .await
            .status,
        200
    );
    let stale = world
        .ask_with(&format!("DELETE {one}"), None, made.tag.as_deref(), None)
        .await;
    refused(&stale, 412, None, "version 2, not 1");
    assert_eq!(
        world
            .ask_with(&format!("DELETE {one}"), None, Some("*"), None)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let world = World::new().await;
    let ada = world.user("ada").await;
    world.user("bo").await;
    refused(
        &world.user("ADA").await,
        409,
        Some("uniqueness"),
        "user name `ADA` is taken",
    );
    let one = format!("PATCH /Users/{}", id(&ada));
    let change = patch(json!([
        {"op": "add", "path": "title", "value": "Head"}, {"op": "replace", "path": "userName", "value": "Bo"},
    ]));
    refused(
        &world.ask(&one, change).await,
        409,
        Some("uniqueness"),
        "`Bo` is taken",
    );
    let change = patch(
        json!([{"op": "add", "path": "title", "value": "Head"}, {"op": "add", "path": "id", "value": "x"}]),
    );
    refused(
        &world.ask(&one, change).await,
        400,
        Some("mutability"),
        "operation 2",
    );
    let change = patch(json!([{"op": "add", "path": format!("{OURS}:workerType"), "value": "boss"}]));
    refused(
        &world.ask(&one, change).await,
        400,
        Some("invalidValue"),
        "`workerType` is not `boss`",
    );
    refused(
        &world.ask(&one, Some(json!({}))).await,
        400,
        Some("invalidSyntax"),
        "`schemas` lacks",
    );
    let group = world.group("Desk", &[&id(&ada), "nobody"]).await;
    refused(&group, 400, Some("invalidValue"), "there is no person `nobody`");
    assert!(world.found("/Groups").await.is_empty());
    let after = world.ask(&one.replace("PATCH", "GET"), None).await;
    assert_eq!(after.body, ada.body);
}

#[tokio::test]
async fn what_is_protected_is_kept_and_neither_returned_nor_found() {
    let world = World::new().await;
    let mut body = user("ada");
    body["schemas"] = json!([USER, OURS]);
    body[OURS] = json!({"place": "HK", "citizenships": ["CN", "GB"], "screening": {"result": "clean", "at": "2026-07-15T06:00:00Z"}});
    let made = world.ask("POST /Users", Some(body)).await;
    let text = made.body.as_ref().unwrap().to_string();
    assert!(
        text.contains("HK") && !text.contains("itizenship") && !text.contains("clean"),
        "{text}"
    );
    let id = id(&made);
    let citizenships = async || {
        let kept = world.store.person_record(&id).await.unwrap().unwrap();
        kept.profile.attested.citizenships.reveal().len()
    };
    assert_eq!(citizenships().await, 2);
    // a client that puts back what it has read takes nothing away
    let put = world.ask(&format!("PUT /Users/{id}"), made.body.clone()).await;
    assert_eq!((put.status, citizenships().await), (200, 2));
    let asked = format!("GET /Users/{id}?attributes={OURS}:citizenships");
    assert!(
        !world
            .ask(&asked, None)
            .await
            .body
            .unwrap()
            .to_string()
            .contains("CN")
    );
    for filter in [
        format!("{OURS}:citizenships eq \"CN\""),
        format!("not ({OURS}:screening.result pr)"),
        format!("userName eq \"ada\" and {OURS}:usStatus pr"),
    ] {
        let answer = world.ask(&format!("GET /Users?filter={filter}"), None).await;
        refused(&answer, 400, Some("invalidFilter"), "is protected");
    }
    let clear = patch(json!([{"op": "remove", "path": format!("{OURS}:citizenships")}]));
    assert_eq!(world.ask(&format!("PATCH /Users/{id}"), clear).await.status, 200);
    assert_eq!(citizenships().await, 0);
}

#[tokio::test]
async fn lists_are_filtered_and_come_in_pages() {
    let world = World::new().await;
    for name in ["ada", "bo", "cy", "di"] {
        world.user(name).await;
    }
    let ada = world.found("/Users?filter=userName eq \"ADA\"").await;
    assert_eq!(ada, ["ada"]);
    assert_eq!(
        world
            .found("/Users?filter=externalId eq \"x-bo\" or userName sw \"d\"")
            .await,
        ["bo", "di"]
    );
    // looked through in memory
    assert_eq!(
        world
            .found("/Users?filter=userName gt \"b\" and userName lt \"cz\"")
            .await,
        ["bo", "cy"]
    );
    assert!(world.found("/Users?filter=title pr").await.is_empty());
    for filter in ["", "&filter=userName ge \"a\""] {
        let mut seen = Vec::new();
        for start in [1, 3, 5] {
            let answer = world
                .ask(&format!("GET /Users?startIndex={start}&count=2{filter}"), None)
                .await;
            let body = answer.body.unwrap();
            assert_eq!(
                (&body["totalResults"], &body["startIndex"]),
                (&json!(4), &json!(start))
            );
            let resources = body["Resources"].as_array().unwrap();
            seen.extend(
                resources
                    .iter()
                    .map(|one| one["userName"].as_str().unwrap().to_owned()),
            );
        }
        seen.sort();
        assert_eq!(seen, ["ada", "bo", "cy", "di"], "{filter}");
    }
    let none = world.ask("GET /Users?count=0", None).await.body.unwrap();
    assert_eq!(
        (&none["totalResults"], &none["itemsPerPage"]),
        (&json!(4), &json!(0))
    );
    refused(
        &world.ask("GET /Users?filter=a b", None).await,
        400,
        Some("invalidFilter"),
        "character 3",
    );
}

#[tokio::test]
async fn groups_hold_people_and_change_at_once_or_not_at_all() {
    let world = World::new().await;
    let (ada, bo) = (id(&world.user("ada").await), id(&world.user("bo").await));
    let desk = id(&world.group("Desk", &[&ada]).await);
    let one = format!("/Groups/{desk}");
    let members = async || {
        let body = world.ask(&format!("GET {one}"), None).await.body.unwrap();
        let members = body["members"].as_array().cloned().unwrap_or_default();
        members
            .iter()
            .map(|one| one["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let shown = world.ask(&format!("GET /Users/{ada}"), None).await.body.unwrap();
    assert_eq!(shown["groups"], json!([{"display": "Desk", "type": "direct"}]));
    let change = json!([
        {"op": "replace", "path": "displayName", "value": "Traders"},
        {"op": "add", "path": "members", "value": [{"value": "nobody"}]},
    ]);
    refused(
        &world.ask(&format!("PATCH {one}"), patch(change)).await,
        400,
        Some("invalidValue"),
        "`nobody`",
    );
    assert_eq!(world.found("/Groups").await, ["Desk"]);
    let change = json!([
        {"op": "replace", "path": "displayName", "value": "Traders"},
        {"op": "add", "path": "members", "value": [{"value": bo}]},
        {"op": "remove", "path": format!("members[value eq \"{ada}\"]")},
    ]);
    let changed = world.ask(&format!("PATCH {one}"), patch(change)).await;
    assert_eq!((changed.status, changed.tag.as_deref()), (204, Some("W/\"2\"")));
    assert_eq!(
        (members().await, world.found("/Groups").await),
        (vec![bo.clone()], vec!["Traders".to_owned()])
    );
    for filter in [
        "displayName eq \"traders\"".to_owned(),
        format!("members eq \"{bo}\""),
        format!("id eq \"{desk}\" and members[value eq \"{bo}\"]"),
        "displayName sw \"Tra\" and members pr".to_owned(),
    ] {
        assert_eq!(
            world.found(&format!("/Groups?filter={filter}")).await,
            ["Traders"],
            "{filter}"
        );
    }
    assert!(
        world
            .found(&format!("/Groups?filter=members eq \"{ada}\""))
            .await
            .is_empty()
    );
    let without = world
        .ask(&format!("GET {one}?excludedAttributes=members"), None)
        .await
        .body
        .unwrap();
    assert_eq!(without.get("members"), None);
    assert_eq!(world.ask(&format!("DELETE /Users/{bo}"), None).await.status, 204);
    assert!(members().await.is_empty());
}

#[tokio::test]
async fn a_client_sees_and_changes_only_what_is_its_own() {
    let mut world = World::new().await;
    let ada = id(&world.user("ada").await);
    let desk = id(&world.group("Desk", &[&ada]).await);
    world.client = client("okta");
    assert!(world.found("/Users").await.is_empty() && world.found("/Groups").await.is_empty());
    assert!(
        world
            .found(&format!("/Groups?filter=members eq \"{ada}\""))
            .await
            .is_empty()
    );
    for line in ["GET", "PUT", "PATCH", "DELETE"] {
        for one in [format!("/Users/{ada}"), format!("/Groups/{desk}")] {
            let answer = world.ask(&format!("{line} {one}"), Some(user("x"))).await;
            refused(&answer, 404, None, "there is no");
        }
    }
    refused(&world.user("ada").await, 409, Some("uniqueness"), "is taken");
}

#[tokio::test]
async fn several_operations_name_each_other_and_each_stands_alone() {
    let world = World::new().await;
    let bulk = |operations: Value, most: u64| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": most, "Operations": operations,
        })
    };
    let statuses = |answer: &Response| -> Vec<String> {
        let body = answer.body.as_ref().unwrap();
        let told = body["Operations"].as_array().unwrap_or_else(|| panic!("{body}"));
        told.iter()
            .map(|one| one["status"].as_str().unwrap().to_owned())
            .collect()
    };
    let operations = json!([
        {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {
            "schemas": [GROUP], "displayName": "Desk", "members": [{"value": "bulkId:u"}],
        }},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": user("ada")},
        {"method": "PATCH", "path": "/Users/bulkId:u", "data": {
            "schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Head"}],
        }},
        {"method": "POST", "path": "/Users", "bulkId": "twin", "data": user("ada")},
        {"method": "DELETE", "path": "/Users/bulkId:never"},
        {"method": "GET", "path": "/Users"},
    ]);
    let answer = world.ask("POST /Bulk", Some(bulk(operations, 9))).await;
    assert_eq!(statuses(&answer), ["201", "201", "200", "409", "400", "400"]);
    assert_eq!(world.found("/Groups?filter=members pr").await, ["Desk"]);
    assert_eq!(world.found("/Users?filter=title eq \"head\"").await, ["ada"]);
    let operations = json!([
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("ada")},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": user("bo")},
    ]);
    let answer = world.ask("POST /Bulk", Some(bulk(operations, 1))).await;
    assert_eq!(statuses(&answer), ["409"]);
    assert_eq!(world.found("/Users").await, ["ada"]);
    let circle = json!([
        {"method": "POST", "path": "/Groups", "bulkId": "a", "data": {"externalId": "bulkId:b"}},
        {"method": "POST", "path": "/Groups", "bulkId": "b", "data": {"externalId": "bulkId:a"}},
    ]);
    let answer = world.ask("POST /Bulk", Some(bulk(circle, 9))).await;
    assert_eq!(statuses(&answer), ["400", "400"]);
}

#[tokio::test]
async fn a_search_goes_over_all_kinds_and_the_server_describes_itself() {
    let world = World::new().await;
    let ada = id(&world.user("ada").await);
    world.group("Desk", &[&ada]).await;
    let search = |more: Value| {
        let mut body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        Some(body)
    };
    let all = world
        .ask("POST /.search", search(json!({"startIndex": 2, "count": 5})))
        .await
        .body
        .unwrap();
    assert_eq!(
        (&all["totalResults"], &all["itemsPerPage"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(all["Resources"][0]["displayName"], "Desk");
    let body = search(json!({"filter": "meta.resourceType eq \"User\"", "attributes": ["userName"]}));
    let found = world.ask("POST /.search", body).await.body.unwrap();
    assert_eq!(
        found["Resources"],
        json!([{"schemas": [USER], "id": ada, "userName": "ada"}])
    );
    for path in [
        "/ServiceProviderConfig",
        "/Schemas",
        "/ResourceTypes",
        "/ResourceTypes/User",
    ] {
        assert_eq!(
            world.ask(&format!("GET {path}"), None).await.status,
            200,
            "{path}"
        );
    }
    assert_eq!(world.ask(&format!("GET /Schemas/{OURS}"), None).await.status, 200);
    refused(&world.ask("GET /Schemas/urn:x", None).await, 404, None, "`urn:x`");
    refused(
        &world.ask("GET /Schemas?filter=a", None).await,
        403,
        None,
        "no filter",
    );
    refused(&world.ask("POST /Schemas", None).await, 405, None, "POST");
}

#[tokio::test]
async fn whoever_is_set_inactive_or_deleted_may_not_act_any_more() {
    let world = World::new().await;
    let people = Arc::new(People::default());
    let follower = Follower::new(
        Arc::clone(&world.store) as Arc<dyn DirectoryStore>,
        Arc::clone(&world.store) as Arc<dyn KeyStore>,
        Arc::clone(&people),
        Arc::new(LiveKeys::new(KeyHasher::new(&[3; 32]))),
    );
    follower.begin().await.unwrap();
    let working = |name: &str| {
        let mut body = user(name);
        body[OURS] = json!({"workerType": "employee", "employingEntity": "larkmoor-hk"});
        Some(body)
    };
    let ada = id(&world.ask("POST /Users", working("ada")).await);
    let bo = id(&world.ask("POST /Users", working("bo")).await);
    // nothing is guessed of whom nothing is said
    let cy = id(&world.user("cy").await);
    follower.look().await.unwrap();
    let entry = people.person(&ada).unwrap();
    assert!(entry.groups.is_empty() && entry.application.is_none());
    assert!(people.person(&bo).is_some() && people.person(&cy).is_none());
    let inactive = patch(json!([{"op": "Replace", "path": "active", "value": "False"}]));
    assert_eq!(
        world.ask(&format!("PATCH /Users/{ada}"), inactive).await.status,
        200
    );
    assert_eq!(world.ask(&format!("DELETE /Users/{bo}"), None).await.status, 204);
    assert!(follower.look().await.unwrap().records > 0);
    assert!(people.person(&ada).is_none() && people.person(&bo).is_none());
    assert!(
        people.standing(&bo).is_some(),
        "an id that has ended is known as such"
    );
}

#[tokio::test]
async fn people_may_be_known_by_their_identity_at_the_source() {
    let mut world = World::new().await;
    world.client.ids = Ids::External {
        prefix: "tenant:".to_owned(),
    };
    assert_eq!(id(&world.user("ada").await), "tenant:x-ada");
    let mut body = user("bo");
    body["externalId"] = json!("a/b");
    refused(
        &world.ask("POST /Users", Some(body.clone())).await,
        400,
        Some("invalidValue"),
        "`externalId`",
    );
    body["externalId"] = Value::Null;
    refused(
        &world.ask("POST /Users", Some(body)).await,
        400,
        Some("invalidValue"),
        "`externalId` is missing",
    );
}
