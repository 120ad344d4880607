//! Trains in numbers: a packet of 1,000 bytes a millisecond is 1 MB/s.

use super::*;
use crate::flow::Packet;

const RTT: Duration = Duration::from_millis(600);

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn ack(sent_at: Duration, now: Duration) -> Ack {
    let newest = Packet {
        number: 0,
        bytes: 1_000,
        sent_at,
        delivered: 0,
        delivered_at: Duration::ZERO,
        first_sent_at: Duration::ZERO,
        lost: 0,
        in_flight: 1_000,
        app_limited: false,
    };
    Ack {
        now,
        acked_bytes: 1_000,
        acked_packets: 1,
        spurious_bytes: 0,
        spurious_packets: 0,
        oldest_spurious: None,
        in_flight_before: 1_000,
        newest,
        rtt: Some(now - sent_at),
        round_start: false,
        ce_marks: 0,
        rate: None,
    }
}

/// A flight of 150 packets that leave `sent_us` apart and are acknowledged `acked_us` apart.
fn flight(rtt: Duration, sent_us: u64, acked_us: u64) -> Trains {
    let mut trains = Trains::default();
    for packet in 0..150 {
        let sent_at = Duration::from_micros(packet * sent_us);
        let now = rtt + Duration::from_micros(packet * acked_us);
        trains.on_ack(&ack(sent_at, now), (packet + 1) * 1_000, rtt);
    }
    trains
}

fn near(rate: u64, expected: u64) -> bool {
    rate.abs_diff(expected) * 50 < expected
}

#[test]
fn a_flight_in_a_quarter_of_a_round_trip_shows_the_rate_of_its_packets() {
    assert!(near(flight(RTT, 1_000, 1_000).rate(), 1_000_000));
}

#[test]
fn a_narrow_path_shows_its_own_rate() {
    assert!(near(flight(RTT, 1_000, 4_000).rate(), 250_000));
}

#[test]
fn compressed_acknowledgements_show_no_more_than_was_sent() {
    let rate = flight(RTT, 4_000, 1_000).rate();
    assert!(near(rate, 250_000), "{rate}");
}

#[test]
fn a_short_path_shows_nothing() {
    assert_eq!(flight(ms(300), 1_000, 1_000).rate(), 0);
}

#[test]
fn the_path_is_full_when_half_a_round_trip_brought_nothing_but_a_queue() {
    let mut trains = flight(RTT, 1_000, 1_000);
    let mut full = |at, rate, queued| trains.has_filled_path(ms(at), rate, queued, RTT);
    assert!(!full(1_000, 100_000, false));
    assert!(!full(2_000, 100_000, false), "no queue");
    assert!(!full(2_250, 120_000, true), "a growth");
    for at in (2_300..=2_550).step_by(50) {
        assert!(!full(at, 121_000, true), "{at}");
    }
    assert!(full(2_600, 122_000, true));
    let mut untried = Trains::default();
    assert!(!untried.has_filled_path(ms(9_000), 1, true, RTT));
}

#[test]
fn the_silence_between_flights_is_no_sign_of_a_full_path() {
    let mut trains = flight(RTT, 1_000, 1_000);
    for at in [1_000, 1_010, 1_500, 1_510] {
        assert!(!trains.has_filled_path(ms(at), 100_000, true, RTT), "{at}");
    }
}
