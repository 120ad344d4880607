//! Loss: scenarios 12 and 13.

use longhaul_cc::Kind;
use longhaul_netem_link::config::Reorder;

use crate::sim::{App, FlowConfig, MS, Path, SEC, World, at_least, at_most, percentile, plot};

const RTTS: [u64; 3] = [80, 200, 350];

/// Goodput of a bulk over 20 Mbit/s, in shares of what the loss leaves.
fn goodput(kind: Kind, path: &Path, seed: u64, loss: f64, seconds: u64) -> f64 {
    let mut world = World::single(path, seed, FlowConfig::new(kind, App::bulk()));
    world.run_seconds(seconds as f64);
    world.flows[0].goodput_bps(10 * SEC, seconds * SEC) / path.rate_bps as f64 / (1.0 - loss)
}

#[test]
fn s12_bbr_live_keeps_nine_tenths_of_what_random_loss_leaves() {
    for rtt in RTTS {
        for (loss, least) in [
            (0.001, 0.9),
            (0.01, 0.9),
            (0.02, 0.9),
            (0.05, 0.9),
            (0.1, 0.8),
        ] {
            for seed in 0..3 {
                let path = Path::new(20.0, rtt, 1.0).random_loss(loss);
                let share = goodput(Kind::BbrLive, &path, seed, loss, 60);
                at_least(
                    &format!("s12 {rtt} ms loss {loss} seed {seed}"),
                    share,
                    least,
                );
            }
        }
    }
}

#[test]
fn s12_bbr_live_keeps_nine_tenths_of_what_bursts_leave() {
    for rtt in RTTS {
        for (loss, least) in [(0.01, 0.9), (0.02, 0.9), (0.05, 0.9), (0.1, 0.8)] {
            for burst in [3.0, 8.0, 20.0] {
                // A few bursts more or less make a run: the mean of three counts.
                let path = Path::new(20.0, rtt, 1.0).bursts(loss, burst);
                let share: f64 = (0..3)
                    .map(|seed| goodput(Kind::BbrLive, &path, seed, loss, 60))
                    .sum();
                at_least(
                    &format!("s12 {rtt} ms loss {loss} in bursts of {burst}"),
                    share / 3.0,
                    least,
                );
            }
        }
    }
}

#[test]
fn s12_bbr_live_alone_queues_less_than_half_a_bdp() {
    for rtt in RTTS {
        for buffer in [1.0, 2.0, 4.0] {
            let path = Path::new(20.0, rtt, buffer);
            let mut world = World::single(&path, 1, FlowConfig::new(Kind::BbrLive, App::bulk()));
            world.run_seconds(60.0);
            plot::plot(&world, &format!("queue-{rtt}-{buffer}"));
            let queue = percentile(&world.queue_after(10 * SEC), 0.95) / path.bdp() as f64;
            at_most(
                &format!("standing queue p95 {rtt} ms buffer {buffer}, BDP"),
                queue,
                0.5,
            );
        }
    }
}

/// Mean CUBIC rates by RFC 9438 §5, Mbit/s: loss, then 80, 200 and 350 ms.
const CUBIC: [(f64, [f64; 3]); 3] = [
    (0.001, [5.7, 3.3, 2.9]),
    (0.01, [1.8, 0.72, 0.51]),
    (0.02, [1.3, 0.51, 0.30]),
];

#[test]
fn s12_cubic_agrees_with_its_model() {
    for (loss, rates) in CUBIC {
        for (rtt, modelled) in RTTS.into_iter().zip(rates) {
            let runs = 6;
            let mean: f64 = (0..runs)
                .map(|seed| {
                    let path = Path::new(20.0, rtt, 1.0).random_loss(loss);
                    goodput(Kind::Cubic, &path, seed, loss, 240) * 20.0 * (1.0 - loss)
                })
                .sum::<f64>()
                / runs as f64;
            println!("s12 cubic {rtt} ms loss {loss}: {mean:.3} Mbit/s, modelled {modelled}");
            at_most(
                &format!("s12 cubic {rtt} ms loss {loss}: error"),
                (mean / modelled - 1.0).abs(),
                0.25,
            );
        }
    }
}

#[test]
fn s13_reordering_is_undone_and_thresholds_adapt() {
    for &kind in &[Kind::Cubic, Kind::Reno, Kind::Bbr3, Kind::BbrLive] {
        // 20 Mbit/s carry a packet in 0.6 ms: 3 to 30 ms are 5 to 50 packets.
        for extra in [3, 12, 30] {
            let mut path = Path::new(20.0, 80, 1.0);
            path.link.reorder = Some(Reorder {
                probability: 0.01,
                extra: extra * MS,
            });
            let mut world = World::single(&path, 1, FlowConfig::new(kind, App::bulk()));
            world.run_seconds(30.0);
            let share = world.flows[0].goodput_bps(5 * SEC, 30 * SEC) / 20e6;
            let threshold = world.flows[0].detection.packet_threshold;
            println!(
                "s13 {} extra {extra} ms: threshold {threshold}",
                kind.name()
            );
            at_least(
                &format!("s13 {} extra {extra} ms goodput share", kind.name()),
                share,
                0.85,
            );
        }
    }
}
