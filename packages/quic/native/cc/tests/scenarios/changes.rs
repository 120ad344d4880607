//! Paths that change: scenarios 4 to 7, 14 and 19.

use longhaul_cc::Kind;
use longhaul_netem_link::Nanos;
use longhaul_netem_link::config::{Change, Policer, Step};

use crate::sim::{
    App, FlowConfig, MS, Path, SEC, World, at_least, at_most, gauge, loss_share, payload_rate, plot,
};

const MODELS: &[Kind] = &[Kind::Bbr1, Kind::Bbr3, Kind::BbrLive];

fn name(scenario: &str, kind: Kind) -> String {
    format!("{scenario} {}", kind.name())
}

fn rate(seconds: f64, mbps: f64) -> Step {
    Step {
        at: (seconds * SEC as f64) as Nanos,
        change: Change::RateBps((mbps * 1e6) as u64),
    }
}

fn dark(seconds: f64, length_s: f64) -> Step {
    Step {
        at: (seconds * SEC as f64) as Nanos,
        change: Change::Blackhole((length_s * SEC as f64) as Nanos),
    }
}

#[test]
fn s4_a_hundredth_of_the_capacity_is_adapted_to() {
    for &kind in MODELS {
        let path = Path::new(10.0, 64, 1.5).steps(vec![rate(5.0, 0.1)]);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::download(10_000_000)));
        at_most(&name("s4 seconds", kind), world.run_to_end(1_000.0), 800.0);
    }
}

#[test]
fn s5_a_hundred_times_the_capacity_is_found() {
    for &kind in MODELS {
        let mut path = Path::new(10.0, 64, 1.5).steps(vec![rate(20.0, 10.0)]);
        path.link.bottleneck = longhaul_netem_link::Bottleneck::Rate(100_000);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::bulk()));
        world.run_seconds(20.0);
        at_most(
            &name("s5 lost share before", kind),
            loss_share(&world, 0),
            0.3,
        );
        let mut seconds = 0.0;
        while (gauge(&world, 0, "bandwidth") / payload_rate(10e6) - 1.0).abs() > 0.02
            && seconds < 60.0
        {
            seconds += 0.5;
            world.run_seconds(20.0 + seconds);
        }
        plot::plot(&world, &name("s5", kind));
        at_most(&name("s5 seconds to find", kind), seconds, 50.0);
    }
}

#[test]
fn s6_ten_times_up_is_found_in_some_rounds_and_ten_times_down_in_two_cycles() {
    for &kind in MODELS {
        let mut path = Path::new(20.0, 80, 1.0).steps(vec![rate(10.0, 20.0), rate(30.0, 2.0)]);
        path.link.bottleneck = longhaul_netem_link::Bottleneck::Rate(2_000_000);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::bulk()));
        world.run_seconds(10.0);
        let mut rounds = 0;
        while gauge(&world, 0, "bandwidth") < 0.9 * payload_rate(20e6) && rounds < 200 {
            rounds += 1;
            world.run_until(10 * SEC + rounds * 80 * MS);
        }
        plot::plot(&world, &name("s6", kind));
        at_most(&name("s6 rounds up", kind), rounds as f64, 50.0);
        world.run_seconds(40.0);
        // Ten rounds of version 1, and two cycles of three waits of the draft, are longer with a buffer ten times as
        // long in time: they are shown, ours is held to it.
        if kind != Kind::BbrLive {
            println!(
                "s6 {} is at {} of the new rate",
                kind.name(),
                gauge(&world, 0, "bandwidth") / payload_rate(2e6)
            );
            continue;
        }
        let error = (gauge(&world, 0, "bandwidth") / payload_rate(2e6) - 1.0).abs();
        at_most(
            &name("s6 error 10 s after down, RTT up to 0.9 s", kind),
            error,
            0.05,
        );
    }
}

#[test]
fn s7_a_policer_is_lived_with() {
    for &kind in MODELS {
        let mut path = Path::new(10.0, 64, 1.0);
        path.link.policer = Some(Policer {
            rate_bps: 2_500_000,
            burst_bytes: 100_000,
        });
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::download(3_000_000)));
        at_most(&name("s7 seconds", kind), world.run_to_end(90.0), 30.0);
        plot::plot(&world, &name("s7", kind));
        at_most(&name("s7 lost share", kind), loss_share(&world, 0), 0.3);
    }
}

#[test]
fn s14_probe_rtt_comes_when_due_lasts_as_long_as_due_and_not_when_idle() {
    let path = Path::new(4.0, 64, 2.5);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::Bbr3, App::bulk()));
    world.run_seconds(30.0);
    let samples = &world.flows[0].samples;
    let probing: Vec<f64> = samples
        .iter()
        .filter(|sample| sample.phase == "probe-rtt")
        .map(|sample| sample.at as f64 / SEC as f64)
        .collect();
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for at in probing {
        match spans.last_mut() {
            Some((_, end)) if at - *end < 0.05 => *end = at,
            _ => spans.push((at, at)),
        }
    }
    assert!(spans.len() >= 3, "{spans:?}");
    for pair in spans.windows(2) {
        at_least("s14 interval", pair[1].0 - pair[0].0, 5.0);
        at_most("s14 interval", pair[1].0 - pair[0].0, 6.0);
    }
    for (begin, end) in spans {
        at_least("s14 length", end - begin, 0.2);
        at_most("s14 length", end - begin, 0.5);
    }
    // A packet every second: each finds the path idle.
    let mut idle = World::single(
        &path,
        1,
        FlowConfig::new(Kind::Bbr3, App::bursts(1_000, 30, SEC)),
    );
    idle.run_seconds(30.0);
    assert!(
        idle.flows[0]
            .samples
            .iter()
            .all(|sample| sample.phase != "probe-rtt")
    );
}

#[test]
fn s19_four_megabytes_over_a_path_with_accidents() {
    let cases: [(&str, Vec<Step>, f64, f64); 5] = [
        ("blackhole of 2 s", vec![dark(1.0, 2.0)], 10.0, 6.0),
        (
            "drop and back",
            vec![rate(1.5, 5.0), rate(3.0, 10.0)],
            10.0,
            5.0,
        ),
        ("low and up", vec![rate(2.5, 10.0)], 5.0, 5.5),
        (
            "wifi fade",
            vec![rate(1.0, 1.0), rate(3.0, 10.0)],
            10.0,
            7.0,
        ),
        (
            "wifi suspension",
            vec![dark(1.0, 0.2), dark(2.0, 0.2)],
            10.0,
            4.6,
        ),
    ];
    for (case, steps, mbps, limit) in cases {
        for &kind in &[Kind::BbrLive, Kind::Bbr1, Kind::Bbr3, Kind::Cubic] {
            let mut path = Path::new(10.0, 40, 2.0).steps(steps.clone());
            path.link.bottleneck = longhaul_netem_link::Bottleneck::Rate((mbps * 1e6) as u64);
            let mut world =
                World::single(&path, 1, FlowConfig::new(kind, App::download(4_000_000)));
            let seconds = world.run_to_end(60.0);
            plot::plot(&world, &format!("s19-{case}-{}", kind.name()));
            // Ours is held to the limit; the others are shown beside it.
            let limit = if kind == Kind::BbrLive { limit } else { 20.0 };
            at_most(
                &format!("s19 {case} {} seconds", kind.name()),
                seconds,
                limit,
            );
        }
    }
}
