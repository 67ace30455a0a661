//! Channels of providers, each against a service that checks what it gets as the provider would: signatures, statements,
//! tokens, names in certificates.

mod amazon;
mod azure;
mod credentials;
mod google;
mod line;
mod names;
mod service;

use crate::world::{Plan, changed};
use gateway::ConnectorSettings;
use register::source::Source;
use service::Service;

/// Asks Claude.
const CLAUDE: &str = "{\"model\":\"claude-sonnet\", \"max_tokens\":1.0e2,\"stream\":false}";
const CLAUDE_STREAM: &str = "{\"model\":\"claude-sonnet\", \"max_tokens\":1.0e2,\"stream\":true}";
const MESSAGES: &str = "/v1/messages";
const CHAT: &str = "/v1/chat/completions";

/// A world whose connectors go to a service, one of them changed.
fn plan(
    service: &Service,
    connector: &'static str,
    adjust: impl Fn(&mut ConnectorSettings) + 'static,
) -> Plan {
    let url = service.url("127.0.0.1");
    let mut plan = Plan::new(service.address);
    plan.adjust = Box::new(move |settings| {
        settings.base_url.clone_from(&url);
        if settings.id == connector {
            adjust(settings);
        }
    });
    plan
}

/// The register with Claude under another name at its provider.
fn named(upstream: &str) -> Vec<Source> {
    let with = format!("channel = \"anthropic-api\"\nupstream_model = \"{upstream}\"");
    changed(&[("channel = \"anthropic-api\"", &with)])
}
