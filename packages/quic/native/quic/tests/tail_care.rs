//! The loss of the last packet before a pause, over a hop of 500 ms there and back: so long that what a busy machine adds
//! is little of it.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{thread, time::Duration};

use longhaul_quic::LinkOptions;
use support::{NO_REPAIR, hop::Hop, linked_over, options};

const ONE_WAY: Duration = Duration::from_millis(250);

/// A frame in one packet; acknowledgements and pings are smaller.
const FRAME: usize = 900;
const SMALLER: u64 = 600;

/// Round trips from a frame's write to its arrival when its only packet is lost. Twice: before the first loss the path
/// is clean.
fn lost_tail(tail_care: bool, losses: usize) -> (Vec<f64>, u64) {
    let options = LinkOptions {
        tail_care,
        // Its symbols follow a tail as well, and restore it.
        repair: NO_REPAIR,
        ..options()
    };
    let (mut pair, hop) = linked_over(&options, |listener| Hop::slow(listener, ONE_WAY));
    for stream in 0..4 {
        // The estimate of the round trip settles.
        pair.send(stream * 2, FRAME);
    }
    let took = (0..losses)
        .map(|n| {
            // Nothing is in flight: the frame stands alone.
            thread::sleep(ONE_WAY * 4);
            hop.lose_next_over(SMALLER);
            let took = pair.send(8 + n as u64 * 2, FRAME);
            assert!(hop.has_lost());
            took.as_secs_f64() / (2.0 * ONE_WAY.as_secs_f64())
        })
        .collect();
    (took, pair.dialer.link.stats().tail_pings)
}

/// Between a round trip and a half and what the engine's probe time-out makes of it: three.
const LIMIT: f64 = 2.3;

#[test]
fn a_lost_tail_costs_a_round_trip_and_a_half() {
    let (took, pings) = lost_tail(true, 3);
    assert!(took[0] > LIMIT, "nothing had got lost before: {took:?}");
    assert!(took[1] < LIMIT && took[2] < LIMIT, "{took:?}");
    // The frame that is sent again has a tail as well.
    assert!((6..=12).contains(&pings), "{pings} pings");
}

#[test]
fn without_care_it_costs_a_probe_time_out() {
    let (took, pings) = lost_tail(false, 2);
    assert!(took.iter().all(|took| *took > LIMIT), "{took:?}");
    assert_eq!(pings, 0);
}
