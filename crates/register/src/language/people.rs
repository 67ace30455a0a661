//! Keys of entities, sites, people and grants.

use super::words::{US_STATUS, WORKER};
use super::{Shape, Table, key, must};

#[rustfmt::skip]
pub(super) static ENTITY: Table = Table {
    title: "an entity",
    doc: "A legal entity: where it is, and who owns and controls it.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        key("incorporated", Shape::PlaceFact, "place of incorporation; unknown where not given"),
        key("headquarters", Shape::PlaceFact, "headquarters; unknown where not given"),
        key("principal_place", Shape::PlaceFact, "principal place of business; the headquarters where not given"),
        key("billing", Shape::PlaceFact, "where its buying account is billed; unknown where not given"),
        key("unsupported_share", Shape::PointsOrUnknown, "share from unsupported places; from `owner` where not given"),
        key("controlled", Shape::Flag, "whether persons from unsupported places control it; unknown where not given"),
        key("listed_owners", Shape::PointsList, "shares of owners that stand on a party list"),
        key("sanctioned", Shape::Flag, "whether it is sanctioned itself; unknown where not given"),
        key("monthly_users_at_release", Shape::Count, "monthly users, with affiliates, before a model's release"),
        key("owner", Shape::Tables(&OWNER), "its owners, and theirs"),
    ],
};

#[rustfmt::skip]
static OWNER: Table = Table {
    title: "an owner",
    doc: "One link of an ownership graph.",
    keys: &[
        must("owner", Shape::Id, "who owns"),
        key("place", Shape::PlaceFact, "headquarters of the owner; unknown where not given"),
        key("owned", Shape::Id, "what is owned: this entity, or another owner of the graph"),
        must("share", Shape::Points, "how much of it, in basis points"),
        key("controls", Shape::Flag, "whether it controls what it owns, whatever the share"),
        key("listed", Shape::Flag, "whether it stands on a party list"),
        key("sanctioned", Shape::Flag, "whether it is sanctioned"),
    ],
};

#[rustfmt::skip]
pub(super) static SITE: Table = Table {
    title: "a site",
    doc: "An office or network site.",
    keys: &[
        must("id", Shape::Id, "its name"),
        key("name", Shape::Text, "name for people"),
        must("place", Shape::Place, "where it is"),
        key("networks", Shape::Texts, "networks that belong to it, such as `192.0.2.0/24`"),
    ],
};

#[rustfmt::skip]
pub(super) static PERSON: Table = Table {
    title: "a person",
    doc: "A person or service account for demonstration and tests; real staff come from the directory.",
    keys: &[
        must("id", Shape::Id, "name of the role"),
        key("name", Shape::Text, "name for people"),
        must("worker", Shape::Word(WORKER), "how they work for the firm"),
        must("entity", Shape::Id, "the entity that employs them, or runs the service"),
        key("engaging_entity", Shape::Id, "for a contractor: the entity of the firm that engages them"),
        key("place", Shape::PlaceFact, "place of work in the directory; unknown where not given"),
        key("site", Shape::Id, "site to which they are assigned"),
        key("residence", Shape::PlaceFact, "where they live; unknown where not given"),
        key("citizenships", Shape::Places, "citizenships; unknown where not given"),
        key("us_status", Shape::Word(US_STATUS), "United States status of someone who is no citizen"),
        key("groups", Shape::Texts, "their groups"),
        key("named_in", Shape::Texts, "instruments whose named user they are"),
        key("end_users", Shape::PlaceFacts, "places of the end users behind a service"),
        key("application", Shape::Id, "the application that is theirs by default"),
    ],
};

#[rustfmt::skip]
pub(super) static GRANT: Table = Table {
    title: "a grant",
    doc: "A time-boxed grant of one model to one person.",
    keys: &[
        must("person", Shape::Id, "to whom"),
        must("model", Shape::Id, "which model"),
        key("from", Shape::Moment, "first day"),
        key("until", Shape::Moment, "last day"),
        key("known_from", Shape::Moment, "from when it is known; `from` where not given"),
        must("approved_by", Shape::Text, "who approved it; never the same person"),
    ],
};
