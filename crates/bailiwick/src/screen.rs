//! Two streams: data on stdout, words on stderr. Colours are dropped where nobody would see them, and where `NO_COLOR`
//! asks for that.

use anstream::AutoStream;
use owo_colors::OwoColorize as _;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Stderr, Stdout, Write as _};

/// Width of tables and diagnostics where no terminal says otherwise.
const WIDTH: u16 = 110;

/// A number of things, in the singular where it is one.
pub(crate) fn count(number: usize, singular: &str, plural: &str) -> String {
    format!("{number} {}", if number == 1 { singular } else { plural })
}

/// Where a command writes.
pub(crate) struct Screen {
    out: AutoStream<Stdout>,
    err: AutoStream<Stderr>,
    json: bool,
}

impl Screen {
    /// The streams of this process; `json`: data is for a machine.
    pub(crate) fn new(json: bool) -> Self {
        Self {
            out: AutoStream::auto(io::stdout()),
            err: AutoStream::auto(io::stderr()),
            json,
        }
    }

    /// Whether data is for a machine.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// Width for tables; `None`: the terminal's.
    pub(crate) fn width(&self) -> Option<u16> {
        (!io::stdout().is_terminal()).then_some(WIDTH)
    }

    /// Prints data.
    pub(crate) fn data(&mut self, data: impl Display) -> io::Result<()> {
        writeln!(self.out, "{data}")
    }

    /// Prints data for a machine, as one document.
    pub(crate) fn document(&mut self, document: &impl serde::Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(document)?;
        Ok(writeln!(self.out, "{text}")?)
    }

    /// Prints data for a machine, as one line.
    pub(crate) fn line(&mut self, document: &impl serde::Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string(document)?;
        writeln!(self.out, "{text}")?;
        Ok(self.out.flush()?)
    }

    /// Says something to the person.
    pub(crate) fn say(&mut self, words: impl Display) -> io::Result<()> {
        writeln!(self.err, "{words}")
    }

    /// Says what is wrong.
    pub(crate) fn error(&mut self, message: &str, help: Option<&str>) -> io::Result<()> {
        writeln!(self.err, "{} {message}", "error:".red().bold())?;
        match help {
            Some(help) => writeln!(self.err, "{} {help}", " help:".cyan()),
            None => Ok(()),
        }
    }

    /// Ends a run by naming the command that is most useful now.
    pub(crate) fn next(&mut self, command: impl Display, does: &str) -> io::Result<()> {
        writeln!(
            self.err,
            "{} {}  {}",
            "next:".dimmed(),
            command.bold(),
            format_args!("({does})").dimmed()
        )
    }
}
