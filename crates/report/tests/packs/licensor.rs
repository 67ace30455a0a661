//! What a licensor's pack says, and what it keeps back.

use crate::kept::{Kept, after, decided, ended, for_anthropic, verify};
use ledger::Ended;
use report::PackError;
use report::asked::Moment;
use serde_json::{Value, json};

#[test]
fn figures_follow_from_the_entries_of_the_period() {
    let kept = Kept::usual();
    let (report, verified) = kept.made_and_checked(&for_anthropic());
    assert_eq!(verified.entries, (0, 13));
    let tables = &report["tables"];
    let hong_kong = json!({
        "territory": "Hong Kong (HK)", "permitted": 1, "permitted_only": 0, "perhaps": 0, "unknown": 0, "refused": 2,
    });
    assert_eq!(tables["territories"][0], hong_kong);
    assert_eq!(
        tables["territories"][1]["perhaps"], 1,
        "HK is coded under CN as well: {tables:#}"
    );
    let by_place = tables["places"].as_array().unwrap();
    let row = |name: &str| by_place.iter().find(|row| row["places"] == name).unwrap();
    assert_eq!(
        (&row("GB")["permitted"], &row("GB")["tokens_read"]),
        (&json!(1), &json!(10))
    );
    assert_eq!(row("GB HK")["tokens_written"], 20);
    assert_eq!(row("HK")["refused"], 2);
    let clauses = tables["refusals"].as_array().unwrap();
    assert_eq!(
        clauses[0],
        json!({"clause": "anthropic-2024 2.3", "state": "met", "refusals": 1})
    );
    assert_eq!(
        clauses[1]["refusals"], 1,
        "a reason of the firm's own keeps all reasons of that refusal closed"
    );
    let accounted: Vec<u64> = tables["accounted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["entries"].as_u64().unwrap())
        .collect();
    assert_eq!(accounted, [6, 3, 1, 1, 2], "{tables:#}");
    assert!(
        report["answer"][0]
            .as_str()
            .unwrap()
            .starts_with("For no permitted request"),
        "{report:#}"
    );
}

#[test]
fn zero_use_is_said_only_where_no_source_named_the_place() {
    let check = |places: &[&str], sentence: &str| {
        let kept = Kept::with(vec![decided(after(0), "Anthropic", places).into()]);
        let (report, _) = kept.made_and_checked(&for_anthropic());
        let answer = report["answer"][0].as_str().unwrap();
        assert!(answer.contains(sentence), "{places:?}: {answer}");
    };
    check(
        &["GB"],
        "No request for a model of Anthropic was permitted for Hong Kong (HK) from 2026-07-15T08:59:50Z to 2026-07-15T09:00:00Z, the newest entry of the log: zero use.",
    );
    check(&[], "of 1 the place was not known or could mean it");
    check(&["Honkers"], "of 1 the place was not known or could mean it");
    check(&["GB", "HK"], "For no permitted request");
    check(
        &["HK"],
        "1 permitted request for a model of Anthropic named Hong Kong (HK) from 2026-07-15T08:59:50Z",
    );
}

/// Searches the whole pack for values that only entries of others have, and for salts of fields that are not opened.
#[test]
fn nothing_of_others_is_in_a_pack_but_whose_they_are() {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    let files = std::fs::read_dir(kept.pack())
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let text = String::from_utf8(files.collect::<Vec<_>>().concat()).unwrap();
    let licensor_of = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (mut looked, mut opened) = (0, 0);
    for entry in kept.reader.entries(0, 13).unwrap() {
        let entry = entry.unwrap();
        let is_own = licensor_of(entry.value("licensor")).as_deref() == Some("Anthropic");
        for opening in entry.openings() {
            if text.contains(&opening.salt.to_string()) {
                opened += 1;
                let is_fit = if is_own {
                    opening.name != "facts" && opening.name != "person"
                } else {
                    opening.name == "licensor"
                };
                assert!(is_fit, "entry {}: {}", entry.number, opening.name);
            } else {
                looked += 1;
            }
        }
    }
    assert!(opened > 30 && looked > 100, "{opened} {looked}");
    for of_others in [
        "of-OpenAI",
        "for-OpenAI",
        "openai-2025",
        "nobody",
        "Ruritania",
        "house 7",
        "asked-of",
        "application-for",
        "deployment-of",
        "\\\"p-",
        "citizenships",
        "auditor",
        "role_granted",
        "sha256:00",
    ] {
        assert!(!text.contains(of_others), "{of_others}");
    }
    assert!(text.contains("OpenAI") && text.contains("anthropic-2024 2.3"));
}

#[test]
fn pseudonyms_are_opened_where_that_was_asked_for() {
    let kept = Kept::usual();
    let asked = report::asked::Asked {
        opened: vec!["person".to_owned()],
        ..for_anthropic()
    };
    let (report, _) = kept.made_and_checked(&asked);
    assert!(
        report["answer"].to_string().contains("1 person under pseudonyms"),
        "{report:#}"
    );
    let evidence = std::fs::read_to_string(kept.pack().join("evidence.jsonl")).unwrap();
    let names = crate::kept::names();
    assert!(evidence.contains(&names.towards("hk-analyst", "Anthropic").to_string()));
    for other in [names.of("hk-analyst"), names.towards("hk-analyst", "OpenAI")] {
        assert!(!evidence.contains(&other.to_string()));
    }
}

/// What the log does not have for the borders is not in the evidence, and the borders show.
#[test]
fn the_evidence_is_the_period_and_one_entry_on_each_side() {
    let mut entries: Vec<_> = (0..20)
        .map(|day| decided(after(day * 86_400), "Anthropic", &["GB"]).into())
        .collect();
    entries.push(decided(after(20 * 86_400), "OpenAI", &["GB"]).into());
    let kept = Kept::with(entries);
    let asked = report::asked::Asked {
        from: Moment(after(5 * 86_400 - 600)),
        until: Moment(after(8 * 86_400 - 600)),
        ..for_anthropic()
    };
    let (report, verified) = kept.made_and_checked(&asked);
    assert_eq!(verified.entries, (4, 9));
    assert_eq!(report["log"]["inside"], 3);
    assert!(
        report["answer"]
            .to_string()
            .contains("from entry 4, which is from before the period, to entry 8"),
        "{report:#}"
    );
}

/// A clock that was set back puts entries out of order; each counts by its own time, and the report says so.
#[test]
fn a_clock_that_was_set_back_is_said() {
    let at = |seconds| decided(after(seconds), "Anthropic", &["GB"]).into();
    // 250 s back across the beginning of the period: the entry before it is inside all the same
    let kept = Kept::with(vec![
        at(-5000),
        at(100),
        at(-150),
        at(200),
        at(9000),
        at(8750),
        at(20_000),
    ]);
    let (report, verified) = kept.made_and_checked(&for_anthropic());
    assert_eq!(
        (verified.entries, &report["log"]["inside"]),
        ((0, 5), &json!(2)),
        "{report:#}"
    );
    assert_eq!(report["log"]["set_back_seconds"], 250);
    assert!(
        report["answer"]
            .to_string()
            .contains("Times are not always in order"),
        "{report:#}"
    );
}

#[test]
fn an_outcome_counts_with_its_decision_and_alone_where_that_is_not_there() {
    let interrupted = ledger::Outcome {
        ended: Ended::Interrupted,
        ..ended(after(100), 0, "Anthropic", 7)
    };
    let kept = Kept::with(vec![
        decided(after(-90_000), "Anthropic", &["GB"]).into(),
        interrupted.into(),
    ]);
    let (report, _) = kept.made_and_checked(&for_anthropic());
    assert_eq!(report["tables"]["places"][0]["places"], "decided before");
    assert_eq!(
        report["tables"]["outcomes"][0],
        json!({"ended": "interrupted", "outcomes": 1, "share": "100.0 %"})
    );
}

#[test]
fn a_period_without_entries_and_a_log_without_any() {
    let asked = report::asked::Asked {
        from: Moment(after(10_000)),
        until: Moment(after(20_000)),
        ..for_anthropic()
    };
    let kept = Kept::usual();
    let (report, verified) = kept.made_and_checked(&asked);
    assert_eq!(
        (verified.entries, &report["log"]["inside"]),
        ((11, 13), &json!(0))
    );
    let later = report::asked::Asked {
        from: Moment(after(500_000)),
        until: Moment(after(600_000)),
        ..for_anthropic()
    };
    let kept = Kept::usual();
    let (report, verified) = kept.made_and_checked(&later);
    assert_eq!(verified.entries, (12, 13));
    assert!(
        report["answer"]
            .to_string()
            .contains("goes on after the checkpoint"),
        "{report:#}"
    );
}

#[test]
fn a_preview_says_what_would_be_opened_and_writes_nothing() {
    let kept = Kept::usual();
    let preview = kept.preview(&for_anthropic());
    assert!(!kept.pack().exists());
    let [opened, closed, first] = preview.tables.as_slice() else {
        panic!("{preview:?}")
    };
    let rows = report::render::objects(opened);
    assert!(
        rows.contains(&json!({"kind": "intent", "field": "clauses", "entries": 1, "values": 1})),
        "{rows:?}"
    );
    assert!(
        rows.contains(&json!({"kind": "intent", "field": "licensor", "entries": 7, "values": 3})),
        "{rows:?}"
    );
    assert_eq!(
        report::render::objects(closed),
        [
            json!({"kind": "event", "entries": 1}),
            json!({"kind": "intent", "entries": 1}),
            json!({"kind": "outcome", "entries": 1}),
        ]
    );
    assert_eq!(first.rows.len(), 3);
}

#[test]
fn another_key_and_another_log_are_refused() {
    let kept = Kept::usual();
    kept.make(&for_anthropic()).unwrap();
    let other = tlog::note::Signer::from_seed("ledger.larkmoor.example/2", &[5; 32]).unwrap();
    let checked = report::verify(&kept.pack(), &[other.verifier_key()], crate::kept::HERE);
    assert!(matches!(checked, Err(PackError::Manifest(_))), "{checked:?}");
    verify(&kept.pack()).unwrap();
    assert!(
        kept.make(&for_anthropic()).is_err(),
        "what is there is not written over"
    );
}

/// A gateway goes on while a report is made: the checkpoint that was read is no longer the newest, and the tiles under it
/// have become wider.
#[test]
fn a_log_that_grows_meanwhile_does_no_harm() {
    let kept = Kept::usual();
    for count in [3, 100, 300] {
        let checkpoint = kept.log().join("checkpoint");
        let before = std::fs::read(&checkpoint).unwrap();
        let more = (0..count).map(|_| decided(after(100_001), "OpenAI", &["GB"]).into());
        kept.grow(more.collect());
        let newest = std::fs::read(&checkpoint).unwrap();
        std::fs::write(&checkpoint, before).unwrap();
        let (_, verified) = kept.made_and_checked(&for_anthropic());
        assert_eq!(verified.entries, (0, 13));
        std::fs::remove_dir_all(kept.pack()).unwrap();
        std::fs::write(&checkpoint, newest).unwrap();
    }
    kept.made_and_checked(&for_anthropic());
}
