//! How records are written down. These types belong to the database alone: they carry a revision, and what a later
//! version adds to them is skipped by an earlier one.

use decision::{Screening, ScreeningResult};
use identity::directory::{Attested, Email, Enterprise, Names, Profile, Protected, Work};
use register::model::{Instant, PlaceFact, UsStatus, Worker};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Revision of what is written here.
pub(crate) const REVISION: i64 = 1;

/// A person, but for what has a column of its own and what is sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Document {
    #[serde(skip_serializing_if = "is_default")]
    names: StoredNames,
    #[serde(skip_serializing_if = "is_default")]
    emails: Vec<StoredEmail>,
    #[serde(skip_serializing_if = "is_default")]
    enterprise: StoredEnterprise,
    #[serde(skip_serializing_if = "is_default")]
    work: StoredWork,
    #[serde(skip_serializing_if = "is_default")]
    more: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct StoredNames {
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct StoredEmail {
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    primary: bool,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct StoredEnterprise {
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_center: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct StoredWork {
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engaging_entity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    residence: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    named_in: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    end_users: Vec<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredScreening {
    #[serde(default)]
    result: Option<String>,
    /// Seconds since 1970.
    #[serde(default)]
    at: Option<i64>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Protected attributes as texts, before they are sealed: citizenships, US status, screening.
pub(crate) struct Texts(pub(crate) [String; 3]);

/// Names of the sealed fields, in the order of [`Texts`].
pub(crate) const FIELDS: [&str; 3] = ["citizenships", "us_status", "screening"];

/// A place as a text; `None`: unknown.
pub(crate) fn place_text(place: &PlaceFact) -> Option<String> {
    match place {
        PlaceFact::Known(place) => Some(place.code().to_owned()),
        PlaceFact::Unknown => None,
        PlaceFact::Unrecognised(text) => Some(text.clone()),
    }
}

/// A place from its text.
pub(crate) fn place(text: Option<&str>) -> PlaceFact {
    text.map_or(PlaceFact::Unknown, PlaceFact::read)
}

impl Document {
    /// What is written down of a person.
    pub(crate) fn text_of(profile: &Profile) -> serde_json::Result<String> {
        serde_json::to_string(&Self::of(profile))
    }

    fn of(profile: &Profile) -> Self {
        let (names, enterprise, work) = (&profile.names, &profile.enterprise, &profile.work);
        let email = |email: &Email| StoredEmail {
            value: email.value.clone(),
            sort: email.sort.clone(),
            primary: email.primary,
        };
        Self {
            names: StoredNames {
                display: names.display.clone(),
                formatted: names.formatted.clone(),
                family: names.family.clone(),
                given: names.given.clone(),
                title: names.title.clone(),
            },
            emails: profile.emails.iter().map(email).collect(),
            enterprise: StoredEnterprise {
                employee_number: enterprise.employee_number.clone(),
                cost_center: enterprise.cost_center.clone(),
                organization: enterprise.organization.clone(),
                division: enterprise.division.clone(),
                department: enterprise.department.clone(),
                manager: enterprise.manager.clone(),
            },
            work: StoredWork {
                worker: work.worker.map(|worker| worker.as_str().to_owned()),
                entity: work.entity.clone(),
                engaging_entity: work.engaging_entity.clone(),
                place: place_text(&work.place),
                site: work.site.clone(),
                residence: place_text(&work.residence),
                named_in: work.named_in.clone(),
                end_users: work.end_users.iter().map(place_text).collect(),
                application: work.application.clone(),
            },
            more: profile.more.clone(),
        }
    }

    /// The person that was written down, to be completed from the columns. A worker type that is not known is none.
    pub(crate) fn profile(self) -> Profile {
        let (names, enterprise, work) = (self.names, self.enterprise, self.work);
        let email = |email: StoredEmail| Email {
            value: email.value,
            sort: email.sort,
            primary: email.primary,
        };
        Profile {
            names: Names {
                display: names.display,
                formatted: names.formatted,
                family: names.family,
                given: names.given,
                title: names.title,
            },
            emails: self.emails.into_iter().map(email).collect(),
            enterprise: Enterprise {
                employee_number: enterprise.employee_number,
                cost_center: enterprise.cost_center,
                organization: enterprise.organization,
                division: enterprise.division,
                department: enterprise.department,
                manager: enterprise.manager,
            },
            work: Work {
                worker: work.worker.as_deref().and_then(Worker::parse),
                entity: work.entity,
                engaging_entity: work.engaging_entity,
                place: place(work.place.as_deref()),
                site: work.site,
                residence: place(work.residence.as_deref()),
                named_in: work.named_in,
                end_users: work.end_users.iter().map(|text| place(text.as_deref())).collect(),
                application: work.application,
            },
            more: self.more,
            ..Profile::default()
        }
    }
}

impl Texts {
    /// Of what a source attests.
    pub(crate) fn of(attested: &Attested) -> serde_json::Result<Self> {
        let citizenships: Vec<Option<String>> =
            attested.citizenships.reveal().iter().map(place_text).collect();
        let us_status = attested.us_status.reveal().map(UsStatus::as_str);
        let screening = attested.screening.reveal();
        let screening = StoredScreening {
            result: screening.result.map(|result| {
                let word = match result {
                    ScreeningResult::Clean => "clean",
                    ScreeningResult::Hit => "hit",
                };
                word.to_owned()
            }),
            at: screening.screened_at.map(|at| at.0),
        };
        Ok(Self([
            serde_json::to_string(&citizenships)?,
            serde_json::to_string(&us_status)?,
            serde_json::to_string(&screening)?,
        ]))
    }

    /// What a source attested. A word that is not known is none, or for screening a match: unknown never permits.
    pub(crate) fn attested(&self) -> serde_json::Result<Attested> {
        let [citizenships, us_status, screening] = &self.0;
        let citizenships: Vec<Option<String>> = serde_json::from_str(citizenships)?;
        let us_status: Option<String> = serde_json::from_str(us_status)?;
        let screening: StoredScreening = serde_json::from_str(screening)?;
        let places = citizenships.iter().map(|text| place(text.as_deref()));
        Ok(Attested {
            citizenships: Protected::new(places.collect()),
            us_status: Protected::new(us_status.as_deref().and_then(UsStatus::parse)),
            screening: Protected::new(Screening {
                result: screening.result.map(|word| match word.as_str() {
                    "clean" => ScreeningResult::Clean,
                    _ => ScreeningResult::Hit,
                }),
                screened_at: screening.at.map(Instant),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_later_version_are_skipped() {
        let text = r#"{"work": {"place": "HK", "shoe_size": 42}, "horoscope": {"sign": "ox"}}"#;
        let profile = serde_json::from_str::<Document>(text).unwrap().profile();
        assert_eq!(profile.work.place, PlaceFact::read("HK"));
        let texts = Texts([
            "[\"HK\", null, \"Ruritania\"]".to_owned(),
            "\"visitor\"".to_owned(),
            "{\"result\": \"perhaps\", \"at\": 7, \"by\": \"x\"}".to_owned(),
        ]);
        let attested = texts.attested().unwrap();
        let places = [
            PlaceFact::read("HK"),
            PlaceFact::Unknown,
            PlaceFact::Unrecognised("Ruritania".to_owned()),
        ];
        assert_eq!(attested.citizenships.reveal(), &places);
        assert_eq!(*attested.us_status.reveal(), None);
        assert_eq!(attested.screening.reveal().result, Some(ScreeningResult::Hit));
    }

    #[test]
    fn what_is_unknown_is_not_written() {
        assert_eq!(Document::text_of(&Profile::default()).unwrap(), "{}");
    }
}
