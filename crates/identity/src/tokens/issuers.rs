//! All issuers that an installation names, and the tokens of theirs that were verified.

use super::cache::{Cache, Remembered};
use super::compact::Compact;
use super::fetch::Fetch;
use super::issuer::Issuer;
use super::json::needed;
use super::revocations::Revocations;
use super::settings::{IssuerSettings, SettingsError};
use super::signals::memory::Memory;
use super::verified::VerifiedToken;
use super::{TokenError, compact};
use aws_lc_rs::digest;
use register::model::Instant;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How often a request that waits for keys looks again.
const LOOKS: usize = 2;

/// All issuers of an installation.
pub struct Issuers {
    issuers: Vec<Issuer>,
    cache: Cache,
    revocations: Arc<Revocations>,
    /// Logout tokens that were taken.
    pub(super) memory: Memory,
}

/// How it stands with an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerHealth {
    /// The issuer.
    pub issuer: String,
    /// When its keys were fetched; `None`: never.
    pub fetched_at: Option<Instant>,
    /// Whether its tokens are taken at the moment.
    pub is_usable: bool,
    /// Why its keys could not be fetched at last, if so.
    pub failure: Option<String>,
}

impl Issuers {
    /// Issuers of which no key is known yet; [`tend`](Self::tend) fetches them.
    ///
    /// # Errors
    /// When settings make no sense, or an issuer occurs twice.
    pub fn new(settings: Vec<IssuerSettings>, revocations: Arc<Revocations>) -> Result<Self, SettingsError> {
        IssuerSettings::check_all(&settings)?;
        Ok(Self {
            issuers: settings.into_iter().map(Issuer::new).collect(),
            cache: Cache::default(),
            revocations,
            memory: Memory::default(),
        })
    }

    /// Whether a text has the form of a token. A key of ours never has.
    pub fn is_token(text: &str) -> bool {
        compact::has_form(text)
    }

    /// Verifies an access token at an instant.
    ///
    /// # Errors
    /// When it is not taken. [`TokenError::may_change`] says whether waiting for [`keys`](Self::wait_for_keys) may help.
    pub fn verify(&self, token: &str, at: Instant) -> Result<Arc<VerifiedToken>, TokenError> {
        if token.len() > compact::LARGEST {
            return Err(TokenError::TooLarge);
        }
        let digest = sha256(token);
        if let Some(remembered) = self.cache.get(&digest)
            && let Some(issuer) = self.issuers.get(remembered.issuer)
            && issuer.generation(at)? == remembered.generation
        {
            return self.standing(remembered.token, at);
        }
        let compact = Compact::parse(token)?;
        let (position, issuer) = self.issuer_of(&compact)?;
        let (verified, generation) = issuer.access_token(&compact, at)?;
        let verified = self.standing(Arc::new(verified), at)?;
        let remembered = Remembered {
            token: Arc::clone(&verified),
            issuer: position,
            generation,
        };
        self.cache.put(digest, remembered);
        Ok(verified)
    }

    /// Waits for keys without which a token cannot be verified, if they may come soon; does nothing for another.
    pub async fn wait_for_keys(&self, token: &str, clock: fn() -> Instant) {
        for _ in 0..LOOKS {
            let Some(issuer) = self.lacks_keys(token, clock()) else {
                return;
            };
            issuer.published.wait().await;
        }
    }

    /// The issuer whose keys are lacking for this token, if that is all that is known to be wrong with it.
    fn lacks_keys(&self, token: &str, at: Instant) -> Option<&Issuer> {
        let compact = Compact::parse(token).ok()?;
        let (_, issuer) = self.issuer_of(&compact).ok()?;
        let lacks = issuer.check_signature(&compact, at).err()?.may_change();
        lacks.then_some(issuer)
    }

    /// Fetches the keys of all issuers, again and again, each by what is given for it. To be called inside a tokio
    /// runtime.
    pub async fn tend(
        self: Arc<Self>,
        fetch: impl Fn(&IssuerSettings) -> Arc<dyn Fetch>,
        clock: fn() -> Instant,
    ) {
        let mut tending = JoinSet::new();
        for (position, issuer) in self.issuers.iter().enumerate() {
            let (issuers, fetch) = (Arc::clone(&self), fetch(&issuer.settings));
            tending.spawn(async move {
                if let Some(issuer) = issuers.issuers.get(position) {
                    issuer
                        .published
                        .tend(&issuer.settings.authority, &*fetch, clock)
                        .await;
                }
            });
        }
        // none of them ends by itself
        while tending.join_next().await.is_some() {}
        std::future::pending().await
    }

    /// Forgets what was taken back so long ago that no token so old is taken any more.
    pub fn forget_old(&self, at: Instant) {
        for issuer in &self.issuers {
            let authority = &issuer.settings.authority;
            let oldest = at.plus(authority.max_age.saturating_add(authority.skew).saturating_neg());
            self.revocations.forget(&authority.issuer, oldest);
        }
    }

    /// Takes back all that was issued until now.
    pub fn end_all(&self, at: Instant) {
        for issuer in &self.issuers {
            self.revocations.revoke_all(&issuer.settings.authority.issuer, at);
        }
    }

    /// How it stands with each.
    pub fn health(&self, at: Instant) -> Vec<IssuerHealth> {
        let of = |issuer: &Issuer| {
            let (fetched_at, failure) = issuer.published.told();
            IssuerHealth {
                issuer: issuer.settings.authority.issuer.clone(),
                fetched_at,
                is_usable: issuer.generation(at).is_ok(),
                failure,
            }
        };
        self.issuers.iter().map(of).collect()
    }

    /// What was taken back.
    pub const fn revocations(&self) -> &Arc<Revocations> {
        &self.revocations
    }

    /// Who we are as a client of an issuer at which people sign in.
    pub fn client_of(&self, issuer: &str) -> Option<&str> {
        let mut issuers = self.issuers.iter();
        let found = issuers.find(|other| other.settings.authority.issuer == issuer)?;
        found.settings.client_id.as_deref()
    }

    pub(super) fn issuer_of(&self, token: &Compact<'_>) -> Result<(usize, &Issuer), TokenError> {
        let name = needed(&token.claims, "iss").map_err(|_| TokenError::UnknownIssuer)?;
        let mut issuers = self.issuers.iter().enumerate();
        issuers
            .find(|(_, issuer)| issuer.settings.authority.issuer == name)
            .ok_or(TokenError::UnknownIssuer)
    }

    fn standing(&self, token: Arc<VerifiedToken>, at: Instant) -> Result<Arc<VerifiedToken>, TokenError> {
        if token.expires <= at {
            return Err(TokenError::Expired);
        }
        match self.revocations.stands(&token) {
            true => Ok(token),
            false => Err(TokenError::Revoked),
        }
    }
}

/// SHA-256 of a text.
pub(crate) fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    bytes
        .iter_mut()
        .zip(digest.as_ref())
        .for_each(|(to, from)| *to = *from);
    bytes
}
