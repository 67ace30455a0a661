//! One issuer: what is taken from it, and its keys.

use super::TokenError;
use super::claims;
use super::compact::Compact;
use super::published::Published;
use super::settings::IssuerSettings;
use super::verified::VerifiedToken;
use register::model::Instant;

/// One issuer.
pub(super) struct Issuer {
    pub settings: IssuerSettings,
    pub published: Published,
}

impl Issuer {
    pub(super) fn new(settings: IssuerSettings) -> Self {
        Self {
            settings,
            published: Published::default(),
        }
    }

    /// Which keys its tokens are checked with at an instant.
    pub(super) fn generation(&self, at: Instant) -> Result<u64, TokenError> {
        let settings = &self.settings;
        let known = self.published.usable(at, settings.keys_max_age, settings.skew)?;
        Ok(known.generation)
    }

    /// Checks that a token is signed by one of the issuer's keys, by an algorithm that is taken from it; gives the
    /// generation of the keys.
    pub(super) fn check_signature(&self, token: &Compact<'_>, at: Instant) -> Result<u64, TokenError> {
        let settings = &self.settings;
        let header = &token.header;
        if !settings.algorithms.contains(&header.algorithm) {
            return Err(TokenError::Algorithm);
        }
        let known = self.published.usable(at, settings.keys_max_age, settings.skew)?;
        let key = header.key.as_deref();
        known
            .set
            .check(key, header.algorithm, token.signed, token.signature)?;
        Ok(known.generation)
    }

    /// Verifies an access token; gives the generation of the keys with it.
    pub(super) fn access_token(
        &self,
        token: &Compact<'_>,
        at: Instant,
    ) -> Result<(VerifiedToken, u64), TokenError> {
        let generation = self.check_signature(token, at)?;
        let verified = claims::access_token(&self.settings, &token.header, &token.claims, at)?;
        Ok((verified, generation))
    }
}
