//! Registers that change under a running installation: valid ones take over, everything else changes nothing.

use super::*;
use crate::commands::INIT_FILES;
use crate::data::DataDir;
use decision::admit;
use gateway::{Connector, ConnectorOptions, ConnectorSettings, Credential};
use identity::{Choice, KeyHolder};
use ledger::{Answer, AuditDevice, AuditError, Intent, Outcome, Pseudonyms};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Mutex;
use testkit::Dice;
use wire::Protocol;

/// How many mutated registers are tried.
const MUTANTS: usize = 200;

/// Files of a register, by path.
type Files = BTreeMap<&'static str, Vec<u8>>;

/// The register that `init` writes.
fn pristine() -> Files {
    let of_register = |(path, text): &(&'static str, &str)| {
        let path = path.strip_prefix("register/")?;
        Some((path, text.as_bytes().to_vec()))
    };
    INIT_FILES.iter().filter_map(of_register).collect()
}

fn put(folder: &Path, files: &Files) {
    for path in pristine().keys() {
        let target = folder.join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        match files.get(path) {
            Some(bytes) => std::fs::write(target, bytes).unwrap(),
            None => std::fs::remove_file(target).unwrap(),
        }
    }
}

fn ways() -> Ways {
    let settings = ConnectorSettings {
        id: "licensor-api".to_owned(),
        base_url: "http://127.0.0.1:9".to_owned(),
        credential: Credential::None,
        protocol: Protocol::OpenAi,
        is_stand_in: false,
        options: ConnectorOptions::default(),
    };
    Ways::of(vec![Connector::open(&settings, |_| None).unwrap()], Vec::new()).unwrap()
}

/// Keeps events in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<Happening>>);

impl AuditDevice for Memory {
    fn intent(&self, _: Intent) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn outcome(&self, _: Outcome) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn event(&self, event: Event) -> Answer {
        self.0.lock().unwrap().push(event.what);
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn is_healthy(&self) -> bool {
        true
    }
}

/// An installation that serves the register of a folder.
fn serving(folder: &Path) -> Reloader {
    recording(folder, Arc::default())
}

fn recording(folder: &Path, device: Arc<Memory>) -> Reloader {
    let ways = ways();
    let snapshot = load::compile(&Folder::read(folder).unwrap()).unwrap();
    let in_force = load::complete(snapshot, &ways).unwrap().in_force;
    let recorder = Recorder::new(device, Pseudonyms::new(&[7; 32]));
    let archive = Archive::open(&DataDir::open(&folder.join("data")).unwrap()).unwrap();
    let switch = Arc::new(Switch::new(in_force));
    Reloader::new(folder.to_owned(), switch, ways, (recorder, archive))
}

impl Reloader {
    fn digest(&self) -> String {
        self.switch.load().snapshot().digest().to_owned()
    }

    /// What somebody gets now who asks for the model.
    fn answer(&self, person: &str) -> String {
        let in_force = self.switch.load();
        let (at, peer) = (in_force.since(), IpAddr::V4(Ipv4Addr::LOCALHOST));
        let holder = KeyHolder {
            person: person.to_owned(),
            application: None,
        };
        match in_force.collector().collect(&holder, peer, Choice::default(), at) {
            Err(error) => error.to_string(),
            Ok(collected) => match admit(in_force.snapshot(), &collected.facts, "example-model", at) {
                Ok(_) => "permit".to_owned(),
                Err(refusal) => refusal.explanation.text(),
            },
        }
    }
}

#[test]
fn a_changed_clause_takes_over_and_back() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pristine());
    let reloader = serving(folder.path());
    let first = reloader.digest();
    assert!(reloader.answer("hk-analyst").contains("licensor-2026 2.3"));
    assert!(matches!(reloader.reload(), Ok(Reloaded::Unchanged)));

    let mut files = pristine();
    let instrument = files.get_mut("instruments/licensor-2026.toml").unwrap();
    let text = String::from_utf8(instrument.clone()).unwrap();
    let text = text.replace("[\"CN\", \"HK\", \"MO\"]", "[\"MO\"]");
    let (text, _) = text.split_once("# A test stands beside").unwrap();
    *instrument = text.as_bytes().to_vec();
    put(folder.path(), &files);
    assert!(matches!(reloader.reload(), Ok(Reloaded::Activated(_))));
    assert_ne!(reloader.digest(), first);
    assert_eq!(reloader.answer("hk-analyst"), "permit");

    std::fs::write(folder.path().join("instruments/house.toml"), "[instrument").unwrap();
    assert!(reloader.reload().is_err());
    assert!(reloader.switch.refused_at().is_some());
    assert_eq!(reloader.answer("hk-analyst"), "permit");

    put(folder.path(), &files);
    assert!(matches!(reloader.reload(), Ok(Reloaded::Unchanged)));
    assert_eq!(
        reloader.switch.refused_at(),
        None,
        "what is on disk is in force again"
    );
    put(folder.path(), &pristine());
    assert!(matches!(reloader.reload(), Ok(Reloaded::Activated(_))));
    assert_eq!(reloader.digest(), first);
}

