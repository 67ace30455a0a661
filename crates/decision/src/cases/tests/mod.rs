//! Every fact that a test can state reaches the decision, and what it expects is looked at.

mod guarded;

use super::*;
use register::source::Source;

const REGISTER: &str = r#"
[firm]
name = "Larkmoor Bank"

[[entity]]
id = "bank"

[[site]]
id = "paris"
place = "FR"

[[channel]]
id = "api"
wire = "openai"

[[model]]
id = "m"
provider = "p"
modality = "text"
entitled = ["staff"]
approval = { owner = "o" }

[[model]]
id = "unapproved"
provider = "p"
modality = "text"
entitled = ["staff"]

[[deployment]]
id = "d"
model = "m"
channel = "api"
agreements = ["terms"]
inference = ["US"]
storage = "US"
egress = "FR"
hosts = ["api.example"]

[[deployment]]
id = "e"
model = "unapproved"
channel = "api"
agreements = ["terms"]
inference = ["US"]
storage = "US"
egress = "FR"
hosts = ["api.example"]

[[application]]
id = "portal"
purposes = ["client_work"]
resale = true
registered = true
human_review = true
output_to = "FR"

[[person]]
id = "quant"
worker = "employee"
entity = "bank"
place = "FR"
site = "paris"
residence = "FR"
groups = ["staff"]

[[person]]
id = "joiner"
worker = "employee"
entity = "bank"
groups = ["staff"]

[[person]]
id = "seller"
worker = "employee"
entity = "bank"
place = "FR"
groups = ["staff"]
application = "portal"

[[person]]
id = "robot"
worker = "service"
entity = "bank"
place = "FR"
groups = ["staff"]
end_users = ["FR"]
"#;

const HOUSE: &str = r#"
[instrument]
id = "house"
layer = "house"

[[clause]]
ref = "9"
plain = "Calls leave where people may be."
kind = "territory.source_ip"

[[clause]]
ref = "10"
plain = "Nobody approves their own exception."
kind = "control.separation"
deny = { exception = ["self-approved"] }

[[clause]]
ref = "11"
plain = "No call beside the gateway."
kind = "control.gateway_only"
deny = { side_call = true }

[[clause]]
ref = "12"
plain = "Inference stays in the residency."
kind = "hosting.inference_region"
deny = { outside_residency = true }

[[clause]]
ref = "13"
plain = "A person reviews advice."
kind = "use.regulated_profession"
for = { purposes = ["client_advice"] }
deny = { no_human_review = true }

[[clause]]
ref = "14"
plain = "In Paris only, for work on matters of clients."
kind = "territory.installation_site"
for = { purposes = ["client_work"], data = ["synthetic"] }
deny = { sites = ["paris"] }
"#;

const TERMS: &str = r#"
[instrument]
id = "terms"
layer = "agreement"
covers = ["m", "unapproved"]

[[clause]]
ref = "1"
plain = "In France and the United States only."
kind = "territory.user_location"
deny = { not_in = ["FR", "US"] }

[[clause]]
ref = "2"
plain = "No output to Germany."
kind = "territory.output_outside"
deny = { in = "DE" }

[[clause]]
ref = "3"
plain = "No resale."
kind = "resale"
deny = { resale = true }

[[clause]]
ref = "4"
plain = "Nobody listed."
kind = "sanctions.party_list"
deny = { screening_hit = true, max_age_hours = 24 }

[[clause]]
ref = "5"
plain = "No scraping."
kind = "extract.rate_or_keys"
review = { pattern = true }

[[clause]]
ref = "6"
plain = "Nothing for Iran."
kind = "sanctions.embargo"
deny = { in = "IR" }
review = { beneficiary_in = "IR" }
"#;

const ORDER: &str = r#"
[instrument]
id = "order"
layer = "order-form"
stands_on = ["terms"]

[[clause]]
ref = "1"
plain = "Two weeks of travel."
kind = "territory.temporary_presence"
lifts = ["terms 1"]
for_places = "open-trip"
if = { max_days = 14 }

[[clause]]
ref = "2"
plain = "From Luxembourg, over the VPN."
kind = "territory.home_working"
lifts = ["terms 1"]
for_places = ["LU"]
if = { vpn = true }
"#;

/// What the register says of a test about a person and the model `m`, if anything.
fn run_one(person: &str, test: &str) -> Option<String> {
    let text = format!(
        "[[test]]\nperson = '{person}'\n{test}\n{}",
        if test.contains("model =") {
            ""
        } else {
            "model = 'm'"
        }
    );
    let order = REGISTER.replace("[\"terms\"]", "[\"terms\", \"order\"]");
    let files = [order.as_str(), HOUSE, TERMS, ORDER, text.as_str()];
    let sources: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(index, text)| Source {
            path: format!("{index}.toml"),
            text: (*text).to_owned(),
        })
        .collect();
    let outcome = register::parse(&sources);
    let register = outcome
        .register
        .unwrap_or_else(|| panic!("{text}: {:?}", outcome.diagnostics));
    let snapshot = Snapshot::compile_untested(register, "digest").unwrap();
    let report = run(
        &snapshot,
        Instant::parse("2026-11-20T09:00:00Z").unwrap(),
        Depth::Places,
    );
    assert_eq!(report.tests, 1);
    report.failures.into_iter().next().map(|failure| failure.message)
}

