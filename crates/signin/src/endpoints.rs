//! What tools ask: where everything is, for a code, for tokens, and that they be ended.

use crate::form::Form;
use crate::{Asked, Desk, Happening, answers, pages};
use http::{Response, StatusCode};
use identity::signed_in::{Granted, SignedIn};
use identity::tokens::exchange::GRANT_TYPE as BY_EXCHANGE;
use serde_json::json;

/// Where tools find the other addresses (RFC 8414).
pub(crate) const DISCOVERY: &str = "/.well-known/oauth-authorization-server";
/// Where a tool begins.
pub(crate) const BEGIN: &str = "/oauth/device_authorization";
/// Where it gets and renews tokens.
pub(crate) const TOKEN: &str = "/oauth/token";
/// Where it gives them back (RFC 7009).
pub(crate) const REVOKE: &str = "/oauth/revoke";

/// What a tool says when it asks by a device code.
const BY_DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What it says when it renews.
const BY_REFRESH: &str = "refresh_token";

/// Most characters of what a tool calls itself.
const LONGEST_NAME: usize = 40;

impl Desk {
    pub(crate) fn discovery(&self) -> Response<String> {
        answers::json(
            StatusCode::OK,
            &json!({
                "issuer": self.url(""),
                "device_authorization_endpoint": self.url(BEGIN),
                "token_endpoint": self.url(TOKEN),
                "revocation_endpoint": self.url(REVOKE),
                "grant_types_supported": [BY_DEVICE, BY_REFRESH, BY_EXCHANGE],
                "response_types_supported": [],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
                "revocation_endpoint_auth_methods_supported": ["none"],
            }),
        )
    }

    pub(crate) async fn begin(&self, asked: &Asked<'_>) -> Response<String> {
        let now = self.now();
        if !self.begun.take(asked.address, now) {
            let words = "too many sign-ins were begun from this address; wait a few minutes";
            return answers::oauth(StatusCode::TOO_MANY_REQUESTS, "slow_down", words);
        }
        let form = Form::of(asked.body);
        match self.settings.signed_in.begin(&surface(&form), now).await {
            Err(error) => answers::refused(&error, false),
            Ok(begun) => {
                let code = begun.user_code.to_string();
                let page = self.url(pages::DEVICE);
                let mut answer = json!({
                    "device_code": begun.device_code,
                    "user_code": code,
                    "verification_uri": page,
                    "verification_uri_complete": format!("{page}?user_code={code}"),
                    "expires_in": begun.expires_in,
                    "interval": begun.interval,
                });
                if let (Some(notice), Some(fields)) = (&self.settings.login_notice, answer.as_object_mut()) {
                    fields.insert("login_notice".to_owned(), notice.as_str().into());
                }
                answers::json(StatusCode::OK, &answer)
            }
        }
    }

    pub(crate) async fn token(&self, asked: &Asked<'_>) -> Response<String> {
        let (form, now) = (Form::of(asked.body), self.now());
        let signed_in: &SignedIn = &self.settings.signed_in;
        let missing = |name: &str| {
            let words = format!("the form needs one `{name}`");
            answers::oauth(StatusCode::BAD_REQUEST, "invalid_request", &words)
        };
        let Some(grant) = form.one("grant_type") else {
            return missing("grant_type");
        };
        let is_renewal = grant == BY_REFRESH;
        let granted = match grant {
            BY_EXCHANGE => return self.exchange(asked, &form).await,
            BY_DEVICE => {
                let Some(code) = form.one("device_code") else {
                    return missing("device_code");
                };
                signed_in.redeem(code, now).await
            }
            BY_REFRESH => {
                let Some(token) = form.one("refresh_token") else {
                    return missing("refresh_token");
                };
                signed_in
                    .renew(token, |person| (self.settings.knows)(person), now)
                    .await
            }
            _ => {
                let words = "tokens are given for device codes, refresh tokens and tokens of people for whom a service acts";
                return answers::oauth(StatusCode::BAD_REQUEST, "unsupported_grant_type", words);
            }
        };
        match granted {
            Ok(granted) => {
                let person = &granted.person;
                if !is_renewal && !self.note(Happening::SignedIn { person }).await {
                    tracing::error!(person, "a sign-in could not be recorded, so it is none");
                    let _ended = signed_in.revoke(&granted.refresh_token, now).await;
                    return answers::unavailable();
                }
                tracing::info!(person, is_renewal, "a tool has tokens");
                answers::json(StatusCode::OK, &tokens(&granted, is_renewal))
            }
            Err(error) => answers::refused(&error, is_renewal),
        }
    }

    pub(crate) async fn revoke(&self, asked: &Asked<'_>) -> Response<String> {
        let form = Form::of(asked.body);
        let Some(token) = form.one("token") else {
            return answers::oauth(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "the form needs one `token`",
            );
        };
        match self.settings.signed_in.revoke(token, self.now()).await {
            Ok(ended) => {
                if let Some(person) = &ended
                    && !self.note(Happening::SignedOut { person }).await
                {
                    tracing::error!(person, "that somebody signed out could not be recorded");
                }
                answers::json(StatusCode::OK, &json!({}))
            }
            Err(error) => answers::refused(&error, false),
        }
    }
}

fn tokens(granted: &Granted, is_renewal: bool) -> serde_json::Value {
    let mut answer = json!({
        "access_token": granted.access_token,
        "token_type": "Bearer",
        "expires_in": granted.expires_in,
        "refresh_token": granted.refresh_token,
    });
    // by it a tool asks its person whether it is they who approved
    if let (Some(email), Some(fields), false) = (&granted.email, answer.as_object_mut(), is_renewal) {
        fields.insert("email".to_owned(), email.as_str().into());
    }
    answer
}

/// What a tool calls itself, without what could be mistaken for words of the page.
fn surface(form: &Form) -> String {
    let name = form.one("surface").unwrap_or("tool");
    let letters = name.chars().take(LONGEST_NAME);
    letters
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect()
}
