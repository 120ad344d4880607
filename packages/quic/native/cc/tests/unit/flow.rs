//! Tests of `flow/mod.rs`.

use super::*;
use crate::Kind;
use proptest::prelude::*;

const PACKET: u64 = 1_000;

fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

fn flow() -> Flow {
    Flow::new(Params::of(Kind::Cubic), 1_200)
}

/// Packets every `gap` ms, each acknowledged `rtt` ms after it left; the last sample.
fn steady(flow: &mut Flow, gap: u64, rtt: u64, count: u64) -> Option<Ack> {
    let mut last = None;
    for step in 0..count * gap + rtt {
        if step >= rtt && (step - rtt).is_multiple_of(gap) && (step - rtt) / gap < count {
            flow.on_acked(ms(step), (step - rtt) / gap, Some(ms(step - rtt)));
            last = flow.end_acks(ms(step), 0);
        }
        if step.is_multiple_of(gap) && step / gap < count {
            flow.on_sent(ms(step), step / gap, PACKET);
        }
    }
    last
}

#[test]
fn a_steady_flow_is_sampled_at_its_rate() {
    let mut flow = flow();
    let ack = steady(&mut flow, 2, 50, 200);
    let rate = ack
        .and_then(|ack| ack.rate)
        .map(|rate| rate.bytes_per_second);
    assert_eq!(rate, Some(500_000));
    assert_eq!(flow.rtt().min(), Some(ms(50)));
    assert_eq!(flow.bandwidth(), Some(500_000));
    // 400 ms of sending are eight round trips.
    assert!((8..=10).contains(&flow.round()), "{}", flow.round());
}

#[test]
fn acknowledgements_that_come_at_once_do_not_raise_the_sample() {
    let mut flow = flow();
    for number in 0..50 {
        flow.on_sent(ms(number * 2), number, PACKET);
    }
    for number in 0..50 {
        flow.on_acked(ms(200), number, None);
    }
    let rate = flow.end_acks(ms(200), 0).and_then(|ack| ack.rate);
    // The flight took 98 ms to send and 200 ms to be acknowledged.
    assert_eq!(rate.map(|rate| rate.bytes_per_second), Some(250_000));
}

#[test]
fn samples_are_application_limited_until_the_pause_is_acknowledged() {
    let mut flow = flow();
    flow.on_sent(ms(0), 0, PACKET);
    flow.mark_app_limited();
    flow.on_sent(ms(10), 1, PACKET);
    flow.on_acked(ms(50), 0, None);
    assert!(
        flow.end_acks(ms(50), 0)
            .is_some_and(|ack| !ack.newest.app_limited)
    );
    flow.on_acked(ms(60), 1, None);
    assert!(
        flow.end_acks(ms(60), 0)
            .is_some_and(|ack| ack.newest.app_limited)
    );
    assert!(!flow.is_app_limited());
}

#[test]
fn losses_are_told_with_their_runs_and_a_late_packet_is_spurious() {
    let mut flow = flow();
    for number in 0..10 {
        flow.on_sent(ms(number), number, PACKET);
    }
    for number in [1, 2, 3, 6, 8] {
        flow.on_lost(number);
    }
    let loss = flow.end_losses(ms(100), false);
    assert!(loss.is_some_and(|loss| loss.bytes == 5_000 && loss.ranges == 3));
    assert!(flow.end_losses(ms(100), false).is_none());
    assert_eq!((flow.in_flight(), flow.lost()), (5_000, 5_000));
    flow.on_acked(ms(110), 6, None);
    let ack = flow.end_acks(ms(110), 0);
    assert!(ack.is_some_and(|ack| ack.spurious_packets == 1 && ack.acked_bytes == 1_000));
    assert_eq!((flow.in_flight(), flow.spurious()), (5_000, 1_000));
}

#[test]
fn unknown_numbers_change_nothing() {
    let mut flow = flow();
    flow.on_acked(ms(1), 7, None);
    flow.on_lost(7);
    assert!(flow.end_acks(ms(1), 0).is_none());
    assert!(flow.end_losses(ms(1), false).is_none());
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Send(u64),
    Ack(u64),
    Lose(u64),
    Pause,
}

fn actions() -> impl Strategy<Value = Vec<(u64, Action)>> {
    let action = prop_oneof![
        4 => (40u64..1_500).prop_map(Action::Send),
        3 => (0u64..40).prop_map(Action::Ack),
        1 => (0u64..40).prop_map(Action::Lose),
        1 => Just(Action::Pause),
    ];
    proptest::collection::vec((0u64..20, action), 1..400)
}

proptest! {
    /// Whatever comes in whatever order: what is sent is in flight, delivered or lost; and no sample exceeds what was
    /// delivered over the time it took.
    #[test]
    fn bytes_are_conserved_and_samples_are_bounded(actions in actions()) {
        let mut flow = flow();
        let (mut now, mut next, mut sent) = (0, 0, 0);
        for (step, action) in actions {
            now += step;
            match action {
                Action::Send(bytes) => {
                    flow.on_sent(ms(now), next, bytes);
                    next += 1;
                    sent += bytes;
                }
                Action::Ack(back) => flow.on_acked(ms(now), u64::saturating_sub(next, back), None),
                Action::Lose(back) => flow.on_lost(u64::saturating_sub(next, back)),
                Action::Pause => flow.mark_app_limited(),
            }
            if let Some(rate) = flow.end_acks(ms(now), 0).and_then(|ack| ack.rate) {
                prop_assert!(rate.interval >= rate.send_elapsed && rate.interval >= rate.ack_elapsed);
                let most = flow.delivered() as f64 / rate.interval.as_secs_f64();
                prop_assert!(rate.bytes_per_second as f64 <= most + 1.0);
            }
            let _ = flow.end_losses(ms(now), false);
            let settled = flow.delivered() + flow.lost() - flow.spurious();
            prop_assert!(flow.in_flight() + settled <= sent);
        }
    }
}
