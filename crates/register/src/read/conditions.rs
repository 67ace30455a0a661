//! What `deny` and `review` test, by the kind of their clause.

use super::Reader;
use super::structure::points;
use crate::diagnose::Diagnostic;
use crate::language::DENY;
use crate::language::kinds;
use crate::model::{
    Account, ChainMethod, Comparison, EmploymentTest, ExceptionApproval, Kind, PlaceSetName, Polarity,
    Purpose, Share, Test, Tier, UsStatus, Worker,
};
use crate::tree::Entry;

/// Tests that a key names without a value.
const PLAIN: &[(&str, Test)] = &[
    ("not_named_user", Test::NotNamedUser),
    (
        "employer_stopped",
        Test::Employment(EmploymentTest::EmployerStopped),
    ),
    ("pattern", Test::UnregisteredPattern),
    ("no_human_review", Test::NoHumanReview),
    ("resale", Test::Resale),
    ("outside_residency", Test::OutsideResidency),
    ("residency_asked", Test::ResidencyAsked),
    ("side_call", Test::SideCall),
    ("outside_term", Test::OutsideTerm),
    ("without_agreement", Test::WithoutAgreement),
    ("always", Test::Always),
];

/// Keys that only add to one of others.
const NEEDS: &[(&str, &[&str])] = &[
    ("method", &["over", "at_least"]),
    ("list", &["over", "at_least", "controlled"]),
    ("tiers", &["in", "not_in"]),
    ("unless_filed", &["in"]),
    ("max_age_hours", &["screening_hit"]),
];

impl<'a> Reader<'a> {
    /// The tests of one condition table.
    pub(super) fn tests(&self, at: &Entry<'a>, kind: &'static kinds::Entry) -> Vec<Test> {
        self.keys_fit(at, kind);
        self.no_empty_list(at, &["unless_filed"]);
        let mut tests: Vec<Test> = self.places_tested(at, kind).into_iter().collect();
        tests.extend(self.shares_tested(at, kind.kind));
        tests.extend(self.set_of(at, "beneficiary_in").map(Test::BeneficiaryIn));
        tests.extend(
            at.has("sites")
                .then(|| Test::NotAtSites(self.all_named(at, "sites", Self::site_named))),
        );
        tests.extend(
            at.has("not_named")
                .then(|| Test::NotNamedEntity(self.all_named(at, "not_named", Self::entity_named))),
        );
        tests.extend(
            listed(at, "workers", Worker::parse).map(|list| Test::Employment(EmploymentTest::Workers(list))),
        );
        tests.extend(listed(at, "purposes", Purpose::parse).map(Test::Purposes));
        tests.extend(listed(at, "accounts", Account::parse).map(Test::Accounts));
        tests.extend(listed(at, "exception", ExceptionApproval::parse).map(Test::Exception));
        tests.extend(at.string("without_group").map(Test::WithoutGroup));
        tests.extend(at.entry("foreign_person").and_then(|at| self.foreign_person(&at)));
        tests.extend(at.has("screening_hit").then(|| Test::ScreeningHit {
            max_age: self.hours(at, "max_age_hours", 1),
        }));
        tests.extend(
            PLAIN
                .iter()
                .filter(|(key, _)| at.flag(key) == Some(true))
                .map(|(_, test)| test.clone()),
        );
        tests
    }

