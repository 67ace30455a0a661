//! Ownership shares as exact fractions of the whole.

use num_bigint::BigInt;
use num_rational::BigRational;
use std::fmt;

/// A share of ownership, exact: 5,000 basis points are one half. Never rounded, so that 50 % and 50.01 % differ
/// however long the chain is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(BigRational);

/// Why a text or number is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a share between 0 and 100 percent")]
pub struct ShareError {
    /// What was written.
    pub text: String,
}

impl Share {
    /// Nothing.
    pub fn zero() -> Self {
        Self(ratio(0, 1))
    }

    /// All of it.
    pub fn whole() -> Self {
        Self(ratio(1, 1))
    }

    /// A share in basis points, 0 to 10,000.
    pub fn basis_points(points: u32) -> Result<Self, ShareError> {
        if points > 10_000 {
            return Err(ShareError {
                text: format!("{points} basis points"),
            });
        }
        Ok(Self(ratio(i64::from(points), 10_000)))
    }

    /// A share from a percentage in decimal notation, such as `50.01`, read exactly.
    pub fn percent(text: &str) -> Result<Self, ShareError> {
        let error = || ShareError {
            text: text.to_owned(),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let numerator: BigInt = digits.parse().map_err(|_| error())?;
        let scale = BigInt::from(10).pow(u32::try_from(fraction.len()).map_err(|_| error())?);
        let share = Self(BigRational::new(numerator, scale * 100));
        if share > Self::whole() {
            Err(error())
        } else {
            Ok(share)
        }
    }

    /// The sum of two shares; may exceed the whole where the data is wrong.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self(&self.0 + &other.0)
    }

    /// The share of a share.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self(&self.0 * &other.0)
    }

    /// Whether this is more than one half.
    pub fn is_majority(&self) -> bool {
        self.0 > ratio(1, 2)
    }
}

fn ratio(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (&self.0 * ratio(10_000, 1)).to_integer();
        let exact = &self.0 * ratio(10_000, 1) == BigRational::from_integer(hundredths.clone());
        let (percent, rest) = (&hundredths / 100, &hundredths % 100);
        let about = if exact { "" } else { "about " };
        if rest == BigInt::from(0) {
            write!(f, "{about}{percent} %")
        } else {
            write!(f, "{about}{percent}.{rest:0>2} %")
        }
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(Share::percent("50"), Share::basis_points(5000));
        assert!(Share::percent("50.000001").unwrap() > Share::basis_points(5000).unwrap());
        assert!(
            Share::percent("100.01").is_err() && Share::percent("-1").is_err() && Share::percent("").is_err()
        );
        assert_eq!(
            Share::percent("60")
                .unwrap()
                .times(&Share::percent("60").unwrap()),
            Share::percent("36").unwrap()
        );
        assert!(
            !Share::percent("50").unwrap().is_majority() && Share::percent("50.01").unwrap().is_majority()
        );
        assert_eq!(Share::percent("50.01").unwrap().to_string(), "50.01 %");
    }
}
