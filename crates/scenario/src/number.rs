//! Decimal numbers as a JSON text gives them, exact.
//!
//! A threshold of 50 % and a share of 50.01 % must not meet in a binary fraction, and a claim one tenth of a second
//! past its limit is stale.

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// All digits, without the point.
    digits: String,
    /// How many of them stand after the point.
    scale: u32,
}

/// More digits than this are a mistake, not a precision.
const MOST_DIGITS: usize = 60;
const SECONDS_IN_AN_HOUR: u128 = 3600;

impl Decimal {
    /// Reads a JSON number; `None` where it is out of all proportion.
    pub(crate) fn read(number: &str) -> Option<Self> {
        let (negative, number) = number
            .strip_prefix('-')
            .map_or((false, number), |rest| (true, rest));
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let exponent: i64 = exponent.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let mut digits = format!("{whole}{fraction}");
        let scale = i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let missing = usize::try_from(scale.saturating_neg().max(0)).ok()?;
        if digits.len().checked_add(missing)? > MOST_DIGITS {
            return None;
        }
        digits.extend(std::iter::repeat_n('0', missing));
        let scale = u32::try_from(scale.max(0))
            .ok()
            .filter(|scale| usize::try_from(*scale).is_ok_and(|s| s <= MOST_DIGITS))?;
        Some(Self {
            negative,
            digits,
            scale,
        })
    }

    /// Without an exponent, such as `50.01`.
    pub(crate) fn plain(&self) -> String {
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let padded = format!("{:0>width$}", self.digits, width = scale.saturating_add(1));
        let sign = if self.negative { "-" } else { "" };
        match padded.split_at_checked(padded.len().saturating_sub(scale)) {
            Some((whole, fraction)) if !fraction.is_empty() => format!("{sign}{whole}.{fraction}"),
            _ => format!("{sign}{padded}"),
        }
    }

    /// The number if it is a count.
    pub(crate) fn count(&self) -> Option<u64> {
        let zero = self.digits.bytes().all(|digit| digit == b'0');
        if zero {
            return Some(0);
        }
        let fraction = self
            .digits
            .bytes()
            .rev()
            .take(usize::try_from(self.scale).ok()?)
            .any(|digit| digit != b'0');
        if self.negative || fraction {
            return None;
        }
        self.plain().split('.').next()?.parse().ok()
    }

    /// The number of hours in whole seconds, rounded away from zero: an age that is a hair above a limit stays above
    /// it, and a hair in the future stays in the future.
    pub(crate) fn hours_as_seconds(&self) -> Option<i64> {
        let exact = self
            .digits
            .parse::<u128>()
            .ok()?
            .checked_mul(SECONDS_IN_AN_HOUR)?;
        let seconds = i64::try_from(exact.div_ceil(10_u128.checked_pow(self.scale)?)).ok()?;
        Some(if self.negative {
            seconds.checked_neg()?
        } else {
            seconds
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn plain_notation() {
        let check = |text: &str, plain: &str| assert_eq!(decimal(text).plain(), plain, "{text}");
        check("50", "50");
        check("50.01", "50.01");
        check("50.0100", "50.01");
        check("50.00", "50");
        check("5001e-2", "50.01");
        check("1E2", "100");
        check("1.5e1", "15");
        check("0.0001", "0.0001");
        check("5e-3", "0.005");
        check("-0.5", "-0.5");
    }

    #[test]
    fn out_of_all_proportion() {
        for text in ["1e99", "1e-99", "1e999999999999999999999", &"9".repeat(61)] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    #[test]
    fn counts() {
        let check = |text: &str, count: Option<u64>| assert_eq!(decimal(text).count(), count, "{text}");
        check("0", Some(0));
        check("-0.0", Some(0));
        check("700000001", Some(700_000_001));
        check("7e8", Some(700_000_000));
        check("2.0", Some(2));
        check("20e-1", Some(2));
        check("2.5", None);
        check("-1", None);
        check("18446744073709551616", None);
    }

    #[test]
    fn hours_round_away_from_zero() {
        let check =
            |text: &str, seconds: i64| assert_eq!(decimal(text).hours_as_seconds(), Some(seconds), "{text}");
        check("12", 43_200);
        check("12.0001", 43_201);
        check("12.00001", 43_201);
        check("0.5", 1_800);
        check("-1", -3_600);
        check("-0.0001", -1);
        check("0", 0);
    }
}
