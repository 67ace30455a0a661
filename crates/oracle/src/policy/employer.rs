//! Tests that look at other clauses: the contractor's employer, credible places that disagree, the egress place.

use super::bearer::Bearer;
use super::cells::{Base, PlaceTest};
use super::condition::{About, Put};
use super::formula::{Formula, Grades, one_of};
use super::{Live, Scribe, scope};
use decision::State;
use register::model::{Effect, EmploymentTest, Kind, Layer, Outcome, PlaceSubject, ReadingTests, Test};

impl Scribe<'_, '_> {
    /// The worst of the entity clauses that apply, put for the employer alone. Only contractors are asked.
    pub(crate) fn employer_stopped(&self, put: &Put) -> Grades {
        if put.about == About::Employer {
            return Grades::default();
        }
        let entity_clauses = self
            .live
            .iter()
            .filter(|live| live.clause.kind.is_some_and(Kind::is_entity_clause));
        let worst =
            entity_clauses.map(|live| self.grades(live, About::Employer).given(&scope::applies(live)));
        Grades::max_of(worst).given(&one_of(&["contractor"], "principal.worker"))
    }

    /// Where credible claims disagree: the worst that the place clauses say of their places, exceptions included.
    pub(crate) fn all_places(&self) -> Grades {
        let asking = self
            .live
            .iter()
            .filter(|live| live.standing.valid && self.tests_people(live));
        let worst = asking.map(|live| self.grades(live, About::Claims).given(&scope::applies(live)));
        Grades::max_of(worst).given(&Formula::Is("context.conflict".to_owned()))
    }

    fn tests_people(&self, live: &Live) -> bool {
        self.text.reading(live.clause) != Some(ReadingTests::Inference)
            && matches!(&live.clause.effect, Effect::Conditions(all) if all.iter().any(|one| is_about_people(&one.test)))
    }

    /// What the place clauses of the licence say of the egress place, however read, exceptions left out.
    pub(crate) fn on_egress(&self) -> Grades {
        let asked = self.live.iter().filter(|live| {
            live.standing.valid
                && live.instrument.layer != Layer::House
                && live.clause.kind.is_some_and(Kind::is_place_clause)
        });
        Grades::max_of(asked.map(|live| {
            let Effect::Conditions(conditions) = &live.clause.effect else {
                return Grades::default();
            };
            let places = conditions
                .iter()
                .enumerate()
                .filter_map(|(at, condition)| match &condition.test {
                    Test::Places { polarity, set, .. } => {
                        let chart = self.text.chart(set);
                        let base = Base::Set(&chart, *polarity);
                        let key = format!("{} / {}", live.id, at + 1);
                        let grades = self.place_grades(&PlaceTest {
                            base,
                            bearer: Bearer::Egress,
                            exceptions: &[],
                            key,
                        });
                        Some(if condition.outcome == Outcome::Review {
                            grades.reviewed()
                        } else {
                            grades
                        })
                    }
                    _ => None,
                });
            let worst = Grades::max_of(places).given(&scope::applies(live));
            if live.standing.doubted {
                worst.at_most(State::Unclear)
            } else {
                worst
            }
        }))
    }
}

/// Whether a test is about places of people and not of anything else.
pub(crate) fn is_about_people(test: &Test) -> bool {
    matches!(
        test,
        Test::Places {
            subject: PlaceSubject::People | PlaceSubject::PeopleAndInference,
            ..
        }
    )
}

/// Whether a condition is put at all for somebody.
pub(crate) fn concerns(test: &Test, about: About) -> bool {
    match about {
        About::Person => true,
        About::Employer => *test != Test::Employment(EmploymentTest::EmployerStopped),
        About::Claims => is_about_people(test),
    }
}
