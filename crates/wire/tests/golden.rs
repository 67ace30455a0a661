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

fn answer(rendered: &Rendered) -> String {
    let mut headers: Vec<_> = rendered
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    format!(
        "{}\n  {}\n  {}\n",
        rendered.status,
        headers.join("\n  "),
        rendered.body
    )
}

/// Programs that are told the same are listed together.
fn by_client(out: &mut String, what: &str, of: impl Fn(Client) -> String) {
    let mut told: Vec<(Vec<Client>, String)> = Vec::new();
    for client in CLIENTS {
        let text = of(client);
        match told.iter_mut().find(|(_, other)| *other == text) {
            Some((clients, _)) => clients.push(client),
            None => told.push((vec![client], text)),
        }
    }
    for (clients, text) in &told {
        let who = if told.len() > 1 {
            format!(" {clients:?}")
        } else {
            String::new()
        };
        write!(out, "{what}{who}: {text}").unwrap();
    }
}

fn both(out: &mut String, what: &str, dialect: Dialect, of: impl Fn(Audience) -> (Rendered, Vec<u8>)) {
    by_client(out, what, |client| answer(&of(Audience { dialect, client }).0));
    by_client(out, "  in a stream", |client| {
        let event = of(Audience { dialect, client }).1;
        format!("{}\n", String::from_utf8_lossy(&event).replace('\n', "⏎"))
    });
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
            both(&mut out, code.as_str(), dialect, |to| {
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
            both(&mut out, code.as_str(), dialect, |to| {
                (fault.answer(to), fault.event(to).to_vec())
            });
        }
    }
    insta::assert_snapshot!("errors", out);
}
