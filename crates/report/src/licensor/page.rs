//! The words and tables of a licensor's report.

use super::{Key, LicensorFigures, Use};
use crate::document::{Cell, Column, Document, Table, bars, column, count};
use crate::figures::Tally;
use crate::render::{borders, when};
use crate::session::Span;
use std::collections::BTreeMap;

pub(super) fn document(figures: &LicensorFigures<'_>, span: &Span) -> Document {
    let totals = figures
        .uses
        .values()
        .fold(Use::default(), |sum, used| sum.and(*used));
    let (licensor, when) = (figures.licensor, when(figures.asked, span));
    let mut answer: Vec<String> = figures
        .statements
        .iter()
        .map(|statement| statement.sentence(licensor, &when))
        .collect();
    answer.push(format!(
        "{} for models of {licensor} {when}: {} permitted, {} refused; {} tokens read and {} written.",
        count(figures.decisions, "decision", "decisions"),
        totals.permitted,
        totals.refused,
        totals.tokens_read,
        totals.tokens_written
    ));
    if !figures.people.is_empty() {
        answer.push(format!(
            "{} under pseudonyms.",
            count(figures.people.len() as u64, "person", "people")
        ));
    }
    answer.push(borders(figures.asked, span));
    let territories: Vec<String> = figures
        .statements
        .iter()
        .map(|statement| statement.named())
        .collect();
    let mut asked = vec![("Licensor", licensor.to_owned())];
    if !territories.is_empty() {
        asked.push(("Territories", territories.join("; ")));
    }
    asked.push(("Instruments taken as its own", figures.own.join(", ")));
    if !figures.asked.opened.is_empty() {
        asked.push(("Opened besides", figures.asked.opened.join(", ")));
    }
    Document {
        title: format!("Use of models of {licensor}"),
        asked,
        answer,
        tables: tables(figures, span, totals),
        limits: limits(licensor),
    }
}

impl Use {
    const fn and(self, other: Self) -> Self {
        Self {
            permitted: self.permitted + other.permitted,
            refused: self.refused + other.refused,
            ended: self.ended + other.ended,
            tokens_read: self.tokens_read.saturating_add(other.tokens_read),
            tokens_written: self.tokens_written.saturating_add(other.tokens_written),
        }
    }

    const fn cells(self) -> [Cell; 5] {
        [
            Cell::Count(self.permitted),
            Cell::Count(self.refused),
            Cell::Count(self.ended),
            Cell::Count(self.tokens_read),
            Cell::Count(self.tokens_written),
        ]
    }
}

const USE: [Column; 5] = [
    bars("permitted", "permitted"),
    column("refused", "refused"),
    column("ended", "outcomes"),
    column("tokens_read", "tokens read"),
    column("tokens_written", "tokens written"),
];

fn tables(figures: &LicensorFigures<'_>, span: &Span, totals: Use) -> Vec<Table> {
    let mut all = vec![territories(figures)];
    let by = |id, name, title, about, pick: fn(&Key) -> &str| {
        let mut sums: BTreeMap<&str, Use> = BTreeMap::new();
        for (key, used) in &figures.uses {
            let sum = sums.entry(pick(key)).or_default();
            *sum = sum.and(*used);
        }
        let rows = sums.into_iter().map(|(name, used)| row([name], used)).collect();
        let columns = [&[column(name, name)], &USE[..]].concat();
        Table::new(id, title, about, columns).with(rows)
    };
    all.push(by(
        "places",
        "places",
        "By place",
        "All places that sources named for a decision, together.",
        |key| &key.places,
    ));
    all.push(by(
        "entities",
        "entity",
        "By entity",
        "Entities of the firm.",
        |key| &key.entity,
    ));
    all.push(by("models", "model", "By model", "", |key| &key.model));
    all.push(by(
        "days",
        "day",
        "By day",
        "Days are UTC; an outcome is counted with its decision.",
        |key| &key.day,
    ));
    all.push(refusals(figures, totals));
    if figures.lifts.total() > 0 {
        let columns = vec![
            column("exception", "exception > clause"),
            column("permits", "permits"),
        ];
        let about = "Exceptions of the licensor's own instruments by which a request was permitted.";
        all.push(Table::new("exceptions", "Exceptions used", about, columns).with(figures.lifts.rows()));
    }
    let columns = vec![
        column("source", "source"),
        bars("decisions", "decisions"),
        column("share", "share"),
    ];
    let about = "How places are known: decisions for which a source said something, and their share of all.";
    let rows = figures.evidence.shares(figures.decisions);
    all.push(Table::new("evidence", "What decisions rested on", about, columns).with(rows));
    all.push(outcomes(&figures.ended));
    all.push(uses(figures));
    all.push(accounted(figures, span));
    all
}

fn row<const N: usize>(names: [&str; N], used: Use) -> Vec<Cell> {
    names.into_iter().map(Cell::text).chain(used.cells()).collect()
}

