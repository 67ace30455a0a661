//! An attempt as it is kept, for an installation whose browsers may come back to another replica.

use super::{Attempt, Ticket};
use register::model::Instant;
use serde::{Deserialize, Serialize};

/// Revision of what is written here.
const REVISION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Kept {
    revision: u32,
    issuer: String,
    then: String,
    state: String,
    nonce: String,
    verifier: String,
    redirect_uri: String,
}

impl Attempt {
    /// What is kept of it beside the digest of its cookie, which alone it is found by, and its end.
    pub fn write_stored(&self) -> String {
        let kept = Kept {
            revision: REVISION,
            issuer: self.issuer.clone(),
            then: self.then.clone(),
            state: self.state.0.clone(),
            nonce: self.nonce.0.clone(),
            verifier: self.verifier.0.clone(),
            redirect_uri: self.redirect_uri.clone(),
        };
        serde_json::to_string(&kept).unwrap_or_default()
    }

    /// The attempt of which this was kept; `None`: it cannot be read, or was written by a later version.
    pub fn restore(browser: [u8; 32], expires: Instant, text: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text).ok()?;
        (kept.revision <= REVISION).then_some(Self {
            browser,
            issuer: kept.issuer,
            then: kept.then,
            expires,
            state: Ticket(kept.state),
            nonce: Ticket(kept.nonce),
            verifier: Ticket(kept.verifier),
            redirect_uri: kept.redirect_uri,
        })
    }
}
