//! Takes the compression off an answer that a provider compressed although nobody asked it to.
//!
//! A caller gets answers in plain, since one that is compressed can neither be cut off between two events nor be
//! translated. What a few bytes stand for is bounded: an answer that grows beyond all proportion breaks off.

use super::answer::ProviderBodyError;
use crate::inflate::{Coding, LITTLE, PROPORTION};
use brotli_decompressor::DecompressorWriter;
use bytes::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use std::io::{self, Write};

/// What brotli unpacks at a time.
const PIECE: usize = 16 * 1024;

/// An answer being unpacked.
pub(super) struct Unpacking {
    decoder: Option<Decoder>,
    taken: usize,
    given: usize,
}

enum Decoder {
    Gzip(MultiGzDecoder<Bounded>),
    Deflate(ZlibDecoder<Bounded>),
    Brotli(Box<DecompressorWriter<Bounded>>),
}

impl Decoder {
    fn of(coding: Coding) -> Option<Self> {
        Some(match coding {
            Coding::Gzip => Self::Gzip(MultiGzDecoder::new(Bounded::default())),
            Coding::Deflate => Self::Deflate(ZlibDecoder::new(Bounded::default())),
            Coding::Brotli => Self::Brotli(Box::new(DecompressorWriter::new(Bounded::default(), PIECE))),
            // there is no reader of it that is fed
            Coding::Zstd => return None,
        })
    }

    fn write(&mut self, packed: &[u8]) -> io::Result<()> {
        let decoder: &mut dyn Write = match self {
            Self::Gzip(decoder) => decoder,
            Self::Deflate(decoder) => decoder,
            Self::Brotli(decoder) => decoder,
        };
        decoder.write_all(packed)?;
        decoder.flush()
    }

    fn sink(&mut self) -> &mut Bounded {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Deflate(decoder) => decoder.get_mut(),
            Self::Brotli(decoder) => decoder.get_mut(),
        }
    }

    /// Says that this was all of it.
    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(decoder) => decoder.try_finish(),
            Self::Deflate(decoder) => decoder.try_finish(),
            Self::Brotli(decoder) => decoder.close(),
        }
    }
}

/// Takes what was unpacked, no more of it than there is room for.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    room: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.room.checked_sub(bytes.len());
        self.room = left.ok_or(io::ErrorKind::FileTooLarge)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Unpacking {
    /// What an answer needs whose head says that it is compressed, which the head says no more then.
    pub(super) fn of(headers: &mut HeaderMap) -> Option<Self> {
        let coding = headers.get(CONTENT_ENCODING)?;
        let name = coding.to_str().unwrap_or_default();
        if name.eq_ignore_ascii_case("identity") {
            return None;
        }
        let is_one = headers.get_all(CONTENT_ENCODING).iter().count() == 1;
        let decoder = Coding::named(name).filter(|_| is_one).and_then(Decoder::of);
        tracing::warn!(
            is_read = decoder.is_some(),
            "a provider compressed its answer, though it was not asked to"
        );
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        Some(Self {
            decoder,
            taken: 0,
            given: 0,
        })
    }

    /// More of the answer; gives what it stands for.
    pub(super) fn feed(&mut self, packed: &[u8]) -> Result<Bytes, ProviderBodyError> {
        self.taken = self.taken.saturating_add(packed.len());
        self.unpack(|decoder| decoder.write(packed))
    }

    /// The answer has ended; gives what was left of it.
    pub(super) fn finish(&mut self) -> Result<Bytes, ProviderBodyError> {
        // an answer without a body is none in any coding
        if self.taken == 0 {
            return Ok(Bytes::new());
        }
        let rest = self.unpack(Decoder::end);
        self.taken = 0;
        rest
    }

    fn unpack(
        &mut self,
        step: impl FnOnce(&mut Decoder) -> io::Result<()>,
    ) -> Result<Bytes, ProviderBodyError> {
        let decoder = self.decoder.as_mut().ok_or(ProviderBodyError::Packed)?;
        let most = self.taken.saturating_mul(PROPORTION).max(LITTLE);
        decoder.sink().room = most.saturating_sub(self.given);
        step(decoder).map_err(|_| ProviderBodyError::Packed)?;
        let unpacked = std::mem::take(&mut decoder.sink().bytes);
        self.given = self.given.saturating_add(unpacked.len());
        Ok(Bytes::from(unpacked))
    }
}
