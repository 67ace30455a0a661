//! A listener over a store, with a person for every role.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use control::{
    Client, Control, ControlSettings, FirstCode, Ids, InForce, InStep, Pusher, Role, RoleGroups, ScimClient,
    ShownLedger,
};
use identity::directory::{
    Attested, DirectoryStore as _, Profile, ProfileChange, Protected, Synced, Whose, Work,
};
use identity::keys::{Bound, KeyRecord, KeyStore as _};
use identity::{
    FactCollector, FeedFile, FeedFormat, Follower, KeyHasher, KeyHolder, LiveKeys, People, PlaceSettings,
    PlaceSources, Pushed, TripsInMemory, Zones,
};
use ledger::{
    Answer, AuditDevice, AuditError, Event, Happening, Intent, Outcome, Pseudonyms, PublishedLog, Receipt,
    Recorder,
};
use register::model::{Instant, Limits, PlaceFact, Register, Worker};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::{Location, Sealer, Store};
use tempfile::TempDir;
use tower_service::Service as _;

pub(crate) const NOW: Instant = Instant(1_784_106_000);
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const EAGER: &str = "fedcba9876543210fedcba9876543210";
pub(crate) const BADGES: &str = "badges-badges-badges-badges-badges";
pub(crate) const TRIPS: &str = "trips-trips-trips-trips-trips-trips";
pub(crate) const SOURCE: &str = "hr";

/// What a test looks into.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<Store>,
    pub(crate) router: Router,
    pub(crate) control: Control,
    pub(crate) follower: Follower,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) bank: Arc<Bank>,
    hasher: KeyHasher,
}

/// What is in force: nothing but people.
pub(crate) struct Bank {
    pub(crate) collector: FactCollector,
    pub(crate) reconsidered: AtomicUsize,
}

impl InForce for Bank {
    fn look(&self, see: &mut dyn FnMut(&FactCollector, &Limits)) {
        see(&self.collector, &Limits::default());
    }

    fn reconsider(&self) {
        self.reconsidered.fetch_add(1, Ordering::Relaxed);
    }
}

/// A ledger in memory, which can fail.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) events: Mutex<Vec<Event>>,
    pub(crate) is_away: AtomicBool,
}

impl AuditDevice for Ledger {
    fn intent(&self, _: Intent) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn outcome(&self, _: Outcome) -> Answer {
        Box::pin(async { Err(AuditError::Closed) })
    }

    fn event(&self, event: Event) -> Answer {
        let is_away = self.is_away.load(Ordering::Relaxed);
        if !is_away {
            self.events.lock().unwrap().push(event);
        }
        let receipt = Receipt {
            origin: "ledger.larkmoor.example".into(),
            entry: 1,
            leaf: tlog::Hash::from_bytes([0; 32]),
        };
        Box::pin(async move {
            if is_away {
                Err(AuditError::Closed)
            } else {
                Ok(receipt)
            }
        })
    }

    fn is_healthy(&self) -> bool {
        true
    }
}

pub(crate) fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(&[5; 32])
}

pub(crate) fn profile(id: &str, worker: Option<Worker>) -> Profile {
    Profile {
        user_name: id.to_owned(),
        active: true,
        work: Work {
            worker,
            entity: Some("larkmoor".to_owned()),
            place: PlaceFact::read("GB"),
            ..Work::default()
        },
        attested: Attested {
            citizenships: Protected::new(vec![PlaceFact::read("KP")]),
            ..Attested::default()
        },
        ..Profile::default()
    }
}

fn feed() -> Option<FeedFile> {
    Some(FeedFile {
        path: None,
        format: FeedFormat::JsonLines,
        limit: None,
        issuer: None,
    })
}

impl World {
    /// With an administrator by group, unless there is a code.
    pub(crate) async fn new(first: Option<FirstCode>) -> Self {
        Self::showing(first, false).await
    }

