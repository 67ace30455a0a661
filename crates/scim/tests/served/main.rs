//! The server over a store in a file, request by request.

#[cfg(test)]
mod dialects;
#[cfg(test)]
mod over_sqlite;
