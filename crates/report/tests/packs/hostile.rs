//! Names that would act: in a terminal, a browser, a spreadsheet.

use crate::kept::{Kept, after, decided, for_anthropic};
use ledger::Intent;
use report::visible::{acts, visible};
use std::fs;

/// Names as somebody could give them to a model, an entity or a place.
const CORPUS: [&str; 16] = [
    "=HYPERLINK(\"http://example.invalid\",\"open\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\u{1b}[2J\u{1b}[31mred",
    "\u{9b}31m",
    "\u{7}\u{8}\u{0}",
    "\u{202e}gnp.exe",
    "a\u{2066}b\u{2069}",
    "zero\u{200b}width\u{feff}",
    "line\u{2028}break\nagain\r\n",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "\u{1b}]8;;http://example.invalid\u{7}link",
];

/// Acceptance A57: whatever names say, page, spreadsheet and terminal show it, and do nothing.
#[test]
fn names_that_would_act_are_shown_and_do_nothing() {
    let named = |name: &str| {
        let intent = Intent {
            entity: name.to_owned(),
            model: Some(name.to_owned()),
            places: vec![name.to_owned()],
            ..decided(after(0), "Anthropic", &[])
        };
        intent.into()
    };
    let kept = Kept::with(CORPUS.iter().map(|name| named(name)).collect());
    let (report, _) = kept.made_and_checked(&for_anthropic());
    let read = |name: &str| fs::read_to_string(kept.pack().join(name)).unwrap();
    let is_quiet = |letter: char| !acts(letter) || letter == '\n';
    let (html, csv, json) = (read("report.html"), read("report.csv"), read("report.json"));
    assert!(html.chars().all(is_quiet) && json.chars().all(is_quiet));
    assert!(
        csv.replace("\r\n", "").chars().all(|letter| !acts(letter)),
        "{csv:?}"
    );
    assert!(
        !html.contains("<script") && !html.contains("<img") && !html.contains("http://")
            || html.contains("&quot;")
            || html.contains("&#34;")
    );
    assert!(!html.contains("<script") && !html.contains("<img"));
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv.as_bytes());
    let mut fields = 0;
    for row in rows.records() {
        for field in &row.unwrap() {
            fields += 1;
            assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{field:?}");
        }
    }
    assert!(fields > 100);
    for name in CORPUS {
        assert!(
            csv.contains(visible(name).replace('"', "\"\"").as_str()),
            "{name:?} is in the spreadsheet"
        );
        let found = report["tables"]["entities"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["entity"] == name);
        assert!(found, "{name:?} is in the JSON as it was recorded");
    }
}
