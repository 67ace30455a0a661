//! A right that ends while an answer is on its way: by the licence, by where its reader is, by their sign-in, by their key.

use crate::client::Caller as Person;
use crate::provider::{Provider, Step};
use crate::revoked::keep;
use crate::streams::{CHAT, CLAUDE, GPT, MESSAGES, begin, outcomes};
use crate::world::{NOW, NY_TRADER, Plan, World, changed, snapshot};
use decision::Snapshot;
use gateway::InForce;
use identity::tokens::{ActorProof, Name, Revocations, VerifiedToken};
use identity::{
    ApiKey, Caller, FactCollector, FeedFormat, KeyHasher, KeyHolder, KeyRecord, Keys, LiveKeys,
    PlaceSettings, PlaceSources, RegisterDirectory, TripsInMemory, Zones, proof_stands,
};
use ledger::{Answer, AuditDevice, Event, FileDevice, FileSettings, Intent, Outcome};
use register::model::Instant;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Notify;

const RESPONSES: &str = "/v1/responses";
const ISSUER: &str = "https://id.larkmoor.example";
/// An address of the office in Hong Kong.
const HONG_KONG: &str = "127.0.2.1";
const SESSION: &str = "a-session-that-stands-for-a-token";
const ACTING: &str = "a-token-that-was-given-for-a-key";

/// Both agreements forbid Hong Kong.
const BOTH: (&str, &str) = (
    "covers = [\"gpt*\", \"gemini\", \"prototype\"]\neffective = 2024-01-01",
    "covers = [\"gpt*\", \"gemini\", \"prototype\"]\neffective = 2024-01-01\n\n[[clause]]\nref = \"4\"\n\
     title = \"Territory\"\nplain = \"GPT is not licensed for use by people in Hong Kong.\"\n\
     words = \"Words of the agreement\"\nkind = \"territory.user_location\"\ndeny = { in = [\"HK\"] }",
);

/// Both agreements forbid New York too.
const BOTH_EVERYWHERE: [(&str, &str); 3] = [
    BOTH,
    ("deny = { in = [\"HK\"] }", "deny = { in = [\"HK\", \"US\"] }"),
    (
        "members = [\"CN\", \"HK\", \"MO\"]",
        "members = [\"CN\", \"HK\", \"MO\", \"US\"]",
    ),
];

/// Keys, and one session of somebody who signed in.
struct KeysAndSession(LiveKeys);

impl Keys for KeysAndSession {
    fn verify(&self, presented: &str, at: Instant) -> Option<KeyHolder> {
        self.caller(presented, at).map(|caller| caller.holder)
    }

    fn caller(&self, presented: &str, at: Instant) -> Option<Caller> {
        match presented {
            SESSION => Some(Caller::from(Arc::new(token()))),
            ACTING => {
                let key = ApiKey::parse_presented(&NY_TRADER.key()).unwrap();
                let actor = Some(ActorProof::Key(key.id().to_owned()));
                let token = VerifiedToken { actor, ..token() };
                proof_stands(&self.0, &token, at).then(|| Caller::from(Arc::new(token)))
            }
            key => self.0.caller(key, at),
        }
    }

    fn holder_of(&self, id: &str, at: Instant) -> Option<KeyHolder> {
        self.0.holder_of(id, at)
    }
}

fn token() -> VerifiedToken {
    VerifiedToken {
        issuer: ISSUER.to_owned(),
        subject: NY_TRADER.person.to_owned(),
        acts_for: None,
        actor: None,
        client: "editor".to_owned(),
        application: "coding".to_owned(),
        groups: None,
        issued_at: NOW.plus(-60),
        auth_time: None,
        expires: NOW.plus(3600),
        session: Some("s-1".to_owned()),
        id: None,
        names: vec![Name::Session("s-1".to_owned())],
    }
}

/// A gateway whose callers can lose their right in each of four ways.
struct Standing {
    world: World,
    places: Arc<PlaceSources>,
    revocations: Arc<Revocations>,
    keys: Arc<KeysAndSession>,
    record: KeyRecord,
    closed: Arc<Notify>,
    provider: Provider,
}

