//! The sheet of one person: every model, place and day, with equal models, days and places merged.

use super::answer::{Answer, Clauses, Stop, answers, listed};
use super::differences::write_differences;
use super::{Day, PLACES};
use crate::bank::BANK;
use decision::Facts;
use decision::cases::facts_of;
use register::model::{Application, DataClass, Person, PlaceFact, Purpose, Worker};
use std::fmt::Write as _;

/// Answers by column.
type Row = Vec<Answer>;

/// A column: its heading, and where an office network sees the person.
type Column = (String, Vec<PlaceFact>);

pub(crate) fn of(person: &Person, days: &[Day], clauses: &mut Clauses) -> String {
    let columns = columns();
    // by model, then by day
    let mut tables: Vec<Vec<Row>> = vec![Vec::new(); BANK.models.len()];
    for day in days {
        let by_column: Vec<Vec<Answer>> = columns
            .iter()
            .map(|(_, from)| {
                answers(
                    &day.snapshot,
                    &facts_of(&BANK, person, from, day.at),
                    day.at,
                    clauses,
                )
            })
            .collect();
        for (model, table) in tables.iter_mut().enumerate() {
            table.push(by_column.iter().map(|answers| answers[model].clone()).collect());
        }
    }
    let always = always(&tables, columns.len());
    let mut text = heading(person, days);
    write_always(&mut text, &always, &columns);
    text.push('\n');
    for (models, table) in grouped(&tables) {
        writeln!(text, "{}", models.join(", ")).unwrap();
        write_table(&mut text, table, &always, &columns);
    }
    if let Some(today) = days.last() {
        write_other_requests(&mut text, person, today, clauses);
    }
    text
}

/// What stops whatever the model and the day, by column.
fn always(tables: &[Vec<Row>], columns: usize) -> Vec<Vec<Stop>> {
    let in_column = |column: usize| shared(tables.iter().flatten().map(|row| row[column].stops.as_slice()));
    (0..columns).map(in_column).collect()
}

/// What stands in all of them.
fn shared<'a>(mut all: impl Iterator<Item = &'a [Stop]>) -> Vec<Stop> {
    let mut shared = all.next().unwrap_or_default().to_vec();
    all.for_each(|stops| shared.retain(|stop| stops.contains(stop)));
    shared
}

fn without(stops: &[Stop], others: &[Stop]) -> Vec<Stop> {
    stops
        .iter()
        .filter(|stop| !others.contains(stop))
        .cloned()
        .collect()
}

fn write_always(text: &mut String, always: &[Vec<Stop>], columns: &[Column]) {
    let mut lines: Vec<(&Vec<Stop>, Vec<&str>)> = Vec::new();
    for (stops, (name, _)) in always.iter().zip(columns) {
        match lines.iter_mut().find(|(other, _)| *other == stops) {
            Some((_, places)) => places.push(name),
            None if stops.is_empty() => {}
            None => lines.push((stops, vec![name])),
        }
    }
    if !lines.is_empty() {
        text.push_str("\nEvery model, on every day; what follows comes on top\n");
    }
    for (stops, places) in lines {
        writeln!(text, "  {}: {}", named(&places, columns), listed(stops)).unwrap();
    }
}

fn named(places: &[&str], columns: &[Column]) -> String {
    if places.len() == columns.len() {
        "everywhere".to_owned()
    } else {
        places.join(" ")
    }
}

fn columns() -> Vec<Column> {
    let place = |code: &&str| ((*code).to_owned(), vec![PlaceFact::read(code)]);
    let mut columns = vec![("directory".to_owned(), Vec::new())];
    columns.extend(PLACES.iter().map(place));
    columns
}

fn heading(person: &Person, days: &[Day]) -> String {
    let mut text = format!("{} ({})\n", person.name, person.id);
    let worker = match person.worker {
        Worker::Contractor => format!(
            "contractor of {}, engaged by {}",
            person.entity, person.engaging_entity
        ),
        worker => format!("{worker} of {}", person.entity),
    };
    let place = match &person.place {
        PlaceFact::Known(place) => place.code(),
        PlaceFact::Unknown | PlaceFact::Unrecognised(_) => "no place",
    };
    let mut about = vec![worker, format!("directory: {place}")];
    about.extend(person.application.clone());
    about.push(person.groups.join(", "));
    let granted = BANK.grants.iter().filter(|grant| grant.person == person.id);
    about.extend(granted.map(|grant| format!("granted {}", grant.model)));
    writeln!(text, "{}\n", about.join("; ")).unwrap();
    for (number, day) in days.iter().enumerate() {
        writeln!(text, "day {}  {}  {}", number + 1, day.text, day.about).unwrap();
    }
    text
}

/// Models with equal tables, by the first of them.
fn grouped(tables: &[Vec<Row>]) -> Vec<(Vec<&str>, &Vec<Row>)> {
    let mut groups: Vec<(Vec<&str>, &Vec<Row>)> = Vec::new();
    for (model, table) in BANK.models.iter().zip(tables) {
        match groups.iter_mut().find(|(_, other)| *other == table) {
            Some((models, _)) => models.push(&model.id),
            None => groups.push((vec![&model.id], table)),
        }
    }
    groups
}

