//! Where tiles and bundles of entries stand in a log, as the paths under which they are served.

use crate::text::shown;

/// How many hashes a full tile has, and how many entries a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The highest level that a path may name.
const MAX_LEVEL: u8 = 63;

/// A tile of hashes: level, index within the level, width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileCoordinate {
    level: u8,
    index: u64,
    width: u16,
}

/// A bundle of entries: index and width. It belongs to the tile of level 0 with the same index and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleCoordinate {
    index: u64,
    width: u16,
}

/// Why a path names no tile and no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the path of {expected}", shown(.found))]
pub struct PathError {
    /// The path.
    pub found: String,
    /// What it should have been the path of.
    pub expected: &'static str,
}

impl TileCoordinate {
    /// The tile `index` of a level (0 to 63) with its first `width` hashes (1 to 256); `None` outside these bounds.
    #[must_use]
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        (level <= MAX_LEVEL && is_width(width)).then_some(Self { level, index, width })
    }

    /// Its level: 0 for hashes of leaves, each further one for roots of full tiles of the one below.
    #[must_use]
    pub fn level(self) -> u8 {
        self.level
    }

    /// Its index within the level.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has: 256 when it is full.
    #[must_use]
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it has all its hashes, and so will never change.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The tile as it will be once it is full.
    #[must_use]
    pub fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// Its path beneath the prefix of the log, as in `tile/0/x001/234.p/12`.
    #[must_use]
    pub fn path(self) -> String {
        format!("tile/{}/{}", self.level, suffix(self.index, self.width))
    }

    /// Reads a path.
    ///
    /// # Errors
    /// When it is not exactly what [`TileCoordinate::path`] writes for some tile.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let read = || {
            let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
            let (index, width) = parse_suffix(rest)?;
            Self::new(crate::text::decimal(level)?.try_into().ok()?, index, width)
        };
        read().ok_or_else(|| PathError {
            found: path.to_owned(),
            expected: "a tile",
        })
    }

    /// All tiles that a tree of `size` entries has, level by level: the full ones, then the partial one.
    pub fn of_tree(size: u64) -> impl Iterator<Item = Self> {
        let hashes_on = move |level: u8| size.checked_shr(u32::from(level) * 8).unwrap_or(0);
        (0_u8..8)
            .take_while(move |level| hashes_on(*level) > 0)
            .flat_map(move |level| {
                let count = hashes_on(level);
                let tiles = count.div_ceil(u64::from(TILE_WIDTH));
                (0..tiles).filter_map(move |index| Self::new(level, index, width_of(index, count)))
            })
    }
}

impl BundleCoordinate {
    /// The bundle `index` with its first `width` entries (1 to 256); `None` outside these bounds.
    #[must_use]
    pub fn new(index: u64, width: u16) -> Option<Self> {
        is_width(width).then_some(Self { index, width })
    }

    /// The bundle in which a tree of `size` entries has the entry `entry`; `None` when it has no such entry.
    #[must_use]
    pub fn containing(entry: u64, size: u64) -> Option<Self> {
        let index = entry / u64::from(TILE_WIDTH);
        if entry < size {
            Self::new(index, width_of(index, size))
        } else {
            None
        }
    }

    /// Its index: its first entry is 256 times that.
    #[must_use]
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many entries it has: 256 when it is full.
    #[must_use]
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether it has all its entries, and so will never change.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The bundle as it will be once it is full.
    #[must_use]
    pub fn full(self) -> Self {
        Self {
            width: TILE_WIDTH,
            ..self
        }
    }

    /// The tile of level 0 that has the hashes of its entries.
    #[must_use]
    pub fn tile(self) -> TileCoordinate {
        TileCoordinate {
            level: 0,
            index: self.index,
            width: self.width,
        }
    }

    /// Its path beneath the prefix of the log, as in `tile/entries/x001/234.p/12`.
    #[must_use]
    pub fn path(self) -> String {
        format!("tile/entries/{}", suffix(self.index, self.width))
    }

