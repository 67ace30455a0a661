//! What people see: a page for the code, the way to their provider and back, the question, and how it ended.
//!
//! No page has a script or fetches anything. A code that a link brings along is shown to be compared and never sent by
//! itself, because whoever sent the link may be waiting for the token. The last step is a form of its own, good for the
//! browser that signed in and nowhere else.

use crate::form::{Form, cookie};
use crate::provider::origin;
use crate::{Asked, Desk, answers};
use askama::Template;
use http::header::ORIGIN;
use http::{Response, StatusCode};
use identity::signed_in::{GrantError, Standing, UserCode};
use identity::tokens::console::{Attempt, SignInError, Ticket};
use subtle::ConstantTimeEq;

/// The page for the code.
pub(crate) const DEVICE: &str = "/device";
/// Where the provider sends browsers back to.
pub(crate) const BACK: &str = "/oauth/callback";
/// The page that asks.
pub(crate) const CONFIRM: &str = "/device/confirm";

/// Seconds for which a browser keeps its cookie.
const KEPT: i64 = 600;

#[derive(Template)]
#[template(path = "enter.html")]
struct Enter<'p> {
    style: &'static str,
    code: &'p str,
    mistake: Option<&'p str>,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm<'p> {
    style: &'static str,
    person: &'p str,
    email: Option<&'p str>,
    tool: &'p str,
    code: &'p str,
    mark: &'p str,
}

#[derive(Template)]
#[template(path = "told.html")]
struct Told<'p> {
    style: &'static str,
    title: &'p str,
    text: &'p str,
    /// Whether to offer a new beginning.
    again: bool,
}

impl Desk {
    pub(crate) fn enter(&self, asked: &Asked<'_>) -> Response<String> {
        let query = Form::of(asked.query.unwrap_or_default().as_bytes());
        let code = query.one("user_code").and_then(UserCode::parse);
        let code = code.map(|code| code.to_string()).unwrap_or_default();
        self.entry(StatusCode::OK, &code, None)
    }

    fn entry(&self, status: StatusCode, code: &str, mistake: Option<&str>) -> Response<String> {
        let page = Enter {
            style: answers::STYLE,
            code,
            mistake,
        };
        // the form leads to the provider in the end, and a browser asks whether it may
        answers::page(status, &page, origin(&self.settings.issuer))
    }

    pub(crate) async fn entered(&self, asked: &Asked<'_>) -> Response<String> {
        if !self.is_own(asked) {
            return elsewhere();
        }
        let now = self.now();
        if self.guesses.is_used_up(asked.address, now) {
            let text = "Too many wrong codes came from your address. Wait ten minutes, then begin once more.";
            return told(StatusCode::TOO_MANY_REQUESTS, "Too many wrong codes", text, false);
        }
        let form = Form::of(asked.body);
        let code = form.one("user_code").and_then(UserCode::parse);
        let Some(code) = code else {
            let mistake = "This is not a code: it has eight letters, in two groups of four.";
            return self.entry(StatusCode::BAD_REQUEST, "", Some(mistake));
        };
        match self.settings.signed_in.standing(&code, now).await {
            Err(error) => return failed(&error),
            Ok((Standing::Nothing, _)) => {
                self.guesses.take(asked.address, now);
                let mistake =
                    "No tool is waiting with this code. Codes last ten minutes: ask your tool for a new one.";
                return self.entry(StatusCode::BAD_REQUEST, "", Some(mistake));
            }
            Ok((Standing::Waits, _)) => {}
        }
        self.send_away(&code).await
    }

    async fn send_away(&self, code: &UserCode) -> Response<String> {
        let now = self.now();
        let described = match self.provider.described(now).await {
            Ok(described) => described,
            Err(error) => return no_provider(&error),
        };
        let then = format!("{CONFIRM}?user_code={code}");
        let settings = &self.settings;
        let begun = Attempt::begin(
            &settings.issuers,
            &settings.issuer,
            &described,
            &self.url(BACK),
            &then,
            now,
        );
        let begun = match begun {
            Ok(begun) => begun,
            Err(error) => return no_provider(&error),
        };
        match settings.signed_in.sent_away(&begun, now).await {
            Err(error) => failed(&error),
            Ok(()) => answers::with_cookie(answers::see(&begun.address), &self.set_cookie(&begun.cookie)),
        }
    }

    pub(crate) async fn came_back(&self, asked: &Asked<'_>) -> Response<String> {
        let query = Form::of(asked.query.unwrap_or_default().as_bytes());
        let (settings, now) = (&self.settings, self.now());
        let Some(held) = cookie(asked.headers, self.cookie()) else {
            return over();
        };
        let attempt = match settings.signed_in.came_back(held, now).await {
            Ok(Some(attempt)) => attempt,
            Ok(None) => return over(),
            Err(error) => return failed(&error),
        };
        let exchange = match attempt.returned(Some(held), &query.0, now) {
            Ok(exchange) => exchange,
            Err(error) => return not_signed_in(&error),
        };
        let client = settings.issuers.client_of(&settings.issuer).unwrap_or_default();
        let token = match self.provider.identity_token(client, exchange, now).await {
            Ok(token) => token,
            Err(error) => return no_provider(&error),
        };
        let code = attempt
            .then
            .split_once("user_code=")
            .and_then(|(_, code)| UserCode::parse(code));
        settings.issuers.wait_for_keys(&token, settings.clock).await;
        let (session, ticket) = match attempt.complete(&settings.issuers, &token, self.now()) {
            Ok(signed_in) => signed_in,
            Err(error) => return not_signed_in(&error),
        };
        let Some(code) = code else { return over() };
        match settings.signed_in.ask(&session, &code, self.now()).await {
            Err(error) => failed(&error),
            Ok(()) => answers::with_cookie(answers::see(&self.url(CONFIRM)), &self.set_cookie(&ticket)),
        }
    }

