//! What a provider says of itself: where its keys are, and where people sign in.

use super::fetch::is_safe;
use super::json::{object, text};
use super::settings::Described;

/// What a provider says of itself, as far as it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where people sign in.
    pub authorization_endpoint: Option<String>,
    /// Where codes are exchanged for tokens.
    pub token_endpoint: Option<String>,
    /// Where people sign out.
    pub end_session_endpoint: Option<String>,
}

/// Why what a provider says of itself cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// It is no document of a provider.
    #[error("what was fetched does not describe a provider")]
    NotADocument,
    /// It is that of another issuer.
    #[error("what was fetched describes another issuer")]
    OtherIssuer,
    /// It names no keys.
    #[error("the provider does not say where its keys are")]
    NoKeys,
    /// An address in it is not safe.
    #[error("the provider's `{name}` is not an address by https")]
    Unsafe {
        /// The field.
        name: &'static str,
    },
}

impl Discovery {
    /// Where an issuer describes itself: behind its own path as a provider of sign-in, before it as a sender of events.
    pub fn address(issuer: &str, described: Described) -> String {
        let issuer = issuer.trim_end_matches('/');
        match described {
            Described::OpenId => format!("{issuer}/.well-known/openid-configuration"),
            Described::SharedSignals => {
                let host_at = issuer.find("://").map_or(0, |at| at.saturating_add(3));
                let (scheme, rest) = issuer.split_at_checked(host_at).unwrap_or(("", issuer));
                let (host, path) = rest
                    .split_once('/')
                    .map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
                format!("{scheme}{host}/.well-known/ssf-configuration{path}")
            }
        }
    }

    /// Reads what an issuer says of itself.
    ///
    /// # Errors
    /// When it is of another issuer, names no keys, or names an address that is not safe.
    pub fn parse(bytes: &[u8], issuer: &str) -> Result<Self, DiscoveryError> {
        let document = object(bytes, "payload").map_err(|_| DiscoveryError::NotADocument)?;
        let own = text(&document, "issuer").ok().flatten();
        if own != Some(issuer) {
            return Err(DiscoveryError::OtherIssuer);
        }
        let address = |name: &'static str| match text(&document, name) {
            Ok(None) => Ok(None),
            Ok(Some(url)) if is_safe(url) => Ok(Some(url.to_owned())),
            Ok(Some(_)) | Err(_) => Err(DiscoveryError::Unsafe { name }),
        };
        Ok(Self {
            jwks_uri: address("jwks_uri")?.ok_or(DiscoveryError::NoKeys)?,
            authorization_endpoint: address("authorization_endpoint")?,
            token_endpoint: address("token_endpoint")?,
            end_session_endpoint: address("end_session_endpoint")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_speaks_for_itself_only() {
        const ISSUER: &str = "https://login.larkmoor.example/a";
        let check = |text: &str, expected: Result<&str, DiscoveryError>| {
            let found = Discovery::parse(text.as_bytes(), ISSUER).map(|found| found.jwks_uri);
            assert_eq!(found, expected.map(str::to_owned), "{text}");
        };
        let with = |rest: &str| format!(r#"{{"issuer":"{ISSUER}"{rest}}}"#);
        check(
            &with(r#","jwks_uri":"https://keys.example/k""#),
            Ok("https://keys.example/k"),
        );
        check(&with(""), Err(DiscoveryError::NoKeys));
        check(
            &with(r#","jwks_uri":"http://keys.example/k""#),
            Err(DiscoveryError::Unsafe { name: "jwks_uri" }),
        );
        check(
            &with(r#","jwks_uri":"https://k/","token_endpoint":"http://evil.example/""#),
            Err(DiscoveryError::Unsafe {
                name: "token_endpoint",
            }),
        );
        for other in [
            "https://login.larkmoor.example/a/",
            "https://login.larkmoor.example/A",
            "",
        ] {
            let text = format!(r#"{{"issuer":"{other}","jwks_uri":"https://k/"}}"#);
            check(&text, Err(DiscoveryError::OtherIssuer));
        }
        check("<html>", Err(DiscoveryError::NotADocument));
        check(
            &with(&format!(r#","issuer":"{ISSUER}","jwks_uri":"https://k/""#)),
            Err(DiscoveryError::NotADocument),
        );
    }

    #[test]
    fn the_address_follows_from_the_issuer() {
        let check = |issuer: &str, described, expected: &str| {
            assert_eq!(Discovery::address(issuer, described), expected);
        };
        let (sign_in, events) = (Described::OpenId, Described::SharedSignals);
        check(
            "https://a.example/t/",
            sign_in,
            "https://a.example/t/.well-known/openid-configuration",
        );
        check(
            "https://a.example",
            events,
            "https://a.example/.well-known/ssf-configuration",
        );
        check(
            "https://a.example/t/u",
            events,
            "https://a.example/.well-known/ssf-configuration/t/u",
        );
    }
}
