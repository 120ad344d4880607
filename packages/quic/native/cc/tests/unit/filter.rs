//! Tests of `filter.rs`.

use super::*;
use proptest::prelude::*;

#[test]
fn an_extreme_older_than_the_window_gives_way() {
    let mut most = Extreme::most();
    most.update(10, 0, 100);
    most.update(10, 5, 50);
    assert_eq!(most.value(), Some(100));
    most.update(10, 11, 40);
    assert_eq!(most.value(), Some(50));
    let mut least = Extreme::least();
    least.update(10, 0, 5);
    least.update(10, 30, 9);
    assert_eq!(least.value(), Some(9));
}

proptest! {
    /// Never better than what the window holds, never worse than its newest value.
    #[test]
    fn the_most_is_between_the_newest_and_the_window(values in proptest::collection::vec((0u64..5, 0u64..1_000), 1..200)) {
        let mut most = Extreme::most();
        let mut at = 0;
        let mut seen: Vec<(u64, u64)> = Vec::new();
        for (step, value) in values {
            at += step;
            seen.push((at, value));
            most.update(10, at, value);
            let window = seen.iter().filter(|(when, _)| when + 10 >= at).map(|(_, value)| *value);
            let kept = most.value().unwrap_or(0);
            prop_assert!(kept >= value);
            prop_assert!(kept <= window.max().unwrap_or(0));
        }
    }
}
