//! `bailiwick test`: the register's own tests and invariants, or scenarios laid over it.

use super::{an_example, refuse_register, shown};
use crate::clock;
use crate::exit::Exit;
use crate::folder::Folder;
use crate::publish::{TestResult, Tested};
use crate::render;
use crate::screen::{Screen, count};
use anyhow::Context as _;
use decision::Snapshot;
use decision::cases::CaseFailure;
use owo_colors::OwoColorize as _;
use register::model::{Case, Given, Instant, Never, Origin, PlaceFact};
use register::source::Position;
use scenario::{Graded, Report, ScenarioError};
use std::path::Path;

/// Runs the tests and invariants that stand in the register.
pub(super) fn inline(path: &Path, at: Option<Instant>, screen: &mut Screen) -> anyhow::Result<Exit> {
    let mut folder = Folder::read(path)?;
    let Some(register) = folder.register.take() else {
        return refuse_register(&folder, screen);
    };
    let snapshot = Snapshot::compile_untested(register, &folder.digest)?;
    let tested = results(&snapshot, at.unwrap_or_else(clock::now));
    let holds = tested.hold == tested.total;
    if screen.json() {
        screen.document(&tested)?;
    } else {
        for result in &tested.results {
            print(result, screen)?;
        }
        let (hold, total, decisions) = (tested.hold, tested.total, tested.decisions);
        screen.say(format_args!(
            "{hold} of {total} hold; the invariants took {decisions} decisions"
        ))?;
    }
    let path = shown(path);
    match holds {
        true => screen.next(
            format_args!("bailiwick test --register {path} --scenarios FILE"),
            "cases from a file, with facts of their own",
        )?,
        false => screen.next(
            an_example(&folder.path, snapshot.register()),
            "the decision behind a failing test",
        )?,
    }
    Ok(if holds { Exit::Done } else { Exit::Failed })
}

fn print(result: &TestResult, screen: &mut Screen) -> std::io::Result<()> {
    let (kind, about, position) = (result.kind, &result.about, &result.position);
    match &result.message {
        None => screen.data(format_args!(
            "{}  {kind:<5}  {about}  {}",
            "holds".green(),
            position.dimmed()
        )),
        Some(message) => {
            screen.data(format_args!(
                "{}  {kind:<5}  {about}  {}",
                "FAILS".red().bold(),
                position.dimmed()
            ))?;
            screen.data(format_args!("       {message}"))
        }
    }
}

/// Every test and invariant with its outcome.
pub(super) fn results(snapshot: &Snapshot, at: Instant) -> Tested {
    let register = snapshot.register();
    let report = decision::cases::run(snapshot, at, decision::cases::Depth::Pairs);
    let tests = register
        .tests
        .iter()
        .map(|case| ("test", about_test(case), &case.position));
    let nevers = register
        .nevers
        .iter()
        .map(|never| ("never", about_never(never), &never.position));
    let results: Vec<TestResult> = tests
        .chain(nevers)
        .map(|(kind, about, position)| {
            let message = failure_at(&report.failures, position);
            let position = format!("{}:{}", position.path, position.line);
            TestResult {
                kind,
                about,
                position,
                holds: message.is_none(),
                message,
            }
        })
        .collect();
    let hold = results.iter().filter(|result| result.holds).count();
    Tested {
        total: results.len(),
        hold,
        decisions: report.checked,
        results,
    }
}

fn failure_at(failures: &[CaseFailure], position: &Position) -> Option<String> {
    failures
        .iter()
        .find(|failure| failure.position == *position)
        .map(|failure| failure.message.clone())
}

fn about_test(case: &Case) -> String {
    let from: Vec<String> = case.from.iter().map(origin).collect();
    let from = if from.is_empty() {
        String::new()
    } else {
        format!(" from {}", from.join(" and "))
    };
    let at = case.at.map(|at| format!(" at {at}")).unwrap_or_default();
    let known = case
        .known_at
        .map(|at| format!(", as known at {at}"))
        .unwrap_or_default();
    let given = if case.given == Given::default() {
        ""
    } else {
        ", other facts given"
    };
    format!(
        "{} asks for {}{from}{at}{known}{given}: {}",
        case.person, case.model, case.expect.decision
    )
}

/// A claim: its place, and what makes it another than that of an office zone now.
fn origin(origin: &Origin) -> String {
    let place = place(&origin.place);
    let plain = Origin::zone(origin.place.clone());
    match origin {
        origin if *origin == plain => place,
        Origin { age: 0, source, .. } => format!("{place} by {source}"),
        Origin { age, source, .. } => format!("{place} by {source} {} h old", age / 3600),
    }
}

fn about_never(never: &Never) -> String {
    use register::model::PlaceSetName::{Group, Inline, List};
    let place = match &never.person_in {
        Some(Group(name) | List(name)) => format!(" for people in {name}"),
        Some(Inline(_)) => " for people in the places listed".to_owned(),
        None => String::new(),
    };
    let group = never
        .group_not
        .as_ref()
        .map(|group| format!(", but for {group}"))
        .unwrap_or_default();
    format!("{} is never permitted{place}{group}", never.model)
}

fn place(fact: &PlaceFact) -> String {
    match fact {
        PlaceFact::Known(place) => place.code().to_owned(),
        PlaceFact::Unrecognised(text) => format!("`{text}`"),
        PlaceFact::Unknown => "nowhere known".to_owned(),
    }
}

/// Runs the scenarios of a file against the register.
pub(super) fn scenarios(path: &Path, file: &Path, screen: &mut Screen) -> anyhow::Result<Exit> {
    let folder = Folder::read(path)?;
    let Some(register) = &folder.register else {
        return refuse_register(&folder, screen);
    };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let scenarios = match scenario::read(&text) {
        Ok(scenarios) => scenarios,
        Err(errors) => return refuse_scenarios(file, &errors, screen),
    };
    let report = scenario::run(register, &folder.digest, &scenarios);
    if screen.json() {
        screen.document(&report.to_json())?;
    } else {
        table(&report, screen)?;
    }
    screen.say(format_args!(
        "{} of {} agree",
        report.agreeing(),
        report.results.len()
    ))?;
    let path = shown(path);
    screen.next(
        format_args!("bailiwick test --register {path}"),
        "the register's own tests and invariants",
    )?;
    Ok(if report.all_agree() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn table(report: &Report, screen: &mut Screen) -> anyhow::Result<()> {
    let mut table = render::table(screen, &["case", "expected", "agrees", "title", "what differs"]);
    for graded in &report.results {
        let Graded {
            id, title, decision, ..
        } = graded;
        let agrees = if graded.agrees() { "yes" } else { "NO" };
        let expected = decision.as_str().replace('_', " ");
        table.add_row([
            id.clone(),
            expected,
            agrees.to_owned(),
            title.clone(),
            graded.why().unwrap_or_default(),
        ]);
    }
    Ok(screen.data(render::as_text(&table))?)
}

/// Shows every fault of a scenario file.
fn refuse_scenarios(file: &Path, errors: &[ScenarioError], screen: &mut Screen) -> anyhow::Result<Exit> {
    for error in errors {
        screen.error(&error.to_string(), error.help().as_deref())?;
    }
    if screen.json() {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        screen.document(&serde_json::json!({ "errors": errors }))?;
    }
    screen.error(
        &format!(
            "`{}` was not run: {}",
            file.display(),
            count(errors.len(), "fault", "faults")
        ),
        None,
    )?;
    screen.next(
        "bailiwick test --register DIR --scenarios FILE",
        "again, once they are mended",
    )?;
    Ok(Exit::Failed)
}
