//! Keys of a clause.

use super::effects::{AFFILIATE, DENY, FOR, IF, PARTY};
use super::instrument::CITATION;
use super::words::{DISCLOSURE, KIND, LAYER, READING, STATUS};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static CLAUSE: Table = Table {
    title: "a clause",
    doc: "One clause of the instrument of its file.",
    keys: &[
        must("ref", Shape::Id, "reference as the document has it"),
        key("title", Shape::Text, "short title"),
        must("plain", Shape::Text, "what refusals show, in plain words"),
        key("words", Shape::Text, "the document's own words"),
        key("disclose", Shape::Word(DISCLOSURE), "who may read those words; `legal` where not given"),
        key("kind", Shape::Word(KIND), "what it is about; a clause without a kind is unread and denies"),
        key("layer", Shape::Word(LAYER), "its layer, where that is not its instrument's"),
        key("effective", Shape::Moment, "first day of its validity"),
        key("expires", Shape::Moment, "last day of its validity"),
        key("known_from", Shape::Moment, "from when it is known"),
        key("for", Shape::Table(&FOR), "when it applies at all"),
        key("deny", Shape::Table(&DENY), "what it refuses"),
        key("review", Shape::Table(&DENY), "what a person has to decide"),
        key("lifts", Shape::Texts, "the clauses that it takes away: it is an exception then"),
        key("for_places", Shape::ForPlaces, "the places for which it lifts"),
        key("if", Shape::Table(&IF), "the conditions on which it lifts; all must hold"),
        key("defines", Shape::Text, "the group of this instrument that it defines"),
        key("affiliate", Shape::Table(&AFFILIATE), "who is an affiliate"),
        key("days", Shape::Count, "days of notice"),
        key("order", Shape::Words(LAYER), "layers of the licensor's documents, highest first"),
        key("parties", Shape::Tables(&PARTY), "who contracts, by the place of the licensee"),
        key("list", Shape::Text, "the list by reference that it names"),
        key("seats", Shape::Count, "how many people may be named"),
        key("obliges", Shape::Texts, "what must be done along with a permit"),
        key("recorded", Shape::Text, "why it decides nothing"),
        key("no_bearing", Shape::Table(&NO_BEARING), "who found that it bears on no decision"),
        key("citation", Shape::Table(&CITATION), "where the text comes from"),
        key("status", Shape::Tables(&STATUS_CHANGE), "legal status over time; in force where not given"),
        key("reading", Shape::Tables(&CLAUSE_READING), "how what it tests is read, and since when"),
    ],
};

#[rustfmt::skip]
static NO_BEARING: Table = Table {
    title: "a finding of no bearing",
    doc: "A named reader found that the clause bears on no decision.",
    keys: &[
        must("by", Shape::Text, "who found it"),
        must("known_from", Shape::Moment, "from when that is known"),
        must("reason", Shape::Text, "why"),
    ],
};

#[rustfmt::skip]
static STATUS_CHANGE: Table = Table {
    title: "a period of legal status",
    doc: "What was true of a rule in law, and when.",
    keys: &[
        key("from", Shape::Moment, "first day"),
        key("to", Shape::Moment, "last day"),
        must("status", Shape::Word(STATUS), "the status"),
        key("known_from", Shape::Moment, "from when it is known; `from` where not given"),
    ],
};

#[rustfmt::skip]
static CLAUSE_READING: Table = Table {
    title: "a reading",
    doc: "How somebody reads the places that a clause tests; the latest one known counts.",
    keys: &[
        must("known_from", Shape::Moment, "from when it is known"),
        must("by", Shape::Text, "who read it so"),
        must("tests", Shape::Word(READING), "the places that are tested"),
        key("note", Shape::Text, "why; never leaves the legal role"),
    ],
};
