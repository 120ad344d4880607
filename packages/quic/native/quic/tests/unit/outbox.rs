//! Tests of `outbox.rs`.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use bytes::Bytes;

use super::*;

fn data(id: u64, offset: u64, bytes: &'static [u8]) -> Event {
    Event::Data {
        id,
        offset,
        length: bytes.len(),
        parts: vec![Bytes::from_static(bytes)],
    }
}

#[test]
fn adjacent_pieces_of_a_stream_are_joined_across_others() {
    let mut outbox = Outbox::default();
    for event in [
        data(1, 0, b"ab"),
        data(3, 0, b"x"),
        data(1, 2, b"cd"),
        data(1, 9, b"z"),
    ] {
        outbox.add(event);
    }
    let shape: Vec<_> = outbox
        .drain()
        .into_iter()
        .filter_map(|event| match event {
            Event::Data {
                id,
                offset,
                length,
                parts,
            } => Some((id, offset, length, parts.len())),
            _ => None,
        })
        .collect();
    assert_eq!(shape, [(1, 0, 4, 2), (3, 0, 1, 1), (1, 9, 1, 1)]);
}

#[test]
fn a_piece_after_a_drain_starts_anew() {
    let mut outbox = Outbox::default();
    outbox.add(data(1, 0, b"ab"));
    assert_eq!(outbox.drain().len(), 1);
    outbox.add(data(1, 2, b"cd"));
    assert_eq!(outbox.drain().len(), 1);
    assert!(outbox.drain().is_empty());
}

#[test]
fn nothing_comes_after_the_end() {
    let mut outbox = Outbox::default();
    outbox.add(data(1, 0, b"ab"));
    outbox.add(Event::Closed);
    for late in [
        Event::Credit { id: 1, bytes: 2 },
        data(1, 2, b"cd"),
        Event::Closed,
    ] {
        outbox.add(late);
    }
    let events = outbox.drain();
    assert!(matches!(events[..], [Event::Data { .. }, Event::Closed]));
    outbox.add(Event::Reported);
    assert!(outbox.drain().is_empty());
}

#[test]
fn the_owner_is_woken_once_per_drain() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let mut outbox = Outbox::default();
    outbox.add(Event::Closed);
    let wake: Wake = Arc::new(|| {
        CALLS.fetch_add(1, SeqCst);
    });
    let rouse = |call: Option<Wake>| call.into_iter().for_each(|call| call());
    rouse(outbox.set_wake(Some(wake)));
    assert_eq!(CALLS.load(SeqCst), 1, "events wait already");
    rouse(outbox.rouse());
    assert_eq!(CALLS.load(SeqCst), 1, "it knows");
    outbox.drain();
    outbox.add(Event::Closed);
    rouse(outbox.rouse());
    assert_eq!(CALLS.load(SeqCst), 2);
}
