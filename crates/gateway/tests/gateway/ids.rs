//! The id of a request: the caller's if it is one, else ours, and the provider's beside it.

use crate::client::Caller;
use crate::provider::{Provider, Step};
use crate::streams::{CHAT, GPT};
use crate::world::{HK_ANALYST, NY_TRADER, World};

const OURS: &str = "x-request-id";
const THEIRS: &str = "bailiwick-provider-request-id";

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\nx-request-id: req_of_provider\r\n\r\n{}";
    let provider = Provider::start(vec![Step::Send(body.as_bytes().to_vec())]).await;
    let world = World::with(provider.address).await;
    let trader = world.caller(NY_TRADER);

    let answer = trader.post(CHAT, GPT).await;
    assert_eq!((answer.status, answer.header(THEIRS)), (200, "req_of_provider"));
    let first = answer.header(OURS).to_owned();
    assert!(
        first.len() == 16 && first.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{first}"
    );
    assert_ne!(trader.post(CHAT, GPT).await.header(OURS), first);

    let brought = "3f2a9c1e-5b7d-4e08-9d61-0c1b2a3f4e5d";
    let nobody = Caller::new(world.address, "127.0.4.1");
    let analyst = world.caller(HK_ANALYST);
    let cases = [
        (trader.clone(), "POST", CHAT, 200),
        (analyst, "POST", "/v1/no-such-route", 404),
        (nobody.clone(), "POST", CHAT, 401),
        (nobody, "GET", "/healthz", 200),
    ];
    for (caller, method, path, status) in cases {
        let answer = caller.with(OURS, brought).ask(method, path, GPT.as_bytes()).await;
        assert_eq!((answer.status, answer.header(OURS)), (status, brought), "{path}");
    }
    for bad in ["a b c d e f g h", "short", &"a".repeat(65), &NY_TRADER.key()] {
        let answer = trader.clone().with(OURS, bad).post(CHAT, GPT).await;
        let id = answer.header(OURS);
        assert!(id != bad && id.len() == 16, "{bad}: {id}");
    }
    // it is ours to know, and not the provider's
    assert!(provider.got().iter().all(|got| got.header(OURS).is_none()));
}
