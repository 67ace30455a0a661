//! A desk over a store on disk, a provider in memory, and browsers.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use identity::kept::SessionStore;
use identity::signed_in::{AccessKey, SignedIn, SignedInSettings};
use identity::tokens::{Dialect, Fetch, FetchError, Fetching, IssuerSettings, Issuers, Revocations};
use identity::{ApiKey, Bound, CollectError, KeyHasher, KeyHolder, KeyRecord, LiveKeys, SignIns};
use register::model::Instant;
use serde_json::{Value, json};
use signin::{Asked, Desk, DeskSettings, Happening, Noted, Noting};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use store::{Location, Sealer, Store};
use tempfile::TempDir;
use tokio::task::JoinSet;

pub(crate) const NOW: Instant = Instant(1_784_106_000);
const ISSUER: &str = "https://login.larkmoor.example";
const SECRET: &str = "only for+this/test";

/// A provider: its key, and for whom its next token is.
struct Provider {
    key: EcdsaKeyPair,
    next: Mutex<Value>,
}

impl Provider {
    fn documents(&self, url: &str) -> Option<Value> {
        let path = url.strip_prefix(ISSUER)?;
        match path {
            "/.well-known/openid-configuration" => Some(json!({
                "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/keys"),
                "authorization_endpoint": format!("{ISSUER}/auth"), "token_endpoint": format!("{ISSUER}/token"),
            })),
            "/keys" => {
                let point = &self.key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                let key = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "k", "use": "sig"});
                Some(json!({ "keys": [key] }))
            }
            _ => None,
        }
    }

    fn identity_token(&self) -> String {
        let claims = self.next.lock().unwrap().clone();
        self.signed(&json!({"alg": "ES256", "kid": "k"}), &claims)
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Fetch for Provider {
    fn get<'a>(&'a self, url: &'a str) -> Fetching<'a> {
        let found = self
            .documents(url)
            .map(|document| document.to_string().into_bytes());
        Box::pin(async { found.ok_or_else(|| FetchError::new("there is nothing")) })
    }

    fn post<'a>(
        &'a self,
        url: &'a str,
        client: Option<(&'a str, &'a str)>,
        form: &'a [(&'static str, String)],
    ) -> Fetching<'a> {
        assert_eq!(
            (url, client),
            ("https://login.larkmoor.example/token", Some(("console", SECRET)))
        );
        let names: Vec<_> = form.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["grant_type", "code", "redirect_uri", "code_verifier"]);
        let answer = json!({"id_token": self.identity_token()})
            .to_string()
            .into_bytes();
        Box::pin(async { Ok(answer) })
    }
}

/// What was recorded, by somebody who can be away.
#[derive(Default)]
pub(crate) struct Record {
    pub(crate) lines: Mutex<Vec<String>>,
    pub(crate) is_away: AtomicBool,
}

impl Noting for Record {
    fn note<'a>(&'a self, what: Happening<'a>) -> Noted<'a> {
        let is_away = self.is_away.load(Ordering::Relaxed);
        if !is_away {
            self.lines.lock().unwrap().push(format!("{what:?}"));
        }
        Box::pin(async move { !is_away })
    }
}

/// A desk with everything around it.
pub(crate) struct World {
    desk: Desk,
    provider: Arc<Provider>,
    pub(crate) signed_in: Arc<SignedIn>,
    pub(crate) issuers: Arc<Issuers>,
    pub(crate) keys: Arc<LiveKeys>,
    pub(crate) record: Arc<Record>,
    store: Arc<Store>,
    base: String,
    _folder: TempDir,
    _tending: JoinSet<()>,
}

