//! What a gateway is asked by somebody who signs in.

use crate::config::credential::variable;
use crate::exit::UsageError;
use anyhow::{Context as _, bail};
use gateway::{ConnectorOptions, Documents, Proof};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where a gateway says what it is asked at.
const DISCOVERY: &str = "/.well-known/oauth-authorization-server";

/// A gateway.
pub(super) struct Gateway {
    base: String,
    line: Documents,
}

/// A sign-in that waits for its person.
pub(super) struct Begun {
    pub(super) device_code: String,
    pub(super) user_code: String,
    /// The page, with the code filled in.
    pub(super) address: String,
    /// Seconds.
    pub(super) expires_in: i64,
    /// Seconds.
    pub(super) interval: u64,
    pub(super) login_notice: Option<String>,
    pub(super) token_endpoint: String,
    pub(super) revocation_endpoint: String,
}

/// What is given.
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: String,
    pub(super) expires_in: i64,
    pub(super) refresh_token: String,
    pub(super) email: Option<String>,
}

/// What is answered to whoever asks for tokens.
pub(super) enum Answer {
    /// Tokens.
    Granted(Granted),
    /// None.
    Refused {
        /// In a word of OAuth.
        error: String,
        /// In a sentence.
        description: String,
    },
}

#[derive(Deserialize)]
struct Described {
    device_authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Waiting {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    expires_in: i64,
    interval: Option<u64>,
    login_notice: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    error: String,
    error_description: Option<String>,
}

impl Gateway {
    /// The gateway at this address: https, or this machine.
    pub(super) fn open(url: &str) -> anyhow::Result<Self> {
        let base = url.trim_end_matches('/').to_owned();
        let line = Documents::open(&base, &ConnectorOptions::default(), variable)?;
        Ok(Self { base, line })
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        self.base.clone()
    }

    /// Begins to sign in.
    pub(super) async fn begin(&self) -> anyhow::Result<Begun> {
        let (status, bytes) = self.ask(&format!("{}{DISCOVERY}", self.base), None).await?;
        if status != 200 {
            let help =
                "check the address; a gateway needs `[sign_in]` in its configuration for this".to_owned();
            let message = format!("nobody can sign in at `{}` (it answered {status})", self.base);
            return Err(UsageError::new(message, help).into());
        }
        let described: Described = read(&bytes)?;
        let at = |named: Option<String>, path: &str| self.own(named, path);
        let begin = at(
            described.device_authorization_endpoint,
            "/oauth/device_authorization",
        );
        let form = [("surface", "bailiwick".to_owned())];
        let (status, bytes) = self.ask(&begin, Some(&form)).await?;
        if status != 200 {
            let refused: Option<Refused> = serde_json::from_slice(&bytes).ok();
            let words = refused.and_then(|refused| refused.error_description);
            bail!(words.unwrap_or_else(|| format!("the gateway answered {status}")));
        }
        let waiting: Waiting = read(&bytes)?;
        Ok(Begun {
            device_code: waiting.device_code,
            user_code: waiting.user_code,
            address: waiting
                .verification_uri_complete
                .unwrap_or(waiting.verification_uri),
            expires_in: waiting.expires_in,
            interval: waiting.interval.unwrap_or(5).max(1),
            login_notice: waiting.login_notice,
            token_endpoint: at(described.token_endpoint, "/oauth/token"),
            revocation_endpoint: at(described.revocation_endpoint, "/oauth/revoke"),
        })
    }

    /// Asks for tokens.
    pub(super) async fn tokens(
        &self,
        endpoint: &str,
        form: &[(&'static str, String)],
    ) -> anyhow::Result<Answer> {
        let (status, bytes) = self.ask(endpoint, Some(form)).await?;
        if status == 200 {
            return Ok(Answer::Granted(read(&bytes)?));
        }
        let refused: Refused =
            serde_json::from_slice(&bytes).with_context(|| format!("the gateway answered {status}"))?;
        if status >= 500 {
            bail!("sign-in does not work at the gateway at the moment");
        }
        let words = || "the gateway did not sign you in".to_owned();
        Ok(Answer::Refused {
            description: refused.error_description.unwrap_or_else(words),
            error: refused.error,
        })
    }

    /// Gives a token back.
    pub(super) async fn give_back(&self, endpoint: &str, token: &str) -> anyhow::Result<()> {
        let form = [
            ("token", token.to_owned()),
            ("token_type_hint", "refresh_token".to_owned()),
        ];
        let (status, _) = self.ask(endpoint, Some(&form)).await?;
        if status != 200 {
            bail!(
                "the gateway did not end the sign-in (it answered {status}), which ends by itself within a day"
            );
        }
        Ok(())
    }

    /// What stands at a path for whoever has this token, as it comes.
    pub(super) async fn listed(&self, path: &str, token: &str) -> anyhow::Result<Vec<u8>> {
        let url = format!("{}{path}", self.base);
        let answer = self.line.ask(&url, Proof::Bearer(token), None).await;
        let (status, bytes) = answer.with_context(|| format!("`{}` cannot be asked", self.base))?;
        match status {
            200 => Ok(bytes),
            _ => bail!("the gateway answered {status} to whoever asked for `{path}`"),
        }
    }

    async fn ask(
        &self,
        url: &str,
        form: Option<&[(&'static str, String)]>,
    ) -> anyhow::Result<(u16, Vec<u8>)> {
        let answer = self.line.ask(url, Proof::None, form).await;
        answer.with_context(|| format!("`{}` cannot be asked", self.base))
    }

    /// An address that the gateway names, if it is its own; tokens go nowhere else.
    fn own(&self, named: Option<String>, path: &str) -> String {
        let is_own = |named: &String| {
            named
                .strip_prefix(&self.base)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        named
            .filter(is_own)
            .unwrap_or_else(|| format!("{}{path}", self.base))
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> anyhow::Result<T> {
    serde_json::from_slice(bytes).context("what the gateway answered cannot be read")
}
