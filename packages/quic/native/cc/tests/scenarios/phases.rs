//! Scenarios 9 and 14, the phases of the draft's appendix that a run can show, and the part of scenario 21 where the link is
//! down for a moment.

use longhaul_cc::Kind;
use longhaul_netem_link::Nanos;
use longhaul_netem_link::config::{Change, Step};

use crate::sim::app::Write;
use crate::sim::{App, FlowConfig, MS, Path, SEC, World, at_least, at_most, gauge, payload_rate};

/// When `phase` was entered and left, to 10 ms, for each time that it ended.
fn spans(world: &World, phase: &str) -> Vec<(Nanos, Nanos)> {
    let mut spans = Vec::new();
    let mut since = None;
    for sample in &world.flows[0].samples {
        match (sample.phase == phase, since) {
            (true, None) => since = Some(sample.at),
            (false, Some(from)) => {
                spans.push((from, sample.at));
                since = None;
            }
            _ => {}
        }
    }
    spans
}

fn seconds(nanos: Nanos) -> f64 {
    nanos as f64 / SEC as f64
}

/// What the application writes every millisecond.
#[derive(Clone, Copy)]
enum Feed {
    /// So many bytes.
    Each(u64),
    /// As much as makes so many bytes wait.
    UpTo(u64),
}

/// The application sends a tenth of the rate while the draft refills the pipe, then 1.4 BDP at once.
#[test]
fn s9_a_probe_that_the_application_feeds_late_measures_the_path() {
    let path = Path::new(10.0, 64, 2.0);
    let step = MS;
    let mut world = World::single(
        &path,
        1,
        FlowConfig::new(Kind::Bbr3, App::Script(Vec::new())),
    );
    let phase = |world: &World| world.flows[0].controller.phase();
    let until = |world: &mut World, feed: Feed, done: &dyn Fn(&str) -> bool| {
        let from = world.now;
        while !done(phase(world)) {
            let source = &mut world.flows[0].source;
            source.write(match feed {
                Feed::UpTo(bytes) => bytes.saturating_sub(source.waiting()),
                Feed::Each(bytes) => bytes,
            });
            world.run_until(world.now + step);
            assert!(world.now - from < 60 * SEC, "{}", phase(world));
        }
        world.now - from
    };
    // Far more than the path takes in a step: always backlogged.
    until(&mut world, Feed::UpTo(100_000), &|phase| phase == "cruise");
    until(&mut world, Feed::UpTo(100_000), &|phase| phase == "refill");
    let before = gauge(&world, 0, "bandwidth");
    let tenth = path.rate_bps / 8 / 10 * step / SEC;
    until(&mut world, Feed::Each(tenth), &|phase| phase != "refill");
    assert_eq!(phase(&world), "probe-up");
    assert_eq!(
        gauge(&world, 0, "bandwidth"),
        before,
        "application-limited samples"
    );
    world.flows[0].source.write(path.bdp() * 14 / 10);
    world.run_until(world.now + path.rtt);
    assert_eq!(phase(&world), "probe-up");
    let error = (gauge(&world, 0, "bandwidth") / payload_rate(10e6) - 1.0).abs();
    at_most("s9 error of the bandwidth", error, 0.02);
    // The probe ends when more no longer arrives; then the application has little again.
    until(&mut world, Feed::UpTo(3_000), &|phase| {
        phase == "probe-down"
    });
    let down = until(&mut world, Feed::Each(tenth), &|phase| {
        phase != "probe-down"
    });
    assert_eq!(phase(&world), "cruise");
    // The list's 0.75 is of a probe that ends at 1.25 BDP in flight. The draft's goes on for three rounds without growth,
    // or until the queue overflows: twice as much is there to drain.
    let rounds = down as f64 / path.rtt as f64;
    at_most("s9 round trips in Down", rounds, 1.25);
}