impl World {
    pub(crate) async fn new(base: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("store.sqlite"));
        let store = Store::open(&location, Sealer::new(&[5; 32], &[]).unwrap())
            .await
            .unwrap();
        let store = Arc::new(store);
        let mut issuer = IssuerSettings::new(ISSUER, vec!["us".to_owned()], Dialect::Standard);
        issuer.client_id = Some("console".to_owned());
        for (client, application) in [("cli", "editor"), ("summaries", "summaries")] {
            issuer
                .applications
                .insert(client.to_owned(), application.to_owned());
        }
        let issuers = Issuers::new(vec![issuer], Arc::new(Revocations::default())).unwrap();
        let issuers = Arc::new(issuers);
        let provider = Arc::new(Provider {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            next: Mutex::new(Value::Null),
        });
        let mut tending = JoinSet::new();
        let line = Arc::clone(&provider);
        tending.spawn(Arc::clone(&issuers).tend(move |_| Arc::clone(&line) as Arc<dyn Fetch>, || NOW));
        let signed_in = Arc::new(SignedIn::new(
            SignedInSettings::default(),
            AccessKey::derive(&[7; 32]),
            Arc::clone(&store) as Arc<dyn SessionStore>,
            Arc::clone(&issuers),
        ));
        let keys = Arc::new(LiveKeys::new(KeyHasher::new(&[3; 32])));
        let record = Arc::new(Record::default());
        let desk = Desk::new(DeskSettings {
            signed_in: Arc::clone(&signed_in),
            issuers: Arc::clone(&issuers),
            issuer: ISSUER.to_owned(),
            client_secret: Some(Arc::new(|| Ok(SECRET.to_owned()))),
            provider: Arc::clone(&provider) as Arc<dyn Fetch>,
            public_url: base.to_owned(),
            login_notice: Some("Only for staff.".to_owned()),
            knows: Arc::new(|person| person == "us-engineer"),
            keys: Arc::clone(&keys) as _,
            may_act: Arc::new(may_act),
            noting: Some(Arc::clone(&record) as _),
            clock: || NOW,
        });
        Self {
            desk,
            provider,
            signed_in,
            issuers,
            keys,
            record,
            store,
            base: base.to_owned(),
            _folder: folder,
            _tending: tending,
        }
    }

    /// Makes a key of an account, and gives what is kept of it.
    pub(crate) fn new_key(&self, account: &str) -> (ApiKey, KeyRecord) {
        let holder = KeyHolder {
            person: account.to_owned(),
            application: None,
        };
        let made = KeyRecord::issue(self.keys.hasher(), holder, Bound::Service, None, NOW);
        let (key, record) = made.unwrap();
        self.keys.put(record.clone());
        (key, record)
    }

    /// An access token of the provider.
    pub(crate) fn access_token(&self, subject: &str, client: &str) -> String {
        let header = json!({"alg": "ES256", "kid": "k", "typ": "at+jwt"});
        let claims = json!({
            "iss": ISSUER, "sub": subject, "aud": "us", "client_id": client, "iat": NOW.0 - 10, "exp": NOW.0 + 3000,
        });
        self.provider.signed(&header, &claims)
    }

    /// What takes tokens as another replica does: with the same keys and the same list of what was ended, and a store that is never asked.
    pub(crate) fn replica(&self) -> SignIns {
        let signed_in = SignedIn::new(
            SignedInSettings::default(),
            AccessKey::derive(&[7; 32]),
            Arc::clone(&self.store) as Arc<dyn SessionStore>,
            Arc::clone(&self.issuers),
        );
        let sign_ins = SignIns::new(Arc::clone(&self.keys) as _, Arc::clone(&self.issuers), || NOW);
        sign_ins.with_signed_in(Some(Arc::new(signed_in)))
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response<String> {
        self.ask(&Method::GET, path, "", headers).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Response<String> {
        self.ask(&Method::POST, path, form, headers).await
    }

    async fn ask(&self, method: &Method, path: &str, form: &str, named: &[(&str, &str)]) -> Response<String> {
        let (path, query) = path
            .split_once('?')
            .map_or((path, None), |(path, query)| (path, Some(query)));
        let mut headers = HeaderMap::new();
        for (name, value) in named {
            headers.append(
                name.parse::<HeaderName>().unwrap(),
                value.parse::<HeaderValue>().unwrap(),
            );
        }
        let asked = Asked {
            method,
            path,
            query,
            headers: &headers,
            body: form.as_bytes(),
            address: [10, 0, 0, 1].into(),
        };
        self.desk.answer(asked).await
    }

    pub(crate) async fn begin(&self, surface: &str) -> Value {
        let form = format!("surface={surface}");
        let answer = self.post("/oauth/device_authorization", &form, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.body());
        serde_json::from_str(answer.body()).unwrap()
    }

    pub(crate) async fn redeem(&self, begun: &Value) -> (StatusCode, Value) {
        let code = begun["device_code"].as_str().unwrap();
        let form =
            format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code={code}");
        self.tokens(&form).await
    }

    pub(crate) async fn renew(&self, tokens: &Value) -> (StatusCode, Value) {
        let token = tokens["refresh_token"].as_str().unwrap();
        self.tokens(&format!("grant_type=refresh_token&refresh_token={token}"))
            .await
    }

    pub(crate) async fn tokens(&self, form: &str) -> (StatusCode, Value) {
        let answer = self.post("/oauth/token", form, &[]).await;
        (answer.status(), serde_json::from_str(answer.body()).unwrap())
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
            set: String::new(),
            page: String::new(),
        }
    }
}