    fn keys_fit(&self, at: &Entry<'a>, kind: &'static kinds::Entry) {
        for (word, _) in at.pairs() {
            if DENY.key(word.text).is_some() && !kind.takes(word.text) {
                let message = format!(
                    "`{}` means nothing in a clause of kind `{}`",
                    word.text, kind.kind
                );
                let takes: Vec<_> = kind.keys().map(|key| format!("`{key}`")).collect();
                let error = Diagnostic::error("key-not-for-kind", word.spot.position(), message);
                self.sink
                    .report(error.help(format!("this kind takes {}", takes.join(", "))));
            }
        }
        for (key, needs) in NEEDS.iter().filter(|(key, _)| at.has(key)) {
            if !needs.iter().any(|need| at.has(need)) {
                let needs: Vec<_> = needs.iter().map(|need| format!("`{need}`")).collect();
                let message = format!("`{key}` says nothing without {}", needs.join(" or "));
                self.sink.report(Diagnostic::error(
                    "missing-key",
                    at.spot_of(key).position(),
                    message,
                ));
            }
        }
        for (one, other) in [("in", "not_in"), ("over", "at_least")] {
            if at.has(one) && at.has(other) {
                let message = format!("`{one}` and `{other}` stand in one condition");
                let error = Diagnostic::error("conflicting-keys", at.spot_of(other).position(), message);
                self.sink.report(error.help("write one of the two"));
            }
        }
    }

    fn places_tested(&self, at: &Entry<'a>, kind: &'static kinds::Entry) -> Option<Test> {
        let (polarity, key) = if at.has("in") {
            (Polarity::In, "in")
        } else {
            (Polarity::NotIn, "not_in")
        };
        let set = self.set_of(at, key)?;
        match kind.kind {
            Kind::HostingTier => {
                if !at.has("tiers") {
                    let message = "a clause of kind `hosting.tier` names no `tiers`";
                    self.sink
                        .report(Diagnostic::error("missing-key", at.spot().position(), message));
                }
                Some(Test::TierInPlaces {
                    tiers: at.words("tiers", Tier::parse),
                    polarity,
                    set,
                })
            }
            Kind::LocalRegistration => Some(Test::Unfiled {
                set,
                filed: self.all_named(at, "unless_filed", Self::model_named),
            }),
            _ => kind.places.map(|subject| Test::Places {
                subject,
                polarity,
                set,
            }),
        }
    }

    fn shares_tested(&self, at: &Entry<'a>, kind: Kind) -> Option<Test> {
        if kind == Kind::ScaleMau {
            return at.count("over").map(Test::MonthlyUsersOver);
        }
        if at.has("controlled") {
            return Some(Test::ControlledByUnsupported {
                list: self.set_of(at, "list"),
            });
        }
        let (comparison, key) = if at.has("over") {
            (Comparison::MoreThan, "over")
        } else {
            (Comparison::AtLeast, "at_least")
        };
        let written = at.count(key)?;
        let share = points(written).unwrap_or_else(|| {
            let message = format!("`{written}` is more than 10000 basis points");
            let error = Diagnostic::error("too-large", at.spot_of(key).position(), message);
            self.sink
                .report(error.help("a hundredth of a percent is one basis point: 50 percent are 5000"));
            Share::whole()
        });
        match kind {
            Kind::OwnershipMajority => {
                let list = self.supported(at)?;
                Some(Test::UnsupportedOwners {
                    comparison,
                    share,
                    list,
                    method: at.word("method", ChainMethod::parse),
                })
            }
            Kind::OwnershipFiftyOrMoreAggregate => Some(Test::ListedOwners { comparison, share }),
            Kind::OwnershipCounterpartySanction => Some(Test::SanctionedEntity { comparison, share }),
            _ => None,
        }
    }

    fn supported(&self, at: &Entry<'a>) -> Option<PlaceSetName> {
        if !at.has("list") {
            let message =
                "a share of owners from unsupported places is tested, and no `list` says which are supported";
            self.sink
                .report(Diagnostic::error("missing-key", at.spot().position(), message));
        }
        self.set_of(at, "list")
    }

    fn foreign_person(&self, at: &Entry<'a>) -> Option<Test> {
        let citizenships = self.set_of(at, "citizenships")?;
        Some(Test::ForeignPerson {
            citizenships,
            statuses: at.words("us_status", UsStatus::parse),
        })
    }
}

fn listed<T>(at: &Entry<'_>, key: &str, parse: fn(&str) -> Option<T>) -> Option<Vec<T>> {
    at.has(key).then(|| at.words(key, parse))
}
