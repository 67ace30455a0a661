//! Every route of this listener, with the check that a request for it passes first.

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
}

/// What a request must pass. There is no route for anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// It carries the token of a SCIM client, and is about records of that client.
    ScimClient,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// SCIM, as the path below [`SCIM`] has it.
    Scim,
    /// The directory is noted to be completely in step with this client.
    InStep,
}

/// Where SCIM begins.
pub const SCIM: &str = "/scim/v2";

/// Where a client says that everything it knows has been sent.
pub const IN_STEP: &str = "/directory/v1/in-step";

const fn scim(method: &'static str, path: &'static str) -> Route {
    Route {
        method,
        path,
        check: Check::ScimClient,
        work: Work::Scim,
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
    },
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
            assert_eq!(route.check, Check::ScimClient, "{route:?}");
            let Some(below) = route.path.strip_prefix(SCIM) else {
                assert_eq!((route.path, route.work), (IN_STEP, Work::InStep));
                continue;
            };
            assert!(Method::parse(route.method).is_some(), "{route:?}");
            assert!(Target::parse(&below.replace("{id}", "7")).is_some(), "{route:?}");
        }
        assert_eq!(methods("/scim/v2/Users"), "GET, POST");
        assert!(find("PUT", "/scim/v2/Users").is_none());
    }
}