/// The one service that may act, for the one person.
fn may_act(holder: &KeyHolder, person: &str) -> Result<String, CollectError> {
    match (holder.person.as_str(), person) {
        ("summary-account", "us-engineer") => Ok("summaries".to_owned()),
        ("summary-account", person) => Err(CollectError::UnknownPerson {
            person: person.to_owned(),
        }),
        (service, _) => Err(CollectError::MayNotAct {
            service: service.to_owned(),
            application: "other".to_owned(),
        }),
    }
}

/// A browser on its way.
pub(crate) struct Browser<'w> {
    world: &'w World,
    /// The cookie as it was last set.
    pub(crate) set: String,
    pub(crate) page: String,
}

impl Browser<'_> {
    pub(crate) fn cookie(&self) -> String {
        self.set.split(';').next().unwrap().to_owned()
    }

    fn take(&mut self, answer: &Response<String>) {
        if let Some(set) = answer.headers().get("set-cookie") {
            self.set = set.to_str().unwrap().to_owned();
        }
        self.page.clone_from(answer.body());
    }

    /// Sends the code; gives the path by which the provider sends somebody back who signed in there.
    pub(crate) async fn goes_to_the_provider(&mut self, code: &Value, person: &str) -> String {
        let form = format!("user_code={}", code.as_str().unwrap());
        let answer = self.world.post("/device", &form, &[]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.body());
        self.take(&answer);
        let address = answer.headers()["location"].to_str().unwrap();
        let (to, query) = address.split_once('?').unwrap();
        assert_eq!(to, "https://login.larkmoor.example/auth");
        let parameter = |name: &str| {
            let found = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.unwrap().to_owned()
        };
        *self.world.provider.next.lock().unwrap() = json!({
            "iss": ISSUER, "sub": person, "aud": "console", "iat": NOW.0, "exp": NOW.0 + 300,
            "nonce": parameter("nonce"),
        });
        format!("/oauth/callback?code=c&state={}", parameter("state"))
    }

    /// All the way to the page that asks.
    pub(crate) async fn goes_to_the_question(&mut self, code: &Value, person: &str) {
        let back = self.goes_to_the_provider(code, person).await;
        let answer = self.world.get(&back, &[("cookie", &self.cookie())]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.body());
        let to = answer.headers()["location"].to_str().unwrap();
        let path = to.strip_prefix(&self.world.base).unwrap().to_owned();
        self.take(&answer);
        let answer = self.world.get(&path, &[("cookie", &self.cookie())]).await;
        self.take(&answer);
    }

    /// Presses a button of that page.
    pub(crate) async fn answer(&mut self, decision: &str) -> StatusCode {
        let form = format!("decision={decision}&mark={}", field(&self.page, "mark"));
        let answer = self
            .world
            .post("/device/confirm", &form, &[("cookie", &self.cookie())])
            .await;
        self.take(&answer);
        answer.status()
    }
}

/// The value of a hidden field of a page.
pub(crate) fn field(page: &str, name: &str) -> String {
    let (_, behind) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    behind.split('"').next().unwrap().to_owned()
}
