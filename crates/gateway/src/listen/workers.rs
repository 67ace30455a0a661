//! Threads that carry connections, each with a runtime of its own.
//!
//! A request then stays on one thread from its first byte to its last, and so do the connections to providers that it
//! uses ([`crate::connectors`]): nothing wakes another thread but the ledger, which answers when a record is durable.
//! Everything else of the process runs elsewhere and cannot hold a request up.

use std::io;
use std::sync::Arc;
use std::thread;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The threads of one gateway.
pub(super) struct Workers {
    workers: Vec<Worker>,
}

struct Worker {
    handle: Handle,
    /// One reference for itself, and one for each connection that it carries.
    carried: Arc<()>,
    /// Dropping it ends the thread.
    _stop: oneshot::Sender<()>,
}

/// Where a connection is carried, until this is dropped.
pub(super) struct Carried {
    pub(super) on: Handle,
    _counted: Arc<()>,
}

impl Workers {
    /// Starts so many threads.
    pub(super) fn start(count: usize) -> io::Result<Self> {
        let workers = (0..count).map(|_| Worker::start()).collect::<Result<_, _>>()?;
        Ok(Self { workers })
    }

    /// A place on the thread that carries fewest connections; without threads, on the runtime of whoever asks.
    pub(super) fn place(&self) -> Carried {
        let idlest = self
            .workers
            .iter()
            .min_by_key(|worker| Arc::strong_count(&worker.carried));
        match idlest {
            Some(worker) => Carried {
                on: worker.handle.clone(),
                _counted: Arc::clone(&worker.carried),
            },
            None => Carried {
                on: Handle::current(),
                _counted: Arc::default(),
            },
        }
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let carry = move || {
            // whoever stops it drops the other end, which is no error
            let _dropped = runtime.block_on(stopped);
        };
        thread::Builder::new()
            .name("data-plane".to_owned())
            .spawn(carry)?;
        Ok(Self {
            handle,
            carried: Arc::default(),
            _stop: stop,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[tokio::test]
    async fn connections_are_spread_evenly_and_stay_on_their_thread() {
        let workers = Workers::start(3).unwrap();
        let mut places: Vec<_> = (0..9).map(|_| workers.place()).collect();
        let count = |places: &[Carried]| {
            let mut on = HashMap::new();
            for place in places {
                *on.entry(place.on.id()).or_insert(0) += 1;
            }
            on
        };
        assert!(count(&places).len() == 3 && count(&places).values().all(|carried| *carried == 3));
        let left = places.remove(4).on.id();
        assert_eq!(workers.place().on.id(), left);
        for place in &places {
            let before = place.on.spawn(async { thread::current().id() }).await.unwrap();
            let after = place.on.spawn(async { thread::current().id() }).await.unwrap();
            assert!(before == after && before != thread::current().id());
        }
    }

    #[tokio::test]
    async fn without_threads_all_is_done_where_it_is_asked_for() {
        let place = Workers::start(0).unwrap().place();
        assert_eq!(place.on.id(), Handle::current().id());
    }
}
