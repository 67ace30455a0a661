//! Reports for people outside: a licensor, a regulator, the person that entries are about.
//!
//! A report is a *pack*, a folder that carries its own proof. [`make()`] opens, entry by entry, the fields that the
//! reader may see, and computes every figure from those openings and from nothing else. [`verify()`] has only the pack and
//! the public key of the log: it holds each entry against the signed checkpoint and each opening against its entry, sees
//! that every entry of the period is accounted for, computes the figures again, and compares what comes out byte for byte.
//! Both run the same code ([`session`]), so a figure that cannot be checked cannot be printed.
//!
//! | module | what it knows |
//! |---|---|
//! | [`asked`] | what a report is about: whose, when, which territories |
//! | [`evidence`] | entries as a pack has them: public part, and what is opened |
//! | [`session`] | the way through all entries of a period, for making and for checking |
//! | [`licensor`], [`regulator`], [`person`] | what each reader is shown, and the figures that follow |
//! | [`document`], [`render`] | a report as words and tables; as JSON, page and comma-separated values |
//! | [`pack`] | the folder: files, manifest, signature |
//! | [`reconcile`] | what providers say was used, against what the log says |
//! | [`visible`] | texts of others, with letters that would act made visible |

pub mod asked;
pub mod document;
pub mod evidence;
mod figures;
pub mod licensor;
mod make;
pub mod pack;
pub mod person;
pub mod reconcile;
pub mod regulator;
pub mod render;
pub mod scope;
pub mod session;
mod verify;
pub mod visible;

pub use make::{Log, Made, MakeError, Preview, make, preview};
pub use verify::{PackError, Verified, verify};
