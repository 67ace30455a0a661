//! The store as the place where it is kept how far the ledger had come.

use ledger::{LogSight, SightError};
use std::sync::Arc;
use std::time::Duration;
use store::{LedgerSight, Sighted, Store};
use tlog::Hash;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long the store may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What the store knows of one ledger, asked by one process.
pub(crate) struct StoreSight {
    store: Arc<Store>,
    handle: Handle,
    origin: Arc<str>,
    /// Stands for this process: drawn anew for each start.
    writer: String,
}

impl StoreSight {
    /// Asks the store about the ledger of this name. To be called inside a tokio runtime.
    pub(crate) fn new(store: &Arc<Store>, origin: Arc<str>) -> anyhow::Result<Self> {
        let mut writer = [0; 16];
        aws_lc_rs::rand::fill(&mut writer).map_err(|_| anyhow::anyhow!("the system gave no random bytes"))?;
        Ok(Self {
            store: Arc::clone(store),
            handle: Handle::current(),
            origin,
            writer: data_encoding::HEXLOWER.encode(&writer),
        })
    }

    /// Waits for the store on a thread of its own, since whoever asks may be part of a runtime.
    fn wait<T: Send>(
        &self,
        asked: impl Future<Output = Result<T, identity::KeepError>> + Send,
    ) -> Result<T, SightError> {
        let failed = |reason: String| SightError { reason };
        let answered = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| self.handle.block_on(async { timeout(LIMIT, asked).await }));
            waiting.join()
        });
        match answered {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(failed(error.to_string())),
            Ok(Err(_)) => Err(failed("it does not answer in time".to_owned())),
            Err(_) => Err(failed("asking it broke off".to_owned())),
        }
    }
}

fn seen(size: u64, root: Hash) -> LedgerSight {
    LedgerSight {
        size,
        root: *root.as_bytes(),
    }
}

impl LogSight for StoreSight {
    fn last(&self) -> Result<Option<(u64, Hash)>, SightError> {
        let last = self.wait(self.store.ledger_sight(&self.origin))?;
        Ok(last.map(|last| (last.size, Hash::from_bytes(last.root))))
    }

    fn claim(&self, size: u64, root: Hash) -> Result<(), SightError> {
        let seen = seen(size, root);
        self.wait(self.store.claim_ledger(&self.origin, &self.writer, &seen))
    }

    fn show(&self, size: u64, root: Hash) -> Result<bool, SightError> {
        let seen = seen(size, root);
        let shown = self.wait(self.store.show_ledger(&self.origin, &self.writer, &seen))?;
        Ok(shown == Sighted::Seen)
    }
}
