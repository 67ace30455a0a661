//! Line and column of a byte offset, fast however long a line is.

/// Bytes between two remembered character counts.
const BLOCK: usize = 256;

/// Where the lines of a text begin, and how many characters stand before every block of it.
#[derive(Debug)]
pub(crate) struct Lines {
    starts: Vec<usize>,
    blocks: Vec<usize>,
}

impl Lines {
    /// Reads a text once.
    pub(crate) fn of(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect();
        let mut before = 0;
        let count = |block: &[u8]| {
            let start = before;
            before += characters(block);
            start
        };
        let blocks = text.as_bytes().chunks(BLOCK).map(count).collect();
        Self { starts, blocks }
    }

    /// Line and column, from 1, of a byte offset in the text that was read.
    pub(crate) fn locate(&self, text: &str, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|index| self.starts.get(index))
            .copied()
            .unwrap_or(0);
        let column = self
            .characters_before(text, offset)
            .saturating_sub(self.characters_before(text, start));
        (number(line), number(column.saturating_add(1)))
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        let block = offset / BLOCK;
        let Some(before) = self.blocks.get(block) else {
            return self.blocks.last().copied().unwrap_or(0)
                + characters(
                    text.as_bytes()
                        .get(self.blocks.len().saturating_sub(1) * BLOCK..)
                        .unwrap_or_default(),
                );
        };
        before + characters(text.as_bytes().get(block * BLOCK..offset).unwrap_or_default())
    }
}

/// Characters that begin in these bytes: every byte but the continuations of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let check = |text: &str, offset: usize, expected: (u32, u32)| {
            assert_eq!(
                Lines::of(text).locate(text, offset),
                expected,
                "{text:?} at {offset}"
            );
        };
        check("", 0, (1, 1));
        check("ab\ncd", 0, (1, 1));
        check("ab\ncd", 2, (1, 3));
        check("ab\ncd", 3, (2, 1));
        check("ab\ncd", 5, (2, 3));
        check("澳門 = 1", 7, (1, 4));
        let long = "é".repeat(1000);
        check(&long, 1998, (1, 1000));
        check(&long, 2000, (1, 1001));
    }
}
