//! Places, their codes, groups of them, and sets that a decision can test in one step.
//!
//! **Identity.** A [`Place`] is an ISO 3166-1 alpha-2 code, or an ISO 3166-2 code that has no alpha-2 of its own.
//! `CN-HK` and `HK` are one place, as are `FR-971` and `GP`: aliases are resolved when a code is read, so that
//! nothing behind [`Place::parse`] can tell them apart. Names never decide anything; they are for display
//! ([`DisplayNames`]) and for "did you mean" ([`Place::suggest`]).
//!
//! **Inside and beside.** `UA-43` lies inside `UA`: who names the whole names it too. `PR` is coded under `US` as
//! well but has a code of its own: naming `US` neither includes nor excludes it ([`Place::also_part_of`]).
//!
//! **Atoms.** A snapshot names a few subdivisions and tells only those apart. Its [`Atlas`] gives each place a
//! [`Slot`], and each whole with named parts one more slot for the rest of it. The whole is then not a place where
//! anybody is but a coarse statement about several: it is settled from its parts.
//!
//! **Three-valued groups.** A [`Region`] says of each slot whether it is inside, outside, unclear (an open question
//! of reading) or unknown (a missing fact). A whole whose parts differ is unknown: a claim to plain `UA` does not
//! say on which side of a carve-out the person stands.
//!
//! ```
//! use territory::{Atlas, Definition, Member, Membership, Place, PlaceError, Region};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let [ukraine, crimea, kyiv] = ["UA", "UA-43", "UA-30"].map(Place::parse);
//! let (ukraine, crimea, kyiv) = (ukraine?, crimea?, kyiv?);
//! let atlas = Atlas::new([crimea])?;
//! let listed = Definition {
//!     members: vec![Member::Place(ukraine)],
//!     except: vec![crimea],
//!     ..Definition::default()
//! };
//! let region = Region::of(&listed, &atlas);
//! assert_eq!(region.membership(atlas.slot(kyiv)), Membership::Inside);
//! assert_eq!(region.membership(atlas.slot(crimea)), Membership::Outside);
//! assert_eq!(region.membership(atlas.slot(ukraine)), Membership::Unknown);
//! # Ok(())
//! # }
//! ```

mod alias;
mod atlas;
mod error;
mod group;
mod links;
mod mentions;
mod names;
mod nested;
mod place;
mod region;
mod set;
mod suggest;
mod table;

pub use alias::aliases;
pub use atlas::{Atlas, AtlasError};
pub use error::PlaceError;
pub use group::{Absent, Definition, Member};
pub use names::DisplayNames;
pub use place::Place;
pub use region::{Membership, Region};
pub use set::{CAPACITY, PlaceSet, Slot};
