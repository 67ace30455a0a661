//! Tables that a file may hold.

use super::cases::{NEVER, TEST};
use super::catalogue::{APPLICATION, CHANNEL, CLIENT, DEPLOYMENT, MODEL};
use super::clause::CLAUSE;
use super::instrument::INSTRUMENT;
use super::people::{ENTITY, GRANT, PERSON, SITE};
use super::places::{GROUP, LIST};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(crate) static FILE: Table = Table {
    title: "a register file",
    doc: "One file of a register; any file may hold any of these tables.",
    keys: &[
        key("firm", Shape::Table(&FIRM), "the firm that keeps the register; once per register"),
        key("limits", Shape::Table(&LIMITS), "how old evidence may be; once per register"),
        key("display", Shape::Names, "display names of places, by code"),
        key("instrument", Shape::Table(&INSTRUMENT), "the instrument of this file"),
        key("groups", Shape::Named(&GROUP), "region groups: the instrument's own, or shared ones"),
        key("list", Shape::Tables(&LIST), "lists of places by reference"),
        key("clause", Shape::Tables(&CLAUSE), "clauses of the instrument of this file"),
        key("entity", Shape::Tables(&ENTITY), "legal entities"),
        key("site", Shape::Tables(&SITE), "offices and network sites"),
        key("channel", Shape::Tables(&CHANNEL), "channels"),
        key("model", Shape::Tables(&MODEL), "models"),
        key("deployment", Shape::Tables(&DEPLOYMENT), "deployments"),
        key("application", Shape::Tables(&APPLICATION), "applications"),
        key("client", Shape::Tables(&CLIENT), "client programs"),
        key("person", Shape::Tables(&PERSON), "people and service accounts for demonstration and tests"),
        key("grant", Shape::Tables(&GRANT), "time-boxed grants"),
        key("test", Shape::Tables(&TEST), "cases that must come out as written"),
        key("never", Shape::Tables(&NEVER), "what may never be permitted"),
    ],
};

#[rustfmt::skip]
static FIRM: Table = Table {
    title: "the firm",
    doc: "The firm that keeps the register.",
    keys: &[
        must("name", Shape::Text, "name, as refusals and reports show it"),
        key("ask", Shape::Text, "where a refused person asks or corrects a fact"),
    ],
};

#[rustfmt::skip]
static LIMITS: Table = Table {
    title: "the limits",
    doc: "How old evidence may be before it is stale; equal is fresh.",
    keys: &[
        key("presence_hours", Shape::Count, "claims of presence; 12 where not given"),
        key("directory_hours", Shape::Count, "the place from the directory; 24 where not given"),
        key("screening_hours", Shape::Count, "sanctions screening; 24 where not given"),
        key("contradiction_days", Shape::Count, "how long another presence silences the directory; 7 where not given"),
    ],
};
