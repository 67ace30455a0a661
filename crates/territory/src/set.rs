//! Sets of slots: 1,024 bits, copied and compared by value, combined word by word.

use std::fmt;

/// How many slots an atlas can have.
pub const CAPACITY: usize = 1024;

const WORD: usize = 64;

/// One entry of an [`crate::Atlas`]: a place, or the rest of one. Only an atlas makes slots, and a slot means
/// something only to the atlas that made it. Alpha-2 places have the same slots in every atlas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u16);

impl Slot {
    /// The position, from 0 up to [`CAPACITY`].
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The slot at a position that the caller keeps below [`CAPACITY`].
    pub(crate) fn at(index: usize) -> Slot {
        Slot(u16::try_from(index).unwrap_or(u16::MAX))
    }

    fn word(self) -> usize {
        self.index() / WORD
    }

    fn bit(self) -> u64 {
        1 << (self.index() % WORD)
    }
}

/// A set of slots.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PlaceSet {
    words: [u64; CAPACITY / WORD],
}

impl PlaceSet {
    /// The set without any slot.
    pub const EMPTY: PlaceSet = PlaceSet {
        words: [0; CAPACITY / WORD],
    };

    /// Adds a slot.
    #[inline]
    pub fn insert(&mut self, slot: Slot) {
        if let Some(word) = self.words.get_mut(slot.word()) {
            *word |= slot.bit();
        }
    }

    /// Takes a slot away.
    #[inline]
    pub fn remove(&mut self, slot: Slot) {
        if let Some(word) = self.words.get_mut(slot.word()) {
            *word &= !slot.bit();
        }
    }

    /// Whether the slot is in the set.
    #[inline]
    #[must_use]
    pub fn contains(&self, slot: Slot) -> bool {
        self.words
            .get(slot.word())
            .is_some_and(|word| word & slot.bit() != 0)
    }

    /// What is in either set.
    #[inline]
    #[must_use]
    pub fn union(&self, other: &PlaceSet) -> PlaceSet {
        self.by_word(other, |a, b| a | b)
    }

    /// What is in both sets.
    #[inline]
    #[must_use]
    pub fn intersect(&self, other: &PlaceSet) -> PlaceSet {
        self.by_word(other, |a, b| a & b)
    }

    /// What is in this set and not in the other.
    #[inline]
    #[must_use]
    pub fn minus(&self, other: &PlaceSet) -> PlaceSet {
        self.by_word(other, |a, b| a & !b)
    }

    /// Whether there is no slot in the set.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == PlaceSet::EMPTY
    }

    /// Whether every slot of this set is in the other.
    #[inline]
    #[must_use]
    pub fn is_subset(&self, other: &PlaceSet) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether the sets share a slot.
    #[inline]
    #[must_use]
    pub fn intersects(&self, other: &PlaceSet) -> bool {
        !self.intersect(other).is_empty()
    }

    /// How many slots are in the set.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        let ones = |word: &u64| usize::try_from(word.count_ones()).unwrap_or(WORD);
        self.words.iter().map(ones).sum()
    }

    /// The slots, in order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + use<> {
        self.words
            .into_iter()
            .enumerate()
            .flat_map(|(at, word)| ones(word).map(move |bit| Slot::at(at * WORD + bit)))
    }

    #[inline]
    fn by_word(&self, other: &PlaceSet, combine: impl Fn(u64, u64) -> u64) -> PlaceSet {
        let mut result = *self;
        for (word, other) in result.words.iter_mut().zip(other.words) {
            *word = combine(*word, other);
        }
        result
    }
}

/// The positions of the ones in a word, lowest first.
fn ones(word: u64) -> impl Iterator<Item = usize> {
    let without_lowest = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
    let remaining = std::iter::successors(Some(word).filter(|word| *word != 0), without_lowest);
    remaining.map(|word| usize::try_from(word.trailing_zeros()).unwrap_or(0))
}

impl FromIterator<Slot> for PlaceSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> PlaceSet {
        let mut set = PlaceSet::EMPTY;
        for slot in slots {
            set.insert(slot);
        }
        set
    }
}

impl fmt::Debug for PlaceSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter().map(Slot::index)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn indexes() -> impl Strategy<Value = BTreeSet<usize>> {
        proptest::collection::btree_set(0..CAPACITY, 0..80)
    }

    fn set(indexes: &BTreeSet<usize>) -> PlaceSet {
        indexes.iter().map(|index| Slot::at(*index)).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_set(a in indexes(), b in indexes(), at in 0..CAPACITY) {
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(x.union(&y), set(&a.union(&b).copied().collect()));
            prop_assert_eq!(x.intersect(&y), set(&a.intersection(&b).copied().collect()));
            prop_assert_eq!(x.minus(&y), set(&a.difference(&b).copied().collect()));
            prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
            prop_assert_eq!(x.intersects(&y), !a.is_disjoint(&b));
            prop_assert_eq!(x.len(), a.len());
            prop_assert_eq!(x.is_empty(), a.is_empty());
            prop_assert_eq!(x.contains(Slot::at(at)), a.contains(&at));
            prop_assert!(x.iter().map(Slot::index).eq(a.iter().copied()));
            prop_assert_eq!(x.iter().collect::<PlaceSet>(), x);
        }

        #[test]
        fn insert_and_remove_touch_one_slot(a in indexes(), at in 0..CAPACITY) {
            let mut changed = set(&a);
            changed.insert(Slot::at(at));
            prop_assert_eq!(changed, set(&a).union(&set(&BTreeSet::from([at]))));
            changed.remove(Slot::at(at));
            prop_assert_eq!(changed, set(&a).minus(&set(&BTreeSet::from([at]))));
        }

        #[test]
        fn laws(a in indexes(), b in indexes(), c in indexes()) {
            let (a, b, c) = (set(&a), set(&b), set(&c));
            prop_assert_eq!(a.union(&b.union(&c)), a.union(&b).union(&c));
            prop_assert_eq!(a.intersect(&b.union(&c)), a.intersect(&b).union(&a.intersect(&c)));
            prop_assert_eq!(a.union(&a.intersect(&b)), a);
            prop_assert_eq!(a.minus(&b.union(&c)), a.minus(&b).intersect(&a.minus(&c)));
        }
    }

    #[test]
    fn the_last_slot_fits() {
        let last = Slot::at(CAPACITY - 1);
        let set: PlaceSet = [last].into_iter().collect();
        assert!(set.contains(last));
        assert_eq!(set.len(), 1);
        assert_eq!(format!("{set:?}"), "{1023}");
    }
}
