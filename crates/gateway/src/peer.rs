//! Where a caller calls from: the address of the connection, or, behind proxies that the installation trusts, the
//! address that they say.
//!
//! Each proxy adds to `x-forwarded-for` the address that it was called from, at the end. Whoever stands farther left may
//! have been invented by the caller, so the first address from the right that is no trusted proxy counts. On a connection
//! of anybody else the header means nothing.

use hyper::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;
use wire::{Fault, FaultCode};

/// The header in which proxies say where they were called from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where a request comes from.
///
/// # Errors
/// When a trusted proxy says something that is no address: nothing may be known of the place then.
pub(crate) fn address(trusted: &[IpNet], connected: IpAddr, headers: &HeaderMap) -> Result<IpAddr, Fault> {
    let connected = connected.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    if !is_trusted(connected) {
        return Ok(connected);
    }
    let mut address = connected;
    for value in headers.get_all(FORWARDED_FOR).iter().rev() {
        let text = value.to_str().map_err(|_| unreadable())?;
        for said in text.rsplit(',') {
            address = said
                .trim()
                .parse::<IpAddr>()
                .map_err(|_| unreadable())?
                .to_canonical();
            if !is_trusted(address) {
                return Ok(address);
            }
        }
    }
    Ok(address)
}

fn unreadable() -> Fault {
    let message = "A proxy in between says of this request an address that cannot be read.";
    Fault::new(FaultCode::InvalidRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn check(connected: &str, headers: &[&str], expected: Option<&str>) {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let found = address(&trusted, connected.parse().unwrap(), &map).ok();
        assert_eq!(
            found,
            expected.map(|text| text.parse().unwrap()),
            "{connected} {headers:?}"
        );
    }

    #[test]
    fn the_first_from_the_right_that_is_no_proxy_counts() {
        check("10.0.0.1", &["192.0.2.7"], Some("192.0.2.7"));
        check("10.0.0.1", &["203.0.113.9, 192.0.2.7"], Some("192.0.2.7"));
        check(
            "10.0.0.1",
            &["203.0.113.9, 192.0.2.7, 10.2.3.4"],
            Some("192.0.2.7"),
        );
        check("10.0.0.1", &["203.0.113.9", "192.0.2.7"], Some("192.0.2.7"));
        check("10.0.0.1", &["192.0.2.7", "10.9.9.9"], Some("192.0.2.7"));
        check("fd00::1", &["2001:db8::7"], Some("2001:db8::7"));
        check("::ffff:10.0.0.1", &["::ffff:192.0.2.7"], Some("192.0.2.7"));
    }

    #[test]
    fn nobody_else_is_believed() {
        check("192.0.2.1", &["127.0.2.1"], Some("192.0.2.1"));
        check("11.0.0.1", &["127.0.2.1", "nonsense"], Some("11.0.0.1"));
    }

    #[test]
    fn who_says_nothing_calls_for_themselves_and_what_is_no_address_says_nothing_good() {
        check("10.0.0.1", &[], Some("10.0.0.1"));
        check("10.0.0.1", &["10.0.0.2"], Some("10.0.0.2"));
        for text in ["", "unknown", "192.0.2.7:80", "192.0.2.7,", "a, 10.0.0.2"] {
            check("10.0.0.1", &[text], None);
        }
        check("10.0.0.1", &["nonsense, 192.0.2.7"], Some("192.0.2.7"));
    }
}
