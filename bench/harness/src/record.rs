//! The ledger alone: how long a decision waits until its record is durable, and what an entry costs.

use crate::clock::now;
use crate::process;
use crate::report::{Report, micros};
use crate::sample::Sample;
use anyhow::Context as _;
use decision::Verdict;
use ledger::{
    AuditDevice as _, DecisionId, FileDevice, FileSettings, Intent, LogIdentity, Pseudonyms, SealingKey,
};
use register::model::Instant;
use std::path::Path;
use std::time::Duration;

/// Decisions a second.
const RATE: u32 = 2_000;
/// How long.
const SECONDS: u32 = 5;
/// People among whom the decisions fall.
const PEOPLE: u32 = 5_000;
/// The instant of the first decision; the clock of the records is not what is measured.
const BEGIN: Instant = Instant(1_784_106_000);

/// Facts as a person in an office has them.
const FACTS: &str = r#"{"claims":[{"observed_at":1784106000,"place":{"place":"HK"},"site":"hong-kong","source":"zone"},{"observed_at":1784106000,"place":{"place":"HK"},"site":"hong-kong","source":"directory"}],"engaging_entity":"larkmoor-hk","entity":"larkmoor-hk","person":{"assigned_site":"hong-kong","citizenships":["HK"],"entitlement_assumed":false,"groups":["all-staff","coding"],"id":"hk-analyst","named":[],"residence":"HK","screened_at":1784106000,"screening_clean":true,"us_status":null,"worker":"employee"},"request":{"beneficiary":"none","data":"internal","end_users":null,"exception":null,"human_review":false,"output_to":[],"patterns":[],"purpose":"coding","registered_application":false,"resale":false,"resides":false,"side_call":null}}"#;

/// Records decisions at a pace.
pub(crate) async fn run(folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    let path = folder.join("record");
    let identity = LogIdentity::new("bench", &[[1; 32]], SealingKey::from_bytes([2; 32]))?;
    let device = FileDevice::open(&path, &identity, BEGIN, FileSettings::default())?;
    for person in 0..PEOPLE {
        // the key of a person is made once, at their first entry
        device
            .intent(intent(person))
            .await
            .context("the ledger keeps nothing")?;
    }
    // the pace, the tasks and the making of what is recorded cost something too, and are no cost of the record
    let (_, loop_alone) = paced(|_| std::future::ready(true)).await?;
    let (times, together) = paced(|intent| {
        let answer = device.intent(intent);
        async move { answer.await.is_ok() }
    })
    .await?;
    drop(device);
    let milliseconds = |percent| times.durable.percentile(percent).as_secs_f64() * 1e3;
    report.line(
        "record at 2,000/s, durable, p50, ms",
        None,
        milliseconds(50),
        "<= 5",
    );
    report.line(
        "record at 2,000/s, durable, p99, ms",
        None,
        milliseconds(99),
        "<= 30",
    );
    let spooled = micros(times.handed_over.percentile(50));
    report.line("record at 2,000/s, handed over only, p50, us", None, spooled, "");
    let each = micros(together.saturating_sub(loop_alone) / (RATE * SECONDS));
    report.line(
        "processor time an entry, with publishing, us",
        None,
        each,
        "<= 10",
    );
    report.line(
        "records that were refused at that pace",
        None,
        f64::from(times.failed),
        "0",
    );
    std::fs::remove_dir_all(path)?;
    Ok(())
}

/// How long records took.
#[derive(Default)]
struct Times {
    handed_over: Sample,
    durable: Sample,
    failed: u32,
}

/// Records decisions at the pace; gives the processor time that it took.
async fn paced<A: Future<Output = bool> + Send + 'static>(
    record: impl Fn(Intent) -> A,
) -> anyhow::Result<(Times, Duration)> {
    let before = process::used(std::process::id())?.cpu;
    let (mut times, mut waiting) = (Times::default(), tokio::task::JoinSet::new());
    let begun = now();
    for number in 0..RATE * SECONDS {
        let due = begun + Duration::from_secs(1) * number / RATE;
        tokio::time::sleep_until(due.into()).await;
        let (asked, intent) = (now(), intent(number));
        let answer = record(intent);
        times.handed_over.add(asked.elapsed());
        waiting.spawn(async move { (answer.await, asked.elapsed()) });
    }
    while let Some(answer) = waiting.join_next().await {
        let (is_kept, time) = answer.context("a waiting task ended by itself")?;
        times.durable.add(time);
        times.failed += u32::from(!is_kept);
    }
    let used = process::used(std::process::id())?.cpu;
    Ok((times, used.saturating_sub(before)))
}

fn intent(number: u32) -> Intent {
    let names = Pseudonyms::new(&[3; 32]);
    let person = format!("person-{}", number % PEOPLE);
    let mut id = [0; 16];
    id.iter_mut()
        .zip(number.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    Intent {
        decision: DecisionId::from_bytes(id),
        at: BEGIN.plus(i64::from(number / RATE)),
        snapshot: "sha256:8f32b79b7413856da2b8776ded0276f920a7cb91c8fb22e20bc5ca9bb8b52fc1".to_owned(),
        person: names.towards(&person, "Anthropic"),
        key: names.of(&person),
        entity: "larkmoor-hk".to_owned(),
        application: Some("coding".to_owned()),
        purpose: "coding",
        data: "internal",
        asked: "sonnet".to_owned(),
        model: Some("claude-sonnet".to_owned()),
        deployment: Some("claude-sonnet-direct".to_owned()),
        licensor: Some("Anthropic".to_owned()),
        cost_centre: Some("4711".to_owned()),
        hosting: vec!["US".to_owned()],
        verdict: Verdict::Deny,
        clauses: Vec::new(),
        missing: vec!["entitlement"],
        lifts: Vec::new(),
        obligations: Vec::new(),
        places: vec!["HK".to_owned()],
        evidence: vec!["directory", "zone"],
        facts: FACTS.as_bytes().to_vec(),
        valid_until: None,
    }
}
