//! A made-up world of any size, the same on every machine, for benchmarks and tests. Never part of the program.

mod dice;
mod population;
mod world;

pub use dice::Dice;
pub use population::people;
pub use world::{WorldSize, register};
