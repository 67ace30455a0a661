//! Whole runs of the program as somebody at a terminal sees them: command, both streams, exit code.
//!
//! The texts lie in `snapshots`; `INSTA_UPDATE=always cargo test -p bailiwick` writes them again.

use std::path::Path;
use std::process::Command;

/// Noon of the day on which most questions are asked.
const THEN: &str = "2026-07-15T12:00:00Z";

/// Runs the program in the repository's root, without environment, and shows what came of it.
fn run(line: &str) -> String {
    run_in(&root(), line)
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run_in(folder: &Path, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
        .args(&words)
        .current_dir(folder)
        .env_clear()
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => return format!("not started: {error}"),
    };
    let mut shown = format!("$ bailiwick {line}\n{}", String::from_utf8_lossy(&output.stdout));
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        shown.push_str(format!("! {line}").trim_end());
        shown.push('\n');
    }
    let code = output
        .status
        .code()
        .map_or("by a signal".to_owned(), |code| code.to_string());
    format!("{shown}exit {code}\n")
}

fn transcript(lines: &[&str]) -> String {
    lines.iter().map(|line| run(line)).collect::<Vec<_>>().join("\n")
}

/// Compares with the text checked in; digests change with every comment in the register.
fn check(name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter("sha256:[0-9a-f]{64}", "sha256:[digest]");
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

const BANK: &str = "--register examples/larkmoor-bank";

#[test]
fn a_refusal_and_what_is_permitted_instead() {
    let lines = [
        format!("why {BANK} --person hk-analyst --model claude-sonnet --from HK --at {THEN}"),
        format!("why {BANK} --person hk-analyst --model gpt-5 --from HK --at {THEN}"),
        format!("why {BANK} --person alder-analyst --model claude-sonnet --at {THEN}"),
    ];
    check("why", &transcript(&lines.each_ref().map(String::as_str)));
}

#[test]
fn as_known_then() {
    let asked = format!("why {BANK} --person hk-analyst --model claude-sonnet --at 2026-03-02");
    check(
        "why-known-then",
        &transcript(&[&format!("{asked} --known-at 2026-03-02"), &asked]),
    );
}

#[test]
fn for_machines() {
    let asked = format!("why {BANK} --person hk-analyst --model claude-sonnet --from HK --at {THEN} --json");
    check("why-json", &run(&asked));
}

#[test]
fn the_list_of_one_person() {
    let models = format!("models {BANK} --person hk-analyst --from HK --at {THEN}");
    check("models", &transcript(&[&models, &format!("{models} --json")]));
}

#[test]
fn a_place_with_two_claims_is_a_conflict() {
    let asked = format!(
        "why {BANK} --person newyork-us-developer --model claude-sonnet --from US --from HK --at {THEN}"
    );
    check("why-conflict", &run(&asked));
}

#[test]
fn questions_about_what_does_not_exist() {
    let lines = [
        format!("why {BANK} --person hk-analist --model claude-sonnet"),
        format!("why {BANK} --person hk-analyst --model claude-sonet"),
        format!("why {BANK} --person hk-analyst --model claude-sonnet --from Hongkong"),
        format!("why {BANK} --person hk-analyst --model claude-sonnet --at tomorrow"),
        "models --register examples/nowhere --person hk-analyst".to_owned(),
        "check docs/decisions".to_owned(),
        "wy".to_owned(),
    ];
    check("usage", &transcript(&lines.each_ref().map(String::as_str)));
}

#[test]
fn help() {
    check("help", &transcript(&["--help", "why --help"]));
}

#[test]
fn reports_that_cannot_be_made() {
    let period = "--from 2026-07-01 --until 2026-08-01";
    let lines = [
        "report --help".to_owned(),
        "report licensor --help".to_owned(),
        format!("report licensor Anthropic {BANK} {period}"),
        format!("report licensor Anthropic {BANK} {period} --data-dir nowhere --preview"),
        format!("report reconcile {BANK} --usage docs/acceptance.md --data-dir nowhere"),
        "verify examples --key docs/acceptance.md".to_owned(),
    ];
    check("report", &transcript(&lines.each_ref().map(String::as_str)));
}

#[test]
fn the_corpus_agrees() {
    let line = "test --register examples/corpus --scenarios examples/corpus/data/scenarios.json";
    let shown = run(line);
    assert!(
        shown.contains("! 90 of 90 agree") && shown.ends_with("exit 0\n"),
        "{shown}"
    );
    let json = run(&format!("{line} --json"));
    assert!(json.contains("\"total\": 90,\n  \"agree\": 90,"), "{json}");
}

/// A new register, from its first file to its first mistake.
#[test]
fn beginning() {
    let folder = tempfile::tempdir().unwrap();
    let mut shown = Vec::new();
    let mut run = |line: &str| shown.push(run_in(folder.path(), line));
    run("init firm");
    run("init firm");
    run("check firm/register");
    run("fmt firm/register --check");
    run("test --config firm/bailiwick.toml --at 2026-07-15");
    run("why --config firm/bailiwick.toml --person hk-analyst --model example-model --at 2026-07-15");
    run("models --config firm/bailiwick.toml --person us-engineer --at 2026-07-15");
    run("config check --config firm/bailiwick.toml");
    check("init", &shown.join("\n"));
}

#[test]
fn mistakes_in_a_register() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), "init firm");
    let agreement = folder.path().join("firm/register/instruments/licensor-2026.toml");
    let text = std::fs::read_to_string(&agreement).unwrap();
    let mut shown = Vec::new();
    let mut with = |from: &str, to: &str, lines: &[&str]| {
        assert!(text.contains(from), "{from}");
        std::fs::write(&agreement, text.replacen(from, to, 1)).unwrap();
        shown.extend(lines.iter().map(|line| run_in(folder.path(), line)));
    };
    with(
        "plain = \"The agree",
        "plian = \"The agree",
        &["check firm/register"],
    );
    with(
        "\"HK\", \"MO\"",
        "\"HK\", \"MOO\"",
        &["why --register firm/register --person p --model m"],
    );
    with("\"HK\", ", "", &["test --register firm/register --at 2026-07-15"]);
    with(
        "id = \"licensor-2026\"",
        "id=   \"licensor-2026\"",
        &["fmt firm/register --check", "fmt firm/register"],
    );
    check("mistakes", &shown.join("\n"));
}

