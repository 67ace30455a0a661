//! The one table of routes, with the check that each passes.
//!
//! Whoever asks for a path that is not in the table, or by a method that its path has not, needs a key like everybody
//! else: without one, nothing tells them what exists. Paths are compared byte by byte, so there is no second spelling
//! of a route that a check could miss.

use crate::Switch;
use crate::body::{self, Answer};
use crate::caught::caught;
use crate::shared::{Phase, Shared};
use crate::{admit, authenticate, models, why};
use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, Request, StatusCode};
use std::net::IpAddr;
use std::sync::Arc;
use wire::{Dialect, Fault, FaultCode, Surface};

/// Parameter of the query that asks a probe to say more.
const VERBOSE: &str = "verbose";

/// A route.
pub(crate) struct Route {
    /// Method.
    pub method: Method,
    /// Path; `{id}` as its last segment stands for any one segment.
    pub path: &'static str,
    /// What a request must show.
    pub check: Check,
    handler: Handler,
}

/// What a request must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// A key whose holder is known.
    Key,
    /// Nothing: a probe that tells nothing about anybody.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Call(Surface),
    Models,
    Why,
    Alive,
    Ready,
}

/// Every route there is.
pub(crate) static ROUTES: [Route; 8] = [
    call(Surface::Chat),
    call(Surface::Messages),
    route(Method::GET, "/v1/models", Check::Key, Handler::Models),
    route(Method::GET, "/why/{id}", Check::Key, Handler::Why),
    // coding tools knock on these two before they begin
    route(Method::HEAD, "/", Check::Open, Handler::Alive),
    route(Method::HEAD, "/api/hello", Check::Open, Handler::Alive),
    route(Method::GET, "/healthz", Check::Open, Handler::Alive),
    route(Method::GET, "/readyz", Check::Open, Handler::Ready),
];

const fn call(surface: Surface) -> Route {
    route(Method::POST, surface.path(), Check::Key, Handler::Call(surface))
}

const fn route(method: Method, path: &'static str, check: Check, handler: Handler) -> Route {
    Route {
        method,
        path,
        check,
        handler,
    }
}

/// Answers a request, with an error of its own dialect if its handler panics.
pub(crate) async fn serve(shared: &Arc<Shared>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    let dialect = dialect_of(&request);
    let route = find(request.method(), request.uri().path()).map_or("none", |(route, _)| route.path);
    match caught(answer(shared, peer, request)).await {
        Ok(answer) => answer,
        Err(panicked) => {
            tracing::error!(route, ?panicked, "a request was not answered");
            let message = "Something broke here while the request was handled; its operators have been told.";
            body::rendered(Fault::new(FaultCode::Internal, message).answer(dialect))
        }
    }
}

async fn answer(shared: &Arc<Shared>, peer: IpAddr, request: Request<Incoming>) -> Answer {
    let route = find(request.method(), request.uri().path());
    if let Some((route, _)) = &route
        && route.check == Check::Open
    {
        return probe(shared, route.handler, request.uri().query());
    }
    let dialect = dialect_of(&request);
    let holder = match authenticate::holder(shared, request.headers()) {
        Ok(holder) => holder,
        Err(fault) => return body::rendered(fault.answer(dialect)),
    };
    let Some((route, id)) = route else {
        return not_found(&request, dialect);
    };
    match route.handler {
        Handler::Call(surface) => admit::infer(shared, surface, &holder, peer, request).await,
        Handler::Models => models::list(shared, &holder, peer, &request),
        Handler::Why => why::show(shared, &holder, id.unwrap_or_default(), request.headers()),
        handler @ (Handler::Alive | Handler::Ready) => probe(shared, handler, None),
    }
}

fn find<'p>(method: &Method, path: &'p str) -> Option<(&'static Route, Option<&'p str>)> {
    let of_method = ROUTES.iter().filter(|route| route.method == *method);
    of_method
        .filter_map(|route| matches(route.path, path).map(|id| (route, id)))
        .next()
}

/// Whether a path is the one of a route; inside, the segment that `{id}` stands for.
fn matches<'p>(pattern: &str, path: &'p str) -> Option<Option<&'p str>> {
    match pattern.strip_suffix("{id}") {
        Some(before) => {
            let id = path.strip_prefix(before)?;
            (!id.is_empty() && !id.contains('/')).then_some(Some(id))
        }
        None => (pattern == path).then_some(None),
    }
}

