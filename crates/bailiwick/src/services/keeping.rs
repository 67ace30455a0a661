//! The store of an installation: opened, read into memory, and followed while the gateways serve.

use super::sight::StoreSight;
use crate::clock;
use crate::config::{Config, KeptIn, LedgerConfig, StoreConfig, WitnessConfig};
use crate::data::{self, DataDir};
use anyhow::Context as _;
use gateway::Switch;
use identity::directory::{Dark, DirectoryStore, Limits, Sight};
use identity::keys::{Bound, KeyRecord, KeyStore, LiveKeys};
use identity::signed_in::SignedIn;
use identity::{Follower, KeepError, People, PlaceSources};
use ledger::{Outside, Witness};
use std::sync::Arc;
use std::time::Duration;
use store::{Location, Sealer, Store};
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use witness::{Trusted, WitnessAt};

/// How often it is asked what has changed: what is revoked anywhere ends here within a second.
const LOOK: Duration = Duration::from_millis(250);
/// How long a look may take; reading everybody again takes the longest.
const LOOKS_FOR: Duration = Duration::from_secs(60);
/// Looks between two notes of when keys were last taken.
const NOTE: u32 = 120;
/// Looks between two warnings about facts that grow old.
const WARN: u32 = 4 * 600;

/// Opens the store that is configured, in the data folder unless it says otherwise, with the keys that somebody wrote
/// into that folder by hand.
pub(crate) async fn open(data: &DataDir, config: &StoreConfig) -> anyhow::Result<Arc<Store>> {
    let location = match &config.kept_in {
        KeptIn::Data => Location::Sqlite(data.store()),
        KeptIn::Sqlite(path) => Location::Sqlite(path.clone()),
        KeptIn::Postgres(url) => Location::Postgres(url.read()?),
    };
    let key = |text: String| data::from_hex(&text).context("a sealing key is 64 hexadecimal digits");
    let current = match &config.sealing_key {
        Some(place) => key(place.read()?)?,
        None => data.sealing_key()?,
    };
    let former: Vec<[u8; 32]> = config
        .former_keys
        .iter()
        .map(|place| key(place.read()?))
        .collect::<anyhow::Result<_>>()?;
    let store = Store::open(&location, Sealer::new(&current, &former)?).await?;
    for stored in data.keys()?.stored() {
        if store.key(&stored.id).await?.is_none() {
            let record = KeyRecord::of_stored(stored.clone(), Bound::Person, clock::now());
            store.add_key(&record).await?;
        }
    }
    Ok(Arc::new(store))
}

/// The witnesses of the ledger, as they are reached.
fn witnesses(config: &LedgerConfig) -> anyhow::Result<Vec<Witness>> {
    let open = |witness: &WitnessConfig| {
        let trusted = Trusted::open(witness.ca.as_deref())
            .with_context(|| format!("the witness `{}`", witness.key.name()))?;
        let line = WitnessAt::new(witness.address.clone(), trusted);
        anyhow::Ok(Witness::new(witness.key.clone(), Box::new(line)))
    };
    config.witnesses.iter().map(open).collect()
}

/// What is known of the ledger outside its folder: by the store, and by its witnesses.
pub(crate) fn outside(data: &DataDir, config: &LedgerConfig, store: &Arc<Store>) -> anyhow::Result<Outside> {
    let sight = StoreSight::new(store, data.ledger_identity()?.origin())?;
    Ok(Outside {
        sight: Some(Arc::new(sight)),
        witnesses: witnesses(config)?,
    })
}

/// What a command opens it by: the data folder that the command line or the configuration names, and the configuration.
pub(crate) fn named(
    given: Option<std::path::PathBuf>,
    config: Option<Config>,
) -> anyhow::Result<(DataDir, Config)> {
    let config = config.unwrap_or_default();
    Ok((DataDir::open(&data::named(given, config.data.clone())?)?, config))
}

/// Whether the store does not answer, and whether what was read from it is still good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Away {
    #[default]
    No,
    Good,
    Lost,
}

