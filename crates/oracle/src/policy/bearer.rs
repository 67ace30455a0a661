//! Whose or what's places a policy looks at.

use std::fmt;

/// Which entity of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The entity of the firm that engages them.
    Engaging,
    /// Their own employer.
    Employer,
}

impl Side {
    /// The entity in Cedar.
    pub(crate) const fn expression(self) -> &'static str {
        match self {
            Self::Engaging => "principal.engaging",
            Self::Employer => "principal.employer",
        }
    }
}

/// A bearer of places; its text is where they stand in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bearer {
    /// The person, and end users.
    People,
    /// The person, by credible claims alone.
    Claims,
    /// Inference of the deployment.
    Inference,
    /// Its storage.
    Storage,
    /// The output.
    Output,
    /// The buying account.
    Billing,
    /// The call to the provider.
    Egress,
    /// The client for whom the work is done.
    Beneficiary,
    /// Incorporation and headquarters of an entity.
    Establishment(Side),
    /// Headquarters of an entity.
    Headquarters(Side),
    /// Principal place of business of an entity.
    PrincipalPlace(Side),
}

impl fmt::Display for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entity =
            |f: &mut fmt::Formatter<'_>, side: &Side, what| write!(f, "{}.{what}", side.expression());
        match self {
            Self::People => f.write_str("context.people"),
            Self::Claims => f.write_str("context.claims"),
            Self::Inference => f.write_str("resource.inference"),
            Self::Storage => f.write_str("resource.storage"),
            Self::Output => f.write_str("context.output"),
            Self::Billing => f.write_str("context.billing"),
            Self::Egress => f.write_str("context.egress"),
            Self::Beneficiary => f.write_str("context.beneficiary"),
            Self::Establishment(side) => entity(f, side, "establishment"),
            Self::Headquarters(side) => entity(f, side, "headquarters"),
            Self::PrincipalPlace(side) => entity(f, side, "principalPlace"),
        }
    }
}
