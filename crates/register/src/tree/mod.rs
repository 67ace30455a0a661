//! A TOML file as a tree in which every key and value knows where it stands.
//!
//! Reading takes two steps. [`shape`] walks a file along the tables of the language and reports every unknown key,
//! wrong type and missing value. After that the accessors of [`Entry`] hand out what is there and stay silent about
//! what is not, so that the readers say only what a file means.

mod entry;
mod file;
pub(crate) mod moment;
pub(crate) mod shape;

pub(crate) use entry::{Entry, Value, Word};
pub(crate) use file::{File, Spot};