#[test]
fn s14_drain_ends_with_the_queue_of_startup_or_after_three_rounds() {
    for (mbps, rtt, bdps) in [(10.0, 40, 2.0), (20.0, 200, 1.0), (4.0, 64, 4.0)] {
        let path = Path::new(mbps, rtt, bdps);
        let mut world = World::single(&path, 1, FlowConfig::new(Kind::Bbr3, App::bulk()));
        world.run_seconds(10.0);
        let drains = spans(&world, "drain");
        assert_eq!(drains.len(), 1, "{drains:?}");
        let (from, to) = drains[0];
        // A round takes what is in flight as Drain begins: the pipe and the queue that Startup built.
        let longest = seconds(path.rtt) * (1.0 + bdps.min(2.0));
        at_most(
            &format!("s14 rounds of drain at {rtt} ms"),
            seconds(to - from) / longest,
            3.0,
        );
        // The sample comes up to 10 ms after the end: 0.16 BDP of the slowest.
        let after = world.flows[0].samples.iter().find(|sample| sample.at == to);
        let left = after.map_or(u64::MAX, |sample| sample.in_flight) as f64 / path.bdp() as f64;
        at_most(
            &format!("s14 in flight after drain at {rtt} ms, BDP"),
            left,
            1.2,
        );
    }
}

#[test]
fn s14_probe_rtt_comes_after_five_seconds_and_lasts_its_time_and_a_round() {
    let path = Path::new(10.0, 50, 2.0);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::Bbr3, App::bulk()));
    world.run_seconds(40.0);
    let probes = spans(&world, "probe-rtt");
    at_least("s14 times in ProbeRTT", probes.len() as f64, 3.0);
    let mut before = 0;
    for (from, to) in probes {
        at_least("s14 seconds since the last", seconds(from - before), 5.0);
        let held = to - from;
        at_least("s14 seconds in ProbeRTT", seconds(held), 0.2);
        // Until the inflight has fallen, then 200 ms and at least a round.
        at_most(
            "s14 seconds in ProbeRTT",
            seconds(held),
            0.2 + 3.0 * 0.05 + 0.02,
        );
        let inside = |sample: &&crate::sim::sender::Sample| sample.at >= from && sample.at < to;
        let samples = world.flows[0].samples.iter().filter(inside);
        let least = samples
            .map(|sample| sample.in_flight)
            .min()
            .unwrap_or(u64::MAX);
        at_most(
            "s14 least in flight, BDP",
            least as f64 / path.bdp() as f64,
            0.55,
        );
        before = to;
    }
}

#[test]
fn s14_an_idle_link_has_no_need_of_probe_rtt() {
    let path = Path::new(10.0, 50, 2.0);
    let app = App::bursts(512, 60, SEC);
    let mut world = World::single(&path, 1, FlowConfig::new(Kind::Bbr3, app));
    world.run_seconds(60.0);
    assert_eq!(spans(&world, "probe-rtt"), []);
}

/// Sound and pictures as in scenario 21, the link down for a quarter of a second every five.
#[test]
fn s21_frames_over_a_link_that_is_down_for_a_moment() {
    let down = |at| Step {
        at,
        change: Change::Blackhole(250 * MS),
    };
    let path = Path::new(10.0, 20, 2.0).steps((1..6).map(|n| down(n * 5 * SEC)).collect());
    let write = |at, bytes, key| Write { at, bytes, key };
    let mut writes: Vec<Write> = (0..1_500).map(|n| write(n * 20 * MS, 160, false)).collect();
    let picture = |n: u64| {
        let bytes = if n.is_multiple_of(100) { 20_000 } else { 2_000 };
        write(n * SEC / 30, bytes, true)
    };
    writes.extend((0..900).map(picture));
    writes.sort_by_key(|write| write.at);
    let config = FlowConfig::new(Kind::BbrLive, App::Script(writes));
    let mut world = World::single(&path, 1, config);
    world.run_seconds(40.0);
    let delays: Vec<f64> = (world.flows[0].writes())
        .map(|(write, frame)| {
            frame
                .complete
                .map_or(60e3, |at| (at - write.at) as f64 / MS as f64)
        })
        .collect();
    let mean = delays.iter().sum::<f64>() / delays.len() as f64;
    at_most("s21 link down, mean ms", mean, 100.0);
    let worst = delays.iter().copied().fold(0.0, f64::max);
    at_most("s21 link down, worst ms", worst, 600.0);
}
