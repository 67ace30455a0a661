//! Finds the addresses of a provider's name, and remembers them for as long as they hold.
//!
//! A name that cannot be found for a moment costs nobody a call while its last addresses hold. When they no longer do,
//! the provider is not reached: an older address may be another's by then, and the address of another place is never
//! taken for it. Whoever answers at an address proves the name by its certificate.

use hyper_util::client::legacy::connect::dns::Name;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::lookup_host;
use tokio::time::Instant;
use tower_service::Service;

/// How long the system's answer holds: it does not say how long the name's server meant it to.
const HOLDS: Duration = Duration::from_secs(30);

/// The addresses of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The addresses, the one to try first first.
    pub addresses: Vec<IpAddr>,
    /// How long they hold; they are not asked for again before, and not used after.
    pub holds: Duration,
}

/// What a lookup comes to.
pub type Finding = Pin<Box<dyn Future<Output = io::Result<Found>> + Send>>;

/// Knows the addresses of names.
pub trait Lookup: Send + Sync {
    /// The addresses of a name.
    fn find(&self, name: &str) -> Finding;
}

/// What the system knows.
struct System;

impl Lookup for System {
    fn find(&self, name: &str) -> Finding {
        let name = name.to_owned();
        Box::pin(async move {
            let found = lookup_host((name, 0)).await?;
            Ok(Found {
                addresses: found.map(|address| address.ip()).collect(),
                holds: HOLDS,
            })
        })
    }
}

/// Addresses by name, and until when they hold.
type Known = HashMap<String, (Vec<IpAddr>, Instant)>;

/// Names that were looked up.
#[derive(Clone)]
pub(super) struct Names {
    lookup: Arc<dyn Lookup>,
    known: Arc<Mutex<Known>>,
}

impl Default for Names {
    fn default() -> Self {
        Self::of(Arc::new(System))
    }
}

impl Names {
    /// What a lookup knows.
    pub(super) fn of(lookup: Arc<dyn Lookup>) -> Self {
        let known = Arc::default();
        Self { lookup, known }
    }

    async fn addresses(self, name: String, now: Instant) -> io::Result<Vec<IpAddr>> {
        if let Some(known) = self.known(&name, now) {
            return Ok(known);
        }
        let Found { addresses, holds } = self.lookup.find(&name).await?;
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(name, (addresses.clone(), now + holds));
        Ok(addresses)
    }

    fn known(&self, name: &str, now: Instant) -> Option<Vec<IpAddr>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (addresses, until) = known.get(name)?;
        (*until > now).then(|| addresses.clone())
    }
}

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (names, name) = (self.clone(), name.as_str().to_owned());
        Box::pin(async move {
            let addresses = names.addresses(name.clone(), Instant::now()).await;
            let addresses = addresses.inspect_err(|error| {
                tracing::warn!(name, %error, "the name of a provider cannot be found");
            })?;
            // the port is the one of the address that is called
            let sockets: Vec<SocketAddr> = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            Ok(sockets.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Has one answer the first time, and none after that.
    struct Once(AtomicUsize, Vec<IpAddr>);

    impl Lookup for Once {
        fn find(&self, _: &str) -> Finding {
            let is_first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            let addresses = self.1.clone();
            Box::pin(async move {
                match is_first {
                    true => Ok(Found {
                        addresses,
                        holds: Duration::from_secs(60),
                    }),
                    false => Err(io::Error::other("away")),
                }
            })
        }
    }

    #[tokio::test]
    async fn what_was_found_holds_for_its_time_and_no_longer() {
        let one = vec![IpAddr::from([192, 0, 2, 1])];
        let once = Arc::new(Once(AtomicUsize::new(0), one.clone()));
        let names = Names::of(Arc::clone(&once) as Arc<dyn Lookup>);
        let began = Instant::now();
        let find = |after| {
            let now = began + Duration::from_secs(after);
            names.clone().addresses("a".to_owned(), now)
        };
        for after in [0, 19, 59] {
            assert_eq!(find(after).await.unwrap(), one);
        }
        assert_eq!(once.0.load(Ordering::SeqCst), 1);
        assert!(find(60).await.is_err());
        assert_eq!(once.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_not_found() {
        let names = Names::of(Arc::new(Once(AtomicUsize::new(0), Vec::new())));
        let error = names.addresses("a".to_owned(), Instant::now()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn the_system_knows_this_machine() {
        let found = Names::default().addresses("localhost".to_owned(), Instant::now());
        let found = found.await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback));
    }
}
