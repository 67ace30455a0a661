//! Requests as Entra and Okta send them, with the answers that they get, written down.
//!
//! A file of `requests` is a conversation: a line with method and path, a body if there is one, an empty line. `{0}` stands
//! for the id of the first resource that was made, and so on. Each file has one golden answer for each of its requests.

use identity::directory::DirectoryStore;
use register::model::Instant;
use scim::{Client, Ids, Method, Request, Server, Target};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use store::{Location, Sealer, Store};

const BASE: &str = "https://scim.test/v2";

/// Carries a conversation out; what was asked and answered, with ids as they were written.
async fn conversation(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("store.sqlite"));
    let store = Store::open(&location, Sealer::new(&[7; 32], &[]).unwrap());
    let store: Arc<dyn DirectoryStore> = Arc::new(store.await.unwrap());
    let server = Server::new(store, BASE, || Instant(1_784_106_000));
    let client = Client {
        source: "idp".to_owned(),
        ids: Ids::Random,
    };
    let (mut ids, mut told) = (Vec::<String>::new(), String::new());
    for asked in text.split("\n\n").filter(|asked| !asked.trim().is_empty()) {
        let mut resolved = asked.trim().to_owned();
        for (index, id) in ids.iter().enumerate() {
            resolved = resolved.replace(&format!("{{{index}}}"), id);
        }
        let (line, body) = resolved.split_once('\n').unwrap_or((&resolved, ""));
        let (method, address) = line.split_once(' ').unwrap();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query: Vec<_> = pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let request = Request {
            method: Method::parse(method).unwrap(),
            target: Target::parse(path).unwrap(),
            query: &query,
            if_match: None,
            if_none_match: None,
            body: body.as_bytes(),
        };
        let answer = server.answer(&client, &request).await;
        if answer.status == 201 {
            let id = answer.body.as_ref().and_then(|body| body["id"].as_str());
            ids.push(id.unwrap().to_owned());
        }
        let body = answer
            .body
            .as_ref()
            .map_or_else(String::new, |body: &Value| format!("{body:#}\n"));
        let mut shown = format!("{line}\n{}\n{body}\n", answer.status);
        for (index, id) in ids.iter().enumerate() {
            shown = shown.replace(id, &format!("{{{index}}}"));
        }
        told.push_str(&shown);
    }
    told
}

async fn check(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/served/requests")
        .join(name);
    let told = conversation(&std::fs::read_to_string(file).unwrap()).await;
    insta::assert_snapshot!(name.replace(".txt", ""), told);
}

#[tokio::test]
async fn entra() {
    check("entra.txt").await;
}

#[tokio::test]
async fn okta() {
    check("okta.txt").await;
}
