//! Sign-in beside keys: the issuers of a configuration, and the work that their keys need.

use crate::clock;
use crate::config::Issuer;
use crate::config::credential::variable;
use crate::exit::UsageError;
use gateway::{Documents, Switch};
use identity::tokens::{Fetch, IssuerSettings, Issuers, Revocations};
use identity::{Keys, SignIns};
use register::model::Register;
use std::collections::HashMap;
use std::sync::Arc;

/// Sign-in of one process.
pub(crate) struct SignIn {
    issuers: Arc<Issuers>,
    documents: HashMap<String, Arc<Documents>>,
}

impl SignIn {
    /// Opens the ways to these issuers; nothing is fetched yet.
    ///
    /// # Errors
    /// When an issuer could not be taken at its word, or its proxy or authorities cannot be used.
    pub(crate) fn open(configured: &[Issuer], revocations: &Arc<Revocations>) -> anyhow::Result<Self> {
        let settings = configured.iter().map(|issuer| issuer.settings.clone()).collect();
        let issuers = Issuers::new(settings, Arc::clone(revocations)).map_err(|error| {
            let help = "`bailiwick config check` says where".to_owned();
            UsageError::new(error.to_string(), help)
        })?;
        let documents = configured.iter().map(|issuer| {
            let url = issuer.settings.authority.issuer.clone();
            let documents = Documents::open(&url, &issuer.line, variable)?;
            Ok((url, Arc::new(documents)))
        });
        Ok(Self {
            issuers: Arc::new(issuers),
            documents: documents.collect::<anyhow::Result<_>>()?,
        })
    }

    /// These keys, and beside them the tokens of the issuers.
    pub(crate) fn beside(&self, keys: Arc<dyn Keys>) -> Arc<dyn Keys> {
        Arc::new(SignIns::new(keys, Arc::clone(&self.issuers), clock::now))
    }

    /// Keeps the issuers' keys fresh, and has every answer that is on its way looked at again when a sign-in is ended.
    /// Goes on for ever.
    pub(crate) async fn tend(self, switch: Arc<Switch>) {
        let mut changes = self.issuers.revocations().changes();
        let look_again = async {
            while changes.changed().await.is_ok() {
                switch.reconsider();
            }
        };
        let documents = self.documents;
        let fetch = |settings: &IssuerSettings| -> Arc<dyn Fetch> {
            match documents.get(&settings.authority.issuer) {
                Some(documents) => Arc::clone(documents) as _,
                None => Arc::new(Nowhere),
            }
        };
        tokio::join!(self.issuers.tend(fetch, clock::now), look_again);
    }
}

/// Fetches nothing: stands in for what every issuer has.
struct Nowhere;

impl Fetch for Nowhere {
    fn get<'a>(&'a self, _: &'a str) -> identity::tokens::Fetching<'a> {
        Box::pin(async {
            Err(identity::tokens::FetchError::new(
                "there is no way to the provider",
            ))
        })
    }
}

/// Everything that makes issuers unusable as they are configured.
pub(crate) fn misfits(configured: &[Issuer]) -> Vec<String> {
    let mut found = Vec::new();
    for issuer in configured {
        let line = issuer.position.line;
        let alone = std::slice::from_ref(issuer);
        if let Err(error) = SignIn::open(alone, &Arc::default()) {
            found.push(format!("line {line}: {error}"));
        }
    }
    match (SignIn::open(configured, &Arc::default()), found.is_empty()) {
        (Err(error), true) => vec![error.to_string()],
        _ => found,
    }
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
