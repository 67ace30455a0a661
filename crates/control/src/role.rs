//! Roles: what somebody may do here, by their groups or by a grant.

use std::collections::BTreeMap;

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Every active person of the directory; no service account.
    Staff,
    /// Runs the installation: sources, and facts that people dispute, but for what is protected.
    Operator,
    /// Reads and writes what contracts say.
    Counsel,
    /// Watches, approves and answers.
    Compliance,
    /// Looks after what is known of people: sees protected attributes, hands out, erases.
    Privacy,
    /// Looks at everything that says who may do what.
    Auditor,
    /// Says who has which role.
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Staff,
        Self::Operator,
        Self::Counsel,
        Self::Compliance,
        Self::Privacy,
        Self::Auditor,
        Self::Administrator,
    ];

    /// Its word in the configuration, in paths and in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Operator => "operator",
            Self::Counsel => "counsel",
            Self::Compliance => "compliance",
            Self::Privacy => "privacy",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role of this word, if it can be given: everybody on the staff is staff by that alone.
    pub fn that_is_given(word: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == word);
        found.filter(|role| *role != Self::Staff)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(roles: &[Role]) -> Self {
        let mut all = 0;
        let mut rest = roles;
        while let [role, others @ ..] = rest {
            all |= 1 << *role as u8;
            rest = others;
        }
        Self(all)
    }

    /// Adds one.
    pub const fn add(&mut self, role: Role) {
        self.0 |= 1 << role as u8;
    }

    /// Whether it is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// Whether any is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Their words, in the order of [`Role::ALL`].
    pub fn words(self) -> Vec<&'static str> {
        let ours = Role::ALL.into_iter().filter(|role| self.has(*role));
        ours.map(Role::as_str).collect()
    }
}

/// Which groups of the directory give which role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleGroups(pub BTreeMap<Role, Vec<String>>);

impl RoleGroups {
    /// The roles of whoever is in these groups.
    pub(crate) fn roles(&self, groups: &[String]) -> Roles {
        let mut roles = Roles::NONE;
        for (role, giving) in &self.0 {
            if *role != Role::Staff && giving.iter().any(|group| groups.contains(group)) {
                roles.add(*role);
            }
        }
        roles
    }

    /// Whether any group gives this role.
    pub fn gives(&self, role: Role) -> bool {
        self.0.get(&role).is_some_and(|groups| !groups.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_give_what_is_written_and_nothing_else() {
        let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let giving = RoleGroups(
            [
                (Role::Privacy, groups(&["dpo", "legal"])),
                (Role::Auditor, groups(&["audit"])),
                (Role::Staff, groups(&["anybody"])),
            ]
            .into(),
        );
        assert_eq!(giving.roles(&groups(&["legal", "traders"])).words(), ["privacy"]);
        assert_eq!(
            giving.roles(&groups(&["audit", "dpo"])).words(),
            ["privacy", "auditor"]
        );
        for none in [&["DPO"][..], &["anybody"], &[]] {
            assert_eq!(giving.roles(&groups(none)), Roles::NONE);
        }
        assert!(giving.gives(Role::Auditor) && !giving.gives(Role::Administrator));
    }

    #[test]
    fn staff_is_never_given() {
        assert_eq!(Role::that_is_given("staff"), None);
        assert_eq!(Role::that_is_given("privacy"), Some(Role::Privacy));
        assert_eq!(Role::that_is_given("Privacy"), None);
        let all = Roles::of(&Role::ALL);
        assert!(Role::ALL.into_iter().all(|role| all.has(role)));
        assert!(!Roles::of(&[Role::Staff]).meets(Roles::of(&[Role::Auditor])));
    }
}
