//! From the address of a connection to the office it comes from.
//!
//! A site lists its networks. An address belongs to the longest network that holds it, so that a floor may be carved
//! out of a building; networks inside others of another site are reported all the same, since most of them are
//! mistakes. An IPv4 address that arrives in its IPv6 clothing is the IPv4 address.

use super::networks::NetworkMap;
use ipnet::IpNet;
use register::model::{Register, Site};
use std::collections::HashMap;
use std::net::IpAddr;
use territory::Place;

/// An office network and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Site.
    pub site: String,
    /// Where the site is.
    pub place: Place,
}

/// A network of one site inside a network of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The smaller network, which wins.
    pub inner: IpNet,
    /// Its site.
    pub inner_site: String,
    /// The larger network.
    pub outer: IpNet,
    /// Its site.
    pub outer_site: String,
}

/// Why networks cannot be zones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Not a network.
    #[error("`{network}` of site `{site}` is not a network such as `10.1.0.0/16` or `2001:db8::/48`")]
    NotANetwork {
        /// As written.
        network: String,
        /// Site.
        site: String,
    },
    /// An address with a prefix that cuts it off.
    #[error("`{network}` of site `{site}` has address bits behind its prefix; the network is `{meant}`")]
    BitsBehindPrefix {
        /// As written.
        network: String,
        /// Site.
        site: String,
        /// The network that it lies in.
        meant: IpNet,
    },
    /// The same network belongs to two sites.
    #[error("`{network}` belongs to both `{first}` and `{second}`")]
    Ambiguous {
        /// The network.
        network: IpNet,
        /// Site that has it first.
        first: String,
        /// Site that has it too.
        second: String,
    },
}

/// Every zone.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    zones: Vec<Zone>,
    /// By network, the position in `zones`.
    networks: NetworkMap<usize>,
    /// By site, the position in `zones`.
    sites: HashMap<String, usize>,
}

impl Zones {
    /// The zones of a register's sites.
    ///
    /// # Errors
    /// When a network cannot be read, or belongs to two sites.
    pub fn of(register: &Register) -> Result<Self, ZoneError> {
        let mut zones = Self::default();
        let mut networks = HashMap::new();
        for site in &register.sites {
            zones.add(site, &mut networks)?;
        }
        zones.networks = NetworkMap::new(networks);
        Ok(zones)
    }

    /// The zone of an address, if it is in one.
    pub fn of_address(&self, address: IpAddr) -> Option<&Zone> {
        self.network_of(address).map(|(_, zone)| zone)
    }

    /// The zone of an address, with the network that the address belongs to.
    pub fn network_of(&self, address: IpAddr) -> Option<(IpNet, &Zone)> {
        let (network, index) = self.networks.longest(address)?;
        self.zones.get(*index).map(|zone| (network, zone))
    }

    /// The site of this id, whether it has networks or not.
    pub fn site(&self, id: &str) -> Option<&Zone> {
        self.zones.get(*self.sites.get(id)?)
    }

    /// Networks that lie inside a network of another site, in the order of their addresses.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let site = |index: usize| {
            self.zones
                .get(index)
                .map(|zone| zone.site.clone())
                .unwrap_or_default()
        };
        let mut overlaps = Vec::new();
        for (inner, index) in self.networks.iter() {
            let mut wider = *inner;
            while let Some(next) = wider.supernet() {
                wider = next;
                if let Some(outer) = self.networks.get(&wider)
                    && site(*outer) != site(*index)
                {
                    let (inner_site, outer_site) = (site(*index), site(*outer));
                    overlaps.push(Overlap {
                        inner: *inner,
                        inner_site,
                        outer: wider,
                        outer_site,
                    });
                }
            }
        }
        overlaps.sort_by_key(|overlap| (overlap.inner, overlap.outer));
        overlaps
    }

    fn add(&mut self, site: &Site, networks: &mut HashMap<IpNet, usize>) -> Result<(), ZoneError> {
        let index = self.zones.len();
        self.sites.insert(site.id.clone(), index);
        self.zones.push(Zone {
            site: site.id.clone(),
            place: site.place,
        });
        for text in &site.networks {
            let network = read(text, site)?;
            if let Some(first) = networks.insert(network, index)
                && first != index
            {
                let first = self
                    .zones
                    .get(first)
                    .map(|zone| zone.site.clone())
                    .unwrap_or_default();
                return Err(ZoneError::Ambiguous {
                    network,
                    first,
                    second: site.id.clone(),
                });
            }
        }
        Ok(())
    }
}

