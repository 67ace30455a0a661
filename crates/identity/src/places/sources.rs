//! How the sources of place claims are: for the readiness probe, for metrics, and for whoever asks why.
//!
//! A source that is broken makes its claims unknown and shows here; it takes nobody down.

use decision::ClaimSource;
use register::model::Instant;

/// How one source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// Its name in records and explanations, such as `geoip`.
    pub source: ClaimSource,
    /// Whether it can be relied on.
    pub health: SourceHealth,
    /// What is wrong, in one line without names of people, files or addresses; `None`: nothing.
    pub reason: Option<String>,
    /// Up to when it tells what was observed; `None`: it has told nothing yet.
    pub as_of: Option<Instant>,
    /// How many seconds may pass between a change and a decision that knows of it.
    pub delay: i64,
}

/// Whether a source can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceHealth {
    /// It works.
    Healthy,
    /// It is set up and does not work as it should: what it ought to say is unknown.
    Degraded,
    /// It is not set up.
    Off,
}

impl SourceHealth {
    /// As it is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Off => "off",
        }
    }
}

impl SourceStatus {
    /// A source that is not set up.
    pub(super) const fn off(source: ClaimSource) -> Self {
        Self {
            source,
            health: SourceHealth::Off,
            reason: None,
            as_of: None,
            delay: 0,
        }
    }

    /// Whether the installation has set it up; networks of offices come with the register.
    pub fn is_set_up(&self) -> bool {
        self.health != SourceHealth::Off && self.source != ClaimSource::Zone
    }

    /// One line about it.
    pub fn line(&self) -> String {
        let (name, health) = (self.source.as_str(), self.health.as_str());
        let mut line = format!("place source {name}: {health}");
        if let Some(reason) = &self.reason {
            line.push_str(&format!(", {reason}"));
        }
        if let Some(as_of) = self.as_of {
            line.push_str(&format!(", as of {as_of}"));
        }
        if self.health != SourceHealth::Off {
            line.push_str(&format!(", known within {} s", self.delay));
        }
        line
    }
}
