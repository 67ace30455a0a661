//! Takes the compression off the body of a request, within bounds.
//!
//! A decision needs the body in plain, and the provider gets it in plain. A few bytes can stand for gigabytes, so it is
//! unpacked piece by piece and given up when it grows beyond the limit of a body, or beyond all proportion.

use brotli_decompressor::Decompressor;
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Read};
use wire::{Fault, FaultCode};

/// Unpacked bytes for each packed one; text rarely has more than twenty.
pub(crate) const PROPORTION: usize = 200;

/// Unpacked bytes that are in proportion whatever they come from.
pub(crate) const LITTLE: usize = 1024 * 1024;

/// Read at a time.
const PIECE: usize = 64 * 1024;

/// Memory that a stream of zstd may ask for (RFC 9659, section 3).
const WINDOW: u64 = 8 * 1024 * 1024;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// `gzip`.
    Gzip,
    /// `deflate`, which is zlib's format.
    Deflate,
    /// `br`.
    Brotli,
    /// `zstd`.
    Zstd,
}

impl Coding {
    /// The coding of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The body in plain, of at most so many bytes.
///
/// # Errors
/// When it grows too large, or is not what it says it is.
pub(crate) fn inflate(coding: Coding, packed: &[u8], most: usize) -> Result<Bytes, Fault> {
    let bound = most.min(packed.len().saturating_mul(PROPORTION).max(LITTLE));
    let unpacked = match coding {
        Coding::Gzip => read(MultiGzDecoder::new(packed), bound),
        Coding::Deflate => read(ZlibDecoder::new(packed), bound),
        Coding::Brotli if has_large_window(packed) => Err(io::ErrorKind::InvalidData.into()),
        Coding::Brotli => read(Decompressor::new(packed, PIECE), bound),
        Coding::Zstd => match StreamingDecoder::new_with_max_window_size(packed, WINDOW) {
            Ok(decoder) => read(decoder, bound),
            Err(error) => Err(io::Error::other(error)),
        },
    };
    match unpacked {
        Ok(Some(body)) => Ok(Bytes::from(body)),
        Ok(None) => Err(Fault::new(
            FaultCode::BodyTooLarge,
            format!("The body is larger than {bound} bytes when it is unpacked."),
        )),
        Err(_) => Err(Fault::new(
            FaultCode::InvalidRequest,
            "The body is not compressed as its `content-encoding` says.",
        )),
    }
}

/// Whether a stream of brotli asks for more memory than the coding `br` has (RFC 7932, section 9.1: these bits are none).
fn has_large_window(packed: &[u8]) -> bool {
    packed.first().is_some_and(|first| first & 0x7f == 0x11)
}

/// All that a reader gives; `None`: more than so many bytes.
fn read(reader: impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(limit).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn packed(coding: Coding, plain: &[u8]) -> Vec<u8> {
        match coding {
            Coding::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            Coding::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            // a stream of one piece that is stored as it is
            Coding::Brotli => [&[0x0b, 0x02, 0x80][..], plain, &[0x03]].concat(),
            Coding::Zstd => {
                ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
            }
        }
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
            let body = inflate(coding, &packed(coding, b"hello"), 100).unwrap();
            assert_eq!(body, "hello", "{coding:?}");
            let torn = packed(coding, b"hello");
            let torn = torn.split_at(torn.len() - 3).0;
            assert!(inflate(coding, torn, 100).is_err(), "{coding:?}");
        }
        // hello, stored
        assert_eq!(
            inflate(Coding::Brotli, &packed(Coding::Brotli, b"hello"), 100).unwrap(),
            "hello"
        );
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            let fault = inflate(coding, b"no such thing", 100).unwrap_err();
            assert_eq!(fault.code, FaultCode::InvalidRequest, "{coding:?}");
        }
    }

    #[test]
    fn what_grows_too_large_is_given_up() {
        let plain = vec![b' '; 4 * LITTLE];
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd] {
            let bomb = packed(coding, &plain);
            let code = |most| inflate(coding, &bomb, most).unwrap_err().code;
            assert_eq!(code(1000), FaultCode::BodyTooLarge);
            assert_eq!(code(usize::MAX), FaultCode::BodyTooLarge, "out of proportion");
        }
    }

    /// 256 MB of zeroes in brotli.
    const ZEROES: &str = "cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f001200715800baf7\
        fffcffff074002200e0b40f7fe9fffffff004800c46101e8defff3ffff1f000980382c00ddfb7ffeffff032001108705a07b\
        ffcfffff7f002400e2b00074effff9ffff0f8004401c1680eefd3fffffff01900088c302d0bdffe7ffff3f001200715800ba\
        f7fffcffff074002200e0b40f7fe9fffffff004800c46101e8defff3ffff1f000980382c00ddfbfffcffff072001108705a0\
        7bff0f";

    /// Acceptance A38: brotli.
    #[test]
    fn a_bomb_of_brotli_is_given_up() {
        let bomb: Vec<u8> = ZEROES
            .as_bytes()
            .chunks(2)
            .map(|digits| u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap())
            .collect();
        let code = |most| inflate(Coding::Brotli, &bomb, most).unwrap_err().code;
        assert_eq!(code(1000), FaultCode::BodyTooLarge);
        assert_eq!(code(usize::MAX), FaultCode::BodyTooLarge, "out of proportion");
    }

    #[test]
    fn windows_beyond_the_coding_are_refused() {
        // a large window of brotli; a window of 64 MB of zstd, then a block of one byte
        let brotli = [0x11, 0x1e, 0x03];
        let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x80, 0x09, 0x00, 0x00, b'a'];
        for (coding, packed) in [(Coding::Brotli, &brotli[..]), (Coding::Zstd, &zstd)] {
            let fault = inflate(coding, packed, 100).unwrap_err();
            assert_eq!(fault.code, FaultCode::InvalidRequest, "{coding:?}");
        }
        let small = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x48, 0x09, 0x00, 0x00, b'a'];
        assert_eq!(inflate(Coding::Zstd, &small, 100).unwrap(), "a");
    }

    #[test]
    fn codings_have_names() {
        assert_eq!(Coding::named("GZIP"), Some(Coding::Gzip));
        for name in ["compress", "", "gzip, br", "identity"] {
            assert_eq!(Coding::named(name), None, "{name}");
        }
    }
}
