//! One condition of a clause as Cedar: when it is met, unknown, unclear.

use super::bearer::{Bearer, Side};
use super::cells::{Base, PlaceTest};
use super::exception::{ActsOn, Lifting, names};
use super::formula::{Exception, Formula, Grades, one_of, quoted};
use super::{Live, Scribe};
use crate::places::Chart;
use decision::State;
use register::model::{
    Condition, EmploymentTest, Outcome, PlaceSetName, PlaceSubject, Polarity, ReadingTests, Test, UsStatus,
};
use territory::Membership;

/// For whom a condition is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// For the person as they are, with both their entities.
    Person,
    /// For their employer alone.
    Employer,
    /// For the places of credible claims alone.
    Claims,
}

/// A condition in its clause.
pub(crate) struct Put<'a, 'r> {
    pub(crate) live: &'a Live<'r>,
    /// Position in the clause.
    pub(crate) at: usize,
    pub(crate) exceptions: &'a [Lifting],
    pub(crate) about: About,
}

impl Put<'_, '_> {
    fn key(&self) -> String {
        format!("{} / {}", self.live.id, self.at + 1)
    }

    fn sides(&self) -> &'static [Side] {
        match self.about {
            About::Employer => &[Side::Employer],
            About::Person | About::Claims => &[Side::Engaging, Side::Employer],
        }
    }

    /// The entity that a test of the licensee looks at.
    fn licensee(&self) -> Side {
        if self.about == About::Employer {
            Side::Employer
        } else {
            Side::Engaging
        }
    }
}

impl Scribe<'_, '_> {
    /// The states of a condition, with all exceptions but those for the person wherever.
    pub(crate) fn condition(&self, put: &Put, condition: &Condition) -> Grades {
        let grades = match &condition.test {
            Test::Places {
                subject,
                polarity,
                set,
            } => {
                let bearers = self.bearers(put, *subject);
                Grades::max_of(
                    bearers
                        .into_iter()
                        .map(|bearer| self.in_set(put, bearer, set, *polarity)),
                )
            }
            Test::TierInPlaces { tiers, polarity, set } => {
                let tiers: Vec<&str> = tiers.iter().map(|tier| tier.as_str()).collect();
                let places = self.in_set(put, Bearer::People, set, *polarity);
                let unknown = places
                    .clone()
                    .at_most(State::Unknown)
                    .given(&one_of(&["unknown"], "resource.tier"));
                places.given(&one_of(&tiers, "resource.tier")).max(unknown)
            }
            Test::Unfiled { set, filed } => self
                .in_set(put, Bearer::People, set, Polarity::In)
                .given(&one_of(filed, "resource.model").not()),
            Test::OutsideResidency => self.tested(put, Base::Residency, Bearer::Inference),
            other => {
                let (inside, outside): (Vec<Lifting>, Vec<Lifting>) = put
                    .exceptions
                    .iter()
                    .cloned()
                    .partition(|one| one.acts_on == ActsOn::Anywhere);
                let lifted = match other {
                    Test::ForeignPerson {
                        citizenships: set, ..
                    }
                    | Test::BeneficiaryIn(set) => Some(self.text.chart(set)),
                    _ => None,
                };
                let covering = self.covering(put, &outside, lifted.as_deref());
                let exception = Exception::any(inside.iter()).or(covering);
                self.placeless_test(put, other).lifted(&exception)
            }
        };
        match (condition.outcome, &condition.test) {
            (Outcome::Deny, _) => grades,
            (Outcome::Review, Test::BeneficiaryIn(_)) => grades.at_most(State::Unclear),
            (Outcome::Review, _) => grades.reviewed(),
        }
    }

    /// Whose places a test looks at, as the clause is read.
    fn bearers(&self, put: &Put, subject: PlaceSubject) -> Vec<Bearer> {
        let of_entities = |bearer: fn(Side) -> Bearer| put.sides().iter().map(|side| bearer(*side)).collect();
        let people = if put.about == About::Claims {
            Bearer::Claims
        } else {
            Bearer::People
        };
        match subject {
            PlaceSubject::People | PlaceSubject::PeopleAndInference => {
                match (self.text.reading(put.live.clause), subject) {
                    (Some(ReadingTests::Inference), _) => vec![Bearer::Inference],
                    (None, PlaceSubject::PeopleAndInference) if put.about != About::Claims => {
                        vec![people, Bearer::Inference]
                    }
                    _ => vec![people],
                }
            }
            PlaceSubject::Inference => vec![Bearer::Inference],
            PlaceSubject::Storage => vec![Bearer::Storage],
            PlaceSubject::InferenceAndStorage => vec![Bearer::Inference, Bearer::Storage],
            PlaceSubject::Output => vec![Bearer::Output],
            PlaceSubject::Billing => vec![Bearer::Billing],
            PlaceSubject::Egress => vec![Bearer::Egress],
            PlaceSubject::Establishment => of_entities(Bearer::Establishment),
            PlaceSubject::Headquarters => of_entities(Bearer::Headquarters),
            PlaceSubject::PrincipalPlace => vec![Bearer::PrincipalPlace(put.licensee())],
        }
    }

