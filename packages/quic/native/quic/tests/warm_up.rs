//! A link that stands by over a hop of 200 ms there and back, and what its first flight finds.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use longhaul_cc::Kind;
use longhaul_quic::{ControllerChoice, Event, LinkOptions, Op};
use support::{End, NO_REPAIR, Pair, hop::Hop, linked_over, options, pair};

const ONE_WAY: Duration = Duration::from_millis(100);

/// Both trains, bytes: 96 packets of an Ethernet's size less their heads.
const MOST: u64 = 96 * 1_500;

/// A large key frame.
const KEY_FRAME: usize = 64 * 1024;

fn standby() -> (Pair, Hop) {
    let options = LinkOptions {
        controller: ControllerChoice::of(Kind::BbrLive),
        repair: NO_REPAIR,
        send_buffer: 256 * 1024,
        ..options()
    };
    linked_over(&options, |listener| Hop::slow(listener, ONE_WAY))
}

/// Waits until nothing more has been sent for a while.
fn settled(end: &End) -> u64 {
    let mut before = (0, Instant::now());
    loop {
        thread::sleep(Duration::from_millis(20));
        let sent = end.link.warm_up_bytes();
        if sent != before.0 {
            before = (sent, Instant::now());
        } else if before.1.elapsed() > ONE_WAY * 12 {
            return sent;
        }
    }
}

#[test]
fn a_first_flight_needs_a_round_trip_less_on_a_link_that_was_warmed_up() {
    let (mut cold, _hop) = standby();
    let cold = cold.send(0, KEY_FRAME);

    let (mut link, _hop) = standby();
    link.dialer.link.warm_up();
    let sent = settled(&link.dialer);
    assert!(sent > 80 * 1_000 && sent < MOST, "{sent} bytes");
    let warm = link.send(0, KEY_FRAME);
    // Two ways there against one and what paces it.
    assert!(warm + ONE_WAY < cold, "{warm:?} after {cold:?}");
    let padding = |event: &Event| matches!(event, Event::Datagram(_));
    assert!(
        !link.acceptor.seen.iter().any(padding),
        "its owner saw padding"
    );
    assert_eq!(link.acceptor.link.stats().datagrams_dropped, 0);
}

#[test]
fn it_happens_once() {
    let (link, _hop) = standby();
    for _ in 0..3 {
        link.dialer.link.warm_up();
    }
    let sent = settled(&link.dialer);
    assert!(sent > 80 * 1_000 && sent < MOST, "{sent} bytes");
    link.dialer.link.warm_up();
    assert_eq!(settled(&link.dialer), sent);
}

#[test]
fn it_gives_way_to_media() {
    let (mut link, _hop) = standby();
    link.dialer.link.warm_up();
    let until = Instant::now() + ONE_WAY * 20;
    while link.dialer.link.warm_up_bytes() == 0 {
        assert!(Instant::now() < until, "no padding came");
        thread::sleep(Duration::from_millis(1));
    }
    // The first train is under way.
    link.send(0, KEY_FRAME);
    let sent = settled(&link.dialer);
    assert!(sent <= 32 * 1_500, "{sent} bytes");
}

#[test]
fn messages_do_not_keep_it_from_it_and_media_does() {
    for (bytes, warms) in [(40, true), (4_000, false)] {
        let (pair, _hop) = standby();
        let link = &pair.dialer.link;
        link.warm_up();
        for n in 0..40 {
            thread::sleep(Duration::from_millis(50));
            // Video of 640 kbit/s, or a message now and then.
            if n % 10 > 0 && bytes < 1_000 {
                continue;
            }
            let id = n * 2;
            let bytes = vec![7; bytes].into();
            let open = Op::OpenUni { id, priority: 0 };
            let write = Op::Write { id, bytes };
            link.submit([open, write, Op::Finish { id }]);
        }
        let sent = link.warm_up_bytes();
        assert_eq!(sent > 0, warms, "{sent} bytes beside {bytes}");
    }
}

#[test]
fn a_short_path_has_nothing_to_win() {
    let mut near = pair(&options());
    near.dialer.wait("the handshake", |seen| {
        let over = |event: &Event| matches!(event, Event::Established { .. });
        seen.iter().any(over).then_some(())
    });
    near.dialer.link.warm_up();
    assert_eq!(settled(&near.dialer), 0);
}
