//! A live stream over a narrow path that loses a lot, none of it for want of room: it is never starved.

use longhaul_cc::Kind;

use crate::sim::app::Write;
use crate::sim::{App, FlowConfig, MS, Path, SEC, World, at_least, percentile, plot};

const BPS: u64 = 2_500_000;
/// When the viewer comes; before, the link carries a message now and then.
const PULL: u64 = 3 * SEC;

fn app(end: u64) -> App {
    let write = |at, bytes| Write {
        at,
        bytes,
        key: false,
    };
    let mut writes: Vec<Write> = (0..12).map(|n| write(n * 250 * MS, 120)).collect();
    writes.push(write(PULL, 200_000));
    if let App::Script(live) = App::live(BPS, PULL, end) {
        writes.extend(live);
    }
    App::Script(writes)
}

/// Goodput of the worst five seconds of a minute, over the bit rate.
fn worst(path: &Path, seed: u64) -> f64 {
    let mut config = FlowConfig::new(Kind::BbrLive, app(63 * SEC));
    // Stricter than the send queue: what is late is not sent, so that no backlog tells the controller to try more.
    config.expiry = SEC;
    let mut world = World::single(path, seed, config);
    world.run_seconds(63.0);
    plot::plot(&world, &format!("starving-{}-{seed}", path.rtt / MS));
    let spans = (5..60).step_by(5);
    let rates = spans
        .map(|from| world.flows[0].goodput_bps(from * SEC, (from + 5) * SEC) / BPS as f64)
        .collect::<Vec<f64>>();
    percentile(&rates, 0.0)
}

#[test]
fn a_fifth_lost_in_bursts_does_not_starve_a_live_stream() {
    // Bursts of 4 ms and of 20 ms; the path carries 3.9 Mbit/s, of which the loss leaves 3.1 to 3.3.
    let narrow = || Path::new(4.0, 240, 0.5);
    let jittery = |path: Path| {
        let mut path = path.jitter(10_610_000);
        path.reverse.delay.jitter = 10_610_000;
        path
    };
    for (name, path) in [
        ("15 %, jitter", jittery(narrow().bursts(0.15, 1.4))),
        ("15 %", narrow().bursts(0.15, 1.4)),
        ("20 %", narrow().bursts(0.2, 1.4)),
        ("20 %, long bursts", narrow().bursts(0.2, 6.8)),
    ] {
        for seed in 0..30 {
            at_least(
                &format!("starving {name} seed {seed}, worst five seconds over the bit rate"),
                worst(&path, seed),
                0.6,
            );
        }
    }
}
