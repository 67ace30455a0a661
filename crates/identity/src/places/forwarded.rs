//! Where a request comes from: the address of the connection, or, behind proxies that the installation names, the
//! address that they say.
//!
//! Each proxy adds at the end the address that it was called from. Whoever stands farther left may have been invented
//! by the caller, so the first address from the right that is no named proxy counts, and nothing left of it is read. On
//! a connection of anybody else these headers prove nothing; that they were sent is kept, to be shown.
//!
//! A proxy that contradicts itself (the header twice, both headers at once, something that is no address) or says nothing
//! leaves the caller *unclear*: the address of the proxy is all that is known, it says nothing of where the caller is,
//! and nothing else may be assumed instead. Otherwise a caller could choose to have no address.

use http::header::FORWARDED;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The header that most proxies write.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Headers in which anybody may claim an address.
const CLAIMING: [HeaderName; 4] = [
    X_FORWARDED_FOR,
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
];

/// Claimed addresses that are kept of one request.
const KEPT: usize = 3;

/// Named proxies that one request may have come through.
const HOPS: usize = 16;

/// A proxy that is believed about where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Its name, for people.
    pub name: String,
    /// Networks of its own addresses.
    pub networks: Vec<IpNet>,
    /// Where it says where it was called from.
    pub says: Says,
    /// It stands inside the firm: private addresses that it says are those of the firm's offices.
    pub is_inside: bool,
    /// A header that it sets, whatever a caller sent, to the code of the place where the caller's address is.
    pub place_header: Option<HeaderName>,
}

/// How a proxy says where it was called from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Says {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

/// The proxies of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Proxy>);

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The caller's address; that of the connection where it is unclear.
    pub(super) address: IpAddr,
    /// How it is known.
    pub(super) via: Via,
    /// Addresses that the request claims and nobody believes.
    pub(super) ignored: Vec<IpAddr>,
    /// Place that a named proxy says.
    pub(super) stated: Option<Stated>,
    /// What devices say, by device management: statements as they came.
    pub(super) devices: Vec<Option<String>>,
}

/// How the address of a caller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// They are connected.
    Nobody,
    /// A named proxy says it.
    Proxy {
        /// The address of the connection.
        connected: IpAddr,
        /// Whether the proxy that says it stands inside the firm.
        is_inside: bool,
    },
    /// A named proxy is connected, and what it says cannot be relied on.
    Unclear,
}

/// What a named proxy says of the place of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// This code.
    Code(String),
    /// Something that cannot be relied on.
    Unclear,
}

impl From<IpAddr> for Origin {
    /// The origin of a request on a connection from an address.
    fn from(connected: IpAddr) -> Self {
        Self {
            address: connected.to_canonical(),
            via: Via::Nobody,
            ignored: Vec::new(),
            stated: None,
            devices: Vec::new(),
        }
    }
}

impl Origin {
    /// The caller's address, or that of the connection where the caller's is unclear.
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether a named proxy left the caller's address unclear.
    pub const fn is_unclear(&self) -> bool {
        matches!(self.via, Via::Unclear)
    }
}

impl Proxies {
    /// These proxies.
    pub const fn new(proxies: Vec<Proxy>) -> Self {
        Self(proxies)
    }

    /// Whether an address is that of a named proxy.
    pub fn holds(&self, address: IpAddr) -> bool {
        self.holding(address).is_some()
    }

    /// Where a request with these headers comes from, on a connection from an address.
    pub fn origin(&self, connected: IpAddr, headers: &HeaderMap) -> Origin {
        let origin = Origin::from(connected);
        let Some(proxy) = self.holding(connected) else {
            let ignored = claimed(headers);
            return Origin { ignored, ..origin };
        };
        let stated = proxy.place_header.as_ref().and_then(|name| stated(headers, name));
        let origin = Origin { stated, ..origin };
        match self.walk(proxy, headers) {
            Some((address, is_inside)) => Origin {
                via: Via::Proxy {
                    connected: origin.address,
                    is_inside,
                },
                address,
                ..origin
            },
            None => Origin {
                via: Via::Unclear,
                ..origin
            },
        }
    }

    fn holding(&self, address: IpAddr) -> Option<&Proxy> {
        let address = address.to_canonical();
        let is_of = |proxy: &&Proxy| proxy.networks.iter().any(|network| network.contains(&address));
        self.0.iter().find(is_of)
    }

    /// The first address from the right that is no named proxy, and whether the proxy that says it stands inside.
    fn walk(&self, connected: &Proxy, headers: &HeaderMap) -> Option<(IpAddr, bool)> {
        let (header, other) = match connected.says {
            Says::XForwardedFor => (X_FORWARDED_FOR, FORWARDED),
            Says::Forwarded => (FORWARDED, X_FORWARDED_FOR),
        };
        if headers.contains_key(other) {
            return None;
        }
        let line = only(headers, &header)?;
        let mut saying = connected;
        for element in from_the_right(line).take(HOPS) {
            let address = match connected.says {
                Says::XForwardedFor => element.trim().parse().ok(),
                Says::Forwarded => node(element),
            };
            let address: IpAddr = address.map(|address: IpAddr| address.to_canonical())?;
            match self.holding(address) {
                Some(next) => saying = next,
                None => return Some((address, saying.is_inside)),
            }
        }
        None
    }
}

/// The value of a header that is there once, as text.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then_some(())?;
    first.to_str().ok()
}

/// The elements of a list from its right end, apart at commas that stand in no quotes. What a proxy adds there has its
/// quotes in pairs, so nothing farther left can hide it.
fn from_the_right(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let whole = rest?;
        let mut is_quoted = false;
        let comma = whole.char_indices().rev().find(|(_, letter)| {
            is_quoted ^= *letter == '"';
            *letter == ',' && !is_quoted
        });
        let Some((at, _)) = comma else {
            rest = None;
            return Some(whole);
        };
        let (left, right) = whole.split_at_checked(at)?;
        rest = Some(left);
        right.strip_prefix(',')
    })
}

/// The address in an element of `Forwarded`: that of its one `for`.
fn node(element: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("for") && found.replace(value).is_some() {
            return None;
        }
    }
    let value = found?;
    let text = match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"')?,
        // an address with a colon must stand in quotes
        None if value.contains([':', '[']) => return None,
        None => value,
    };
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    match text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok().map(IpAddr::V4),
    }
}

fn stated(headers: &HeaderMap, name: &HeaderName) -> Option<Stated> {
    headers.contains_key(name).then(|| match only(headers, name) {
        Some(code) if code.len() <= 8 => Stated::Code(code.trim().to_owned()),
        _ => Stated::Unclear,
    })
}

/// Addresses that a request claims on its own, the last ones.
fn claimed(headers: &HeaderMap) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for name in &CLAIMING {
        for value in headers.get_all(name).iter().rev() {
            let said = value
                .to_str()
                .unwrap_or_default()
                .rsplit(',')
                .take(KEPT)
                .filter_map(|text| text.trim().parse::<IpAddr>().ok());
            for address in said.map(|address| address.to_canonical()) {
                if addresses.len() < KEPT && !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
    }
    addresses.extend(forwarded_claim(headers).filter(|address| !addresses.contains(address)));
    addresses
}

fn forwarded_claim(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get(FORWARDED)?.to_str().ok()?;
    from_the_right(value)
        .next()
        .and_then(node)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests;
