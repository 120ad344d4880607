//! Tests of `controller.rs`: what the scenarios are too coarse for.

use super::*;
use proptest::prelude::*;

const PACKET: u64 = 1_200;

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn controller(kind: Kind) -> Controller {
    Controller::new(Duration::ZERO, kind, Params::of(kind), PACKET as u16, None)
}

/// A lossless path of 100 ms and any rate: a window every round trip, for `rounds`, from `start`.
struct Wire {
    controller: Controller,
    next: u64,
    now: u64,
}

impl Wire {
    fn new(kind: Kind) -> Self {
        Self {
            controller: controller(kind),
            next: 0,
            now: 0,
        }
    }

    fn send_window(&mut self) -> std::ops::Range<u64> {
        let first = self.next;
        while self.controller.flow().in_flight() + PACKET <= self.controller.cwnd() {
            self.controller
                .on_sent(ms(self.now), self.next, PACKET, false);
            self.next += 1;
        }
        first..self.next
    }

    fn ack(&mut self, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            self.controller.on_acked(ms(self.now), number, None);
        }
        self.controller.end_acks(ms(self.now), 0);
    }

    fn lose(&mut self, numbers: impl IntoIterator<Item = u64>, persistent: bool) {
        for number in numbers {
            self.controller.on_lost(number);
        }
        self.controller.end_losses(ms(self.now), persistent);
    }

    fn round(&mut self) {
        let sent = self.send_window();
        self.now += 100;
        self.ack(sent);
    }
}

#[test]
fn slow_start_doubles() {
    for kind in [Kind::Reno, Kind::Cubic] {
        let mut wire = Wire::new(kind);
        let first = wire.controller.cwnd();
        assert_eq!(first, 10 * PACKET);
        wire.round();
        wire.round();
        assert_eq!(wire.controller.cwnd(), 4 * first);
        assert_eq!(wire.controller.phase(), "slow-start");
    }
}

#[test]
fn a_loss_leaves_the_share_of_the_algorithm() {
    for (kind, kept) in [(Kind::Reno, 0.5), (Kind::Cubic, 0.7)] {
        let mut wire = Wire::new(kind);
        for _ in 0..4 {
            wire.round();
        }
        let before = wire.controller.cwnd() as f64;
        let sent = wire.send_window();
        wire.now += 100;
        let (lost, rest) = (sent.start, sent.start + 1..sent.end);
        wire.ack(rest.clone().take(3));
        wire.lose([lost], false);
        assert_eq!(wire.controller.phase(), "recovery");
        wire.ack(rest.skip(3));
        wire.round();
        let after = wire.controller.cwnd() as f64;
        // A packet or two of growth came before and after.
        assert!(
            (after / before - kept).abs() < 0.03,
            "{kind:?} {before} {after}"
        );
    }
}

/// RFC 9438 §4.9.2.
#[test]
fn a_reduction_is_taken_back_once_every_loss_of_it_has_arrived() {
    for kind in [Kind::Reno, Kind::Cubic] {
        let mut wire = Wire::new(kind);
        for _ in 0..4 {
            wire.round();
        }
        let sent = wire.send_window();
        wire.now += 100;
        wire.ack(sent.start + 3..sent.start + 6);
        let before = wire.controller.cwnd();
        wire.lose(sent.start..sent.start + 3, false);
        wire.ack([sent.start, sent.start + 1]);
        assert!(
            wire.controller.cwnd() < before,
            "one of three is still missing"
        );
        wire.ack([sent.start + 2]);
        assert!(wire.controller.cwnd() >= before, "{kind:?}");
        assert_eq!(wire.controller.phase(), "slow-start");
    }
}

#[test]
fn persistent_congestion_leaves_the_least_window_and_cannot_be_taken_back() {
    for kind in [
        Kind::Reno,
        Kind::Cubic,
        Kind::Bbr1,
        Kind::Bbr3,
        Kind::BbrLive,
        Kind::Copa,
    ] {
        let mut wire = Wire::new(kind);
        for _ in 0..4 {
            wire.round();
        }
        let sent = wire.send_window();
        wire.now += 5_000;
        wire.lose(sent, true);
        assert_eq!(wire.controller.cwnd(), 4 * PACKET, "{kind:?}");
    }
}

