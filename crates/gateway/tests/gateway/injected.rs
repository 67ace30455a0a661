//! Texts that mean something to somebody behind: to a database, to another gateway. Here they are texts.

use crate::client::Caller;
use crate::provider::{Provider, Step};
use crate::routing::with_second;
use crate::streams::{CHAT, MESSAGES, answer};
use crate::wires::WIRES;
use crate::world::{HK_ANALYST, NY_TRADER, Plan, World};
use register::source::Source;
use serde_json::json;
use testkit::Dice;

async fn quiet() -> (World, Provider) {
    let provider = Provider::answering("200 OK", "{}").await;
    (World::with(provider.address).await, provider)
}

/// What is tried at fields that a program may put into a query.
const QUERIES: [&str; 32] = [
    "'",
    "\"",
    "`",
    "')",
    "' OR '1'='1",
    "' OR 1=1--",
    "\" OR \"\"=\"",
    "') OR ('1'='1",
    "1 OR 1=1",
    "admin'--",
    "admin'/*",
    "'; DROP TABLE keys;--",
    "'; UPDATE keys SET person='ny-trader';--",
    "' UNION SELECT NULL--",
    "' UNION ALL SELECT NULL,NULL,person FROM keys--",
    "' AND SLEEP(5)--",
    "'; WAITFOR DELAY '0:0:5'--",
    "'||pg_sleep(5)--",
    "' AND 1=CAST((SELECT version()) AS int)--",
    "' AND EXTRACTVALUE(1,CONCAT(0x5c,version()))--",
    "%27%20OR%201%3D1",
    "\\' OR 1=1--",
    "' OR ''='",
    "$1",
    "?",
    ":key",
    "@@version",
    "bw_%",
    "bw_' OR '1'='1",
    "_________",
    "{\"$gt\":\"\"}",
    "${jndi:ldap://127.0.0.1/a}",
];

/// Acceptance A19: keys. Whatever is no key is 401, and no key is less of one for it.
#[tokio::test]
async fn a_query_in_the_place_of_a_key_is_no_key() {
    let (world, provider) = quiet().await;
    let bare = Caller::new(world.address, NY_TRADER.office);
    let mut dice = Dice::new(19);
    let letters: Vec<char> = "'\"`;-()=%_ bwORunion0123456789/*\\$?:".chars().collect();
    let random = (0..200).map(|_| {
        let length = 1 + dice.below(60);
        (0..length)
            .map(|_| *dice.pick(&letters).unwrap())
            .collect::<String>()
    });
    let beside = QUERIES.iter().flat_map(|query| {
        [
            format!("{}{query}", NY_TRADER.key()),
            format!("{query}{}", NY_TRADER.key()),
        ]
    });
    let mut texts: Vec<String> = QUERIES.iter().map(|query| (*query).to_owned()).collect();
    texts.extend(random.filter(|text| !text.trim().is_empty()));
    texts.extend(beside);
    for text in &texts {
        for (name, value) in [
            ("authorization", format!("Bearer {text}")),
            ("x-api-key", text.clone()),
            ("api-key", text.clone()),
            ("x-goog-api-key", text.clone()),
        ] {
            let answer = bare
                .clone()
                .with(name, &value)
                .post(CHAT, "{\"model\":\"gpt\"}")
                .await;
            assert_eq!(answer.status, 401, "{name}: {value}");
            assert!(!answer.text().contains(text.as_str()) || text.len() < 4, "{text}");
        }
    }
    assert!(provider.got().is_empty());
    assert_eq!(
        world
            .caller(NY_TRADER)
            .post(CHAT, "{\"model\":\"gpt\"}")
            .await
            .status,
        200
    );
    assert_eq!(
        world
            .caller(HK_ANALYST)
            .post(MESSAGES, "{\"model\":\"sonnet\"}")
            .await
            .status,
        451
    );
}

/// Acceptance A19: names of models, and fields that say who somebody is.
#[tokio::test]
async fn a_query_in_a_field_is_a_text() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    for query in QUERIES {
        let answer = caller.post(CHAT, &json!({ "model": query }).to_string()).await;
        assert_eq!(
            (answer.status, answer.header("bailiwick-code")),
            (400, "unknown_model"),
            "{query}"
        );
        let body =
            json!({ "model": "claude-sonnet", "user": query, "metadata": { "user_id": query } }).to_string();
        assert_eq!(caller.post(MESSAGES, &body).await.status, 200, "{query}");
        assert_eq!(provider.got().last().unwrap().body, body.as_bytes());
        let choosing = caller.clone().with("bailiwick-purpose", query);
        let answer = choosing.post(CHAT, "{\"model\":\"gpt\"}").await;
        assert_eq!(answer.status, 400, "{query}");
    }
    let entries = world.entries().await;
    let asked: Vec<&str> = entries
        .iter()
        .filter_map(|entry| entry["asked"].as_str())
        .collect();
    assert!(QUERIES.iter().all(|query| asked.contains(query)));
}

/// The keys by which other gateways are told where to go, read out of the source that lists them.
fn hints() -> Vec<&'static str> {
    let source = include_str!("../../../wire/src/reach/hints.rs");
    let table = source.split("HINTS: ").nth(1).unwrap();
    let table = table.split("];").next().unwrap();
    table.split('"').skip(1).step_by(2).collect()
}

