//! The one table of routes, with the check that each passes.
//!
//! Whoever asks for a path that is not in the table, or by a method that its path has not, needs a key like everybody
//! else: without one, nothing tells them what exists. Paths are compared byte by byte, so there is no second spelling
//! of a route that a check could miss. Routes are told apart by path and method, never by the header that has the key.

use crate::body::{self, Answer};
use crate::caught::caught;
use crate::metrics::{Counting, NO_ROUTE, Seen};
use crate::models::Which;
use crate::shared::{Phase, Shared};
use crate::{admit, authenticate, desk, managed, models, probe, programs, said, why};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONNECTION, HeaderValue, UPGRADE};
use hyper::{Method, Request, Version};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use wire::{
    Audience, Client, Dialect, Fault, FaultCode, Surface, decode_segment, model_named, strip_internal,
    unserved,
};

/// A route.
pub(crate) struct Route {
    /// Method.
    pub method: Method,
    /// Path; `{id}` in its last segment stands for any text without a slash.
    pub path: &'static str,
    /// What a request must show.
    pub check: Check,
    handler: Handler,
}

/// What a request must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// A key whose holder is known, or a token that is verified.
    Key,
    /// The signature of a provider of sign-in, where any are named; else what is asked for does not exist.
    Signature,
    /// Nothing: it is on the way to a token. It is limited, and where nobody signs in here it does not exist.
    SignIn,
    /// Nothing: a probe that tells nothing about anybody.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Call(Surface),
    Models { is_gemini: bool },
    Model { is_gemini: bool },
    Why,
    Tools,
    Event,
    Logout,
    SignIn,
    Settings,
    Discard,
    Alive,
    Ready,
}

/// Every route there is.
pub(crate) static ROUTES: [Route; 37] = [
    call(Surface::Chat),
    call(Surface::Embeddings),
    call(Surface::Responses),
    call(Surface::Compact),
    call(Surface::Messages),
    call(Surface::CountTokens),
    call_at("/v1beta/models/{id}:generateContent", Surface::Generate),
    call_at(
        "/v1beta/models/{id}:streamGenerateContent",
        Surface::StreamGenerate,
    ),
    call_at("/v1beta/models/{id}:countTokens", Surface::CountGenerate),
    // one of Google's libraries says `v1`, where the other protocols have their models
    call_at("/v1/models/{id}:generateContent", Surface::Generate),
    call_at("/v1/models/{id}:streamGenerateContent", Surface::StreamGenerate),
    call_at("/v1/models/{id}:countTokens", Surface::CountGenerate),
    route(
        Method::GET,
        "/v1/models",
        Check::Key,
        Handler::Models { is_gemini: false },
    ),
    route(
        Method::GET,
        "/v1/models/{id}",
        Check::Key,
        Handler::Model { is_gemini: false },
    ),
    route(
        Method::GET,
        "/v1beta/models",
        Check::Key,
        Handler::Models { is_gemini: true },
    ),
    route(
        Method::GET,
        "/v1beta/models/{id}",
        Check::Key,
        Handler::Model { is_gemini: true },
    ),
    route(Method::GET, "/why/{id}", Check::Key, Handler::Why),
    route(Method::GET, "/tools", Check::Key, Handler::Tools),
    route(Method::POST, "/sign-in/events", Check::Signature, Handler::Event),
    route(Method::POST, "/sign-in/logout", Check::Signature, Handler::Logout),
    sign_in(Method::GET, "/.well-known/oauth-authorization-server"),
    sign_in(Method::POST, "/oauth/device_authorization"),
    sign_in(Method::POST, "/oauth/token"),
    sign_in(Method::POST, "/oauth/revoke"),
    sign_in(Method::GET, "/oauth/callback"),
    sign_in(Method::GET, "/device"),
    sign_in(Method::POST, "/device"),
    sign_in(Method::GET, "/device/confirm"),
    sign_in(Method::POST, "/device/confirm"),
    route(Method::GET, "/managed/settings", Check::Key, Handler::Settings),
    // a tool that signed in sends here what it would tell its maker
    route(Method::POST, "/v1/metrics", Check::Key, Handler::Discard),
    route(Method::POST, "/v1/logs", Check::Key, Handler::Discard),
    route(Method::POST, "/v1/traces", Check::Key, Handler::Discard),
    // coding tools knock on these two before they begin
    route(Method::HEAD, "/", Check::Open, Handler::Alive),
    route(Method::HEAD, "/api/hello", Check::Open, Handler::Alive),
    route(Method::GET, "/healthz", Check::Open, Handler::Alive),
    route(Method::GET, "/readyz", Check::Open, Handler::Ready),
];

