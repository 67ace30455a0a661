//! Measures the gateway beside nginx on the same machine in the same run: `bench PROGRAM FOLDER`, or with `records` after
//! it the ledger alone.
//!
//! Absolute figures belong to the machine; the ratios are the result, and they move by some 15 % from run to run. The
//! upstream, the load and what is measured share the cores. Everything is bounded in time and ended at the end.

mod body;
mod call;
mod clock;
mod pace;
mod process;
mod record;
mod report;
mod sample;
mod saturate;
mod streams;
mod target;
mod upstream;

use anyhow::Context as _;
use report::{Report, megabytes, micros};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;
use streams::Streamed;
use target::Target;

/// Sizes of bodies: a question, and what coding agents send.
const BODIES: &[(usize, &str)] = &[(1024, "1 KB"), (38_000, "38 KB"), (124_000, "124 KB")];
/// Rounds, in which targets take turns.
const ROUNDS: u32 = 2;
/// Of one saturation.
const SATURATION_SECONDS: u32 = 3;
/// Of requests at a fixed pace with one size of body.
const PACED: Duration = Duration::from_secs(8);
/// Of streams whose chunks come at a pace, and of streams whose chunks come at once.
const STREAMS: Duration = Duration::from_secs(4);
const BURSTS: Duration = Duration::from_secs(2);

/// Failures in percent that a run may have: a machine whose disk is busy misses the ledger's deadline now and then.
const MOST_FAILED: f64 = 1.0;

/// What is measured.
struct Targets {
    direct: Target,
    nginx: Option<Target>,
    gateway: Target,
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (program, folder) = (arguments.next(), arguments.next());
    let (program, folder) = program.zip(folder).context("usage: bench PROGRAM FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut report = Report::default();
    if arguments.next().is_some_and(|only| only == Path::new("records")) {
        runtime.block_on(record::run(&folder, &mut report))?;
        return Ok(write!(std::io::stdout(), "{}", report.text())?);
    }
    let upstream = upstream::start()?;
    let targets = Targets {
        direct: Target::direct(upstream),
        nginx: Target::nginx(upstream, &folder.join("nginx"))?,
        gateway: Target::gateway(upstream, &program, &folder.join("gateway"))?,
    };
    if targets.nginx.is_none() {
        say("nginx is not installed, so nothing is measured beside the gateway and there are no ratios");
    }
    report.line(
        "start to ready, ms",
        None,
        targets.gateway.ready.as_secs_f64() * 1e3,
        "< 300 (demo)",
    );
    resident(&targets, "memory at the start, MB", &mut report)?;
    runtime.block_on(paced(&targets, &mut report))?;
    saturated(&targets, &folder, &mut report)?;
    runtime.block_on(streamed(&targets, &mut report))?;
    runtime.block_on(open_streams(&targets, &mut report))?;
    say("records");
    runtime.block_on(record::run(&folder, &mut report))?;
    report.line(
        "one small write made durable, us",
        None,
        micros(durable(&folder)?),
        "",
    );
    let failed = |target: &Target| target.answers.failed_percent();
    let gateway = failed(&targets.gateway);
    report.line(
        "answers that were no success, %",
        targets.nginx.as_ref().map(failed),
        gateway,
        "0",
    );
    write!(std::io::stdout(), "{}", report.text())?;
    say(
        "The gateway authenticates, decides and records: two ledger entries a request, the first durable before sending.",
    );
    anyhow::ensure!(
        gateway <= MOST_FAILED,
        "{gateway:.1} % of the gateway's answers failed, so these figures say little"
    );
    Ok(())
}

/// Says something to the person.
fn say(words: &str) {
    // nobody to tell is no reason to stop
    let _gone = writeln!(std::io::stderr(), "{words}");
}

fn resident(targets: &Targets, what: &str, report: &mut Report) -> anyhow::Result<()> {
    let of = |target: &Target| -> anyhow::Result<f64> {
        let pid = target.pid().context("no process")?;
        Ok(megabytes(process::used(pid)?.resident))
    };
    report.line(
        what,
        targets.nginx.as_ref().map(of).transpose()?,
        of(&targets.gateway)?,
        "",
    );
    Ok(())
}

async fn paced(targets: &Targets, report: &mut Report) -> anyhow::Result<()> {
    let mut all = vec![&targets.direct, &targets.gateway];
    all.extend(&targets.nginx);
    for (bytes, name) in BODIES {
        say(&format!("requests at a fixed pace, {name}"));
        let samples = pace::run(&all, *bytes, PACED).await?;
        for (percent, aim) in [(50, "<= 1.2 and the durable write"), (99, "")] {
            let direct = samples
                .first()
                .map(|sample| sample.percentile(percent))
                .unwrap_or_default();
            let mut added = samples
                .iter()
                .skip(1)
                .map(|sample| micros(sample.percentile(percent).saturating_sub(direct)));
            let gateway = added.next().unwrap_or_default();
            let what = format!("added at 200 requests/s, {name}, p{percent}, us");
            report.line(&what, added.next(), gateway, aim);
        }
    }
    Ok(())
}

fn saturated(targets: &Targets, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    if !saturate::is_possible() {
        say("wrk is not installed, so nothing is measured at saturation");
        return Ok(());
    }
    for (bytes, name) in BODIES {
        say(&format!("saturation, {name}"));
        let (mut nginx, mut gateway) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            if let Some(target) = &targets.nginx {
                nginx.push(saturate::run(target, *bytes, SATURATION_SECONDS, folder)?);
            }
            gateway.push(saturate::run(
                &targets.gateway,
                *bytes,
                SATURATION_SECONDS,
                folder,
            )?);
        }
        let mean = |all: &[saturate::Saturated], of: &dyn Fn(&saturate::Saturated) -> f64| {
            (!all.is_empty()).then(|| all.iter().map(of).sum::<f64>() / f64::from(ROUNDS))
        };
        let cpu = |one: &saturate::Saturated| micros(one.cpu);
        let what = format!("processor time a request at saturation, {name}, us");
        report.line(
            &what,
            mean(&nginx, &cpu),
            mean(&gateway, &cpu).unwrap_or_default(),
            "<= 2.0",
        );
        let rate = |one: &saturate::Saturated| one.rate;
        let what = format!("requests/s, 64 connections, {name}");
        report.line(
            &what,
            mean(&nginx, &rate),
            mean(&gateway, &rate).unwrap_or_default(),
            "",
        );
    }
    Ok(())
}

