//! The loss of the last packet of a frame: scenario 26. The pings are those of the engine's adapter, whose own test is
//! `packages/quic/native/quic/tests/tail_care.rs`.

use longhaul_cc::Kind;

use crate::sim::app::Write;
use crate::sim::{App, FlowConfig, Path, SEC, World, at_least, at_most};

/// Round trips from a frame's write to its last byte, for frames whose last packet is lost: best and worst.
fn lost_tails(kind: Kind, tail_pings: bool) -> (f64, f64) {
    let path = Path::new(20.0, 200, 1.0);
    // A frame in one packet, that pacing does not spread. The first ones settle the estimate of the round trip.
    let writes = (0..20).map(|frame| Write {
        at: frame * SEC,
        bytes: 1_000,
        key: frame >= 8,
    });
    let mut config = FlowConfig::new(kind, App::Script(writes.collect()));
    config.tail_pings = tail_pings;
    config.lose_tails = true;
    let mut world = World::single(&path, 1, config);
    world.run_seconds(22.0);
    let took: Vec<f64> = (world.flows[0].writes())
        .filter(|(write, _)| write.key)
        .map(|(write, frame)| {
            let complete = frame.complete.unwrap_or(u64::MAX);
            complete.saturating_sub(write.at) as f64 / path.rtt as f64
        })
        .collect();
    assert_eq!(took.len(), 12);
    (
        took.iter().copied().fold(f64::MAX, f64::min),
        took.iter().copied().fold(0.0, f64::max),
    )
}

#[test]
fn s26_a_lost_tail_costs_a_round_trip_and_a_half_with_pings_behind_it() {
    for &kind in &[Kind::Cubic, Kind::Bbr3, Kind::BbrLive] {
        let (_, worst) = lost_tails(kind, true);
        at_most(&format!("s26 {} with pings, RTT", kind.name()), worst, 1.6);
        // The probe time-out, even of a sender whose probes carry the data.
        let (best, _) = lost_tails(kind, false);
        at_least(&format!("s26 {} without, RTT", kind.name()), best, 1.6);
    }
}
