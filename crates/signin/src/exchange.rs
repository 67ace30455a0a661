//! What services ask: for a token to act for somebody whose token they have (RFC 8693).
//!
//! A service proves itself as a client of OAuth, by one key: with HTTP Basic, in the form, or as a bearer; or by a token
//! of its own as `actor_token`. Nothing that it gets is more than what both it and the person still have: each request
//! with it is decided anew.

use crate::form::Form;
use crate::{Asked, Desk, Happening, answers};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode};
use identity::signed_in::SignedIn;
use identity::tokens::exchange::{ACCESS_TOKEN, Actor, ExchangeError, ExchangeRequest};
use identity::tokens::{ActorProof, Issuers, VerifiedToken};
use identity::{ApiKey, CollectError, KeyHolder};
use serde_json::json;
use std::sync::Arc;

/// Why a service gets no token.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// What it asks for.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// It has not proved itself.
    #[error("{0}")]
    Client(&'static str),
    /// It proves itself in two ways.
    #[error("the service proves itself in more than one way")]
    Twice,
    /// It could not be recorded.
    #[error("it could not be recorded")]
    NoRecord,
    /// It may not act, or not for this person.
    #[error(transparent)]
    MayNotAct(#[from] CollectError),
}

/// What a client presents of itself.
struct Presented {
    id: Option<String>,
    key: String,
}

impl Desk {
    pub(crate) async fn exchange(&self, asked: &Asked<'_>, form: &Form) -> Response<String> {
        match self.exchanged(asked, form).await {
            Ok((token, expires_in)) => answers::json(
                StatusCode::OK,
                &json!({
                    "access_token": token,
                    "issued_token_type": ACCESS_TOKEN,
                    "token_type": "Bearer",
                    "expires_in": expires_in,
                }),
            ),
            Err(refusal) => {
                tracing::info!(%refusal, "a service gets no token to act for somebody");
                refusal.answer()
            }
        }
    }

    async fn exchanged(&self, asked: &Asked<'_>, form: &Form) -> Result<(String, i64), Refusal> {
        let base = &self.settings.public_url;
        let request = ExchangeRequest::parse(&form.0, &[base.clone(), format!("{base}/")])?;
        let (holder, actor) = match (presented(asked.headers, form)?, &request.actor_token) {
            (Some(_), Some(_)) => return Err(Refusal::Twice),
            (Some(presented), None) => self.by_key(&presented)?,
            (None, Some(token)) => {
                let token = self.verified("actor", token).await?;
                (
                    identity::Caller::from(Arc::clone(&token)).holder,
                    Actor::by_token(&token)?,
                )
            }
            (None, None) => return Err(Refusal::Client("the service has not proved itself")),
        };
        let subject = self.verified("subject", &request.subject_token).await?;
        let now = self.now();
        let granted = actor.acting_for(&subject, now)?;
        let application = (self.settings.may_act)(&holder, &granted.person)?;
        let (service, person) = (&granted.service, &granted.person);
        let acting = Happening::Acting {
            service,
            person,
            application: &application,
        };
        if !self.note(acting).await {
            return Err(Refusal::NoRecord);
        }
        tracing::info!(
            service,
            person,
            application,
            "a service has a token to act for somebody"
        );
        Ok(self.settings.signed_in.delegate(granted, &application, now))
    }

    fn by_key(&self, presented: &Presented) -> Result<(KeyHolder, Actor), Refusal> {
        let not_known = || Refusal::Client("the key of the service is not known here, or it has expired");
        let holder = self
            .settings
            .keys
            .verify(&presented.key, self.now())
            .ok_or_else(not_known)?;
        let key = ApiKey::parse_presented(&presented.key).map_err(|_| not_known())?;
        if presented.id.as_ref().is_some_and(|id| *id != holder.person) {
            return Err(Refusal::Client(
                "the key is not that of the service account that `client_id` names",
            ));
        }
        let actor = Actor {
            service: holder.person.clone(),
            proof: ActorProof::Key(key.id().to_owned()),
            expires: None,
        };
        Ok((holder, actor))
    }

    /// A token that is taken here. One whose key has not been seen yet may wait a moment for it.
    async fn verified(&self, whose: &'static str, token: &str) -> Result<Arc<VerifiedToken>, ExchangeError> {
        let (settings, no) = (&self.settings, |reason: String| ExchangeError::Token {
            whose,
            reason,
        });
        if SignedIn::is_token(token) {
            let verified = settings.signed_in.verify(token, self.now());
            return verified.map_err(|error| no(error.to_string()));
        }
        if !Issuers::is_token(token) {
            return Err(no("it is no token of a provider or of this gateway".to_owned()));
        }
        match settings.issuers.verify(token, self.now()) {
            Err(error) if error.may_change() => {
                settings.issuers.wait_for_keys(token, settings.clock).await;
                let again = settings.issuers.verify(token, self.now());
                again.map_err(|error| no(error.to_string()))
            }
            verified => verified.map_err(|error| no(error.to_string())),
        }
    }
}

impl Refusal {
    fn answer(&self) -> Response<String> {
        let bad = StatusCode::BAD_REQUEST;
        let (status, code, help) = match self {
            Self::Exchange(error) => (bad, error.code(), error.help()),
            Self::Client(_) => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "send the key of a service account by HTTP Basic, as `client_secret` or as a bearer",
            ),
            Self::NoRecord => return answers::unavailable(),
            Self::Twice => (
                bad,
                "invalid_request",
                "send its key once, or its own token as `actor_token`",
            ),
            Self::MayNotAct(CollectError::UnknownPerson { .. }) => (
                bad,
                "invalid_request",
                "both the service and the person must be in the directory",
            ),
            Self::MayNotAct(_) => (
                bad,
                "unauthorized_client",
                "the register says in `service` of an application which account may act by it",
            ),
        };
        let mut answer = answers::oauth(status, code, &format!("{self}; {help}"));
        if status == StatusCode::UNAUTHORIZED {
            let basic = HeaderValue::from_static("Basic realm=\"bailiwick\", charset=\"UTF-8\"");
            answer.headers_mut().insert(WWW_AUTHENTICATE, basic);
        }
        answer
    }
}