fn read(text: &str, site: &Site) -> Result<IpNet, ZoneError> {
    let written = || (text.to_owned(), site.id.clone());
    let network: IpNet = text.parse().map_err(|_| {
        let (network, site) = written();
        ZoneError::NotANetwork { network, site }
    })?;
    let meant = network.trunc();
    if network != meant {
        let (network, site) = written();
        return Err(ZoneError::BitsBehindPrefix { network, site, meant });
    }
    Ok(network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn site(id: &str, place: &str, networks: &[&str]) -> Site {
        Site {
            id: id.to_owned(),
            name: id.to_owned(),
            place: Place::parse(place).unwrap(),
            networks: networks.iter().map(|network| (*network).to_owned()).collect(),
            position: Default::default(),
        }
    }

    fn zones(sites: Vec<Site>) -> Result<Zones, ZoneError> {
        Zones::of(&Register {
            sites,
            ..Register::default()
        })
    }

    fn offices() -> Zones {
        zones(vec![
            site("new-york", "US", &["10.0.0.0/8", "2001:db8::/32"]),
            site(
                "hong-kong",
                "HK",
                &["10.2.0.0/16", "127.0.2.0/24", "2001:db8:852::/48"],
            ),
            site("macau-room", "MO", &["10.2.9.17/32"]),
        ])
        .unwrap()
    }

    fn check(address: &str, expected: Option<&str>) {
        let zones = offices();
        let found = zones
            .of_address(address.parse().unwrap())
            .map(|zone| zone.site.as_str());
        assert_eq!(found, expected, "{address}");
    }

    #[test]
    fn the_longest_network_wins() {
        check("10.9.9.9", Some("new-york"));
        check("10.2.0.1", Some("hong-kong"));
        check("10.2.9.17", Some("macau-room"));
        check("10.2.9.18", Some("hong-kong"));
        check("127.0.2.255", Some("hong-kong"));
        check("127.0.0.1", None);
        check("11.0.0.1", None);
        check("2001:db8:852:1::1", Some("hong-kong"));
        check("2001:db8:853::1", Some("new-york"));
        check("2001:db9::1", None);
    }

    #[test]
    fn ipv4_inside_ipv6_is_ipv4_and_nothing_else_is() {
        check("::ffff:10.2.0.1", Some("hong-kong"));
        check("::10.2.0.1", None);
        check("64:ff9b::10.2.0.1", None);
        check("::1", None);
    }

    #[test]
    fn networks_inside_those_of_another_site_are_reported() {
        let found: Vec<_> = offices()
            .overlaps()
            .into_iter()
            .map(|o| (o.inner_site, o.outer_site))
            .collect();
        let pair = |inner: &str, outer: &str| (inner.to_owned(), outer.to_owned());
        let expected = [
            pair("hong-kong", "new-york"),
            pair("macau-room", "new-york"),
            pair("macau-room", "hong-kong"),
            pair("hong-kong", "new-york"),
        ];
        assert_eq!(found, expected);
        let apart = zones(vec![
            site("a", "US", &["10.0.0.0/8", "10.1.0.0/16"]),
            site("b", "HK", &["11.0.0.0/8"]),
        ]);
        assert_eq!(apart.unwrap().overlaps(), []);
    }

    #[test]
    fn what_cannot_be_a_zone_is_refused() {
        let refused = |networks: &[&str]| zones(vec![site("a", "US", networks)]).unwrap_err().to_string();
        assert!(refused(&["10.0.0.0"]).contains("`10.0.0.0` of site `a` is not a network"));
        assert!(refused(&["10.0.0.0/33"]).contains("is not a network"));
        assert!(refused(&["10.0.0.1/8"]).contains("the network is `10.0.0.0/8`"));
        let both = zones(vec![
            site("a", "US", &["10.0.0.0/8"]),
            site("b", "HK", &["10.0.0.0/8"]),
        ]);
        assert_eq!(
            both.unwrap_err().to_string(),
            "`10.0.0.0/8` belongs to both `a` and `b`"
        );
    }

    proptest! {
        #[test]
        fn looking_up_agrees_with_asking_every_network(address in any::<[u8; 4]>(), networks in
            prop::collection::vec((any::<[u8; 4]>(), 0..=32u8), 0..12)) {
            let mut sites: Vec<Site> = Vec::new();
            let mut seen = Vec::new();
            for (at, (base, length)) in networks.iter().enumerate() {
                let network = IpNet::new(IpAddr::from(*base), *length).unwrap().trunc();
                if !seen.contains(&network) {
                    seen.push(network);
                    sites.push(site(&format!("s{at}"), "US", &[&network.to_string()]));
                }
            }
            let address = IpAddr::from(address);
            let holding = sites.iter().zip(&seen).filter(|(_, network)| network.contains(&address));
            let expected = holding.max_by_key(|(_, network)| network.prefix_len()).map(|(site, _)| site.id.clone());
            let zones = zones(sites).unwrap();
            prop_assert_eq!(zones.of_address(address).map(|zone| zone.site.clone()), expected);
        }
    }
}