fn territories(figures: &LicensorFigures<'_>) -> Table {
    let columns = vec![
        column("territory", "territory"),
        bars("permitted", "permitted, place in it"),
        column("permitted_only", "of these, no other place"),
        column("perhaps", "permitted, could be in it"),
        column("unknown", "permitted, place not known"),
        column("refused", "refused, place in it"),
    ];
    let rows = figures.statements.iter().map(|statement| {
        let counts = [
            statement.permitted,
            statement.permitted_only,
            statement.perhaps,
            statement.unknown,
            statement.refused,
        ];
        std::iter::once(Cell::text(statement.named()))
            .chain(counts.map(Cell::Count))
            .collect()
    });
    let about = "A place counts when any source named it, also one that the decision did not trust. A place that is wider \
than the territory, disputed, or coded under it as well could be in it.";
    Table::new("territories", "Territories", about, columns).with(rows.collect())
}

fn refusals(figures: &LicensorFigures<'_>, totals: Use) -> Table {
    let columns = vec![
        column("clause", "clause"),
        column("state", "state"),
        bars("refusals", "refusals"),
    ];
    let mut rows: Vec<Vec<Cell>> = figures
        .clauses
        .rows()
        .into_iter()
        .map(|row| {
            let [name, count] = <[Cell; 2]>::try_from(row).unwrap_or([Cell::Nothing, Cell::Nothing]);
            let name = name.shown();
            let (clause, state) = name.split_once('\u{1}').unwrap_or((&name, ""));
            vec![Cell::text(clause), Cell::text(state), count]
        })
        .collect();
    if figures.unshown > 0 {
        rows.push(vec![
            Cell::text("not shown: reasons that are not only the licensor's clauses"),
            Cell::Nothing,
            Cell::Count(figures.unshown),
        ]);
    }
    let about = if totals.refused == 0 {
        "Nothing was refused."
    } else {
        "Clauses of the licensor's own instruments. A refusal may rest on several. Where a reason is another instrument, a law \
or a rule of the firm, the reasons stay closed."
    };
    Table::new("refusals", "Refusals", about, columns).with(rows)
}

pub(crate) fn outcomes(ended: &Tally) -> Table {
    let columns = vec![
        column("ended", "how it ended"),
        bars("outcomes", "outcomes"),
        column("share", "share"),
    ];
    let about = "How permitted requests ended. Interrupted: the gateway was ended from outside, and more is not known.";
    Table::new("outcomes", "Outcomes", about, columns).with(ended.shares(ended.total()))
}

fn uses(figures: &LicensorFigures<'_>) -> Table {
    let names = [
        column("day", "day"),
        column("model", "model"),
        column("entity", "entity"),
        column("places", "places"),
    ];
    let rows = figures
        .uses
        .iter()
        .map(|(key, used)| row([&key.day, &key.model, &key.entity, &key.places], *used));
    let columns = [&names[..], &USE[..]].concat();
    Table::new("use", "By day, model, entity and place", "", columns).with(rows.collect())
}

fn accounted(figures: &LicensorFigures<'_>, span: &Span) -> Table {
    let others = figures.others.total();
    let own = span.inside - others - span.events;
    let mut rows = vec![vec![
        Cell::text(figures.licensor),
        Cell::text("opened"),
        Cell::Count(own),
    ]];
    for (name, count) in figures.others.iter() {
        rows.push(vec![
            Cell::text(name),
            Cell::text("only whose it is"),
            Cell::Count(count),
        ]);
    }
    let closed = [
        (
            "events of the installation",
            "nothing; its kind is public",
            span.events,
        ),
        (
            "entries beside the period, shown for its borders",
            "nothing; their times are public",
            (span.end - span.first) - span.inside,
        ),
    ];
    for (what, opened, count) in closed {
        rows.push(vec![Cell::text(what), Cell::text(opened), Cell::Count(count)]);
    }
    let columns = vec![
        column("whose", "entries of"),
        column("opened", "opened"),
        column("entries", "entries"),
    ];
    let about = "Every entry of the period, decisions and outcomes alike, and what is opened of it.";
    Table::new("accounted", "All entries", about, columns).with(rows)
}

fn limits(licensor: &str) -> Vec<String> {
    vec![
        "Use that does not go through this gateway is not in its log. Only the provider's own counts show it; the firm compares \
them with `bailiwick report reconcile`."
            .to_owned(),
        "A place is what a source said. A source that is wrong or was deceived gives a wrong place.".to_owned(),
        format!(
            "Whether a model is one of {licensor}, and which instruments are its own, is what the firm's register says."
        ),
        "A firm may run several gateways; each has a log and a pack of its own, with a name of its own.".to_owned(),
        "Whoever holds the log's key could have written all of it anew before the checkpoint. An earlier checkpoint that \
somebody else kept, or a witness, shows that."
            .to_owned(),
        "Times are those of the gateway's clock. An entry of the period can lie outside the entries shown only if that clock \
was set back by more than five minutes."
            .to_owned(),
        "Tokens are those that the provider reported, as far as its answer came.".to_owned(),
        "What was asked and answered is not recorded anywhere.".to_owned(),
    ]
}
