//! Where callers are, by sources that see them: what the next request is decided by, and what ends an answer on its way.

use crate::provider::{Provider, Step};
use crate::streams::{CLAUDE, MESSAGES, begin};
use crate::world::{HK_ANALYST, NOW, NY_TRADER, Plan, World, in_force, sources};
use gateway::{InForce, Listening};
use http::HeaderName;
use identity::{
    FactCollector, FeedFormat, PlaceSettings, PlaceSources, Proxy, RegisterDirectory, Says, TripsInMemory,
    Zones,
};
use std::sync::Arc;
use tokio::sync::Notify;

/// Puts the register in force with sources of place claims, and gives the sources.
fn with_sources(world: &World) -> Arc<PlaceSources> {
    let places = PlaceSources::new(PlaceSettings::default(), Arc::new(TripsInMemory::default()));
    let places = Arc::new(places);
    let plain = in_force(&sources());
    let register = plain.snapshot().register();
    let directory = Arc::new(RegisterDirectory::of(register, NOW));
    let zones = Zones::of(register).unwrap();
    let collector = FactCollector::new(register, zones, directory).with_places(Arc::clone(&places));
    let snapshot = decision::Snapshot::compile(register.clone(), "with sources", NOW).unwrap();
    world.switch.activate(InForce::new(snapshot, collector, NOW));
    places
}

#[tokio::test]
async fn an_answer_ends_when_its_reader_is_seen_where_it_is_not_permitted() {
    let closed = Arc::new(Notify::new());
    let provider = Provider::start(vec![begin("data: 1\n\n"), Step::Silence(Arc::clone(&closed))]).await;
    let world = World::with(provider.address).await;
    let places = with_sources(&world);
    let caller = world.caller(NY_TRADER);
    let mut coming = caller.begin("POST", MESSAGES, CLAUDE.as_bytes()).await;
    coming.next().await.unwrap().unwrap();
    let badges = "person,site,at\nny-trader,hong-kong,2026-07-15T08:59:00Z\n";
    assert!(places.take_badges(badges, FeedFormat::Csv, NOW).unwrap());
    world.switch.reconsider();
    let text = coming.whole().await.text();
    assert!(text.contains("permission_error"), "{text}");
    closed.notified().await;
    let again = caller.post(MESSAGES, CLAUDE).await;
    assert_eq!(again.status, 451, "{}", again.text());
    assert_eq!(provider.got().len(), 1);
}

#[tokio::test]
async fn a_named_proxy_outside_is_believed_about_public_addresses_only() {
    let provider = Provider::answering("200 OK", "{}").await;
    let proxy = |name: &str, network: &str, is_inside| Proxy {
        name: name.to_owned(),
        networks: vec![network.parse().unwrap()],
        says: Says::XForwardedFor,
        is_inside,
        place_header: Some(HeaderName::from_static("x-edge-place")),
    };
    let listening = Listening {
        named_proxies: vec![
            proxy("outside", "127.0.9.0/24", false),
            proxy("inside", "127.0.8.0/24", true),
        ],
        ..Listening::default()
    };
    let world = Plan {
        listening,
        ..Plan::new(provider.address)
    };
    let world = world.start().await;
    let check = async |from: &str, headers: &[(&str, &str)], expected: u16| {
        let mut caller = world.caller(HK_ANALYST).from(from);
        for (name, value) in headers {
            caller = caller.with(name, value);
        }
        let answer = caller.post(MESSAGES, CLAUDE).await;
        assert_eq!(answer.status, expected, "{from} {headers:?}: {}", answer.text());
    };
    let new_york = ("x-forwarded-for", NY_TRADER.office);
    check("127.0.8.1", &[new_york], 200).await;
    check("127.0.9.1", &[new_york], 451).await;
    // one more claim, beside that of the address
    check("127.0.8.1", &[new_york, ("x-edge-place", "HK")], 451).await;
    check("127.0.8.1", &[new_york, new_york], 451).await;
    check("127.0.8.1", &[new_york, ("forwarded", "for=127.0.4.1")], 451).await;
    check("127.0.8.1", &[], 451).await;
    // nobody else is believed about a place
    check(NY_TRADER.office, &[("x-edge-place", "HK")], 200).await;
    check(HK_ANALYST.office, &[("x-edge-place", "US"), new_york], 451).await;
}
