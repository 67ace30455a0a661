//! The golden matrix: who may use what, from where, when, and by which clause not; one sheet of text for each person.

mod answer;
mod differences;
mod sheet;
mod unusual;

pub(crate) use answer::Clauses;

use crate::bank::{BANK, compile, instant};
use crate::known::as_known;
use decision::Snapshot;
use register::model::Instant;

/// A day of the matrix, with the register as it was known on it.
pub(crate) struct Day {
    /// As it is written.
    pub(crate) text: &'static str,
    /// Why this day.
    pub(crate) about: &'static str,
    /// The instant.
    pub(crate) at: Instant,
    /// What was known then, compiled.
    pub(crate) snapshot: Snapshot,
}

/// The days of the matrix, in order.
const DAYS: &[(&str, &str)] = &[
    ("2025-05-31T12:00:00Z", "before most agreements and approvals"),
    (
        "2026-03-03T12:00:00Z",
        "before Greater China was read strictly; xAI suspended",
    ),
    ("2026-05-20T12:00:00Z", "after that reading"),
    ("2026-06-20T12:00:00Z", "under the Commerce letter"),
    (
        "2026-06-27T12:00:00Z",
        "under the letter, trusted entities excepted",
    ),
    ("2026-07-02T12:00:00Z", "after the letter"),
    (
        "2026-11-20T09:00:00Z",
        "today, as far as this register is concerned",
    ),
];

/// Places in which an office network sees somebody. Beside them stands the directory alone.
const PLACES: &[&str] = &[
    "US", "PR", "GB", "FR", "BE", "KR", "TW", "HK", "MO", "CN", "UA", "UA-43",
];

const HOW_TO_READ: &str = "\
Who of the demo bank may use which model, from where and when, and what stops everybody else: one sheet for each
person of the register, and one of unusual requests. Written by a test (`make golden`), never by hand; a change of the
register or of the program shows as a difference here, and is read before it is kept.

Days are numbered at the top of a sheet; `·2·4···` means days 2 and 4. Each is decided with what was known on it.
Places are those in which an office network sees the person; `directory` is the directory alone. `UA` says no more
than Ukraine, `UA-43` is Crimea. Models, days and places with the same answers stand together.

Each line has a verdict, the places that get it, and why: the instrument and its clauses, then what is missing
(`no agreement`, `no approval`, `no entitlement`). A clause without a word behind it is met; `unknown` means that a
fact is missing, `unclear` that a person has to decide. What stops everywhere stands first, `besides` lists what stops
in some places in addition. A permit names its channel where it is not the one tried first, the exceptions used
(`lifts`), and what has to be done along with it (`with`). What is the same for every model and day stands at the top
and is not repeated; a place that is missing from a line is stopped by that alone.
";

/// The matrix, as files by name, and every clause that speaks in it.
pub(crate) fn written() -> (Vec<(String, String)>, Clauses) {
    let days: Vec<Day> = DAYS.iter().map(day).collect();
    let mut clauses = Clauses::default();
    let mut files: Vec<_> = BANK
        .people
        .iter()
        .map(|person| {
            (
                format!("{}.txt", person.id),
                sheet::of(person, &days, &mut clauses),
            )
        })
        .collect();
    files.push(("unusual-requests.txt".to_owned(), unusual::sheet(&mut clauses)));
    files.push(("how-to-read.txt".to_owned(), HOW_TO_READ.to_owned()));
    (files, clauses)
}

fn day((text, about): &(&'static str, &'static str)) -> Day {
    let at = instant(text);
    Day {
        text,
        about,
        at,
        snapshot: compile(as_known(&BANK, at)),
    }
}
