//! The policy enforcement point: every request to a model passes here, or does not pass.
//!
//! A request goes through these steps, each in a module of its own:
//!
//! 1. `listen` accepts the connection, with deadlines for those who say nothing.
//! 2. `routes` finds the route. There is one table; every route in it needs a key, but for the probes listed there.
//! 3. `authenticate` finds the holder of the key, or who has signed in. What providers of sign-in say of ends (`said`)
//!    needs no key, but their signature; nor does the way to a token (`desk`), which the program hands in. What coding
//!    tools are to show is made for each person (`managed`), and which of them they may use (`programs`).
//! 4. `evidence` collects what is known about them and about where they are.
//! 5. `admit` reads the body, peeks at the model asked for, decides, and has the decision recorded.
//! 6. `forward` takes the recorded permit by value, has the request held to the `reach` of the one deployment that the
//!    permit names, sends the original bytes there, and passes the answer back in the blocks in which it comes. Or
//!    `refuse` puts the refusal into words. While the answer is on its way the permit is watched over, and the answer
//!    ends when it is lost.
//!    Where the provider speaks another dialect, request and answer are translated on the way.
//! 7. `routing` finds the deployment to ask for, and the next one when that fails; each by a decision of its own.
//!
//! What decides and what collects facts come from one register and are replaced together (`in_force`); a request uses
//! those that it began with to its end. A panic costs one request a 500 (`caught`).
//!
//! What was done is counted (`metrics`), and told on a listener of its own (`telemetry`); where the installation has a
//! collector, it is sent there too (`export`). Each request has an id that its answer and its lines in the log have in
//! common (`request_id`).
//!
//! Nothing is sent without a `Recorded<Permit>`, which only `ledger` can make, from a permit that only `decision` can
//! make. Text of prompts and answers passes through and is kept nowhere; logs have ids, names and counts.

mod abilities;
mod admit;
mod asker;
mod authenticate;
mod body;
mod caught;
mod config;
mod connectors;
mod counted;
mod desk;
mod evidence;
mod export;
mod forward;
mod in_force;
mod inflate;
mod issuers;
mod listen;
mod managed;
mod metrics;
mod models;
mod places;
mod probe;
mod programs;
mod quota;
mod reach;
mod refusals;
mod refuse;
mod request_id;
mod routes;
mod routing;
mod said;
mod shared;
mod telemetry;
mod unshared;
mod why;

pub use config::{GatewayConfig, Limits, Listening};
pub use connectors::{
    Auth, Connector, ConnectorError, ConnectorOptions, ConnectorSettings, Connectors, Credential, Documents,
    EntraClient, Finding, Found, Health, Lookup, Proof, Proxy,
};
pub use desk::{Answering, SignInDesk};
pub use export::{Export, ExportError, ExportSettings, Exporter};
pub use in_force::{InForce, Switch};
pub use metrics::Metrics;
pub use quota::{Empty, Measured, Measures, MeasuresInMemory, Rate, Rates};

pub use listen::TlsFiles;
pub use request_id::{RequestId, current as current_request};
pub use said::Hearing;
pub use telemetry::Telemetry;

use identity::kept::DisputeStore;
use shared::Shared;
use std::io;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A gateway, ready to serve.
pub struct Gateway {
    shared: Arc<Shared>,
}

/// Why a gateway cannot start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// A connector does not fit the register.
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] certificate::CertificateError),
    /// The listener does not work.
    #[error("the listener does not work: {reason}")]
    Listener {
        /// What the system said.
        reason: String,
    },
}

impl Gateway {
    /// Makes a gateway. To be called inside a tokio runtime.
    ///
    /// # Errors
    /// When a connector points to a host that the register does not pin for a deployment that it carries.
    pub fn new(config: GatewayConfig) -> Result<Self, GatewayError> {
        Ok(Self {
            shared: Arc::new(Shared::new(config)?),
        })
    }

    /// The same, which tells these of what providers of sign-in say.
    #[must_use]
    pub fn hearing(self, hearing: Option<Hearing>) -> Self {
        if let Some(hearing) = hearing {
            // whoever is told is told for good
            let _first = self.shared.hearing.set(hearing);
        }
        self
    }

    /// The same, in which coding tools sign people in at this desk.
    #[must_use]
    pub fn signing_in(self, desk: Option<Arc<dyn SignInDesk>>) -> Self {
        if let Some(desk) = desk {
            // there is one desk for good
            let _first = self.shared.desk.set(desk);
        }
        self
    }

    /// The same, which says of a refusal what of it its person disputes.
    #[must_use]
    pub fn disputing(self, disputes: Option<Arc<dyn DisputeStore>>) -> Self {
        if let Some(disputes) = disputes {
            let _first = self.shared.disputes.set(disputes);
        }
        self
    }

    /// Serves connections until `shutdown` completes, then lets those that are open finish within the grace period.
    ///
    /// # Errors
    /// When the listener does not work.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), GatewayError> {
        let address = listener.local_addr();
        let address = address.map_err(|error: io::Error| GatewayError::Listener {
            reason: error.to_string(),
        })?;
        tracing::info!(%address, "the gateway listens");
        listen::serve(self.shared, listener, shutdown).await
    }
}