#[track_caller]
fn holds(person: &str, test: &str) {
    assert_eq!(run_one(person, test), None, "{test}");
}

/// The facts stop the request by that clause, which is in that state; without them it is permitted.
#[track_caller]
fn stops(facts: &str, decision: &str, clause: &str, state: &str) {
    holds("quant", "expect = { decision = 'permit' }");
    holds(
        "quant",
        &format!("{facts}\nexpect = {{ decision = '{decision}', clause = '{clause}', state = '{state}' }}"),
    );
}

#[test]
fn claims_are_those_of_their_sources() {
    for source in ["badge", "zone", "device", "session", "geoip"] {
        stops(
            &format!("from = {{ source = '{source}', place = 'GB' }}"),
            "deny",
            "terms 1",
            "met",
        );
        // as old as may be, and one hour older: it still contradicts the directory
        stops(
            &format!("from = {{ source = '{source}', place = 'GB', age_hours = 12 }}"),
            "deny",
            "terms 1",
            "met",
        );
        stops(
            &format!("from = {{ source = '{source}', place = 'FR', age_hours = 13 }}\ngiven.egress = 'GB'"),
            "deny",
            "house 9",
            "met",
        );
        stops(
            &format!("from = {{ source = '{source}', place = 'GB', age_hours = 13 }}"),
            "deny",
            "terms 1",
            "unknown",
        );
        holds(
            "quant",
            &format!(
                "from = {{ source = '{source}', place = 'GB', marked = true }}\nexpect = {{ decision = 'permit' }}"
            ),
        );
    }
    for source in ["vpn-exit", "proxy-egress", "client-header"] {
        holds(
            "quant",
            &format!("from = {{ source = '{source}', place = 'GB' }}\nexpect = {{ decision = 'permit' }}"),
        );
    }
    holds(
        "quant",
        "from = [{ source = 'badge' }]\nexpect = { decision = 'permit' }",
    );
    stops("from = 'Narnia'", "review", "terms 1", "unclear");
}

#[test]
fn a_claim_of_the_directory_takes_the_place_of_the_person_s() {
    stops(
        "from = { source = 'directory', place = 'GB' }",
        "deny",
        "terms 1",
        "met",
    );
    stops(
        "from = { source = 'directory', place = 'FR', age_hours = 25 }",
        "deny",
        "terms 1",
        "unknown",
    );
    stops("from = { source = 'directory' }", "deny", "terms 1", "unknown");
    holds(
        "joiner",
        "from = { source = 'directory', place = 'FR' }\nexpect = { decision = 'permit' }",
    );
}

#[test]
fn trips_have_days() {
    let trip = |days: &str, expect: &str| {
        holds(
            "quant",
            &format!("from = {{ source = 'trip', place = 'GB'{days} }}\nexpect = {expect}"),
        );
    };
    let lifted = "{ decision = 'permit', lift = 'order 1' }";
    let stopped = "{ decision = 'deny', clause = 'terms 1', state = 'met' }";
    trip(", since = 2026-11-20", lifted);
    trip(", since = 2026-11-07, until = 2026-11-20", lifted);
    trip(", since = 2026-11-06", stopped);
    trip("", "{ decision = 'deny', clause = 'terms 1' }");
    // over since yesterday, and not begun: the directory stands
    trip(
        ", since = 2026-11-01, until = 2026-11-19",
        "{ decision = 'permit' }",
    );
    trip(", since = 2026-11-21", "{ decision = 'permit' }");
}

#[test]
fn claims_name_sites_and_the_vpn() {
    let at_a_site = |from: &str, expect: &str| {
        holds(
            "quant",
            &format!("purpose = 'client_work'\ndata = 'synthetic'\nfrom = {from}\nexpect = {expect}"),
        );
    };
    let stopped = "{ decision = 'deny', clause = 'house 14', state = 'met' }";
    at_a_site(
        "{ source = 'badge', place = 'FR', site = 'paris' }",
        "{ decision = 'permit' }",
    );
    at_a_site("{ source = 'badge', place = 'FR' }", stopped);
    at_a_site("'FR'", "{ decision = 'permit' }");
    at_a_site("{ source = 'zone', place = 'FR' }", "{ decision = 'permit' }");
    at_a_site("'US'", stopped);
    stops("from = 'LU'", "deny", "terms 1", "met");
    holds(
        "quant",
        "from = ['LU', { source = 'vpn-exit', place = 'FR' }]\nexpect = { decision = 'permit', lift = 'order 2' }",
    );
}

