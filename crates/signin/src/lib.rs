//! How coding tools sign people in: OAuth's device flow (RFC 8628) as HTTP, from a request to an answer.
//!
//! A tool that has no browser asks for a code ([`endpoints`]). Its person opens a page here ([`pages`]), compares the
//! code, signs in at the firm's own provider, and says yes or no; then the tool fetches its tokens. What is kept and what
//! tokens are is the business of [`identity::signed_in`]; this crate knows forms, cookies and pages, and has no listener:
//! the gateway hands requests in.
//!
//! A service that acts for people exchanges their tokens here too ([`exchange`]).
//!
//! Claude Code speaks the same protocol by its own `/login`, and so does `bailiwick login`.

mod answers;
mod endpoints;
mod exchange;
mod form;
mod noting;
mod pages;
mod provider;

pub use noting::{Happening, Noted, Noting};
pub use provider::ClientSecret;

use http::{HeaderMap, Method, Response};
use identity::signed_in::{Allowance, SignedIn};
use identity::tokens::{Fetch, Issuers};
use identity::{CollectError, KeyHolder, Keys};
use register::model::Instant;
use std::net::IpAddr;
use std::sync::Arc;

/// Codes that an address may ask for in ten minutes, and all together.
const BEGUN: (u32, u32) = (60, 5_000);

/// Wrong codes that an address may type in ten minutes, and all together.
const GUESSES: (u32, u32) = (10, 500);

/// Most characters of a notice: more is not shown by every tool.
pub const LONGEST_NOTICE: usize = 500;

/// Tells whether the directory has somebody, by their id.
pub type Knows = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Tells by which application of the register somebody may act for a person.
pub type MayAct = Arc<dyn Fn(&KeyHolder, &str) -> Result<String, CollectError> + Send + Sync>;

/// What the desk is made of.
pub struct DeskSettings {
    /// What people sign in to.
    pub signed_in: Arc<SignedIn>,
    /// All issuers of the installation.
    pub issuers: Arc<Issuers>,
    /// The issuer at which people sign in, one of those; it has a client id of ours.
    pub issuer: String,
    /// What proves to it that we are that client; `None`: nothing does.
    pub client_secret: Option<ClientSecret>,
    /// The way to it.
    pub provider: Arc<dyn Fetch>,
    /// How tools and browsers reach us, such as `https://ai.larkmoor.example`.
    pub public_url: String,
    /// Said beside the code, in plain text of at most [`LONGEST_NOTICE`] characters.
    pub login_notice: Option<String>,
    /// Whom the directory has.
    pub knows: Knows,
    /// The keys by which services prove themselves.
    pub keys: Arc<dyn Keys>,
    /// Which of them may act for people.
    pub may_act: MayAct,
    /// Who keeps a record of what happens here; `None`: nobody does.
    pub noting: Option<Arc<dyn Noting>>,
    /// Tells the time; nothing else here does.
    pub clock: fn() -> Instant,
}

/// The desk at which tools sign people in.
pub struct Desk {
    settings: DeskSettings,
    provider: provider::Provider,
    begun: Allowance,
    guesses: Allowance,
}

/// A request, read whole.
#[derive(Clone, Copy)]
pub struct Asked<'r> {
    /// Method.
    pub method: &'r Method,
    /// Path, byte for byte.
    pub path: &'r str,
    /// What stands behind the question mark.
    pub query: Option<&'r str>,
    /// Headers.
    pub headers: &'r HeaderMap,
    /// Body.
    pub body: &'r [u8],
    /// Where it comes from.
    pub address: IpAddr,
}

impl Desk {
    /// Puts it together.
    pub fn new(mut settings: DeskSettings) -> Self {
        settings.public_url = settings.public_url.trim_end_matches('/').to_owned();
        let provider = provider::Provider::new(
            settings.issuer.clone(),
            Arc::clone(&settings.provider),
            settings.client_secret.clone(),
        );
        Self {
            settings,
            provider,
            begun: Allowance::new(BEGUN.0, BEGUN.1),
            guesses: Allowance::new(GUESSES.0, GUESSES.1),
        }
    }

    /// Answers a request.
    pub async fn answer(&self, asked: Asked<'_>) -> Response<String> {
        match (asked.method.as_str(), asked.path) {
            ("GET", endpoints::DISCOVERY) => self.discovery(),
            ("POST", endpoints::BEGIN) => self.begin(&asked).await,
            ("POST", endpoints::TOKEN) => self.token(&asked).await,
            ("POST", endpoints::REVOKE) => self.revoke(&asked).await,
            ("GET", pages::DEVICE) => self.enter(&asked),
            ("POST", pages::DEVICE) => self.entered(&asked).await,
            ("GET", pages::BACK) => self.came_back(&asked).await,
            ("GET", pages::CONFIRM) => self.confirm(&asked).await,
            ("POST", pages::CONFIRM) => self.confirmed(&asked).await,
            _ => answers::oauth(http::StatusCode::NOT_FOUND, "not_found", "there is nothing here"),
        }
    }

    /// Whether something is on record, or nobody keeps one.
    async fn note(&self, what: Happening<'_>) -> bool {
        match &self.settings.noting {
            None => true,
            Some(noting) => noting.note(what).await,
        }
    }

    fn now(&self) -> Instant {
        (self.settings.clock)()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.public_url)
    }
}
