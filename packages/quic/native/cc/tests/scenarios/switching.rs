//! Switches of a live flow: scenario 24, and resumption: scenario 17.

use longhaul_cc::{Kind, Saved};
use std::time::Duration;

use crate::sim::{App, FlowConfig, MS, Path, SEC, World, at, at_least, at_most, plot};

/// Able to hold the rate of a loss-free link.
const HOLDING: &[Kind] = &[
    Kind::Reno,
    Kind::Cubic,
    Kind::Bbr1,
    Kind::Bbr3,
    Kind::BbrLive,
    Kind::Copa,
];

#[test]
fn s24_a_switch_carries_the_window_over_and_keeps_the_bandwidth() {
    for &from in HOLDING {
        for &to in HOLDING {
            if from == to {
                continue;
            }
            let path = Path::new(20.0, 80, 1.5);
            let mut world = World::single(&path, 1, FlowConfig::new(from, App::bulk()));
            world.run_seconds(20.0);
            let now = at(world.now);
            let controller = &mut world.flows[0].controller;
            let handover = controller.handover();
            controller.set_algorithm(now, to);
            assert_eq!(
                controller.cwnd(),
                handover.cwnd.max(controller.flow().mtu * 4),
                "{from:?} to {to:?}"
            );
            assert!(
                controller
                    .handover()
                    .bandwidth
                    .is_some_and(|bandwidth| bandwidth > 0)
            );
        }
    }
}

#[test]
fn s24_a_switch_costs_at_most_a_tenth_over_three_round_trips() {
    for &from in HOLDING {
        for &to in HOLDING {
            let path = Path::new(20.0, 80, 1.5);
            let mut world = World::single(&path, 1, FlowConfig::new(from, App::bulk()));
            world.run_seconds(20.0);
            let lost = world.flows[0].lost_bytes;
            let now = at(world.now);
            world.flows[0].controller.set_algorithm(now, to);
            world.run_seconds(20.5);
            plot::plot(&world, &format!("s24-{}-{}", from.name(), to.name()));
            let during = world.flows[0].goodput_bps(20 * SEC, 20 * SEC + 240 * MS);
            let before = world.flows[0].goodput_bps(19 * SEC, 20 * SEC);
            at_least(
                &format!("s24 {} to {} share kept", from.name(), to.name()),
                during / before,
                0.9,
            );
            let burst = (world.flows[0].lost_bytes - lost) as f64 / path.bdp() as f64;
            at_most(
                &format!("s24 {} to {} loss, BDP", from.name(), to.name()),
                burst,
                0.2,
            );
        }
    }
}

#[test]
fn s24_a_thousand_random_switches_under_load() {
    let path = Path::new(20.0, 80, 1.0).random_loss(0.01);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::BbrLive, App::bulk()));
    let mut dice = 1u64;
    for step in 0..1_000u64 {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        world.run_until((step + 1) * 60 * MS + (dice >> 60) * MS);
        let now = at(world.now);
        let kind = Kind::ALL[(dice >> 33) as usize % Kind::ALL.len()];
        let controller = &mut world.flows[0].controller;
        controller.set_algorithm(now, kind);
        assert!(controller.cwnd() >= 2 * controller.flow().mtu);
        assert!(controller.pacing_rate() >= 1);
        let handover = controller.handover();
        assert!(handover.cwnd > 0 && handover.in_flight == controller.flow().in_flight());
    }
    // Loss-based algorithms are among them: a share, not the rate, is to be kept.
    let share = world.flows[0].goodput_bps(2 * SEC, 60 * SEC) / 20e6;
    at_least("s24 goodput share over a thousand switches", share, 0.3);
}

fn saved(cwnd: u64, rtt_ms: u64) -> Saved {
    Saved {
        cwnd,
        bandwidth: cwnd * 1_000 / rtt_ms,
        min_rtt: Duration::from_millis(rtt_ms),
        loss: 0.0,
    }
}

fn resumed(kind: Kind, path: &Path, memory: Option<Saved>) -> (f64, f64, bool) {
    let mut config = FlowConfig::new(kind, App::download(3_000_000));
    config.saved = memory;
    let mut world = World::single(path, 1, config);
    let seconds = world.run_to_end(60.0);
    let flow = &world.flows[0];
    let jumped = flow
        .samples
        .iter()
        .any(|sample| sample.phase.starts_with("resume"));
    (
        seconds,
        flow.lost_bytes as f64 / flow.sent_bytes as f64,
        jumped,
    )
}

#[test]
fn s17_a_remembered_path_is_resumed_and_another_is_not() {
    for &kind in &[Kind::Cubic, Kind::BbrLive] {
        let path = Path::new(20.0, 200, 1.0);
        let memory = saved(path.bdp(), 200);
        let (first, _, _) = resumed(kind, &path, None);
        let (second, lost, jumped) = resumed(kind, &path, Some(memory));
        assert!(jumped);
        at_most(
            &format!("s17 {} second over first", kind.name()),
            second / first,
            0.99,
        );
        at_most(&format!("s17 {} lost on the jump", kind.name()), lost, 0.1);
        let (_, _, jumped) = resumed(kind, &path, Some(saved(path.bdp(), 1_000)));
        assert!(!jumped, "a round trip five times shorter is another path");
    }
}

#[test]
fn s17_a_jump_onto_a_slower_path_retreats() {
    for &kind in &[Kind::Cubic, Kind::BbrLive] {
        let path = Path::new(2.0, 200, 1.0);
        let fast = Path::new(40.0, 200, 1.0);
        let (plain, _, _) = resumed(kind, &path, None);
        let (seconds, _, jumped) = resumed(kind, &path, Some(saved(fast.bdp(), 200)));
        assert!(jumped);
        at_most(
            &format!("s17 {} wrong jump over none", kind.name()),
            seconds / plain,
            1.5,
        );
    }
}
