//! Payloads with STREAM frames, as they come.

#![allow(clippy::unwrap_used)]

use octets::OctetsMut;

use super::*;

/// A packet with `bytes` of `stream` at `offset`.
fn packet(stream: u64, offset: u64, bytes: &[u8], fin: bool) -> Vec<u8> {
    let mut payload = vec![0; bytes.len() + 32];
    let mut octets = OctetsMut::with_slice(&mut payload);
    octets.put_varint(0x0e + u64::from(fin)).unwrap();
    octets.put_varint(stream).unwrap();
    octets.put_varint(offset).unwrap();
    octets.put_varint(bytes.len() as u64).unwrap();
    octets.put_bytes(bytes).unwrap();
    let length = octets.off();
    payload.truncate(length);
    payload
}

fn taken(slot: &Slot) -> Vec<(u64, Vec<u8>)> {
    let pieces = slot.take(u64::MAX).into_iter();
    pieces.map(|(at, bytes)| (at, bytes.to_vec())).collect()
}

#[test]
fn only_what_stands_below_what_came_is_kept() {
    let fills = Fills::default();
    let slot = fills.open(3);
    fills.hear(&packet(3, 0, b"ab", false));
    fills.hear(&packet(3, 8, b"ij", false));
    assert_eq!(taken(&slot), []);
    fills.hear(&packet(3, 6, b"ghijkl", false));
    fills.hear(&packet(7, 0, b"other", false));
    assert_eq!(taken(&slot), [(6, b"ghij".to_vec())]);
    fills.hear(&packet(3, 2, b"cdef", false));
    assert_eq!(taken(&slot), [(2, b"cdef".to_vec())]);
}

#[test]
fn the_length_is_told_once_something_was_taken() {
    let fills = Fills::default();
    fills.hear(&packet(3, 4, b"ef", true));
    let slot = fills.open(3);
    assert_eq!(slot.size(), None);
    fills.hear(&packet(3, 0, b"abcd", false));
    assert_eq!(taken(&slot).len(), 1);
    assert_eq!(slot.size(), Some(6));
}

#[tokio::test]
async fn the_reader_is_woken_for_pieces_the_rest_and_a_late_end() {
    let fills = Fills::default();
    let slot = fills.open(3);
    fills.hear(&packet(3, 10, b"klm", false));
    fills.hear(&packet(3, 0, b"abc", false));
    fills.hear(&packet(3, 5, b"fgh", false));
    slot.came().await;
    assert_eq!(slot.take(2).len(), 1);
    slot.came().await;
    assert_eq!(slot.take(2).len(), 1);
    fills.hear(&packet(3, 13, b"", true));
    slot.came().await;
    assert_eq!(slot.size(), Some(13));
}

#[test]
fn repeated_pieces_wait_once_and_the_longer_counts() {
    let fills = Fills::default();
    let slot = fills.open(3);
    fills.hear(&packet(3, 100, b"z", false));
    for bytes in [&b"abc"[..], b"abcdef", b"ab"] {
        for _ in 0..3 {
            fills.hear(&packet(3, 0, bytes, false));
        }
    }
    assert_eq!(fills.waiting.load(SeqCst), 6 + PIECE_COST);
    assert_eq!(taken(&slot), [(0, b"abcdef".to_vec())]);
    assert_eq!(fills.waiting.load(SeqCst), 0);
}

#[test]
fn what_waits_for_a_link_is_bounded() {
    let fills = Fills::default();
    let slots: Vec<_> = (0..8).map(|stream| fills.open(stream)).collect();
    for stream in 0..8 {
        fills.hear(&packet(stream, 1 << 40, b"z", false));
        for n in 0..4_000 {
            fills.hear(&packet(stream, n * 1_000, &[0; 1_000], false));
        }
    }
    let waiting = fills.waiting.load(SeqCst);
    assert!(waiting <= MAX_LINK_BYTES && waiting > MAX_LINK_BYTES - 2_000);
    for (stream, slot) in slots.iter().enumerate() {
        fills.close(stream as u64, slot);
    }
    drop(slots);
    assert_eq!(fills.waiting.load(SeqCst), 0);
}

#[test]
fn streams_are_forgotten_with_their_readers_and_past_a_limit() {
    let fills = Fills::default();
    let old = fills.open(3);
    let new = fills.open(3);
    fills.close(3, &old);
    assert_eq!(lock(&fills.streams).len(), 1);
    fills.close(3, &new);
    assert_eq!(lock(&fills.streams).len(), 0);
    for stream in 0..MAX_STREAMS as u64 + 10 {
        fills.hear(&packet(stream, 0, b"a", false));
    }
    assert_eq!(lock(&fills.streams).len(), MAX_STREAMS);
}

#[test]
fn streams_with_readers_are_not_forgotten() {
    let fills = Fills::default();
    let slot = fills.open(3);
    fills.hear(&packet(3, 4, b"ef", false));
    for stream in 0..MAX_STREAMS as u64 + 10 {
        fills.hear(&packet(4 + stream, 0, b"a", false));
    }
    fills.hear(&packet(3, 0, b"abcd", false));
    assert_eq!(taken(&slot), [(0, b"abcd".to_vec())]);
}
