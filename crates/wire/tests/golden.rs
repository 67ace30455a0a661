//! Every error and every refusal, in every protocol and for every program, as it goes out: golden files.

#![expect(clippy::unwrap_used, reason = "a test that cannot write its text has failed")]

use std::fmt::Write;
use wire::{Audience, Client, Denial, DenialCode, Dialect, Fault, FaultCode, Rendered};

const CLIENTS: [Client; 5] = [
    Client::ClaudeCode,
    Client::Codex,
    Client::Copilot,
    Client::GeminiCli,
    Client::Other,
];

const CODES: [DenialCode; 8] = [
    DenialCode::Clause,
    DenialCode::FactMissing,
    DenialCode::NeedsReview,
    DenialCode::NoAgreement,
    DenialCode::NotApproved,
    DenialCode::NotEntitled,
    DenialCode::NoPlace,
    DenialCode::UnknownModel,
];

fn put(out: &mut String, what: &str, rendered: &Rendered, event: &[u8]) {
    let mut headers: Vec<_> = rendered
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    let event = String::from_utf8_lossy(event).replace('\n', "\\n");
    writeln!(
        out,
        "{what}: {}\n  {}\n  {}\n  {event}",
        rendered.status,
        headers.join("\n  "),
        rendered.body
    )
    .unwrap();
}

/// Programs that are told the same are listed together.
fn by_client(
    out: &mut String,
    what: &str,
    dialect: Dialect,
    render: impl Fn(Audience) -> (Rendered, Vec<u8>),
) {
    let mut told: Vec<(Vec<Client>, String)> = Vec::new();
    for client in CLIENTS {
        let (rendered, event) = render(Audience { dialect, client });
        let mut text = String::new();
        put(&mut text, what, &rendered, &event);
        match told.iter_mut().find(|(_, other)| *other == text) {
            Some((clients, _)) => clients.push(client),
            None => told.push((vec![client], text)),
        }
    }
    for (clients, text) in &told {
        if told.len() > 1 {
            write!(out, "{clients:?} ").unwrap();
        }
        out.push_str(text);
    }
}

fn denial(code: DenialCode) -> Denial {
    let is_clause = matches!(
        code,
        DenialCode::Clause | DenialCode::FactMissing | DenialCode::NeedsReview
    );
    Denial {
        decision: "00ff".to_owned(),
        code,
        message: "Claude Sonnet is not available to you in Hong Kong.\nDecision 00ff".to_owned(),
        clause: is_clause.then(|| "anthropic-2024 § 2.3".to_owned()),
        alternatives: vec!["gpt".to_owned()],
        link: "https://ai.larkmoor.example/why/00ff".to_owned(),
    }
}

/// Acceptance A68: every refusal, in each protocol, as it is checked in.
#[test]
fn refusals() {
    let mut out = String::new();
    for dialect in Dialect::ALL {
        writeln!(out, "\n== {}", dialect.name()).unwrap();
        for code in CODES {
            by_client(&mut out, code.as_str(), dialect, |to| {
                (denial(code).answer(to), denial(code).event(to).to_vec())
            });
        }
    }
    insta::assert_snapshot!("refusals", out);
}

#[test]
fn errors() {
    let mut out = String::new();
    for dialect in Dialect::ALL {
        writeln!(out, "\n== {}", dialect.name()).unwrap();
        for code in FaultCode::ALL {
            let fault = Fault::new(code, "What went wrong, in words.");
            by_client(&mut out, code.as_str(), dialect, |to| {
                (fault.answer(to), fault.event(to).to_vec())
            });
        }
    }
    insta::assert_snapshot!("errors", out);
}
