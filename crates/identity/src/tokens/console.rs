//! Signing in to the console: an authorization code with proof of who asked for it, and a session kept on this side.
//!
//! Three steps, none of which does any I/O. [`Attempt::begin`] makes the address that the browser is sent to, and what is
//! remembered of it under a cookie. [`Attempt::returned`] takes what the provider sent the browser back with, and says
//! what to ask the provider for. [`Attempt::complete`] takes the identity token that came, and makes a session.
//!
//! An attempt is good once, for ten minutes, in the browser in which it began, for the issuer at which it began. The
//! browser holds a random id and nothing else; what is kept on this side is kept under the id's digest.

mod stored;

use super::TokenError;
use super::discovery::Discovery;
use super::identity_token;
use super::issuers::{Issuers, sha256};
use super::verified::Name;
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use register::model::Instant;
use std::fmt::Write;
use subtle::ConstantTimeEq;

/// Seconds for which an attempt is good.
const ATTEMPT: i64 = 600;

/// Seconds for which a session is good at most, and without being used.
const SESSION: i64 = 12 * 3600;
const UNUSED: i64 = 3600;

/// A secret that is handed out once: random, in letters that need no escaping. It hides from `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket(String);

/// What is remembered of an attempt to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Digest of the id that the browser holds.
    pub browser: [u8; 32],
    /// The issuer at which it began.
    pub issuer: String,
    /// Where the browser goes when it is done: a path of the console.
    pub then: String,
    /// First instant at which it is no longer good.
    pub expires: Instant,
    state: Ticket,
    nonce: Ticket,
    verifier: Ticket,
    redirect_uri: String,
}

/// What begins an attempt.
#[derive(Clone, Debug)]
pub struct Begun {
    /// To be kept until it is used or over.
    pub attempt: Attempt,
    /// Where the browser is to be sent.
    pub address: String,
    /// What the browser is to hold.
    pub cookie: Ticket,
}

/// What to ask the provider's token endpoint for; the client's own credential is added by whoever asks.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeExchange {
    /// Fields of the form.
    pub form: Vec<(&'static str, String)>,
}

/// A session of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Digest of the id that the browser holds.
    pub browser: [u8; 32],
    /// The person, by their id in the directory.
    pub person: String,
    /// The issuer.
    pub issuer: String,
    /// When the identity token was issued: an end of sign-ins up to then ends this.
    pub issued_at: Instant,
    /// All names by which the issuer may speak of it.
    pub names: Vec<Name>,
    /// First instant at which it is no longer good.
    pub expires: Instant,
    /// When it was last used.
    pub used_at: Instant,
}

/// Why somebody could not sign in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The issuer is not one at which people sign in.
    #[error("nobody signs in to the console at this issuer")]
    NotForPeople,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a sign-in")]
    NoRandomness,
    /// Where to go afterwards is not a page of the console.
    #[error("the page to go to afterwards is not a page of the console")]
    Elsewhere,
    /// The attempt is over, or is of another browser.
    #[error("this sign-in is over or was begun in another browser; begin once more")]
    Over,
    /// What came back is not what was begun.
    #[error("what came back is not the answer to this sign-in; begin once more")]
    Mismatch,
    /// The provider said no.
    #[error("the provider did not sign you in")]
    Refused,
    /// The identity token is not taken.
    #[error("the provider's answer is not taken: {0}")]
    Token(#[from] TokenError),
}

impl Ticket {
    /// A new one.
    fn new() -> Result<Self, SignInError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| SignInError::NoRandomness)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text in the clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept in its place.
    pub fn digest(&self) -> [u8; 32] {
        sha256(&self.0)
    }

    fn is(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket(kept back)")
    }
}

impl std::fmt::Debug for CodeExchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeExchange(kept back)")
    }
}

