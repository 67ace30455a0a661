//! The table: a line for each measure, nginx and the gateway beside each other, and their ratio.

use std::fmt::Write as _;
use std::time::Duration;

/// Lines of the table.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<[String; 5]>);

impl Report {
    /// Adds a measure in a unit: nginx, where it was measured, the gateway, and the ratio that is aimed at.
    pub(crate) fn line(&mut self, what: &str, nginx: Option<f64>, gateway: f64, aim: &str) {
        let ratio = nginx.filter(|nginx| *nginx > 0.0).map(|nginx| gateway / nginx);
        self.0.push([
            what.to_owned(),
            nginx.map_or_else(|| "-".to_owned(), shown),
            shown(gateway),
            ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}")),
            aim.to_owned(),
        ]);
    }

    /// The whole table as text.
    pub(crate) fn text(&self) -> String {
        let head = ["", "nginx", "gateway", "ratio", "aim"].map(str::to_owned);
        let mut text = String::new();
        for [what, nginx, gateway, ratio, aim] in std::iter::once(&head).chain(&self.0) {
            // writing to a string cannot fail
            let _ = writeln!(text, "{what:<58} {nginx:>9} {gateway:>9} {ratio:>6}  {aim}");
        }
        text
    }
}

fn shown(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

/// Microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Megabytes.
pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
