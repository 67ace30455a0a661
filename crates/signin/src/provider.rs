//! The firm's provider, as far as sign-in of tools needs it: where people are sent, and what their code is worth.

use identity::tokens::console::CodeExchange;
use identity::tokens::{Described, Discovery, Fetch, FetchError};
use register::model::Instant;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds for which the provider's description is believed.
const BELIEVED: i64 = 300;

/// Reads the secret by which we prove to the provider who we are, each time anew, so that it can be replaced.
pub type ClientSecret = Arc<dyn Fn() -> Result<String, String> + Send + Sync>;

/// The provider.
pub(crate) struct Provider {
    issuer: String,
    line: Arc<dyn Fetch>,
    secret: Option<ClientSecret>,
    described: Mutex<Option<(Discovery, Instant)>>,
}

impl Provider {
    pub(crate) fn new(issuer: String, line: Arc<dyn Fetch>, secret: Option<ClientSecret>) -> Self {
        Self {
            issuer,
            line,
            secret,
            described: Mutex::new(None),
        }
    }

    /// What it says of itself.
    pub(crate) async fn described(&self, at: Instant) -> Result<Discovery, FetchError> {
        if let Some((found, since)) = self.known()
            && (since.0..since.0.saturating_add(BELIEVED)).contains(&at.0)
        {
            return Ok(found);
        }
        let address = Discovery::address(&self.issuer, Described::OpenId);
        let bytes = self.line.get(&address).await?;
        let found = Discovery::parse(&bytes, &self.issuer);
        let found = found.map_err(|error| FetchError::new(error.to_string()))?;
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        *described = Some((found.clone(), at));
        Ok(found)
    }

    fn known(&self) -> Option<(Discovery, Instant)> {
        let described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.clone()
    }

    /// The identity token that a code is worth.
    pub(crate) async fn identity_token(
        &self,
        client: &str,
        exchange: CodeExchange,
        at: Instant,
    ) -> Result<String, FetchError> {
        let endpoint = self.described(at).await?.token_endpoint;
        let endpoint = endpoint.ok_or_else(|| FetchError::new("the provider has no token endpoint"))?;
        let secret = self.secret.as_ref().map(|read| read()).transpose();
        let secret = secret.map_err(FetchError::new)?;
        let mut form = exchange.form;
        if secret.is_none() {
            form.push(("client_id", client.to_owned()));
        }
        let proof = secret.as_deref().map(|secret| (client, secret));
        let bytes = self.line.post(&endpoint, proof, &form).await?;
        let answer: Value = serde_json::from_slice(&bytes)
            .map_err(|_| FetchError::new("the provider's answer is no JSON"))?;
        let token = answer.get("id_token").and_then(Value::as_str);
        token
            .map(str::to_owned)
            .ok_or_else(|| FetchError::new("the provider gave no identity token"))
    }
}

/// The origin of an address: scheme, host and port.
pub(crate) fn origin(address: &str) -> Option<&str> {
    let host = address.find("://")?.checked_add(3)?;
    let rest = address.get(host..)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    address.get(..host.checked_add(end)?)
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn an_origin_ends_with_the_port() {
        for (address, expected) in [
            ("https://a.example:8/b?c", Some("https://a.example:8")),
            ("https://a.example", Some("https://a.example")),
            ("https://a.example?b", Some("https://a.example")),
            ("a.example/b", None),
        ] {
            assert_eq!(origin(address), expected);
        }
    }
}