    fn in_set(&self, put: &Put, bearer: Bearer, set: &PlaceSetName, polarity: Polarity) -> Grades {
        let chart = self.text.chart(set);
        self.tested(put, Base::Set(&chart, polarity), bearer)
    }

    /// A place test with the exceptions of its clause. They act place by place; but an entity is not somewhere, it is
    /// established somewhere, so that a test of its places is lifted as a whole, by where the people are.
    fn tested(&self, put: &Put, base: Base, bearer: Bearer) -> Grades {
        let key = put.key();
        let of_entity = matches!(
            bearer,
            Bearer::Establishment(_) | Bearer::Headquarters(_) | Bearer::PrincipalPlace(_)
        );
        if !of_entity {
            return self.place_grades(&PlaceTest {
                base,
                bearer,
                exceptions: put.exceptions,
                key,
            });
        }
        let (inside, outside): (Vec<Lifting>, Vec<Lifting>) = put
            .exceptions
            .iter()
            .cloned()
            .partition(|one| one.acts_on == ActsOn::Anywhere);
        let grades = self.place_grades(&PlaceTest {
            base,
            bearer,
            exceptions: &[],
            key,
        });
        grades.lifted(&Exception::any(inside.iter()).or(self.covering(put, &outside, None)))
    }

    /// What exceptions for places come to for a test that is not put place by place. One of them must reach every place:
    /// two that share them out hold for neither.
    fn covering(&self, put: &Put, exceptions: &[Lifting], lifted: Option<&Chart>) -> Exception {
        let each = exceptions.iter().enumerate();
        each.fold(Exception::default(), |all, (at, one)| {
            all.or(self.covering_one(put, at, one, lifted))
        })
    }

    /// What one of them comes to: it holds if there is a place, none is missing, and each is reached.
    fn covering_one(&self, put: &Put, at: usize, one: &Lifting, lifted: Option<&Chart>) -> Exception {
        let test = PlaceTest {
            base: Base::Everything(lifted),
            bearer: Bearer::People,
            exceptions: std::slice::from_ref(one),
            key: format!("{} / all {at}", put.live.id),
        };
        let left = self.place_grades(&test);
        let somewhere = Formula::Is("context.people.places.isEmpty()".to_owned()).not();
        let complete = Formula::Is("context.people.missing".to_owned()).not();
        let recognised = Formula::Is("context.people.unrecognised".to_owned()).not();
        let reached = |left: Formula| {
            Formula::all([
                somewhere.clone(),
                complete.clone(),
                recognised.clone(),
                left.not(),
            ])
        };
        Exception {
            holds: reached(left.any()),
            may: reached(left.met.or(left.unknown)),
        }
    }

