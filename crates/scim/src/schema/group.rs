//! A group (RFC 7643, section 4.2). Groups within groups are not kept: a source sends them flat.

use super::{Attribute, Kept, Schema, Sort};

const MEMBER: &[Attribute] = &[
    Attribute::text("value", "Id of the person.").exact().once(),
    Attribute::new(
        "$ref",
        Sort::Reference,
        "Where the person is found.",
        Kept::Elsewhere,
    )
    .exact()
    .once()
    .refers(&["User"]),
    Attribute::text("type", "Sort of the member.")
        .words(&["User"])
        .once(),
];

/// A group.
pub static GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "People whom the register may mean together, by the name of the group.",
    attributes: &[
        Attribute::text("displayName", "The name by which the register means it.")
            .needed()
            .unique(),
        Attribute::new("members", Sort::Complex(MEMBER), "Who is in it.", Kept::Elsewhere).many(),
    ],
};