const fn call(surface: Surface) -> Route {
    call_at(surface.path(), surface)
}

const fn call_at(path: &'static str, surface: Surface) -> Route {
    route(Method::POST, path, Check::Key, Handler::Call(surface))
}

const fn sign_in(method: Method, path: &'static str) -> Route {
    route(method, path, Check::SignIn, Handler::SignIn)
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
pub(crate) async fn serve(shared: &Arc<Shared>, peer: IpAddr, mut request: Request<Incoming>) -> Answer {
    let internal = strip_internal(request.headers_mut());
    let to = audience(&request);
    let found = find(request.method(), request.uri().path()).map(|(route, _)| route);
    let is_probe = found.is_some_and(|route| route.check == Check::Open);
    let route = found.map_or(NO_ROUTE, |route| route.path);
    let counting = Counting::begin(&shared.metrics, route, is_probe, &request);
    let id = counting.seen.id.clone();
    if internal > 0 {
        let _entered = id.enter();
        tracing::warn!(internal, "internal headers were taken off a request");
    }
    let is_last = asks_for_another_protocol(&request);
    let answered = {
        // pinned here, since each layer around it would hold it twice
        let answering = pin!(answer(shared, peer, (found, to), request, &counting.seen));
        caught(id.within(answering)).await
    };
    let mut answer = match answered {
        Ok(answer) => answer,
        Err(panicked) => {
            let _entered = id.enter();
            tracing::error!(route, ?panicked, "a request was not answered");
            let message = "Something broke here while the request was handled; its operators have been told.";
            body::rendered(Fault::new(FaultCode::Internal, message).answer(to))
        }
    };
    id.put(answer.headers_mut());
    if is_last {
        answer
            .headers_mut()
            .append(CONNECTION, HeaderValue::from_static("close"));
    }
    counting.answered(&answer);
    answer
}

/// Whether bytes behind a request could be meant for another protocol, so that nothing behind it is taken for a request.
fn asks_for_another_protocol(request: &Request<Incoming>) -> bool {
    let asks = *request.method() == Method::CONNECT || request.headers().contains_key(UPGRADE);
    asks && request.version() != Version::HTTP_2
}

async fn answer(
    shared: &Arc<Shared>,
    peer: IpAddr,
    (route, to): (Option<&'static Route>, Audience),
    request: Request<Incoming>,
    seen: &Arc<Seen>,
) -> Answer {
    if let Some(route) = route
        && route.check == Check::Open
    {
        return probe(shared, route.handler, request.uri().query());
    }
    if let Some(route) = route
        && route.check == Check::Signature
        && let Some(hearing) = shared.hearing.get()
    {
        return match route.handler {
            Handler::Event => said::event(shared, hearing, request).await,
            _ => said::logout(shared, hearing, request).await,
        };
    }
    if let Some(route) = route
        && route.check == Check::SignIn
        && let Some(desk) = shared.desk.get()
    {
        let address = shared.proxies.origin(peer, request.headers()).address();
        return desk::answer(&**desk, address, request).await;
    }
    let caller = match authenticate::caller(shared, request.headers(), request.uri().query()).await {
        Ok(caller) => caller,
        Err(fault) => {
            if fault.code == FaultCode::Unauthenticated {
                shared
                    .counted
                    .stranger(route.map_or(NO_ROUTE, |route| route.path));
            }
            return body::rendered(fault.answer(to));
        }
    };
    if has_control_letters(request.uri().path()) {
        let fault = Fault::new(
            FaultCode::InvalidRequest,
            "The path has control characters in it.",
        );
        return body::rendered(fault.answer(to));
    }
    let Some(route) = route else {
        return not_found(&request, to);
    };
    let id = matches(route.path, request.uri().path()).flatten();
    let peer = shared.proxies.origin(peer, request.headers());
    let listing = |is_gemini, which| {
        let asking = models::Asking {
            caller: &caller,
            peer: &peer,
            is_gemini,
            which,
        };
        let answer = models::show(shared, &asking, &request);
        if answer.status().is_success() {
            shared.counted.list(route.path);
        }
        answer
    };
    let has_desk = shared.desk.get().is_some();
    match route.handler {
        Handler::Settings if has_desk => {
            let asking = models::Asking {
                caller: &caller,
                peer: &peer,
                is_gemini: false,
                which: Which::List,
            };
            managed::show(shared, &asking, &request)
        }
        Handler::Discard if has_desk => desk::discard(request).await,
        Handler::Call(surface) => match asking(surface, id, seen) {
            Ok(asking) => admit::infer(shared, asking, &caller, peer, request).await,
            Err(fault) => body::rendered(fault.answer(to)),
        },
        Handler::Models { is_gemini } => listing(is_gemini, Which::List),
        Handler::Model { is_gemini } => listing(is_gemini, Which::One(id.unwrap_or_default())),
        Handler::Tools => {
            let asking = models::Asking {
                caller: &caller,
                peer: &peer,
                is_gemini: false,
                which: Which::List,
            };
            programs::show(shared, &asking, &request)
        }
        Handler::Why => why::show(shared, &caller, id.unwrap_or_default(), request.headers()).await,
        Handler::Event | Handler::Logout | Handler::SignIn | Handler::Settings | Handler::Discard => {
            let fault = Fault::new(FaultCode::NotFound, "This gateway has no such route.");
            body::rendered(fault.answer(to))
        }
        handler @ (Handler::Alive | Handler::Ready) => probe(shared, handler, None),
    }
}

/// What a call asks for, as far as its path says.
fn asking(surface: Surface, id: Option<&str>, seen: &Arc<Seen>) -> Result<admit::Asking, Fault> {
    let model = match id {
        Some(id) => {
            let model = decode_segment(id).and_then(|name| model_named(&name));
            let no_name = || Fault::new(FaultCode::InvalidRequest, "The path names no model.");
            Some(model.ok_or_else(no_name)?)
        }
        None => None,
    };
    let seen = Arc::clone(seen);
    Ok(admit::Asking { surface, model, seen })
}

fn find<'p>(method: &Method, path: &'p str) -> Option<(&'static Route, Option<&'p str>)> {
    let of_method = ROUTES.iter().filter(|route| route.method == *method);
    of_method
        .filter_map(|route| matches(route.path, path).map(|id| (route, id)))
        .next()
}

/// Whether a path is the one of a route; inside, the text that `{id}` stands for.
fn matches<'p>(pattern: &str, path: &'p str) -> Option<Option<&'p str>> {
    match pattern.split_once("{id}") {
        Some((before, behind)) => {
            let id = path.strip_prefix(before)?.strip_suffix(behind)?;
            (!id.is_empty() && !id.contains('/')).then_some(Some(id))
        }
        None => (pattern == path).then_some(None),
    }
}

