//! What a serving process does beside its requests: keeps the directory in step, keeps credentials fresh, and takes
//! changed registers into use.
//!
//! Whatever touches files runs on a thread that no request waits for.

use super::connectors::Ways;
use super::reload::{Reloaded, Reloader, Watch};
use crate::clock;
use identity::RegisterDirectory;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often anything is looked at.
const BEAT: Duration = Duration::from_secs(1);

/// Beats between two looks at the register's folder.
const LOOK: u32 = 2;

/// Beats between two notes that the directory of a register is in step with it, which it always is.
const IN_STEP: u32 = 600;

/// The work beside the requests.
pub(crate) struct Upkeep {
    directory: Arc<RegisterDirectory>,
    ways: Ways,
    reloading: Option<Reloading>,
}

/// A register that may change while it is served. Made before anybody is told that the program is ready: until then a
/// SIGHUP would end the process.
pub(crate) struct Reloading {
    reloader: Arc<Reloader>,
    watch: Watch,
    asked: Signal,
}

/// What is due.
enum Due {
    /// Somebody asked for a reload.
    Reload,
    /// A beat has passed.
    Beat,
}

impl Reloading {
    /// Begins to listen for SIGHUP. To be called inside a tokio runtime.
    pub(crate) fn begin(reloader: Reloader, in_force: &str) -> std::io::Result<Self> {
        Ok(Self {
            reloader: Arc::new(reloader),
            watch: Watch::new(in_force),
            asked: signal(SignalKind::hangup())?,
        })
    }

    async fn look(&self) -> Option<String> {
        let reloader = Arc::clone(&self.reloader);
        spawn_blocking(move || reloader.look()).await.ok()
    }

    /// The directory of the register that was activated, if one was.
    async fn reload(&self) -> Option<Arc<RegisterDirectory>> {
        let reloader = Arc::clone(&self.reloader);
        match spawn_blocking(move || reloader.reload()).await {
            Ok(Ok(Reloaded::Activated(directory))) => Some(directory),
            Ok(Ok(Reloaded::Unchanged) | Err(_)) => None,
            Err(_) => {
                self.reloader.broke_off();
                None
            }
        }
    }
}

impl Upkeep {
    /// Keeps up these; without `reloading` the register stays as it is.
    pub(crate) const fn new(
        directory: Arc<RegisterDirectory>,
        ways: Ways,
        reloading: Option<Reloading>,
    ) -> Self {
        Self {
            directory,
            ways,
            reloading,
        }
    }

    /// Goes on for ever.
    pub(crate) async fn run(self) {
        let connectors = Arc::clone(&self.ways.connectors);
        tokio::join!(connectors.tend(clock::now), self.keep_up());
    }

    async fn keep_up(mut self) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count: u32 = 0;
        loop {
            match self.next(&mut beats).await {
                Due::Reload => self.reload_now().await,
                Due::Beat => {
                    self.beat(count).await;
                    count = count.wrapping_add(1);
                }
            }
        }
    }

    /// Waits for what is due next; nothing is lost if this is given up.
    async fn next(&mut self, beats: &mut Interval) -> Due {
        let asked = async {
            match &mut self.reloading {
                Some(reloading) => reloading.asked.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            Some(()) = asked => Due::Reload,
            _ = beats.tick() => Due::Beat,
        }
    }

    async fn beat(&mut self, count: u32) {
        if count.is_multiple_of(IN_STEP) {
            self.directory.mark_synced(clock::now());
        }
        if count.is_multiple_of(LOOK) {
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let Some(reloading) = &mut self.reloading else {
            return;
        };
        if let Some(content) = reloading.look().await
            && reloading.watch.sees(content)
        {
            self.reload().await;
        }
    }

    async fn reload_now(&mut self) {
        if let Some(reloading) = &mut self.reloading
            && let Some(content) = reloading.look().await
        {
            reloading.watch.tries(content);
        }
        self.reload().await;
    }

    async fn reload(&mut self) {
        if let Some(reloading) = &self.reloading
            && let Some(directory) = reloading.reload().await
        {
            self.directory = directory;
        }
    }
}