#[test]
fn an_unused_window_does_not_grow() {
    for kind in [Kind::Reno, Kind::Cubic, Kind::Copa] {
        let mut wire = Wire::new(kind);
        for number in 0..50 {
            wire.controller.on_sent(ms(wire.now), number, PACKET, true);
            wire.now += 100;
            wire.ack([number]);
        }
        // The first packet left before the first pause.
        assert_eq!(wire.controller.cwnd(), 11 * PACKET, "{kind:?}");
    }
}

#[test]
fn a_congestion_mark_counts_as_a_loss_once_a_round_trip() {
    let mut wire = Wire::new(Kind::Cubic);
    wire.round();
    let sent = wire.send_window();
    wire.now += 100;
    let before = wire.controller.cwnd();
    for number in sent {
        wire.controller.on_acked(ms(wire.now), number, None);
        wire.controller.end_acks(ms(wire.now), 1);
        assert_eq!(wire.controller.phase(), "recovery");
    }
    wire.round();
    let kept = wire.controller.cwnd() as f64 / before as f64;
    assert!((kept - 0.7).abs() < 0.03, "{kept}");
}

#[test]
fn a_switch_starts_with_what_was_handed_over() {
    let mut wire = Wire::new(Kind::Cubic);
    for _ in 0..4 {
        wire.round();
    }
    let handover = wire.controller.handover();
    // Packets sent before the switch are acknowledged after it, and sampled.
    let sent = wire.send_window();
    wire.controller.set_algorithm(ms(wire.now), Kind::BbrLive);
    assert_eq!(wire.controller.cwnd(), handover.cwnd);
    wire.now += 100;
    wire.ack(sent);
    assert!(
        wire.controller
            .handover()
            .bandwidth
            .is_some_and(|bandwidth| bandwidth > 0)
    );
    assert!(wire.controller.pacing_rate() > 1);
}

#[test]
fn the_same_algorithm_again_changes_nothing() {
    let mut wire = Wire::new(Kind::Cubic);
    wire.round();
    let before = wire.controller.cwnd();
    wire.controller.set_algorithm(ms(wire.now), Kind::Cubic);
    assert_eq!(wire.controller.cwnd(), before);
    assert_eq!(wire.controller.phase(), "slow-start");
}

#[test]
fn a_knob_acts_at_once() {
    let mut wire = Wire::new(Kind::Fixed);
    assert!(wire.controller.set_param("fixed_rate", 16e6).is_ok());
    assert_eq!(wire.controller.pacing_rate(), 2_000_000);
    assert!(wire.controller.set_param("max_rate", 8e6).is_ok());
    assert_eq!(wire.controller.pacing_rate(), 1_000_000);
    assert!(wire.controller.set_param("max_cwnd", 20_000.0).is_ok());
    assert_eq!(wire.controller.cwnd(), 20_000);
    assert!(wire.controller.set_param("fixed_rate", f64::NAN).is_err());
}

#[test]
fn an_agent_is_obeyed_told_and_replaced_within_three_round_trips_of_silence() {
    let mut wire = Wire::new(Kind::Agent);
    let flight = wire.controller.cwnd();
    wire.round();
    let report = wire.controller.take_report();
    assert!(report.is_some_and(|report| report.standing_in && report.acked_bytes == flight));
    assert!(wire.controller.take_report().is_none());
    let decision = Decision {
        cwnd: Some(30 * PACKET),
        pacing_rate: Some(700_000),
    };
    wire.controller.decide(ms(wire.now), decision);
    assert_eq!(
        (wire.controller.cwnd(), wire.controller.pacing_rate()),
        (30 * PACKET, 700_000)
    );
    wire.round();
    wire.round();
    assert_eq!(wire.controller.phase(), "agent");
    let decided = wire.now - 200;
    while wire.controller.phase() == "agent" {
        wire.round();
    }
    assert!(wire.now - decided <= 400, "{}", wire.now - decided);
    assert_eq!(wire.controller.phase(), "stand-in");
    // Seeded: it goes on with about what the agent had.
    assert!(wire.controller.cwnd() >= 10 * PACKET);
    wire.controller.decide(ms(wire.now), decision);
    assert_eq!(wire.controller.phase(), "agent");
}