/// Whether a path has, escaped, what ends lines or texts: no name of a model and no id has.
fn has_control_letters(path: &str) -> bool {
    let mut escaped = path.split('%').skip(1);
    escaped.any(|rest| {
        let code = rest.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        code.is_some_and(|code| code.is_ascii_control())
    })
}

fn probe(shared: &Shared, handler: Handler, query: Option<&str>) -> Answer {
    if handler != Handler::Ready {
        return probe::alive();
    }
    let is_ending = *shared.phase.borrow() != Phase::Serving;
    probe::ready(&shared.recorder, &shared.switch, is_ending, query, None)
}

/// Who reads the answer: the dialect by path, or by what only clients of Anthropic's protocol send.
fn audience(request: &Request<Incoming>) -> Audience {
    let path = request.uri().path();
    let is_of = |surface: Surface| path.starts_with(surface.path());
    let is_gemini = path.starts_with("/v1beta/") || (path.starts_with("/v1/models/") && path.contains(':'));
    let is_anthropic = path == "/managed/settings" || request.headers().contains_key("anthropic-version");
    let dialect = if is_of(Surface::Messages) || is_anthropic {
        Dialect::AnthropicMessages
    } else if is_of(Surface::Responses) {
        Dialect::OpenAiResponses
    } else if is_gemini {
        Dialect::Gemini
    } else {
        Dialect::OpenAiChat
    };
    Audience {
        dialect,
        client: Client::of(request.headers()),
    }
}

