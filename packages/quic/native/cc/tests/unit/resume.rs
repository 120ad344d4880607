//! Tests of `resume.rs`: the first flight. The rest is in the scenarios.

use super::*;
use crate::{Controller, Kind, Params};

const PACKET: u64 = 1_200;

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

/// A link over a path that carried `cwnd` at a round trip of 200 ms, if anything is remembered.
struct Link {
    controller: Controller,
    next: u64,
}

impl Link {
    fn new(cwnd: Option<u64>) -> Self {
        let saved = cwnd.map(|cwnd| Saved {
            cwnd,
            bandwidth: cwnd * 5,
            min_rtt: ms(200),
            loss: 0.0,
        });
        let (kind, mtu) = (Kind::Bbr1, PACKET as u16);
        Self {
            controller: Controller::new(Duration::ZERO, kind, Params::of(kind), mtu, saved),
            next: 0,
        }
    }

    /// Sends `packets`, or as many as the window takes.
    fn send(&mut self, at: u64, packets: u64) -> std::ops::Range<u64> {
        let first = self.next;
        while self.next < first + packets
            && self.controller.flow().in_flight() + PACKET <= self.controller.cwnd()
        {
            self.controller.on_sent(ms(at), self.next, PACKET, false);
            self.next += 1;
        }
        first..self.next
    }

    fn ack(&mut self, at: u64, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            self.controller.on_acked(ms(at), number, None);
        }
        self.controller.end_acks(ms(at), 0);
    }
}

fn count(sent: &std::ops::Range<u64>) -> u64 {
    sent.end - sent.start
}

const ALL: u64 = 1_000;

#[test]
fn a_key_frame_is_in_the_first_flight_of_a_path_that_carried_it() {
    assert_eq!(count(&Link::new(None).send(0, ALL)), 10);
    let mut link = Link::new(Some(60 * PACKET));
    assert!(link.controller.pacing_rate() >= 60 * PACKET * 5);
    assert_eq!(count(&link.send(0, ALL)), 60);
    assert_eq!(
        count(&Link::new(Some(1_000 * PACKET)).send(0, ALL)),
        FIRST_FLIGHT_PACKETS
    );
}

#[test]
fn half_of_it_leaves_as_fast_as_a_first_window_the_rest_as_the_path_carried_it() {
    let mut link = Link::new(Some(60 * PACKET));
    link.send(0, 30);
    assert!(link.controller.pacing_rate() >= 2_000_000);
    link.send(0, 1);
    assert_eq!(link.controller.pacing_rate(), 60 * PACKET * 5);
}

#[test]
fn when_it_has_arrived_the_jump_follows() {
    let mut link = Link::new(Some(60 * PACKET));
    let sent = link.send(0, ALL);
    link.ack(200, [sent.start]);
    assert_eq!(link.controller.phase(), "startup", "10 packets first");
    link.ack(201, sent.start + 1..sent.start + 10);
    assert_eq!(link.controller.phase(), "resume-unvalidated");
    assert_eq!(link.controller.cwnd(), 30 * PACKET);
}

#[test]
fn messages_before_it_leave_it_be() {
    let mut link = Link::new(Some(60 * PACKET));
    for at in 0..4 {
        let sent = link.send(at * 1_000, 1);
        link.ack(at * 1_000 + 200, sent);
    }
    assert_eq!(count(&link.send(5_000, ALL)), 60);
}

#[test]
fn another_round_trip_is_another_path() {
    let mut link = Link::new(Some(60 * PACKET));
    let sent = link.send(0, 1);
    link.ack(20, sent);
    assert_eq!(count(&link.send(30, ALL)), 11);

    let mut link = Link::new(Some(60 * PACKET));
    let sent = link.send(0, ALL);
    link.ack(20, [sent.start]);
    assert!(link.controller.cwnd() < 30 * PACKET);
}

#[test]
fn a_loss_ends_it() {
    let mut link = Link::new(Some(60 * PACKET));
    let sent = link.send(0, 2);
    link.ack(200, [sent.start]);
    link.controller.on_lost(sent.start + 1);
    link.controller.end_losses(ms(210), false);
    assert!(count(&link.send(300, ALL)) <= 10);
}

#[test]
fn an_algorithm_that_finds_the_path_by_losses_waits_for_a_first_window() {
    for kind in [Kind::Cubic, Kind::Reno] {
        let saved = Saved {
            cwnd: 60 * PACKET,
            bandwidth: 300 * PACKET,
            min_rtt: ms(200),
            loss: 0.0,
        };
        let params = Params::of(kind);
        let controller = Controller::new(Duration::ZERO, kind, params, PACKET as u16, Some(saved));
        assert_eq!(controller.cwnd(), 10 * PACKET);
    }
}
