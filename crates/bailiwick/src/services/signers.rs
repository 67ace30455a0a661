//! The keys that sign for the ledger, as they change while it is kept: whoever asks for another key writes it into the
//! data folder, and the process that keeps the ledger follows, and says so in the ledger.

use crate::clock;
use crate::data::DataDir;
use ledger::{Event, Happening, LogIdentity, Recorder};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked whether other keys are to sign.
const LOOK: Duration = Duration::from_secs(1);

/// Follows the keys that sign for one ledger.
pub(crate) struct Signers {
    data: DataDir,
    identity: LogIdentity,
    known: Vec<[u8; 32]>,
}

impl Signers {
    /// Follows them for this identity, which has those of the moment.
    pub(crate) fn new(data: &DataDir, identity: LogIdentity) -> anyhow::Result<Self> {
        Ok(Self {
            known: data.ledger_signers()?,
            data: data.clone(),
            identity,
        })
    }

    /// Goes on for ever.
    pub(crate) async fn run(mut self, recorder: Recorder) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut has_failed = false;
        loop {
            looks.tick().await;
            match self.look(&recorder) {
                Ok(()) => has_failed = false,
                Err(error) if !std::mem::replace(&mut has_failed, true) => {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the keys of the ledger stay as they were"
                    );
                }
                Err(_) => {}
            }
        }
    }

    fn look(&mut self, recorder: &Recorder) -> anyhow::Result<()> {
        let seeds = self.data.ledger_signers()?;
        if seeds == self.known {
            return Ok(());
        }
        self.identity.replace_signers(&seeds)?;
        self.known = seeds;
        let keys = self.identity.verifier_keys();
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        tracing::info!(keys = keys.len(), "other keys sign for the ledger");
        let what = Happening::Signers { keys };
        recorder.record_event(Event {
            at: clock::now(),
            what,
        });
        Ok(())
    }
}
