//! Times that were measured, and what stands in their middle and near their end.

use std::time::Duration;

/// Times of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample(Vec<Duration>);

impl Sample {
    /// Adds one.
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds several.
    pub(crate) fn extend(&mut self, others: impl IntoIterator<Item = Duration>) {
        self.0.extend(others);
    }

    /// Adds all of another sample.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The time that this share of all, in percent, does not exceed; nothing where nothing was measured.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(at).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let mut sample = Sample::default();
        assert_eq!(sample.percentile(50), Duration::ZERO);
        sample.extend((1..=100).rev().map(Duration::from_millis));
        assert_eq!(sample.percentile(50), Duration::from_millis(50));
        assert_eq!(sample.percentile(99), Duration::from_millis(99));
        assert_eq!(sample.percentile(100), Duration::from_millis(100));
    }
}