#[test]
fn mistakes_in_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), "init firm");
    let file = folder.path().join("firm/bailiwick.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut shown = Vec::new();
    let mut with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        shown.push(run_in(folder.path(), "config check --config firm/bailiwick.toml"));
    };
    with(
        "protocol = \"openai\"",
        "protocol = \"opanai\"\nproxi = \"http://proxy\"",
    );
    with("http://127.0.0.1:8081", "https://provider.example");
    with(
        "protocol = \"openai\"",
        "protocol = \"openai\"\ncredential = \"env:NO_SUCH_KEY\"",
    );
    check("config", &shown.join("\n"));
}

#[test]
fn mistakes_in_scenarios() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = root().join("examples/corpus");
    let text = std::fs::read_to_string(corpus.join("data/scenarios.json")).unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let first = file["scenarios"][0].clone();
    file["scenarios"] = serde_json::json!([first]);
    let mut shown = Vec::new();
    let mut with = |pointer: &str, value: serde_json::Value| {
        let mut changed = file.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[key] = value;
        std::fs::write(folder.path().join("scenarios.json"), changed.to_string()).unwrap();
        let line = format!("test --register {} --scenarios scenarios.json", corpus.display());
        shown.push(run_in(folder.path(), &line).replace(&corpus.display().to_string(), "CORPUS"));
    };
    with("/scenarios/0/request/colour", serde_json::json!("red"));
    with(
        "/scenarios/0/evidence",
        serde_json::json!([{"source": "dream", "place": "HK"}]),
    );
    with("/scenarios/0/instruments", serde_json::json!(["A-NOBODY"]));
    with("/scenarios/0/expect/decision", serde_json::json!("review"));
    check("scenarios", &shown.join("\n"));
}

#[test]
fn hosts_for_the_firms_proxy() {
    let report = format!("report egress {BANK}");
    check(
        "egress",
        &transcript(&[&report, &format!("{report} --csv"), &format!("{report} --pac")]),
    );
    check("egress-json", &run(&format!("{report} --json")));
}

#[test]
fn configurations_of_another_gateway() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    for name in ["first", "bank", "careless", "self-hosted"] {
        let folder = tempfile::tempdir().unwrap();
        let file = format!("{name}.yaml");
        std::fs::copy(files.join(&file), folder.path().join(&file)).unwrap();
        let mut shown = run_in(folder.path(), &format!("import litellm {file} --into out"));
        for written in [
            "bailiwick.toml",
            "register/models.toml",
            "register/instruments/no-agreement-yet.toml",
        ] {
            let text = std::fs::read_to_string(folder.path().join("out").join(written)).unwrap();
            shown.push_str(&format!("\n--- out/{written}\n{text}"));
        }
        shown.push('\n');
        shown.push_str(&run_in(folder.path(), "check out/register"));
        assert!(!shown.contains("not-a-key"), "{shown}");
        check(&format!("import-{name}"), &shown);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_and_one_that_is_there_already() {
    let folder = tempfile::tempdir().unwrap();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    for file in ["broken.yaml", "first.yaml"] {
        std::fs::copy(files.join(file), folder.path().join(file)).unwrap();
    }
    let lines = [
        "import litellm broken.yaml --into out",
        "import litellm first.yaml --json",
        "import litellm first.yaml --into out --json",
        "import litellm first.yaml --into out",
        "import litellm none.yaml",
    ];
    let shown: Vec<String> = lines.iter().map(|line| run_in(folder.path(), line)).collect();
    check("import-again", &shown.join("\n"));
}
