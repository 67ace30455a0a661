//! Packs that were changed: by somebody on the way, and by whoever makes them and has the key of the log.

use crate::kept::{Kept, for_anthropic, signer, verify};
use proptest::prelude::*;
use report::pack::{self, Digesting, Digests};
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::Path;

fn digest(bytes: &[u8]) -> String {
    let mut digesting = Digesting::new(Vec::new());
    digesting.write_all(bytes).unwrap();
    digesting.end().unwrap().1
}

/// Signs what lies there now, as whoever has the key can.
fn sign_again(folder: &Path) {
    let digests: Digests = pack::FILES
        .iter()
        .map(|name| ((*name).to_owned(), digest(&fs::read(folder.join(name)).unwrap())))
        .collect();
    let note = pack::sign("ledger.larkmoor.example/1", &digests, &signer()).unwrap();
    fs::write(folder.join(pack::MANIFEST), note.to_string()).unwrap();
}

/// Changes a file of a pack and signs it again; the problem that is found must say this.
fn check(name: &str, change: impl FnOnce(String) -> String, problem: &str) {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    let path = kept.pack().join(name);
    let text = fs::read_to_string(&path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "{problem}");
    fs::write(&path, changed).unwrap();
    sign_again(&kept.pack());
    let found = verify(&kept.pack()).unwrap_err().to_string();
    assert!(found.contains(problem), "{found}, not {problem}");
}

fn lines(change: impl FnOnce(&mut Vec<Value>)) -> impl FnOnce(String) -> String {
    move |text| {
        let mut lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        change(&mut lines);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

#[test]
fn any_changed_byte_is_refused() {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    for name in pack::FILES.iter().chain(&[pack::MANIFEST]) {
        let path = kept.pack().join(name);
        let whole = fs::read(&path).unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 25 + 1) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            assert!(verify(&kept.pack()).is_err(), "{name} {at}");
        }
        fs::write(&path, whole).unwrap();
    }
    verify(&kept.pack()).unwrap();
}

/// A reader may know several keys; only the log's own speaks for it.
#[test]
fn the_key_of_another_log_does_not_speak_for_this_one() {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    let other = tlog::note::Signer::from_seed("another.example/log", &[5; 32]).unwrap();
    let (_, digests) = pack::read(
        &fs::read(kept.pack().join(pack::MANIFEST)).unwrap(),
        &[signer().verifier_key()],
    )
    .unwrap();
    let keys = [signer().verifier_key(), other.verifier_key()];
    for (origin, problem) in [
        ("ledger.larkmoor.example/1", "no key of that log has signed it"),
        (
            "another.example/log",
            "it is of the log `ledger.larkmoor.example/1`",
        ),
    ] {
        let note = pack::sign(origin, &digests, &other).unwrap();
        fs::write(kept.pack().join(pack::MANIFEST), note.to_string()).unwrap();
        let found = report::verify(&kept.pack(), &keys, crate::kept::HERE)
            .unwrap_err()
            .to_string();
        assert!(found.contains(problem), "{found}");
    }
}

#[test]
fn a_pack_has_its_files_and_no_others() {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    let named = |pack: &Path| verify(pack).unwrap_err().to_string();
    for name in pack::FILES.iter().chain(&[pack::MANIFEST]) {
        let path = kept.pack().join(name);
        let whole = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(named(&kept.pack()), format!("`{name}` is missing"));
        fs::create_dir(&path).unwrap();
        assert!(verify(&kept.pack()).is_err());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, whole).unwrap();
    }
    fs::write(kept.pack().join("note\u{202e}.txt"), "").unwrap();
    assert!(named(&kept.pack()).contains("note\\u{202e}.txt"));
}

#[test]
fn figures_that_do_not_follow_are_refused_even_if_signed() {
    let problem = "is not what follows from the evidence";
    check(
        pack::JSON,
        |text| text.replace("\"permitted\": 1", "\"permitted\": 0"),
        problem,
    );
    check(pack::HTML, |text| text.replace("Hong Kong", "Hongkong"), problem);
    check(pack::CSV, |text| text.replacen('1', "0", 1), problem);
    check(
        pack::JSON,
        |text| text.replace("\"limits\"", "\"more\": 1,\n  \"limits\""),
        problem,
    );
}

#[test]
fn entries_that_are_missing_changed_or_moved_are_refused_even_if_signed() {
    check(
        pack::EVIDENCE,
        lines(|lines| drop(lines.remove(5))),
        "entry 6: stands where entry 5 should",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| drop(lines.pop())),
        "ends before entry 12, and should before 13",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| lines.swap(1, 2)),
        "entry 2: stands where entry 1 should",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| {
            let other = lines[2].clone();
            lines[5] = other;
            lines[5]["entry"] = 5.into();
        }),
        "not those under the checkpoint",
    );
    // a whole entry and its edges left out
    let without_first = |lines: &mut Vec<Value>| drop(lines.remove(0));
    check(
        pack::EVIDENCE,
        lines(without_first),
        "entry 1: stands where entry 0 should",
    );
}