fn write_table(text: &mut String, table: &[Row], always: &[Vec<Stop>], columns: &[Column]) {
    let mut written: Vec<&Row> = Vec::new();
    for row in table {
        if written.contains(&row) {
            continue;
        }
        written.push(row);
        let day = |(day, other): (usize, &Row)| {
            if other == row {
                (day + 1).to_string()
            } else {
                "\u{b7}".to_owned()
            }
        };
        let mut days: String = table.iter().enumerate().map(day).collect();
        for line in lines(row, always, columns) {
            writeln!(text, "  {days}  {line}").unwrap();
            days = " ".repeat(table.len());
        }
    }
}

/// One line for what holds everywhere, then one for each answer with the places that get it, permits first.
fn lines(row: &Row, always: &[Vec<Stop>], columns: &[Column]) -> Vec<String> {
    let rests: Vec<Vec<Stop>> = row
        .iter()
        .zip(always)
        .map(|(answer, always)| without(&answer.stops, always))
        .collect();
    let common = shared(rests.iter().map(Vec::as_slice));
    let mut answers: Vec<(Answer, Vec<&str>)> = Vec::new();
    for ((answer, rest), (name, _)) in row.iter().zip(&rests).zip(columns) {
        let stops = without(rest, &common);
        if stops.is_empty() && answer.verdict != "permit" {
            continue;
        }
        let answer = Answer {
            stops,
            ..answer.clone()
        };
        match answers.iter_mut().find(|(other, _)| *other == answer) {
            Some((_, places)) => places.push(name),
            None => answers.push((answer, vec![name])),
        }
    }
    // permits first, else in the order of the columns
    answers.sort_by_key(|(answer, _)| answer.verdict != "permit");
    let mut lines = Vec::new();
    if !common.is_empty() {
        // the mildest answer of the row is what the common reasons alone come to
        let verdict = if row.iter().any(|answer| answer.verdict == "review") {
            "review"
        } else {
            "deny"
        };
        lines.push(format!("{verdict:<6}  everywhere: {}", listed(&common)));
        let (besides, others): (Vec<_>, Vec<_>) = answers
            .into_iter()
            .partition(|(answer, _)| answer.verdict == verdict);
        let besides: Vec<_> = besides
            .iter()
            .map(|(answer, places)| reasoned(&places.join(" "), &answer.why()))
            .collect();
        if !besides.is_empty() {
            lines.push(format!("{:<6}  besides {}", "", besides.join(" | ")));
        }
        answers = others;
    }
    lines.extend(answers.iter().map(|(answer, places)| {
        format!(
            "{:<6}  {}",
            answer.verdict,
            reasoned(&named(places, columns), &answer.why())
        )
    }));
    if lines.is_empty() {
        lines.push("deny    everywhere".to_owned());
    }
    lines
}

fn reasoned(what: &str, why: &str) -> String {
    if why.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {why}")
    }
}

/// What else the person's application may declare, where that changes an answer.
fn write_other_requests(text: &mut String, person: &Person, today: &Day, clauses: &mut Clauses) {
    let application = BANK
        .applications
        .iter()
        .find(|application| Some(&application.id) == person.application.as_ref());
    let Some(application) = application else { return };
    let from: Vec<_> = BANK
        .sites
        .iter()
        .filter(|site| Some(&site.id) == person.site.as_ref())
        .map(|site| PlaceFact::Known(site.place))
        .collect();
    let usual = facts_of(&BANK, person, &from, today.at);
    let usually = answers(&today.snapshot, &usual, today.at, clauses);
    let mut written: Vec<(Vec<Answer>, Vec<String>)> = Vec::new();
    for (purpose, data) in others(application) {
        let mut facts: Facts = usual.clone();
        facts.request.purpose = purpose;
        facts.request.data = data;
        let found = answers(&today.snapshot, &facts, today.at, clauses);
        let asked = format!("{purpose} with {data} data");
        match written.iter_mut().find(|(other, _)| *other == found) {
            Some((_, requests)) => requests.push(asked),
            None => written.push((found, vec![asked])),
        }
    }
    text.push('\n');
    for (found, requests) in written {
        let heading = format!("In the office on the last day: {}", requests.join(", "));
        write_differences(text, &heading, &usually, &found);
    }
}

/// Requests that an application allows and that differ from its default in one point.
fn others(application: &Application) -> Vec<(Purpose, DataClass)> {
    let ([purpose, purposes @ ..], [data, others @ ..]) = (&*application.purposes, &*application.data) else {
        return Vec::new();
    };
    let by_purpose = purposes.iter().map(|other| (*other, *data));
    by_purpose
        .chain(others.iter().map(|other| (*purpose, *other)))
        .collect()
}
