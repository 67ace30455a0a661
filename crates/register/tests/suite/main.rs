//! Tests of the register language through its public functions alone.

#[cfg(test)]
mod common;
#[cfg(test)]
mod format;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod robust;
#[cfg(test)]
mod schema;
