//! One scenario, and those of its parts that are too small for a module of their own.

use super::cursor::{Reported, Value};
use super::{entity, expect, hosting, places, request};
use crate::file::{Evidence, ListEdit, Scenario, Subject};
use decision::{ClaimSource, Trip};
use register::model::{Cause, Instant, ListChange, PlaceFact, UsStatus, Worker};

/// Subjects of the format; for people, never a fact.
const KINDS: &[&str] = &[
    "seed",
    "user-location",
    "travel",
    "evidence",
    "group-ambiguity",
    "subnational",
    "entity",
    "ownership",
    "export-nationality",
    "effective-date",
    "hosting",
    "licence-weights",
    "distillation",
    "channel",
    "sanctions",
    "precedence",
    "risk-tier",
    "local-law",
];

/// Sources of claims as the format spells them.
const SOURCES: &[(&str, ClaimSource)] = &[
    ("badge", ClaimSource::Badge),
    ("zone", ClaimSource::Zone),
    ("device", ClaimSource::Device),
    ("geoip", ClaimSource::GeoIp),
    ("hr", ClaimSource::Directory),
    ("trip", ClaimSource::Trip),
    ("vpn-exit", ClaimSource::VpnExit),
    ("proxy-egress", ClaimSource::ProxyEgress),
    ("client-header", ClaimSource::ClientHeader),
];

/// Marks of a claim; any of them makes it prove nothing.
const MARKS: &[&str] = &["hosting", "vpn", "anycast", "error"];

/// Where `at` itself is faulty, ages are read against this, so that their own faults are found all the same.
const ANY_INSTANT: Instant = Instant(0);

pub(super) fn read(value: &Value<'_>) -> Result<Scenario, Reported> {
    let id = value.object()?.need("id").and_then(|value| identity(&value));
    let value = &id
        .as_ref()
        .map_or_else(|_| value.clone(), |id| value.as_scenario(id));
    let mut fields = value.object()?;
    fields.get("id");
    let kind = fields
        .need("kind")
        .and_then(|value| value.word(KINDS, |kind| kind));
    let title = fields.need("title").and_then(|value| value.text());
    let at = fields.need("at").and_then(|value| places::instant(&value));
    let subject = fields.need("person").and_then(|value| subject(&value));
    let evidence = fields.need("evidence").and_then(|value| value.each(claim));
    let entity = fields.may("entity", entity::read);
    let engaging_entity = fields.may("engaging_entity", entity::read);
    let model = fields.need("model").and_then(|value| value.text());
    let channel = fields.need("channel").and_then(|value| hosting::channel(&value));
    let instruments = fields.need("instruments").and_then(|value| instruments(&value));
    let hosting = fields.need("hosting").and_then(|value| hosting::read(&value));
    let asked = fields
        .need("request")
        .and_then(|value| request::read(&value, at.unwrap_or(ANY_INSTANT)));
    let list_change = fields.may("list_change", list_edit);
    let expect = fields.need("expect").and_then(|value| expect::read(&value));
    let notes = [fields.may("why", Value::text), fields.may("source", Value::text)];
    fields.finish();
    kind?;
    for note in notes {
        note?;
    }
    Ok(Scenario {
        id: id?,
        title: title?,
        at: at?,
        subject: subject?,
        evidence: evidence?,
        entity: entity?,
        engaging_entity: engaging_entity?,
        model: model?,
        channel: channel?,
        instruments: instruments?,
        hosting: hosting?,
        request: asked?,
        list_change: list_change?,
        expect: expect?,
    })
}

fn identity(value: &Value<'_>) -> Result<String, Reported> {
    let id = value.text()?;
    if id.is_empty() {
        Err(value.wrong("the name of a case"))
    } else {
        Ok(id)
    }
}

fn instruments(value: &Value<'_>) -> Result<Vec<String>, Reported> {
    let ids = value.some_of(Value::text)?;
    value.unique(&ids, |id| id);
    Ok(ids)
}

fn subject(value: &Value<'_>) -> Result<Subject, Reported> {
    let mut fields = value.object()?;
    let worker = fields
        .need("worker")
        .and_then(|value| value.word(Worker::ALL, Worker::as_str));
    let home = fields.may("home_office", places::fact);
    let citizenships = fields
        .get("citizenships")
        .and_then(Value::unless_null)
        .map(|value| places::facts(&value))
        .transpose();
    let us_status = fields.may("us_status", |value| value.word(UsStatus::ALL, UsStatus::as_str));
    fields.finish();
    home?;
    Ok(Subject {
        worker: worker?,
        citizenships: citizenships?.unwrap_or_default(),
        us_status: us_status?,
    })
}

fn claim(value: &Value<'_>) -> Result<Evidence, Reported> {
    let mut fields = value.object()?;
    let source = fields
        .need("source")
        .and_then(|value| value.word(SOURCES, |(word, _)| word));
    let place = fields.need("place").and_then(|value| {
        value
            .unless_null()
            .map(|value| value.text())
            .transpose()
            .map(|text| text.map(|text| PlaceFact::read(&text)))
    });
    let site = fields.may("site", Value::text);
    let database = fields.may("database", Value::text);
    let marks = fields.may("marks", |value| {
        let marks = value.each(|mark| mark.word(MARKS, |mark| mark))?;
        value.unique(&marks, |mark| *mark);
        Ok(marks)
    });
    let age = fields.may("age_hours", request::age);
    let from = fields.may("trip_start", places::day);
    let to = fields.may("trip_end", places::day_after);
    fields.finish();
    database?;
    let ((_, source), from, to) = (source?, from?, to?);
    Ok(Evidence {
        source,
        place: place?,
        site: site?,
        marked: !marks?.unwrap_or_default().is_empty(),
        age: age?.unwrap_or(0),
        trip: (source == ClaimSource::Trip).then_some(Trip { from, to }),
    })
}

fn list_edit(value: &Value<'_>) -> Result<ListEdit, Reported> {
    let mut fields = value.object()?;
    let list = fields.need("list").and_then(|value| value.text());
    let remove = fields.may("remove", |value| value.each(places::known));
    let add = fields.may("add", |value| value.each(places::known));
    let cause = fields
        .need("cause")
        .and_then(|value| value.word(Cause::ALL, Cause::as_str));
    let posted = fields.need("posted").and_then(|value| places::day(&value));
    let effective = fields.need("effective").and_then(|value| places::day(&value));
    fields.finish();
    let change = ListChange {
        remove: remove?.unwrap_or_default(),
        add: add?.unwrap_or_default(),
        cause: cause?,
        posted: posted?,
        effective: effective?,
    };
    Ok(ListEdit { list: list?, change })
}
