//! Sources of place claims and the decision together: what each combination comes to, and what callers try.

#[cfg(test)]
mod bank;
#[cfg(test)]
mod golden;
#[cfg(test)]
#[cfg(test)]
mod tries;
