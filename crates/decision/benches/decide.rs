//! How long a decision, a list, an explanation and a compilation take, in a world of the size the product is designed
//! for and in the demo bank. Prints a table; asserts nothing about time.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, and stops where it cannot"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use decision::{Decision, Facts, LATEST, Snapshot, explain};
use register::model::Instant;
use register::source::Source;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant as Clock;
use testkit::WorldSize;

const AT: Instant = Instant(1_795_000_000);
const BLOCK: usize = 1024;

fn main() {
    println!("{:<14} {:<44} {:>12} {:>12}", "world", "what", "p50", "p99");
    let size = WorldSize::DESIGN;
    let people = testkit::people(300_000, size.entities, AT, 2);
    run("generated", || testkit::register(size, 1), &people);
    let bank = demo_bank();
    let facts: Vec<_> = bank
        .people
        .iter()
        .map(|p| decision::cases::facts_of(&bank, p, &[], AT))
        .collect();
    run("demo bank", || bank.clone(), &facts);
}

fn run(world: &str, register: impl Fn() -> register::model::Register, people: &[Facts]) {
    compile(world, &register);
    let snapshot = Snapshot::compile_untested(register(), "bench").unwrap_or_else(|error| panic!("{error}"));
    snapshot.warm(AT);
    decide(world, &snapshot, people);
    list(world, &snapshot, people);
    explain_refusals(world, &snapshot, people);
}

fn compile(world: &str, register: &impl Fn() -> register::model::Register) {
    let samples = sample(20, || {
        let register = register();
        let started = Clock::now();
        let snapshot =
            Snapshot::compile_untested(register, "bench").unwrap_or_else(|error| panic!("{error}"));
        snapshot.warm(AT);
        black_box(&snapshot);
        started.elapsed().as_nanos() as f64 / 1e6
    });
    print(world, "compile a snapshot, every plan made (ms)", samples);
}

fn decide(world: &str, snapshot: &Snapshot, people: &[Facts]) {
    let bound: Vec<_> = people
        .iter()
        .take(4096)
        .map(|facts| snapshot.bind(facts, AT, LATEST))
        .collect();
    let deployments: Vec<_> = snapshot.deployments().map(|(index, _)| index).collect();
    let mut dice = testkit::Dice::new(3);
    let mut decision = Decision::default();
    let samples = sample(400, || {
        let pairs: Vec<_> = (0..BLOCK)
            .map(|_| (dice.below(bound.len()), dice.below(deployments.len())))
            .collect();
        let started = Clock::now();
        for (person, deployment) in &pairs {
            snapshot.decide(&bound[*person], deployments[*deployment], &mut decision);
            black_box(&decision);
        }
        started.elapsed().as_nanos() as f64 / BLOCK as f64
    });
    print(world, "one decision, all reasons (ns, blocks of 1,024)", samples);
}

fn list(world: &str, snapshot: &Snapshot, people: &[Facts]) {
    let deployments: Vec<_> = snapshot.deployments().map(|(index, _)| index).collect();
    let mut decision = Decision::default();
    let mut people = people.iter().cycle().step_by(37);
    let samples = sample(500, || {
        let facts = people.next().unwrap_or_else(|| panic!("a world has people"));
        let started = Clock::now();
        let bound = snapshot.bind(facts, AT, LATEST);
        let mut permitted = 0;
        for deployment in &deployments {
            snapshot.decide(&bound, *deployment, &mut decision);
            permitted += usize::from(decision.verdict.permits());
        }
        black_box(permitted);
        started.elapsed().as_nanos() as f64 / 1e3
    });
    print(
        world,
        &format!("facts bound, {} deployments listed (us)", deployments.len()),
        samples,
    );
}

fn explain_refusals(world: &str, snapshot: &Snapshot, people: &[Facts]) {
    let mut refusals = Vec::new();
    for facts in people.iter().step_by(people.len().div_ceil(200).max(1)) {
        let bound = snapshot.bind(facts, AT, LATEST);
        for (index, model) in snapshot.models().step_by(17) {
            let decision = snapshot.decide_model(&bound, index);
            if !decision.verdict.permits() {
                refusals.push((facts, model.id.clone(), decision));
            }
        }
    }
    let mut next = refusals.iter().cycle();
    let samples = sample(500, || {
        let (facts, model, decision) = next.next().unwrap_or_else(|| panic!("a world has refusals"));
        let started = Clock::now();
        black_box(explain(snapshot, facts, model, decision, AT, LATEST));
        started.elapsed().as_nanos() as f64 / 1e3
    });
    print(world, "explain a refusal, alternatives included (us)", samples);
}

fn sample(count: usize, mut measure: impl FnMut() -> f64) -> Vec<f64> {
    let mut samples: Vec<_> = (0..count).map(|_| measure()).collect();
    samples.sort_by(f64::total_cmp);
    samples
}

fn print(world: &str, what: &str, samples: Vec<f64>) {
    let at = |percent: usize| samples[(samples.len() - 1) * percent / 100];
    println!("{world:<14} {what:<44} {:>12.1} {:>12.1}", at(50), at(99));
}

fn demo_bank() -> register::model::Register {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/larkmoor-bank");
    let mut sources = Vec::new();
    read(&folder, &folder, &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    let outcome = register::parse(&sources);
    outcome
        .register
        .unwrap_or_else(|| panic!("{:?}", outcome.diagnostics))
}

fn read(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read(root, &path, sources);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            sources.push(Source { path: name, text });
        }
    }
}
