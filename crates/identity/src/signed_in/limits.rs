//! How often an address may do something, and how often a tool may ask.
//!
//! Both are counted in memory, for each replica by itself. There is room for so many; when it is used up by others, who
//! is not counted yet is refused, so that a flood of addresses opens nothing.

use register::model::Instant;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Seconds after which counting begins anew.
const WINDOW: i64 = 600;

/// Least seconds between two questions of one tool.
pub(super) const INTERVAL: i64 = 5;

/// How many are counted.
const ROOM: usize = 20_000;

/// So many in ten minutes for each address, and for all together.
pub struct Allowance {
    each: u32,
    all: u32,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Seconds since 1970.
    since: i64,
    all: u32,
    of: HashMap<IpAddr, u32>,
}

impl Allowance {
    /// So many for each address, and for all.
    pub fn new(each: u32, all: u32) -> Self {
        Self {
            each,
            all,
            counts: Mutex::default(),
        }
    }

    /// Counts one; false: it is one too many.
    pub fn take(&self, address: IpAddr, at: Instant) -> bool {
        self.with(at, |counts| {
            let has_room = counts.of.len() < ROOM || counts.of.contains_key(&net(address));
            if counts.all >= self.all || !has_room {
                return false;
            }
            let own = counts.of.entry(net(address)).or_default();
            if *own >= self.each {
                return false;
            }
            *own = own.saturating_add(1);
            counts.all = counts.all.saturating_add(1);
            true
        })
    }

    /// Whether one more would be one too many.
    pub fn is_used_up(&self, address: IpAddr, at: Instant) -> bool {
        self.with(at, |counts| {
            let own = counts.of.get(&net(address)).copied().unwrap_or_default();
            own >= self.each || counts.all >= self.all
        })
    }

    fn with<T>(&self, at: Instant, count: impl FnOnce(&mut Counts) -> T) -> T {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if at.0 >= counts.since.saturating_add(WINDOW) || at.0 < counts.since {
            *counts = Counts {
                since: at.0,
                ..Counts::default()
            };
        }
        count(&mut counts)
    }
}

/// Whoever has one IPv6 address has a whole network of them.
fn net(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// When each tool last asked.
#[derive(Default)]
pub struct Polls(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    /// When what is old was last forgotten, in seconds since 1970.
    since: i64,
    last: HashMap<[u8; 32], Instant>,
}

impl Polls {
    /// Notes that a tool asks; false: it asks too soon. Instants are whole seconds, so that one less is let pass.
    pub(super) fn may_ask(&self, device: [u8; 32], at: Instant) -> bool {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.forget(at);
        if asked.last.len() >= ROOM && !asked.last.contains_key(&device) {
            return false;
        }
        let before = asked.last.insert(device, at);
        before.is_none_or(|before| at.0.saturating_sub(before.0) >= INTERVAL - 1)
    }
}

impl Asked {
    fn forget(&mut self, at: Instant) {
        if at.0 >= self.since.saturating_add(WINDOW) || at.0 < self.since {
            self.since = at.0;
            self.last
                .retain(|_, last| at.0.saturating_sub(last.0) < WINDOW && *last <= at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_784_106_000);

    #[test]
    fn each_address_has_its_share_and_all_have_theirs() {
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        let allowance = Allowance::new(2, 3);
        let taken = [1, 1, 1, 2, 2].map(|last| allowance.take(address(last), NOW));
        assert_eq!(taken, [true, true, false, true, false]);
        assert!(allowance.is_used_up(address(9), NOW));
        assert!(!allowance.is_used_up(address(1), NOW.plus(WINDOW)));
        assert!(allowance.take(address(1), NOW.plus(WINDOW)));
        // a clock that is set back begins anew rather than never
        assert!(allowance.take(address(1), NOW));
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let allowance = Allowance::new(1, 9);
        let take = |text: &str| allowance.take(text.parse().unwrap(), NOW);
        assert!(take("2001:db8::1") && !take("2001:db8::2") && take("2001:db8:0:1::1"));
        assert!(take("10.0.0.1") && !take("::ffff:10.0.0.1"));
    }

    #[test]
    fn a_tool_asks_every_five_seconds() {
        let polls = Polls::default();
        let asked = [0, 1, 5, 10, 12].map(|second| polls.may_ask([1; 32], NOW.plus(second)));
        assert_eq!(asked, [true, false, true, true, false]);
        assert!(polls.may_ask([2; 32], NOW.plus(1)));
    }
}
