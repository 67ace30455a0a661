//! The listener for administration, as configured.

use crate::clock;
use crate::config::Config;
use crate::config::control::{ControlConfig, ScimConfig, Token};
use crate::config::places::Places;
use ::control::{
    AdministeredStore, Control, ControlSettings, FirstCode, InForce, Pusher, RoleGroups, ScimClient,
};
use anyhow::Context as _;
use certificate::Certificate;
use gateway::Switch;
use identity::{FactCollector, Keys, Pushed};
use ledger::Recorder;
use register::model::Limits;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A listener that is open, before anybody is served.
pub(crate) struct Opened {
    clients: Vec<ScimClient>,
    pushers: Vec<Pusher>,
    groups: RoleGroups,
    store: Arc<dyn AdministeredStore>,
    listener: TcpListener,
    tls: Option<Arc<Certificate>>,
    /// How it is reached.
    pub(crate) url: String,
}

/// A listener that is ready.
pub(crate) struct Ready {
    control: Control,
    listener: TcpListener,
    tls: Option<Arc<Certificate>>,
}

/// Opens it, if the configuration has one.
///
/// # Errors
/// When a token is missing or too short, the certificate cannot be used, or the address is taken.
pub(crate) async fn open(config: &Config, store: &Arc<store::Store>) -> anyhow::Result<Option<Opened>> {
    let Some(wanted) = &config.control else {
        return Ok(None);
    };
    let tls = wanted.tls.clone().map(Certificate::open).transpose()?;
    let listener = TcpListener::bind(wanted.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on `{}`", wanted.listen))?;
    let address = listener.local_addr()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = wanted.public_url.clone();
    Ok(Some(Opened {
        clients: clients(wanted)?,
        pushers: pushers(&config.places)?,
        groups: wanted.roles.clone(),
        store: Arc::clone(store) as _,
        listener,
        tls,
        url: url.unwrap_or_else(|| format!("{scheme}://{address}")),
    }))
}

impl Opened {
    /// Puts it together with what the gateways share.
    pub(crate) fn with(self, switch: &Arc<Switch>, keys: &Arc<dyn Keys>, recorder: &Recorder) -> Ready {
        let control = Control::new(ControlSettings {
            clients: self.clients,
            pushers: self.pushers,
            store: self.store,
            keys: Arc::clone(keys),
            in_force: Arc::new(OfSwitch(Arc::clone(switch))),
            recorder: recorder.clone(),
            groups: self.groups,
            first: None,
            public_url: self.url,
            clock: clock::now,
        });
        Ready {
            control,
            listener: self.listener,
            tls: self.tls,
        }
    }
}

impl Ready {
    /// A code for the first administrator, to be shown once to whoever sits at the terminal; `None`: somebody
    /// administers.
    pub(crate) async fn first_administrator(&self) -> anyhow::Result<Option<String>> {
        if self.control.has_administrator().await? {
            return Ok(None);
        }
        let (first, code) = FirstCode::draw(clock::now()).context("the system gave no random bytes")?;
        self.control.offer(first);
        Ok(Some(code))
    }

    /// Serves for ever.
    pub(crate) async fn serve(self) {
        if let Err(error) = self.control.serve(self.listener, self.tls).await {
            tracing::error!(%error, "nothing is administered");
        }
    }
}

/// What is in force, for those who administer.
struct OfSwitch(Arc<Switch>);

impl InForce for OfSwitch {
    fn look(&self, see: &mut dyn FnMut(&FactCollector, &Limits)) {
        let in_force = self.0.load();
        see(in_force.collector(), &in_force.snapshot().register().limits);
    }

    fn reconsider(&self) {
        self.0.reconsider();
    }
}

/// Everything that makes it unusable as it is configured.
pub(crate) fn misfits(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(Err(error)) = config.control.as_ref().map(clients) {
        found.push(format!("`control`: {error:#}"));
    }
    if let Err(error) = pushers(&config.places) {
        found.push(format!("`places`: {error:#}"));
    }
    if config.control.is_none() {
        let is_pushed = |feed: &crate::config::places::Feed| feed.path.is_none();
        let pushed = config.places.feeds().filter(|(_, feed)| is_pushed(feed));
        found.extend(pushed.map(|(what, _)| {
            let name = what.as_str();
            format!("`places.{name}` has no `file`, and there is no `[control]` where it could be pushed")
        }));
    }
    found
}

/// The clients, each with its token at hand.
fn clients(wanted: &ControlConfig) -> anyhow::Result<Vec<ScimClient>> {
    wanted.scim.iter().map(client).collect()
}

fn client(wanted: &ScimConfig) -> anyhow::Result<ScimClient> {
    Ok(match &wanted.token {
        Token::Hashed(digest) => ScimClient::with_digest(wanted.client.clone(), digest, wanted.in_step)?,
        Token::At(place) => {
            let token = place
                .read()
                .with_context(|| format!("SCIM client `{}`", wanted.client.source))?;
            ScimClient::with_token(wanted.client.clone(), &token, wanted.in_step)?
        }
    })
}

/// Who pushes rows under a token.
fn pushers(places: &Places) -> anyhow::Result<Vec<Pusher>> {
    let pushed = places
        .feeds()
        .filter_map(|(what, feed)| Some((what, feed.token.as_ref()?)));
    pushed.map(|(what, token)| pusher(what, token)).collect()
}

fn pusher(what: Pushed, token: &Token) -> anyhow::Result<Pusher> {
    Ok(match token {
        Token::Hashed(digest) => Pusher::with_digest(what, digest)?,
        Token::At(place) => {
            let token = place
                .read()
                .with_context(|| format!("source `{}`", what.as_str()))?;
            Pusher::with_token(what, &token)?
        }
    })
}
