//! What all requests share.

use crate::connectors::{Connectors, Upstream};
use crate::refusals::Refusals;
use crate::{GatewayConfig, GatewayError, Limits, Switch};
use identity::Keys;
use ledger::Recorder;
use register::model::Instant;
use std::sync::Arc;

/// What all requests share.
pub(crate) struct Shared {
    pub switch: Arc<Switch>,
    pub keys: Arc<dyn Keys>,
    pub recorder: Recorder,
    pub connectors: Arc<Connectors>,
    pub clock: fn() -> Instant,
    pub public_url: String,
    pub limits: Limits,
    pub refusals: Refusals,
    pub upstream: Upstream,
}

impl Shared {
    pub(crate) fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        config.connectors.check(config.switch.load().snapshot())?;
        Ok(Self {
            upstream: Upstream::new(&config.connectors, &config.limits),
            connectors: config.connectors,
            refusals: Refusals::new(config.limits.kept_refusals),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            switch: config.switch,
            keys: config.keys,
            recorder: config.recorder,
            clock: config.clock,
            limits: config.limits,
        })
    }
}
