#![allow(clippy::single_range_in_vec_init)]

use proptest::prelude::*;

use super::*;

#[test]
fn bursts_are_met_by_waves() {
    let loss = |burst| LossView { share: 0.05, burst };
    assert_eq!(waves(2, loss(1.0)), [(Duration::ZERO, 3)]);
    let spaced = waves(4, loss(3.0));
    assert_eq!(spaced.len(), 3);
    // Without the first wave and the retransmission it is restored all the same.
    assert!(spaced[1].1 + spaced[2].1 >= 4);
}

proptest! {
    #[test]
    fn portions_are_all_there_and_within_their_bounds(lengths in proptest::collection::vec((0_u64..500, 1_u64..9_000), 1..30)) {
        let mut at = 0;
        let ranges: Vec<_> = lengths.iter().map(|(gap, length)| {
            let start = at + gap;
            at = start + length;
            start..at
        }).collect();
        let ranges = joined(ranges);
        let portions = portions(ranges.clone(), 10_000, 5);
        let total = |ranges: &[Range<u64>]| ranges.iter().map(|range| range.end - range.start).sum::<u64>();
        prop_assert!(portions.iter().all(|portion| portion.len() <= 5 && total(portion) <= 10_000));
        prop_assert_eq!(joined(portions.into_iter().flatten().collect()), ranges);
    }

    #[test]
    fn symbols_fit(lengths in proptest::collection::vec(1_u64..9_000, 1..8), most in 50_usize..1_400) {
        let ranges: Vec<_> = lengths.iter().map(|length| 0..*length).collect();
        let size = symbol_size(&ranges, most, 30);
        prop_assert!((1..=most).contains(&size));
    }
}
