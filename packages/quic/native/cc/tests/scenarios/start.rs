//! The start of a live pull: a link that has carried control messages is asked for a group and what follows it.

use longhaul_cc::Kind;
use longhaul_netem_link::Nanos;

use crate::sim::app::Write;
use crate::sim::{App, FlowConfig, MS, Path, SEC, World, at_most, percentile, plot};

/// When the viewer comes.
const PULL: Nanos = 3 * SEC;
const KEY: u64 = 60_000;
const PACKET: u64 = 1_400;

/// Padding before the pull, as by `packages/quic/native/quic/src/warm_up.rs`.
#[derive(Clone, Copy, PartialEq)]
enum Padding {
    None,
    /// Two trains, the last more than a second before.
    Before,
    /// The first of them: it met a queue.
    First,
    /// The first of them is in flight when the viewer comes.
    Beside,
}

/// A link that was idle but for a message now and then: a cached group at [`PULL`], then the stream.
fn pull(bps: u64, cached: u64, end: Nanos, padding: Padding) -> App {
    let write = |at, bytes, key| Write { at, bytes, key };
    let mut writes: Vec<Write> = (0..12).map(|n| write(n * 250 * MS, 120, false)).collect();
    match padding {
        Padding::None => {}
        Padding::Before => {
            writes.push(write(SEC + 10 * MS, 32 * PACKET, false));
            writes.push(write(SEC + 750 * MS, 64 * PACKET, false));
        }
        Padding::First => writes.push(write(SEC + 10 * MS, 32 * PACKET, false)),
        Padding::Beside => writes.push(write(PULL - 30 * MS, 32 * PACKET, false)),
    }
    writes.sort_by_key(|write| write.at);
    writes.push(write(PULL, KEY, true));
    writes.push(write(PULL, cached, false));
    if let App::Script(live) = App::live(bps, PULL, end) {
        writes.extend(live.into_iter().map(|frame| Write {
            key: false,
            ..frame
        }));
    }
    App::Script(writes)
}

struct Start {
    key_ms: f64,
    p50: f64,
    p95: f64,
    lost: f64,
    dropped: u64,
}

fn start(kind: Kind, path: &Path, seed: u64, cached: u64, seconds: u64) -> Start {
    start_as(kind, path, seed, (cached, Padding::None), seconds)
}

fn start_as(
    kind: Kind,
    path: &Path,
    seed: u64,
    (cached, padding): (u64, Padding),
    seconds: u64,
) -> Start {
    let app = pull(2_500_000, cached, PULL + seconds * SEC, padding);
    let padding_until = if padding == Padding::None { 0 } else { PULL };
    let config = FlowConfig {
        padding_until,
        ..FlowConfig::new(kind, app)
    };
    let mut world = World::single(path, seed, config);
    world.run_until(PULL + (seconds + 10) * SEC);
    plot::plot(
        &world,
        &format!("start-{}-{}-{seed}", kind.name(), path.rtt / MS),
    );
    let late = |at: Option<u64>, from: u64| at.map_or(60e3, |at| (at - from) as f64 / MS as f64);
    let flow = &world.flows[0];
    let key = flow.writes().find(|(write, _)| write.key);
    let delays: Vec<f64> = flow
        .writes()
        .filter(|(write, _)| write.at >= PULL + SEC / 100)
        .map(|(write, frame)| late(frame.complete, write.at))
        .collect();
    Start {
        key_ms: key.map_or(f64::NAN, |(write, frame)| late(frame.complete, write.at)),
        p50: percentile(&delays, 0.5),
        p95: percentile(&delays, 0.95),
        lost: crate::sim::loss_share(&world, 0),
        dropped: world.drops().dropped_queue,
    }
}

fn paths() -> Vec<(&'static str, Path)> {
    let lossy = |path: Path, share, ms: f64| {
        let packets = ms * path.rate_bps as f64 / 1e3 / 1_480.0 / 8.0;
        if share == 0.0 {
            path
        } else {
            path.bursts(share, packets)
        }
    };
    vec![
        ("hk-sg-core", lossy(Path::new(200.0, 36, 1.0), 0.001, 1.0)),
        (
            "hk-fra",
            lossy(Path::new(50.0, 190, 0.5), 0.002, 2.0).jitter(2 * MS),
        ),
        (
            "sg-jnb",
            lossy(Path::new(20.0, 200, 0.5), 0.01, 4.0).jitter(4_240_000),
        ),
        ("narrow", Path::new(5.0, 100, 1.0)),
        (
            "us-cn-peak",
            lossy(Path::new(4.0, 230, 0.5), 0.15, 4.0).jitter(10_610_000),
        ),
        ("random 15", Path::new(4.0, 230, 0.5).random_loss(0.15)),
        ("random 20", Path::new(20.0, 200, 0.5).random_loss(0.2)),
    ]
}

#[test]
#[ignore = "a table, not a test"]
fn explore_start() {
    for (name, path) in paths() {
        for kind in [Kind::Bbr1, Kind::Cubic, Kind::BbrLive] {
            let runs: Vec<Start> = (0..4)
                .map(|seed| start(kind, &path, seed, 200_000, 20))
                .collect();
            let mean = |of: fn(&Start) -> f64| runs.iter().map(of).sum::<f64>() / runs.len() as f64;
            println!(
                "start {name:10} {:8}: key {:.0} ms, frames p50 {:.0} p95 {:.0} ms, lost {:.3}, overflowed {:.0}",
                kind.name(),
                mean(|run| run.key_ms),
                mean(|run| run.p50),
                mean(|run| run.p95),
                mean(|run| run.lost),
                mean(|run| run.dropped as f64)
            );
        }
    }
}

