//! All sources put together: from a person and the origin of a request to claims.

use super::devices::Devices;
use super::feedfiles::{FeedFileError, FeedSource};
use super::feeds::{FeedFormat, read_badges, read_sessions, read_trips};
use super::forwarded::{Origin, Stated, Via};
use super::geofiles::GeoSource;
use super::geoip::GeoFound;
use super::networks::NetworkMap;
use super::pushed::{Pushed, Taken};
use super::reach::is_placeless;
use super::settings::{ExitKind, PlaceSettings};
use super::sightings::{Sighting, Sightings};
use super::sources::{SourceHealth, SourceStatus};
use super::trips::{TripChange, TripSource, Trips, TripsInMemory};
use super::zones::{Zone, Zones};
use decision::{Claim, ClaimSource, Trip};
use http::HeaderMap;
use ipnet::IpNet;
use register::model::{Instant, PlaceFact};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Codes that a proxy says where it does not know, or where the caller hides.
const NOT_KNOWN: [&str; 3] = ["", "XX", "T1"];

/// Every source of place claims but the directory.
#[derive(Debug)]
pub struct PlaceSources {
    geoip: Option<GeoSource>,
    exits: NetworkMap<ExitKind>,
    pub(super) trips: Arc<dyn Trips>,
    trip_feed: Option<FeedSource>,
    badge_feed: Option<FeedSource>,
    session_feed: Option<FeedSource>,
    devices: Vec<Devices>,
    pub(super) badges: Sightings,
    pub(super) sessions: Sightings,
    pub(super) seen_devices: Sightings,
    /// What was seen of people by their addresses, by source; `None`: it is not remembered.
    pub(super) seen_addresses: Option<(Sightings, Sightings)>,
    delay: i64,
    /// Statements that were pushed.
    pub(super) taken: Taken,
    /// When files were last looked at, in seconds since 1970.
    looked_at: AtomicI64,
}

impl Default for PlaceSources {
    fn default() -> Self {
        Self::new(PlaceSettings::default(), Arc::new(TripsInMemory::default()))
    }
}

impl PlaceSources {
    /// The sources of these settings, with trips kept there. Nothing is read yet.
    pub fn new(settings: PlaceSettings, trips: Arc<dyn Trips>) -> Self {
        let exits: HashMap<IpNet, ExitKind> = settings
            .exits
            .iter()
            .map(|exit| (exit.network, exit.kind))
            .collect();
        let feed = |source, file: Option<_>| file.map(|file| FeedSource::new(source, file));
        Self {
            geoip: settings.geoip.map(GeoSource::new),
            exits: NetworkMap::new(exits),
            trips,
            trip_feed: feed(ClaimSource::Trip, settings.trips),
            badge_feed: feed(ClaimSource::Badge, settings.badges),
            session_feed: feed(ClaimSource::SessionFeed, settings.sessions),
            devices: settings.devices,
            badges: Sightings::default(),
            sessions: Sightings::default(),
            seen_devices: Sightings::default(),
            seen_addresses: settings.remembers.then(Default::default),
            delay: settings.delay,
            taken: Taken::default(),
            looked_at: AtomicI64::new(0),
        }
    }

    /// A feed that may be pushed.
    pub(super) const fn feed(&self, what: Pushed) -> Option<&FeedSource> {
        match what {
            Pushed::Badges => self.badge_feed.as_ref(),
            Pushed::Sessions => self.session_feed.as_ref(),
            Pushed::Trips => self.trip_feed.as_ref(),
        }
    }

    /// Trips, to be listed and changed.
    pub const fn trips(&self) -> &Arc<dyn Trips> {
        &self.trips
    }

    /// Adds to an origin what devices say in the headers of the request.
    #[must_use]
    pub fn with_devices(&self, mut origin: Origin, headers: &HeaderMap) -> Origin {
        let presented = self
            .devices
            .iter()
            .map(|devices| devices.presented(headers).map(str::to_owned));
        origin.devices = presented.collect();
        origin
    }

    /// The claims about a person whose request comes from there, at an instant. What was observed is fresh for `presence`
    /// seconds.
    pub fn claims(
        &self,
        (zones, presence): (&Zones, i64),
        person: &str,
        origin: &Origin,
        at: Instant,
    ) -> Vec<Claim> {
        let mut claims = Vec::new();
        self.of_address(zones, origin, at, &mut claims);
        self.remember(person, &mut claims, at);
        self.of_devices(person, origin, at);
        self.of_observers((zones, presence), person, at, &mut claims);
        claims
    }

