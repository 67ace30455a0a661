//! Where managed devices are: claims in a header that the firm's device management signed.
//!
//! The device's agent is given a short-lived statement by device management and puts it into each request. It counts for
//! the person whom it names and nobody else. A statement that was checked once is remembered by its digest until it ends,
//! so that a request costs a look-up and not a signature.

use super::shards::Shards;
use super::signed::{Issuer, Statement, StatementError};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use decision::{Claim, ClaimSource};
use http::{HeaderMap, HeaderName};
use register::model::{Instant, PlaceFact};

/// Longest statement in a header, in bytes.
const HEADER: usize = 8 * 1024;

/// Statements that are remembered; more are checked each time.
const REMEMBERED: usize = 1_000_000;

/// For how many seconds a statement of a device holds, unless the configuration says otherwise.
pub const DEVICE_WINDOW: i64 = 300;

/// A device management that is believed, and the header in which its statements come.
#[derive(Debug)]
pub struct Devices {
    issuer: Issuer,
    header: HeaderName,
    remembered: Shards<Option<Told>>,
}

/// What a statement tells.
#[derive(Clone, Debug)]
struct Told {
    person: String,
    place: Option<PlaceFact>,
    site: Option<String>,
    observed_at: Instant,
    until: Instant,
}

impl Devices {
    /// Believes this issuer in this header.
    pub fn new(issuer: Issuer, header: HeaderName) -> Self {
        Self {
            issuer,
            header,
            remembered: Shards::default(),
        }
    }

    /// The statement in a request, as it came; `None`: there is none, or it cannot be one.
    pub fn presented<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let mut values = headers.get_all(&self.header).iter();
        let first = values.next()?;
        let is_only = values.next().is_none();
        first.to_str().ok().filter(|text| is_only && text.len() <= HEADER)
    }

    /// The claim that a statement makes about a person at an instant.
    ///
    /// # Errors
    /// When it is not believed, or speaks of somebody else.
    pub fn claim(&self, presented: &str, person: &str, at: Instant) -> Result<Claim, StatementError> {
        let told = self.told(presented, at)?;
        if told.person != person {
            return Err(StatementError::Incomplete);
        }
        Ok(Claim {
            source: ClaimSource::Device,
            place: told.place,
            site: told.site,
            marked: false,
            observed_at: told.observed_at,
            trip: None,
        })
    }

    fn told(&self, presented: &str, at: Instant) -> Result<Told, StatementError> {
        let name = name_of(presented);
        if let Some(Some(told)) = self.remembered.look(&name, Clone::clone)
            && at < told.until
            && told.observed_at <= at
        {
            return Ok(told);
        }
        let told = Told::of(&self.issuer.believe(presented, at)?)?;
        if self.remembered.len() < REMEMBERED {
            self.remembered.change(&name, |place| {
                *place = Some(told.clone());
                true
            });
        }
        Ok(told)
    }

    /// Forgets statements that hold no more.
    pub fn tidy(&self, now: Instant) {
        self.remembered
            .retain(|_, told| told.as_ref().is_some_and(|told| now < told.until));
    }
}

impl Told {
    /// Reads a statement: `sub`, a `place` or the word that it is unknown, a `site`, and `observed_at` where it differs
    /// from `iat`.
    fn of(statement: &Statement) -> Result<Self, StatementError> {
        let text = |name: &str| match statement.claim(name) {
            None => Ok(None),
            Some(_) => statement.text(name).map(Some).ok_or(StatementError::Incomplete),
        };
        let person = text("sub")?.ok_or(StatementError::Incomplete)?.to_owned();
        let observed_at = match statement.claim("observed_at") {
            None => statement.made,
            Some(_) => statement
                .instant("observed_at")
                .ok_or(StatementError::Incomplete)?,
        };
        Ok(Self {
            person,
            place: text("place")?.map(PlaceFact::read),
            site: text("site")?.map(str::to_owned),
            // nothing can be observed after it was told
            observed_at: observed_at.min(statement.made),
            until: statement.until,
        })
    }
}