#[test]
fn an_agent_that_left_no_report_unanswered_stays_through_a_pause() {
    let mut wire = Wire::new(Kind::Agent);
    wire.round();
    let decision = Decision {
        cwnd: Some(30 * PACKET),
        pacing_rate: Some(700_000),
    };
    for _ in 0..3 {
        assert!(wire.controller.take_report().is_some());
        wire.controller.decide(ms(wire.now), decision);
        wire.now += 10_000;
        wire.round();
        assert_eq!(wire.controller.phase(), "agent");
    }
    // The last report is its to answer.
    wire.now += 10_000;
    wire.round();
    assert_eq!(wire.controller.phase(), "stand-in");
}

#[test]
fn the_first_flight_leaves_within_milliseconds_or_at_the_rate_that_is_set() {
    for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Fixed) {
        let mut controller = controller(*kind);
        assert!(controller.pacing_rate() >= 10 * PACKET * 200, "{kind:?}");
        assert!(controller.set_param("initial_rate", 1e6).is_ok());
        assert_eq!(controller.pacing_rate(), 125_000, "{kind:?}");
    }
}

#[test]
fn little_delivered_is_not_worth_saving() {
    let mut wire = Wire::new(Kind::BbrLive);
    wire.round();
    assert_eq!(wire.controller.to_save(), None);
    for _ in 0..5 {
        wire.round();
    }
    let saved = wire.controller.to_save();
    assert!(
        saved.is_some_and(|saved| saved.min_rtt == ms(100) && saved.loss == 0.0 && saved.cwnd > 0)
    );
}

proptest! {
    /// Any knobs inside their ranges, any events, any switches: outputs stay usable.
    #[test]
    fn outputs_stay_finite_whatever_the_knobs(
        knobs in proptest::collection::vec((0..crate::KNOBS.len(), 0.0f64..=1.0), 0..20),
        steps in proptest::collection::vec((0u8..7, 0u64..60), 1..200),
    ) {
        let mut params = Params::of(Kind::BbrLive);
        for (index, share) in knobs {
            let knob = &crate::KNOBS[index];
            let value = knob.min + (knob.max - knob.min) * share;
            let value = if knob.whole { value.round() } else { value };
            prop_assert!(params.set(knob.name, value).is_ok());
        }
        let mut controller = Controller::new(Duration::ZERO, Kind::BbrLive, params, 1_200, None);
        let (mut now, mut next) = (0, 0u64);
        for (action, value) in steps {
            now += value;
            match action {
                0 | 1 => {
                    controller.on_sent(ms(now), next, PACKET, value % 2 == 0);
                    next += 1;
                }
                2 | 3 => {
                    for number in next.saturating_sub(value)..next {
                        controller.on_acked(ms(now), number, None);
                    }
                    controller.end_acks(ms(now), u64::from(value == 7));
                }
                4 => {
                    controller.on_lost(next.saturating_sub(value));
                    controller.end_losses(ms(now), value == 59);
                }
                6 => controller.on_mtu([1_200, 1_452, 9_000, 65_527][value as usize % 4]),
                _ => controller.set_algorithm(ms(now), Kind::ALL[value as usize % Kind::ALL.len()]),
            }
            prop_assert!(controller.pacing_rate() >= 1);
            prop_assert!(controller.cwnd() >= 2 * PACKET);
            prop_assert!(controller.cwnd() < 1 << 50);
        }
    }
}