/// Acceptance R09: unknown groups, tests that fail, hosts outside the pin, networks that are none.
#[test]
fn whatever_does_not_fit_is_refused_with_its_place() {
    let check = |file: &'static str, from: &str, to: &str, words: &str| {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &pristine());
        let reloader = serving(folder.path());
        let mut files = pristine();
        let text = String::from_utf8(files[file].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        files.insert(file, text.replacen(from, to, 1).into_bytes());
        put(folder.path(), &files);
        let error = reloader.reload().err().unwrap();
        let problems = error.problems();
        let problem = problems.first().unwrap();
        assert!(problem.message.contains(words), "{problem:?}");
        assert_eq!(&*problem.position.path, file);
        assert!(problem.position.line > 0);
    };
    let models = "models.toml";
    let instrument = "instruments/licensor-2026.toml";
    check(instrument, "kind =", "kid =", "`kid` is not a key");
    check(
        instrument,
        "{ in = \"greater-china\" }",
        "{ in = \"lesser-china\" }",
        "lesser-china",
    );
    check(
        instrument,
        "decision = \"permit\"",
        "decision = \"deny\"",
        "permit",
    );
    check(
        models,
        "hosts = [\"127.0.0.1\"]",
        "hosts = [\"provider.example\"]",
        "`provider.example`",
    );
    let site = |network| {
        format!(
            "[[site]]\nid = \"s\"\nname = \"S\"\nplace = \"US\"\nnetworks = [\"{network}\"]\n\n[[entity]]"
        )
    };
    check("firm.toml", "[[entity]]", &site("10.0.0.0/99"), "`10.0.0.0/99`");
    check("firm.toml", "[[entity]]", &site("10.1.0.0/8"), "address bits");
}

#[test]
fn a_folder_that_is_gone_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pristine());
    let reloader = serving(folder.path());
    std::fs::rename(folder.path().join("firm.toml"), folder.path().join("firm.txt")).unwrap();
    let before = (reloader.digest(), reloader.answer("us-engineer"));
    assert!(reloader.reload().is_err());
    std::fs::remove_dir_all(folder.path()).unwrap();
    let error = reloader.reload().err().unwrap();
    assert!(error.to_string().contains("cannot be read"), "{error}");
    assert_eq!((reloader.digest(), reloader.answer("us-engineer")), before);
}

/// A place in a text, behind which a line begins or ends.
fn some_line(lines: &[&str], dice: &mut Dice) -> usize {
    dice.below(lines.len())
}

fn mutate_lines(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (one, other) = (some_line(&lines, dice), some_line(&lines, dice));
    match dice.below(4) {
        0 => {
            lines.remove(one);
        }
        1 => lines.insert(other, lines[one]),
        2 => lines.swap(one, other),
        _ => lines.insert(one, "unknown_key = 1"),
    }
    lines.join("\n") + "\n"
}

fn mutate_bytes(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    let at = dice.below(bytes.len());
    match dice.below(4) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = 0xff,
        2 => {
            let end = (at + 1 + dice.below(12)).min(bytes.len());
            bytes.drain(at..end);
        }
        _ => bytes.truncate(at),
    }
    bytes
}

/// Mistakes that people make: what they write instead of what.
const MISTAKES: [(&str, &str); 18] = [
    ("\"greater-china\"", "\"lesser-china\""),
    ("[groups.greater-china]", "[groups.greater-chine]"),
    ("[\"CN\", \"HK\", \"MO\"]", "[\"greater-china\"]"),
    ("[\"CN\", \"HK\", \"MO\"]", "[\"CN\", \"XX\"]"),
    ("[\"CN\", \"HK\", \"MO\"]", "[]"),
    ("effective = 2026-01-01", "effective = 2026-13-01"),
    (
        "effective = 2026-01-01",
        "effective = 2027-01-01\nexpires = 2026-01-01",
    ),
    ("effective = 2026-01-01", "effective = 2099-01-01"),
    ("from = 2026-01-01", "from = 2026-01-01\nuntil = 2025-01-01"),
    ("hosts = [\"127.0.0.1\"]", "hosts = []"),
    ("hosts = [\"127.0.0.1\"]", "hosts = [\"provider.example\"]"),
    ("\"all-staff\"", "\"some-staff\""),
    ("layer = \"agreement\"", "layer = \"agreements\""),
    ("incorporated = \"US\"", "incorporated = \"U.S.\""),
    ("place = \"HK\"", "place = \"US\""),
    ("title = \"Territory\"", "title = \"Where\""),
    ("Example Firm", "Another Firm"),
    ("deny = { in = \"greater-china\" }", ""),
];

