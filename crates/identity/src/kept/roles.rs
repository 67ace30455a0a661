//! Roles that were granted to people, as kept. What a role may do is no business of whoever keeps it.

use super::Keeping;
use register::model::Instant;

/// A role that somebody was granted, beside those that their groups give them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// Who has it.
    pub person: String,
    /// Which role, by its word.
    pub role: String,
    /// Who granted it; `None`: the code that a server printed on its terminal.
    pub granted_by: Option<String>,
    /// When.
    pub at: Instant,
}

/// Keeps grants of roles.
pub trait RoleStore: Send + Sync {
    /// Keeps a grant; false: the person has the role already, and nothing changes.
    fn grant_role<'a>(&'a self, grant: &'a RoleGrant) -> Keeping<'a, bool>;

    /// Takes a role away; false: the person did not have it.
    fn withdraw_role<'a>(&'a self, person: &'a str, role: &'a str) -> Keeping<'a, bool>;

    /// The grants of one person, or all, in the order of people and roles.
    fn role_grants<'a>(&'a self, person: Option<&'a str>) -> Keeping<'a, Vec<RoleGrant>>;
}
