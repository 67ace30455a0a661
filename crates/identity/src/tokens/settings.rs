//! What is taken from an issuer: written by whoever runs the installation, never by a token.

use super::Algorithm;
use super::fetch::is_safe;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody whose signature counts: for what, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Identity, as what it signs and its own description have it, letter by letter.
    pub issuer: String,
    /// Who we are to it: what it signs must be for one of these.
    pub audiences: Vec<String>,
    /// Algorithms that are taken.
    pub algorithms: Vec<Algorithm>,
    /// Where it describes itself.
    pub described: Described,
    /// Where its keys are, if it does not describe itself.
    pub jwks_uri: Option<String>,
    /// Seconds by which clocks may differ.
    pub skew: i64,
    /// Seconds after its issue for which something is taken at most.
    pub max_age: i64,
    /// Seconds after which keys are fetched again.
    pub refresh: i64,
    /// Seconds for which keys are used that could not be fetched again.
    pub keys_max_age: i64,
}

/// Where somebody describes themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Described {
    /// As a provider of sign-in.
    OpenId,
    /// As a sender of events.
    SharedSignals,
}

/// An issuer, and all that is taken from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// Whose signature it is.
    pub authority: Authority,
    /// Sorts of access token that are taken.
    pub sorts: Vec<Sort>,
    /// The claims that name the person as the directory does; several are joined by `:`.
    pub person: Vec<String>,
    /// The claim that names the client.
    pub client: String,
    /// For each client the application of the register that it stands for. A client that is not listed is not taken.
    pub applications: BTreeMap<String, String>,
    /// The claim that lists the person's groups, if it is to be used in place of the directory's.
    pub groups: Option<String>,
    /// Who we are to it as a client, when people sign in here and are signed out there.
    pub client_id: Option<String>,
}

/// A sort of access token, by the `typ` of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `at+jwt`, the sort that is made for it (RFC 9068).
    AccessToken,
    /// `JWT`, or none: it could be any token, so what tells an identity token is looked for too.
    Unspecified,
}

/// Where the claims of a provider differ from the standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 9068.
    #[default]
    Standard,
    /// Microsoft Entra, version 2 of its tokens.
    Entra,
    /// Okta, with an authorization server of the firm's own.
    Okta,
    /// Keycloak.
    Keycloak,
}

/// Why settings of an issuer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Its address, or that of its keys, is not safe.
    #[error("`{url}` is not reached by https, so nothing that comes from there can be trusted")]
    Unsafe {
        /// The address.
        url: String,
    },
    /// Nothing could ever be taken.
    #[error("issuer `{issuer}` has no {what}, so no token of it could be taken")]
    Nothing {
        /// The issuer.
        issuer: String,
        /// What is missing.
        what: &'static str,
    },
    /// A time makes no sense.
    #[error("`{what}` of issuer `{issuer}` must be {bounds} seconds")]
    Time {
        /// The issuer.
        issuer: String,
        /// Which time.
        what: &'static str,
        /// From and to.
        bounds: &'static str,
    },
    /// It occurs twice.
    #[error("issuer `{issuer}` occurs twice")]
    Twice {
        /// The issuer.
        issuer: String,
    },
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Entra, Self::Okta, Self::Keycloak];

    /// Its word in configurations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::Keycloak => "keycloak",
        }
    }

    const fn sort(self) -> Sort {
        match self {
            Self::Standard => Sort::AccessToken,
            Self::Entra | Self::Okta | Self::Keycloak => Sort::Unspecified,
        }
    }

    const fn person(self) -> &'static [&'static str] {
        match self {
            Self::Standard | Self::Keycloak => &["sub"],
            // `sub` is another one for each client
            Self::Entra => &["tid", "oid"],
            // `sub` is a name that can be given to somebody else
            Self::Okta => &["uid"],
        }
    }

    const fn client(self) -> &'static str {
        match self {
            Self::Standard => "client_id",
            Self::Entra | Self::Keycloak => "azp",
            Self::Okta => "cid",
        }
    }
}

impl Authority {
    /// Seconds by which clocks may differ, where nothing else is said.
    pub const SKEW: i64 = 60;

    /// Somebody who signs for these audiences.
    pub fn new(issuer: impl Into<String>, audiences: Vec<String>, described: Described) -> Self {
        Self {
            issuer: issuer.into(),
            audiences,
            algorithms: vec![Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256],
            described,
            jwks_uri: None,
            skew: Self::SKEW,
            max_age: 24 * 3600,
            refresh: 300,
            keys_max_age: 24 * 3600,
        }
    }

    /// Whether it makes sense.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let urls = [Some(&self.issuer), self.jwks_uri.as_ref()];
        if let Some(url) = urls.into_iter().flatten().find(|url| !is_safe(url)) {
            return Err(SettingsError::Unsafe { url: url.clone() });
        }
        self.need("audience", !self.audiences.is_empty())?;
        self.need("algorithm", !self.algorithms.is_empty())?;
        let times = [
            ("clock_skew", (0..=300).contains(&self.skew), "0 to 300"),
            (
                "max_age",
                (60..=30 * 86_400).contains(&self.max_age),
                "60 to 2592000",
            ),
            ("refresh", (10..=86_400).contains(&self.refresh), "10 to 86400"),
            (
                "keys_max_age",
                (self.refresh..=7 * 86_400).contains(&self.keys_max_age),
                "at least those of `refresh` and at most 604800",
            ),
        ];
        match times.into_iter().find(|(_, is_fine, _)| !is_fine) {
            None => Ok(()),
            Some((what, _, bounds)) => Err(SettingsError::Time {
                issuer: self.issuer.clone(),
                what,
                bounds,
            }),
        }
    }

    fn need(&self, what: &'static str, is_there: bool) -> Result<(), SettingsError> {
        let issuer = || self.issuer.clone();
        is_there.then_some(()).ok_or_else(|| SettingsError::Nothing {
            issuer: issuer(),
            what,
        })
    }
}

impl IssuerSettings {
    /// An issuer by its dialect, from which no client is taken yet.
    pub fn new(issuer: impl Into<String>, audiences: Vec<String>, dialect: Dialect) -> Self {
        Self {
            authority: Authority::new(issuer, audiences, Described::OpenId),
            sorts: vec![dialect.sort()],
            person: dialect.person().iter().map(|&claim| claim.to_owned()).collect(),
            client: dialect.client().to_owned(),
            applications: BTreeMap::new(),
            groups: None,
            client_id: None,
        }
    }

    /// Whether all of these make sense, also beside one another.
    pub(super) fn check_all(all: &[Self]) -> Result<(), SettingsError> {
        let mut seen = BTreeSet::new();
        for settings in all {
            let authority = &settings.authority;
            authority.check()?;
            authority.need("sort of token", !settings.sorts.is_empty())?;
            authority.need("claim that names the person", !settings.person.is_empty())?;
            authority.need("client", !settings.applications.is_empty())?;
            if !seen.insert(authority.issuer.as_str()) {
                let issuer = authority.issuer.clone();
                return Err(SettingsError::Twice { issuer });
            }
        }
        Ok(())
    }
}
