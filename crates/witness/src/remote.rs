//! A log that is read, and a witness that is asked, from afar: for code that waits on its own thread.

use crate::address::Address;
use crate::client::{Asked, ClientError, Http, Trusted};
use ledger::verify::Source;
use ledger::{WitnessAway, WitnessLine};
use std::fmt;
use std::time::Duration;
use tlog::witness::{Answer, Request};
use tokio::runtime::{Builder, Runtime};

/// For one file of a log.
const FILE: Duration = Duration::from_secs(30);

/// For a witness.
const ANSWER: Duration = Duration::from_secs(5);

/// Bytes of the largest file of a log: a bundle of 256 entries, each with its length.
const LARGEST: usize = 256 * (u16::MAX as usize + 2);

/// A log that is served over HTTP. Not to be read inside a tokio runtime.
pub struct RemoteLog {
    address: Address,
    token: Option<String>,
    runtime: Runtime,
    http: Http,
}

impl fmt::Debug for RemoteLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteLog({})", self.address)
    }
}

impl RemoteLog {
    /// The log beneath an address; a token is shown to it, where it wants one.
    ///
    /// # Errors
    /// When the system gives no runtime.
    pub fn open(address: Address, trusted: &Trusted, token: Option<String>) -> Result<Self, ClientError> {
        Ok(Self {
            address,
            token,
            runtime: runtime()?,
            http: Http::open(trusted),
        })
    }
}

impl Source for RemoteLog {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let url = self.address.with(path);
        let asked = self.http.ask(Asked {
            url: &url,
            body: None,
            token: self.token.as_deref(),
            most: LARGEST,
            within: FILE,
        });
        match self.runtime.block_on(asked) {
            Ok((200, bytes)) => Ok(Some(bytes)),
            Ok((404 | 410, _)) => Ok(None),
            Ok((status @ (401 | 403), _)) => Err(format!(
                "the server answered {status}: it is not for whoever asks"
            )),
            Ok((status, _)) => Err(format!("the server answered {status}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The way to a witness over HTTP.
#[derive(Clone, Debug)]
pub struct WitnessAt {
    address: Address,
    trusted: Trusted,
}

impl WitnessAt {
    /// The witness beneath an address.
    pub fn new(address: Address, trusted: Trusted) -> Self {
        Self { address, trusted }
    }

    async fn exchange(&self, body: String) -> Result<Answer, WitnessAway> {
        let away = |reason: String| WitnessAway(reason);
        let (http, url) = (Http::open(&self.trusted), self.address.with("add-checkpoint"));
        let answer = http.ask(Asked {
            url: &url,
            body: Some(body),
            token: None,
            most: tlog::note::MAX_NOTE,
            within: ANSWER,
        });
        let (status, body) = answer.await.map_err(|error| away(error.to_string()))?;
        Answer::parse(status, &body).map_err(|error| away(error.to_string()))
    }
}

impl WitnessLine for WitnessAt {
    /// Asks on a thread of its own, since whoever waits for it may stand inside a runtime.
    fn ask(&self, request: &Request) -> Result<Answer, WitnessAway> {
        let none = || WitnessAway(ClientError::Thread.to_string());
        std::thread::scope(|scope| {
            let asking = std::thread::Builder::new().spawn_scoped(scope, || {
                runtime()
                    .map_err(|_| none())?
                    .block_on(self.exchange(request.to_string()))
            });
            asking.map_err(|_| none())?.join().map_err(|_| none())?
        })
    }
}

fn runtime() -> Result<Runtime, ClientError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|_| ClientError::Thread)
}