    /// Adds what others than the request itself say.
    pub(super) fn of_observers(
        &self,
        (zones, presence): (&Zones, i64),
        person: &str,
        at: Instant,
        claims: &mut Vec<Claim>,
    ) {
        self.seen_devices
            .add(person, claims, |seen| seen.claim(ClaimSource::Device));
        self.badges.add(person, claims, |seen| of_badge(zones, seen));
        self.sessions
            .add(person, claims, |seen| seen.claim(ClaimSource::SessionFeed));
        self.of_trips(person, at, presence, claims);
    }

    fn of_address(&self, zones: &Zones, origin: &Origin, at: Instant, claims: &mut Vec<Claim>) {
        let address = origin.address;
        if origin.is_unclear() {
            let place = self.shown_place(zones, address, at);
            claims.push(claim(ClaimSource::ProxyEgress, place, at));
            // somebody is there, and nobody knows where: nothing may be assumed in its place
            claims.push(claim(ClaimSource::GeoIp, Some(PlaceFact::Unknown), at));
        } else {
            let zone = zones
                .network_of(address)
                .filter(|(network, _)| may_be_office(origin, address, *network));
            self.of_known_address(address, zone, at, claims);
        }
        claims.extend(origin.stated.as_ref().map(|stated| of_stated(stated, at)));
        for ignored in &origin.ignored {
            let place = self.shown_place(zones, *ignored, at);
            claims.push(claim(ClaimSource::ClientHeader, place, at));
        }
    }

    fn of_known_address(
        &self,
        address: IpAddr,
        zone: Option<(IpNet, &Zone)>,
        at: Instant,
        claims: &mut Vec<Claim>,
    ) {
        let found = self.geoip.as_ref().map(|geoip| geoip.find(address, at));
        let exit = self.exit(address, zone.map(|(network, _)| network));
        match (exit, zone) {
            (Some(kind), _) => {
                let place = found.as_ref().and_then(|found| found.place.clone());
                claims.push(claim(kind.source(), place, at));
            }
            (None, Some((_, zone))) => claims.push(Claim {
                site: Some(zone.site.clone()),
                ..claim(ClaimSource::Zone, Some(PlaceFact::Known(zone.place)), at)
            }),
            (None, None) => {}
        }
        if let Some(GeoFound { place, is_marked }) = found
            && !is_placeless(address)
        {
            claims.push(Claim {
                marked: is_marked || exit.is_some(),
                ..claim(ClaimSource::GeoIp, place, at)
            });
        }
    }

    /// The exit that an address belongs to, unless it belongs to an office by a longer network.
    fn exit(&self, address: IpAddr, zone: Option<IpNet>) -> Option<ExitKind> {
        let (network, kind) = self.exits.longest(address)?;
        let is_office = zone.is_some_and(|zone| zone.prefix_len() > network.prefix_len());
        (!is_office).then_some(*kind)
    }

    /// What would be said of an address that proves nothing, to be shown.
    fn shown_place(&self, zones: &Zones, address: IpAddr, at: Instant) -> Option<PlaceFact> {
        let zone = zones.of_address(address).map(|zone| PlaceFact::Known(zone.place));
        zone.or_else(|| self.geoip.as_ref()?.find(address, at).place)
    }

    /// Remembers what the address of this request says, and adds what those of earlier ones said.
    fn remember(&self, person: &str, claims: &mut Vec<Claim>, at: Instant) {
        let Some((offices, networks)) = &self.seen_addresses else {
            return;
        };
        let now = std::mem::take(claims);
        for (source, sightings) in [(ClaimSource::Zone, offices), (ClaimSource::GeoIp, networks)] {
            let of_source = now
                .iter()
                .filter(|claim| claim.source == source && !claim.marked && is_somewhere(claim));
            of_source.for_each(|claim| sightings.note_again(person, sighting(claim), at));
            sightings.add(person, claims, |seen| seen.claim(source));
        }
        // what was remembered to the minute is told again to the second
        claims.retain(|earlier| {
            let is_same = |claim: &Claim| {
                claim.source == earlier.source
                    && claim.place == earlier.place
                    && claim.marked == earlier.marked
            };
            !now.iter().any(is_same)
        });
        claims.splice(0..0, now);
    }

    /// Remembers what devices say.
    fn of_devices(&self, person: &str, origin: &Origin, at: Instant) {
        for (devices, presented) in self.devices.iter().zip(&origin.devices) {
            let Some(presented) = presented else {
                continue;
            };
            match devices.claim(presented, person, at) {
                Ok(claim) if is_somewhere(&claim) => {
                    self.seen_devices.note_again(person, sighting(&claim), at);
                }
                Ok(_) => {}
                Err(reason) => tracing::debug!(%reason, "the statement of a device is not believed"),
            }
        }
    }

