//! Tables for people, run on request: `cargo test --release -p longhaul-cc --test scenarios explore -- --ignored --nocapture`.

use longhaul_cc::Kind;

use crate::sim::{App, FlowConfig, Path, SEC, World, jain, percentile, plot};

const ALL: &[Kind] = &[
    Kind::Cubic,
    Kind::Bbr1,
    Kind::Bbr3,
    Kind::Copa,
    Kind::BbrLive,
];

#[test]
#[ignore = "a table, not a test"]
fn explore_loss() {
    for rtt in [80, 200, 350] {
        for kind in ALL {
            let mut line = format!("{:9} {rtt:3} ms:", kind.name());
            for loss in [0.0, 0.001, 0.01, 0.02, 0.05, 0.1] {
                let path = Path::new(20.0, rtt, 1.0).random_loss(loss);
                let mut world = World::single(&path, 7, FlowConfig::new(*kind, App::bulk()));
                world.run_seconds(60.0);
                plot::plot(&world, &format!("loss-{}-{rtt}-{loss}", kind.name()));
                let mbps = world.flows[0].goodput_bps(10 * SEC, 60 * SEC) / 1e6;
                let queue = percentile(&world.queue_after(10 * SEC), 0.95) / path.bdp() as f64;
                line += &format!(
                    " {mbps:6.2} ({:.3}, q{queue:.2})",
                    mbps / 20.0 / (1.0 - loss)
                );
            }
            println!("{line}");
        }
    }
}

#[test]
#[ignore = "a table, not a test"]
fn explore_bursts() {
    for rtt in [80, 200, 350] {
        let mut line = format!("bbr-live {rtt:3} ms:");
        for burst in [3.0, 8.0, 20.0] {
            for loss in [0.01, 0.05, 0.1] {
                let shares: Vec<f64> = (0..5)
                    .map(|seed| {
                        let path = Path::new(20.0, rtt, 1.0).bursts(loss, burst);
                        let flow = FlowConfig::new(Kind::BbrLive, App::bulk());
                        let mut world = World::single(&path, seed, flow);
                        world.run_seconds(60.0);
                        world.flows[0].goodput_bps(10 * SEC, 60 * SEC) / 20e6 / (1.0 - loss)
                    })
                    .collect();
                let mean = shares.iter().sum::<f64>() / 5.0;
                line += &format!(
                    " {burst}/{loss}: {mean:.3} ({:.3})",
                    percentile(&shares, 0.0)
                );
            }
        }
        println!("{line}");
    }
}

#[test]
#[ignore = "a table, not a test"]
fn explore_sharing() {
    for (first, second) in [
        (Kind::Bbr1, Kind::Bbr1),
        (Kind::Bbr1, Kind::Cubic),
        (Kind::BbrLive, Kind::BbrLive),
        (Kind::BbrLive, Kind::Cubic),
        (Kind::Cubic, Kind::BbrLive),
        (Kind::BbrLive, Kind::Reno),
        (Kind::Cubic, Kind::Cubic),
    ] {
        for buffer in [0.5, 1.0, 2.0, 4.0] {
            for rtt in [40, 80, 200] {
                let path = Path::new(20.0, rtt, buffer);
                let flows = vec![
                    FlowConfig::new(first, App::bulk()),
                    FlowConfig::new(second, App::bulk_from(3 * SEC)),
                ];
                let mut world = World::new(&path, 7, flows);
                world.run_seconds(90.0);
                plot::plot(
                    &world,
                    &format!("share-{}-{}-{buffer}-{rtt}", first.name(), second.name()),
                );
                let rates: Vec<f64> = world
                    .flows
                    .iter()
                    .map(|flow| flow.goodput_bps(30 * SEC, 90 * SEC) / 1e6)
                    .collect();
                let queue = percentile(&world.queue_after(30 * SEC), 0.95) / path.bdp() as f64;
                println!(
                    "{:8} {:8} buffer {buffer} rtt {rtt}: {:.2} {:.2} jain {:.3} queue p95 {queue:.2} BDP",
                    first.name(),
                    second.name(),
                    rates[0],
                    rates[1],
                    jain(&rates)
                );
            }
        }
    }
}

#[test]
#[ignore = "a table, not a test"]
fn explore_crowd() {
    for count in [2, 4, 8] {
        for rtt in [40, 80, 200] {
            for buffer in [0.5, 1.0, 2.0] {
                let mut indexes = Vec::new();
                let mut queue = 0.0;
                for seed in 0..3u64 {
                    let path = Path::new(20.0, rtt, buffer);
                    let flow = |index: u64| {
                        FlowConfig::new(
                            Kind::BbrLive,
                            App::bulk_from(index * (700 + 37 * seed) * 1_000_000),
                        )
                    };
                    let mut world = World::new(&path, seed, (0..count).map(flow).collect());
                    world.run_seconds(90.0);
                    let rates: Vec<f64> = world
                        .flows
                        .iter()
                        .map(|flow| flow.goodput_bps(30 * SEC, 60 * SEC) / 1e6)
                        .collect();
                    indexes.push(jain(&rates));
                    queue +=
                        percentile(&world.queue_after(30 * SEC), 0.95) / path.bdp() as f64 / 3.0;
                }
                println!(
                    "bbr-live {count} flows rtt {rtt} buffer {buffer}: jain {indexes:.3?} queue p95 {queue:.2} BDP"
                );
            }
        }
    }
}

