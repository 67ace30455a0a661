//! `bailiwick directory`: people brought in from a file, and what is missing of them.

use super::shown;
use crate::arguments::{DirectoryCommand, Global};
use crate::clock;
use crate::config::Config;
use crate::data::DataDir;
use crate::exit::Exit;
use crate::render;
use crate::screen::{Screen, count};
use crate::services::{self, keeping};
use anyhow::Context as _;
use identity::directory::feed::{self, FeedProblem};
use identity::directory::{Dark, Darkening, DirectoryStore as _, Gaps, Limits, Load, Loaded, Progress};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use store::{Resealed, Store};

/// People between two lines about how far a load is.
const SAID: u64 = 50_000;

/// Mistakes that are shown to people; all of them are in the JSON.
const SHOWN: usize = 100;

/// What `directory import --json` prints.
#[derive(Debug, Serialize)]
struct Imported {
    ok: bool,
    dry_run: bool,
    people: usize,
    created: u64,
    changed: u64,
    unchanged: u64,
    ended: u64,
    groups: u64,
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct Problem {
    line: usize,
    column: usize,
    message: String,
}

/// What `directory gaps --json` prints.
#[derive(Debug, Serialize)]
struct ShownGaps {
    people: usize,
    gaps: Vec<ShownGap>,
    dark: Vec<ShownDark>,
}

/// What `directory reseal --json` prints.
#[derive(Debug, Serialize)]
struct ShownResealed {
    people: u64,
    resealed: u64,
}

#[derive(Debug, Serialize)]
struct ShownGap {
    missing: &'static str,
    people: usize,
    groups: Vec<(String, usize)>,
}

#[derive(Debug, Serialize)]
struct ShownDark {
    what: String,
    people: usize,
    from: String,
    already: bool,
}

pub(super) fn run(
    global: &Global,
    data_dir: Option<PathBuf>,
    command: DirectoryCommand,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let (data, config) = keeping::named(data_dir, Config::find(global.config.as_deref())?)?;
    services::runtime(config.log)?.block_on(async {
        match command {
            DirectoryCommand::Import {
                file,
                source,
                complete,
                dry_run,
            } => {
                let load = Load {
                    source,
                    complete,
                    dry_run,
                    at: clock::now(),
                };
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read `{}`", shown(&file)))?;
                let people = match feed::read(&text) {
                    Ok(people) => people,
                    Err(problems) => return refuse(&file, &problems, dry_run, screen),
                };
                drop(text);
                let store = keeping::open(&data, &config.store).await?;
                let exit = import(&store, load, people, screen).await;
                store.close().await;
                exit
            }
            DirectoryCommand::Gaps => {
                let store = keeping::open(&data, &config.store).await?;
                let exit = gaps(&store, &data, screen).await;
                store.close().await;
                exit
            }
            DirectoryCommand::Reseal => {
                let store = keeping::open(&data, &config.store).await?;
                let exit = reseal(&store, screen).await;
                store.close().await;
                exit
            }
        }
    })
}

async fn import(
    store: &Store,
    load: Load,
    people: Vec<identity::directory::FeedPerson>,
    screen: &mut Screen,
) -> anyhow::Result<Exit> {
    let (all, dry_run, complete) = (people.len(), load.dry_run, load.complete);
    let loaded = {
        let screen = Mutex::new(&mut *screen);
        let say = |Progress { done }: Progress| {
            if done.is_multiple_of(SAID) {
                let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
                // a terminal that went away does not stop a load
                let _ = screen.say(format_args!("{done} of {all} people"));
            }
        };
        store.load(load, Box::new(people.into_iter()), &say).await?
    };
    let Loaded {
        created,
        changed,
        unchanged,
        ended,
        groups,
    } = loaded;
    if screen.json() {
        screen.document(&Imported {
            ok: true,
            dry_run,
            people: all,
            created,
            changed,
            unchanged,
            ended,
            groups,
            problems: Vec::new(),
        })?;
    } else {
        let whether = if dry_run { " would be" } else { "" };
        screen.data(format_args!(
            "{all} people:{whether} {created} new, {changed} changed, {unchanged} as before, {ended} ended; \
             {groups} new groups"
        ))?;
    }
    if !complete {
        screen.say(
            "The file is not taken for complete, so nobody was ended and places of work have no age yet.",
        )?;
    }
    screen.next("bailiwick directory gaps", "what is missing of people")?;
    Ok(Exit::Done)
}

fn refuse(file: &Path, problems: &[FeedProblem], dry_run: bool, screen: &mut Screen) -> anyhow::Result<Exit> {
    if screen.json() {
        let problem = |problem: &FeedProblem| Problem {
            line: problem.line,
            column: problem.column,
            message: problem.message.clone(),
        };
        screen.document(&Imported {
            ok: false,
            dry_run,
            people: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            ended: 0,
            groups: 0,
            problems: problems.iter().map(problem).collect(),
        })?;
    }
    for problem in problems.iter().take(SHOWN) {
        let (line, column) = (problem.line, problem.column);
        screen.say(format_args!(
            "{}:{line}:{column} {}",
            shown(file),
            problem.message
        ))?;
    }
    let mistakes = count(problems.len(), "mistake", "mistakes");
    screen.error(&format!("the file has {mistakes}, so nothing was changed"), None)?;
    screen.next(
        format_args!("bailiwick directory import --dry-run {}", shown(file)),
        "again, once mended",
    )?;
    Ok(Exit::Failed)
}

async fn reseal(store: &Store, screen: &mut Screen) -> anyhow::Result<Exit> {
    let Resealed { people, resealed } = {
        let screen = Mutex::new(&mut *screen);
        let say = |done: u64| {
            if done.is_multiple_of(SAID) {
                let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
                // a terminal that went away stops nothing
                let _ = screen.say(format_args!("{done} people"));
            }
        };
        store.reseal(&say).await?
    };
    if screen.json() {
        screen.document(&ShownResealed { people, resealed })?;
    } else {
        screen.data(format_args!("{people} people: {resealed} sealed anew"))?;
    }
    screen.say(
        "Nothing is left under a former key; `former_sealing_keys` can be taken out of bailiwick.toml.",
    )?;
    Ok(Exit::Done)
}

async fn gaps(store: &std::sync::Arc<Store>, data: &DataDir, screen: &mut Screen) -> anyhow::Result<Exit> {
    let following = keeping::Following::begin(store, data, None, None).await?;
    let Gaps { people, gaps } = following.people.gaps();
    let dark = following.people.darkness(clock::now(), Limits::default());
    let shown = ShownGaps {
        people,
        gaps: gaps
            .into_iter()
            .map(|gap| ShownGap {
                missing: gap.missing.as_str(),
                people: gap.people,
                groups: gap.groups,
            })
            .collect(),
        dark: dark.into_iter().map(show_dark).collect(),
    };
    if screen.json() {
        screen.document(&shown)?;
    } else {
        print(&shown, screen)?;
    }
    screen.next("bailiwick directory import FILE", "bring in what is missing")?;
    Ok(Exit::Done)
}

fn print(shown: &ShownGaps, screen: &mut Screen) -> anyhow::Result<()> {
    screen.data(count(shown.people, "active person", "active people"))?;
    if !shown.gaps.is_empty() {
        let mut table = render::table(screen, &["without", "people", "most of them in"]);
        for gap in &shown.gaps {
            let groups: Vec<String> = gap
                .groups
                .iter()
                .map(|(name, people)| format!("{name} ({people})"))
                .collect();
            table.add_row([gap.missing.to_owned(), gap.people.to_string(), groups.join(", ")]);
        }
        screen.data(render::as_text(&table))?;
    }
    for dark in &shown.dark {
        let people = count(dark.people, "person", "people");
        let when = if dark.already { "since" } else { "from" };
        screen.data(format_args!(
            "{people} in the dark {when} {}: {}",
            dark.from, dark.what
        ))?;
    }
    Ok(())
}

fn show_dark(darkening: Darkening) -> ShownDark {
    ShownDark {
        what: match darkening.dark {
            Dark::Places(source) => format!("places of work from `{source}` are stale then"),
            Dark::NeverComplete(source) => {
                format!("`{source}` was never complete, so its places of work have no age")
            }
            Dark::Screening => "sanctions screening is stale then".to_owned(),
        },
        people: darkening.people,
        from: darkening.from.to_string(),
        already: darkening.already,
    }
}
