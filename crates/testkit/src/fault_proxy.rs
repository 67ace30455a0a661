//! A network that fails: passes bytes between callers and a server, until its fault happens.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What goes wrong on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkFault {
    /// Nothing.
    #[default]
    None,
    /// It is closed as soon as it is open.
    Closed,
    /// Every block waits so long, in both directions.
    Delay(Duration),
    /// Both sides are reset once so many bytes have come from the server.
    CutAnswer(usize),
    /// Both sides are reset once so many bytes have come from the caller.
    CutRequest(usize),
}

/// A proxy at work; it ends when this is dropped, with all its connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    fault: Arc<Mutex<NetworkFault>>,
    _serving: JoinSet<()>,
}

impl FaultProxy {
    /// A proxy on a free port of this machine, before a server. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn before(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let fault = Arc::default();
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, server, Arc::clone(&fault)));
        Ok(Self {
            address,
            fault,
            _serving: serving,
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What goes wrong on connections that are opened from now on.
    pub fn set(&self, fault: NetworkFault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, fault: Arc<Mutex<NetworkFault>>) {
    let mut connections = JoinSet::new();
    while let Ok((caller, _)) = listener.accept().await {
        let fault = *fault.lock().unwrap_or_else(PoisonError::into_inner);
        connections.spawn(connect(caller, server, fault));
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(mut caller: TcpStream, server: SocketAddr, fault: NetworkFault) {
    if fault == NetworkFault::Closed {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let (delay, request, answer) = match fault {
        NetworkFault::None | NetworkFault::Closed => (Duration::ZERO, None, None),
        NetworkFault::Delay(time) => (time, None, None),
        NetworkFault::CutAnswer(bytes) => (Duration::ZERO, None, Some(bytes)),
        NetworkFault::CutRequest(bytes) => (Duration::ZERO, Some(bytes), None),
    };
    let (from_caller, to_caller) = caller.split();
    let (from_server, to_server) = server.split();
    let passed = tokio::try_join!(
        pass(from_caller, to_server, delay, request),
        pass(from_server, to_caller, delay, answer),
    );
    if passed.is_err() {
        let _ = (caller.set_zero_linger(), server.set_zero_linger());
    }
}

/// The fault has happened, or a side broke off.
struct Broken;

/// Passes bytes on until the source ends, and no more than a limit.
async fn pass(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    delay: Duration,
    mut limit: Option<usize>,
) -> Result<(), Broken> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let room = limit.unwrap_or(buffer.len()).min(buffer.len());
        let Some(room) = buffer.get_mut(..room).filter(|room| !room.is_empty()) else {
            return Err(Broken);
        };
        let read = from.read(room).await.map_err(|_| Broken)?;
        if read == 0 {
            let _ = to.shutdown().await;
            return Ok(());
        }
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let block = room.get(..read).unwrap_or_default();
        to.write_all(block).await.map_err(|_| Broken)?;
        limit = limit.map(|limit| limit.saturating_sub(read));
    }
}
