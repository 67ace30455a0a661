//! The listener for administration, as configured.

use crate::clock;
use crate::config::Config;
use crate::config::control::{ControlConfig, ScimConfig, Token};
use crate::config::credential::Credential;
use crate::config::places::Places;
use crate::data::DataDir;
use ::control::{
    AdministeredStore, Control, ControlSettings, FirstCode, InForce, Pusher, RoleGroups, ScimClient,
    ShownLedger,
};
use anyhow::Context as _;
use certificate::Certificate;
use gateway::Switch;
use identity::{FactCollector, Keys, Pushed};
use ledger::{PublishedLog, Recorder};
use register::model::Limits;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::interval;

/// Between two looks whether a token has changed.
const LOOK: Duration = Duration::from_secs(10);

/// A listener that is open, before anybody is served.
pub(crate) struct Opened {
    clients: Vec<ScimClient>,
    pushers: Vec<Pusher>,
    groups: RoleGroups,
    ledger: ShownLedger,
    store: Arc<dyn AdministeredStore>,
    listener: TcpListener,
    tls: Option<Arc<Certificate>>,
    tokens: Vec<(Holder, Credential)>,
    /// How it is reached.
    pub(crate) url: String,
}

/// A listener that is ready.
pub(crate) struct Ready {
    control: Control,
    listener: TcpListener,
    tls: Option<Arc<Certificate>>,
    tokens: Vec<(Holder, Credential)>,
}

/// Opens it, if the configuration has one.
///
/// # Errors
/// When a token is missing or too short, the certificate cannot be used, or the address is taken.
pub(crate) async fn open(
    config: &Config,
    store: &Arc<store::Store>,
    data: &DataDir,
) -> anyhow::Result<Option<Opened>> {
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
        ledger: ShownLedger {
            log: PublishedLog::new(data.ledger()),
            to_anybody: config.ledger.public,
        },
        store: Arc::clone(store) as _,
        listener,
        tls,
        tokens: tokens(config),
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
            ledger: Some(self.ledger),
            first: None,
            public_url: self.url,
            clock: clock::now,
        });
        Ready {
            control,
            listener: self.listener,
            tls: self.tls,
            tokens: self.tokens,
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
        let tokens = Tokens {
            control: self.control.clone(),
            places: self.tokens,
        };
        tokio::select! {
            served = self.control.serve(self.listener, self.tls) => {
                if let Err(error) = served {
                    tracing::error!(%error, "nothing is administered");
                }
            }
            () = tokens.tend() => {}
        }
    }
}

/// Tokens that are read again while it serves.
struct Tokens {
    control: Control,
    places: Vec<(Holder, Credential)>,
}

/// Whose token it is.
enum Holder {
    Client(String),
    Pusher(Pushed),
}

impl Tokens {
    /// Looks whether they have changed, for ever.
    async fn tend(self) {
        let this = Arc::new(self);
        let mut looks = interval(LOOK);
        loop {
            looks.tick().await;
            let looking = Arc::clone(&this);
            // a panic in it has been told, and the next look tries again
            let _looked = spawn_blocking(move || looking.look()).await;
        }
    }

    /// What cannot be read or is no secret leaves the one before in use.
    fn look(&self) {
        for (holder, place) in &self.places {
            let (name, renewed) = match (holder, place.read()) {
                (Holder::Client(source), Ok(token)) => (
                    source.as_str(),
                    self.control.renew_client(source, &token).map_err(Into::into),
                ),
                (Holder::Pusher(what), Ok(token)) => (
                    what.as_str(),
                    self.control.renew_pusher(*what, &token).map_err(Into::into),
                ),
                (Holder::Client(source), Err(error)) => (source.as_str(), Err(error)),
                (Holder::Pusher(what), Err(error)) => (what.as_str(), Err(error)),
            };
            match renewed {
                Ok(true) => tracing::info!(name, "a token was read again"),
                Ok(false) => {}
                Err(error) => {
                    let error: anyhow::Error = error;
                    tracing::warn!(
                        name,
                        error = format!("{error:#}"),
                        "the former token stays in use"
                    );
                }
            }
        }
    }
}

/// The tokens that lie where they can change.
fn tokens(config: &Config) -> Vec<(Holder, Credential)> {
    let changing = |token: &Token| match token {
        Token::At(place) => Some(place.clone()),
        Token::Hashed(_) => None,
    };
    let clients = config.control.iter().flat_map(|control| &control.scim);
    let clients =
        clients.filter_map(|one| Some((Holder::Client(one.client.source.clone()), changing(&one.token)?)));
    let pushers = config
        .places
        .feeds()
        .filter_map(|(what, feed)| Some((Holder::Pusher(what), changing(feed.token.as_ref()?)?)));
    clients.chain(pushers).collect()
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
    if config.control.is_none() && config.ledger.public {
        let what = "`ledger.public` opens nothing: there is no `[control]` where the ledger could be read";
        found.push(what.to_owned());
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
