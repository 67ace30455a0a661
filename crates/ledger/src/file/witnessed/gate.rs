//! Whether anything may be signed.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by whoever signs, whoever asks the witnesses, and whoever keeps entries.
pub(in crate::file) struct Gate {
    standing: AtomicU8,
    /// One writes the checkpoint at a time.
    turn: Mutex<()>,
}

const OPEN: u8 = 0;
/// Until every witness has answered.
const HELD: u8 = 1;
const STOPPED: u8 = 2;

impl Gate {
    pub(in crate::file) fn open() -> Self {
        Self::standing(OPEN)
    }

    pub(super) fn held() -> Self {
        Self::standing(HELD)
    }

    fn standing(standing: u8) -> Self {
        Self {
            standing: AtomicU8::new(standing),
            turn: Mutex::new(()),
        }
    }

    /// Nothing is held back any more; what was stopped stays so.
    pub(super) fn let_through(&self) {
        let _before = self
            .standing
            .compare_exchange(HELD, OPEN, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Nothing may be signed from here on.
    pub(in crate::file) fn stop(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.standing.store(STOPPED, Ordering::SeqCst);
    }

    /// Whether nothing will be signed any more.
    pub(in crate::file) fn is_stopped(&self) -> bool {
        self.standing.load(Ordering::SeqCst) == STOPPED
    }

    /// A turn at writing the checkpoint; `None`: nothing may be signed now.
    pub(in crate::file) fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        (self.standing.load(Ordering::SeqCst) == OPEN).then_some(turn)
    }
}