/// The key that a service presents, in one of the places where clients of OAuth put theirs.
fn presented(headers: &HeaderMap, form: &Form) -> Result<Option<Presented>, Refusal> {
    const UNREADABLE: Refusal = Refusal::Client("the header `authorization` cannot be read");
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let of_header = match (all.next(), all.next()) {
        (None, _) => None,
        (Some(value), None) => {
            let text = value.to_str().ok().and_then(|text| text.split_once(' '));
            let (scheme, rest) = text.ok_or(UNREADABLE)?;
            Some(match scheme.to_ascii_lowercase().as_str() {
                "basic" => basic(rest.trim()).ok_or(UNREADABLE)?,
                "bearer" => Presented {
                    id: None,
                    key: rest.trim().to_owned(),
                },
                _ => return Err(UNREADABLE),
            })
        }
        (Some(_), Some(_)) => return Err(Refusal::Twice),
    };
    let has = |name: &str| form.0.iter().any(|(other, _)| other == name);
    let id = form.one("client_id").map(str::to_owned);
    match (of_header, form.one("client_secret")) {
        (Some(_), _) if has("client_secret") => Err(Refusal::Twice),
        (Some(presented), _) => Ok(Some(match (&presented.id, id) {
            (Some(one), Some(other)) if *one != other => return Err(Refusal::Twice),
            (None, id) => Presented { id, ..presented },
            _ => presented,
        })),
        (None, Some(key)) => Ok(Some(Presented {
            id,
            key: key.to_owned(),
        })),
        (None, None) if has("client_secret") => Err(Refusal::Twice),
        (None, None) => Ok(None),
    }
}

/// A name and a key by HTTP Basic, each escaped as in a form (RFC 6749, 2.3.1). Who leaves the name out has a key only.
fn basic(text: &str) -> Option<Presented> {
    let bytes = STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, key) = text.split_once(':')?;
    let plain = |part: &str| {
        let escaped = part.replace('&', "%26");
        let mut fields = form_urlencoded::parse(escaped.as_bytes());
        // without an equals sign all of it is the name
        let (name, value) = fields.next().unwrap_or_default();
        match escaped.contains('=') {
            true => format!("{name}={value}"),
            false => name.into_owned(),
        }
    };
    Some(Presented {
        id: Some(plain(id)).filter(|id| !id.is_empty()),
        key: plain(key),
    })
}
