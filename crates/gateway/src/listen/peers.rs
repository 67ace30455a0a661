//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts the connections of each address.
#[derive(Clone, Default)]
pub(super) struct Peers {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that is counted until this is dropped.
pub(super) struct Counted {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    /// Counts one more; `None`: the address has as many as it may have.
    pub(super) fn count(&self, address: IpAddr, most: usize) -> Option<Counted> {
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        let peers = self.clone();
        Some(Counted { peers, address })
    }

    /// Each change is whole by itself.
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.peers.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_so_many_and_nothing_is_left_of_those_who_went() {
        let peers = Peers::default();
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let first = peers.count(one, 2);
        let second = peers.count(one, 2);
        assert!(first.is_some() && second.is_some() && peers.count(one, 2).is_none());
        assert!(peers.count(other, 2).is_some());
        drop(first);
        assert!(peers.count(one, 2).is_some());
        drop(second);
        assert!(peers.lock().is_empty());
    }
}