impl Standing {
    async fn start() -> Self {
        let closed = Arc::new(Notify::new());
        let provider = Provider::start(vec![begin("data: {}\n\n"), Step::Silence(Arc::clone(&closed))]).await;
        let live = LiveKeys::new(KeyHasher::new(&[5; 32]));
        let record = keep(&live, NY_TRADER);
        let keys = Arc::new(KeysAndSession(live));
        let plan = Plan {
            keys: Some(Arc::clone(&keys) as _),
            ..Plan::new(provider.address)
        };
        let places = PlaceSources::new(PlaceSettings::default(), Arc::new(TripsInMemory::default()));
        let standing = Self {
            world: plan.start().await,
            places: Arc::new(places),
            revocations: Arc::default(),
            keys,
            record,
            closed,
            provider,
        };
        standing.activate(snapshot(&changed(&[BOTH])));
        standing
    }

    /// Puts a register in force.
    fn activate(&self, snapshot: Snapshot) {
        let register = snapshot.register();
        let directory = Arc::new(RegisterDirectory::of(register, NOW));
        let zones = Zones::of(register).unwrap();
        let collector = FactCollector::new(register, zones, directory)
            .with_places(Arc::clone(&self.places))
            .with_revocations(Arc::clone(&self.revocations));
        self.world.switch.activate(InForce::new(snapshot, collector, NOW));
    }
}

/// What ends the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Licence,
    Move,
    Session,
    Key,
    KeyOfService,
}

impl Cause {
    fn happens(self, standing: &mut Standing) {
        match self {
            Self::Licence => return standing.activate(snapshot(&changed(&BOTH_EVERYWHERE))),
            Self::Move => {
                let badges = "person,site,at\nny-trader,hong-kong,2026-07-15T08:59:00Z\n";
                let is_news = standing.places.take_badges(badges, FeedFormat::Csv, NOW);
                assert!(is_news.unwrap());
            }
            Self::Session => {
                let name = Name::Session("s-1".to_owned());
                standing.revocations.revoke(ISSUER, &name, NOW);
            }
            Self::Key | Self::KeyOfService => {
                standing.record.revoked = Some(NOW);
                standing.keys.0.put(standing.record.clone());
            }
        }
        standing.world.switch.reconsider();
    }

    /// How the caller shows who they are.
    fn credential(self) -> String {
        match self {
            Self::Session => SESSION.to_owned(),
            Self::KeyOfService => ACTING.to_owned(),
            _ => NY_TRADER.key(),
        }
    }

    /// The clause that forbids it now, by which agreement the model has.
    fn clause(self, model: &str) -> Option<&'static str> {
        let is_by_clause = matches!(self, Self::Licence | Self::Move);
        is_by_clause.then_some(match model {
            CLAUDE => "anthropic-2024 2.3",
            _ => "openai-2025 4",
        })
    }
}

/// The event by which each protocol tells an error in the middle of a stream.
fn is_told(path: &str, text: &str) -> bool {
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    match path {
        MESSAGES => last.starts_with("event: error\ndata: {\"type\":\"error\""),
        RESPONSES => last.starts_with("event: error\ndata: {") || last.contains("\"response.failed\""),
        // readers of this protocol wait for its last line, also behind an error
        _ => text.contains("data: {\"error\":") && last == "data: [DONE]",
    }
}

/// Acceptance A22: whatever ends a right, and in each protocol: the provider is let go of, the last thing that is said is an
/// error in the protocol's own words, the next call is refused, and the record has the clause that forbids it.
#[tokio::test]
async fn whatever_ends_a_right_ends_the_answer_in_each_protocol() {
    for cause in [
        Cause::Licence,
        Cause::Move,
        Cause::Session,
        Cause::Key,
        Cause::KeyOfService,
    ] {
        for (path, body) in [(MESSAGES, CLAUDE), (CHAT, GPT), (RESPONSES, GPT)] {
            let mut standing = Standing::start().await;
            let caller = Person::new(standing.world.address, NY_TRADER.office);
            let caller = caller.with("authorization", &format!("Bearer {}", cause.credential()));
            let mut coming = caller.begin("POST", path, body.as_bytes()).await;
            assert_eq!(coming.response.status(), 200, "{cause:?} {path}");
            coming.next().await.unwrap().unwrap();
            cause.happens(&mut standing);
            let text = coming.whole().await.text();
            assert!(is_told(path, &text), "{cause:?} {path}: {text}");
            standing.closed.notified().await;
            let again = caller.post(path, body).await;
            assert!(again.status >= 400, "{cause:?} {path}: {}", again.text());
            let entries = standing.world.entries().await;
            let withdrawn = outcomes(&entries)
                .into_iter()
                .filter(|outcome| outcome["ended"] == "withdrawn");
            assert_eq!(withdrawn.count(), 1, "{cause:?} {path}");
            assert_eq!(standing.provider.got().len(), 1, "{cause:?} {path}");
            check_record(cause, body, &entries);
        }
    }
}

