//! What was taken back, as a JSON document: digests of names and instants. What a later version adds to it is skipped.

use super::{OfIssuer, Revocations};
use crate::tokens::verified::Mark;
use data_encoding::HEXLOWER;
use register::model::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// Revision of the documents written here.
const REVISION: u32 = 1;

/// Why a document of revocations cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevocationsError {
    /// It is not what was written.
    #[error("the list of ended sign-ins cannot be read")]
    Unreadable,
    /// It is from a later version.
    #[error(
        "the list of ended sign-ins has revision {found}, and revision {REVISION} is the last that can be read here"
    )]
    Revision {
        /// The revision found.
        found: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct Document {
    revision: u32,
    issuers: BTreeMap<String, Line>,
}

#[derive(Default, Serialize, Deserialize)]
struct Line {
    /// Seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    everything: Option<i64>,
    /// By digests of names, in hexadecimal.
    #[serde(default)]
    names: BTreeMap<String, i64>,
}

impl Revocations {
    /// Writes all of it as a document.
    pub fn write_stored(&self) -> String {
        let issuers = self.issuers.read().unwrap_or_else(PoisonError::into_inner);
        let line = |own: &OfIssuer| Line {
            everything: own.everything.map(|up_to| up_to.0),
            names: own
                .names
                .iter()
                .map(|(mark, up_to)| (digits(mark), up_to.0))
                .collect(),
        };
        let document = Document {
            revision: REVISION,
            issuers: issuers
                .iter()
                .map(|(issuer, own)| (issuer.clone(), line(own)))
                .collect(),
        };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// Takes back, beside what is taken back already, what a document says.
    ///
    /// # Errors
    /// When it is no such document, or one of a later revision. Then nothing of it is taken.
    pub fn restore(&self, text: &str) -> Result<(), RevocationsError> {
        let document: Document = serde_json::from_str(text).map_err(|_| RevocationsError::Unreadable)?;
        if document.revision > REVISION {
            return Err(RevocationsError::Revision {
                found: document.revision,
            });
        }
        let mut read = Vec::new();
        for (issuer, line) in document.issuers {
            for (name, up_to) in line.names {
                let mark = mark(&name).ok_or(RevocationsError::Unreadable)?;
                read.push((issuer.clone(), Some(mark), Instant(up_to)));
            }
            read.extend(line.everything.map(|up_to| (issuer, None, Instant(up_to))));
        }
        for (issuer, mark, up_to) in read {
            self.change(&issuer, |own, most| own.revoke(mark, up_to, most));
        }
        Ok(())
    }
}

fn digits(mark: &Mark) -> String {
    HEXLOWER.encode(mark)
}

fn mark(text: &str) -> Option<Mark> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Name;

    #[test]
    fn what_was_taken_back_stays_so() {
        let before = Revocations::default();
        let email = Name::Email("A@Larkmoor.example".to_owned());
        before.revoke("https://a", &email, Instant(100));
        before.revoke_all("https://b", Instant(200));
        let text = before.write_stored();
        assert!(!text.to_lowercase().contains("larkmoor"), "{text}");
        let after = Revocations::default();
        after.restore(&text).unwrap();
        let lower = [Name::Email("a@larkmoor.example".to_owned())];
        assert!(!after.stand("https://a", &lower, Instant(100)));
        assert!(after.stand("https://a", &lower, Instant(101)));
        assert!(!after.stand("https://b", &[], Instant(200)));
        assert_eq!(after.write_stored(), text);
        // what was known here is not forgotten for it
        after.revoke("https://a", &email, Instant(300));
        after.restore(&text).unwrap();
        assert!(!after.stand("https://a", &lower, Instant(300)));
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        let revocations = Revocations::default();
        for text in [
            "",
            "{}",
            r#"{"revision":2,"issuers":{"https://a":{"everything":5}}}"#,
            r#"{"revision":1,"issuers":{"https://a":{"everything":5,"names":{"zz":1}}}}"#,
        ] {
            assert!(revocations.restore(text).is_err(), "{text}");
            assert!(revocations.stand("https://a", &[], Instant(1)), "{text}");
        }
        let with_more = r#"{"revision":1,"more":1,"issuers":{"https://a":{"everything":5,"more":2}}}"#;
        assert_eq!(revocations.restore(with_more), Ok(()));
        assert!(!revocations.stand("https://a", &[], Instant(5)));
    }
}
