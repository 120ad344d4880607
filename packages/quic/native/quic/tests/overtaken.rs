//! Small pieces of a stream in packets that others fill, overtaken by many after them: what fills the gap is not lost.
//! Without `fills.rs` about one run in three loses it: the engine has to find that much unread at a time.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{thread, time::Duration};

use bytes::Bytes;
use longhaul_cc::{Kind, Params};
use longhaul_quic::{ControllerChoice, Event, LinkOptions, Op};
use support::{End, NO_REPAIR, Pair, linked, options};

/// A piece of the stream and one of the other make a packet.
const PIECE: usize = 150;
const FILLER: usize = 900;

/// So many others take turns, to stay within their windows.
const FILLERS: u8 = 6;

/// What is read before: all the gap stands below the count of bytes read then.
const LEAD: usize = 20_000;

/// What leads and what is beyond the gap.
const WINDOW: u32 = 32_000;

/// More than the engine keeps apart in such packets.
const OVERTAKEN: u8 = 60;
const OTHERS: u8 = 80;

#[test]
fn a_gap_filled_by_many_small_pieces_at_once_is_handed_up() {
    // Whatever is late, the rest leaves.
    let mut params = Params::of(Kind::Fixed);
    params.set("fixed_rate", 500e6).unwrap();
    let options = LinkOptions {
        controller: ControllerChoice {
            params,
            ..ControllerChoice::of(Kind::Fixed)
        },
        stream_window: WINDOW,
        repair: NO_REPAIR,
        ..options()
    };
    let (pair, hop) = linked(&options);
    let Pair {
        dialer,
        mut acceptor,
        _listener,
    } = pair;
    dialer.link.submit([
        Op::OpenUni { id: 0, priority: 1 },
        Op::Write {
            id: 0,
            bytes: vec![255; LEAD].into(),
        },
    ]);
    dialer.link.submit((0..FILLERS).map(|n| Op::OpenUni {
        id: filler(n),
        priority: 0,
    }));
    // The owner takes nothing: what fills the gap waits unread, all of it.
    until("what leads is there", || held(&mut acceptor) == LEAD);
    hop.overtake(OVERTAKEN.into(), OTHERS.into(), FILLER);
    for n in 0..OVERTAKEN + OTHERS {
        let bytes = piece(n);
        dialer.link.submit([
            Op::Write { id: 0, bytes },
            Op::Write {
                id: filler(n % FILLERS),
                bytes: vec![7; FILLER].into(),
            },
        ]);
        thread::sleep(Duration::from_micros(500));
    }
    dialer.link.submit([Op::Finish { id: 0 }]);

    until("the window is full", || {
        held(&mut acceptor) >= WINDOW as usize
    });
    until("the others have passed", || hop.has_overtaken());
    // Until what was overtaken is there.
    thread::sleep(Duration::from_millis(100));

    let there = acceptor.seen.iter().find_map(stream_with_data).unwrap();
    let bytes = held(&mut acceptor) as u64;
    acceptor.link.submit([Op::Consumed { id: there, bytes }]);
    assert_pieces(&acceptor.bytes_of(there)[LEAD..]);
}

/// Waits ten seconds at most.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("waited in vain until {what}");
}

/// Bytes of the first stream that the owner holds and does not say that it took.
fn held(end: &mut End) -> usize {
    end.seen.extend(end.link.drain());
    let first = end.seen.iter().find_map(stream_with_data);
    let lengths = end.seen.iter().map(|event| match event {
        Event::Data { id, length, .. } if Some(*id) == first => *length,
        _ => 0,
    });
    lengths.sum()
}

fn stream_with_data(event: &Event) -> Option<u64> {
    match event {
        Event::Data { id, .. } => Some(*id),
        _ => None,
    }
}

fn filler(n: u8) -> u64 {
    2 + 2 * u64::from(n)
}

fn piece(n: u8) -> Bytes {
    vec![n; PIECE].into()
}

fn assert_pieces(bytes: &[u8]) {
    let pieces: Vec<_> = bytes.chunks(PIECE).collect();
    let sent: Vec<_> = (0..OVERTAKEN + OTHERS).map(piece).collect();
    assert_eq!(pieces, sent);
}
