#![allow(clippy::single_range_in_vec_init)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn it_is_a_set(steps in proptest::collection::vec((any::<bool>(), 0_u64..60, 0_u64..20), 1..40)) {
        let mut spans = Spans::default();
        let mut model = BTreeSet::new();
        for (insert, start, length) in steps {
            let range = start..start + length;
            if insert {
                spans.insert(range.clone());
                model.extend(range.clone());
            } else {
                spans.remove(&range);
                model.retain(|offset| !range.contains(offset));
            }
            let all: Vec<u64> = spans.iter().flatten().collect();
            prop_assert_eq!(&all, &model.iter().copied().collect::<Vec<_>>());
            let ranges: Vec<_> = spans.iter().collect();
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
            let within: Vec<u64> = spans.parts(&range).into_iter().flatten().collect();
            let without: Vec<u64> = spans.missing(&range).into_iter().flatten().collect();
            prop_assert!(range.clone().all(|offset| within.contains(&offset) != without.contains(&offset)));
            prop_assert_eq!(spans.contains(&range), without.is_empty());
            prop_assert_eq!(spans.touches(&range), !within.is_empty());
        }
    }
}
