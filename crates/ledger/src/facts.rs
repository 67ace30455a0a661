//! Facts as they are kept, so that a decision can be made again from them.
//!
//! Types of their own with keys in the order of the alphabet, which is what makes the JSON canonical. Reading gives the
//! facts back exactly, or an error: a decision is never made again from half of them. Where a request is to stay comes
//! from its application, so only that it does is kept, and the snapshot says the rest.

use decision::{
    Claim, ClaimSource, Entitlement, Facts, NamedUser, PersonFacts, RequestFacts, Screening, ScreeningResult,
    Trip,
};
use register::model::{
    DataClass, ExceptionApproval, Instant, Pattern, PlaceFact, PlaceSetName, Purpose, UsStatus, Worker,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Facts that cannot be read back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredFactsError {
    /// Not what this program writes.
    #[error("the stored facts cannot be read: {reason}")]
    Unreadable {
        /// What is wrong, without any value.
        reason: String,
    },
    /// A word that this version of the program does not know.
    #[error("the stored facts hold a word for `{what}` that this version does not know")]
    UnknownWord {
        /// What the word stands for.
        what: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    claims: Vec<StoredClaim<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    egress: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    engaging_entity: Cow<'a, str>,
    entity: Cow<'a, str>,
    person: StoredPerson<'a>,
    request: StoredRequest<'a>,
}

#[derive(Serialize, Deserialize)]
struct StoredClaim<'a> {
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    marked: bool,
    observed_at: i64,
    place: Answer<'a>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    site: Option<Cow<'a, str>>,
    source: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    trip: Option<(Option<i64>, Option<i64>)>,
}

/// A place that may not have been asked for, or not be known.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer<'a> {
    None,
    Unknown,
    Place(Cow<'a, str>),
}

#[derive(Serialize, Deserialize)]
struct StoredPerson<'a> {
    assigned_site: Option<Cow<'a, str>>,
    citizenships: Vec<Option<Cow<'a, str>>>,
    entitlement_assumed: bool,
    groups: Vec<Cow<'a, str>>,
    id: Cow<'a, str>,
    /// `None`: of whichever asks.
    named: Option<Vec<Cow<'a, str>>>,
    residence: Option<Cow<'a, str>>,
    screened_at: Option<i64>,
    screening_clean: Option<bool>,
    us_status: Option<Cow<'a, str>>,
    worker: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct StoredRequest<'a> {
    /// None: nobody special.
    beneficiary: Answer<'a>,
    data: Cow<'a, str>,
    end_users: Option<Vec<Option<Cow<'a, str>>>>,
    exception: Option<Cow<'a, str>>,
    human_review: bool,
    output_to: Vec<Option<Cow<'a, str>>>,
    patterns: Vec<Cow<'a, str>>,
    purpose: Cow<'a, str>,
    registered_application: bool,
    resale: bool,
    resides: bool,
    side_call: Option<Cow<'a, str>>,
}

/// The canonical JSON of facts; empty for facts that cannot be written, which no facts are.
pub(crate) fn write(facts: &Facts) -> Vec<u8> {
    let egress = facts.egress.iter();
    let stored = Stored {
        claims: facts.claims.iter().map(claim).collect(),
        egress: egress
            .map(|(connector, at)| (connector.into(), place(at)))
            .collect(),
        engaging_entity: (&facts.engaging_entity).into(),
        entity: (&facts.entity).into(),
        person: person(&facts.person),
        request: request(&facts.request),
    };
    serde_json::to_vec(&stored).unwrap_or_default()
}

/// Reads facts back. `residency` is where the application's requests are to stay, by the snapshot.
///
/// # Errors
/// When the JSON is not what [`write`] makes, or holds a word that is not known.
pub fn read(json: &[u8], residency: Option<PlaceSetName>) -> Result<Facts, StoredFactsError> {
    let stored: Stored<'_> = serde_json::from_slice(json).map_err(|error| StoredFactsError::Unreadable {
        reason: format!("{:?} at column {}", error.classify(), error.column()),
    })?;
    let egress = stored.egress.iter();
    Ok(Facts {
        person: person_of(&stored.person)?,
        claims: stored.claims.iter().map(claim_of).collect::<Result<_, _>>()?,
        entity: stored.entity.into_owned(),
        engaging_entity: stored.engaging_entity.into_owned(),
        request: request_of(&stored.request, residency)?,
        egress: egress
            .map(|(connector, at)| (connector.to_string(), place_of(at.as_ref())))
            .collect(),
    })
}

fn claim(claim: &Claim) -> StoredClaim<'_> {
    StoredClaim {
        marked: claim.marked,
        observed_at: claim.observed_at.0,
        place: answer(claim.place.as_ref()),
        site: claim.site.as_deref().map(Cow::from),
        source: claim.source.as_str().into(),
        trip: claim
            .trip
            .map(|trip| (trip.from.map(|at| at.0), trip.to.map(|at| at.0))),
    }
}

fn claim_of(stored: &StoredClaim<'_>) -> Result<Claim, StoredFactsError> {
    let source = ClaimSource::parse(&stored.source);
    Ok(Claim {
        source: source.ok_or(StoredFactsError::UnknownWord { what: "source" })?,
        place: answer_of(&stored.place),
        site: owned(stored.site.as_ref()),
        marked: stored.marked,
        observed_at: Instant(stored.observed_at),
        trip: stored.trip.map(|(from, to)| Trip {
            from: from.map(Instant),
            to: to.map(Instant),
        }),
    })
}

