//! Sign-in beside keys: the issuers of a configuration, who may say that sign-ins ended, and the work that all their
//! keys need.

use crate::clock;
use crate::config::credential::{Credential, variable};
use crate::config::{Config, Issuer, SignInConfig};
use crate::data::DataDir;
use crate::exit::UsageError;
use gateway::{ConnectorOptions, Documents, Hearing, Switch};
use identity::kept::SessionStore;
use identity::signed_in::{AccessKey, SignedIn, SignedInSettings};
use identity::tokens::signals::Signals;
use identity::tokens::{Authority, Fetch, FetchError, Fetching, Issuers, Revocations};
use identity::{Keys, SignIns};
use register::model::Register;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::interval;

/// How often what is too old to matter is forgotten.
const FORGETTING: Duration = Duration::from_secs(3600);

/// Sign-in of one process.
pub(crate) struct SignIn {
    signed_in: Option<Arc<SignedIn>>,
    issuers: Arc<Issuers>,
    signals: Arc<Signals>,
    /// By the address of whoever signs.
    documents: HashMap<String, Arc<Documents>>,
    /// Where ends of sign-ins are kept.
    data: Option<DataDir>,
}

impl SignIn {
    /// Opens the ways to whoever signs; nothing is fetched yet.
    ///
    /// # Errors
    /// When one of them could not be taken at their word, or their proxy or authorities cannot be used.
    pub(crate) fn open(config: &Config, revocations: &Arc<Revocations>) -> anyhow::Result<Self> {
        let usage = |error: identity::tokens::SettingsError| {
            UsageError::new(
                error.to_string(),
                "`bailiwick config check` says where".to_owned(),
            )
        };
        let issuers = config.issuers.iter().map(|one| one.settings.clone()).collect();
        let issuers = Issuers::new(issuers, Arc::clone(revocations)).map_err(usage)?;
        let signals = config
            .transmitters
            .iter()
            .map(|one| one.settings.clone())
            .collect();
        let signals = Signals::new(signals, Arc::clone(revocations)).map_err(usage)?;
        let open = |authority: &Authority, line: &ConnectorOptions| {
            let documents = Documents::open(&authority.issuer, line, variable)?;
            anyhow::Ok((authority.issuer.clone(), Arc::new(documents)))
        };
        let of_issuers = config
            .issuers
            .iter()
            .map(|one| open(&one.settings.authority, &one.line));
        let others = config
            .transmitters
            .iter()
            .map(|one| open(&one.settings.authority, &one.line));
        Ok(Self {
            signed_in: None,
            issuers: Arc::new(issuers),
            signals: Arc::new(signals),
            documents: of_issuers.chain(others).collect::<anyhow::Result<_>>()?,
            data: None,
        })
    }

