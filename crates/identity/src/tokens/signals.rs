//! Signals: events in which a provider says that a sign-in has ended or has become another one.
//!
//! They come as signed statements (RFC 8417), pushed here (RFC 8935), in the words of OpenID Shared Signals, CAEP and RISC.
//! A *transmitter* is named by the installation, with the issuers of whose sign-ins it may speak. A statement is verified
//! like a token; what it says is turned into names, and what those names had signed in for is taken back at once.
//!
//! An event only ever takes away, so one that comes twice does nothing more, and one that cannot be understood in part
//! takes away what can be understood. Nothing that is badly signed, for somebody else or too old has any effect.

mod event;
pub(super) mod memory;
mod subject;

pub use event::SignalKind;

use super::compact::Compact;
use super::fetch::Fetch;
use super::issuers::sha256;
use super::json::{self, Object, needed, nested};
use super::published::Published;
use super::revocations::Revocations;
use super::settings::{Authority, SettingsError};
use super::verified::Name;
use super::{TokenError, claims};
use event::Event;
use memory::Memory;
use register::model::Instant;
use std::sync::Arc;
use tokio::task::JoinSet;

/// The media type of a statement.
const MEDIA_TYPE: &str = "application/secevent+jwt";

/// A sender of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransmitterSettings {
    /// Whose signature it is.
    pub authority: Authority,
    /// Issuers of whose sign-ins it may speak.
    pub speaks_of: Vec<String>,
}

/// Something that was said of somebody's sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What happened.
    pub kind: SignalKind,
    /// The issuers of the sign-ins.
    pub issuers: Vec<String>,
    /// Of whom, by all names that were given.
    pub names: Vec<Name>,
    /// When it was said.
    pub at: Instant,
}

/// Receives events.
pub struct Signals {
    transmitters: Vec<Transmitter>,
    revocations: Arc<Revocations>,
    memory: Memory,
}

struct Transmitter {
    settings: TransmitterSettings,
    published: Published,
}

/// What became of an event that was pushed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken: 202 without a body. These had an effect.
    Taken(Vec<Signal>),
    /// It was taken before; nothing happened this time: 202 without a body.
    Repeated,
    /// It was not taken: 400 with this as JSON.
    Refused(DeliveryError),
}

/// Why an event was not taken, as its sender is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub struct DeliveryError {
    /// The word of RFC 8935.
    pub code: &'static str,
    /// In words, without anything of the event.
    pub description: String,
}

impl DeliveryError {
    fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    /// The body of the answer.
    pub fn to_json(&self) -> String {
        serde_json::json!({"err": self.code, "description": self.description}).to_string()
    }
}

impl From<TokenError> for DeliveryError {
    fn from(error: TokenError) -> Self {
        let code = match &error {
            TokenError::UnknownIssuer => "invalid_issuer",
            TokenError::Audience => "invalid_audience",
            TokenError::UnknownKey | TokenError::NoKeys | TokenError::Algorithm => "invalid_key",
            TokenError::Signature => "authentication_failed",
            _ => "invalid_request",
        };
        Self::new(code, error.to_string())
    }
}

/// A statement that was verified.
struct Statement {
    transmitter: usize,
    claims: Object,
    issued_at: Instant,
    id: String,
}

impl Signals {
    /// Events of these transmitters, which end sign-ins here.
    ///
    /// # Errors
    /// When settings make no sense, or a transmitter occurs twice or speaks of nobody's sign-ins.
    pub fn new(
        settings: Vec<TransmitterSettings>,
        revocations: Arc<Revocations>,
    ) -> Result<Self, SettingsError> {
        for (position, one) in settings.iter().enumerate() {
            one.authority.check()?;
            let issuer = || one.authority.issuer.clone();
            let is_same = |other: &TransmitterSettings| other.authority.issuer == one.authority.issuer;
            if settings.iter().take(position).any(is_same) {
                return Err(SettingsError::Twice { issuer: issuer() });
            }
            if one.speaks_of.is_empty() {
                let what = "issuer of whose sign-ins it speaks";
                return Err(SettingsError::Nothing {
                    issuer: issuer(),
                    what,
                });
            }
        }
        let transmitter = |settings| Transmitter {
            settings,
            published: Published::default(),
        };
        Ok(Self {
            transmitters: settings.into_iter().map(transmitter).collect(),
            revocations,
            memory: Memory::default(),
        })
    }

    /// Receives what was pushed: its media type and its body. It waits a moment for keys that it lacks, as a request
    /// does.
    pub async fn receive(&self, media_type: Option<&str>, body: &[u8], clock: fn() -> Instant) -> Delivery {
        let is_statement = media_type.is_some_and(|text| {
            let (sort, _) = text.split_once(';').unwrap_or((text, ""));
            sort.trim().eq_ignore_ascii_case(MEDIA_TYPE)
        });
        let Some(text) = std::str::from_utf8(body).ok().filter(|_| is_statement) else {
            let words = format!("the body must be a statement as `{MEDIA_TYPE}`");
            return Delivery::Refused(DeliveryError::new("invalid_request", words));
        };
        let mut outcome = self.take(text, clock());
        if let Err((error, Some(transmitter))) = &outcome
            && error.may_change()
            && let Some(transmitter) = self.transmitters.get(*transmitter)
        {
            transmitter.published.wait().await;
            outcome = self.take(text, clock());
        }
        match outcome {
            Ok(delivery) => delivery,
            Err((error, _)) => {
                tracing::warn!(%error, "an event was not taken");
                Delivery::Refused(error.into())
            }
        }
    }

