//! What a request is, as bits, so that the scope of a clause is three bit tests.

use register::model::{DataClass, Purpose, Worker};

/// Purpose, data class, kind of worker and registration of a request, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits(u32);

/// Which requests a clause concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    purposes: u32,
    data: u32,
    workers: u32,
    registered_only: bool,
}

const DATA_SHIFT: usize = 16;
const WORKER_SHIFT: usize = 24;
const REGISTERED: u32 = 1 << 31;

fn bit<T: PartialEq>(all: &[T], word: &T, shift: usize) -> u32 {
    all.iter()
        .position(|other| other == word)
        .map_or(0, |position| 1 << (position + shift))
}

fn bits<T: PartialEq>(all: &[T], words: &[T], shift: usize) -> u32 {
    let words = if words.is_empty() { all } else { words };
    words
        .iter()
        .map(|word| bit(all, word, shift))
        .fold(0, |bits, bit| bits | bit)
}

impl Traits {
    pub(crate) fn new(purpose: Purpose, data: DataClass, worker: Worker, registered: bool) -> Self {
        let registered = if registered { REGISTERED } else { 0 };
        Self(
            bit(Purpose::ALL, &purpose, 0)
                | bit(DataClass::ALL, &data, DATA_SHIFT)
                | bit(Worker::ALL, &worker, WORKER_SHIFT)
                | registered,
        )
    }
}

impl Scope {
    pub(crate) fn of(scope: &register::model::Scope) -> Self {
        Self {
            purposes: bits(Purpose::ALL, &scope.purposes, 0),
            data: bits(DataClass::ALL, &scope.data, DATA_SHIFT),
            workers: bits(Worker::ALL, &scope.workers, WORKER_SHIFT),
            registered_only: scope.registered_application,
        }
    }

    /// Whether the request is one of those.
    #[inline]
    pub(crate) fn holds(&self, traits: Traits) -> bool {
        (self.purposes & traits.0 != 0)
            & (self.data & traits.0 != 0)
            & (self.workers & traits.0 != 0)
            & (!self.registered_only | (traits.0 & REGISTERED != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_scope_holds_for_every_request() {
        let any = Scope::of(&register::model::Scope::default());
        for purpose in Purpose::ALL {
            for data in DataClass::ALL {
                for worker in Worker::ALL {
                    assert!(any.holds(Traits::new(*purpose, *data, *worker, false)));
                }
            }
        }
    }

    #[test]
    fn each_part_of_a_scope_narrows_it() {
        let coding = Traits::new(Purpose::Coding, DataClass::Client, Worker::Employee, false);
        let check = |scope: register::model::Scope, expected| {
            assert_eq!(Scope::of(&scope).holds(coding), expected, "{scope:?}");
        };
        let scope = register::model::Scope::default;
        check(
            register::model::Scope {
                purposes: vec![Purpose::Summarise],
                ..scope()
            },
            false,
        );
        check(
            register::model::Scope {
                data: vec![DataClass::Client],
                ..scope()
            },
            true,
        );
        check(
            register::model::Scope {
                workers: vec![Worker::Service],
                ..scope()
            },
            false,
        );
        check(
            register::model::Scope {
                registered_application: true,
                ..scope()
            },
            false,
        );
    }
}