    pub(crate) async fn confirm(&self, asked: &Asked<'_>) -> Response<String> {
        let Some(held) = cookie(asked.headers, self.cookie()) else {
            return over();
        };
        let found = match self.settings.signed_in.asked(held, self.now()).await {
            Ok(Some(found)) => found,
            Ok(None) => return over(),
            Err(error) => return failed(&error),
        };
        if !(self.settings.knows)(&found.person) {
            let text = format!(
                "You have signed in as {}, whom the directory here does not have, so no model is open to you. Ask your \
                 service desk.",
                found.person
            );
            return told(
                StatusCode::FORBIDDEN,
                "You are not in the directory",
                &text,
                false,
            );
        }
        let page = Confirm {
            style: answers::STYLE,
            person: &found.person,
            email: found.email.as_deref(),
            tool: tool(&found.surface),
            code: &found.code.to_string(),
            mark: &self.settings.signed_in.form_mark(held),
        };
        answers::page(StatusCode::OK, &page, None)
    }

    pub(crate) async fn confirmed(&self, asked: &Asked<'_>) -> Response<String> {
        let (form, settings) = (Form::of(asked.body), &self.settings);
        let Some(held) = cookie(asked.headers, self.cookie()) else {
            return over();
        };
        let expected = settings.signed_in.form_mark(held);
        let mark = form.one("mark").unwrap_or_default();
        let is_ours: bool = mark.as_bytes().ct_eq(expected.as_bytes()).into();
        if !self.is_own(asked) || !is_ours {
            return elsewhere();
        }
        let approves = match form.one("decision") {
            Some("approve") => true,
            Some("deny") => false,
            _ => return elsewhere(),
        };
        let answer = match settings.signed_in.answered(held, approves, self.now()).await {
            Err(error) => return failed(&error),
            Ok(false) => return over(),
            Ok(true) if approves => told(
                StatusCode::OK,
                "You are signed in",
                "Go back to your tool; it goes on by itself. You can close this page.",
                false,
            ),
            Ok(true) => told(
                StatusCode::OK,
                "You said no",
                "The tool gets nothing. If you had not begun to sign in anywhere, tell your security team.",
                false,
            ),
        };
        answers::with_cookie(answer, &self.clear_cookie())
    }

    /// Whether a form comes from a page of ours, as far as the browser says where it comes from.
    fn is_own(&self, asked: &Asked<'_>) -> bool {
        let Some(origin_of_form) = asked.headers.get(ORIGIN) else {
            return true;
        };
        origin(&self.settings.public_url).is_some_and(|own| origin_of_form.as_bytes() == own.as_bytes())
    }

    /// Browsers take a cookie with this prefix from this host only, by https only; without https there is none.
    const fn cookie(&self) -> &'static str {
        if self.is_secure() {
            "__Host-bailiwick-sign-in"
        } else {
            "bailiwick-sign-in"
        }
    }

    const fn is_secure(&self) -> bool {
        matches!(
            self.settings.public_url.as_bytes(),
            [b'h', b't', b't', b'p', b's', ..]
        )
    }

    fn set_cookie(&self, ticket: &Ticket) -> String {
        self.written(ticket.reveal(), KEPT)
    }

    fn clear_cookie(&self) -> String {
        self.written("", 0)
    }

    fn written(&self, text: &str, age: i64) -> String {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let name = self.cookie();
        format!("{name}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }
}

/// What people know a tool by.
fn tool(surface: &str) -> &str {
    match surface {
        "claude_code" => "Claude Code",
        "bailiwick" => "The command bailiwick login",
        "tool" => "A tool",
        other => other,
    }
}

fn told(status: StatusCode, title: &str, text: &str, again: bool) -> Response<String> {
    let page = Told {
        style: answers::STYLE,
        title,
        text,
        again,
    };
    answers::page(status, &page, None)
}

fn over() -> Response<String> {
    let text = "This sign-in is over, or was begun in another browser. Your tool can ask for a new code.";
    told(StatusCode::BAD_REQUEST, "This sign-in is over", text, true)
}

fn elsewhere() -> Response<String> {
    let text = "This form was not sent from our page, so nothing was done.";
    told(StatusCode::FORBIDDEN, "Nothing was done", text, true)
}

fn not_signed_in(error: &SignInError) -> Response<String> {
    tracing::warn!(%error, "somebody did not sign in for a tool");
    let text = format!("You were not signed in: {error}.");
    told(StatusCode::BAD_REQUEST, "You are not signed in", &text, true)
}

fn no_provider(error: &impl std::fmt::Display) -> Response<String> {
    tracing::error!(%error, "the provider of sign-in could not be used");
    let text = "The provider at which you sign in could not be reached. Try again in a minute.";
    told(
        StatusCode::BAD_GATEWAY,
        "Sign-in does not work at the moment",
        text,
        true,
    )
}

fn failed(error: &GrantError) -> Response<String> {
    tracing::error!(%error, "a page of sign-in could not be answered");
    let text = "Sign-in does not work at the moment. Try again in a minute.";
    told(
        StatusCode::SERVICE_UNAVAILABLE,
        "Sign-in does not work at the moment",
        text,
        true,
    )
}
