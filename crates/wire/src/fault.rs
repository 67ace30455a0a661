//! Errors that are nobody's refusal: a request that cannot be read, a key that is not known, a provider that is away.

use crate::render::Saying;
use crate::{Audience, Rendered, event, headers};
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// The request cannot be read or says something that it cannot say.
    InvalidRequest,
    /// The model speaks another protocol, which another route serves.
    WrongRoute,
    /// The application of the key does not allow what the request declares.
    NotOfApplication,
    /// No key, or none that is known.
    Unauthenticated,
    /// The key is known, and its person or application is not.
    UnknownHolder,
    /// No such route.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The body is compressed.
    CompressedBody,
    /// Something here is broken.
    Internal,
    /// The provider cannot be reached, or not as the register pins it.
    UpstreamUnavailable,
    /// The provider broke off.
    UpstreamCut,
    /// The decision could not be recorded, so nothing was sent.
    AuditUnavailable,
    /// What is known of people and keys is too old to be relied on.
    DirectoryUnavailable,
    /// The request carries what another gateway would take for routing.
    RoutingNotTaken,
    /// The request uses something that the provider keeps.
    ProviderState,
    /// The request asks for a tool of the provider that the deployment does not have.
    ToolNotPermitted,
    /// The request asks for an account, a place or a tier that the deployment does not have.
    ValueNotPermitted,
    /// The request points to an address that nobody may be sent to.
    AddressNotPermitted,
    /// The request shows images to a model that takes none.
    ImagesNotTaken,
    /// The request asks for too much.
    TooMuch,
    /// The call is known, and not served here.
    NotServed,
    /// The call is served without a WebSocket.
    NoUpgrade,
    /// The right to forward ran out before the request could be sent.
    DecisionExpired,
    /// The provider did not answer in time.
    UpstreamTimeout,
    /// The provider has failed so often of late that it is left alone for a moment.
    UpstreamResting,
    /// More requests or tokens than the installation allows.
    LimitReached,
    /// The gateway stops.
    Stopping,
}

