//! What an entry says.

use crate::hex;
use crate::pseudonym::Pseudonym;
use decision::{State, Verdict};
use register::model::Instant;
use std::fmt;

/// Id of one decision: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DecisionId([u8; 16]);

impl DecisionId {
    /// The id made of these bytes, which the caller drew at random.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads an id as [`fmt::Display`] writes it; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }
}

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

/// What was decided about a request, before anything was done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Id of the decision.
    pub decision: DecisionId,
    /// When it was decided: texts valid then, and all that the snapshot knows.
    pub at: Instant,
    /// Digest of the snapshot that decided.
    pub snapshot: String,
    /// Whose request it was: their name in the record of this licensor.
    pub person: Pseudonym,
    /// Whose key seals what is personal: their name among the keys.
    pub key: Pseudonym,
    /// The entity of the firm for which they work.
    pub entity: String,
    /// The application that made it.
    pub application: Option<String>,
    /// Declared purpose.
    pub purpose: &'static str,
    /// Declared class of its data.
    pub data: &'static str,
    /// The model as the request named it.
    pub asked: String,
    /// Id of the model; `None`: the register has none of that name.
    pub model: Option<String>,
    /// Deployment that permits, or that was nearest to it.
    pub deployment: Option<String>,
    /// Who licenses the model, by the register.
    pub licensor: Option<String>,
    /// Who in the firm pays for it.
    pub cost_centre: Option<String>,
    /// Where the inference of the deployment may run.
    pub hosting: Vec<String>,
    /// What was decided.
    pub verdict: Verdict,
    /// Clauses among the reasons.
    pub clauses: Vec<ClauseState>,
    /// Positives that are missing.
    pub missing: Vec<&'static str>,
    /// Clauses that an exception took away, each with the exception: `exception > clause`.
    pub lifts: Vec<String>,
    /// Obligations of a permit.
    pub obligations: Vec<&'static str>,
    /// Places that the facts named, each once, in the order of their codes.
    pub places: Vec<String>,
    /// Sources whose claims there were, each once.
    pub evidence: Vec<&'static str>,
    /// All facts, as canonical JSON, so that the decision can be made again.
    pub facts: Vec<u8>,
    /// Until when the same facts are decided in the same way.
    pub valid_until: Option<Instant>,
}

impl Intent {
    /// What it is about, as its outcome says it again.
    pub(crate) fn subject(&self) -> Subject {
        Subject {
            model: self.model.clone(),
            deployment: self.deployment.clone(),
            licensor: self.licensor.clone(),
        }
    }
}

/// A clause among the reasons of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseState {
    /// Instrument and reference.
    pub clause: String,
    /// Its state.
    pub state: State,
}

/// How a request that was permitted ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Number of the entry that holds the intent.
    pub intent: u64,
    /// Id of the decision.
    pub decision: DecisionId,
    /// Model, deployment and licensor of the intent.
    pub of: Subject,
    /// When it ended.
    pub at: Instant,
    /// How it ended.
    pub ended: Ended,
    /// Status of the provider's answer, if there was one.
    pub status: Option<u16>,
    /// Bytes sent to the provider.
    pub bytes_sent: u64,
    /// Bytes of the provider's answer that were passed on.
    pub bytes_received: u64,
    /// Tokens that the provider said it read, as far as its answer came.
    pub tokens_read: u64,
    /// Tokens that the provider said it wrote, as far as its answer came.
    pub tokens_written: u64,
    /// Why the provider said that it stopped, in its own word.
    pub stop: Option<String>,
    /// Where the provider said that the model ran, in its own word.
    pub served_in: Option<String>,
}

/// What a request was about, by the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Id of the model.
    pub model: Option<String>,
    /// Id of the deployment.
    pub deployment: Option<String>,
    /// Who licenses the model.
    pub licensor: Option<String>,
}

/// Something that is not about one decided request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: Instant,
    /// What happened.
    pub what: Happening,
}