    /// Verifies a statement and does what it says.
    fn take(&self, text: &str, at: Instant) -> Result<Delivery, (TokenError, Option<usize>)> {
        let statement = self.verify(text, at)?;
        let Some(transmitter) = self.transmitters.get(statement.transmitter) else {
            return Err((TokenError::UnknownIssuer, None));
        };
        let settings = &transmitter.settings;
        // remembered before it is acted upon; acting twice would do no harm, and not acting would
        let digest = sha256(text);
        match self.memory.see(&settings.authority.issuer, &statement.id, digest) {
            memory::Seen::New => {}
            memory::Seen::Same => return Ok(Delivery::Repeated),
            memory::Seen::Other => return Err((TokenError::Replayed, None)),
        }
        match event::read(&statement.claims, settings) {
            Ok(events) => Ok(Delivery::Taken(self.act(events, settings, statement.issued_at))),
            Err(error) => {
                tracing::warn!(%error, "an event was not understood");
                Ok(Delivery::Refused(error))
            }
        }
    }

    fn verify(&self, text: &str, at: Instant) -> Result<Statement, (TokenError, Option<usize>)> {
        let nobody = |error| (error, None);
        let compact = Compact::parse(text).map_err(nobody)?;
        let issuer = needed(&compact.claims, "iss").map_err(|_| nobody(TokenError::UnknownIssuer))?;
        let mut all = self.transmitters.iter().enumerate();
        let found = all.find(|(_, one)| one.settings.authority.issuer == issuer);
        let (position, transmitter) = found.ok_or(nobody(TokenError::UnknownIssuer))?;
        let somebody = |error| (error, Some(position));
        let authority = &transmitter.settings.authority;
        transmitter
            .published
            .check(authority, &compact, at)
            .map_err(somebody)?;
        let sort = compact.header.sort.as_deref();
        let (issued_at, id) = statement(authority, sort, &compact.claims, at).map_err(somebody)?;
        Ok(Statement {
            transmitter: position,
            claims: compact.claims,
            issued_at,
            id,
        })
    }

    /// Takes back what is meant.
    fn act(&self, events: Vec<Event>, settings: &TransmitterSettings, issued_at: Instant) -> Vec<Signal> {
        let mut signals = Vec::new();
        for event in events {
            let issuers = match event.issuer {
                Some(issuer) => vec![issuer],
                None => settings.speaks_of.clone(),
            };
            // whatever was issued before the provider said so
            if event.kind.revokes() {
                for issuer in &issuers {
                    for name in &event.names {
                        self.revocations.revoke(issuer, name, issued_at);
                    }
                }
            }
            signals.push(Signal {
                kind: event.kind,
                issuers,
                names: event.names,
                at: issued_at,
            });
        }
        signals
    }

    /// Fetches the keys of all transmitters, again and again. To be called inside a tokio runtime.
    pub async fn tend(self: Arc<Self>, fetch: impl Fn(&Authority) -> Arc<dyn Fetch>, clock: fn() -> Instant) {
        let mut tending = JoinSet::new();
        for (position, transmitter) in self.transmitters.iter().enumerate() {
            let (signals, fetch) = (Arc::clone(&self), fetch(&transmitter.settings.authority));
            tending.spawn(async move {
                if let Some(one) = signals.transmitters.get(position) {
                    one.published.tend(&one.settings.authority, &*fetch, clock).await;
                }
            });
        }
        while tending.join_next().await.is_some() {}
        std::future::pending().await
    }
}

/// Checks what every statement must say; gives when it was issued, and its id.
fn statement(
    authority: &Authority,
    sort: Option<&str>,
    claims: &Object,
    at: Instant,
) -> Result<(Instant, String), TokenError> {
    if sort != Some("secevent+jwt") {
        return Err(TokenError::Sort);
    }
    claims::check_audience(claims, &authority.audiences)?;
    let issued_at = json::instant(claims, "iat")?.ok_or_else(|| TokenError::NoClaim {
        name: "iat".to_owned(),
    })?;
    if issued_at > at.plus(authority.skew) {
        return Err(TokenError::NotYet);
    }
    if issued_at.plus(authority.max_age).plus(authority.skew) <= at {
        return Err(TokenError::TooOld);
    }
    // a statement is about what was, so it does not expire; one that says so is held to it
    if json::instant(claims, "exp")?.is_some_and(|expires| expires.plus(authority.skew) <= at) {
        return Err(TokenError::Expired);
    }
    nested(claims, "events")?
        .filter(|events| !events.is_empty())
        .ok_or_else(|| TokenError::claim("events"))?;
    Ok((issued_at, needed(claims, "jti")?.to_owned()))
}
