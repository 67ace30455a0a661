//! The schemas of what the server says about itself (RFC 7643, sections 5 to 7).

use super::{Attribute, Kept, Schema, Sort};

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description).exact().by_server()
}

const fn truth(name: &'static str, description: &'static str) -> Attribute {
    Attribute::new(name, Sort::Truth, description, Kept::Elsewhere).by_server()
}

const fn number(name: &'static str, description: &'static str) -> Attribute {
    Attribute::new(name, Sort::Number, description, Kept::Elsewhere).by_server()
}

const fn link(name: &'static str, description: &'static str) -> Attribute {
    Attribute::new(name, Sort::Reference, description, Kept::Elsewhere)
        .exact()
        .by_server()
        .refers(&["external"])
}

const fn parts(name: &'static str, of: &'static [Attribute], description: &'static str) -> Attribute {
    Attribute::new(name, Sort::Complex(of), description, Kept::Elsewhere).by_server()
}

const SUPPORTED: Attribute = truth("supported", "Whether it is.").needed();

const SCHEME: &[Attribute] = &[
    text("type", "Sort of the scheme.").needed(),
    text("name", "Its name.").needed(),
    text("description", "What it is.").needed(),
    link("specUri", "Where it is specified."),
    link("documentationUri", "Where it is described."),
    truth("primary", "Whether it is the one to use."),
];

/// What the server can do.
pub static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    description: "What the server can do.",
    attributes: &[
        link("documentationUri", "Where it is described."),
        parts("patch", &[SUPPORTED], "Changes of a part.").needed(),
        parts(
            "bulk",
            &[
                SUPPORTED,
                number("maxOperations", "Operations in one request.").needed(),
                number("maxPayloadSize", "Bytes of one request.").needed(),
            ],
            "Several operations in one request.",
        )
        .needed(),
        parts(
            "filter",
            &[
                SUPPORTED,
                number("maxResults", "Resources in one answer.").needed(),
            ],
            "Filters.",
        )
        .needed(),
        parts("changePassword", &[SUPPORTED], "Changes of a password.").needed(),
        parts("sort", &[SUPPORTED], "Sorting.").needed(),
        parts("etag", &[SUPPORTED], "Entity tags.").needed(),
        parts("authenticationSchemes", SCHEME, "How a client says who it is.")
            .many()
            .needed(),
    ],
};

/// What sorts of resources there are.
pub static RESOURCE_TYPE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A sort of resource.",
    attributes: &[
        text("name", "Its name.").needed(),
        text("description", "What it is."),
        link("endpoint", "Where it is found.").refers(&["uri"]).needed(),
        link("schema", "Its own schema.").refers(&["uri"]).needed(),
        parts(
            "schemaExtensions",
            &[
                link("schema", "A schema that adds to it.")
                    .refers(&["uri"])
                    .needed(),
                truth("required", "Whether it must be there.").needed(),
            ],
            "Schemas that add to it.",
        )
        .many(),
    ],
};

const PART: &[Attribute] = &[
    text("name", "Its name.").needed(),
    text("type", "What its values are.").needed(),
    truth("multiValued", "Whether it holds several.").needed(),
    text("description", "What it means."),
    truth("required", "Whether it must be there."),
    text("canonicalValues", "Words that are usual.").many(),
    truth("caseExact", "Whether upper and lower case differ."),
    text("mutability", "Who may write it."),
    text("returned", "When it is shown."),
    text("uniqueness", "Whether no two have the same."),
    text("referenceTypes", "What a reference leads to.").many(),
];

const WHOLE: &[Attribute] = &[
    text("name", "Its name.").needed(),
    text("type", "What its values are.").needed(),
    truth("multiValued", "Whether it holds several.").needed(),
    text("description", "What it means."),
    truth("required", "Whether it must be there."),
    text("canonicalValues", "Words that are usual.").many(),
    truth("caseExact", "Whether upper and lower case differ."),
    text("mutability", "Who may write it."),
    text("returned", "When it is shown."),
    text("uniqueness", "Whether no two have the same."),
    text("referenceTypes", "What a reference leads to.").many(),
    parts("subAttributes", PART, "Its parts.").many(),
];

/// What attributes there are.
pub static SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "A set of attributes.",
    attributes: &[
        text("name", "Its name.").needed(),
        text("description", "What it is about."),
        parts("attributes", WHOLE, "Its attributes.").many().needed(),
    ],
};
