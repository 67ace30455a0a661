//! What a gateway is made of, handed in by the program.

use crate::{Connectors, Switch};
use crate::{Measures, Metrics, Rates, TlsFiles};
use identity::{Keys, Proxies, Proxy, Says};
use ipnet::IpNet;
use ledger::Recorder;
use register::model::Instant;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use wire::reach::Caps;

/// What a gateway is made of.
pub struct GatewayConfig {
    /// What is in force, and where another register is put in its place.
    pub switch: Arc<Switch>,
    /// Knows who holds which key.
    pub keys: Arc<dyn Keys>,
    /// Records decisions.
    pub recorder: Recorder,
    /// Ways to providers.
    pub connectors: Arc<Connectors>,
    /// Tells the time; nothing else here does.
    pub clock: fn() -> Instant,
    /// How people reach this gateway, such as `https://ai.larkmoor.example`; links in refusals begin with it.
    pub public_url: String,
    /// Limits.
    pub limits: Limits,
    /// How connections are taken.
    pub listening: Listening,
    /// Until a provider begins to answer for a model, by its name; for any other as [`Limits::first_byte`] says.
    pub first_bytes: BTreeMap<String, Duration>,
    /// Requests and tokens by the minute.
    pub rates: Rates,
    /// Where these are counted; shared by the gateways of a process, or of several.
    pub measures: Arc<dyn Measures>,
    /// Where work is counted; shared by the gateways of a process.
    pub metrics: Arc<Metrics>,
}

/// How connections are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listening {
    /// Certificate and key; `None`: connections are not encrypted here.
    pub tls: Option<TlsFiles>,
    /// Networks of proxies inside the firm that are believed about where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// Proxies that are believed, each with what it says and how.
    pub named_proxies: Vec<Proxy>,
}

impl Listening {
    /// Whether an address is that of a proxy that is believed.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let named = self.named_proxies.iter().flat_map(|proxy| &proxy.networks);
        self.trusted_proxies
            .iter()
            .chain(named)
            .any(|network| network.contains(&address))
    }

    /// Every proxy that is believed.
    pub(crate) fn proxies(&self) -> Proxies {
        let trusted = Proxy {
            name: "trusted proxies".to_owned(),
            networks: self.trusted_proxies.clone(),
            says: Says::XForwardedFor,
            is_inside: true,
            place_header: None,
        };
        // one that is named for itself is what its name says
        let proxies = self.named_proxies.iter().cloned().chain([trusted]);
        Proxies::new(proxies.collect())
    }
}

/// How long things may take, and how large they may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads that carry connections, each with a runtime of its own; 0: the runtime that serves carries them.
    pub threads: usize,
    /// For the head of a request, counted from the connection or from the end of the request before.
    pub header: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// Size of the body of a request in bytes.
    pub body_bytes: usize,
    /// The most that one request may ask for.
    pub caps: Caps,
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// Connections at a time of one address, unless it is that of a trusted proxy; more are closed at once.
    pub connections_of_peer: usize,
    /// For a connection to a provider.
    pub connect: Duration,
    /// Until a provider begins to answer, unless its model has a time of its own. An answer that is not streamed begins
    /// when it is complete.
    pub first_byte: Duration,
    /// Between two pieces of a provider's answer; the answer is given up at most a quarter later than this.
    pub idle: Duration,
    /// Longest silence in a stream that a caller hears, before the first byte too; half as much again at most.
    pub keep_alive: Duration,
    /// For open connections to finish when the gateway stops.
    pub grace: Duration,
    /// Refusals whose reasons can still be asked for.
    pub kept_refusals: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: 0,
            header: Duration::from_secs(10),
            body: Duration::from_secs(60),
            body_bytes: 32 * 1024 * 1024,
            caps: Caps::default(),
            connections: 10_000,
            connections_of_peer: 6_000,
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(600),
            idle: Duration::from_secs(60),
            keep_alive: Duration::from_secs(10),
            grace: Duration::from_secs(10),
            kept_refusals: 2_000,
        }
    }
}