    /// Adds trips, those last that the person has declared. Their word alone never permits: its place counts beside what
    /// somebody else says, and each must be allowed; where nobody says anything, that they travel is all that is known.
    fn of_trips(&self, person: &str, at: Instant, presence: i64, claims: &mut Vec<Claim>) {
        let trips = self.trips.of(person);
        let (declared, of_others): (Vec<_>, Vec<_>) =
            trips.iter().partition(|trip| trip.source == TripSource::Declared);
        claims.extend(of_others.into_iter().map(|trip| trip.claim(at)));
        if self.trip_feed.as_ref().is_some_and(|feed| feed.is_overdue(at)) {
            // whether they travel is not known, so that their place of work does not count either
            claims.push(Claim {
                trip: Some(Trip::default()),
                ..claim(ClaimSource::Trip, None, at)
            });
        }
        let is_seen = claims.iter().any(|claim| is_said_by_another(claim, at, presence));
        let declared = declared.into_iter().map(|trip| trip.claim(at));
        claims.extend(declared.map(|claim| Claim {
            place: claim.place.filter(|_| is_seen),
            ..claim
        }));
    }

    /// Takes up files that have changed; whether something else is known of somebody now. It reads files, so no request
    /// should wait for it.
    pub fn renew(&self, zones: &Zones, at: Instant) -> bool {
        self.looked_at.store(at.0, Ordering::Relaxed);
        let mut is_new = self.geoip.as_ref().is_some_and(GeoSource::renew);
        if let Some(feed) = &self.trip_feed {
            is_new |= feed.renew(at, |text, format| self.take_trips(text, format));
        }
        if let Some(feed) = &self.badge_feed {
            is_new |= feed.renew(at, |text, format| self.take_badges(text, format, at));
        }
        if let Some(feed) = &self.session_feed {
            is_new |= feed.renew(at, |text, format| self.take_sessions(text, format, zones, at));
        }
        is_new
    }

    /// Takes over a complete list of trips; whether it was taken over.
    ///
    /// # Errors
    /// When it has mistakes; nothing is taken over then.
    pub fn take_trips(&self, text: &str, format: FeedFormat) -> Result<bool, FeedFileError> {
        let source = TripSource::Feed;
        let trips = read_trips(text, format)?;
        let change = TripChange::ReplaceAll { source, trips };
        self.trips.change(change).map_err(|_| FeedFileError::Nonsense)?;
        Ok(true)
    }

    /// Takes over what building access observed; whether any of it is news.
    ///
    /// # Errors
    /// When it has mistakes; nothing is taken over then.
    pub fn take_badges(&self, text: &str, format: FeedFormat, now: Instant) -> Result<bool, FeedFileError> {
        let events = read_badges(text, format)?;
        if !self.badges.has_room(events.len()) {
            return Err(FeedFileError::TooLarge);
        }
        let mut is_new = false;
        for event in events {
            let sighting = Sighting {
                place: None,
                site: Some(event.site.into()),
                is_marked: false,
                at: event.at,
            };
            is_new |= self.badges.note(&event.person, sighting, now);
        }
        Ok(is_new)
    }

    /// Takes over sign-ins; whether any of them is news. Where an address is, is looked up now.
    ///
    /// # Errors
    /// When they have mistakes; nothing is taken over then.
    pub fn take_sessions(
        &self,
        text: &str,
        format: FeedFormat,
        zones: &Zones,
        now: Instant,
    ) -> Result<bool, FeedFileError> {
        let events = read_sessions(text, format)?;
        if !self.sessions.has_room(events.len()) {
            return Err(FeedFileError::TooLarge);
        }
        let mut is_new = false;
        for event in events {
            let mut claims = Vec::new();
            self.of_known_address(
                event.address,
                zones.network_of(event.address),
                event.at,
                &mut claims,
            );
            // an exit makes a claim that proves nothing, and behind it one that is marked
            let best = claims.iter().find(|claim| claim.source.is_presence());
            let sighting = Sighting {
                place: best.and_then(|claim| claim.place.clone()),
                site: best.and_then(|claim| claim.site.as_deref().map(Into::into)),
                is_marked: best.is_none_or(|claim| claim.marked),
                at: event.at,
            };
            is_new |= self.sessions.note(&event.person, sighting, now);
        }
        Ok(is_new)
    }

    /// Forgets what is too old to matter. It goes through everybody, so no request should wait for it.
    pub fn tidy(&self, now: Instant) {
        self.remembered().for_each(|(_, sightings)| sightings.tidy(now));
        self.devices.iter().for_each(|devices| devices.tidy(now));
    }