#[test]
fn the_first_key_frame_takes_two_round_trips_at_most() {
    for (name, path) in paths().into_iter().take(4) {
        for seed in 0..4 {
            let run = start(Kind::BbrLive, &path, seed, 200_000, 10);
            let ideal = KEY as f64 * 8e3 / path.rate_bps as f64;
            // A lost packet of the key frame comes a round trip later.
            let rounds = (run.key_ms - ideal) / (path.rtt as f64 / MS as f64);
            at_most(
                &format!("start {name} seed {seed}, round trips to the key frame"),
                rounds,
                2.6,
            );
            let other = start(Kind::Bbr1, &path, seed, 200_000, 10);
            at_most(
                &format!("start {name} seed {seed}, key frame over version 1's"),
                run.key_ms / other.key_ms,
                1.0,
            );
        }
    }
}

#[test]
fn a_cached_group_does_not_overrun_a_queue_of_one_bdp() {
    // Startup fills what it finds: where a round trip is short the group is many of them, and a share of it is lost.
    for (mbps, rtt, most) in [
        (5.0, 100, 0.02),
        (4.0, 230, 0.02),
        (10.0, 50, 0.02),
        (20.0, 20, 0.05),
    ] {
        let path = Path::new(mbps, rtt, 1.0);
        let lost = |kind| start(kind, &path, 1, 500_000, 10).lost;
        let (ours, other) = (lost(Kind::BbrLive), lost(Kind::Bbr1));
        println!("start {mbps} Mbit/s {rtt} ms, version 1 loses {other:.4}");
        at_most(
            &format!("start {mbps} Mbit/s {rtt} ms, share lost"),
            ours,
            most,
        );
    }
}

#[test]
fn heavy_loss_without_a_queue_does_not_hold_a_stream_below_its_rate() {
    let clean = Path::new(4.0, 230, 0.5);
    for (name, path, limit) in [
        ("random 15 %", clean.clone().random_loss(0.15), 1_500.0),
        (
            "bursts and jitter",
            clean.bursts(0.15, 1.4).jitter(10_610_000),
            1_500.0,
        ),
        (
            "random 20 %",
            Path::new(20.0, 200, 0.5).random_loss(0.2),
            1_000.0,
        ),
    ] {
        let mean: f64 = (0..3)
            .map(|seed| start(Kind::BbrLive, &path, seed, 200_000, 30).p50)
            .sum::<f64>()
            / 3.0;
        at_most(
            &format!("start {name}, median delay of frames, ms"),
            mean,
            limit,
        );
    }
}

#[test]
fn the_jitter_of_a_radio_cell_is_no_queue() {
    // Round trips of 45 ms whose least is below 30: what lies between is no queue of ours.
    let path = Path::new(20.0, 45, 4.4).bursts(0.01, 5.0).jitter(8 * MS);
    for seed in 0..4 {
        let run = start(Kind::BbrLive, &path, seed, 200_000, 40);
        at_most(&format!("start jitter seed {seed}, p95 ms"), run.p95, 60.0);
    }
}

#[test]
fn a_link_that_was_warmed_up_sends_its_first_key_frame_in_half_the_time() {
    for (name, path) in paths().into_iter().take(3) {
        for seed in 0..5 {
            let cold = start_as(Kind::BbrLive, &path, seed, (200_000, Padding::None), 3);
            let warm = start_as(Kind::BbrLive, &path, seed, (200_000, Padding::Before), 3);
            at_most(
                &format!("start {name} seed {seed}, key frame, times that of a cold link"),
                warm.key_ms / cold.key_ms,
                0.5,
            );
        }
    }
}

#[test]
fn padding_that_met_a_queue_does_narrow_links_no_harm_on_the_whole() {
    let mut ratios = Vec::new();
    for mbps in [2.0, 3.0, 4.0, 5.0] {
        for (rtt, bdps) in [(40, 1.0), (100, 1.0), (100, 0.5), (200, 0.5)] {
            let narrow = Path::new(mbps, rtt, bdps);
            let cold = start_as(Kind::BbrLive, &narrow, 1, (200_000, Padding::None), 3);
            let warm = start_as(Kind::BbrLive, &narrow, 1, (200_000, Padding::First), 3);
            ratios.push(warm.key_ms / cold.key_ms);
        }
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    at_most(
        "start narrow, key frame, times that of a cold link, mean",
        mean,
        1.05,
    );
}

#[test]
fn a_viewer_that_comes_while_padding_crosses_waits_little_longer() {
    for (name, path) in paths().into_iter().take(4) {
        let cold = start_as(Kind::BbrLive, &path, 1, (200_000, Padding::None), 3);
        let beside = start_as(Kind::BbrLive, &path, 1, (200_000, Padding::Beside), 3);
        at_most(
            &format!("start {name}, key frame beside padding, round trips more"),
            (beside.key_ms - cold.key_ms) / (path.rtt / MS) as f64,
            0.5,
        );
    }
}
