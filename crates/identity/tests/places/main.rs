//! Sources of place claims and the decision together: what each combination comes to, and what callers try.

mod bank;
mod golden;
mod speed;
mod tries;