#[test]
#[ignore = "a table, not a test"]
fn explore_live() {
    for (mbps, rtt, loss, bps) in [
        (20.0, 200, 0.03, 4_000_000),
        (20.0, 350, 0.1, 4_000_000),
        (6.0, 100, 0.0, 4_000_000),
        (6.0, 100, 0.02, 4_000_000),
        (20.0, 80, 0.01, 8_000_000),
        (5.0, 200, 0.05, 4_000_000),
    ] {
        for kind in [
            Kind::Cubic,
            Kind::Bbr1,
            Kind::Bbr3,
            Kind::Copa,
            Kind::BbrLive,
        ] {
            let mut delays = Vec::new();
            let mut lost = 0.0;
            for seed in 0..3 {
                let path = Path::new(mbps, rtt, 1.0).random_loss(loss);
                let mut world = World::single(
                    &path,
                    seed,
                    FlowConfig::new(kind, App::live(bps, 0, 60 * SEC)),
                );
                world.run_seconds(75.0);
                plot::plot(
                    &world,
                    &format!("live-{mbps}-{rtt}-{loss}-{}-{seed}", kind.name()),
                );
                lost += crate::sim::loss_share(&world, 0) / 3.0;
                let frames = world.flows[0]
                    .writes()
                    .filter(|(write, _)| write.at > 3 * SEC);
                delays.extend(frames.map(|(write, frame)| {
                    frame
                        .complete
                        .map_or(60e3, |at| (at - write.at) as f64 / 1e6)
                }));
            }
            println!(
                "live {} Mbit/s on {mbps} Mbit/s {rtt} ms loss {loss}: {:8} p50 {:.0} p95 {:.0} p99 {:.0} max {:.0} ms, lost {lost:.4}",
                bps / 1_000_000,
                kind.name(),
                percentile(&delays, 0.5),
                percentile(&delays, 0.95),
                percentile(&delays, 0.99),
                percentile(&delays, 1.0)
            );
        }
    }
}

#[test]
#[ignore = "a figure, not a test"]
fn explore_cost() {
    use std::time::{Duration, Instant};
    for &kind in Kind::ALL {
        let mut controller = longhaul_cc::Controller::new(
            Duration::ZERO,
            kind,
            longhaul_cc::Params::of(kind),
            1_452,
            None,
        );
        let packets = 2_000_000u64;
        let begun = Instant::now();
        for number in 0..packets {
            // 100 Mbit/s at 20 ms: 172 packets in flight, an acknowledgement for every second.
            let now = Duration::from_nanos(number * 116_000);
            controller.on_sent(now, number, 1_452, false);
            if number >= 172 && number.is_multiple_of(2) {
                controller.on_acked(now, number - 172, None);
                controller.on_acked(now, number - 171, None);
                controller.end_acks(now, 0);
            }
            std::hint::black_box((controller.cwnd(), controller.pacing_rate()));
        }
        let nanos = begun.elapsed().as_nanos() as f64 / packets as f64;
        println!("cost of {}: {nanos:.0} ns a packet", kind.name());
    }
}

/// How far the figures of the sharing scenarios depend on the seed.
#[test]
#[ignore = "a table, not a test"]
fn explore_seeds() {
    for rtt in [40, 80, 200] {
        for buffer in [0.5, 1.0, 2.0] {
            let run = |second: Kind, seed: u64| {
                let path = Path::new(20.0, rtt, buffer);
                let flows = vec![
                    FlowConfig::new(Kind::BbrLive, App::bulk()),
                    FlowConfig::new(second, App::bulk_from((500 + 191 * seed) * 1_000_000)),
                ];
                let mut world = World::new(&path, seed, flows);
                world.run_seconds(60.0);
                let rate = |flow: &crate::sim::sender::Sender| flow.goodput_bps(30 * SEC, 60 * SEC);
                world.flows.iter().map(rate).collect::<Vec<f64>>()
            };
            let indexes: Vec<f64> = (10..22)
                .map(|seed| jain(&run(Kind::BbrLive, seed)))
                .collect();
            let cubic: Vec<f64> = (10..16)
                .map(|seed| run(Kind::Cubic, seed)[1] / 10e6)
                .collect();
            let fair = indexes.iter().filter(|index| **index >= 0.9).count();
            println!(
                "{rtt} ms buffer {buffer}: Jain median {:.3} least {:.3}, {fair} of 12 at least 0.9; CUBIC's part median {:.2} least {:.2}",
                percentile(&indexes, 0.5),
                percentile(&indexes, 0.0),
                percentile(&cubic, 0.5),
                percentile(&cubic, 0.0)
            );
        }
    }
}
