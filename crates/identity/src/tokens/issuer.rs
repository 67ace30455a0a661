//! Whoever signs, with their keys; and an issuer of tokens, which is one of them.

use super::TokenError;
use super::claims;
use super::compact::Compact;
use super::published::Published;
use super::settings::{Authority, IssuerSettings};
use super::verified::VerifiedToken;
use register::model::Instant;

/// An issuer of tokens.
pub(super) struct Issuer {
    pub settings: IssuerSettings,
    pub published: Published,
}

impl Published {
    /// Checks that something is signed by one of an authority's keys, by an algorithm that is taken from it; gives the
    /// generation of the keys.
    pub(super) fn check(
        &self,
        authority: &Authority,
        token: &Compact<'_>,
        at: Instant,
    ) -> Result<u64, TokenError> {
        let header = &token.header;
        if !authority.algorithms.contains(&header.algorithm) {
            return Err(TokenError::Algorithm);
        }
        let known = self.usable(authority, at)?;
        let key = header.key.as_deref();
        known
            .set
            .check(key, header.algorithm, token.signed, token.signature)?;
        Ok(known.generation)
    }
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
        let known = self.published.usable(&self.settings.authority, at)?;
        Ok(known.generation)
    }

    /// Checks the signature of a token; gives the generation of the keys.
    pub(super) fn check_signature(&self, token: &Compact<'_>, at: Instant) -> Result<u64, TokenError> {
        self.published.check(&self.settings.authority, token, at)
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
