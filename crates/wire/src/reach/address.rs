//! Addresses that a provider would fetch. This gateway fetches none of them.
//!
//! A provider fetches from its own network, so an address of ours says nothing to it; but a model that is served at home
//! fetches from home, and an address of the inside, of the machine itself or of a cloud's metadata must not pass there.
//! Whatever a reader of addresses could take for such a host is refused, in any spelling.

use super::OutOfReach;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names that belong to some inside, as ends of a host.
const INSIDE: [&str; 12] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "test",
    "onion",
];

/// Addresses at a provider under which it keeps files.
const FILES: [&str; 1] = ["generativelanguage.googleapis.com"];

/// Takes data, and `http` and `https` addresses of public hosts.
pub(super) fn check(address: &str) -> Result<(), OutOfReach> {
    if address.starts_with("data:") {
        return Ok(());
    }
    // some readers end the host at a backslash and others do not
    if address.contains('\\') {
        return Err(OutOfReach::Address);
    }
    // readers of addresses leave these out before they look
    let address: String = address
        .chars()
        .filter(|letter| !matches!(letter, '\t' | '\n' | '\r'))
        .collect();
    let address = address.trim_matches(|letter: char| letter <= ' ');
    let (scheme, rest) = address.split_once(':').ok_or(OutOfReach::Address)?;
    match scheme.to_ascii_lowercase().as_str() {
        "data" => Ok(()),
        "http" | "https" => {
            let host = host(rest).ok_or(OutOfReach::Address)?;
            if FILES.contains(&host.as_str()) {
                return Err(OutOfReach::Held {
                    key: "fileUri".to_owned(),
                });
            }
            is_public(&host).then_some(()).ok_or(OutOfReach::Address)
        }
        _ => Err(OutOfReach::Address),
    }
}

/// The host, in small letters, without user, port and the dot at its end.
fn host(rest: &str) -> Option<String> {
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.split_once(']')?.0,
        None => host.split(':').next()?,
    };
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    (!host.is_empty() && host.bytes().all(is_plain)).then_some(host)
}

fn is_public(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_public_address(address);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // a host whose last part is a number is an IPv4 address in some notation, and only the usual one is taken
    let is_number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    let is_inside = INSIDE.contains(&last);
    host.contains('.') && !host.contains(':') && !is_number && !is_inside
}

fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_reserved =
        a == 0 || a >= 224 || (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || is_shared
        || is_reserved)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, ..] = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    let [.., before, last] = address.segments();
    match first {
        // addresses that carry one of the fourth version
        0x0064 if second == 0xff9b => embedded(before, last),
        0x2002 => embedded(second, third),
        // teredo, documentation and others that nobody serves pages at
        0x2001 => second >= 0x0200 && second != 0x0db8,
        _ => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_and_data_pass() {
        for address in [
            "https://example.com/a.png",
            "http://cdn.example.com:8080/a?b=c#d",
            "HTTPS://Example.COM./x",
            "https://8.8.8.8/a",
            "https://[2606:4700::1111]/a",
            "https://user@example.com/",
            "https://xn--bcher-kva.example.com/",
            "data:image/png;base64,AAAA",
            "https://[2002:0808:0808::1]/",
        ] {
            assert_eq!(check(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_inside_do_not_in_any_spelling() {
        for address in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://10.0.0.1/",
            "http://172.16.9.9/",
            "http://192.168.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.100.100.200/",
            "http://0.0.0.0/",
            "http://255.255.255.255/",
            "http://224.0.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:db8::1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://metadata.google.internal/",
            "http://metadata/",
            "http://printer.local/",
            "http://user@127.0.0.1/",
            "http://example.com@127.0.0.1/",
            "http://example.com\\@127.0.0.1/",
            "http:127.0.0.1/",
            "http:\\\\127.0.0.1\\",
            "http://①②⑦.0.0.1/",
            "http://127。0。0。1/",
            "http://ⓛocalhost/",
            "http://exa%6dple.com/",
            "ht\ntp://127.0.0.1/",
            " http://127.0.0.1/ ",
            "file:///etc/passwd",
            "gs://bucket/file",
            "s3://bucket/file",
            "ftp://example.com/",
            "gopher://example.com/",
            "//example.com/a",
            "example.com",
            "",
            "http://",
            "http:///",
        ] {
            assert!(check(address).is_err(), "{address}");
        }
    }

    #[test]
    fn files_that_the_provider_keeps_are_not_addresses() {
        let file = "https://generativelanguage.googleapis.com/v1beta/files/abc";
        assert!(matches!(check(file), Err(OutOfReach::Held { .. })));
    }
}
