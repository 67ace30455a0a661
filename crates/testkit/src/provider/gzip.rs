//! The coding gzip without compression: what every reader of gzip takes, each piece readable as soon as it is there.

/// Most bytes that one stored block holds.
const BLOCK: usize = 65_535;

/// A gzip stream being written.
#[derive(Debug, Default)]
pub(super) struct Gzip {
    begun: bool,
    checksum: Checksum,
    length: u32,
}

impl Gzip {
    /// More of the content.
    pub(super) fn piece(&mut self, content: &[u8]) -> Vec<u8> {
        let mut out = self.beginning();
        for block in content.chunks(BLOCK) {
            self.checksum.add(block);
            let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
            self.length = self.length.wrapping_add(u32::from(length));
            out.push(0);
            out.extend(length.to_le_bytes());
            out.extend((!length).to_le_bytes());
            out.extend(block);
        }
        out
    }

    /// The end.
    pub(super) fn end(mut self) -> Vec<u8> {
        let mut out = self.beginning();
        // an empty last block
        out.extend([1, 0, 0, 0xff, 0xff]);
        out.extend(self.checksum.value().to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out
    }

    fn beginning(&mut self) -> Vec<u8> {
        if std::mem::replace(&mut self.begun, true) {
            return Vec::new();
        }
        // gzip, deflate, no flags, no time, no hints, unknown system
        vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
    }
}

/// CRC-32, bit by bit: a test's answers are short.
#[derive(Debug)]
struct Checksum(u32);

impl Default for Checksum {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 ^= u32::from(*byte);
            for _ in 0..8 {
                let is_odd = self.0 & 1 == 1;
                self.0 >>= 1;
                if is_odd {
                    self.0 ^= 0xedb8_8320;
                }
            }
        }
    }

    const fn value(&self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        let mut checksum = Checksum::default();
        checksum.add(b"1234");
        checksum.add(b"56789");
        assert_eq!(checksum.value(), 0xcbf4_3926);
    }

    /// The bytes that a person gets who follows RFC 1952 and RFC 1951 by hand.
    #[test]
    fn a_stream_of_two_pieces_is_as_the_standard_has_it() {
        let mut gzip = Gzip::default();
        let mut stream = gzip.piece(b"123456");
        stream.extend(gzip.piece(b"789"));
        stream.extend(gzip.end());
        let mut expected = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        expected.extend(b"\0\x06\0\xf9\xff123456");
        expected.extend(b"\0\x03\0\xfc\xff789");
        expected.extend(b"\x01\0\0\xff\xff\x26\x39\xf4\xcb\x09\0\0\0");
        assert_eq!(stream, expected);
    }
}