    /// Reads a path.
    ///
    /// # Errors
    /// When it is not exactly what [`BundleCoordinate::path`] writes for some bundle.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        let read = || {
            let (index, width) = parse_suffix(path.strip_prefix("tile/entries/")?)?;
            Self::new(index, width)
        };
        read().ok_or_else(|| PathError {
            found: path.to_owned(),
            expected: "a bundle of entries",
        })
    }

    /// All bundles that a log of `size` entries has.
    pub fn of_tree(size: u64) -> impl Iterator<Item = Self> {
        (0..size.div_ceil(u64::from(TILE_WIDTH)))
            .filter_map(move |index| Self::new(index, width_of(index, size)))
    }
}

fn is_width(width: u16) -> bool {
    (1..=TILE_WIDTH).contains(&width)
}

/// How many of the first `count` hashes of a level stand in its tile `index`, at most 256.
pub(crate) fn width_of(index: u64, count: u64) -> u16 {
    let left = count.saturating_sub(index.saturating_mul(u64::from(TILE_WIDTH)));
    u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH)
}

/// An index in groups of three digits, all but the last marked with `x`, and the width where it is not full.
fn suffix(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut left = index / 1000;
    while left > 0 {
        path = format!("x{:03}/{path}", left % 1000);
        left /= 1000;
    }
    if width < TILE_WIDTH {
        format!("{path}.p/{width}")
    } else {
        path
    }
}

fn parse_suffix(text: &str) -> Option<(u64, u16)> {
    let (groups, width) = match text.split_once(".p/") {
        Some((groups, width)) => (groups, u16::try_from(crate::text::decimal(width)?).ok()?),
        None => (text, TILE_WIDTH),
    };
    let mut index = 0_u64;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // one spelling for each index: what does not come out the same was written another way
    (suffix(index, width) == text).then_some((index, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (level, index, width, path) in [
            (0, 0, 256, "tile/0/000"),
            (0, 0, 1, "tile/0/000.p/1"),
            (0, 1_234, 12, "tile/0/x001/234.p/12"),
            (1, 1_234_067, 256, "tile/1/x001/x234/067"),
            (63, 1_000, 255, "tile/63/x001/000.p/255"),
            (7, u64::MAX, 256, "tile/7/x018/x446/x744/x073/x709/x551/615"),
        ] {
            let tile = TileCoordinate::new(level, index, width).unwrap();
            assert_eq!(tile.path(), path);
            assert_eq!(TileCoordinate::parse(path), Ok(tile));
        }
        let bundle = BundleCoordinate::new(1_234, 12).unwrap();
        assert_eq!(bundle.path(), "tile/entries/x001/234.p/12");
        assert_eq!(BundleCoordinate::parse(&bundle.path()), Ok(bundle));
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/+01",
            "tile/0/x000/001",
            "tile/0/001/234",
            "tile/0/x001",
            "tile/0/xx01/234",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/000/",
            "/tile/0/000",
            "tile/0/000 ",
            "tile/entries/000",
            "tile/0/x001/x234/067.p/1.p/1",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/０００",
        ] {
            assert!(TileCoordinate::parse(path).is_err(), "`{path}` was read");
        }
        assert!(BundleCoordinate::parse("tile/0/000").is_err());
        assert_eq!(TileCoordinate::new(64, 0, 1), None);
        assert_eq!(TileCoordinate::new(0, 0, 0), None);
        assert_eq!(BundleCoordinate::new(0, 257), None);
    }

    /// The two trees that the specification counts out.
    #[test]
    fn tiles_of_a_tree() {
        let partial = |size| -> Vec<_> {
            let tiles = TileCoordinate::of_tree(size).filter(|tile| !tile.is_full());
            tiles.map(TileCoordinate::path).collect()
        };
        let full = |size| {
            TileCoordinate::of_tree(size)
                .filter(|tile| tile.is_full())
                .count()
        };
        assert_eq!(
            partial(70_000),
            ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
        );
        assert_eq!(full(70_000), 273 + 1);
        assert_eq!(partial(256), ["tile/1/000.p/1"]);
        assert_eq!(full(256), 1);
        assert_eq!(TileCoordinate::of_tree(0).count(), 0);
        assert_eq!(BundleCoordinate::of_tree(70_000).count(), 274);
        assert_eq!(
            BundleCoordinate::containing(69_999, 70_000).unwrap().path(),
            "tile/entries/273.p/112"
        );
        assert_eq!(
            BundleCoordinate::containing(0, 70_000).unwrap().path(),
            "tile/entries/000"
        );
        assert_eq!(BundleCoordinate::containing(70_000, 70_000), None);
    }
}
