//! Every route of this listener, with the check that a request for it passes first.

use crate::role::{Role, Roles};
use identity::Pushed;

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path; `{id}` stands for a part of it.
    pub path: &'static str,
    /// What a request must pass.
    pub check: Check,
    /// What it is then handed to.
    pub work: Work,
    /// What it does, in a sentence.
    pub does: &'static str,
}

/// What a request must pass. There is no route for anybody, unless the configuration opens the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It carries the token of a SCIM client, and is about records of that client.
    ScimClient,
    /// It carries the token of this source, or a statement that the source's issuer signed.
    PushedBy(Pushed),
    /// Somebody asks who has one of these roles.
    Roles(Roles),
    /// The same, unless the ledger is open to anybody.
    Record(Roles),
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// SCIM, as the path below [`SCIM`] has it.
    Scim,
    /// The directory is noted to be completely in step with this client.
    InStep,
    /// Places are taken over.
    Push(Pushed),
    /// The description of the routes below [`API`].
    Describe,
    /// Who asks, and their roles.
    Me,
    /// The code of the terminal is taken.
    BecomeFirst,
    /// What is known of whoever asks.
    MyFacts,
    /// What is known of somebody.
    Facts,
    /// The trips of whoever asks.
    MyTrips,
    /// A trip is declared.
    Declare,
    /// A trip is taken back.
    TakeBack,
    /// The disputes of whoever asks.
    MyDisputes,
    /// A fact is disputed.
    Dispute,
    /// Open disputes of everybody.
    Disputes,
    /// A dispute is settled.
    Settle,
    /// Everything that is kept about whoever asks.
    MyExport,
    /// Everything that is kept about somebody.
    Export,
    /// Everything that is kept about somebody is taken away.
    Erase,
    /// Who has which role.
    ListRoles,
    /// A role is granted.
    Grant,
    /// A role is taken away.
    Withdraw,
    /// How the sources of places are.
    Sources,
    /// The newest checkpoint of the ledger.
    Checkpoint,
    /// The newest checkpoint that its witnesses have cosigned.
    WitnessedCheckpoint,
    /// A tile of the ledger, or a bundle of its entries.
    Tile,
    /// A proof of one entry.
    Proof,
}

/// Where SCIM begins.
pub const SCIM: &str = "/scim/v2";

/// Where a client says that everything it knows has been sent.
pub const IN_STEP: &str = "/directory/v1/in-step";

/// Where the ledger begins.
pub const LEDGER: &str = "/ledger";

/// Where the interface for people begins.
pub const API: &str = "/api/v1";

const STAFF: Check = Check::Roles(Roles::of(&[Role::Staff]));
const LOOKING_AFTER_FACTS: Check =
    Check::Roles(Roles::of(&[Role::Operator, Role::Compliance, Role::Privacy]));
const SETTLING: Check = Check::Roles(Roles::of(&[Role::Operator, Role::Privacy]));
const PRIVACY: Check = Check::Roles(Roles::of(&[Role::Privacy]));
const SEEING_ROLES: Check = Check::Roles(Roles::of(&[Role::Auditor, Role::Administrator]));
const ADMINISTRATOR: Check = Check::Roles(Roles::of(&[Role::Administrator]));
const READING_RECORD: Check = Check::Record(Roles::of(&[Role::Compliance, Role::Auditor]));
const RUNNING: Check = Check::Roles(Roles::of(&[
    Role::Operator,
    Role::Compliance,
    Role::Privacy,
    Role::Auditor,
]));

const fn scim(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        check: Check::ScimClient,
        work: Work::Scim,
        does: "SCIM 2.0",
    }
}

const fn push(path: &'static str, what: Pushed, does: &'static str) -> Route {
    Route {
        method: "POST",
        path,
        check: Check::PushedBy(what),
        work: Work::Push(what),
        does,
    }
}

const fn record(path: &'static str, work: Work, does: &'static str) -> Route {
    Route {
        method: "GET",
        path,
        check: READING_RECORD,
        work,
        does,
    }
}

