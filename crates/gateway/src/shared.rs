//! What all requests share.

use crate::connectors::Connectors;
use crate::forward::Upstream;
use crate::refusals::Refusals;
use crate::{GatewayConfig, GatewayError, Limits};
use arc_swap::ArcSwap;
use decision::Snapshot;
use identity::{FactCollector, Keys};
use ledger::Recorder;
use register::model::Instant;
use std::sync::Arc;

/// What all requests share.
pub(crate) struct Shared {
    pub snapshot: Arc<ArcSwap<Snapshot>>,
    pub collector: Arc<FactCollector>,
    pub keys: Arc<dyn Keys>,
    pub recorder: Recorder,
    pub connectors: Connectors,
    pub clock: fn() -> Instant,
    pub public_url: String,
    pub limits: Limits,
    pub refusals: Refusals,
    pub upstream: Upstream,
}

impl Shared {
    pub(crate) fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        let connectors = Connectors::new(config.connectors)?;
        connectors.check(&config.snapshot.load())?;
        Ok(Self {
            connectors,
            upstream: Upstream::new(&config.limits)?,
            refusals: Refusals::new(config.limits.kept_refusals),
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            snapshot: config.snapshot,
            collector: config.collector,
            keys: config.keys,
            recorder: config.recorder,
            clock: config.clock,
            limits: config.limits,
        })
    }
}