/// The digest of a whole statement: two that share a beginning or an end are two.
fn name_of(presented: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, presented.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::signed::tests::{NOW, Signer, issuer};
    use super::*;
    use http::HeaderValue;
    use serde_json::json;

    fn devices(signer: &Signer) -> Devices {
        Devices::new(
            issuer(signer, DEVICE_WINDOW),
            HeaderName::from_static("x-device-place"),
        )
    }

    fn statement(signer: &Signer, extra: serde_json::Value) -> String {
        let mut claims =
            json!({"iss": "device-management", "aud": "bailiwick", "iat": NOW.0 - 10, "sub": "hk-analyst"});
        let extra = extra.as_object().unwrap().clone();
        claims.as_object_mut().unwrap().extend(extra);
        signer.sign(&claims)
    }

    #[test]
    fn a_device_says_where_its_person_is() {
        let signer = Signer::es256();
        let devices = devices(&signer);
        let text = statement(&signer, json!({"place": "HK", "site": "hong-kong"}));
        // the second time it is remembered
        for _ in 0..2 {
            let claim = devices.claim(&text, "hk-analyst", NOW).unwrap();
            assert_eq!(
                (claim.source, claim.place),
                (ClaimSource::Device, Some(PlaceFact::read("HK")))
            );
            assert_eq!(
                (claim.observed_at, claim.site.as_deref()),
                (NOW.plus(-10), Some("hong-kong"))
            );
            let other = devices.claim(&text, "ny-trader", NOW);
            assert_eq!(other.unwrap_err(), StatementError::Incomplete);
        }
        assert_eq!(
            devices.claim(&text, "hk-analyst", NOW.plus(291)).unwrap_err(),
            StatementError::TooOld
        );
        assert_eq!(devices.remembered.len(), 1);
        devices.tidy(NOW.plus(291));
        assert_eq!(devices.remembered.len(), 0);
    }

    #[test]
    fn what_a_device_does_not_know_it_does_not_claim() {
        let signer = Signer::es256();
        let devices = devices(&signer);
        let claim = |extra| devices.claim(&statement(&signer, extra), "hk-analyst", NOW);
        assert_eq!(claim(json!({})).unwrap().place, None);
        let nowhere = claim(json!({"place": "Narnia"})).unwrap().place;
        assert_eq!(nowhere, Some(PlaceFact::Unrecognised("Narnia".to_owned())));
        let earlier = claim(json!({"place": "HK", "observed_at": NOW.0 - 7200})).unwrap();
        assert_eq!(earlier.observed_at, NOW.plus(-7200));
        let later = claim(json!({"place": "HK", "observed_at": NOW.0 + 7200})).unwrap();
        assert_eq!(later.observed_at, NOW.plus(-10));
        for wrong in [
            json!({"place": 1}),
            json!({"site": []}),
            json!({"observed_at": "now"}),
            json!({"sub": 7}),
        ] {
            assert_eq!(claim(wrong).unwrap_err(), StatementError::Incomplete);
        }
    }

    #[test]
    fn two_statements_with_much_in_common_are_two() {
        let signer = Signer::es256();
        let devices = devices(&signer);
        let texts: Vec<String> = (0..200)
            .map(|number| statement(&signer, json!({"sub": format!("p{number}"), "place": "HK"})))
            .collect();
        for (number, text) in texts.iter().enumerate() {
            assert!(devices.claim(text, &format!("p{number}"), NOW).is_ok());
            assert!(devices.claim(text, &format!("p{}", number + 1), NOW).is_err());
            // a signature of another one does not do
            let (body, _) = text.rsplit_once('.').unwrap();
            let (_, signature) = texts[(number + 1) % 200].rsplit_once('.').unwrap();
            assert_eq!(
                devices
                    .claim(&format!("{body}.{signature}"), &format!("p{number}"), NOW)
                    .unwrap_err(),
                StatementError::Signature
            );
        }
    }

    #[test]
    fn a_header_counts_if_it_is_there_once() {
        let signer = Signer::es256();
        let devices = devices(&signer);
        let mut headers = HeaderMap::new();
        assert_eq!(devices.presented(&headers), None);
        headers.append("x-device-place", HeaderValue::from_static("a.b.c"));
        assert_eq!(devices.presented(&headers), Some("a.b.c"));
        headers.append("x-device-place", HeaderValue::from_static("a.b.c"));
        assert_eq!(devices.presented(&headers), None);
        let long = HeaderValue::from_str(&"a".repeat(HEADER + 1)).unwrap();
        headers.insert("x-device-place", long);
        assert_eq!(devices.presented(&headers), None);
    }
}