/// How a code is put: word, status, class in Anthropic's words, class in OpenAI's words, whether to try again.
struct Manner(&'static str, StatusCode, &'static str, &'static str, bool);

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 29] = [
        Self::InvalidRequest,
        Self::WrongRoute,
        Self::NotOfApplication,
        Self::Unauthenticated,
        Self::UnknownHolder,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::BodyTimeout,
        Self::BodyTooLarge,
        Self::CompressedBody,
        Self::Internal,
        Self::UpstreamUnavailable,
        Self::UpstreamCut,
        Self::AuditUnavailable,
        Self::DirectoryUnavailable,
        Self::RoutingNotTaken,
        Self::ProviderState,
        Self::ToolNotPermitted,
        Self::ValueNotPermitted,
        Self::AddressNotPermitted,
        Self::ImagesNotTaken,
        Self::TooMuch,
        Self::NotServed,
        Self::NoUpgrade,
        Self::DecisionExpired,
        Self::UpstreamTimeout,
        Self::UpstreamResting,
        Self::LimitReached,
        Self::Stopping,
    ];

    const fn manner(self) -> Manner {
        const INVALID: &str = "invalid_request_error";
        const API: &str = "api_error";
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        const AWAY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
        match self {
            Self::InvalidRequest => Manner("invalid_request", BAD, INVALID, INVALID, false),
            Self::WrongRoute => Manner("wrong_route", BAD, INVALID, INVALID, false),
            Self::NotOfApplication => Manner("not_of_application", BAD, INVALID, INVALID, false),
            Self::Unauthenticated => Manner(
                "invalid_api_key",
                StatusCode::UNAUTHORIZED,
                "authentication_error",
                INVALID,
                false,
            ),
            Self::UnknownHolder => Manner(
                "unknown_holder",
                StatusCode::FORBIDDEN,
                "permission_error",
                "permission_error",
                false,
            ),
            Self::NotFound => Manner(
                "not_found",
                StatusCode::NOT_FOUND,
                "not_found_error",
                INVALID,
                false,
            ),
            Self::MethodNotAllowed => Manner(
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                INVALID,
                INVALID,
                false,
            ),
            Self::BodyTimeout => Manner(
                "body_timeout",
                StatusCode::REQUEST_TIMEOUT,
                "timeout_error",
                INVALID,
                false,
            ),
            Self::BodyTooLarge => Manner(
                "body_too_large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "request_too_large",
                INVALID,
                false,
            ),
            Self::CompressedBody => Manner(
                "compressed_body",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                INVALID,
                INVALID,
                false,
            ),
            Self::Internal => Manner("internal", StatusCode::INTERNAL_SERVER_ERROR, API, API, false),
            Self::UpstreamUnavailable => {
                Manner("upstream_unavailable", StatusCode::BAD_GATEWAY, API, API, true)
            }
            Self::UpstreamCut => Manner("upstream_cut", StatusCode::BAD_GATEWAY, API, API, true),
            Self::AuditUnavailable => Manner("audit_unavailable", AWAY, API, API, true),
            Self::DirectoryUnavailable => Manner("directory_unavailable", AWAY, API, API, true),
            Self::RoutingNotTaken
            | Self::ProviderState
            | Self::ToolNotPermitted
            | Self::ValueNotPermitted
            | Self::AddressNotPermitted
            | Self::ImagesNotTaken
            | Self::TooMuch
            | Self::NotServed
            | Self::NoUpgrade => self.manner_of_reach(),
            Self::DecisionExpired => Manner("decision_expired", AWAY, API, API, true),
            Self::UpstreamTimeout => Manner(
                "upstream_timeout",
                StatusCode::GATEWAY_TIMEOUT,
                "timeout_error",
                API,
                true,
            ),
            Self::UpstreamResting => Manner("upstream_resting", AWAY, "overloaded_error", API, true),
            Self::LimitReached => Manner(
                "limit_reached",
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_error",
                "rate_limit_error",
                true,
            ),
            Self::Stopping => Manner("stopping", AWAY, API, API, true),
        }
    }

    /// How the codes of what reaches too far are put. The status of a refusal is that of refusals in the dialect.
    const fn manner_of_reach(self) -> Manner {
        const INVALID: &str = "invalid_request_error";
        const PERMISSION: &str = "permission_error";
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        let (code, status, class) = match self {
            Self::RoutingNotTaken => ("routing_not_taken", BAD, PERMISSION),
            Self::ProviderState => ("provider_state_not_served", BAD, PERMISSION),
            Self::ToolNotPermitted => ("tool_not_permitted", BAD, PERMISSION),
            Self::ValueNotPermitted => ("value_not_permitted", BAD, PERMISSION),
            Self::AddressNotPermitted => ("address_not_permitted", BAD, PERMISSION),
            Self::ImagesNotTaken => ("images_not_taken", BAD, INVALID),
            Self::NotServed => {
                let not_found = StatusCode::NOT_FOUND;
                return Manner("not_served", not_found, "not_found_error", INVALID, false);
            }
            Self::NoUpgrade => ("no_upgrade", StatusCode::UPGRADE_REQUIRED, INVALID),
            _ => ("too_much", BAD, INVALID),
        };
        Manner(code, status, class, class, false)
    }

    /// Whether it refuses what was asked for, so that it must be shown like a refusal.
    pub const fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::RoutingNotTaken
                | Self::ProviderState
                | Self::ToolNotPermitted
                | Self::ValueNotPermitted
                | Self::AddressNotPermitted
                | Self::ImagesNotTaken
        )
    }

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        self.manner().0
    }

    /// The status of an answer that has not begun.
    pub const fn status(self) -> StatusCode {
        self.manner().1
    }
}