/// What can happen besides decided requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Another register came into force.
    Activated {
        /// Digest of its snapshot.
        snapshot: String,
        /// Digest of the one before.
        before: String,
    },
    /// A newer register was refused as a whole.
    Refused {
        /// Digest of the snapshot that stays in force.
        in_force: String,
        /// What sort of mistake it has, in a word.
        mistake: &'static str,
        /// How many of them, as far as they were looked for.
        mistakes: usize,
    },
    /// Lists of models that were given to people who are known, each by their own decisions.
    Listed {
        /// The route that they asked for, by its template.
        route: &'static str,
        /// How many since the entry before.
        requests: u64,
    },
    /// Other keys sign for the log.
    Signers {
        /// The public keys, the newest first, as verifiers take them.
        keys: Vec<String>,
    },
    /// Requests that showed no key or token that is taken.
    Strangers {
        /// The route that they asked for, by its template, or that there is none.
        route: &'static str,
        /// How many since the entry before.
        requests: u64,
    },
    /// Somebody did something as an administrator of one sort or another.
    Administered(Act),
}

/// What somebody did who administers. It was permitted and recorded, and done only then; what could not be done after
/// all stands here too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// What was done.
    pub done: Done,
    /// Who did it; `None`: whoever had the code of the terminal.
    pub by: Option<Pseudonym>,
    /// Whom it concerns.
    pub person: Pseudonym,
}

/// What can be done about a person. No value of any attribute is ever named, nor anything that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A role was granted.
    RoleGranted {
        /// Which.
        role: &'static str,
    },
    /// A role was taken away.
    RoleWithdrawn {
        /// Which.
        role: &'static str,
    },
    /// Protected attributes of somebody else were looked at.
    ProtectedViewed {
        /// Which.
        attributes: &'static [&'static str],
    },
    /// Everything that is kept about somebody else was handed out.
    Exported,
    /// Everything that is kept about somebody was taken away.
    Erased {
        /// Why, in a word.
        reason: &'static str,
        /// Number of the case, by which the firm finds it.
        case: Option<String>,
    },
    /// Somebody signed in through a tool.
    SignedIn,
    /// Such a sign-in was ended.
    SignedOut,
    /// A service was given a token by which it acts for somebody.
    Delegated {
        /// The application by which it acts.
        application: String,
    },
    /// Somebody disputes a fact about themself.
    DisputeRaised {
        /// Which fact.
        fact: &'static str,
    },
    /// A dispute was settled.
    DisputeSettled {
        /// About which fact.
        fact: String,
        /// How, in a word.
        outcome: &'static str,
    },
}

/// The ways in which a request can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The provider's answer was passed on to its end.
    Completed,
    /// Nothing was sent.
    NotForwarded,
    /// The provider could not be reached.
    UpstreamUnavailable,
    /// The provider did not begin to answer in time.
    UpstreamTimeout,
    /// The provider stopped in the middle of its answer and said no more.
    UpstreamStall,
    /// The provider broke off in the middle of its answer.
    UpstreamCut,
    /// The caller left before the end.
    ClientCancelled,
    /// The provider answered that it failed, at once or in the middle of a stream.
    UpstreamError,
    /// The provider refuses the place that the call came from.
    UpstreamRefused,
    /// It was no longer permitted before the end.
    Withdrawn,
    /// The gateway stopped before the end.
    Stopped,
    /// The gateway was ended from outside, and how the request ended is not known. Written when it starts again.
    Interrupted,
}

impl Ended {
    /// Name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::NotForwarded => "not_forwarded",
            Self::UpstreamUnavailable => "upstream_unavailable",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamStall => "upstream_stall",
            Self::UpstreamCut => "upstream_cut",
            Self::ClientCancelled => "client_cancelled",
            Self::UpstreamError => "upstream_error",
            Self::UpstreamRefused => "upstream_refused",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_be_written_and_read_and_nothing_else_can() {
        let id = DecisionId::from_bytes([0, 1, 0x7f, 0x80, 0xff, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(id.to_string(), "00017f80ff05060708090a0b0c0d0e0f");
        assert_eq!(DecisionId::parse(&id.to_string()), Some(id));
        for text in [
            "",
            "00",
            "00017F80FF05060708090A0B0C0D0E0F",
            "00017f80ff05060708090a0b0c0d0e0g",
            "é",
        ] {
            assert_eq!(DecisionId::parse(text), None, "{text}");
        }
    }
}