async fn streamed(targets: &Targets, report: &mut Report) -> anyhow::Result<()> {
    say("streams of 100 chunks");
    let (mut direct, mut nginx, mut gateway) = <(Streamed, Streamed, Streamed)>::default();
    for _ in 0..ROUNDS {
        direct.merge(streams::run(&targets.direct, 16, 10, STREAMS).await?);
        if let Some(target) = &targets.nginx {
            nginx.merge(streams::run(target, 16, 10, STREAMS).await?);
        }
        gateway.merge(streams::run(&targets.gateway, 16, 10, STREAMS).await?);
    }
    let has_nginx = targets.nginx.is_some();
    for percent in [50, 99] {
        let added = |one: &Streamed| {
            micros(
                one.first
                    .percentile(percent)
                    .saturating_sub(direct.first.percentile(percent)),
            )
        };
        let what = format!("added to the first chunk, p{percent}, us");
        report.line(
            &what,
            has_nginx.then(|| added(&nginx)),
            added(&gateway),
            "<= 1.2 and the durable write",
        );
    }
    let added = |one: &Streamed| {
        micros(
            one.transit
                .percentile(50)
                .saturating_sub(direct.transit.percentile(50)),
        )
    };
    report.line(
        "added to each chunk, p50, us",
        has_nginx.then(|| added(&nginx)),
        added(&gateway),
        "",
    );
    let cost = |one: &Streamed| one.cpu_per_10_000().as_secs_f64() * 1e3;
    let what = "processor time for 10,000 chunks, one each 10 ms, ms";
    report.line(what, has_nginx.then(|| cost(&nginx)), cost(&gateway), "<= 1.5");
    let mut burst_nginx = None;
    if let Some(target) = &targets.nginx {
        burst_nginx = Some(cost(&streams::run(target, 16, 0, BURSTS).await?));
    }
    let burst = cost(&streams::run(&targets.gateway, 16, 0, BURSTS).await?);
    report.line(
        "processor time for 10,000 chunks, at once, ms",
        burst_nginx,
        burst,
        "",
    );
    Ok(())
}

async fn open_streams(targets: &Targets, report: &mut Report) -> anyhow::Result<()> {
    for (count, aim) in [(1_000, "<= 50 MB"), (5_000, "<= 200 MB")] {
        say(&format!("{count} open streams"));
        let nginx = match &targets.nginx {
            Some(target) => Some(megabytes(streams::memory(target, count).await?)),
            None => None,
        };
        let gateway = megabytes(streams::memory(&targets.gateway, count).await?);
        report.line(
            &format!("memory with {count} open streams, MB"),
            nginx,
            gateway,
            aim,
        );
    }
    Ok(())
}

/// What the disk takes for a small write that must last, in the middle of a hundred: part of every recorded request.
fn durable(folder: &Path) -> anyhow::Result<Duration> {
    let mut file = std::fs::File::create(folder.join("durable"))?;
    let mut sample = sample::Sample::default();
    for _ in 0..100 {
        let began = clock::now();
        file.write_all(&[0; 1024])?;
        file.sync_data()?;
        sample.add(clock::now().saturating_duration_since(began));
    }
    Ok(sample.percentile(50))
}
