//! How long it takes to refuse a key says nothing about how far it is right.

use super::*;
use std::hint::black_box;

const NOW: Instant = Instant(1_784_106_000);
const SAMPLES: usize = 100_000;

/// Above this, two sorts of samples are not of one sort.
const LIMIT: f64 = 4.5;

/// How many keys are tried: what the letters of one key do to whoever reads them says nothing about its secret, and
/// with many keys it comes to nothing.
const KEYS: u8 = 128;

/// The bytes of a key, each another one.
fn bytes_of(number: u8) -> [u8; 25] {
    std::array::from_fn(|at| {
        let at = u8::try_from(at).unwrap();
        number.wrapping_mul(59).wrapping_add(at.wrapping_mul(97)) ^ number.rotate_left(u32::from(at))
    })
}

/// A key with one of its bytes changed, in another way for each.
fn changed(number: u8, at: usize) -> String {
    let mut bytes = bytes_of(number);
    bytes[at] ^= number | 1;
    ApiKey::from_bytes(bytes).reveal().to_owned()
}

/// Nanoseconds that it takes to refuse a key.
fn taken(keys: &LiveKeys, presented: &str) -> f64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is tested is time itself, not a time of day"
    )]
    let begun = std::time::Instant::now();
    assert!(black_box(keys.verify(black_box(presented), NOW)).is_none());
    f64::from(u32::try_from(begun.elapsed().as_nanos()).unwrap_or(u32::MAX))
}

/// Welch's t of two sorts of samples, each without what took longer than nineteen of twenty: what interrupts a machine
/// says nothing about keys.
fn welch(mut sorts: [Vec<f64>; 2]) -> f64 {
    let parts = sorts.each_mut().map(|samples| {
        samples.sort_by(f64::total_cmp);
        let kept = &samples[..samples.len() * 19 / 20];
        let count = f64::from(u32::try_from(kept.len()).unwrap());
        let mean = kept.iter().sum::<f64>() / count;
        let spread = kept.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, spread / count)
    });
    let [(mean, spread), (other_mean, other_spread)] = parts;
    ((mean - other_mean) / (spread + other_spread).sqrt()).abs()
}

/// Welch's t of the times to refuse two sorts of keys, taken in turns that no rhythm of the machine can fall in with, and
/// read from one place in memory.
fn between(keys: &LiveKeys, presented: &[Vec<String>; 2]) -> f64 {
    let mut place = String::with_capacity(256);
    let mut turn = 0x9e37_79b9_7f4a_7c15_u64;
    let mut sorts = [const { Vec::new() }; 2];
    for _ in 0..SAMPLES {
        turn ^= turn << 13;
        turn ^= turn >> 7;
        turn ^= turn << 17;
        let sort = usize::from(turn & 1 == 1);
        let key = usize::try_from(turn >> 32).unwrap() % presented[sort].len();
        place.clear();
        place.push_str(&presented[sort][key]);
        sorts[sort].push(taken(keys, &place));
    }
    welch(sorts)
}

/// Acceptance A18: 100,000 refusals of a key that is wrong at its first secret byte or at its last, in turns: how long they
/// take does not tell one from the other. Chance may, once in a great while, so it would have to three times running.
#[test]
fn where_a_key_is_wrong_does_not_show_in_time() {
    let keys = LiveKeys::new(KeyHasher::new(&[3; 32]));
    for number in 0..KEYS {
        let key = ApiKey::from_bytes(bytes_of(number));
        let holder = KeyHolder {
            person: "hk-analyst".to_owned(),
            application: None,
        };
        let hash = keys.hasher().hash(&key);
        keys.put(KeyRecord::of(&key, hash, holder, Bound::Person, None, NOW));
    }
    let sort = |at| (0..KEYS).map(|number| changed(number, at)).collect::<Vec<_>>();
    let presented = [sort(24), sort(5)];
    for (number, presented) in (0..KEYS).zip(presented[0].iter().zip(&presented[1])) {
        let id = |text| ApiKey::parse(text).unwrap().id().to_owned();
        let own = ApiKey::from_bytes(bytes_of(number));
        assert!([id(presented.0), id(presented.1)].iter().all(|id| id == own.id()));
    }
    let found: Vec<f64> = (0..3)
        .map(|_| between(&keys, &presented))
        .take_while(|t| *t >= LIMIT)
        .collect();
    assert!(found.len() < 3, "{found:?}");
}

/// The measure sees what it is there to see.
#[test]
fn a_difference_of_a_hundredth_would_show() {
    let samples =
        |from: f64| (0..SAMPLES / 2).map(move |at| from + f64::from(u32::try_from(at % 100).unwrap()));
    let same = [samples(1000.0).collect(), samples(1000.0).collect()];
    let other = [samples(1000.0).collect(), samples(1010.0).collect()];
    assert!(welch(same) < LIMIT && welch(other) > LIMIT);
}