#[test]
fn what_is_given_reaches_the_decision() {
    stops("given.output_to = 'DE'", "deny", "terms 2", "met");
    stops("given.resale = true", "deny", "terms 3", "met");
    stops("given.screening = 'hit'", "deny", "terms 4", "met");
    stops("given.screening = 'never'", "deny", "terms 4", "unknown");
    stops("given.screening_age_hours = 25", "deny", "terms 4", "unknown");
    holds(
        "quant",
        "given.screening_age_hours = 24\nexpect = { decision = 'permit' }",
    );
    for pattern in ["templated", "chain-of-thought", "high-volume"] {
        stops(
            &format!("given.patterns = ['{pattern}']"),
            "review",
            "terms 5",
            "unclear",
        );
    }
    stops("given.beneficiary = 'IR'", "review", "terms 6", "unclear");
    stops("given.beneficiary = 'unknown'", "review", "terms 6", "unclear");
    stops("given.egress = 'GB'", "deny", "house 9", "met");
    stops("given.egress = 'unknown'", "deny", "house 9", "unknown");
    stops("given.exception = 'self-approved'", "deny", "house 10", "met");
    holds(
        "quant",
        "given.exception = 'other-approved'\nexpect = { decision = 'permit' }",
    );
    stops("given.side_call = 'api.example'", "deny", "house 11", "met");
    stops("given.residency = 'DE'", "deny", "house 12", "met");
    holds(
        "quant",
        "given.residency = 'US'\nexpect = { decision = 'permit' }",
    );
    stops("purpose = 'client_advice'", "deny", "house 13", "met");
    holds(
        "quant",
        "purpose = 'client_advice'\ngiven.human_review = true\nexpect = { decision = 'permit' }",
    );
    stops("given.end_users = ['FR', 'GB']", "deny", "terms 1", "met");
}

#[test]
fn what_is_given_replaces_the_application_s() {
    let seller = |given: &str, expect: &str| {
        holds(
            "seller",
            &format!("purpose = 'client_advice'\ngiven = {{ {given} }}\nexpect = {expect}"),
        );
    };
    let permit = "{ decision = 'permit' }";
    seller("", "{ decision = 'deny', clause = 'terms 3' }");
    seller("resale = false", permit);
    seller("resale = false, patterns = ['templated']", permit);
    seller(
        "resale = false, registered = false, patterns = ['templated']",
        "{ decision = 'review', clause = 'terms 5' }",
    );
    seller(
        "resale = false, human_review = false",
        "{ decision = 'deny', clause = 'house 13' }",
    );
    holds("robot", "expect = { decision = 'permit' }");
    holds(
        "robot",
        "given.end_users = []\nexpect = { decision = 'deny', clause = 'terms 1', state = 'unknown' }",
    );
}

#[test]
fn what_is_missing_can_be_named() {
    holds(
        "quant",
        "model = 'unapproved'\nexpect = { decision = 'deny', missing = 'approval' }",
    );
    holds("joiner", "expect = { decision = 'deny', missing = 'place' }");
    assert_eq!(
        run_one(
            "quant",
            "from = 'GB'\nexpect = { decision = 'deny', missing = 'agreement' }"
        )
        .unwrap(),
        "`quant` asks for `m`: expected `agreement` to be missing, got deny by `terms 1` (met)"
    );
}

#[test]
fn a_test_that_does_not_hold_says_what_came_out() {
    let check = |test: &str, expected: &str| {
        assert_eq!(
            run_one("quant", test).as_deref(),
            Some(format!("`quant` asks for `m`: expected {expected}").as_str()),
            "{test}"
        );
    };
    check(
        "from = 'GB'\nexpect = { decision = 'permit' }",
        "permit, got deny by `terms 1` (met)",
    );
    check(
        "from = 'GB'\nexpect = { decision = 'deny', clause = 'terms 1', state = 'unknown' }",
        "clause `terms 1` to be unknown, got deny by `terms 1` (met)",
    );
    check(
        "from = 'GB'\nexpect = { decision = 'deny', clause = 'terms 2' }",
        "clause `terms 2`, got deny by `terms 1` (met)",
    );
    check(
        "expect = { decision = 'permit', lift = 'order 1' }",
        "that `order 1` lifts something, got permit",
    );
    // An exception that is used may stand under `clause`, but has no state.
    check(
        "from = ['IR', { source = 'trip', place = 'IR', since = 2026-11-20 }]\nexpect = { decision = 'deny', clause = 'order 1', state = 'met' }",
        "clause `order 1` to be met, got deny by `terms 6` (met)",
    );
    check(
        "expect = { decision = 'permit', obligations = ['monitor'] }",
        "the obligation `monitor`, got permit",
    );
    check(
        "expect = { decision = 'permit', alternatives = ['unapproved'] }",
        "the alternative `unapproved`, which is not permitted",
    );
}
