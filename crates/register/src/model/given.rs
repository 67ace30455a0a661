//! What a test says of its person and request, beside what the register knows of them.

use super::vocabulary::vocabulary;
use super::{ExceptionApproval, Pattern, PlaceFact, PlaceSetName, Span};

vocabulary! {
    /// Who says where the person of a test is.
    OriginSource {
        /// Building access.
        Badge = "badge",
        /// Office network zone of the peer address.
        Zone = "zone",
        /// Location of a managed device.
        Device = "device",
        /// VPN or zero-trust sign-in, with the outer address.
        Session = "session",
        /// Database look-up of the client's own address.
        GeoIp = "geoip",
        /// Trip on record.
        Trip = "trip",
        /// Place of work in the directory.
        Directory = "directory",
        /// Exit of a VPN: proves nothing.
        VpnExit = "vpn-exit",
        /// Egress of a proxy: proves nothing.
        ProxyEgress = "proxy-egress",
        /// Said by the client: proves nothing.
        ClientHeader = "client-header",
    }
}
vocabulary! {
    /// What sanctions screening of the person of a test found.
    GivenScreening {
        /// No match.
        Clean = "clean",
        /// A match.
        Hit = "hit",
        /// There was none.
        Never = "never",
    }
}

/// A claim about the place of the person of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who says so.
    pub source: OriginSource,
    /// The place; `PlaceFact::Unknown`: the source has no answer.
    pub place: PlaceFact,
    /// For how long it had been known at the instant of the test, in seconds; of the directory, since its last sync.
    pub age: i64,
    /// Site that the source names.
    pub site: Option<String>,
    /// Marked as hosting, VPN, anycast or error, so that it proves nothing.
    pub marked: bool,
    /// Of a trip: from 00:00 UTC of its first day to 00:00 UTC of the day after its last.
    pub days: Span,
}

impl Origin {
    /// A place in which a network zone sees the person at that very instant.
    pub const fn zone(place: PlaceFact) -> Self {
        Self {
            source: OriginSource::Zone,
            place,
            age: 0,
            site: None,
            marked: false,
            days: Span::ALWAYS,
        }
    }
}

/// What replaces the facts of the person's application and the defaults of the rest; `None`: those stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Signs of extraction seen on the person; none where it is empty.
    pub patterns: Vec<Pattern>,
    /// Host that the client called besides the gateway.
    pub side_call: Option<String>,
    /// Who approved the exception that the request relies on.
    pub exception: Option<ExceptionApproval>,
    /// Whether access is charged on to a third party.
    pub resale: Option<bool>,
    /// Place of the client for whose benefit the work is done.
    pub beneficiary: Option<PlaceFact>,
    /// Whether a person reviews the output before a client sees it.
    pub human_review: Option<bool>,
    /// Whether the application is registered for volume.
    pub registered: Option<bool>,
    /// What sanctions screening found; clean where it is not given.
    pub screening: Option<GivenScreening>,
    /// How old the screening was, in seconds.
    pub screening_age: i64,
    /// Places of the people behind a service; empty: none declared.
    pub end_users: Option<Vec<PlaceFact>>,
    /// Where the output goes; empty: it stays with the person.
    pub output_to: Option<Vec<PlaceFact>>,
    /// Residency asked for the inference.
    pub residency: Option<PlaceSetName>,
    /// Place in which calls leave, by whatever connector.
    pub egress: Option<PlaceFact>,
}