    /// Keeps ends of sign-ins in this folder, and takes back what was taken back before. Where that cannot be read, what
    /// was issued until now is taken back as a whole: everybody's program renews its token once.
    #[must_use]
    pub(crate) fn keeping(self, data: &DataDir) -> Self {
        let restored = match data.revocations() {
            Ok(None) => Ok(()),
            Ok(Some(text)) => self
                .issuers
                .revocations()
                .restore(&text)
                .map_err(anyhow::Error::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = restored {
            tracing::error!(%error, "nobody knows which sign-ins were ended, so all are");
            self.issuers.end_all(clock::now());
        }
        Self {
            data: Some(data.clone()),
            ..self
        }
    }

    /// These keys, and beside them the tokens of the issuers.
    pub(crate) fn beside(&self, keys: Arc<dyn Keys>) -> Arc<dyn Keys> {
        let sign_ins = SignIns::new(keys, Arc::clone(&self.issuers), clock::now);
        Arc::new(sign_ins.with_signed_in(self.signed_in.clone()))
    }

    /// The same, where tools sign people in as the configuration says. Their tokens stand under a key that every replica
    /// with the same secret has.
    #[must_use]
    pub(crate) fn signing_in(
        self,
        wanted: &SignInConfig,
        secret: &[u8; 32],
        store: &Arc<store::Store>,
    ) -> Self {
        let settings = SignedInSettings {
            access: wanted.access,
            session: wanted.session,
            application: wanted.application.clone(),
        };
        let signed_in = SignedIn::new(
            settings,
            AccessKey::derive(secret),
            Arc::clone(store) as Arc<dyn SessionStore>,
            Arc::clone(&self.issuers),
        );
        Self {
            signed_in: Some(Arc::new(signed_in)),
            ..self
        }
    }

    /// Whoever signed in through a tool here.
    pub(crate) const fn signed_in(&self) -> Option<&Arc<SignedIn>> {
        self.signed_in.as_ref()
    }

    /// The way to an issuer.
    pub(crate) fn way_to(&self, issuer: &str) -> Arc<dyn Fetch> {
        match self.documents.get(issuer) {
            Some(documents) => Arc::clone(documents) as _,
            None => Arc::new(Nowhere),
        }
    }

    /// Whose tokens are taken.
    pub(crate) fn issuers(&self) -> Arc<Issuers> {
        Arc::clone(&self.issuers)
    }

    /// Whoever is to be told of what providers say.
    pub(crate) fn hearing(&self) -> Hearing {
        Hearing {
            issuers: Arc::clone(&self.issuers),
            signals: Arc::clone(&self.signals),
        }
    }

    /// Keeps all keys fresh, and has every answer that is on its way looked at again when a sign-in is ended. Goes on for
    /// ever.
    pub(crate) async fn tend(self, switch: Arc<Switch>) {
        let mut changes = self.issuers.revocations().changes();
        let look_again = async {
            while changes.changed().await.is_ok() {
                switch.reconsider();
                self.keep().await;
            }
        };
        let forget = async {
            let mut beats = interval(FORGETTING);
            loop {
                beats.tick().await;
                self.issuers.forget_old(clock::now());
                if let Some(signed_in) = &self.signed_in
                    && let Err(error) = signed_in.forget_old(clock::now()).await
                {
                    tracing::warn!(%error, "sessions that are over could not be forgotten");
                }
            }
        };
        let fetch = |authority: &Authority| self.way_to(&authority.issuer);
        let issuers = Arc::clone(&self.issuers).tend(|issuer| fetch(&issuer.authority), clock::now);
        let signals = Arc::clone(&self.signals).tend(fetch, clock::now);
        tokio::join!(issuers, signals, look_again, forget);
    }
}

impl SignIn {
    /// Writes down what was taken back. What changes while it is written is written next.
    async fn keep(&self) {
        let Some(data) = self.data.clone() else {
            return;
        };
        let text = self.issuers.revocations().write_stored();
        let kept = spawn_blocking(move || data.keep_revocations(&text)).await;
        if let Ok(Err(error)) = kept {
            tracing::error!(%error, "ends of sign-ins are not kept; a restart would forget them");
        }
    }
}

/// Fetches nothing: stands in for a way that everybody has.
struct Nowhere;

impl Fetch for Nowhere {
    fn get<'a>(&'a self, _: &'a str) -> Fetching<'a> {
        Box::pin(async { Err(FetchError::new("there is no way to the provider")) })
    }
}

/// Everything that makes whoever signs unusable as they are configured.
pub(crate) fn misfits(config: &Config) -> Vec<String> {
    let issuers = config.issuers.iter().map(|one| {
        let alone = Config {
            issuers: vec![one.clone()],
            ..Config::default()
        };
        (one.position.line, alone)
    });
    let transmitters = config.transmitters.iter().map(|one| {
        let alone = Config {
            transmitters: vec![one.clone()],
            ..Config::default()
        };
        (one.position.line, alone)
    });
    let mut found = Vec::new();
    for (line, alone) in issuers.chain(transmitters) {
        if let Err(error) = SignIn::open(&alone, &Arc::default()) {
            found.push(format!("line {line}: {error}"));
        }
    }
    if let (Err(error), true) = (SignIn::open(config, &Arc::default()), found.is_empty()) {
        found.push(error.to_string());
    }
    found.extend(config.sign_in.as_ref().and_then(|wanted| misfit(config, wanted)));
    for one in &config.transmitters {
        let is_known = |issuer: &String| {
            config
                .issuers
                .iter()
                .any(|other| other.settings.authority.issuer == *issuer)
        };
        if let Some(nobody) = one.settings.speaks_of.iter().find(|issuer| !is_known(issuer)) {
            let line = one.position.line;
            found.push(format!(
                "line {line}: the transmitter speaks of sign-ins at `{nobody}`, which is not an issuer here"
            ));
        }
    }
    found
}

/// Why people cannot sign in through tools as the configuration says.
pub(crate) fn misfit(config: &Config, wanted: &SignInConfig) -> Option<String> {
    let (line, url) = (wanted.position.line, &wanted.issuer);
    let mut issuers = config.issuers.iter().map(|one| &one.settings);
    let Some(issuer) = issuers.find(|one| one.authority.issuer == *url) else {
        return Some(format!(
            "line {line}: people are to sign in at `{url}`, which is not an issuer here"
        ));
    };
    if issuer.client_id.is_none() {
        return Some(format!(
            "line {line}: people are to sign in at `{url}`, where we have no `client_id`"
        ));
    }
    if wanted.session > issuer.authority.max_age {
        return Some(format!(
            "line {line}: a session would outlive what is remembered of ended sign-ins at `{url}`: give the issuer a \
             `max_age` that is at least as long as `session`"
        ));
    }
    if wanted.public_url.is_none() && config.listeners.iter().all(|one| one.public_url.is_none()) {
        return Some(format!(
            "line {line}: tools and browsers need a `public_url`, here or at the first listener"
        ));
    }
    let secret = wanted.client_secret.as_ref().map(Credential::read);
    secret
        .and_then(Result::err)
        .map(|error| format!("line {line}: {error:#}"))
}

/// Clients of issuers that stand for an application that the register does not have.
pub(crate) fn unknown_applications(configured: &[Issuer], register: &Register) -> Vec<String> {
    let mut found = Vec::new();
    for issuer in configured {
        let line = issuer.position.line;
        for (client, application) in &issuer.settings.applications {
            if register.applications.iter().all(|other| other.id != *application) {
                found.push(format!(
                    "line {line}: client `{client}` stands for application `{application}`, which the register does not have"
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    const ISSUER: &str = "[[issuer]]\nurl = \"https://a\"\naudience = \"x\"\napplications.cli = \"editor\"\n";
    const LISTENER: &str = "[[listener]]\naddress = \"127.0.0.1:1\"\npublic_url = \"https://ai\"\n";

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let config = Loaded::of_text(text).config.unwrap();
        let found = misfit(&config, config.sign_in.as_ref().unwrap());
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(words)) if found.contains(words) => {}
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn people_sign_in_where_that_can_work() {
        let sign_in = "[sign_in]\nissuer = \"https://a\"\n";
        let client = "client_id = \"us\"\n";
        check(&format!("{ISSUER}{client}{LISTENER}{sign_in}"), None);
        let own = "public_url = \"https://ai\"\n";
        check(&format!("{ISSUER}{client}{sign_in}{own}"), None);
        check(
            &format!("{LISTENER}{sign_in}"),
            Some("which is not an issuer here"),
        );
        check(&format!("{ISSUER}{LISTENER}{sign_in}"), Some("no `client_id`"));
        check(&format!("{ISSUER}{client}{sign_in}"), Some("need a `public_url`"));
        let short = "max_age = \"1h\"\n";
        check(
            &format!("{ISSUER}{client}{short}{LISTENER}{sign_in}"),
            Some("would outlive"),
        );
        let secret = "client_secret = \"env:BAILIWICK_NO_SUCH_VARIABLE\"\n";
        let text = format!("{ISSUER}{client}{LISTENER}{sign_in}{secret}");
        check(&text, Some("no secret from the environment variable"));
    }
}
