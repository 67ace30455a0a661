//! Packs for regulators and for people.

use crate::kept::{Kept, asked, names};
use report::asked::{Asked, What};
use serde_json::json;

#[test]
fn a_regulator_sees_decisions_and_acts() {
    let kept = Kept::usual();
    let (report, _) = kept.made_and_checked(&asked(What::Regulator));
    assert_eq!(report["tables"]["acts"][0]["event"], "role_granted");
    assert_eq!(report["tables"]["acts"][0]["detail"], "role: auditor");
    let clauses = report["tables"]["clauses"].as_array().unwrap();
    assert!(
        clauses.contains(&json!({"clause": "house 7", "state": "met", "refusals": 1})),
        "{clauses:?}"
    );
    let answer = report["answer"].to_string();
    assert!(
        answer.contains("not a record of communications")
            && answer.contains("7 decisions: 3 permitted, 4 refused"),
        "{answer}"
    );
    let evidence = std::fs::read_to_string(kept.pack().join("evidence.jsonl")).unwrap();
    assert!(!evidence.contains("\\\"p-") && !evidence.contains("citizenships"));
    let kept = Kept::usual();
    let (report, _) = kept.made_and_checked(&Asked {
        opened: vec!["by".to_owned(), "person".to_owned()],
        ..asked(What::Regulator)
    });
    assert_eq!(
        report["tables"]["acts"][0]["person"],
        names().of("hk-analyst").to_string()
    );
}

#[test]
fn a_person_sees_what_is_about_them_and_nothing_of_others() {
    let all = |person: &str| {
        let names = names();
        let towards = ["Anthropic", "OpenAI", "nobody"].map(|licensor| names.towards(person, licensor));
        let names = std::iter::once(names.of(person)).chain(towards);
        asked(What::Person {
            person: person.to_owned(),
            names: names.map(|name| name.to_string()).collect(),
        })
    };
    let kept = Kept::usual();
    let (report, _) = kept.made_and_checked(&all("hk-analyst"));
    let tables = &report["tables"];
    assert_eq!(tables["decisions"].as_array().unwrap().len(), 7, "{tables:#}");
    assert_eq!(
        tables["claims"][0],
        json!({"entry": 1, "source": "zone", "place": "HK", "age_seconds": 100})
    );
    assert_eq!(tables["acts"][0]["part"], "about you, by somebody else");
    let evidence = std::fs::read_to_string(kept.pack().join("evidence.jsonl")).unwrap();
    assert!(
        !evidence.contains("citizenships")
            && !evidence.contains(&names().of("london-model-owner").to_string())
    );

    let kept = Kept::usual();
    let (report, _) = kept.made_and_checked(&all("london-model-owner"));
    assert_eq!(report["tables"]["decisions"], json!([]));
    assert_eq!(report["tables"]["acts"][0]["part"], "by you, about somebody else");
    let evidence = std::fs::read_to_string(kept.pack().join("evidence.jsonl")).unwrap();
    assert!(
        !evidence.contains(&names().of("hk-analyst").to_string()) && !evidence.contains("anthropic-2024")
    );
}