/// A store in memory, and what keeps it in step.
pub(crate) struct Following {
    follower: Follower,
    /// The people who are kept.
    pub(crate) people: Arc<People>,
    /// The keys that are kept.
    pub(crate) keys: Arc<LiveKeys>,
}

impl Following {
    /// Reads everything, trips into these sources of places; while the store does not answer, that is good for so many
    /// seconds.
    pub(crate) async fn begin(
        store: &Arc<Store>,
        data: &DataDir,
        max_stale: Option<i64>,
        places: Option<&Arc<PlaceSources>>,
    ) -> anyhow::Result<Self> {
        let people = Arc::new(People::within(max_stale.unwrap_or(Sight::LIMIT)));
        let keys = Arc::new(LiveKeys::new(data.key_hasher()?));
        let follower = Follower::new(
            Arc::clone(store) as Arc<dyn DirectoryStore>,
            Arc::clone(store) as Arc<dyn KeyStore>,
            Arc::clone(&people),
            Arc::clone(&keys),
        );
        let follower = match places {
            Some(places) => follower.with_trips(Arc::clone(store) as _, Arc::clone(places)),
            None => follower,
        };
        let now = clock::now();
        follower.begin().await.context("the store cannot be read")?;
        people.sight().saw(now);
        Ok(Self {
            follower,
            people,
            keys,
        })
    }

    /// Follows ends of these sessions too.
    pub(crate) async fn follow_sessions(&self, signed_in: &Arc<SignedIn>) -> anyhow::Result<()> {
        let followed = self.follower.follow_sessions(signed_in).await;
        followed.context("the store cannot be read")
    }

    /// Follows for ever, and has what is on its way decided about once more when something has changed.
    pub(crate) async fn run(&self, switch: &Switch) {
        let mut looks: Interval = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut count, mut away) = (0_u32, Away::No);
        loop {
            looks.tick().await;
            let now = clock::now();
            let looked = timeout(LOOKS_FOR, self.follower.look()).await;
            let looked = looked.unwrap_or_else(|_| {
                let reason = "it does not answer in time".to_owned();
                Err(KeepError::Away { reason })
            });
            match looked {
                Ok(followed) => {
                    self.people.sight().saw(now);
                    if std::mem::take(&mut away) != Away::No {
                        tracing::info!("the store answers again");
                    }
                    if followed.records > 0 {
                        switch.reconsider();
                    }
                }
                Err(error) => self.note_away(&mut away, &error, switch),
            }
            if count.is_multiple_of(NOTE) {
                self.note_uses().await;
            }
            if count.is_multiple_of(WARN) {
                self.warn();
            }
            count = count.wrapping_add(1);
        }
    }

    /// Says once that the store does not answer, and once that this has lasted too long; then answers on their way end.
    fn note_away(&self, away: &mut Away, error: &KeepError, switch: &Switch) {
        let lost = self.people.sight().lost_since(clock::now());
        match (*away, lost) {
            (Away::No | Away::Good, Some(since)) => {
                *away = Away::Lost;
                tracing::error!(%error, %since, "the store has not answered for too long: nobody is served until it does");
                switch.reconsider();
            }
            (Away::No, None) => {
                *away = Away::Good;
                tracing::error!(%error, "what changes in the store is not seen; what was read from it stays for now");
            }
            (Away::Good, None) | (Away::Lost, _) => {}
        }
    }

    /// Writes down when keys were last taken.
    pub(crate) async fn note_uses(&self) {
        if let Err(error) = self.follower.note_uses().await {
            tracing::warn!(%error, "when keys were last taken could not be written down");
        }
    }

    /// Says who goes dark, and when.
    fn warn(&self) {
        for darkening in self.people.darkness(clock::now(), Limits::default()) {
            let (people, from, already) = (darkening.people, darkening.from, darkening.already);
            match darkening.dark {
                Dark::Places(source) => {
                    tracing::warn!(people, %from, already, source, "places of work grow stale: the source is not complete again");
                }
                Dark::NeverComplete(source) => {
                    tracing::warn!(
                        people,
                        source,
                        "places of work count for nothing: the source was never complete"
                    );
                }
                Dark::Screening => tracing::warn!(people, %from, already, "sanctions screening grows stale"),
            }
        }
    }
}
