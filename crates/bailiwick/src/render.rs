//! Showing diagnostics beside the words that they are about, and tables.

use crate::screen::Screen;
use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
};
use register::diagnose::{self, Diagnostics};
use register::source::Source;
use std::fmt;

/// After this many, the rest is counted: whoever made more will run the check again.
const SHOWN: usize = 50;

/// Shows diagnostics on stderr.
pub(crate) fn diagnostics(
    screen: &mut Screen,
    found: &Diagnostics,
    sources: &[Source],
) -> anyhow::Result<()> {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode())
        .with_width(110)
        .with_links(false);
    for one in found.iter().take(SHOWN) {
        let mut text = String::new();
        handler.render_report(&mut text, &Shown::new(one, sources))?;
        screen.say(text.trim_end())?;
        screen.say("")?;
    }
    if let more @ 1.. = found.0.len().saturating_sub(SHOWN) {
        screen.say(format_args!("and {more} more"))?;
    }
    Ok(())
}

/// A diagnostic of the register as `miette` wants it.
#[derive(Debug)]
struct Shown<'a> {
    diagnostic: &'a diagnose::Diagnostic,
    source: Option<NamedSource<String>>,
    help: Option<String>,
}

impl<'a> Shown<'a> {
    fn new(diagnostic: &'a diagnose::Diagnostic, sources: &[Source]) -> Self {
        let path = &*diagnostic.position.path;
        let source = sources.iter().find(|source| source.path == path);
        let source = source.map(|source| NamedSource::new(path, source.text.clone()));
        // only one file can be shown; what stands in another is named
        let elsewhere = diagnostic
            .labels
            .iter()
            .filter(|label| &*label.position.path != path);
        let elsewhere =
            elsewhere.map(|label| format!("{}: {}:{}", label.text, label.position.path, label.position.line));
        let lines: Vec<String> = diagnostic.help.iter().cloned().chain(elsewhere).collect();
        Self {
            diagnostic,
            source,
            help: (!lines.is_empty()).then(|| lines.join("\n")),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.diagnostic.message)?;
        match (&self.source, &*self.diagnostic.position.path) {
            (None, path) if !path.is_empty() => write!(out, " ({path})"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn code<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.diagnostic.severity {
            diagnose::Severity::Error => Severity::Error,
            diagnose::Severity::Warning => Severity::Warning,
        })
    }

    fn help<'s>(&'s self) -> Option<Box<dyn fmt::Display + 's>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source.as_ref()?;
        let own = &self.diagnostic.position;
        let span = |position: &register::source::Position, text: Option<String>| {
            LabeledSpan::new(text, position.start, position.end.saturating_sub(position.start))
        };
        let others = self
            .diagnostic
            .labels
            .iter()
            .filter(|label| label.position.path == own.path);
        let others = others.map(move |label| span(&label.position, Some(label.text.clone())));
        Some(Box::new(
            std::iter::once(span(own, Some("here".to_owned()))).chain(others),
        ))
    }
}

/// An empty table with this header, one line to a row.
pub(crate) fn table(screen: &Screen, header: &[&str]) -> Table {
    let mut table = ruled_table(screen, header);
    table.style_mut().row_separator = LineStyle::none();
    table
}

/// An empty table with this header and lines between its rows, for rows that wrap.
pub(crate) fn ruled_table(screen: &Screen, header: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = screen.width() {
        table.set_width(width);
    }
    table.set_header(header);
    table
}

/// An empty table with this header that is as wide as it needs to be, so that what is to be copied stays on one line.
pub(crate) fn wide_table(screen: &Screen, header: &[&str]) -> Table {
    let mut table = table(screen, header);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// The table as text, without the blanks that fill its last column.
pub(crate) fn as_text(table: &Table) -> String {
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}
