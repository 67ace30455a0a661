//! How documents of a provider are fetched: by whoever runs this, over connections of their own.

use std::pin::Pin;

/// Bytes on their way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchError>> + Send + 'a>>;

/// Largest document that is read, in bytes.
pub const LARGEST_DOCUMENT: usize = 256 * 1024;

/// Fetches documents.
///
/// It follows no redirection, takes 200 for an answer and nothing else, reads no more than [`LARGEST_DOCUMENT`] and gives up after a few seconds. It is asked for addresses of the configuration and of documents that came from
/// those, all of them `https` or on this machine; never for an address in a token.
pub trait Fetch: Send + Sync {
    /// Fetches the document at this address.
    fn get<'a>(&'a self, url: &'a str) -> Fetching<'a>;

    /// Sends a form to this address, with the name and secret of a client if there is one, and fetches the answer. Who
    /// only fetches sends nothing.
    fn post<'a>(
        &'a self,
        url: &'a str,
        client: Option<(&'a str, &'a str)>,
        form: &'a [(&'static str, String)],
    ) -> Fetching<'a> {
        let (_, _, _) = (url, client, form);
        Box::pin(async { Err(FetchError::new("nothing is sent this way")) })
    }
}

/// Why a document was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FetchError {
    /// In words, without what was answered.
    pub reason: String,
}

impl FetchError {
    /// A failure in these words.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// Whether keys may be fetched from this address, or people sent to it: https, or this machine; no name or password.
pub(super) fn is_safe(url: &str) -> bool {
    let (scheme, rest) = match url.split_once("://") {
        Some(parts) => parts,
        None => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
    if !is_plain || authority.is_empty() || authority.contains('@') || url.contains('#') {
        return false;
    }
    match scheme {
        "https" => true,
        "http" => is_loopback(authority),
        _ => false,
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_by_https_or_from_this_machine() {
        for url in [
            "https://login.larkmoor.example/",
            "http://127.0.0.1:9/keys",
            "http://localhost:1",
            "http://[::1]:9/keys",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "http://login.larkmoor.example/",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "https://a:b@login.larkmoor.example/",
            "https://",
            "https:///keys",
            "https://a b/",
            "https://a/#b",
            "file:///etc/passwd",
            "HTTP://127.0.0.1/",
            "",
        ] {
            assert!(!is_safe(url), "{url}");
        }
    }
}
