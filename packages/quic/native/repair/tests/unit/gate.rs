#![allow(clippy::single_range_in_vec_init)]

use proptest::prelude::*;

use super::*;

const WINDOW: u64 = 1_000;

#[test]
fn the_end_is_known_when_every_byte_before_it_is() {
    let mut gate = Gate::default();
    assert_eq!(gate.arrived(0..50), [0..50]);
    gate.ends_at(100);
    assert_eq!(gate.complete(), None);
    assert_eq!(gate.repaired(&(40..100), WINDOW), [50..100]);
    assert_eq!(gate.complete(), Some(100));
    assert_eq!(gate.repaired_bytes(), 50);
    // The stream brings it later.
    assert_eq!(gate.arrived(50..100), []);
    assert_eq!(gate.complete(), Some(100));
}

#[test]
fn nothing_is_taken_from_beyond_the_window() {
    let mut gate = Gate::default();
    gate.arrived(0..50);
    assert_eq!(gate.repaired(&(1_000..1_051), WINDOW), []);
    assert_eq!(gate.repaired(&(1_000..1_050), WINDOW), [1_000..1_050]);
}

#[test]
fn restored_ranges_and_gaps_are_bounded() {
    let mut gate = Gate::default();
    for n in 0..=MAX_GAPS as u64 {
        gate.repaired(&(n * 2..n * 2 + 1), u64::MAX);
    }
    assert_eq!(gate.repaired_bytes(), MAX_GAPS as u64);
    let mut gate = Gate::default();
    for n in 0..=MAX_GAPS as u64 {
        assert_eq!(gate.arrived(n * 2..n * 2 + 1), [n * 2..n * 2 + 1]);
    }
    assert_eq!(gate.repaired(&(1..2), WINDOW), []);
    assert!(gate.arrived.is_empty());
}

proptest! {
    #[test]
    fn each_byte_is_handed_over_once(steps in proptest::collection::vec((any::<bool>(), 0_u64..90, 1_u64..20), 1..60)) {
        let mut gate = Gate::default();
        let mut arrived = Spans::default();
        let mut told = [0_u8; 120];
        for (restored, start, length) in steps {
            let range = start..start + length;
            // The engine gives each byte once.
            let parts = if restored { vec![range] } else { arrived.missing(&range) };
            for part in parts {
                let news = if restored {
                    gate.repaired(&part, WINDOW)
                } else {
                    arrived.insert(part.clone());
                    gate.arrived(part)
                };
                for offset in news.into_iter().flatten() {
                    told[offset as usize] += 1;
                }
            }
        }
        prop_assert!(told.iter().all(|times| *times <= 1));
    }
}
