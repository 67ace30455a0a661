//! What a clause tests. One closed enum: `decision` compiles it, `oracle` translates it, each in its own way.

use super::{Account, ChainMethod, ExceptionApproval, PlaceSetName, Purpose, Share, Tier, UsStatus, Worker};

/// A condition over the facts. *Met* means that the clause's deny condition holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Met if a tested place is inside (or not inside) a set of places.
    Places {
        /// Whose or what's place.
        subject: PlaceSubject,
        /// Inside or not inside.
        polarity: Polarity,
        /// The set.
        set: PlaceSetName,
    },
    /// Met if inference may run outside the residency that the request asks for; not met if it asks for none.
    OutsideResidency,
    /// Met if the request asks for any residency: these models cannot pin it.
    ResidencyAsked,
    /// Met unless a credible claim names one of these sites.
    NotAtSites(Vec<String>),
    /// Met if the deployment's tier is one of these and a place of the person or an end user passes the place test.
    TierInPlaces {
        /// Tiers that are refused.
        tiers: Vec<Tier>,
        /// Inside or not inside.
        polarity: Polarity,
        /// The places for which they are refused.
        set: PlaceSetName,
    },
    /// Met if a place of the person or an end user is in the set and the model is not filed there.
    Unfiled {
        /// Where filing is asked for.
        set: PlaceSetName,
        /// Models with a filing.
        filed: Vec<String>,
    },
    /// The place clauses that apply, put to the egress place, whatever their readings, exceptions left out.
    PlaceClausesOnEgress,
    /// Met by the share of owners from places that are not on the list.
    UnsupportedOwners {
        /// More than, or at least.
        comparison: Comparison,
        /// The threshold.
        share: Share,
        /// The list that tells supported places from others.
        list: PlaceSetName,
        /// How a chain combines; `None`: the contract does not say, so both are admissible.
        method: Option<ChainMethod>,
    },
    /// Met if persons from unsupported places control the entity, whatever the percentages.
    ControlledByUnsupported {
        /// The list that tells supported places from others, for entities whose control is given as a graph.
        list: Option<PlaceSetName>,
    },
    /// Met if owners that stand on a party list together hold the share.
    ListedOwners {
        /// More than, or at least.
        comparison: Comparison,
        /// The threshold.
        share: Share,
    },
    /// Met if the entity is sanctioned, or sanctioned owners hold the share.
    SanctionedEntity {
        /// More than, or at least.
        comparison: Comparison,
        /// The threshold.
        share: Share,
    },
    /// Met unless the licensee entity (for a contractor: the engaging one) is one of these.
    NotNamedEntity(Vec<String>),
    /// Met unless the person is a named user of the instrument.
    NotNamedUser,
    /// About how the subject is employed.
    Employment(EmploymentTest),
    /// Met above this number of monthly active users at the model's release.
    MonthlyUsersOver(u64),
    /// Met for these purposes.
    Purposes(Vec<Purpose>),
    /// Met unless a person reviews the output.
    NoHumanReview,
    /// Met if signs of extraction were seen and the application is not registered for volume.
    UnregisteredPattern,
    /// Met if access is charged on to a third party.
    Resale,
    /// Met for a foreign person: none of these citizenships and none of these statuses.
    ForeignPerson {
        /// Citizenships that clear.
        citizenships: PlaceSetName,
        /// Statuses that clear.
        statuses: Vec<UsStatus>,
    },
    /// Met on a hit of sanctions screening; unknown if the screening is older than the limit.
    ScreeningHit {
        /// Limit in seconds; `None`: the register's.
        max_age: Option<i64>,
    },
    /// Met if the client for whose benefit the work is done is in the set.
    BeneficiaryIn(PlaceSetName),
    /// Met for these kinds of buying account.
    Accounts(Vec<Account>),
    /// Met outside the validity of the clause's instrument; alone of all tests it is put outside it.
    OutsideTerm,
    /// Met if none of the deployment's agreements is in force and covers the model.
    WithoutAgreement,
    /// Met if the request relies on an exception approved in one of these ways.
    Exception(Vec<ExceptionApproval>),
    /// Met if the client called a provider besides the gateway.
    SideCall,
    /// Met unless the person is in the group.
    WithoutGroup(String),
    /// Unknown without a usable place; unclear with an unrecognised one.
    EvidenceRequired,
    /// Met if credible places disagree and one of them is refused.
    AllPlacesAllowed,
    /// Met whenever the clause applies.
    Always,
}

/// Whose or what's place is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceSubject {
    /// Credible places of the person and places of all end users.
    People,
    /// Those, and every possible inference place.
    PeopleAndInference,
    /// Every possible inference place.
    Inference,
    /// Where data rests.
    Storage,
    /// Every possible inference place, and where data rests.
    InferenceAndStorage,
    /// Where the output goes.
    Output,
    /// Where the buying account is billed.
    Billing,
    /// Where the call to the provider leaves.
    Egress,
    /// Incorporation and headquarters of the tested entities.
    Establishment,
    /// Headquarters of the tested entities.
    Headquarters,
    /// Principal place of business of the licensee entity.
    PrincipalPlace,
}

/// Inside or not inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// Met inside the set.
    In,
    /// Met outside the set.
    NotIn,
}

/// How a figure is compared with its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// Strictly more.
    MoreThan,
    /// As much or more.
    AtLeast,
}

/// Tests of how the subject is employed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmploymentTest {
    /// Met for these kinds of worker.
    Workers(Vec<Worker>),
    /// As severe as the entity clauses that stop the contractor's own employer.
    EmployerStopped,
}