#[test]
fn openings_that_do_not_fit_or_are_too_few_or_too_many_are_refused_even_if_signed() {
    let value = |text: &str| text.into();
    check(
        pack::EVIDENCE,
        lines(|lines| {
            let place = lines[1]["open"].as_array_mut().unwrap();
            let place = place.iter_mut().find(|open| open["field"] == "place").unwrap();
            place["value"] = value("[\"US\"]");
        }),
        "entry 1: what is said of `place` is not what was recorded",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| {
            lines[1]["open"]
                .as_array_mut()
                .unwrap()
                .retain(|open| open["field"] != "place")
        }),
        "entry 1: `place` is not opened",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| drop(lines[2].as_object_mut().unwrap().remove("open"))),
        "entry 2: `licensor` is not opened",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| {
            let first = lines[1]["open"][0].clone();
            lines[1]["open"].as_array_mut().unwrap().push(first);
        }),
        "entry 1: `entity` is opened twice",
    );
    check(
        pack::EVIDENCE,
        lines(|lines| lines[1]["told"] = json!({"claims": []})),
        "entry 1: something is said of it that cannot be proved",
    );
}

/// Whoever makes a pack cannot open more than the reader was told that it would.
#[test]
fn fields_of_others_are_refused_even_if_signed() {
    let open = |kept: &Kept, entry: u64, field: &str| {
        let opened = kept
            .reader
            .entries(entry, entry + 1)
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let opening = opened.openings().find(|opening| opening.name == field).unwrap();
        json!({"field": field, "salt": opening.salt.to_string(), "value": opening.value})
    };
    for (entry, field, problem) in [
        (
            2,
            "place",
            "entry 2: `place` is opened, which this report was not asked for",
        ),
        (
            1,
            "person",
            "entry 1: `person` is opened, which this report was not asked for",
        ),
        (1, "facts", "entry 1: `facts` is opened, which no report may do"),
        (6, "clauses", "entry 6: clauses of others are opened"),
        (
            8,
            "event",
            "entry 8: `event` is opened, which this report was not asked for",
        ),
        (
            0,
            "licensor",
            "entry 0: lies outside the period, and something of it is opened",
        ),
    ] {
        let kept = Kept::usual();
        kept.make(&for_anthropic()).unwrap();
        let path = kept.pack().join(pack::EVIDENCE);
        let more = open(&kept, entry, field);
        let change = lines(|lines| {
            let line = &mut lines[usize::try_from(entry).unwrap()];
            match line["open"].as_array_mut() {
                Some(open) => open.push(more),
                None => line["open"] = json!([more]),
            }
        });
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
        sign_again(&kept.pack());
        assert_eq!(verify(&kept.pack()).unwrap_err().to_string(), problem);
    }
}

/// A period that is longer than the evidence, and edges that leave entries out.
#[test]
fn borders_that_do_not_enclose_the_period_are_refused_even_if_signed() {
    use crate::kept::{after, decided};
    let days = |from: i64, until: i64| report::asked::Asked {
        from: report::asked::Moment(after(from * 86_400 - 600)),
        until: report::asked::Moment(after(until * 86_400 - 600)),
        ..for_anthropic()
    };
    let entries = || {
        (0..20)
            .map(|day| decided(after(day * 86_400), "Anthropic", &["GB"]).into())
            .collect()
    };
    for (longer, problem) in [
        (days(4, 8), "first entry is not from before"),
        (days(5, 9), "last entry is not from after"),
    ] {
        let kept = Kept::with(entries());
        kept.make(&days(5, 8)).unwrap();
        let path = kept.pack().join(pack::JSON);
        let mut report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        report["asked"]["from"] = longer.from.to_string().into();
        report["asked"]["until"] = longer.until.to_string().into();
        fs::write(&path, report.to_string()).unwrap();
        // what is opened must be opened still, so only the borders are at fault
        let found = {
            sign_again(&kept.pack());
            verify(&kept.pack()).unwrap_err().to_string()
        };
        assert!(
            found.contains(problem) || found.contains("`licensor` is not opened"),
            "{found}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is done to lines and openings, a pack is the one that was made or is refused, even if it is signed again.
    #[test]
    fn no_other_evidence_gives_a_report(
        at in 0..13_usize, other in 0..13_usize, what in 0..5_u8, field in 0..8_usize, letter in "[a-z\"\\[\\]0-9]",
    ) {
        let kept = Kept::usual();
        kept.make(&for_anthropic()).unwrap();
        let path = kept.pack().join(pack::EVIDENCE);
        let before = fs::read_to_string(&path).unwrap();
        let change = lines(|lines| match what {
            0 => drop(lines.remove(at)),
            1 => lines.swap(at, other),
            2 => lines[at]["open"] = lines[other]["open"].clone(),
            3 => {
                let open = lines[at]["open"].as_array_mut().filter(|open| field < open.len());
                drop(open.map(|open| open.remove(field)));
            }
            _ => {
                if let Some(open) = lines[at]["open"].get_mut(field) {
                    open["value"] = format!("{}{letter}", open["value"].as_str().unwrap()).into();
                }
            }
        });

        let read = |text: &str| -> Vec<Value> { text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
        let after = change(before.clone());
        fs::write(&path, &after).unwrap();
        sign_again(&kept.pack());
        let without_nulls = |mut lines: Vec<Value>| {
            for line in &mut lines {
                if line.get("open").is_some_and(Value::is_null) {
                    drop(line.as_object_mut().unwrap().remove("open"));
                }
            }
            lines
        };
        let is_same = without_nulls(read(&before)) == without_nulls(read(&after));
        if let Ok(verified) = verify(&kept.pack()) {
            prop_assert!(is_same, "{verified:?}");
        }
    }
}
