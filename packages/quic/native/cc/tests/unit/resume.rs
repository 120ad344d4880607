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
        Self::of(Kind::Bbr1, cwnd)
    }

    fn of(kind: Kind, cwnd: Option<u64>) -> Self {
        let saved = cwnd.map(|cwnd| Saved {
            cwnd,
            bandwidth: cwnd * 5,
            min_rtt: ms(200),
            loss: 0.0,
        });
        let params = Params::of(kind);
        Self {
            controller: Controller::new(Duration::ZERO, kind, params, PACKET as u16, saved),
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
fn the_answer_to_a_message_before_it_does_not_end_it() {
    let mut link = Link::new(Some(60 * PACKET));
    let message = link.send(0, 1);
    let begun = link.send(190, 20);
    link.ack(200, message);
    assert_eq!(count(&begun) + count(&link.send(201, ALL)), 60);
    assert_eq!(link.controller.pacing_rate(), 60 * PACKET * 5);
    link.ack(400, begun.take(11));
    assert_eq!(link.controller.phase(), "resume-unvalidated");
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

#[test]
fn a_loss_in_the_first_flight_leaves_half_of_what_has_arrived() {
    for (arrived, left) in [(11, 10), (20, 10), (44, 22)] {
        let mut link = Link::new(Some(60 * PACKET));
        let sent = link.send(0, ALL);
        link.ack(200, sent.start..sent.start + 10);
        link.ack(210, sent.start + 10..sent.start + arrived);
        assert_eq!(link.controller.phase(), "resume-unvalidated");
        for number in sent.start + arrived..sent.end {
            link.controller.on_lost(number);
        }
        link.controller.end_losses(ms(260), false);
        assert_eq!(link.controller.cwnd(), left * PACKET, "{arrived} arrived");
    }
}

#[test]
fn a_packet_counts_once_in_what_the_path_has_shown() {
    let mut link = Link::of(Kind::Cubic, Some(200 * PACKET));
    let first = link.send(0, ALL);
    link.ack(200, first.start..first.end - 1);
    let own = link.send(200, ALL);
    link.ack(201, [first.end - 1]);
    assert_eq!(link.controller.phase(), "resume-unvalidated");
    let jump = link.send(201, ALL);
    link.ack(400, own.clone());
    link.ack(410, jump.start..jump.start + 30);
    assert_eq!(link.controller.phase(), "resume-validating");
    link.controller.on_lost(jump.start + 30);
    link.controller.end_losses(ms(450), false);
    let shown = count(&own) + 30;
    assert_eq!(link.controller.cwnd(), shown / 2 * PACKET);
}

#[test]
fn any_loss_ends_a_jump_with_half_of_what_the_path_has_shown() {
    let mut link = Link::of(Kind::Cubic, Some(200 * PACKET));
    let first = link.send(0, ALL);
    link.ack(200, first.start..first.end - 1);
    let own = link.send(200, ALL);
    link.ack(201, [first.end - 1]);
    link.send(201, ALL);
    link.ack(400, own.start + 1..own.end);
    assert_eq!(link.controller.phase(), "resume-unvalidated");
    link.controller.on_lost(own.start);
    link.controller.end_losses(ms(420), false);
    let half = (count(&own) / 2).max(10);
    assert_eq!(link.controller.cwnd(), half * PACKET);
}

#[test]
fn what_is_remembered_is_used_soon_or_not_at_all() {
    let quiet = |cwnd: Option<u64>, until: Duration| {
        let mut link = Link::new(cwnd);
        let sent = link.send(0, 1);
        link.ack(200, sent);
        let at = until.as_millis() as u64;
        (count(&link.send(at, ALL)), link.controller.pacing_rate())
    };
    let path = Some(60 * PACKET);
    assert_eq!(quiet(path, UNUSED_FOR - ms(1)), (60, 60 * PACKET * 5));
    assert_eq!(quiet(path, UNUSED_FOR), quiet(None, UNUSED_FOR));

    let talking = |cwnd: Option<u64>, until: Duration| {
        let mut link = Link::new(cwnd);
        let until = until.as_millis() as u64;
        for at in (0..until).step_by(5_000) {
            let sent = link.send(at, 1);
            link.ack(at + 200, sent);
        }
        (count(&link.send(until, ALL)), link.controller.pacing_rate())
    };
    assert_eq!(talking(path, ms(30_000)), (60, 60 * PACKET * 5));
    assert_eq!(talking(path, UNUSED_FOR), talking(None, UNUSED_FOR));
}

#[test]
fn a_flight_that_left_in_time_is_followed_when_the_time_is_over() {
    let mut link = Link::new(Some(60 * PACKET));
    let left = UNUSED_FOR.as_millis() as u64 - 1;
    let sent = link.send(left, ALL);
    link.ack(left + 200, sent.start..sent.start + 10);
    assert_eq!(link.controller.phase(), "resume-unvalidated");
}

#[test]
fn a_flight_that_has_arrived_is_no_credit_of_a_later_jump() {
    let path = Some(400 * PACKET);
    let later = |at: u64| {
        let mut link = Link::new(path);
        let key = link.send(0, 60);
        link.controller.on_queue_empty();
        link.ack(200, key);
        link.controller.on_queue_empty();
        let frame = link.send(at - 200, 1);
        link.ack(at, frame);
        let flight = link.send(at, ALL);
        let arrived = flight.start + count(&flight) / 2;
        link.ack(at + 200, flight.start..arrived);
        (link, arrived..flight.end)
    };
    let (mut link, missing) = later(1_000);
    assert_eq!(link.controller.phase(), "resume-validating");
    let arrived = count(&missing);
    link.controller.on_lost(missing.start);
    link.controller.end_losses(ms(1_250), false);
    assert_eq!(link.controller.cwnd(), arrived / 2 * PACKET);

    let (link, _) = later(61_000);
    assert_eq!(link.controller.phase(), "startup");
}