    /// Forgets everything about a person.
    pub fn forget(&self, person: &str) {
        self.remembered()
            .for_each(|(_, sightings)| sightings.forget(person));
        let person = person.to_owned();
        if self.trips.change(TripChange::Forget { person }).is_err() {
            tracing::error!("the trips of a person could not be forgotten");
        }
    }

    /// How each source was when files were last looked at.
    pub fn latest_status(&self) -> Vec<SourceStatus> {
        self.status(Instant(self.looked_at.load(Ordering::Relaxed)))
    }

    /// How each source is at an instant.
    pub fn status(&self, at: Instant) -> Vec<SourceStatus> {
        let feed = |source, feed: &Option<FeedSource>| {
            feed.as_ref()
                .map_or(SourceStatus::off(source), |feed| feed.status(at, self.delay))
        };
        let working = |source, is_on: bool| match is_on {
            false => SourceStatus::off(source),
            true => SourceStatus {
                health: SourceHealth::Healthy,
                ..SourceStatus::off(source)
            },
        };
        let geoip = self.geoip.as_ref();
        vec![
            feed(ClaimSource::Badge, &self.badge_feed),
            working(ClaimSource::Zone, true),
            working(ClaimSource::Device, !self.devices.is_empty()),
            feed(ClaimSource::SessionFeed, &self.session_feed),
            geoip.map_or(SourceStatus::off(ClaimSource::GeoIp), |geoip| {
                geoip.status(at, self.delay)
            }),
            feed(ClaimSource::Trip, &self.trip_feed),
        ]
    }
}

impl ExitKind {
    const fn source(self) -> ClaimSource {
        match self {
            Self::Vpn => ClaimSource::VpnExit,
            Self::Proxy => ClaimSource::ProxyEgress,
        }
    }
}

/// Whether an address may belong to an office. A private one that a proxy says could be of anybody's network, unless
/// that proxy stands inside the firm or is itself called from the same network.
fn may_be_office(origin: &Origin, address: IpAddr, network: IpNet) -> bool {
    match origin.via {
        Via::Nobody => true,
        Via::Unclear => false,
        Via::Proxy { connected, is_inside } => {
            is_inside || !is_placeless(address) || network.contains(&connected)
        }
    }
}

fn of_stated(stated: &Stated, at: Instant) -> Claim {
    match stated {
        Stated::Unclear => claim(ClaimSource::GeoIp, Some(PlaceFact::Unknown), at),
        Stated::Code(code) if NOT_KNOWN.contains(&code.as_str()) => Claim {
            marked: true,
            ..claim(ClaimSource::GeoIp, None, at)
        },
        Stated::Code(code) => claim(ClaimSource::GeoIp, Some(PlaceFact::read(code)), at),
    }
}

/// A badge names a site; a site that the register does not know is a place that nobody recognises.
fn of_badge(zones: &Zones, seen: &Sighting) -> Claim {
    let site = seen.site.as_deref().unwrap_or_default();
    let place = zones.site(site).map_or_else(
        || PlaceFact::Unrecognised(site.to_owned()),
        |zone| PlaceFact::Known(zone.place),
    );
    Claim {
        place: Some(place),
        ..seen.claim(ClaimSource::Badge)
    }
}

fn is_said_by_another(claim: &Claim, at: Instant, presence: i64) -> bool {
    let is_place = matches!(claim.place, Some(PlaceFact::Known(_))) || claim.site.is_some();
    let is_now = match &claim.trip {
        Some(days) => days.from.is_none_or(|from| from <= at) && days.to.is_none_or(|to| at < to),
        None => (0..=presence).contains(&at.0.saturating_sub(claim.observed_at.0)),
    };
    let counts = claim.source.is_presence() || claim.source == ClaimSource::Trip;
    is_place && is_now && counts && !claim.marked
}

fn is_somewhere(claim: &Claim) -> bool {
    matches!(
        claim.place,
        Some(PlaceFact::Known(_) | PlaceFact::Unrecognised(_))
    )
}

fn sighting(claim: &Claim) -> Sighting {
    Sighting {
        place: claim.place.clone(),
        site: claim.site.as_deref().map(Into::into),
        is_marked: claim.marked,
        at: claim.observed_at,
    }
}

fn claim(source: ClaimSource, place: Option<PlaceFact>, at: Instant) -> Claim {
    Claim {
        source,
        place,
        site: None,
        marked: false,
        observed_at: at,
        trip: None,
    }
}

#[cfg(test)]
mod tests;