const fn api(
    method: &'static str,
    path: &'static str,
    check: Check,
    work: Work,
    does: &'static str,
) -> Route {
    Route {
        method,
        path,
        check,
        work,
        does,
    }
}

/// All of them.
pub static ROUTES: &[Route] = &[
    scim("GET", "/scim/v2"),
    scim("GET", "/scim/v2/"),
    scim("GET", "/scim/v2/ServiceProviderConfig"),
    scim("GET", "/scim/v2/Schemas"),
    scim("GET", "/scim/v2/Schemas/{id}"),
    scim("GET", "/scim/v2/ResourceTypes"),
    scim("GET", "/scim/v2/ResourceTypes/{id}"),
    scim("GET", "/scim/v2/Users"),
    scim("POST", "/scim/v2/Users"),
    scim("POST", "/scim/v2/Users/.search"),
    scim("GET", "/scim/v2/Users/{id}"),
    scim("PUT", "/scim/v2/Users/{id}"),
    scim("PATCH", "/scim/v2/Users/{id}"),
    scim("DELETE", "/scim/v2/Users/{id}"),
    scim("GET", "/scim/v2/Groups"),
    scim("POST", "/scim/v2/Groups"),
    scim("POST", "/scim/v2/Groups/.search"),
    scim("GET", "/scim/v2/Groups/{id}"),
    scim("PUT", "/scim/v2/Groups/{id}"),
    scim("PATCH", "/scim/v2/Groups/{id}"),
    scim("DELETE", "/scim/v2/Groups/{id}"),
    scim("POST", "/scim/v2/.search"),
    scim("POST", "/scim/v2/Bulk"),
    Route {
        method: "POST",
        path: IN_STEP,
        check: Check::ScimClient,
        work: Work::InStep,
        does: "notes that everything has been sent",
    },
    push(
        "/places/v1/badges",
        Pushed::Badges,
        "takes over what building access observed",
    ),
    push(
        "/places/v1/sessions",
        Pushed::Sessions,
        "takes over sign-ins to the VPN or the zero-trust broker",
    ),
    push(
        "/places/v1/trips",
        Pushed::Trips,
        "takes over the complete list of trips",
    ),
    api(
        "GET",
        "/api/v1/openapi.json",
        STAFF,
        Work::Describe,
        "this description",
    ),
    api("GET", "/api/v1/me", STAFF, Work::Me, "who asks, and their roles"),
    api(
        "POST",
        "/api/v1/me/administrator",
        STAFF,
        Work::BecomeFirst,
        "makes whoever has the code of the terminal the first administrator",
    ),
    api(
        "GET",
        "/api/v1/me/facts",
        STAFF,
        Work::MyFacts,
        "what is known of you, by whom, and what it does",
    ),
    api(
        "GET",
        "/api/v1/me/trips",
        STAFF,
        Work::MyTrips,
        "your trips, those that others say too",
    ),
    api(
        "POST",
        "/api/v1/me/trips",
        STAFF,
        Work::Declare,
        "declares a trip",
    ),
    api(
        "DELETE",
        "/api/v1/me/trips/{id}",
        STAFF,
        Work::TakeBack,
        "takes back a trip that you declared",
    ),
    api(
        "GET",
        "/api/v1/me/disputes",
        STAFF,
        Work::MyDisputes,
        "your disputes, and how they ended",
    ),
    api(
        "POST",
        "/api/v1/me/disputes",
        STAFF,
        Work::Dispute,
        "disputes a fact about you",
    ),
    api(
        "GET",
        "/api/v1/me/export",
        STAFF,
        Work::MyExport,
        "everything that is kept about you",
    ),
    api(
        "GET",
        "/api/v1/people/{id}/facts",
        LOOKING_AFTER_FACTS,
        Work::Facts,
        "what is known of somebody; what is protected is shown to the privacy role, and recorded",
    ),
    api(
        "GET",
        "/api/v1/people/{id}/export",
        PRIVACY,
        Work::Export,
        "everything that is kept about somebody; recorded",
    ),
    api(
        "POST",
        "/api/v1/people/{id}/erasure",
        PRIVACY,
        Work::Erase,
        "takes away everything that is kept about somebody who is no longer active; recorded",
    ),
    api(
        "GET",
        "/api/v1/disputes",
        SETTLING,
        Work::Disputes,
        "open disputes of everybody",
    ),
    api(
        "POST",
        "/api/v1/disputes/{id}/settlement",
        SETTLING,
        Work::Settle,
        "settles a dispute; one about something protected is for the privacy role",
    ),
    api(
        "GET",
        "/api/v1/roles",
        SEEING_ROLES,
        Work::ListRoles,
        "who has which role, and by which group or grant",
    ),
    api(
        "PUT",
        "/api/v1/roles/{role}/people/{id}",
        ADMINISTRATOR,
        Work::Grant,
        "grants somebody else a role; recorded",
    ),
    api(
        "DELETE",
        "/api/v1/roles/{role}/people/{id}",
        ADMINISTRATOR,
        Work::Withdraw,
        "takes a granted role away; recorded",
    ),
    api(
        "GET",
        "/api/v1/sources",
        RUNNING,
        Work::Sources,
        "how the sources of places are",
    ),
    record(
        "/ledger/checkpoint",
        Work::Checkpoint,
        "the newest checkpoint of the ledger (C2SP tlog-checkpoint)",
    ),
    record(
        "/ledger/checkpoint.witnessed",
        Work::WitnessedCheckpoint,
        "the newest checkpoint that all witnesses of the ledger have cosigned",
    ),
    record(
        "/ledger/tile/{*tile}",
        Work::Tile,
        "a tile, or under `entries/` a bundle of entries (C2SP tlog-tiles)",
    ),
    record(
        "/ledger/proof/{id}",
        Work::Proof,
        "a proof of the entry with this number, with the entry itself (C2SP tlog-proof)",
    ),
];

