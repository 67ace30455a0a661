//! Attributes that every resource has, and that therefore no schema lists.

use super::{Attribute, Kept, Sort};

/// What the server says about a resource.
const META: &[Attribute] = &[
    Attribute::text("resourceType", "Sort of the resource.")
        .exact()
        .by_server(),
    Attribute::new("created", Sort::Time, "When it was made.", Kept::Elsewhere).by_server(),
    Attribute::new(
        "lastModified",
        Sort::Time,
        "When it last changed.",
        Kept::Elsewhere,
    )
    .by_server(),
    Attribute::new("location", Sort::Reference, "Where it is found.", Kept::Elsewhere)
        .exact()
        .by_server(),
    Attribute::text("version", "Its version, as an entity tag.")
        .exact()
        .by_server(),
];

/// Attributes that every resource has.
pub const COMMON: &[Attribute] = &[
    Attribute::new(
        "id",
        Sort::Text,
        "Identity, given by the server.",
        Kept::Elsewhere,
    )
    .exact()
    .by_server()
    .always()
    .unique(),
    Attribute::new(
        "externalId",
        Sort::Text,
        "Identity at the source.",
        Kept::Text(|p| &p.external_id, |p| &mut p.external_id),
    )
    .exact(),
    Attribute::new(
        "meta",
        Sort::Complex(META),
        "What the server says about it.",
        Kept::Elsewhere,
    )
    .by_server(),
];
