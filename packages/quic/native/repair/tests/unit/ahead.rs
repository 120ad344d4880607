#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use super::*;

fn at(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn small_frames_make_a_block_together_or_after_a_while() {
    let mut ahead = Ahead::default();
    ahead.open(3, u64::MAX);
    for frame in 0..3 {
        let range = frame * 100..(frame + 1) * 100;
        assert_eq!(ahead.on_taken(at(frame), 3, range), None);
    }
    assert_eq!(
        ahead.on_taken(at(3), 3, 300..400),
        Some(vec![0..100, 100..200, 200..300, 300..400])
    );
    assert_eq!(ahead.next(), None);
    assert_eq!(ahead.on_taken(at(10), 3, 400..500), None);
    assert_eq!(ahead.next(), Some(at(80)));
    assert_eq!(ahead.take_due(at(79)), None);
    assert_eq!(ahead.take_due(at(80)), Some((3, vec![400..500])));
    assert_eq!(ahead.take_due(at(80)), None);
}

#[test]
fn only_the_front_of_a_stream_is_protected() {
    let mut ahead = Ahead::default();
    ahead.open(3, 5_000);
    assert_eq!(ahead.on_taken(at(0), 3, 0..3_000), None);
    assert_eq!(
        ahead.on_taken(at(0), 3, 3_000..7_000),
        Some(vec![0..3_000, 3_000..5_000])
    );
    assert_eq!(ahead.on_taken(at(0), 3, 7_000..90_000), None);
    assert_eq!(ahead.on_taken(at(0), 7, 0..90_000), None);
}

#[test]
fn streams_beyond_the_bound_are_not_protected() {
    let mut ahead = Ahead::default();
    for stream in 0..=MAX_STREAMS as u64 {
        ahead.open(stream, 10);
    }
    assert_eq!(ahead.on_taken(at(0), 0, 0..10), Some(vec![0..10]));
    assert_eq!(ahead.on_taken(at(0), MAX_STREAMS as u64, 0..10), None);
}

#[test]
fn more_symbols_protect_against_more_loss() {
    let loss = |share, burst| LossView { share, burst };
    assert_eq!(symbols(3, loss(0.01, 1.0)), 1);
    assert!(symbols(24, loss(0.05, 1.0)) > symbols(24, loss(0.01, 1.0)));
    assert!(symbols(24, loss(0.05, 3.0)) > symbols(24, loss(0.05, 1.0)));
    assert!(symbols(24, loss(0.9, 9.0)) <= 24);
    assert!(!pays(loss(0.004, 1.0)));
}