/// The paths, each once.
pub(crate) fn paths() -> Vec<&'static str> {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// The route of a method and a path of the table.
pub(crate) fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES
        .iter()
        .find(|route| route.path == path && route.method == method)
}

/// Methods of a path, as a header lists them.
pub(crate) fn methods(path: &str) -> String {
    let methods = ROUTES
        .iter()
        .filter(|route| route.path == path)
        .map(|route| route.method);
    methods.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim::{Method, Target};

    #[test]
    fn every_route_is_one_that_its_work_knows() {
        for route in ROUTES {
            let Some(below) = route.path.strip_prefix(SCIM) else {
                assert_ne!(route.work, Work::Scim, "{route:?}");
                assert_eq!(route.path == IN_STEP, route.work == Work::InStep);
                let is_of_client = route.check == Check::ScimClient;
                assert_eq!(is_of_client, route.work == Work::InStep, "{route:?}");
                continue;
            };
            assert_eq!(
                (route.check, route.work),
                (Check::ScimClient, Work::Scim),
                "{route:?}"
            );
            assert!(Method::parse(route.method).is_some(), "{route:?}");
            assert!(Target::parse(&below.replace("{id}", "7")).is_some(), "{route:?}");
        }
        for route in ROUTES {
            // a check that lets nobody pass, or a path with two checks by mistake, is none
            if let Check::Roles(roles) = route.check {
                assert!(roles != Roles::NONE && route.path.starts_with(API), "{route:?}");
            }
            let is_of_ledger = route.path.starts_with(LEDGER);
            assert_eq!(is_of_ledger, matches!(route.check, Check::Record(_)), "{route:?}");
            let is_twice = |other: &&Route| (other.method, other.path) == (route.method, route.path);
            assert_eq!(ROUTES.iter().filter(is_twice).count(), 1, "{route:?}");
        }
        assert_eq!(methods("/scim/v2/Users"), "GET, POST");
        assert!(find("PUT", "/scim/v2/Users").is_none());
    }
}
