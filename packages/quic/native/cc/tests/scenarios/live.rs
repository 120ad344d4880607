//! Application-limited flows: scenarios 8 to 11 and 21.

use longhaul_cc::Kind;

use crate::sim::app::Write;
use crate::sim::{
    App, FlowConfig, MS, Path, SEC, World, at_least, at_most, gauge, payload_rate, percentile, plot,
};

#[test]
fn s8_small_bursts_do_not_change_the_estimate() {
    for &kind in &[Kind::Bbr1, Kind::Bbr3, Kind::BbrLive] {
        let path = Path::new(4.0, 64, 2.5);
        let writes = std::iter::once(Write {
            at: 0,
            bytes: 5_000_000,
            key: false,
        })
        .chain((0..20).map(|burst| Write {
            at: 15 * SEC + burst * 3 * SEC,
            bytes: 512,
            key: false,
        }));
        let mut world = World::single(
            &path,
            1,
            FlowConfig::new(kind, App::Script(writes.collect())),
        );
        world.run_seconds(14.0);
        let before = gauge(&world, 0, "bandwidth");
        world.run_seconds(75.0);
        let change = (gauge(&world, 0, "bandwidth") / before - 1.0).abs();
        at_most(
            &format!("s8 {} change of the estimate", kind.name()),
            change,
            0.01,
        );
    }
}

#[test]
fn s8_startup_after_small_bursts_finds_the_rate() {
    for &kind in &[Kind::Bbr1, Kind::Bbr3, Kind::BbrLive] {
        let path = Path::new(4.0, 64, 2.5);
        let app = App::bursts_then_bulk(512, 40, 3 * SEC, 6_000_000);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, app));
        world.run_seconds(130.0);
        plot::plot(&world, &format!("s8-{}", kind.name()));
        let error = (gauge(&world, 0, "bandwidth") / payload_rate(4e6) - 1.0).abs();
        at_most(
            &format!("s8 {} error after the bursts", kind.name()),
            error,
            0.01,
        );
    }
}

#[test]
fn s10_application_limited_probes_leave_the_estimate() {
    let path = Path::new(10.0, 64, 2.0);
    let writes = std::iter::once(Write {
        at: 0,
        bytes: 10_000_000,
        key: false,
    })
    .chain((0..600).map(|frame| Write {
        at: 12 * SEC + frame * 33 * MS,
        bytes: 4_000,
        key: false,
    }));
    let mut world = World::single(
        &path,
        1,
        FlowConfig::new(Kind::Bbr3, App::Script(writes.collect())),
    );
    world.run_seconds(12.0);
    let before = gauge(&world, 0, "bandwidth");
    world.run_seconds(30.0);
    assert_eq!(gauge(&world, 0, "bandwidth"), before);
}

/// Scenario 11: 4 Mbit/s live over 20 Mbit/s, 200 ms, 3 % loss.
#[test]
fn s11_live_pacing_stays_above_twice_the_bit_rate_and_key_frames_are_not_serialised_at_it() {
    for seed in 0..5 {
        let path = Path::new(20.0, 200, 1.0).random_loss(0.03);
        let app = App::live(4_000_000, 0, 60 * SEC);
        let mut world = World::single(&path, seed, FlowConfig::new(Kind::BbrLive, app));
        world.run_seconds(62.0);
        plot::plot(&world, &format!("s11-{seed}"));
        let flow = &world.flows[0];
        let least = flow
            .samples
            .iter()
            .filter(|sample| sample.at > 3 * SEC && sample.at < 60 * SEC)
            .map(|sample| sample.rate)
            .min();
        at_least(
            "s11 least pacing rate over the bit rate",
            least.unwrap_or(0) as f64 * 8.0 / 4e6,
            2.0,
        );
        let keys: Vec<(u64, f64)> = flow
            .writes()
            .filter(|(write, _)| write.key && write.at > 3 * SEC)
            .map(|(write, frame)| {
                let arrived = frame.unrepaired.unwrap_or(u64::MAX);
                (
                    write.bytes,
                    (arrived.saturating_sub(write.at)) as f64 / SEC as f64,
                )
            })
            .collect();
        let ideal = keys[0].0 as f64 * 8.0 / 20e6;
        let worst = keys.iter().map(|(_, seconds)| *seconds).fold(0.0, f64::max);
        // What was lost takes a round trip more whatever the controller does: the limit is for what was not.
        at_most("s11 worst key frame, seconds", worst, 0.1 + 3.0 * ideal);
    }
}

