//! Tests of `options.rs`: what is taken for the round trip before the first sample.

#![allow(clippy::unwrap_used)]

use super::*;

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn options(chosen: Option<Duration>, known: Option<Duration>) -> LinkOptions {
    let mut controller = ControllerChoice::of(Kind::BbrLive);
    controller.saved = known.map(|min_rtt| Saved {
        cwnd: 100_000,
        bandwidth: 1_000_000,
        min_rtt,
        loss: 0.0,
    });
    LinkOptions {
        idle_timeout: ms(5_000),
        keep_alive: None,
        stream_window: 1 << 20,
        connection_window: 1 << 20,
        send_buffer: 1 << 16,
        max_concurrent_uni: 1,
        max_concurrent_bidi: 1,
        datagram_queue: 1 << 16,
        socket_buffer: 1 << 20,
        qlog_directory: None,
        initial_rtt: chosen,
        controller,
        repair: RepairSettings {
            max_share: 0.0,
            ahead: false,
        },
        tail_care: false,
    }
}

#[test]
fn a_path_that_is_known_takes_as_long_as_before() {
    assert_eq!(options(None, None).assumed_rtt(), None);
    assert_eq!(options(None, Some(ms(190))).assumed_rtt(), Some(ms(190)));
    assert_eq!(options(None, Some(ms(1))).assumed_rtt(), Some(ms(30)));
    assert_eq!(options(None, Some(ms(900))).assumed_rtt(), Some(ms(333)));
}

#[test]
fn what_was_chosen_goes_before_what_is_known() {
    let chosen = options(Some(ms(100)), Some(ms(190)));
    assert_eq!(chosen.assumed_rtt(), Some(ms(100)));
    let mut by_knob = options(None, Some(ms(190)));
    by_knob.controller.params.set("initial_rtt", 50.0).unwrap();
    assert_eq!(by_knob.assumed_rtt(), Some(ms(50)));
}
