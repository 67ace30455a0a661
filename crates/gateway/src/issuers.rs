//! How the issuers of tokens are that the installation takes, for probes: none of it names a person or a key.

use identity::tokens::{IssuerHealth, Issuers};
use register::model::Instant;

/// A line about each issuer.
pub(crate) fn lines(issuers: &Issuers, at: Instant) -> String {
    issuers.health(at).iter().map(line).collect()
}

fn line(health: &IssuerHealth) -> String {
    let fetched = match health.fetched_at {
        Some(at) => format!("keys fetched at {at}"),
        None => "no keys yet".to_owned(),
    };
    let taken = match health.is_usable {
        true => "healthy",
        false => "its tokens are not taken",
    };
    let failure = health.failure.as_ref();
    let failure = failure
        .map(|why| format!("; not since: {why}"))
        .unwrap_or_default();
    format!("issuer {}: {taken}; {fetched}{failure}\n", health.issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_told_of_in_words() {
        let health = IssuerHealth {
            issuer: "https://id.larkmoor.example".to_owned(),
            fetched_at: Some(Instant(1_784_106_000)),
            is_usable: true,
            failure: None,
        };
        assert_eq!(
            line(&health),
            "issuer https://id.larkmoor.example: healthy; keys fetched at 2026-07-15T09:00:00Z\n"
        );
        let away = IssuerHealth {
            fetched_at: None,
            is_usable: false,
            failure: Some("it does not answer".to_owned()),
            ..health
        };
        assert_eq!(
            line(&away),
            "issuer https://id.larkmoor.example: its tokens are not taken; no keys yet; not since: it does not answer\n"
        );
    }
}