/// Acceptance A26, A40: every key of the request schemas of other gateways, in every protocol, whatever its value.
#[tokio::test]
async fn no_request_says_where_it_goes() {
    let (world, provider) = quiet().await;
    let caller = world.caller(NY_TRADER);
    assert!(hints().len() > 70);
    for hint in hints() {
        for (path, model) in [
            (CHAT, "gpt"),
            ("/v1/responses", "gpt"),
            (MESSAGES, "claude-sonnet"),
            ("/v1beta/models/gemini:generateContent", "gemini"),
        ] {
            for value in [
                json!("http://127.0.0.1:1"),
                json!(null),
                json!([{ "model": "prototype" }]),
            ] {
                let mut body = json!({ "model": model });
                body[hint] = value;
                let answer = caller.post(path, &body.to_string()).await;
                let code = answer.header("bailiwick-code");
                assert_eq!(code, "routing_not_taken", "{path} {hint}: {}", answer.text());
                assert!([400, 403, 451].contains(&answer.status), "{path} {hint}");
            }
            // said in the address it is nothing
            let body = json!({ "model": model }).to_string();
            let answer = caller.post(&format!("{path}?{hint}=elsewhere"), &body).await;
            // a key in an address is refused whatever it is for
            assert_eq!(answer.status, if hint == "api_key" { 400 } else { 200 }, "{hint}");
        }
        let named = caller.clone().with(&hint.replace('_', "-"), "elsewhere");
        named
            .with(&format!("x-{}", hint.replace('_', "-")), "elsewhere")
            .post(CHAT, "{\"model\":\"gpt\"}")
            .await;
    }
    let heads = provider.got().into_iter().map(|got| got.head);
    assert!(heads.into_iter().all(|head| !head.contains("elsewhere")));
}

/// Acceptance A30: nothing is answered from what somebody else was answered.
#[tokio::test]
async fn an_answer_is_never_another_ones() {
    let said = |number: usize| {
        vec![answer(
            "200 OK",
            "cache-control: public, max-age=600\r\n",
            &format!("{{\"n\":{number}}}"),
        )]
    };
    let provider = Provider::in_turn((0..12).map(said).collect::<Vec<Vec<Step>>>()).await;
    let world = World::with(provider.address).await;
    for wire in WIRES {
        let before = provider.got().len();
        let first = wire.ask(&world.caller(NY_TRADER), false).await;
        let again = wire.ask(&world.caller(NY_TRADER), false).await;
        let other = wire.ask(&world.caller(HK_ANALYST), false).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_ne!(first.text(), again.text(), "{wire:?}");
        assert_ne!(
            first.header("bailiwick-decision"),
            again.header("bailiwick-decision")
        );
        let is_forbidden = wire.dialect == wire::Dialect::AnthropicMessages;
        assert_eq!(other.status, if is_forbidden { 451 } else { 200 });
        assert!(![first.text(), again.text()].contains(&other.text()));
        assert_eq!(provider.got().len() - before, if is_forbidden { 2 } else { 3 });
    }
}

/// A clause that closes all hosting but that of one place.
fn only_in(place: &str) -> Source {
    Source {
        path: "hosting.toml".to_owned(),
        text: format!(
            "[instrument]\nid = \"residency\"\nname = \"Residency\"\nlayer = \"law\"\neffective = 2024-01-01\n\n\
             [[clause]]\nref = \"1\"\ntitle = \"Hosting\"\nplain = \"Inference must stay in one place.\"\n\
             kind = \"hosting.inference_region\"\ndeny = {{ not_in = [\"{place}\"] }}\nfor = {{ models = [\"gpt\"] }}\n"
        ),
    }
}

/// Acceptance A31: of two deployments in two places only the one that the decision names hears anything, also when it
/// fails.
#[tokio::test]
async fn only_the_place_that_was_decided_about_is_called() {
    for (status, expected) in [
        ("200 OK", 200),
        ("503 Service Unavailable", 503),
        ("401 Unauthorized", 502),
    ] {
        let home = Provider::answering("200 OK", "{}").await;
        let ireland = Provider::answering(status, "{}").await;
        let mut sources = with_second("openai-2025", &[]);
        for source in &mut sources {
            if source.path == "second.toml" {
                source.text = source
                    .text
                    .replace("inference = [\"US\"]", "inference = [\"IE\"]");
            }
        }
        sources.push(only_in("IE"));
        let plan = Plan {
            others: vec![("openai-api-two", ireland.address)],
            sources,
            ..Plan::new(home.address)
        };
        let world = plan.start().await;
        for wire in WIRES.into_iter().take(2) {
            for is_stream in [false, true] {
                let answer = wire.ask(&world.caller(NY_TRADER), is_stream).await;
                assert_eq!(answer.status, expected, "{}", answer.text());
                if expected == 200 {
                    assert_eq!(answer.header("bailiwick-hosting"), "IE");
                }
            }
        }
        assert_eq!((home.got().len(), ireland.got().len()), (0, 4), "{status}");
    }
}
