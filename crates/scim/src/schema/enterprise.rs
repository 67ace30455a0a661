//! The enterprise extension of a user (RFC 7643, section 4.3).

use super::{Attribute, Kept, Schema, Sort};

const MANAGER: &[Attribute] = &[
    Attribute::new(
        "value",
        Sort::Text,
        "Id of the manager.",
        Kept::Text(|p| &p.enterprise.manager, |p| &mut p.enterprise.manager),
    )
    .exact(),
    // led to by the id, so that the two never differ
    Attribute::new(
        "$ref",
        Sort::Reference,
        "Where the manager is found.",
        Kept::Elsewhere,
    )
    .exact()
    .refers(&["User"]),
];

/// The enterprise extension.
pub static ENTERPRISE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What a firm says of its people.",
    attributes: &[
        Attribute::new(
            "employeeNumber",
            Sort::Text,
            "Number in the firm.",
            Kept::Text(
                |p| &p.enterprise.employee_number,
                |p| &mut p.enterprise.employee_number,
            ),
        ),
        Attribute::new(
            "costCenter",
            Sort::Text,
            "Cost centre.",
            Kept::Text(|p| &p.enterprise.cost_center, |p| &mut p.enterprise.cost_center),
        ),
        Attribute::new(
            "organization",
            Sort::Text,
            "Organisation.",
            Kept::Text(|p| &p.enterprise.organization, |p| &mut p.enterprise.organization),
        ),
        Attribute::new(
            "division",
            Sort::Text,
            "Division.",
            Kept::Text(|p| &p.enterprise.division, |p| &mut p.enterprise.division),
        ),
        Attribute::new(
            "department",
            Sort::Text,
            "Department.",
            Kept::Text(|p| &p.enterprise.department, |p| &mut p.enterprise.department),
        ),
        Attribute::new("manager", Sort::Complex(MANAGER), "The manager.", Kept::Elsewhere),
    ],
};