fn probe(shared: &Shared, handler: Handler, query: Option<&str>) -> Answer {
    let is_ready = handler == Handler::Ready;
    let is_ending = *shared.phase.borrow() != Phase::Serving;
    let (status, mut text) = if is_ready && is_ending {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "this gateway is stopping\n".to_owned(),
        )
    } else if is_ready && !shared.recorder.is_healthy() {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the audit device cannot keep entries at present\n".to_owned(),
        )
    } else {
        (StatusCode::OK, "ok\n".to_owned())
    };
    if is_ready && query.is_some_and(|query| query.split('&').any(|parameter| parameter == VERBOSE)) {
        text.push_str(&about_register(&shared.switch));
    }
    body::text(status, text)
}

/// Which register is in force, and whether a newer one was refused. Anybody may ask, so it says nothing of what stands
/// in either.
fn about_register(switch: &Switch) -> String {
    let in_force = switch.load();
    let (digest, since) = (in_force.snapshot().digest(), in_force.since());
    let refused = switch
        .refused_at()
        .map(|at| format!("a newer register was refused at {at}\n"));
    format!(
        "register in force: {digest} since {since}\n{}",
        refused.unwrap_or_default()
    )
}

/// The dialect in which a caller understands errors, by path, or by what only clients of Anthropic's protocol send.
fn dialect_of(request: &Request<Incoming>) -> Dialect {
    let is_messages = request.uri().path().starts_with(Surface::Messages.path());
    if is_messages || request.headers().contains_key("anthropic-version") {
        Dialect::AnthropicMessages
    } else {
        Dialect::OpenAiChat
    }
}

fn not_found(request: &Request<Incoming>, dialect: Dialect) -> Answer {
    let path = request.uri().path();
    let allowed: Vec<&str> = ROUTES
        .iter()
        .filter(|route| matches(route.path, path).is_some())
        .map(|route| route.method.as_str())
        .collect();
    if allowed.is_empty() {
        let fault = Fault::new(FaultCode::NotFound, "This gateway has no such route.");
        return body::rendered(fault.answer(dialect));
    }
    let fault = Fault::new(
        FaultCode::MethodNotAllowed,
        "This route does not have that method.",
    );
    let mut answer = body::rendered(fault.answer(dialect));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_needs_a_key_but_for_the_listed_probes() {
        let open: Vec<_> = ROUTES
            .iter()
            .filter(|route| route.check == Check::Open)
            .map(|route| route.path)
            .collect();
        assert_eq!(open, ["/", "/api/hello", "/healthz", "/readyz"]);
        for route in ROUTES.iter().filter(|route| route.check == Check::Open) {
            assert!(
                matches!(route.handler, Handler::Alive | Handler::Ready),
                "{}",
                route.path
            );
        }
    }

    #[test]
    fn no_two_routes_answer_the_same_request() {
        for (at, route) in ROUTES.iter().enumerate() {
            let path = route.path.replace("{id}", "00ff");
            let found: Vec<_> = ROUTES
                .iter()
                .enumerate()
                .filter(|(_, other)| other.method == route.method && matches(other.path, &path).is_some())
                .map(|(at, _)| at)
                .collect();
            assert_eq!(found, [at], "{path}");
        }
    }

    fn check(method: Method, path: &str, expected: Option<&str>) {
        assert_eq!(
            find(&method, path).map(|(route, _)| route.path),
            expected,
            "{method} {path}"
        );
    }

    #[test]
    fn there_is_one_spelling_of_a_path() {
        check(Method::POST, "/v1/messages", Some("/v1/messages"));
        check(Method::GET, "/why/00ff", Some("/why/{id}"));
        for path in [
            "/v1/messages/",
            "//v1/messages",
            "/v1//messages",
            "/V1/messages",
            "/v1/./messages",
            "/v1/x/../messages",
            "/v1/messages;a=b",
            "/v1%2Fmessages",
            "/v1/mess%61ges",
            "v1/messages",
            "",
        ] {
            check(Method::POST, path, None);
        }
        check(Method::GET, "/why/", None);
        check(Method::GET, "/why/00ff/more", None);
        check(Method::GET, "/v1/messages", None);
    }
}
