//! Takes a changed register into use while the gateways serve, or refuses it whole.
//!
//! All of it happens beside the requests. A register that fails anything changes nothing: the one in force stays, the
//! log says what is wrong and where, and the readiness probe says that something newer was refused.

use super::archive::Archive;
use super::connectors::Ways;
use super::load::{self, LoadError};
use crate::clock;
use crate::folder::Folder;
use gateway::Switch;
use identity::RegisterDirectory;
use ledger::{Event, Happening, Recorder};
use std::path::PathBuf;
use std::sync::Arc;

/// Problems of one register that are logged; the rest is counted.
const LOGGED: usize = 10;

/// Reloads one register.
pub(crate) struct Reloader {
    path: PathBuf,
    switch: Arc<Switch>,
    ways: Ways,
    recorder: Recorder,
    archive: Archive,
}

/// What became of a reload.
pub(crate) enum Reloaded {
    /// The register on disk is the one in force.
    Unchanged,
    /// Another is in force now; these are its people.
    Activated(Arc<RegisterDirectory>),
}

impl Reloader {
    /// Reloads the register of this folder, which must fit these ways to providers; what comes into force is recorded,
    /// and kept before it does.
    pub(crate) fn new(
        path: PathBuf,
        switch: Arc<Switch>,
        ways: Ways,
        (recorder, archive): (Recorder, Archive),
    ) -> Self {
        Self {
            path,
            switch,
            ways,
            recorder,
            archive,
        }
    }

    /// What the folder holds now, as a text that differs when the content does; also where it cannot be read.
    pub(crate) fn look(&self) -> String {
        Folder::fingerprint(&self.path)
    }

    /// Reads the register and puts it in force if it passes everything; tells the log and the probe either way.
    ///
    /// # Errors
    /// When the register is refused; the one in force stays then.
    pub(crate) fn reload(&self) -> Result<Reloaded, LoadError> {
        let reloaded = self.try_reload();
        if let Err(error) = &reloaded {
            self.refuse(error.word(), error.problems().len());
            tell(error);
        }
        reloaded
    }

    fn refuse(&self, mistake: &'static str, mistakes: usize) {
        let at = clock::now();
        self.switch.refuse(at);
        let in_force = self.switch.load().snapshot().digest().to_owned();
        let what = Happening::Refused {
            in_force,
            mistake,
            mistakes,
        };
        self.recorder.record_event(Event { at, what });
    }

    /// Notes that a reload broke off in the middle.
    pub(crate) fn broke_off(&self) {
        self.refuse("broken_off", 0);
        tracing::error!("reading the newer register broke off; the one in force stays");
    }

    fn try_reload(&self) -> Result<Reloaded, LoadError> {
        let folder = Folder::read(&self.path).map_err(LoadError::Unreadable)?;
        let before = self.switch.load().snapshot().digest().to_owned();
        if folder.digest == before {
            self.switch.settle();
            tracing::info!(digest = folder.digest, "the register is unchanged");
            return Ok(Reloaded::Unchanged);
        }
        let loaded = load::complete(load::compile(&folder)?, &self.ways)?;
        self.archive.keep(&folder).map_err(LoadError::NotKept)?;
        self.switch.activate(loaded.in_force);
        let snapshot = folder.digest.clone();
        let what = Happening::Activated { snapshot, before };
        let at = clock::now();
        self.recorder.record_event(Event { at, what });
        tracing::info!(digest = folder.digest, "activated");
        Ok(Reloaded::Activated(loaded.directory))
    }
}

fn tell(error: &LoadError) {
    let problems = error.problems();
    for problem in problems.iter().take(LOGGED) {
        let (file, line) = (&*problem.position.path, problem.position.line);
        tracing::error!(
            file,
            line,
            problem = problem.message,
            "the newer register is wrong"
        );
    }
    let more = problems.len().saturating_sub(LOGGED);
    tracing::error!(%error, more, "the newer register is refused; the one in force stays");
}

/// Tells from looks at a folder when to reload: once, as soon as two looks in a row see the same new content. Of a change
/// that spans several files, or of a file half written, one look may see a part.
#[derive(Debug)]
pub(crate) struct Watch {
    last: String,
    tried: String,
}

impl Watch {
    /// Watches from a content that is in force.
    pub(crate) fn new(in_force: &str) -> Self {
        Self {
            last: in_force.to_owned(),
            tried: in_force.to_owned(),
        }
    }

    /// Whether a look asks for a reload.
    pub(crate) fn sees(&mut self, content: String) -> bool {
        let is_settled = content == self.last;
        let is_due = is_settled && content != self.tried;
        if is_due {
            self.tried.clone_from(&content);
        }
        self.last = content;
        is_due
    }

    /// Notes that a content is tried now, because somebody asked for it.
    pub(crate) fn tries(&mut self, content: String) {
        self.tried.clone_from(&content);
        self.last = content;
    }
}

#[cfg(test)]
mod tests;