fn not_found(request: &Request<Incoming>, to: Audience) -> Answer {
    let path = request.uri().path();
    let allowed: Vec<&str> = ROUTES
        .iter()
        .filter(|route| matches(route.path, path).is_some())
        .map(|route| route.method.as_str())
        .collect();
    let is_anthropic = to.dialect == Dialect::AnthropicMessages;
    if !allowed.contains(&Method::POST.as_str())
        && let Some((dialect, fault)) = unserved(path, is_anthropic)
    {
        return body::rendered(fault.answer(Audience { dialect, ..to }));
    }
    if allowed.is_empty() {
        let fault = Fault::new(FaultCode::NotFound, "This gateway has no such route.");
        return body::rendered(fault.answer(to));
    }
    if request.headers().contains_key(UPGRADE) {
        return no_upgrade(to);
    }
    let fault = Fault::new(
        FaultCode::MethodNotAllowed,
        "This route does not have that method.",
    );
    let mut answer = body::rendered(fault.answer(to));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

/// Codex knocks with a WebSocket first, and goes on without one, in silence, when it is told this.
fn no_upgrade(to: Audience) -> Answer {
    let message = "This gateway does not serve WebSockets; send the same request by POST.";
    let mut answer = body::rendered(Fault::new(FaultCode::NoUpgrade, message).answer(to));
    let headers = answer.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("HTTP/1.1"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
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
    fn only_the_way_to_a_token_is_answered_by_the_desk() {
        let of_desk = |route: &&Route| route.check == Check::SignIn || route.handler == Handler::SignIn;
        let found: Vec<_> = ROUTES
            .iter()
            .filter(of_desk)
            .map(|route| (route.method.as_str(), route.path))
            .collect();
        let expected = [
            ("GET", "/.well-known/oauth-authorization-server"),
            ("POST", "/oauth/device_authorization"),
            ("POST", "/oauth/token"),
            ("POST", "/oauth/revoke"),
            ("GET", "/oauth/callback"),
            ("GET", "/device"),
            ("POST", "/device"),
            ("GET", "/device/confirm"),
            ("POST", "/device/confirm"),
        ];
        assert_eq!(found, expected);
        assert!(
            ROUTES
                .iter()
                .all(|route| (route.check == Check::SignIn) == (route.handler == Handler::SignIn))
        );
    }

    #[test]
    fn every_call_has_a_route_with_a_key() {
        for surface in Surface::ALL {
            let routes = ROUTES
                .iter()
                .filter(|route| route.handler == Handler::Call(surface));
            let checks: Vec<_> = routes.map(|route| (&route.method, route.check)).collect();
            assert!(!checks.is_empty(), "{surface:?}");
            let expected = (&Method::POST, Check::Key);
            assert!(
                checks.iter().all(|check| *check == expected),
                "{surface:?}: {checks:?}"
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
    fn escaped_control_letters_are_found() {
        for path in ["/%00", "/a%0d%0aX:1", "/%7F", "/%zz%1b", "/%25%09"] {
            assert!(has_control_letters(path), "{path}");
        }
        for path in ["", "/", "/%", "/%2", "/%20%2f%c3%a9", "/%2500", "/%é0"] {
            assert!(!has_control_letters(path), "{path}");
        }
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
        check(
            Method::POST,
            "/v1beta/models/gemini-3.1-pro:generateContent",
            Some("/v1beta/models/{id}:generateContent"),
        );
        check(
            Method::POST,
            "/v1/models/a:b:streamGenerateContent",
            Some("/v1/models/{id}:streamGenerateContent"),
        );
        check(Method::GET, "/v1/models/gpt", Some("/v1/models/{id}"));
        for path in [
            "/v1beta/models/:generateContent",
            "/v1beta/models/a/b:generateContent",
            "/v1beta/models/a:GenerateContent",
            "/v1beta/models/a%3AgenerateContent",
            "/v1beta/models/a",
            "/v1beta/models/a:generateContent/",
        ] {
            check(Method::POST, path, None);
        }
        check(Method::GET, "/why/", None);
        check(Method::GET, "/why/00ff/more", None);
        check(Method::GET, "/v1/messages", None);
    }
}
