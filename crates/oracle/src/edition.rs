//! The policies of one register at two instants, ready to be asked.

use crate::error::{OracleError, one_line};
use crate::policy::{Needs, Printed, Says, Scribe};
use crate::request::{ACTION, Asked, context, entities, uid};
use crate::schema::schema;
use crate::text::Text;
use cedar_policy::{
    Authorizer, Decision, Policy, PolicyId, PolicySet, Request, Schema, ValidationMode, Validator,
};
use decision::{Facts, State, Verdict};
use register::model::{Instant, Register};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

/// A second opinion about one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opinion {
    /// What it says.
    pub verdict: Verdict,
    /// Every reason: `instrument reference` of a clause, or `missing:` and what is missing; and its state.
    pub reasons: BTreeSet<(String, State)>,
    /// What must be done along with a permit, in the words of the register; empty otherwise.
    pub obligations: BTreeSet<String>,
}

/// A register's text as Cedar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The schema, in Cedar's own syntax.
    pub schema: String,
    /// The policies, in the order of the register, missing positives last.
    pub policies: String,
}

/// The policies of one register, as its text stands between two changes of it.
pub struct Edition {
    needs: Needs,
    schema: Schema,
    policies: PolicySet,
    says: HashMap<PolicyId, Says>,
    export: Export,
}

impl Edition {
    /// Writes, parses and strictly validates the policies of a text.
    ///
    /// # Errors
    /// [`OracleError`] when Cedar refuses what was generated: a defect of this crate.
    pub fn new(register: &Register, at: Instant, known_at: Instant) -> Result<Self, OracleError> {
        let text = Text::new(register, at, known_at);
        let (printed, needs) = Scribe::new(&text).write();
        let export = Export {
            schema: schema(&needs),
            policies: printed_all(&printed),
        };
        let (schema, _) =
            Schema::from_cedarschema_str(&export.schema).map_err(|error| OracleError::Schema {
                reason: one_line(&error),
            })?;
        let refused = |reason: String| OracleError::Policies { reason };
        let mut policies = PolicySet::new();
        let mut says = HashMap::new();
        for (at, one) in printed.into_iter().enumerate() {
            let id = PolicyId::new(format!("policy {at}"));
            let policy = Policy::parse(Some(id.clone()), one.to_string())
                .map_err(|error| refused(one_line(&error)))?;
            policies.add(policy).map_err(|error| refused(one_line(&error)))?;
            says.insert(id, one.says);
        }
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(refused(one_line(error)));
        }
        Ok(Self {
            needs,
            schema,
            policies,
            says,
            export,
        })
    }

    /// Schema and policies as text.
    #[must_use]
    pub const fn export(&self) -> &Export {
        &self.export
    }

    /// Asks Cedar about one request. The instants must lie where this edition's text stands.
    ///
    /// # Errors
    /// [`OracleError`] when the deployment is not in the register, or when anything failed on the way: Cedar would
    /// have skipped a failing policy, and with it a denial.
    pub fn opinion(
        &self,
        register: &Register,
        facts: &Facts,
        deployment: &str,
        at: Instant,
        known_at: Instant,
    ) -> Result<Opinion, OracleError> {
        let found = register.deployments.iter().find(|one| one.id == deployment);
        let found = found.ok_or_else(|| OracleError::NoDeployment {
            id: deployment.to_owned(),
        })?;
        let text = Text::new(register, at, known_at);
        let asked = Asked::new(&text, facts, found, &self.needs);
        let (person, action, resource) = (
            uid("Person", &facts.person.id)?,
            uid("Action", ACTION)?,
            uid("Deployment", deployment)?,
        );
        let entities = entities(&asked, &self.schema)?;
        let context = context(&asked, &self.schema)?;
        let request =
            Request::new(person, action, resource, context, Some(&self.schema)).map_err(|error| {
                OracleError::Request {
                    reason: one_line(&error),
                }
            })?;
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(OracleError::Evaluation {
                reason: one_line(error),
            });
        }
        let fired = response.diagnostics().reason().filter_map(|id| self.says.get(id));
        conclude(response.decision(), fired)
    }
}

fn printed_all(printed: &[Printed]) -> String {
    let mut text = String::new();
    for (at, one) in printed.iter().enumerate() {
        // writing to a text cannot fail
        let _ = write!(text, "{}{one}", if at > 0 { "\n" } else { "" });
    }
    text
}

/// What the policies that fired come to.
fn conclude<'s>(decision: Decision, fired: impl Iterator<Item = &'s Says>) -> Result<Opinion, OracleError> {
    let mut states: HashMap<&str, State> = HashMap::new();
    let mut obligations = BTreeSet::new();
    for says in fired {
        match says {
            Says::Permit => {}
            Says::Obligation(word) => {
                obligations.insert(word.clone());
            }
            Says::Reason(id, state) => {
                let worst = states.entry(id).or_default();
                *worst = (*worst).max(*state);
            }
        }
    }
    let reasons: BTreeSet<(String, State)> = states
        .into_iter()
        .map(|(id, state)| (id.to_owned(), state))
        .collect();
    let verdict = match reasons.iter().map(|(_, state)| *state).max() {
        Some(State::Met | State::Unknown) => Verdict::Deny,
        Some(State::Unclear) => Verdict::Review,
        Some(State::NotMet) | None if obligations.is_empty() => Verdict::Permit,
        Some(State::NotMet) | None => Verdict::PermitWithObligations,
    };
    let allowed = matches!(verdict, Verdict::Permit | Verdict::PermitWithObligations);
    if allowed != (decision == Decision::Allow) {
        return Err(OracleError::Evaluation {
            reason: "decision and reasons contradict each other".to_owned(),
        });
    }
    Ok(Opinion {
        verdict,
        reasons,
        obligations,
    })
}
