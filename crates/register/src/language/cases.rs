//! Keys of tests and invariants.

use super::words::{APPROVAL, DATA, DECISION, MISSING, ORIGIN, PATTERN, PURPOSE, SCREENING, STATE};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static TEST: Table = Table {
    title: "a test",
    doc: "A case that must come out as written, or the register is refused.",
    keys: &[
        must("person", Shape::Id, "who"),
        must("model", Shape::Id, "which model"),
        key("from", Shape::FactsOr(&ORIGIN_TABLE), "from where, seen there by a network zone unless it says otherwise; the place in the directory where not given"),
        key("at", Shape::Moment, "at which instant"),
        key("known_at", Shape::Moment, "as known when"),
        key("purpose", Shape::Word(PURPOSE), "purpose; that of the person's application where not given"),
        key("data", Shape::Word(DATA), "data class; that of the person's application where not given"),
        key("given", Shape::Table(&GIVEN), "further facts of the person and the request"),
        must("expect", Shape::Table(&EXPECT), "what must come out"),
    ],
};

#[rustfmt::skip]
static ORIGIN_TABLE: Table = Table {
    title: "a claim",
    doc: "What one source says of the place of the person of a test.",
    keys: &[
        must("source", Shape::Word(ORIGIN), "who says so; `directory` takes the place of what the person's entry says"),
        key("place", Shape::PlaceFact, "where; the source has no answer where not given"),
        key("site", Shape::Id, "the site that it names"),
        key("age_hours", Shape::Count, "how old it is; just observed where not given"),
        key("marked", Shape::Flag, "marked as hosting, VPN, anycast or error, so that it proves nothing"),
        key("since", Shape::Moment, "of a trip: first day; open since an unknown day where not given"),
        key("until", Shape::Moment, "of a trip: last day; still open where not given"),
    ],
};

#[rustfmt::skip]
static GIVEN: Table = Table {
    title: "given facts",
    doc: "Facts of a test that replace those of the person's application, or that no register holds.",
    keys: &[
        key("end_users", Shape::PlaceFacts, "places of the people behind a service; empty: none declared"),
        key("output_to", Shape::PlaceFacts, "where the output goes"),
        key("residency", Shape::PlaceSet, "residency asked for the inference"),
        key("registered", Shape::Flag, "whether the application is registered for volume"),
        key("human_review", Shape::Flag, "whether a person reviews the output before a client sees it"),
        key("resale", Shape::Flag, "whether access is charged on to a third party"),
        key("beneficiary", Shape::PlaceFact, "place of the client for whose benefit the work is done"),
        key("patterns", Shape::Words(PATTERN), "signs of extraction seen on the person"),
        key("side_call", Shape::Text, "host that the client called besides the gateway"),
        key("exception", Shape::Word(APPROVAL), "who approved the exception that the request relies on"),
        key("screening", Shape::Word(SCREENING), "what sanctions screening found; `clean` where not given"),
        key("screening_age_hours", Shape::Count, "how old the screening is; of the same instant where not given"),
        key("egress", Shape::PlaceFact, "where calls leave, by every connector; as each deployment has it where not given"),
    ],
};

#[rustfmt::skip]
static EXPECT: Table = Table {
    title: "an expectation",
    doc: "What a test expects.",
    keys: &[
        must("decision", Shape::Word(DECISION), "the decision"),
        key("clause", Shape::Text, "a clause among the reasons, or an exception used"),
        key("state", Shape::Word(STATE), "the state of that clause, which is then a reason"),
        key("missing", Shape::Word(MISSING), "what must be missing, as a reason of its own"),
        key("lift", Shape::Text, "an exception that must have been used"),
        key("alternatives", Shape::Texts, "models that must be among the alternatives"),
        key("obligations", Shape::Texts, "obligations that must be among those found"),
    ],
};

#[rustfmt::skip]
pub(super) static NEVER: Table = Table {
    title: "an invariant",
    doc: "What may never be permitted, whoever asks, wherever and whenever.",
    keys: &[must("permit", Shape::Table(&PERMIT), "what may never be permitted")],
};

#[rustfmt::skip]
static PERMIT: Table = Table {
    title: "what may never be permitted",
    doc: "The cases that an invariant is about.",
    keys: &[
        must("model", Shape::Text, "models, `*` standing for any run of characters"),
        key("person_in", Shape::PlaceSet, "at least one credible place is among these; any where not given"),
        key("group_not", Shape::Text, "the person is not in this group"),
        key("from", Shape::Moment, "first day"),
        key("until", Shape::Moment, "last day"),
    ],
};
