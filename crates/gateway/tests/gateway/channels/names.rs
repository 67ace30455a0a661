//! Names whose addresses change, or are not to be had.

use super::service::{Authority, Service, json};
use super::{CLAUDE, MESSAGES};
use crate::world::{NY_TRADER, Plan, World, changed};
use gateway::{Finding, Found, Lookup};
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const NAME: &str = "api.provider.example";

const HOME: &str = "127.0.0.1";
const OTHER_REGION: &str = "127.0.0.77";
const MOVED: &str = "127.0.0.78";

/// Knows one address at a time, or none, and counts how often it is asked.
struct Book {
    says: Mutex<Option<&'static str>>,
    holds: Duration,
    asked: AtomicUsize,
}

impl Book {
    fn new(holds: Duration) -> Arc<Self> {
        Arc::new(Self {
            says: Mutex::new(Some(HOME)),
            holds,
            asked: AtomicUsize::new(0),
        })
    }

    fn say(&self, address: Option<&'static str>) {
        *self.says.lock().unwrap() = address;
    }
}

impl Lookup for Book {
    fn find(&self, name: &str) -> Finding {
        assert_eq!(name, NAME, "nothing else is looked up");
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (said, holds) = (*self.says.lock().unwrap(), self.holds);
        Box::pin(async move {
            let address: IpAddr = said
                .ok_or_else(|| io::Error::other("no answer"))?
                .parse()
                .unwrap();
            Ok(Found {
                addresses: vec![address],
                holds,
            })
        })
    }
}

/// A service that takes a connection for each call.
async fn service(address: &str, authority: &Authority, name: &str) -> Service {
    let config = authority.server(name, &["http/1.1"]);
    Service::tls_at(address, config, |_| {
        let mut answer = json(200, "{}");
        answer
            .headers_mut()
            .insert("connection", "close".parse().unwrap());
        answer
    })
    .await
}

async fn world(book: &Arc<Book>, home: &Service, authority: &Authority) -> World {
    let (ca, url) = (authority.path(), home.url(NAME));
    let mut plan = Plan::new(home.address);
    plan.sources = changed(&[("hosts = [\"127.0.0.1\"]", &format!("hosts = [\"{NAME}\"]"))]);
    plan.adjust = Box::new(move |settings| {
        settings.base_url.clone_from(&url);
        settings.options.ca = Some(ca.clone());
    });
    plan.lookup = Some(Arc::clone(book) as Arc<dyn Lookup>);
    plan.start().await
}

async fn asks(world: &World) -> (u16, String) {
    let answer = world.caller(NY_TRADER).post(MESSAGES, CLAUDE).await;
    (answer.status, answer.header("bailiwick-code").to_owned())
}

fn served() -> (u16, String) {
    (200, String::new())
}

fn unreachable() -> (u16, String) {
    (502, "upstream_unavailable".to_owned())
}

/// Acceptance R34: an address is used for as long as it holds, also while the name cannot be found.
#[tokio::test]
async fn addresses_serve_while_they_hold() {
    let authority = Authority::new();
    let home = service("127.0.0.1:0", &authority, NAME).await;
    let book = Book::new(Duration::from_secs(3600));
    let world = world(&book, &home, &authority).await;
    assert_eq!(asks(&world).await, served());
    book.say(None);
    for _ in 0..3 {
        assert_eq!(asks(&world).await, served());
    }
    assert_eq!((home.got().len(), book.asked.load(Ordering::SeqCst)), (4, 1));
}

/// Acceptance R34: when they no longer hold and the name cannot be found, the provider is not reached, and nobody else
/// is called in its place; where the name leads elsewhere, only a certificate for it makes that the provider.
#[tokio::test]
async fn an_address_of_another_region_is_never_taken() {
    let authority = Authority::new();
    let home = service("127.0.0.1:0", &authority, NAME).await;
    let port = home.address.port();
    let at = |host: &str| format!("{host}:{port}");
    let other = service(&at(OTHER_REGION), &authority, "eu.provider.example").await;
    let moved = service(&at(MOVED), &authority, NAME).await;
    let book = Book::new(Duration::ZERO);
    let world = world(&book, &home, &authority).await;
    let mut home_got = 0;
    for (said, expected) in [
        (Some(HOME), served()),
        (None, unreachable()),
        (Some(OTHER_REGION), unreachable()),
        (Some("127.0.0.79"), unreachable()),
        (Some(HOME), served()),
        (None, unreachable()),
        (Some(MOVED), served()),
    ] {
        book.say(said);
        assert_eq!(asks(&world).await, expected, "{said:?}");
        home_got += usize::from(said == Some(HOME));
        assert_eq!(home.got().len(), home_got, "{said:?}");
    }
    assert_eq!((other.got().len(), moved.got().len()), (0, 1));
    let entries = world.entries().await;
    let ended = entries
        .iter()
        .filter(|entry| entry["ended"] == "upstream_unavailable");
    assert_eq!(ended.count(), 4);
}