/// After a clause has ended an answer, the refusal is a record of its own, which names the clause.
#[track_caller]
fn check_record(cause: Cause, body: &str, entries: &[Value]) {
    let refusals = entries
        .iter()
        .filter(|entry| entry["kind"] == "intent" && entry["verdict"] == "deny");
    let named: Vec<&str> = refusals
        .flat_map(|entry| entry["clauses"].as_array().into_iter().flatten())
        .filter(|clause| clause["state"] == "met")
        .filter_map(|clause| clause["clause"].as_str())
        .collect();
    match cause.clause(body) {
        // once for the answer on its way, once for the call after it
        Some(clause) => assert_eq!(named, [clause, clause], "{cause:?}"),
        None => assert!(named.is_empty(), "{cause:?} {named:?}"),
    }
}

/// Seconds since 1970, as a gateway sees them for which recording takes long.
static CLOCK: AtomicI64 = AtomicI64::new(NOW.0);

/// Keeps everything, and takes a minute for each intent.
struct Slow(FileDevice);

impl AuditDevice for Slow {
    fn intent(&self, intent: Intent) -> Answer {
        CLOCK.fetch_add(60, Ordering::Relaxed);
        self.0.intent(intent)
    }

    fn outcome(&self, outcome: Outcome) -> Answer {
        self.0.outcome(outcome)
    }

    fn event(&self, event: Event) -> Answer {
        self.0.event(event)
    }

    fn is_healthy(&self) -> bool {
        self.0.is_healthy()
    }
}

/// A clause begins between the record of a permit and the sending: it is decided about once more, and the caller is told
/// which clause it is; nothing has gone out.
#[tokio::test]
async fn a_permit_that_is_overtaken_before_it_is_used_is_decided_about_once_more() {
    let provider = Provider::answering("200 OK", "{}").await;
    let folder = tempfile::tempdir().unwrap();
    let (log, begun) = (crate::world::log(), Instant(CLOCK.load(Ordering::Relaxed)));
    let device = FileDevice::open(folder.path(), &log, begun, FileSettings::default()).unwrap();
    let begins = (
        "deny = { in = [\"HK\"] }",
        "deny = { in = [\"US\"] }\neffective = 2026-07-15T09:00:30Z",
    );
    let world = Plan {
        device: Some(Arc::new(Slow(device))),
        clock: || Instant(CLOCK.load(Ordering::Relaxed)),
        sources: changed(&[BOTH, begins]),
        ..Plan::new(provider.address)
    };
    let mut world = world.start().await;
    let answer = world.caller(NY_TRADER).post(CHAT, "{\"model\":\"gpt\"}").await;
    assert_eq!(
        (answer.status, answer.header("bailiwick-code")),
        (400, "denied_by_clause"),
        "{}",
        answer.text()
    );
    assert!(answer.text().contains("openai-2025 4"), "{}", answer.text());
    assert!(provider.got().is_empty());
    world.stop().await;
    let ledger = crate::world::entries_in(folder.path());
    let kept = ledger.iter().filter_map(|entry| {
        let word = entry.get("verdict").or_else(|| entry.get("ended"))?;
        word.as_str().map(str::to_owned)
    });
    let mut kept: Vec<String> = kept.collect();
    kept.sort();
    assert_eq!(kept, ["deny", "not_forwarded", "permit"]);
}

/// Who is in Hong Kong is refused from the beginning by the same clauses, so that the matrix above shows a change.
#[tokio::test]
async fn the_clauses_of_the_matrix_refuse_from_the_beginning_too() {
    let standing = Standing::start().await;
    let caller = Person::new(standing.world.address, HONG_KONG);
    let caller = caller.with("authorization", &format!("Bearer {}", NY_TRADER.key()));
    for (path, body) in [(MESSAGES, CLAUDE), (CHAT, GPT), (RESPONSES, GPT)] {
        let answer = caller.post(path, body).await;
        assert!([400, 403, 451].contains(&answer.status), "{}", answer.text());
    }
}
