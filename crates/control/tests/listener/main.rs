//! The listener over a store in a file.

#[cfg(test)]
mod over_sqlite;
