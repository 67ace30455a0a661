//! Places, plainly: which spots there are, and what a set of places says of each.
//!
//! A [`Spot`] is where somebody can be said to be: an ISO place, or what is left of one when the parts that the
//! register names are taken away. Everything is spelled out spot by spot, so that a lawyer could follow it with a
//! finger on the list; nothing is clever, and nothing is shared with the evaluator that this is to check.

mod chart;
mod extent;
mod gazetteer;
mod named;

pub(crate) use chart::{Chart, sides};
pub(crate) use extent::{Extent, binds_from, is_known, longest_notice};
pub(crate) use gazetteer::{Gazetteer, Spot, outward};
pub(crate) use named::named_places;
