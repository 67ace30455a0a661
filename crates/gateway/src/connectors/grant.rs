//! What a request carries so that the provider takes it, and until when it does.

use super::credential::Secret;
use super::google::ServiceAccount;
use super::line::Line;
use super::options::Auth;
use super::sigv4::AwsKeys;
use super::token::{self, Token};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use register::model::Instant;
use serde::Deserialize;
use std::sync::Arc;
use wire::Protocol;

/// What a request carries.
#[derive(Clone)]
pub(crate) enum Grant {
    /// Nothing: the provider asks for nothing.
    Nothing,
    /// A header.
    Header(HeaderName, HeaderValue),
    /// A signature by these keys.
    Aws(Arc<AwsKeys>),
}

/// A grant, and how long it holds.
#[derive(Clone)]
pub(super) struct Granted {
    pub grant: Grant,
    /// First instant at which it no longer holds; `None`: it holds until it is replaced.
    pub ends: Option<Instant>,
}

/// The keys of Amazon as its programs write them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenKeys {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
}

impl Granted {
    /// What a secret gives by itself, without asking anybody; `None` where somebody has to be asked.
    ///
    /// # Errors
    /// When the secret cannot be used, in words that hold nothing of it.
    pub(super) fn at_hand(auth: &Auth, protocol: Protocol, secret: &Secret) -> Result<Option<Self>, String> {
        let lasting = |grant| Self { grant, ends: None };
        match auth {
            Auth::Key => key(protocol, secret.text()).map(|grant| Some(lasting(grant))),
            Auth::Bearer => bearer(secret.text()).map(|grant| Some(lasting(grant))),
            Auth::Aws => aws(secret.text()).map(Some),
            Auth::Google => ServiceAccount::parse(secret.text()).map(|_| None),
            Auth::Entra(_) => Ok(None),
        }
    }

    /// What a secret gives, asking whoever has to be asked.
    ///
    /// # Errors
    /// In words that hold nothing of the secret.
    pub(super) async fn ask(
        auth: &Auth,
        protocol: Protocol,
        secret: &Secret,
        line: &Line,
        now: Instant,
    ) -> Result<Self, String> {
        if let Some(granted) = Self::at_hand(auth, protocol, secret)? {
            return match granted.ends {
                Some(ends) if ends <= now => Err("keys that have run out".to_owned()),
                _ => Ok(granted),
            };
        }
        let Token { secret, lives } = match auth {
            Auth::Entra(client) => {
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", &client.client_id),
                    ("client_secret", secret.text()),
                    ("scope", &client.scope),
                ];
                token::ask(line, &client.token_url, &form).await?
            }
            _ => {
                let account = ServiceAccount::parse(secret.text())?;
                let assertion = account.assertion(now)?;
                let form = [
                    ("grant_type", ServiceAccount::GRANT_TYPE),
                    ("assertion", &assertion),
                ];
                token::ask(line, account.token_url(), &form).await?
            }
        };
        Ok(Self {
            grant: bearer(&secret)?,
            ends: Some(now.plus(lives)),
        })
    }
}

fn key(protocol: Protocol, secret: &str) -> Result<Grant, String> {
    let name = match protocol {
        Protocol::Anthropic => "x-api-key",
        Protocol::AzureOpenAi => "api-key",
        Protocol::Gemini => "x-goog-api-key",
        Protocol::OpenAi | Protocol::OpenAiCompatible | Protocol::Bedrock | Protocol::Vertex => {
            return bearer(secret);
        }
    };
    header(HeaderName::from_static(name), secret)
}

fn bearer(secret: &str) -> Result<Grant, String> {
    header(AUTHORIZATION, &format!("Bearer {secret}"))
}

fn header(name: HeaderName, text: &str) -> Result<Grant, String> {
    let mut value = HeaderValue::from_str(text).map_err(|_| "cannot be sent in a header".to_owned())?;
    value.set_sensitive(true);
    Ok(Grant::Header(name, value))
}

fn aws(text: &str) -> Result<Granted, String> {
    let unusable = || "is not JSON with `AccessKeyId` and `SecretAccessKey`".to_owned();
    let written: WrittenKeys = serde_json::from_str(text).map_err(|_| unusable())?;
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let session = written.session_token.filter(|token| !token.is_empty());
    if ![
        Some(written.access_key_id.as_str()),
        Some(&written.secret_access_key),
        session.as_deref(),
    ]
    .into_iter()
    .flatten()
    .all(is_word)
    {
        return Err(unusable());
    }
    let ends = written.expiration.map(|text| Instant::parse(&text)).transpose();
    Ok(Granted {
        grant: Grant::Aws(Arc::new(AwsKeys {
            id: written.access_key_id,
            secret: written.secret_access_key,
            session,
        })),
        ends: ends.map_err(|_| "has an `Expiration` that is no instant".to_owned())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(auth: &Auth, protocol: Protocol, secret: &str, expected: (&str, &str)) {
        let granted = Granted::at_hand(auth, protocol, &Secret::of(secret).unwrap());
        let Grant::Header(name, value) = granted.unwrap().unwrap().grant else {
            panic!("{protocol:?}");
        };
        assert_eq!((name.as_str(), value.to_str().unwrap()), expected);
        assert!(value.is_sensitive());
    }

    #[test]
    fn each_protocol_has_its_header() {
        check(&Auth::Key, Protocol::Anthropic, "s", ("x-api-key", "s"));
        check(&Auth::Key, Protocol::AzureOpenAi, "s", ("api-key", "s"));
        check(&Auth::Key, Protocol::Gemini, "s", ("x-goog-api-key", "s"));
        check(&Auth::Key, Protocol::Bedrock, "s", ("authorization", "Bearer s"));
        check(
            &Auth::Bearer,
            Protocol::Anthropic,
            "s",
            ("authorization", "Bearer s"),
        );
    }

    #[test]
    fn keys_of_amazon_are_json() {
        let parse = |text: &str| aws(text);
        let whole = r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"2026-07-15T10:00:00Z"}"#;
        let granted = parse(whole).unwrap();
        assert_eq!(
            granted.ends,
            Some(Instant::parse("2026-07-15T10:00:00Z").unwrap())
        );
        let Grant::Aws(keys) = granted.grant else { panic!() };
        assert_eq!((keys.id.as_str(), keys.session.as_deref()), ("A", Some("T")));
        for text in [
            "canary",
            r#"{"AccessKeyId":"canary"}"#,
            r#"{"AccessKeyId":"","SecretAccessKey":"canary"}"#,
            r#"{"AccessKeyId":"a canary","SecretAccessKey":"b"}"#,
            r#"{"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"canary"}"#,
        ] {
            let error = parse(text).err().unwrap();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