/// An error, before it takes the shape of a protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong, for programs.
    pub code: FaultCode,
    /// What went wrong, for people.
    pub message: String,
}

impl Fault {
    /// An error with its message.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The error as the answer to a request.
    pub fn answer(&self, to: impl Into<Audience>) -> Rendered {
        let to = to.into();
        let Manner(_, status, _, _, again) = self.code.manner();
        let mut rendered = self.saying(to).answer(to.dialect);
        if !again {
            rendered
                .headers
                .insert(headers::SHOULD_RETRY, HeaderValue::from_static("false"));
        } else if status == StatusCode::SERVICE_UNAVAILABLE {
            rendered
                .headers
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        rendered
    }

    /// The error as the last event of a stream that has begun.
    pub fn event(&self, to: impl Into<Audience>) -> Bytes {
        let to = to.into();
        let Manner(.., again) = self.code.manner();
        let mut saying = self.saying(to);
        let profile = to.profile();
        if !again || self.code.is_refusal() {
            saying.known = profile.late;
        }
        event::error(to.dialect, profile.form, &saying.json(to.dialect))
    }

    fn saying(&self, to: Audience) -> Saying<'_> {
        let Manner(code, status, anthropic, openai, _) = self.code.manner();
        let profile = to.profile();
        let is_refusal = self.code.is_refusal();
        // a client that is told 403 under a code which it does not know tries again, whatever was wrong
        let is_forbidden = status == StatusCode::FORBIDDEN;
        Saying {
            anthropic,
            openai,
            known: profile.code.filter(|_| is_refusal || is_forbidden),
            status: if is_refusal { profile.status } else { status },
            code,
            message: &self.message,
            beside: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use serde_json::Value;

    fn check(code: FaultCode, dialect: Dialect, status: u16, class: &str) {
        let rendered = Fault::new(code, "words").answer(dialect);
        let body: Value = serde_json::from_str(&rendered.body).unwrap();
        assert_eq!(rendered.status.as_u16(), status, "{code:?}");
        assert_eq!(body["error"]["type"], class, "{code:?}");
        assert_eq!(body["error"]["message"], "words");
        assert_eq!(rendered.headers["bailiwick-code"], code.as_str());
    }

    #[test]
    fn classes_are_those_of_the_protocols() {
        use Dialect::{AnthropicMessages, OpenAiChat};
        check(
            FaultCode::Unauthenticated,
            AnthropicMessages,
            401,
            "authentication_error",
        );
        check(
            FaultCode::Unauthenticated,
            OpenAiChat,
            401,
            "invalid_request_error",
        );
        check(FaultCode::NotFound, AnthropicMessages, 404, "not_found_error");
        check(
            FaultCode::BodyTooLarge,
            AnthropicMessages,
            413,
            "request_too_large",
        );
        check(FaultCode::AuditUnavailable, OpenAiChat, 503, "api_error");
        check(
            FaultCode::UpstreamUnavailable,
            AnthropicMessages,
            502,
            "api_error",
        );
    }

    #[test]
    fn words_differ_and_clients_are_told_what_not_to_repeat() {
        let mut words: Vec<_> = FaultCode::ALL.map(FaultCode::as_str).to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), FaultCode::ALL.len());
        for code in FaultCode::ALL {
            let rendered = Fault::new(code, "words").answer(Dialect::OpenAiChat);
            let told_not_to = rendered.headers.contains_key(headers::SHOULD_RETRY);
            let is_final = code.status().as_u16() <= 500 && code != FaultCode::LimitReached;
            assert_eq!(told_not_to, is_final, "{code:?}");
        }
    }

    #[test]
    fn a_fault_in_a_stream_is_an_event() {
        let event = Fault::new(FaultCode::UpstreamCut, "words").event(Dialect::AnthropicMessages);
        assert!(event.starts_with(b"event: error\ndata: ") && event.ends_with(b"\n\n"));
    }
}
