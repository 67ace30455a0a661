//! The program as a server: it starts, answers over HTTP, records, takes changes, and ends cleanly when it is told to.

#[cfg(test)]
mod administering;
#[cfg(test)]
mod beginning;
#[cfg(test)]
mod benching;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod crowded;
#[cfg(test)]
mod demonstration;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod exhausted;
#[cfg(test)]
mod finding;
#[cfg(test)]
mod instants;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod places;
#[cfg(test)]
mod reloading;
#[cfg(test)]
mod replaying;
#[cfg(test)]
mod reporting;
#[cfg(test)]
mod rotating;
#[cfg(test)]
mod server;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod sweep;
#[cfg(test)]
mod twice;
#[cfg(test)]
mod witnessed;
