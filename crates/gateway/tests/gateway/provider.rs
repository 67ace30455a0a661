//! A provider that follows a script and writes down every byte that it gets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// What the provider does for a request, one after the other.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends these bytes as they are.
    Send(Vec<u8>),
    /// Waits until the test says so.
    Wait(Arc<Notify>),
    /// Says no more, until the other side closes; then tells the test.
    Silence(Arc<Notify>),
}

/// A request as the provider got it.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// Request line and headers.
    pub(crate) head: String,
    /// Body.
    pub(crate) body: Vec<u8>,
}

/// A provider at work.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    _serving: JoinSet<()>,
}

impl Provider {
    /// Follows the script for every request, then closes the connection.
    pub(crate) async fn start(script: Vec<Step>) -> Self {
        Self::by(move || script.clone()).await
    }

    async fn by(script: impl FnMut() -> Vec<Step> + Send + 'static) -> Self {
        let mut script = script;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let mut serving = JoinSet::new();
        let kept = Arc::clone(&got);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, script(), Arc::clone(&kept)));
            }
        });
        Self {
            address,
            got,
            _serving: serving,
        }
    }

    /// Follows one script for each request, in turn; the last one for all that follow.
    pub(crate) async fn in_turn(scripts: Vec<Vec<Step>>) -> Self {
        let left = Arc::new(Mutex::new(scripts));
        Self::by(move || {
            let mut left = left.lock().unwrap();
            if left.len() > 1 {
                left.remove(0)
            } else {
                left[0].clone()
            }
        })
        .await
    }

    /// A provider that answers everything with this, as JSON.
    pub(crate) async fn answering(status: &str, body: &str) -> Self {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
        let extra = "connection: close\r\nrequest-id: req-1\r\nx-limit-of-account: 7\r\nlocation: http://elsewhere\r\n\r\n";
        Self::start(vec![Step::Send(format!("{head}{extra}{body}").into_bytes())]).await
    }

    /// What it got so far.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

impl Got {
    /// The value of a header; `None` where there is none.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

async fn serve(mut stream: TcpStream, script: Vec<Step>, got: Arc<Mutex<Vec<Got>>>) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    got.lock().unwrap().push(request);
    for step in script {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(notify) => notify.notified().await,
            Step::Silence(closed) => {
                let mut rest = [0; 16];
                while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                closed.notify_one();
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let got = Got {
                head,
                body: bytes[end + 4..].to_vec(),
            };
            let length = got
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            if got.body.len() >= length {
                return Some(got);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
