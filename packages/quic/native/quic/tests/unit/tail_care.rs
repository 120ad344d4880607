//! Tests of `tail_care.rs`.

#![allow(clippy::unwrap_used)]

use super::*;

const MS: Duration = Duration::from_millis(1);

/// A link that has sent bursts of one packet, each so long after the other.
fn after_steps_of(steps: impl IntoIterator<Item = Duration>) -> Tail {
    let (tail, mut now_us, mut fresh) = (Tail::default(), 0, 0);
    for step in steps {
        now_us += u64::try_from(step.as_micros()).unwrap();
        fresh += 1_000;
        tail.on_sent(fresh, true, now_us);
    }
    tail
}

#[test]
fn a_burst_that_stands_alone_is_followed_soon() {
    assert_eq!(Tail::default().wait(180 * MS), LEAST_WAIT);
    assert_eq!(after_steps_of([400 * MS; 20]).wait(180 * MS), LEAST_WAIT);
    assert_eq!(after_steps_of([100 * MS; 20]).wait(180 * MS), LEAST_WAIT);
}

#[test]
fn frames_in_short_steps_are_each_others_feedback() {
    for step in [21 * MS, 33 * MS, 40 * MS] {
        assert!(after_steps_of([step; 20]).wait(180 * MS) > step + step / 4);
    }
    assert!(after_steps_of([70 * MS; 20]).wait(320 * MS) > 70 * MS);
}

#[test]
fn one_long_pause_is_soon_forgotten() {
    let hour = 3_600_000 * MS;
    let steps = [33 * MS; 5].into_iter().chain([hour]);
    let tail = after_steps_of(steps.chain([33 * MS; 14]));
    assert!(tail.wait(180 * MS) > 33 * MS);
}

#[test]
fn the_packets_of_one_burst_make_no_pause() {
    let tail = Tail::default();
    for (n, dry) in [(1, false), (2, false), (3, true)] {
        tail.on_sent(n * 1_000, dry, n * 10_000);
    }
    tail.on_sent(3_000, true, 900_000);
    tail.on_sent(4_000, false, 70_000);
    assert_eq!(
        tail.pause_us.load(Relaxed),
        40_000,
        "a packet without stream bytes is no burst"
    );
}

#[test]
fn a_path_counts_as_lossy_for_a_while_after_a_loss() {
    let tail = Tail::default();
    let minute_us = 60_000_000;
    assert!(!tail.lost_within(0, LOSS_COUNTS));
    tail.on_lost(0);
    assert!(tail.lost_within(minute_us - 1, LOSS_COUNTS));
    assert!(!tail.lost_within(minute_us + 1, LOSS_COUNTS));
}