    /// A test that is not about places of people, hosting or entities.
    fn placeless_test(&self, put: &Put, test: &Test) -> Grades {
        let met = |formula: Formula| Grades::when(State::Met, formula);
        let is = |text: &str| Formula::Is(text.to_owned());
        match test {
            Test::ResidencyAsked => met(is("context.residencyAsked")),
            Test::NotAtSites(sites) => {
                let elsewhere = any_of(sites, "context.sites").not();
                let nowhere = is("context.claims.places.isEmpty()");
                Grades {
                    met: elsewhere.clone().and(nowhere.clone().not()),
                    unknown: elsewhere.and(nowhere),
                    unclear: Formula::False,
                }
            }
            Test::PlaceClausesOnEgress => self.on_egress(),
            Test::UnsupportedOwners { .. }
            | Test::ControlledByUnsupported { .. }
            | Test::ListedOwners { .. }
            | Test::SanctionedEntity { .. } => self.ownership(put, test),
            Test::NotNamedEntity(ids) => {
                met(one_of(ids, &format!("{}.name", put.licensee().expression())).not())
            }
            Test::NotNamedUser => {
                let own = format!("principal.namedIn.contains({})", quoted(&put.live.instrument.id));
                met(is("principal.namedEverywhere").or(is(&own)).not())
            }
            Test::Employment(EmploymentTest::Workers(workers)) => {
                let workers: Vec<&str> = workers.iter().map(|worker| worker.as_str()).collect();
                met(one_of(&workers, "principal.worker"))
            }
            Test::Employment(EmploymentTest::EmployerStopped) => self.employer_stopped(put),
            Test::MonthlyUsersOver(limit) => {
                let entity = put.licensee().expression();
                let over = i64::try_from(*limit).map_or(Formula::False, |limit| {
                    Formula::Is(format!("{entity}.monthlyUsers > {limit}"))
                });
                let unknown = is(&format!("{entity}.registered")).not();
                Grades {
                    met: over,
                    unknown,
                    unclear: Formula::False,
                }
            }
            Test::Purposes(purposes) => {
                let purposes: Vec<&str> = purposes.iter().map(|purpose| purpose.as_str()).collect();
                met(one_of(&purposes, "context.purpose"))
            }
            Test::NoHumanReview => met(is("context.humanReview").not()),
            Test::UnregisteredPattern => {
                met(is("context.pattern").and(is("context.registeredApplication").not()))
            }
            Test::Resale => met(is("context.resale")),
            Test::ForeignPerson {
                citizenships,
                statuses,
            } => self.foreign(citizenships, statuses),
            Test::ScreeningHit { max_age } => self.screening(*max_age),
            Test::BeneficiaryIn(set) => {
                let chart = self.text.chart(set);
                let base = Base::Set(&chart, Polarity::In);
                self.place_grades(&PlaceTest {
                    base,
                    bearer: Bearer::Beneficiary,
                    exceptions: &[],
                    key: put.key(),
                })
            }
            Test::Accounts(accounts) => {
                let accounts: Vec<&str> = accounts.iter().map(|account| account.as_str()).collect();
                met(one_of(&accounts, "resource.account"))
            }
            Test::OutsideTerm => {
                let outside = !put.live.instrument.validity.contains(self.text.at);
                met(Formula::constant(outside))
            }
            Test::WithoutAgreement => met(is("resource.modelCovered").not()),
            Test::Exception(ways) => {
                let ways: Vec<&str> = ways.iter().map(|way| way.as_str()).collect();
                met(one_of(&ways, "context.exceptionApproval"))
            }
            Test::SideCall => met(is("context.sideCall")),
            Test::WithoutGroup(group) => {
                met(is(&format!("principal.groups.contains({})", quoted(group))).not())
            }
            Test::EvidenceRequired => Grades {
                met: Formula::False,
                unknown: is("context.people.missing"),
                unclear: is("context.people.unrecognised"),
            },
            Test::AllPlacesAllowed => self.all_places(),
            Test::Always => met(Formula::True),
            Test::Places { .. }
            | Test::TierInPlaces { .. }
            | Test::Unfiled { .. }
            | Test::OutsideResidency => Grades::default(),
        }
    }

    fn ownership(&self, put: &Put, test: &Test) -> Grades {
        let key = put.key();
        self.needs.borrow_mut().ownership(&key, test);
        Grades::max_of(put.sides().iter().map(|side| {
            let holds = |state| {
                Formula::Is(format!(
                    "{}.owners.{state}.contains({})",
                    side.expression(),
                    quoted(&key)
                ))
            };
            Grades {
                met: holds("met"),
                unknown: holds("unknown"),
                unclear: holds("unclear"),
            }
        }))
    }

    /// A foreign person has none of the citizenships and none of the statuses that clear.
    fn foreign(&self, citizenships: &PlaceSetName, statuses: &[UsStatus]) -> Grades {
        let chart = self.text.chart(citizenships);
        let any = |membership| {
            let spots = chart.spots(&[membership]);
            if spots.is_empty() {
                return Formula::False;
            }
            Formula::Is(format!(
                "principal.citizenships.places.containsAny({})",
                names(&spots)
            ))
        };
        let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
        let cleared = one_of(&statuses, "principal.usStatus").or(any(Membership::Inside));
        let not_cleared = cleared.not();
        let missing = Formula::Is("principal.citizenships.missing".to_owned());
        let unrecognised = Formula::Is("principal.citizenships.unrecognised".to_owned());
        let unknown = missing.or(any(Membership::Unknown));
        let unclear = unrecognised.or(any(Membership::Unclear));
        let met = unknown.clone().or(unclear.clone()).not();
        Grades {
            met,
            unknown,
            unclear,
        }
        .given(&not_cleared)
    }

    fn screening(&self, max_age: Option<i64>) -> Grades {
        let limit = max_age.unwrap_or(self.text.register.limits.screening);
        let hit = one_of(&["hit"], "context.screening");
        let fresh = format!("context.screeningAge >= 0 && context.screeningAge <= {limit}");
        let clean = one_of(&["clean"], "context.screening").and(Formula::Is(fresh));
        Grades {
            met: hit.clone(),
            unknown: hit.or(clean).not(),
            unclear: Formula::False,
        }
    }
}

/// Whether a set of texts has one of these words.
fn any_of(words: &[String], expression: &str) -> Formula {
    match words {
        [] => Formula::False,
        [word] => Formula::Is(format!("{expression}.contains({})", quoted(word))),
        _ => Formula::Is(format!(
            "{expression}.containsAny({})",
            super::formula::set(words)
        )),
    }
}