impl Attempt {
    /// Begins to sign somebody in at an issuer, who is to come back to this address.
    ///
    /// # Errors
    /// When nobody signs in there, or where to go afterwards is not a page of the console.
    pub fn begin(
        issuers: &Issuers,
        issuer: &str,
        provider: &Discovery,
        redirect_uri: &str,
        then: &str,
        at: Instant,
    ) -> Result<Begun, SignInError> {
        let client = issuers.client_of(issuer).ok_or(SignInError::NotForPeople)?;
        let endpoint = provider
            .authorization_endpoint
            .as_ref()
            .ok_or(SignInError::NotForPeople)?;
        if !is_own_page(then) {
            return Err(SignInError::Elsewhere);
        }
        let cookie = Ticket::new()?;
        let attempt = Self {
            browser: cookie.digest(),
            issuer: issuer.to_owned(),
            then: then.to_owned(),
            expires: at.plus(ATTEMPT),
            state: Ticket::new()?,
            nonce: Ticket::new()?,
            verifier: Ticket::new()?,
            redirect_uri: redirect_uri.to_owned(),
        };
        let challenge = URL_SAFE_NO_PAD.encode(attempt.verifier.digest());
        let parameters = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", redirect_uri),
            ("scope", "openid"),
            ("state", attempt.state.reveal()),
            ("nonce", attempt.nonce.reveal()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = with_query(endpoint, &parameters);
        Ok(Begun {
            attempt,
            address,
            cookie,
        })
    }

    /// Takes what the browser came back with: its cookie, and the parameters of the address.
    ///
    /// # Errors
    /// When it is over, of another browser, not the answer to this attempt, or a refusal of the provider. Whatever it is,
    /// the attempt is used up and to be forgotten.
    pub fn returned(
        &self,
        cookie: Option<&str>,
        parameters: &[(String, String)],
        at: Instant,
    ) -> Result<CodeExchange, SignInError> {
        let is_same = cookie.is_some_and(|cookie| sha256(cookie).ct_eq(&self.browser).into());
        if at >= self.expires || !is_same {
            return Err(SignInError::Over);
        }
        let one = |name: &str| {
            let mut found = parameters.iter().filter(|(other, _)| other == name);
            let first = found.next().map(|(_, value)| value.as_str());
            (found.next().is_none())
                .then_some(first)
                .ok_or(SignInError::Mismatch)
        };
        if !one("state")?.is_some_and(|state| self.state.is(state)) {
            return Err(SignInError::Mismatch);
        }
        // an answer of another provider must not be taken for one of this (RFC 9207)
        if one("iss")?.is_some_and(|issuer| issuer != self.issuer) {
            return Err(SignInError::Mismatch);
        }
        if one("error")?.is_some() {
            return Err(SignInError::Refused);
        }
        let code = one("code")?
            .filter(|code| !code.is_empty())
            .ok_or(SignInError::Mismatch)?;
        Ok(CodeExchange {
            form: vec![
                ("grant_type", "authorization_code".to_owned()),
                ("code", code.to_owned()),
                ("redirect_uri", self.redirect_uri.clone()),
                ("code_verifier", self.verifier.reveal().to_owned()),
            ],
        })
    }

    /// Takes the identity token that the provider gave for the code; gives the session, and what the browser is to hold
    /// from now on, which is never what it held before.
    ///
    /// # Errors
    /// When the token is not taken, or is of another issuer or attempt.
    pub fn complete(
        self,
        issuers: &Issuers,
        identity_token: &str,
        at: Instant,
    ) -> Result<(Session, Ticket), SignInError> {
        if at >= self.expires {
            return Err(SignInError::Over);
        }
        let found = identity_token::verify(issuers, &self.issuer, identity_token, self.nonce.reveal(), at)?;
        let cookie = Ticket::new()?;
        let session = Session {
            browser: cookie.digest(),
            person: found.person,
            issuer: self.issuer,
            issued_at: found.issued_at,
            names: found.names,
            expires: at.plus(SESSION),
            used_at: at,
        };
        Ok((session, cookie))
    }
}

impl Session {
    /// Name of its cookie. Browsers take one with this prefix from this host only, by https only.
    pub const COOKIE: &str = "__Host-bailiwick";

    /// How its cookie is set: not readable by scripts, not sent from other sites.
    pub fn set_cookie(ticket: &Ticket) -> String {
        let (name, text) = (Self::COOKIE, ticket.reveal());
        format!("{name}={text}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={SESSION}")
    }

    /// How its cookie is taken back.
    pub fn clear_cookie() -> String {
        format!(
            "{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
            Self::COOKIE
        )
    }

    /// Whether it is good for the browser that holds this.
    pub fn is_good(&self, cookie: &str, issuers: &Issuers, at: Instant) -> bool {
        let is_same: bool = sha256(cookie).ct_eq(&self.browser).into();
        let is_fresh = (self.used_at..self.used_at.plus(UNUSED)).contains(&at) && at < self.expires;
        let revocations = issuers.revocations();
        is_same && is_fresh && revocations.stand(&self.issuer, &self.names, self.issued_at)
    }
}

/// Whether a page lies within the console: a path, which no browser reads as another host.
fn is_own_page(page: &str) -> bool {
    let is_plain = page.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    page.starts_with('/') && !page.starts_with("//") && is_plain
}

fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let mut whole = address.to_owned();
    let mut joint = if address.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        whole.push(joint);
        whole.push_str(name);
        whole.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                whole.push(char::from(byte));
            } else {
                // writing to a text cannot fail
                let _written = write!(whole, "%{byte:02X}");
            }
        }
        joint = '&';
    }
    whole
}
