//! What all requests share.

use crate::connectors::{Connectors, Upstream};
use crate::counted::Counted;
use crate::refusals::Refusals;
use crate::routing::health::Health;
use crate::said::Hearing;
use crate::{GatewayConfig, GatewayError, Limits, Listening, Measures, Metrics, Rates, SignInDesk, Switch};
use identity::kept::DisputeStore;
use identity::{Keys, Proxies};
use ledger::Recorder;
use register::model::Instant;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// What all requests share.
pub(crate) struct Shared {
    pub switch: Arc<Switch>,
    pub keys: Arc<dyn Keys>,
    pub recorder: Recorder,
    pub connectors: Arc<Connectors>,
    pub clock: fn() -> Instant,
    pub public_url: String,
    pub limits: Limits,
    pub listening: Listening,
    pub proxies: Proxies,
    pub first_bytes: BTreeMap<String, Duration>,
    pub rates: Rates,
    pub measures: Arc<dyn Measures>,
    pub metrics: Arc<Metrics>,
    pub refusals: Refusals,
    pub counted: Counted,
    pub upstream: Upstream,
    pub health: Arc<Health>,
    pub phase: watch::Sender<Phase>,
    /// Whoever is told when sign-ins end; nobody: such routes do not exist.
    pub hearing: OnceLock<Hearing>,
    /// Where coding tools sign people in; nobody: such routes do not exist.
    pub desk: OnceLock<Arc<dyn SignInDesk>>,
    /// What people say is wrong about them; nobody: it is not said here.
    pub disputes: OnceLock<Arc<dyn DisputeStore>>,
}

/// How far the end of the gateway has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves.
    Serving,
    /// It takes nobody new.
    Draining,
    /// What has not ended by itself is ended.
    Cutting,
}

impl Shared {
    /// How long the provider of a model may take until it begins to answer.
    pub(crate) fn first_byte(&self, model: &str) -> Duration {
        self.first_bytes
            .get(model)
            .copied()
            .unwrap_or(self.limits.first_byte)
    }

    pub(crate) fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        config.connectors.check(config.switch.load().snapshot())?;
        let health = Arc::new(Health::new());
        config.connectors.watch(&health);
        Ok(Self {
            upstream: Upstream::new(&config.connectors, &config.limits),
            connectors: config.connectors,
            refusals: Refusals::new(config.limits.kept_refusals),
            counted: Counted::default(),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            switch: config.switch,
            keys: config.keys,
            recorder: config.recorder,
            clock: config.clock,
            limits: config.limits,
            proxies: config.listening.proxies(),
            listening: config.listening,
            first_bytes: config.first_bytes,
            rates: config.rates,
            measures: config.measures,
            metrics: config.metrics,
            health,
            phase: watch::Sender::new(Phase::Serving),
            hearing: OnceLock::new(),
            desk: OnceLock::new(),
            disputes: OnceLock::new(),
        })
    }
}
