//! What is known about a person, their entities and their request, as plain data.
//!
//! Facts carry places as their sources sent them, and times of observation; whether a claim is credible or stale is
//! decided here in this crate, at the instant of the decision, never by whoever collected it.

use register::model::{
    DataClass, ExceptionApproval, Instant, Pattern, PlaceFact, PlaceSetName, Purpose, UsStatus, Worker,
};

/// Everything a decision looks at besides the snapshot and the two instants.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The person, or the service account.
    pub person: PersonFacts,
    /// Place claims, in no order.
    pub claims: Vec<Claim>,
    /// Id of the employing entity (a contractor's own employer; for a service, the entity that runs it).
    pub entity: String,
    /// Id of the entity of the firm that engages a contractor; for all others the same as `entity`.
    pub engaging_entity: String,
    /// The request.
    pub request: RequestFacts,
    /// Egress places of this replica, by connector, where they differ from the register's.
    pub egress: Vec<(String, PlaceFact)>,
}

/// Facts about the person.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonFacts {
    /// Identity in the directory; grants are given to it.
    pub id: String,
    /// How they work for the firm.
    pub worker: Worker,
    /// Citizenships; empty means unknown.
    pub citizenships: Vec<PlaceFact>,
    /// United States status of someone who is no citizen.
    pub us_status: Option<UsStatus>,
    /// Groups.
    pub groups: Vec<String>,
    /// Instruments whose named user they are.
    pub named: NamedUser,
    /// Where they live.
    pub residence: PlaceFact,
    /// Site to which they are assigned.
    pub assigned_site: Option<String>,
    /// What the register entitles them to.
    pub entitlement: Entitlement,
    /// Sanctions screening.
    pub screening: Screening,
}

/// Of which instruments a person is a named user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NamedUser {
    /// Of none.
    #[default]
    OfNone,
    /// Of these, by id.
    Of(Vec<String>),
    /// Of whichever asks.
    OfAll,
}

/// How entitlement is established.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entitlement {
    /// By groups and grants, as the register has it.
    #[default]
    ByRegister,
    /// Taken as given: for cases that test clauses only.
    Assumed,
}

/// Sanctions screening of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screening {
    /// What it found; `None`: never screened.
    pub result: Option<ScreeningResult>,
    /// When; `None`: unknown.
    pub screened_at: Option<Instant>,
}

/// What sanctions screening found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreeningResult {
    /// No match.
    Clean,
    /// A match.
    Hit,
}

/// Facts about the request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestFacts {
    /// Declared purpose.
    pub purpose: Purpose,
    /// Class of its data.
    pub data: DataClass,
    /// Places of the people behind a service; `None`: none declared.
    pub end_users: Option<Vec<PlaceFact>>,
    /// Residency asked for the inference.
    pub residency: Option<PlaceSetName>,
    /// Where the output goes; empty: it stays with the person.
    pub output_to: Vec<PlaceFact>,
    /// Place of the client for whose benefit the work is done; `None`: nobody special.
    pub beneficiary: Option<PlaceFact>,
    /// A person reviews the output before a client sees it.
    pub human_review: bool,
    /// Comes from an application registered for volume use.
    pub registered_application: bool,
    /// Signs of extraction seen on this principal.
    pub patterns: Vec<Pattern>,
    /// Access is charged on to a third party.
    pub resale: bool,
    /// The exception that the request relies on, by who approved it.
    pub exception: Option<ExceptionApproval>,
    /// Host that the client called besides the gateway.
    pub side_call: Option<String>,
}

/// One place claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Who says so.
    pub source: ClaimSource,
    /// The place; `None`: the source has no answer, and the claim proves nothing.
    pub place: Option<PlaceFact>,
    /// Office or network site, if the source names one.
    pub site: Option<String>,
    /// Marks of a GeoIP claim; any mark makes it prove nothing.
    pub marked: bool,
    /// When it was observed (for the directory: its last complete sync).
    pub observed_at: Instant,
    /// Of a trip: its days.
    pub trip: Option<Trip>,
}

/// Source of a place claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimSource {
    /// Building access.
    Badge,
    /// Office network zone of the peer address.
    Zone,
    /// Location of a managed device.
    Device,
    /// VPN or zero-trust sign-in, with the outer address.
    SessionFeed,
    /// Database look-up of the client's own address.
    GeoIp,
    /// Open trip.
    Trip,
    /// Place of work in the directory: a default with a rule of its own.
    Directory,
    /// Exit of a VPN: proves nothing.
    VpnExit,
    /// Egress of a proxy: proves nothing.
    ProxyEgress,
    /// Said by the client: proves nothing.
    ClientHeader,
}

impl ClaimSource {
    /// Every source.
    pub const ALL: [Self; 10] = [
        Self::Badge,
        Self::Zone,
        Self::Device,
        Self::SessionFeed,
        Self::GeoIp,
        Self::Trip,
        Self::Directory,
        Self::VpnExit,
        Self::ProxyEgress,
        Self::ClientHeader,
    ];

    /// Name in records and explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Zone => "zone",
            Self::Device => "device",
            Self::SessionFeed => "session",
            Self::GeoIp => "geoip",
            Self::Trip => "trip",
            Self::Directory => "directory",
            Self::VpnExit => "vpn-exit",
            Self::ProxyEgress => "proxy-egress",
            Self::ClientHeader => "client-header",
        }
    }

    /// The source of this name; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }

    /// Whether it tells where the person is, if fresh: a presence claim.
    pub const fn is_presence(self) -> bool {
        matches!(
            self,
            Self::Badge | Self::Zone | Self::Device | Self::SessionFeed | Self::GeoIp
        )
    }
}

/// Days of a trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    /// 00:00 UTC of the first day; `None`: open since an unknown day.
    pub from: Option<Instant>,
    /// 00:00 UTC of the day after the last; `None`: still open.
    pub to: Option<Instant>,
}

impl Trip {
    /// Whether the trip is open at the instant.
    pub fn is_open(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}
