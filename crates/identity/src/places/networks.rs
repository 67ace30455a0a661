//! Networks with a value each, looked up by the longest one that holds an address.
//!
//! One hash look-up for each length of prefix that occurs, longest first: with a few lengths, as firms have them, that
//! is as fast as a trie, and nothing about it depends on how many networks there are. An IPv4 address that arrives in
//! its IPv6 clothing is the IPv4 address.

use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;

/// Networks with a value each. Each network has its address bits behind the prefix zero.
#[derive(Clone, Debug)]
pub(super) struct NetworkMap<T> {
    networks: HashMap<IpNet, T>,
    /// Lengths of prefixes that occur, longest first.
    v4_lengths: Vec<u8>,
    v6_lengths: Vec<u8>,
}

impl<T> Default for NetworkMap<T> {
    fn default() -> Self {
        Self::new(HashMap::new())
    }
}

impl<T> NetworkMap<T> {
    /// These networks, cut off at their prefixes.
    pub(super) fn new(networks: HashMap<IpNet, T>) -> Self {
        let networks: HashMap<IpNet, T> = networks
            .into_iter()
            .map(|(network, value)| (network.trunc(), value))
            .collect();
        Self {
            v4_lengths: lengths(networks.keys().filter(|network| network.addr().is_ipv4())),
            v6_lengths: lengths(networks.keys().filter(|network| network.addr().is_ipv6())),
            networks,
        }
    }

    /// The longest network that holds the address, with its value.
    pub(super) fn longest(&self, address: IpAddr) -> Option<(IpNet, &T)> {
        let address = address.to_canonical();
        let lengths = if address.is_ipv4() {
            &self.v4_lengths
        } else {
            &self.v6_lengths
        };
        lengths.iter().find_map(|length| {
            let network = IpNet::new(address, *length).ok()?.trunc();
            self.networks.get(&network).map(|value| (network, value))
        })
    }

    /// Every network, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&IpNet, &T)> {
        self.networks.iter()
    }

    /// The value of exactly this network.
    pub(super) fn get(&self, network: &IpNet) -> Option<&T> {
        self.networks.get(network)
    }
}

fn lengths<'a>(networks: impl Iterator<Item = &'a IpNet>) -> Vec<u8> {
    let mut lengths: Vec<u8> = networks.map(IpNet::prefix_len).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    lengths.dedup();
    lengths
}
