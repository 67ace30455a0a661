//! Requests that show what a register does not hold: trips, doubtful evidence, screening, signs of extraction.

use super::answer::{Answer, Clauses, answers};
use super::differences::write_differences;
use crate::bank::{BANK, compile, instant};
use decision::cases::facts_of;
use decision::{Claim, ClaimSource, Facts, ScreeningResult, Trip};
use register::model::{DataClass, ExceptionApproval, Instant, Pattern, PlaceFact, Purpose};

const TODAY: &str = "2026-11-20T09:00:00Z";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Who asks, when, what is unusual, and how it shows in the facts.
type Case = (&'static str, &'static str, &'static str, fn(&mut Facts, Instant));

const CASES: &[Case] = &[
    (
        "london-traveller",
        TODAY,
        "on the 1st day of a trip to Nicaragua",
        |facts, at| trip(facts, at, "NI", Some(0)),
    ),
    ("london-traveller", TODAY, "on its 14th day", |facts, at| {
        trip(facts, at, "NI", Some(13))
    }),
    ("london-traveller", TODAY, "on its 15th day", |facts, at| {
        trip(facts, at, "NI", Some(14))
    }),
    (
        "london-traveller",
        TODAY,
        "on a trip to Nicaragua since nobody knows when",
        |facts, at| trip(facts, at, "NI", None),
    ),
    (
        "london-traveller",
        TODAY,
        "on the 1st day of a trip to Hong Kong",
        |facts, at| trip(facts, at, "HK", Some(0)),
    ),
    (
        "london-traveller",
        TODAY,
        "on the 1st day of a trip to Crimea",
        |facts, at| trip(facts, at, "UA-43", Some(0)),
    ),
    (
        "london-traveller",
        TODAY,
        "on the 1st day of a trip to Ukraine, no part named",
        |facts, at| trip(facts, at, "UA", Some(0)),
    ),
    (
        "london-traveller",
        TODAY,
        "in London and in Hong Kong at once",
        |facts, at| {
            facts
                .claims
                .extend(["GB", "HK"].map(|place| claim(ClaimSource::Zone, place, at)));
        },
    ),
    (
        "london-traveller",
        TODAY,
        "a badge in Taipei 12 hours ago",
        |facts, at| badge(facts, at, "TW", 12 * HOUR),
    ),
    (
        "london-traveller",
        TODAY,
        "a badge in Taipei 12 hours and a second ago",
        |facts, at| badge(facts, at, "TW", 12 * HOUR + 1),
    ),
    (
        "london-traveller",
        TODAY,
        "a badge in Hong Kong 7 days ago, nothing since",
        |facts, at| badge(facts, at, "HK", 7 * DAY),
    ),
    (
        "london-traveller",
        TODAY,
        "a badge in Hong Kong 7 days and a second ago",
        |facts, at| badge(facts, at, "HK", 7 * DAY + 1),
    ),
    (
        "london-traveller",
        TODAY,
        "a badge from the future",
        |facts, at| badge(facts, at, "GB", -1),
    ),
    (
        "london-traveller",
        TODAY,
        "a badge in a place that nobody recognises",
        |facts, at| badge(facts, at, "Hongkong", 0),
    ),
    (
        "london-traveller",
        TODAY,
        "a directory last synchronised 24 hours and a second ago",
        |facts, at| {
            facts.claims[0].observed_at = at.plus(-DAY - 1);
        },
    ),
    (
        "london-traveller",
        TODAY,
        "an address that looks like Hong Kong, and is marked as a VPN",
        |facts, at| {
            facts.claims.push(Claim {
                marked: true,
                ..claim(ClaimSource::GeoIp, "HK", at)
            });
        },
    ),
    (
        "london-traveller",
        TODAY,
        "a header that says Hong Kong",
        |facts, at| {
            facts.claims.push(claim(ClaimSource::ClientHeader, "HK", at));
        },
    ),
    (
        "london-developer",
        TODAY,
        "found by sanctions screening",
        |facts, _| {
            facts.person.screening.result = Some(ScreeningResult::Hit);
        },
    ),
    ("london-developer", TODAY, "screened 24 hours ago", |facts, at| {
        facts.person.screening.screened_at = Some(at.plus(-DAY));
    }),
    (
        "london-developer",
        TODAY,
        "screened 24 hours and a second ago",
        |facts, at| {
            facts.person.screening.screened_at = Some(at.plus(-DAY - 1));
        },
    ),
    (
        "london-developer",
        TODAY,
        "templated prompts in volume",
        |facts, _| {
            facts.request.patterns = vec![Pattern::Templated, Pattern::HighVolume];
        },
    ),
    (
        "london-developer",
        TODAY,
        "the same, by an application registered for volume",
        |facts, _| {
            facts.request.patterns = vec![Pattern::Templated, Pattern::HighVolume];
            facts.request.registered_application = true;
        },
    ),
    (
        "london-developer",
        TODAY,
        "relies on an exception of their own",
        |facts, _| {
            facts.request.exception = Some(ExceptionApproval::SelfApproved);
        },
    ),
    (
        "london-developer",
        TODAY,
        "relies on an exception that somebody else approved",
        |facts, _| {
            facts.request.exception = Some(ExceptionApproval::OtherApproved);
        },
    ),
    (
        "london-developer",
        TODAY,
        "calls a provider beside the gateway",
        |facts, _| {
            facts.request.side_call = Some("api.example.com".to_owned());
        },
    ),
    (
        "london-developer",
        TODAY,
        "for the benefit of a client in Iran",
        |facts, _| {
            facts.request.beneficiary = Some(PlaceFact::read("IR"));
        },
    ),
    ("london-developer", TODAY, "charged on to a client", |facts, _| {
        facts.request.resale = true
    }),
    (
        "london-developer",
        TODAY,
        "output for readers in Germany",
        |facts, _| {
            facts.request.output_to = vec![PlaceFact::read("DE")];
        },
    ),
    (
        "london-developer",
        TODAY,
        "calls to Anthropic leave in Hong Kong",
        |facts, _| {
            facts.egress = vec![("anthropic-api".to_owned(), PlaceFact::read("HK"))];
        },
    ),
    ("london-developer", TODAY, "for military use", |facts, _| {
        facts.request.purpose = Purpose::Military
    }),
    (
        "london-developer",
        TODAY,
        "for critical infrastructure",
        |facts, _| {
            facts.request.purpose = Purpose::CriticalInfrastructure;
        },
    ),
    (
        "london-developer",
        TODAY,
        "for adverse decisions without a person",
        |facts, _| {
            facts.request.purpose = Purpose::FullyAutomatedAdverseDecision;
        },
    ),
    (
        "london-developer",
        TODAY,
        "with personal data of clients in mainland China",
        |facts, _| {
            facts.request.data = DataClass::CnClientPersonal;
        },
    ),
    (
        "summary-service",
        TODAY,
        "one of its readers is in a place that nobody knows",
        |facts, _| {
            facts.request.end_users = Some(vec![PlaceFact::read("GB"), PlaceFact::Unknown]);
        },
    ),
    (
        "newyork-us-developer",
        "2027-06-30T23:59:59Z",
        "on the last day of the agreement with xAI",
        |_, _| {},
    ),
    (
        "newyork-us-developer",
        "2027-07-01T00:00:00Z",
        "a second later",
        |_, _| {},
    ),
    (
        "dubai-analyst",
        "2026-12-09T23:59:59Z",
        "before a change of Anthropic's list binds",
        |_, _| {},
    ),
    (
        "dubai-analyst",
        "2026-12-10T00:00:00Z",
        "when it binds",
        |_, _| {},
    ),
    (
        "dubai-trade-financier",
        "2025-11-09T12:00:00Z",
        "while the Affiliates Rule is in force",
        |_, _| {},
    ),
    (
        "dubai-trade-financier",
        "2025-11-10T12:00:00Z",
        "while it is suspended",
        |_, _| {},
    ),
    (
        "hk-analyst",
        "2026-03-16T12:00:00Z",
        "about a day in March, as known today",
        |_, _| {},
    ),
];

/// Each case, and how its answers differ from those of the same person, in place and unremarkable, today.
pub(crate) fn sheet(clauses: &mut Clauses) -> String {
    let mut text = "Unusual requests, one fact each: how their answers differ from those that the same person gets on 20 November\n\
        2026 where the directory has them. `and`: what stops besides; `not`: what stops no longer.\n\n"
        .to_owned();
    let today = instant(TODAY);
    let snapshot = compile(BANK.clone());
    let mut written: Vec<(Vec<Answer>, Vec<Answer>, Vec<String>)> = Vec::new();
    for (id, at, what, change) in CASES {
        let person = BANK.people.iter().find(|person| person.id == *id).unwrap();
        let usually = answers(&snapshot, &facts_of(&BANK, person, &[], today), today, clauses);
        let at = instant(at);
        let then = if at == today {
            String::new()
        } else {
            format!(" ({at})")
        };
        let heading = format!("{id}, {what}{then}");
        let mut facts = facts_of(&BANK, person, &[], at);
        change(&mut facts, at);
        let found = answers(&snapshot, &facts, at, clauses);
        match written
            .iter_mut()
            .find(|(before, after, _)| *before == usually && *after == found)
        {
            Some((_, _, headings)) => headings.push(heading),
            None => written.push((usually, found, vec![heading])),
        }
    }
    for (usually, found, headings) in written {
        write_differences(&mut text, &headings.join("\n"), &usually, &found);
    }
    text
}

fn claim(source: ClaimSource, place: &str, observed_at: Instant) -> Claim {
    Claim {
        source,
        place: Some(PlaceFact::read(place)),
        site: None,
        marked: false,
        observed_at,
        trip: None,
    }
}

fn badge(facts: &mut Facts, at: Instant, place: &str, age: i64) {
    facts.claims.push(claim(ClaimSource::Badge, place, at.plus(-age)));
}

/// An open trip that began so many days ago.
fn trip(facts: &mut Facts, at: Instant, place: &str, began: Option<i64>) {
    let from = began.map(|days| Instant::of_utc_day(at.utc_day() - days));
    facts.claims.push(Claim {
        trip: Some(Trip { from, to: None }),
        ..claim(ClaimSource::Trip, place, at)
    });
}
