//! Keys of what a clause does: its scope, what it denies, on what it lifts, and what it defines.

use super::words::{ACCOUNT, APPROVAL, CHAIN, DATA, MODALITY, PURPOSE, TIER, US_STATUS, WORKER};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static FOR: Table = Table {
    title: "the scope of a clause",
    doc: "When a clause applies at all; what is not given means any.",
    keys: &[
        key("models", Shape::Texts, "models, `*` standing for any run of characters"),
        key("purposes", Shape::Words(PURPOSE), "declared purposes"),
        key("data", Shape::Words(DATA), "data classes"),
        key("workers", Shape::Words(WORKER), "kinds of worker"),
        key("accounts", Shape::Words(ACCOUNT), "kinds of buying account"),
        key("modality", Shape::Word(MODALITY), "modality of the model"),
        key("registered", Shape::Flag, "only applications registered for volume"),
    ],
};

#[rustfmt::skip]
pub(crate) static DENY: Table = Table {
    title: "a condition",
    doc: "What is tested; which of these keys a clause takes depends on its kind.",
    keys: &[
        key("tiers", Shape::Words(TIER), "met on these tiers, in the places given"),
        key("in", Shape::PlaceSet, "met inside these places"),
        key("not_in", Shape::PlaceSet, "met outside these places"),
        key("beneficiary_in", Shape::PlaceSet, "met if the work is for the benefit of a client in these places"),
        key("sites", Shape::Texts, "met unless a credible claim names one of these sites"),
        key("over", Shape::Count, "met above this: basis points, or users of `scale.mau`"),
        key("at_least", Shape::Points, "met from this share on, in basis points"),
        key("controlled", Shape::True, "met if persons from unsupported places control the entity"),
        key("list", Shape::PlaceSet, "the list that tells supported places from others"),
        key("method", Shape::Word(CHAIN), "how shares along a chain combine; both ways where not given"),
        key("not_named", Shape::Texts, "met unless the licensee entity is one of these"),
        key("not_named_user", Shape::True, "met unless the person is a named user"),
        key("workers", Shape::Words(WORKER), "met for these kinds of worker"),
        key("employer_stopped", Shape::True, "as severe as what stops the contractor's own employer"),
        key("purposes", Shape::Words(PURPOSE), "met for these purposes"),
        key("pattern", Shape::True, "met if extraction shows and the application is not registered for volume"),
        key("no_human_review", Shape::True, "met unless a person reviews the output"),
        key("resale", Shape::True, "met if access is charged on"),
        key("outside_residency", Shape::True, "met if inference may run outside the residency asked for"),
        key("residency_asked", Shape::True, "met if any residency is asked for"),
        key("foreign_person", Shape::Table(&FOREIGN), "met for a foreign person"),
        key("screening_hit", Shape::True, "met on a hit of sanctions screening"),
        key("max_age_hours", Shape::Count, "how old the screening may be, in hours"),
        key("unless_filed", Shape::Texts, "models with a filing"),
        key("without_group", Shape::Text, "met unless the person is in this group"),
        key("exception", Shape::Words(APPROVAL), "met if the request relies on an exception approved so"),
        key("side_call", Shape::True, "met if the client called a provider besides the gateway"),
        key("outside_term", Shape::True, "met outside the validity of the instrument"),
        key("without_agreement", Shape::True, "met if no agreement in force covers the model"),
        key("accounts", Shape::Words(ACCOUNT), "met for these kinds of buying account"),
        key("always", Shape::True, "met whenever the clause applies"),
    ],
};

#[rustfmt::skip]
static FOREIGN: Table = Table {
    title: "the definition of a foreign person",
    doc: "Who is no foreign person: whoever has one of these citizenships or statuses.",
    keys: &[
        must("citizenships", Shape::PlaceSet, "citizenships that clear"),
        key("us_status", Shape::Words(US_STATUS), "statuses that clear"),
    ],
};

#[rustfmt::skip]
pub(super) static IF: Table = Table {
    title: "the conditions of an exception",
    doc: "On what an exception lifts; all that are given must hold.",
    keys: &[
        key("named", Shape::Flag, "only for named users of this instrument"),
        key("seats", Shape::Count, "how many people may be named"),
        key("inference_not_in", Shape::PlaceSet, "only if inference can run in none of these places"),
        key("max_days", Shape::Count, "only in the first days of the trip, the first being day 1"),
        key("entity_in", Shape::PlaceSet, "only if the tested entities are incorporated and led in these places"),
        key("entities", Shape::Texts, "only for these entities"),
        key("group", Shape::Text, "only for members of this group"),
        key("residence_in", Shape::PlaceSet, "only if the person lives in these places"),
        key("sites", Shape::Texts, "only for people assigned to one of these sites"),
        key("vpn", Shape::Flag, "only over the firm's VPN"),
    ],
};

#[rustfmt::skip]
pub(super) static AFFILIATE: Table = Table {
    title: "the definition of an affiliate",
    doc: "From which share on, or with control, an entity is an affiliate.",
    keys: &[
        key("over", Shape::Points, "above this share, in basis points"),
        key("at_least", Shape::Points, "from this share on, in basis points"),
        key("control", Shape::Flag, "control alone is enough"),
    ],
};

#[rustfmt::skip]
pub(super) static PARTY: Table = Table {
    title: "a contracting party",
    doc: "Who contracts for the licensor; the first entry that holds the licensee's place counts.",
    keys: &[
        key("in", Shape::PlaceSet, "places of the licensee; everywhere else where not given"),
        must("name", Shape::Text, "who contracts"),
    ],
};