fn mutant(number: usize, dice: &mut Dice) -> Files {
    let mut files = pristine();
    let paths: Vec<&'static str> = files.keys().copied().collect();
    let path = *dice.pick(&paths).unwrap();
    let text = String::from_utf8(files[path].clone()).unwrap();
    match number % 4 {
        0 => drop(files.insert(path, mutate_lines(&text, dice).into_bytes())),
        1 => drop(files.insert(path, mutate_bytes(text.into_bytes(), dice))),
        2 => {
            let (from, to) = *dice.pick(&MISTAKES).unwrap();
            for bytes in files.values_mut() {
                *bytes = String::from_utf8(bytes.clone())
                    .unwrap()
                    .replacen(from, to, 1)
                    .into_bytes();
            }
        }
        _ if number % 20 == 3 => drop(files.remove(path)),
        _ if number % 20 == 7 => drop(files.insert(path, text.repeat(2).into_bytes())),
        _ => {
            let twice = mutate_bytes(mutate_lines(&text, dice).into_bytes(), dice);
            files.insert(path, twice);
        }
    }
    files
}

/// Acceptance R09: two hundred mutants of a register.
#[test]
fn mutated_registers_are_activated_or_refused_with_a_place_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &pristine());
    let recorded: Arc<Memory> = Arc::default();
    let reloader = recording(folder.path(), Arc::clone(&recorded));
    let mut dice = Dice::new(20_260_715);
    let (mut activated, mut refused) = (0, 0);
    for number in 0..MUTANTS {
        let files = mutant(number, &mut dice);
        put(folder.path(), &files);
        let before = (reloader.digest(), reloader.answer("us-engineer"));
        let digest = Folder::read(folder.path()).unwrap().digest;
        let told = recorded.0.lock().unwrap().len();
        match reloader.reload() {
            Ok(Reloaded::Unchanged) => assert_eq!(recorded.0.lock().unwrap().len(), told),
            Ok(Reloaded::Activated(_)) => {
                activated += 1;
                let happened = Happening::Activated {
                    snapshot: digest.clone(),
                    before: before.0,
                };
                assert_eq!(recorded.0.lock().unwrap().get(told..), Some(&[happened][..]));
                assert_eq!(reloader.digest(), digest, "mutant {number}");
                assert_eq!(reloader.switch.refused_at(), None);
                assert!(!reloader.answer("us-engineer").is_empty());
            }
            Err(error) => {
                refused += 1;
                let after = (reloader.digest(), reloader.answer("us-engineer"));
                assert_eq!(after, before, "mutant {number}");
                assert!(reloader.switch.refused_at().is_some());
                let problems = error.problems();
                let happened = Happening::Refused {
                    in_force: before.0,
                    mistake: error.word(),
                    mistakes: problems.len(),
                };
                assert_eq!(recorded.0.lock().unwrap().get(told..), Some(&[happened][..]));
                assert!(!problems.is_empty(), "mutant {number}: {error}");
                for problem in problems {
                    let position = &problem.position;
                    let is_placed = pristine().contains_key(&*position.path) && position.line > 0;
                    assert!(is_placed, "mutant {number}: {problem:?}");
                }
            }
        }
    }
    assert!(
        activated > 20 && refused > 60,
        "{activated} activated, {refused} refused"
    );
    put(folder.path(), &pristine());
    assert!(reloader.reload().is_ok());
    assert_eq!(reloader.answer("us-engineer"), "permit");
}

fn check_watch(looks: &[&str], expected: &[bool]) {
    let mut watch = Watch::new("a");
    let seen: Vec<bool> = looks.iter().map(|look| watch.sees((*look).to_owned())).collect();
    assert_eq!(seen, expected, "{looks:?}");
}

#[test]
fn a_change_is_taken_once_and_when_it_has_settled() {
    check_watch(&["a", "a", "a"], &[false, false, false]);
    check_watch(&["b", "b", "b"], &[false, true, false]);
    check_watch(&["b", "c", "c"], &[false, false, true]);
    check_watch(&["b", "a", "a"], &[false, false, false]);
    // what was refused is tried again only when it has changed; back to the first is a change too
    check_watch(
        &["b", "b", "a", "a", "b", "b"],
        &[false, true, false, true, false, true],
    );
    let mut watch = Watch::new("a");
    watch.tries("b".to_owned());
    assert!(!watch.sees("b".to_owned()) && !watch.sees("b".to_owned()));
}