fn person(person: &PersonFacts) -> StoredPerson<'_> {
    StoredPerson {
        assigned_site: person.assigned_site.as_deref().map(Cow::from),
        citizenships: places(&person.citizenships),
        entitlement_assumed: person.entitlement == Entitlement::Assumed,
        groups: person.groups.iter().map(Cow::from).collect(),
        id: (&person.id).into(),
        named: match &person.named {
            NamedUser::OfNone => Some(Vec::new()),
            NamedUser::Of(instruments) => Some(instruments.iter().map(Cow::from).collect()),
            NamedUser::OfAll => None,
        },
        residence: place(&person.residence),
        screened_at: person.screening.screened_at.map(|at| at.0),
        screening_clean: person
            .screening
            .result
            .map(|result| result == ScreeningResult::Clean),
        us_status: person.us_status.map(|status| status.as_str().into()),
        worker: person.worker.as_str().into(),
    }
}

fn person_of(stored: &StoredPerson<'_>) -> Result<PersonFacts, StoredFactsError> {
    let named = stored.named.as_ref();
    Ok(PersonFacts {
        id: stored.id.to_string(),
        worker: word(&stored.worker, Worker::parse, "worker")?,
        citizenships: places_of(&stored.citizenships),
        us_status: optional(stored.us_status.as_ref(), UsStatus::parse, "us_status")?,
        groups: stored.groups.iter().map(ToString::to_string).collect(),
        named: match named {
            None => NamedUser::OfAll,
            Some(instruments) if instruments.is_empty() => NamedUser::OfNone,
            Some(instruments) => NamedUser::Of(instruments.iter().map(ToString::to_string).collect()),
        },
        residence: place_of(stored.residence.as_ref()),
        assigned_site: owned(stored.assigned_site.as_ref()),
        entitlement: if stored.entitlement_assumed {
            Entitlement::Assumed
        } else {
            Entitlement::ByRegister
        },
        screening: Screening {
            result: stored.screening_clean.map(|is_clean| {
                if is_clean {
                    ScreeningResult::Clean
                } else {
                    ScreeningResult::Hit
                }
            }),
            screened_at: stored.screened_at.map(Instant),
        },
    })
}

fn request(request: &RequestFacts) -> StoredRequest<'_> {
    StoredRequest {
        beneficiary: answer(request.beneficiary.as_ref()),
        data: request.data.as_str().into(),
        end_users: request.end_users.as_deref().map(places),
        exception: request.exception.map(|exception| exception.as_str().into()),
        human_review: request.human_review,
        output_to: places(&request.output_to),
        patterns: request
            .patterns
            .iter()
            .map(|pattern| pattern.as_str().into())
            .collect(),
        purpose: request.purpose.as_str().into(),
        registered_application: request.registered_application,
        resale: request.resale,
        resides: request.residency.is_some(),
        side_call: request.side_call.as_deref().map(Cow::from),
    }
}

fn request_of(
    stored: &StoredRequest<'_>,
    residency: Option<PlaceSetName>,
) -> Result<RequestFacts, StoredFactsError> {
    if stored.resides != residency.is_some() {
        let reason = "the snapshot says otherwise where the application's requests are to stay".to_owned();
        return Err(StoredFactsError::Unreadable { reason });
    }
    let patterns = stored.patterns.iter();
    Ok(RequestFacts {
        purpose: word(&stored.purpose, Purpose::parse, "purpose")?,
        data: word(&stored.data, DataClass::parse, "data")?,
        end_users: stored.end_users.as_deref().map(places_of),
        residency,
        output_to: places_of(&stored.output_to),
        beneficiary: answer_of(&stored.beneficiary),
        human_review: stored.human_review,
        registered_application: stored.registered_application,
        patterns: patterns
            .map(|text| word(text, Pattern::parse, "pattern"))
            .collect::<Result<_, _>>()?,
        resale: stored.resale,
        exception: optional(stored.exception.as_ref(), ExceptionApproval::parse, "exception")?,
        side_call: owned(stored.side_call.as_ref()),
    })
}

fn answer(given: Option<&PlaceFact>) -> Answer<'_> {
    match given {
        None => Answer::None,
        Some(known) => place(known).map_or(Answer::Unknown, Answer::Place),
    }
}

fn answer_of(stored: &Answer<'_>) -> Option<PlaceFact> {
    match stored {
        Answer::None => None,
        Answer::Unknown => Some(PlaceFact::Unknown),
        Answer::Place(text) => Some(PlaceFact::read(text)),
    }
}

fn place(place: &PlaceFact) -> Option<Cow<'_, str>> {
    match place {
        PlaceFact::Known(place) => Some(place.code().into()),
        PlaceFact::Unrecognised(text) => Some(text.into()),
        PlaceFact::Unknown => None,
    }
}

fn place_of(stored: Option<&Cow<'_, str>>) -> PlaceFact {
    stored.map_or(PlaceFact::Unknown, |text| PlaceFact::read(text))
}

fn places(places: &[PlaceFact]) -> Vec<Option<Cow<'_, str>>> {
    places.iter().map(place).collect()
}

fn places_of(stored: &[Option<Cow<'_, str>>]) -> Vec<PlaceFact> {
    stored.iter().map(|text| place_of(text.as_ref())).collect()
}

fn owned(text: Option<&Cow<'_, str>>) -> Option<String> {
    text.map(ToString::to_string)
}

fn word<T>(text: &str, parse: fn(&str) -> Option<T>, what: &'static str) -> Result<T, StoredFactsError> {
    parse(text).ok_or(StoredFactsError::UnknownWord { what })
}

fn optional<T>(
    text: Option<&Cow<'_, str>>,
    parse: fn(&str) -> Option<T>,
    what: &'static str,
) -> Result<Option<T>, StoredFactsError> {
    text.map(|text| word(text, parse, what)).transpose()
}