#[test]
fn s11_the_draft_as_written_falls_into_the_trap() {
    // Shows that the scenario can fail: the short-term bound of bbr3 sinks to the bit rate.
    let path = Path::new(20.0, 200, 1.0).random_loss(0.03);
    let app = App::live(4_000_000, 0, 60 * SEC);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::Bbr3, app));
    world.run_seconds(60.0);
    plot::plot(&world, "s11-bbr3");
    let least = world.flows[0]
        .samples
        .iter()
        .filter(|sample| sample.at > 3 * SEC)
        .map(|sample| sample.rate)
        .min();
    at_most(
        "s11 bbr3 least pacing rate over the bit rate",
        least.unwrap_or(0) as f64 * 8.0 / 4e6,
        2.0,
    );
}

#[test]
fn live_startup_ends_though_application_limited() {
    // Trap A.
    let path = Path::new(50.0, 100, 1.0);
    let app = App::live(4_000_000, 0, 20 * SEC);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::BbrLive, app));
    world.run_seconds(10.0);
    let startup = world.flows[0]
        .samples
        .iter()
        .filter(|sample| sample.phase == "startup")
        .count();
    at_most("trap A: seconds in startup", startup as f64 / 100.0, 6.0);
}

#[test]
fn live_estimate_follows_a_drop_of_capacity_though_application_limited() {
    // Trap C: 20 Mbit/s fall to 5 under a stream of 4; key frames sent at the old rate would queue for ever.
    let mut path = Path::new(20.0, 100, 2.0);
    path.link.steps = vec![longhaul_netem_link::config::Step {
        at: 20 * SEC,
        change: longhaul_netem_link::config::Change::RateBps(5_000_000),
    }];
    let writes = std::iter::once(Write {
        at: 0,
        bytes: 20_000_000,
        key: false,
    });
    let App::Script(live) = App::live(4_000_000, 12 * SEC, 60 * SEC) else {
        return;
    };
    let mut world = World::single(
        &path,
        1,
        FlowConfig::new(Kind::BbrLive, App::Script(writes.chain(live).collect())),
    );
    world.run_seconds(60.0);
    plot::plot(&world, "trap-c");
    let estimate = gauge(&world, 0, "bandwidth") / payload_rate(5e6);
    at_most(
        "trap C: estimate over capacity 40 s after the drop",
        estimate,
        1.3,
    );
}

#[test]
fn live_pacing_stays_above_the_bit_rate_on_a_mobile_cell() {
    // Jitter of a sixth of the round trip (sg-jkt-mobile): the few packets of a frame share it, which is no queue.
    let sigma = 5_657_000;
    let mut path = Path::new(20.0, 45, 4.4).bursts(0.01, 5.0).jitter(sigma);
    path.reverse.delay.jitter = sigma;
    let least = (0..8).map(|seed| {
        let app = App::live(2_500_000, 0, 40 * SEC);
        let mut world = World::single(&path, seed, FlowConfig::new(Kind::BbrLive, app));
        world.run_seconds(40.0);
        let samples = world.flows[0].samples.iter();
        let settled = samples.filter(|sample| sample.at > 3 * SEC);
        let rates = settled.map(|sample| sample.rate as f64 * 8.0 / 2.5e6);
        rates.reduce(f64::min).unwrap_or(0.0)
    });
    at_least(
        "mobile: least pacing over the bit rate",
        least.reduce(f64::min).unwrap_or(0.0),
        1.0,
    );
}

