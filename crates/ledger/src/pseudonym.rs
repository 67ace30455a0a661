//! Names under which people stand in the ledger.

use crate::hex;
use aws_lc_rs::hmac;
use std::fmt;
use std::sync::Arc;

/// Gives each person a name that only the holder of the key can lead back to them.
#[derive(Clone)]
pub struct Pseudonyms(Arc<hmac::Key>);

/// The name of one person in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pseudonym([u8; 16]);

impl Pseudonyms {
    /// Pseudonyms under a key. The same key gives the same person the same name; without it, entries of the same person
    /// can still be told to belong together, and no more.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    /// The name of a person among the keys of the log, and in entries that are about no licensor's model.
    pub fn of(&self, person: &str) -> Pseudonym {
        self.name(person, "")
    }

    /// The name of a person in entries about the models of a licensor: another one for each, so that two who are shown
    /// their entries cannot put them together.
    pub fn towards(&self, person: &str, licensor: &str) -> Pseudonym {
        self.name(person, licensor)
    }

    fn name(&self, person: &str, licensor: &str) -> Pseudonym {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(person.as_bytes());
        if !licensor.is_empty() {
            context.update(b"\0");
            context.update(licensor.as_bytes());
        }
        let tag = context.sign();
        let mut name = [0; 16];
        name.iter_mut()
            .zip(tag.as_ref())
            .for_each(|(to, from)| *to = *from);
        Pseudonym(name)
    }
}

impl Pseudonym {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(key kept back)")
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("p-")?;
        hex::write(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_depend_on_person_and_key_and_show_neither() {
        let (ours, theirs) = (Pseudonyms::new(&[1; 32]), Pseudonyms::new(&[2; 32]));
        assert_eq!(ours.of("hk-analyst"), ours.of("hk-analyst"));
        assert_ne!(ours.of("hk-analyst"), ours.of("ny-analyst"));
        assert_ne!(ours.of("hk-analyst"), theirs.of("hk-analyst"));
        let name = ours.of("hk-analyst").to_string();
        assert!(
            name.starts_with("p-") && name.len() == 34 && !name.contains("analyst"),
            "{name}"
        );
    }
}
