//! Addresses that are in no place: those that stand for a machine itself, for a network without a home, or for nobody.
//!
//! A database that names a place for one of them is wrong about it. Addresses that carry another one inside (6to4,
//! Teredo, NAT64) say where a relay is, not where a person is, and have no place either.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

static PLACELESS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let v4 = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 3),
    ];
    // no global unicast outside 2000::/3, and of that: Teredo and its neighbours, documentation, 6to4
    let v6 = [
        ([0x0000, 0], 3),
        ([0x2001, 0], 23),
        ([0x2001, 0xdb8], 32),
        ([0x2002, 0], 16),
        ([0x3fff, 0], 20),
        ([0x4000, 0], 2),
        ([0x8000, 0], 1),
    ];
    let v4 = v4.map(|(octets, length)| IpNet::new(IpAddr::V4(Ipv4Addr::from(octets)), length));
    let v6 = v6.map(|([first, second], length)| {
        let address = Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, 0);
        IpNet::new(IpAddr::V6(address), length)
    });
    v4.into_iter().chain(v6).flatten().collect()
});

/// Whether an address is in no place: private, loopback, shared, documentation, multicast, a relay and the like.
pub(super) fn is_placeless(address: IpAddr) -> bool {
    let address = address.to_canonical();
    PLACELESS.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: bool) {
        assert_eq!(is_placeless(address.parse().unwrap()), expected, "{address}");
    }

    #[test]
    fn addresses_without_a_home_have_no_place() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.2.7",
            "192.168.1.1",
            "198.19.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::808:808",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:102:304::1",
        ] {
            check(address, true);
        }
    }

    #[test]
    fn others_may_have_one() {
        for address in [
            "1.36.0.1",
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "::ffff:1.36.0.1",
            "2001:4860:4860::8888",
            "2400:cb00::1",
            "2a00::1",
        ] {
            check(address, false);
        }
    }
}
