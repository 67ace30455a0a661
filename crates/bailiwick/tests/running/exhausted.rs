//! A server whose system gives it no more sockets: it waits without spinning, decides as ever, and goes on afterwards.

use crate::beginning::{Beginning, CHAT, provider};
use crate::server::{NOWHERE, Running, post};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Files and sockets that the server may have.
const FILES: usize = 256;

/// Callers who connect and then do not go on.
const CALLERS: usize = 400;

fn connect(server: &Running) -> TcpStream {
    TcpStream::connect(server.address().unwrap()).unwrap()
}

/// Callers who begin a request and do not go on, until this is dropped. Those whom nobody accepts wait.
fn crowd(runtime: &Runtime, server: SocketAddr) -> JoinSet<()> {
    let _entered = runtime.enter();
    let mut crowd = JoinSet::new();
    for _ in 0..CALLERS {
        crowd.spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
            let begun = b"POST /v1/chat/completions HTTP/1.1\r\n";
            stream.write_all(begun).await.unwrap();
            std::future::pending().await
        });
    }
    crowd
}

/// The status of a call on a connection that is open already.
fn ask(mut stream: TcpStream, key: &str) -> u16 {
    let body =
        json!({"model": "example-model", "messages": [{"role": "user", "content": "Hello"}]}).to_string();
    let head = format!("POST {CHAT} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {key}\r\n");
    let length = body.len();
    write!(stream, "{head}content-length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The share of one processor that a server uses, in hundredths, over two seconds.
async fn share(server: &Running) -> u128 {
    let (began, before) = (Instant::now(), server.processor_time().unwrap());
    sleep(Duration::from_secs(2)).await;
    let used = server.processor_time().unwrap() - before;
    u128::from(used) * 1000 / began.elapsed().as_millis()
}

/// Acceptance R33.
#[test]
fn without_sockets_nothing_spins_nothing_is_let_through_and_it_passes() {
    let (runtime, provider) = provider();
    let beginning = Beginning::new(provider.address());
    let server = beginning.serve();
    assert!(server.limit_files(FILES).unwrap().success());
    let [analyst, nobody, engineer] = [(); 3].map(|()| connect(&server));
    let crowd = crowd(&runtime, server.address().unwrap());
    while !beginning.log().contains("a connection could not be accepted") {}
    assert!(server.files().unwrap() <= FILES);

    // who has a connection is answered as ever, or told that the provider is not to be had
    assert_eq!(ask(analyst, &beginning.analyst), 400);
    assert_eq!(ask(nobody, "bw_nobody"), 401);
    let status = ask(engineer, &beginning.engineer);
    assert!([200, 502].contains(&status), "{status}");
    let share = runtime.block_on(share(&server));
    assert!(share < 50, "{share} %");

    drop(crowd);
    let asks = |key: &str| post(&server, NOWHERE, CHAT, key, "example-model");
    while !asks(&beginning.engineer).is_ok_and(|(status, _)| status == 200) {}
    assert_eq!(asks(&beginning.analyst).unwrap().0, 400);
    assert!(!beginning.log().contains("panic"), "{}", beginning.log());
    assert!(server.stop().unwrap().success());
}
