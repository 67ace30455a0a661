//! Instruments: agreements, order forms, policies, law and house rules.

use super::vocabulary::vocabulary;
use super::{Clause, Instant, Span};
use crate::source::Position;

vocabulary! {
    /// The layer of a document; decides what may lift its clauses.
    Layer {
        /// Statute, regulation, government letter: lifted by law only.
        Law = "law",
        /// Order form, side letter, amendment.
        OrderForm = "order-form",
        /// Service-specific terms.
        ServiceTerms = "service-terms",
        /// The agreement itself; an open-weights licence too.
        Agreement = "agreement",
        /// Policies incorporated by reference.
        Policy = "policy",
        /// The firm's own rules: they deny or oblige and are never lifted.
        House = "house",
    }
}

impl Layer {
    /// Rank among a licensor's documents, higher beats lower; `None` for law and house rules, which stand apart.
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::OrderForm => Some(4),
            Self::ServiceTerms => Some(3),
            Self::Agreement => Some(2),
            Self::Policy => Some(1),
            Self::Law | Self::House => None,
        }
    }
}

/// Anything that carries clauses.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// Identity.
    pub id: String,
    /// Name for people; the id where none is given.
    pub name: String,
    /// Layer of its clauses.
    pub layer: Layer,
    /// Licensor, as refusals name it.
    pub licensor: Option<String>,
    /// Entity that signed; `None`: every entity of the firm, as far as its clauses let it.
    pub licensee: Option<String>,
    /// Models that it covers, `*` standing for any run of characters; empty: none of its own.
    pub covers: Vec<String>,
    /// Channels that it covers; empty: any.
    pub channels: Vec<String>,
    /// Instruments that apply along with it.
    pub stands_on: Vec<String>,
    /// The instrument of which this is a variant, standing wherever that is named; its clauses are already copied.
    pub variant_of: Option<String>,
    /// Validity.
    pub validity: Span,
    /// Known from; `None`: from the start of its validity, or always.
    pub known_from: Option<Instant>,
    /// Notice before changes by reference bind.
    pub notice: Notice,
    /// Its clauses, in the order of the document.
    pub clauses: Vec<Clause>,
    /// Where it is written.
    pub position: Position,
}

/// When changes that a licensor makes by reference bind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Days after posting for an ordinary change.
    pub days: u32,
}
