//! Places inside places: what a tested set names itself is reached by its own name alone, with all that lies in it.

use super::rows::be;
use super::{Ask, decide, headed, register};
use decision::LATEST;
use register::model::{HostingPlace, Register};
use territory::Place;

/// France and, by name, Île-de-France.
const TESTED: &str = "[[clause]]\nref = \"T\"\nplain = \"A site.\"\nkind = \"territory.installation_site\"\n\
     deny = { in = [\"FR\", \"FR-IDF\"] }\n";

/// Paris, Seine-et-Marne, Rhône: the first two lie in Île-de-France.
const PLACES: [&str; 3] = ["FR-75C", "FR-77", "FR-69"];

/// An exception that holds for whoever lives in Britain, as the person of these tests does.
fn holding(places: &str) -> String {
    format!("lifts = [\"T\"]\nfor_places = {places}\nif = {{ residence_in = [\"GB\"] }}")
}

/// An exception that does not hold; it only tells Paris apart.
fn telling_paris_apart() -> String {
    let clause = "lifts = [\"T\"]\nfor_places = [\"FR-75C\"]\nif = { residence_in = [\"DE\"] }";
    headed("territory.home_working", clause).replace("\"C\"", "\"P\"")
}

fn lifted(places: &str) -> Register {
    let beside = format!("{TESTED}{}", telling_paris_apart());
    register(
        "terms",
        &beside,
        &headed("territory.home_working", &holding(places)),
    )
}

fn verdict(register: &Register, change: impl FnOnce(&mut Ask)) -> &'static str {
    decide(register, change, |_| LATEST).0.verdict.as_str()
}

#[test]
fn kinds_reach_what_lies_inside_by_its_name() {
    let by = |places: &str| PLACES.map(|place| verdict(&lifted(places), |ask| be(ask, place)));
    assert_eq!(by("[\"DE\"]"), ["deny"; 3]);
    assert_eq!(by("[\"FR\"]"), ["deny", "deny", "permit"], "the set names more");
    assert_eq!(by("[\"FR-IDF\"]"), ["permit", "permit", "deny"]);
    assert_eq!(by("[\"FR-75C\"]"), ["permit", "deny", "deny"]);
    assert_eq!(by("[\"FR\", \"FR-IDF\"]"), ["permit"; 3]);
}

/// All but a part of a whole is still in the rest of that whole.
#[test]
fn kinds_find_hosting_around_the_place_it_stays_out_of() {
    let terms = headed("territory.grant_limited", "deny = { in = [\"UA\"] }");
    let mut with = register("terms", "", &terms);
    let crimea = Place::parse("UA-43").unwrap();
    with.deployments[0].hosting.inference = vec![HostingPlace::AnywhereBut(crimea)];
    assert_eq!(verdict(&with, |_| {}), "deny");
}
