//! Where a log or a witness is reached.

use hyper::Uri;
use std::fmt;
use std::net::IpAddr;

/// A prefix of URLs, without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// A text is no such address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address: `https://` or `http://`, a host, and perhaps a path")]
pub struct AddressError(String);

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// When it is not one of HTTP, or has a query, a fragment, or a name and password.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        let has_name = uri.authority().is_some_and(|part| part.as_str().contains('@'));
        if !is_http || !has_host || has_name || uri.query().is_some() || text.contains('#') {
            return Err(wrong());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Whether a secret may be sent there: over TLS, or to this machine.
    pub fn may_have_secrets(&self) -> bool {
        let Ok(uri) = self.0.parse::<Uri>() else {
            return false;
        };
        let host = uri.host().unwrap_or_default();
        let ip = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        let is_here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
        uri.scheme_str() == Some("https") || is_here
    }

    pub(crate) fn with(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, secrets) in [
            ("https://log.example", true),
            ("https://log.example/ledger/", true),
            ("http://127.0.0.1:8080/root", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://log.example", false),
            ("http://localhost.example", false),
            ("http://10.1.2.3", false),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.may_have_secrets(), secrets, "{text}");
            assert_eq!(
                address.with("checkpoint"),
                format!("{}/checkpoint", text.trim_end_matches('/'))
            );
        }
        for text in [
            "",
            "log.example",
            "/folder",
            "ftp://log.example",
            "https://",
            "https://me:hush@log.example",
            "https://log.example/?a=b",
            "https://log.example/#a",
        ] {
            assert_eq!(Address::parse(text), Err(AddressError(text.to_owned())), "{text}");
        }
    }
}
