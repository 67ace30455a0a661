//! The listener over a store in a file.

#[cfg(test)]
mod large;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod over_sqlite;
#[cfg(test)]
mod people;
#[cfg(test)]
mod record;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod world;
