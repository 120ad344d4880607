#![allow(clippy::single_range_in_vec_init)]

use super::*;

#[test]
fn bytes_are_kept_until_they_are_settled() {
    let mut store = Store::new(1_000);
    store.append(2, 0, Bytes::from_static(b"abcd"));
    store.append(2, 4, Bytes::from_static(b"efgh"));
    assert_eq!(store.read(2, &(2..7)), Some(b"cdefg".to_vec()));
    store.settle(2, 4..8, false);
    assert_eq!(store.unsettled(2, &(0..8)), [0..4]);
    assert_eq!(store.held(), 8);
    store.settle(2, 0..4, false);
    assert_eq!(store.held(), 0);
    assert_eq!(store.unsettled(2, &(0..8)), []);
    assert_eq!(store.read(2, &(2..7)), None);
}

#[test]
fn the_oldest_bytes_make_room_and_are_not_repaired() {
    let mut store = Store::new(1_000);
    for n in 0..100_u64 {
        store.append(n % 2, n / 2 * 100, Bytes::from(vec![0; 100]));
        assert!(store.held() <= 1_000);
    }
    assert_eq!(store.unsettled(0, &(0..5_000)), [4_500..5_000]);
    store.forget(0);
    store.forget(1);
    assert_eq!((store.held(), store.order.len()), (0, 0));
}

#[test]
fn the_end_is_open_until_the_peer_knows_it() {
    let mut store = Store::new(1_000);
    store.append(2, 0, Bytes::from_static(b"abcd"));
    assert!(!store.end_unsettled(2));
    store.finish(2, 4);
    assert!(store.end_unsettled(2));
    store.settle(2, 0..4, true);
    assert!(!store.end_unsettled(2));
}
