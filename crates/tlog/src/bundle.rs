//! Bundles of entries, as `tlog-tiles` has them: each entry after its length in two bytes, the higher one first.

use crate::tile::TILE_WIDTH;

/// The most bytes that an entry can have.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Why entries make no bundle, or bytes hold none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than [`MAX_ENTRY`].
    #[error("entry {at} of the bundle has {bytes} bytes; an entry has at most {MAX_ENTRY}")]
    TooLong {
        /// The entry, counted from 0.
        at: usize,
        /// How many bytes it has.
        bytes: usize,
    },
    /// A bundle has 1 to 256 entries.
    #[error("a bundle has 1 to {TILE_WIDTH} entries, not {found}")]
    Count {
        /// How many were given or asked for.
        found: usize,
    },
    /// The bytes end within an entry.
    #[error("the bundle ends within entry {at}, at byte {byte}")]
    Ends {
        /// The entry, counted from 0.
        at: usize,
        /// Where the entry begins.
        byte: usize,
    },
    /// Something follows the last entry.
    #[error("{bytes} bytes follow the last entry of the bundle")]
    Follows {
        /// How many bytes.
        bytes: usize,
    },
}

/// Adds one entry to the bytes of a bundle.
///
/// # Errors
/// When the entry is longer than [`MAX_ENTRY`]; `bundle` is as it was.
pub fn append(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong {
        at: 0,
        bytes: entry.len(),
    })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The bytes of a bundle of 1 to 256 entries.
///
/// # Errors
/// When an entry is longer than [`MAX_ENTRY`], or there are none or more than 256.
pub fn encode<E: AsRef<[u8]>>(entries: impl IntoIterator<Item = E>) -> Result<Vec<u8>, BundleError> {
    let (mut bundle, mut count) = (Vec::new(), 0);
    for (at, entry) in entries.into_iter().enumerate() {
        let bytes = entry.as_ref().len();
        append(&mut bundle, entry.as_ref()).map_err(|_| BundleError::TooLong { at, bytes })?;
        count = at + 1;
        if count > usize::from(TILE_WIDTH) {
            break;
        }
    }
    if count == 0 || count > usize::from(TILE_WIDTH) {
        Err(BundleError::Count { found: count })
    } else {
        Ok(bundle)
    }
}

/// The `width` entries of a bundle.
///
/// # Errors
/// When the bytes are not exactly that many entries.
pub fn decode(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    if width == 0 || width > TILE_WIDTH {
        return Err(BundleError::Count { found: width.into() });
    }
    let (mut rest, mut entries) = (bundle, Vec::with_capacity(width.into()));
    for at in 0..usize::from(width) {
        let ends = BundleError::Ends {
            at,
            byte: bundle.len() - rest.len(),
        };
        let (length, after) = rest.split_first_chunk().ok_or_else(|| ends.clone())?;
        let (entry, after) = after
            .split_at_checked(u16::from_be_bytes(*length).into())
            .ok_or(ends)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(BundleError::Follows { bytes: rest.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling() {
        let bundle = encode(["ab", "", "c"]).unwrap();
        assert_eq!(bundle, b"\0\x02ab\0\0\0\x01c");
        assert_eq!(decode(&bundle, 3).unwrap(), [b"ab".as_slice(), b"", b"c"]);
    }

    #[test]
    fn what_is_no_bundle() {
        let bundle = encode(["ab", "c"]).unwrap();
        assert_eq!(decode(&bundle, 1), Err(BundleError::Follows { bytes: 3 }));
        assert_eq!(decode(&bundle, 3), Err(BundleError::Ends { at: 2, byte: 7 }));
        assert_eq!(decode(b"\0\x02a", 1), Err(BundleError::Ends { at: 0, byte: 0 }));
        assert_eq!(decode(b"", 0), Err(BundleError::Count { found: 0 }));
        assert_eq!(decode(b"", 257), Err(BundleError::Count { found: 257 }));
        let long = vec![0; MAX_ENTRY + 1];
        assert_eq!(
            encode([&b"a"[..], &long]),
            Err(BundleError::TooLong { at: 1, bytes: 65_536 })
        );
        assert!(encode([&long[1..]]).is_ok());
        assert_eq!(encode::<&str>([]), Err(BundleError::Count { found: 0 }));
        assert_eq!(
            encode(std::iter::repeat_n("", 257)),
            Err(BundleError::Count { found: 257 })
        );
        assert_eq!(encode(std::iter::repeat_n("", 256)).unwrap().len(), 512);
    }
}
