//! The listener for administration, as configured.

use crate::clock;
use crate::config::Config;
use crate::config::control::{ControlConfig, ScimConfig, Token};
use ::control::{Control, ControlSettings, ScimClient, Tls};
use anyhow::Context as _;
use identity::directory::DirectoryStore;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A listener that is ready.
pub(crate) struct Opened {
    /// What it serves.
    pub(crate) control: Control,
    /// Its socket.
    pub(crate) listener: TcpListener,
    /// Its certificate.
    pub(crate) tls: Option<Tls>,
    /// How it is reached.
    pub(crate) url: String,
}

/// Opens it, if the configuration has one.
///
/// # Errors
/// When a token is missing or too short, the certificate cannot be used, or the address is taken.
pub(crate) async fn open(config: &Config, store: &Arc<store::Store>) -> anyhow::Result<Option<Opened>> {
    let Some(wanted) = &config.control else {
        return Ok(None);
    };
    let clients = clients(wanted)?;
    let tls = wanted
        .tls
        .as_ref()
        .map(|files| Tls::read(&files.certificate, &files.key));
    let tls = tls.transpose()?;
    let listener = TcpListener::bind(wanted.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on `{}`", wanted.listen))?;
    let address = listener.local_addr()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = wanted
        .public_url
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{address}"));
    let control = Control::new(ControlSettings {
        clients,
        store: Arc::clone(store) as Arc<dyn DirectoryStore>,
        public_url: url.clone(),
        clock: clock::now,
    });
    Ok(Some(Opened {
        control,
        listener,
        tls,
        url,
    }))
}

/// The clients, each with its token at hand.
pub(crate) fn clients(wanted: &ControlConfig) -> anyhow::Result<Vec<ScimClient>> {
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
