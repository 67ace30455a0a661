//! Values that nobody may read by accident.

use std::fmt;

/// A value of a protected attribute. It has no `Display`, no serialisation and hides from `Debug`, so that it cannot
/// slip into a log line, a metric or the message of an error; whoever needs it asks for it by name.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Protected<T>(T);

impl<T> Protected<T> {
    /// Protects a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value: for the decision, for the person themself, and for the role that may see it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Protected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<protected>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_seen_only_by_asking() {
        let value = Protected::new(vec!["CN"]);
        assert_eq!(
            format!("{value:?} {:?}", Some(&value)),
            "<protected> Some(<protected>)"
        );
        assert_eq!(value.reveal(), &["CN"]);
    }
}
