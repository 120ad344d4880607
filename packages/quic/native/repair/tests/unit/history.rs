#![allow(clippy::single_range_in_vec_init)]

use super::*;

#[test]
fn what_was_kept_is_read_across_pieces() {
    let mut history = History::new(10_000);
    assert_eq!(history.insert(1, 10, &[1, 2, 3]), Ok(()));
    assert_eq!(history.insert(1, 15, &[6, 7]), Ok(()));
    assert_eq!(history.read(1, &(10..14)), None);
    assert_eq!(history.insert(1, 12, &[3, 4, 5, 6]), Ok(()));
    assert_eq!(history.read(1, &(11..16)), Some(vec![2, 3, 4, 5, 6]));
    assert!(history.holds(1, &(10..17)) && !history.holds(1, &(10..18)));
    assert!(!history.holds(2, &(10..11)));
}

#[test]
fn other_bytes_at_the_same_place_are_a_contradiction() {
    let mut history = History::new(10_000);
    assert_eq!(history.insert(1, 10, &[1, 2, 3]), Ok(()));
    assert_eq!(history.insert(1, 9, &[0, 1, 9]), Err(Contradiction));
    assert_eq!(history.read(1, &(10..13)), Some(vec![1, 2, 3]));
}

#[test]
fn the_oldest_make_room_and_tiny_pieces_are_not_free() {
    let mut history = History::new(10_000);
    for n in 0..1_000 {
        assert_eq!(history.insert(n % 3, n * 2, &[1]), Ok(()));
        assert!(history.held() <= 10_000);
    }
    assert!(!history.holds(0, &(0..1)));
    assert!(history.holds(0, &(1_998..1_999)));
    (0..3).for_each(|stream| history.forget(stream));
    assert_eq!((history.held(), history.order.len()), (0, 0));
}