    /// The same, with a ledger that is perhaps open to anybody.
    pub(crate) async fn showing(first: Option<FirstCode>, to_anybody: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("store.sqlite"));
        let sealer = Sealer::new(&[7; 32], &[]).unwrap();
        let store = Arc::new(Store::open(&location, sealer).await.unwrap());
        let hasher = KeyHasher::new(&[3; 32]);
        let (people, keys) = (
            Arc::new(People::default()),
            Arc::new(LiveKeys::new(KeyHasher::new(&[3; 32]))),
        );
        let settings = PlaceSettings {
            badges: feed(),
            trips: feed(),
            delay: 4,
            ..PlaceSettings::default()
        };
        let places = Arc::new(PlaceSources::new(settings, Arc::new(TripsInMemory::default())));
        let follower = Follower::new(
            Arc::clone(&store) as _,
            Arc::clone(&store) as _,
            Arc::clone(&people),
            Arc::clone(&keys),
        )
        .with_trips(Arc::clone(&store) as _, Arc::clone(&places));
        let collector = FactCollector::new(&Register::default(), Zones::default(), people);
        let bank = Arc::new(Bank {
            collector: collector.with_places(places),
            reconsidered: AtomicUsize::new(0),
        });
        let ledger = Arc::new(Ledger::default());
        let mut groups = RoleGroups::default();
        for role in Role::ALL {
            if role != Role::Staff && (role != Role::Administrator || first.is_none()) {
                groups.0.insert(role, vec![format!("{}s", role.as_str())]);
            }
        }
        let control = Control::new(ControlSettings {
            clients: clients(),
            pushers: vec![
                Pusher::with_token(Pushed::Badges, BADGES).unwrap(),
                Pusher::with_token(Pushed::Trips, TRIPS).unwrap(),
            ],
            store: Arc::clone(&store) as _,
            keys,
            in_force: Arc::clone(&bank) as _,
            recorder: Recorder::new(Arc::clone(&ledger) as _, pseudonyms()),
            groups,
            first,
            ledger: Some(ShownLedger {
                log: PublishedLog::new(folder.path().join("ledger")),
                to_anybody,
            }),
            public_url: "https://admin.test/".to_owned(),
            clock: || NOW,
        });
        store.mark_complete(SOURCE.to_owned(), NOW).await.unwrap();
        follower.begin().await.unwrap();
        Self {
            folder,
            store,
            router: control.router(),
            control,
            follower,
            ledger,
            bank,
            hasher,
        }
    }

    /// Brings somebody in, with a group of one role; their key.
    pub(crate) async fn person(&self, id: &str, role: Option<Role>, worker: Option<Worker>) -> String {
        let groups = role.map(|role| vec![format!("{}s", role.as_str())]);
        let person = identity::directory::FeedPerson {
            id: id.to_owned(),
            profile: profile(id, worker),
            groups: Some(groups.unwrap_or_default()),
        };
        let load = identity::directory::Load {
            source: SOURCE.to_owned(),
            complete: false,
            dry_run: false,
            at: NOW,
        };
        self.store
            .load(load, Box::new([person].into_iter()), &|_| {})
            .await
            .unwrap();
        let key = self.key(id, None).await;
        self.follow().await;
        key
    }

    pub(crate) async fn key(&self, person: &str, application: Option<&str>) -> String {
        let holder = KeyHolder {
            person: person.to_owned(),
            application: application.map(str::to_owned),
        };
        let (key, record) = KeyRecord::issue(&self.hasher, holder, Bound::Person, None, NOW).unwrap();
        self.store.add_key(&record).await.unwrap();
        self.follow().await;
        key.reveal().to_owned()
    }

    /// Has them leave.
    pub(crate) async fn leave(&self, id: &str) {
        let leave: ProfileChange<'_> = Box::new(|profile| {
            profile.active = false;
            Ok(())
        });
        let whose = Whose {
            id,
            source: SOURCE,
            version: None,
        };
        self.store.change_person(whose, leave, NOW).await.unwrap();
        self.follow().await;
    }

    pub(crate) async fn follow(&self) {
        self.follower.look().await.unwrap();
    }

    pub(crate) async fn ask(
        &mut self,
        line: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response<Body> {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router
            .call(request.body(body.into()).unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn status(&mut self, line: &str, headers: &[(&str, &str)]) -> u16 {
        self.ask(line, headers, "").await.status().as_u16()
    }

    /// Asks as a person; the status, and the JSON of the answer.
    pub(crate) async fn tell(&mut self, line: &str, key: &str, body: Value) -> (u16, Value) {
        let (token, text) = (bearer(key), body.to_string());
        let answer = self.ask(line, &[("authorization", &token)], text).await;
        (answer.status().as_u16(), json_of(answer).await)
    }

    /// What was recorded about administration.
    pub(crate) fn acts(&self) -> Vec<ledger::Act> {
        let events = self.ledger.events.lock().unwrap();
        let acts = events.iter().filter_map(|event| match &event.what {
            Happening::Administered(act) => Some(act.clone()),
            _ => None,
        });
        acts.collect()
    }
}

fn clients() -> Vec<ScimClient> {
    let client = |source: &str, token, in_step| {
        let client = Client {
            source: source.to_owned(),
            ids: Ids::Random,
        };
        ScimClient::with_token(client, token, in_step).unwrap()
    };
    vec![
        client("entra", TOKEN, InStep::WhenTold),
        client("okta", EAGER, InStep::EachRequest),
    ]
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

pub(crate) async fn json_of(answer: Response<Body>) -> Value {
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Sources that were in step.
pub(crate) async fn in_step(store: &Store) -> Vec<(String, Instant)> {
    let synced: Vec<Synced> = store.synced().await.unwrap();
    let scim = synced.into_iter().filter(|one| one.source != SOURCE);
    scim.map(|one| (one.source, one.at)).collect()
}
