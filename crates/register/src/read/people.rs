//! People of the register, and grants.

use super::Reader;
use crate::diagnose::{Diagnostic, quoted};
use crate::model::{Grant, Person, UsStatus, Worker};
use crate::tree::Entry;

impl<'a> Reader<'a> {
    pub(super) fn person(&self, entry: &Entry<'a>) -> Option<Person> {
        let id = entry.text("id")?;
        let worker = entry.word("worker", Worker::parse)?;
        let entity = self.entity_named(entry.text("entity")?);
        let engaging = entry.text("engaging_entity").map(|word| self.entity_named(word));
        if worker == Worker::Contractor && engaging.is_none() {
            let message = format!(
                "nothing says which entity of the firm engages the contractor {}",
                quoted(id.text)
            );
            let warning = Diagnostic::warning("no-engaging-entity", entry.spot().position(), message);
            self.sink.report(
                warning.help("give `engaging_entity`; until then it is taken to be their own employer"),
            );
        }
        Some(Person {
            id: id.text.to_owned(),
            name: entry.string("name").unwrap_or_else(|| id.text.to_owned()),
            worker,
            engaging_entity: engaging.unwrap_or_else(|| entity.clone()),
            entity,
            place: self.fact_of(entry, "place"),
            site: entry.text("site").map(|word| self.site_named(word)),
            residence: self.fact_of(entry, "residence"),
            citizenships: self.places(entry, "citizenships"),
            us_status: entry.word("us_status", UsStatus::parse),
            groups: entry.strings("groups"),
            named_in: self.all_named(entry, "named_in", Self::instrument_named),
            end_users: self.facts(entry, "end_users"),
            application: entry.text("application").map(|word| self.application_named(word)),
            position: entry.spot().position(),
        })
    }

    pub(super) fn grant(&self, entry: &Entry<'a>) -> Option<Grant> {
        let person = entry.text("person")?;
        let model = entry.text("model")?;
        let approved_by = entry.text("approved_by")?;
        for word in [person, model, approved_by] {
            self.no_wildcard(word, "a grant");
        }
        if person.text == approved_by.text {
            let message = format!("{} approves a grant to themselves", quoted(person.text));
            let error = Diagnostic::error("self-approved-grant", approved_by.spot.position(), message);
            self.sink.report(error.help("somebody else approves it"));
        }
        let span = self.span(entry, "from", "until");
        Some(Grant {
            person: person.text.to_owned(),
            model: if model.text.contains('*') {
                model.text.to_owned()
            } else {
                self.model_named(model)
            },
            span,
            known_from: self.start(entry, "known_from").or(span.from),
            approved_by: approved_by.text.to_owned(),
            position: entry.spot().position(),
        })
    }
}
