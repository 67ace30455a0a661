//! Scenarios: cases with expected decisions, written as JSON, run against a register.
//!
//! A scenario file brings its own facts: who asks, from where, for which model, reached how, under which instruments.
//! [`read`](read()) takes the file strictly, so that a misspelt field can never pass as a default. [`overlay`](overlay())
//! lays the facts of one scenario over a register, which keeps its agreements, lists, law and house rules. [`run`](run())
//! decides each of them, compares with what was expected, and says for each disagreement what differs.
//!
//! The runner is generic: id, title, note and expectation of a scenario are no facts and reach no decision. What the
//! overlay adds counts as approved, and the person as entitled, since these cases are about clauses.
//!
//! Pure, like everything below it: text in, report out.

mod error;
mod file;
mod grade;
mod json;
mod number;
mod overlay;
mod read;
mod report;
mod run;

pub use error::{ScenarioError, Where};
pub use file::{
    Catalogued, Evidence, Expectation, ExpectedReason, KnownThen, ListEdit, Request, Scenario, ScenarioFile,
    Subject,
};
pub use overlay::{Case, DEPLOYMENT, overlay};
pub use read::read;
pub use report::{Compared, Found, FoundFact, FoundReason, Graded, Outcome, Report};
pub use run::run;