#[test]
fn live_key_frames_go_at_twice_the_estimate_where_the_path_has_shown_no_limit() {
    // 86 kB over 190 ms: at the estimate, which the application never lets grow, they take 120 ms.
    // Before it a link carries messages of a packet, whose acknowledgements come 25 ms late: that is no queue.
    let path = Path::new(50.0, 190, 0.5);
    let message = |second: u64| Write {
        at: second * SEC,
        bytes: if second == 0 { 2_800 } else { 600 },
        key: false,
    };
    let App::Script(live) = App::live(2_500_000, 5 * SEC, 35 * SEC) else {
        unreachable!("a live stream is a script");
    };
    let app = App::Script((0..5).map(message).chain(live).collect());
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::BbrLive, app));
    world.run_seconds(35.0);
    let keys = world.flows[0].writes();
    let keys = keys.filter(|(write, _)| write.key && write.at > 8 * SEC);
    let delays = keys.filter_map(|(write, frame)| Some((frame.complete? - write.at) as f64 / 1e6));
    at_most(
        "unexplored: median delay of a key frame, ms",
        percentile(&delays.collect::<Vec<f64>>(), 0.5),
        170.0,
    );
}

#[test]
fn live_flow_does_not_probe_the_round_trip_needlessly() {
    // Trap E.
    let path = Path::new(20.0, 200, 1.0).random_loss(0.01);
    let app = App::live(4_000_000, 0, 60 * SEC);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::BbrLive, app));
    world.run_seconds(60.0);
    assert!(
        world.flows[0]
            .samples
            .iter()
            .all(|sample| sample.phase != "probe-rtt")
    );
}

#[test]
fn s21_frames_beside_a_bulk_on_one_connection() {
    // Audio every 20 ms, video at 30 fps, key frames ten times as large, and 10 MB whenever nothing of it waits.
    let App::Script(mut writes) = App::live(1_500_000, 0, 20 * SEC) else {
        return;
    };
    writes.extend((0..1_000).map(|frame| Write {
        at: frame * 20 * MS,
        bytes: 160,
        key: false,
    }));
    writes.sort_by_key(|write| write.at);
    let path = Path::new(10.0, 20, 1.0);
    let mut world = World::single(
        &path,
        1,
        FlowConfig::new(Kind::BbrLive, App::Mixed(writes, 10_000_000)),
    );
    world.run_seconds(22.0);
    plot::plot(&world, "s21");
    let delays: Vec<f64> = world.flows[0]
        .writes()
        .map(|(write, frame)| {
            frame.complete.unwrap_or(u64::MAX).saturating_sub(write.at) as f64 / MS as f64 - 10.0
        })
        .collect();
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    let variance = delays
        .iter()
        .map(|delay| (delay - mean).powi(2))
        .sum::<f64>()
        / delays.len() as f64;
    at_most("s21 mean delay beyond propagation, ms", mean, 25.0);
    at_most("s21 deviation, ms", variance.sqrt(), 15.0);
    at_most(
        "s21 worst, ms",
        delays.iter().copied().fold(0.0, f64::max),
        130.0,
    );
}

/// Frames of a live stream over lossy and narrow paths: ours is not worse than version 1, the best of the others.
#[test]
fn live_frames_arrive_no_later_than_with_version_1() {
    for (mbps, rtt, loss, bps) in [
        (20.0, 200, 0.03, 4_000_000),
        (20.0, 350, 0.1, 4_000_000),
        (20.0, 80, 0.01, 8_000_000),
        (5.0, 200, 0.05, 4_000_000),
    ] {
        let p99 = |kind| {
            let mut delays = Vec::new();
            for seed in 0..2 {
                let path = Path::new(mbps, rtt, 1.0).random_loss(loss);
                let app = App::live(bps, 0, 60 * SEC);
                let mut world = World::single(&path, seed, FlowConfig::new(kind, app));
                world.run_seconds(75.0);
                let frames = world.flows[0]
                    .writes()
                    .filter(|(write, _)| write.at > 3 * SEC);
                delays.extend(frames.map(|(write, frame)| {
                    // What has not arrived 15 s after the end counts as a minute.
                    frame
                        .complete
                        .map_or(60e3, |at| (at - write.at) as f64 / MS as f64)
                }));
            }
            percentile(&delays, 0.99)
        };
        let what = format!("p99 of frames, ms, {mbps} Mbit/s {rtt} ms loss {loss}");
        at_most(&what, p99(Kind::BbrLive), p99(Kind::Bbr1) * 1.05);
    }
}
