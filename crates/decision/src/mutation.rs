//! Ten deliberate mistakes, for the differential test: a second opinion that misses one of them is worth nothing.
//!
//! Compiled in only with the feature `mutations`, which nothing but tests turns on.

#[cfg(feature = "mutations")]
thread_local! {
    static CHOSEN: std::cell::Cell<u8> = const { std::cell::Cell::new(0) };
}

/// How many mistakes there are, numbered from 1.
#[cfg(feature = "mutations")]
pub const COUNT: u8 = 10;

/// Makes one mistake from now on, on this thread; 0 makes none.
#[cfg(feature = "mutations")]
pub fn choose(mistake: u8) {
    CHOSEN.with(|chosen| chosen.set(mistake));
}

/// Whether this mistake is to be made.
#[cfg(feature = "mutations")]
pub(crate) fn makes(mistake: Mistake) -> bool {
    CHOSEN.with(|chosen| chosen.get() == mistake as u8)
}

/// Without the feature no mistake is made.
#[cfg(not(feature = "mutations"))]
#[inline(always)]
pub(crate) const fn makes(_: Mistake) -> bool {
    false
}

/// The mistakes.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(crate) enum Mistake {
    /// A claim exactly at its limit is stale.
    LimitExcluded = 1,
    /// The directory's place counts although a trip is open.
    TripIgnored,
    /// Exactly the threshold counts as more.
    ExactlyIsMore,
    /// Chains are always multiplied.
    AlwaysMultiplied,
    /// Old screening is good enough.
    OldScreening,
    /// Places of end users do not count.
    EndUsersIgnored,
    /// The latest reading is not used.
    ReadingIgnored,
    /// Only the first place of a person is tested.
    FirstPlaceOnly,
    /// A whole is what its first part is.
    FirstPartOnly,
    /// Exceptions for trips never end.
    EndlessTrip,
}
