//! Does the model find the path? Scenarios 1 to 3, 15, 16, 18 and 20.

use std::time::Duration;

use longhaul_cc::{Kind, Saved};

use crate::sim::app::Write;
use crate::sim::receiver::AckPolicy;
use crate::sim::{
    App, FlowConfig, MS, Path, SEC, World, at_most, gauge, loss_share, payload_rate, plot,
};

const MODELS: &[Kind] = &[Kind::Bbr1, Kind::Bbr3, Kind::BbrLive];

fn name(scenario: &str, kind: Kind) -> String {
    format!("{scenario} {}", kind.name())
}

fn bandwidth_error(world: &World, bps: f64) -> f64 {
    (gauge(world, 0, "bandwidth") / payload_rate(bps) - 1.0).abs()
}

/// The greatest smoothed round trip, in round trips of the path.
fn worst_rtt(world: &World, path: &Path) -> f64 {
    let most = world.flows[0].smoothed.iter().copied().fold(0.0, f64::max);
    most / (path.rtt as f64 / SEC as f64)
}

#[test]
fn s1_bulk_over_two_bdps_of_buffer_finds_the_rate_without_loss() {
    for &kind in MODELS {
        let path = Path::new(4.0, 64, 2.0);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::download(12_000_000)));
        at_most(&name("s1 seconds", kind), world.run_to_end(60.0), 30.0);
        plot::plot(&world, &name("s1", kind));
        at_most(
            &name("s1 bandwidth error", kind),
            bandwidth_error(&world, 4e6),
            0.01,
        );
        // The window of version 1 in Startup is 2.885 BDP, the pipe and this buffer hold 3: two packets too few.
        let most = if kind == Kind::Bbr1 { 0.002 } else { 0.0 };
        at_most(&name("s1 lost share", kind), loss_share(&world, 0), most);
        let smoothed = world.flows[0].controller.flow().rtt().smoothed();
        let smoothed = smoothed.map_or(f64::NAN, |rtt| rtt.as_secs_f64() / 0.064);
        at_most(&name("s1 srtt in RTT", kind), smoothed, 2.5);
        at_most(
            &name("s1 min_rtt in RTT", kind),
            gauge(&world, 0, "min_rtt") / 64.0,
            1.2,
        );
    }
}

#[test]
fn s2_half_a_bdp_of_buffer_costs_little_in_startup() {
    for &kind in MODELS {
        let path = Path::new(4.0, 64, 0.5);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::download(12_000_000)));
        at_most(&name("s2 seconds", kind), world.run_to_end(60.0), 30.0);
        at_most(
            &name("s2 bandwidth error", kind),
            bandwidth_error(&world, 4e6),
            0.02,
        );
        at_most(&name("s2 lost share", kind), loss_share(&world, 0), 0.05);
    }
}

#[test]
fn s3_acknowledgements_held_for_two_round_trips_do_not_mislead() {
    for &kind in MODELS {
        let path = Path::new(4.0, 64, 4.0);
        let mut config = FlowConfig::new(kind, App::download(12_000_000));
        config.acks.hold = 2 * path.rtt;
        let mut world = World::single(&path, 1, config);
        at_most(&name("s3 seconds", kind), world.run_to_end(90.0), 45.0);
        at_most(&name("s3 lost share", kind), loss_share(&world, 0), 0.01);
        at_most(&name("s3 worst RTT", kind), worst_rtt(&world, &path), 5.0);
    }
}

#[test]
fn s3_few_acknowledgements_do_not_mislead() {
    for &kind in MODELS {
        let path = Path::new(4.0, 64, 4.0);
        let mut config = FlowConfig::new(kind, App::download(12_000_000));
        config.acks = AckPolicy {
            threshold: 10,
            max_delay: 16 * MS,
            hold: 0,
        };
        let mut world = World::single(&path, 1, config);
        at_most(
            &name("s3 decimated seconds", kind),
            world.run_to_end(60.0),
            30.0,
        );
        at_most(
            &name("s3 decimated lost share", kind),
            loss_share(&world, 0),
            0.001,
        );
        // Version 1 paces its Startup at 2.885 from the first packet on.
        let most = if kind == Kind::Bbr1 { 3.7 } else { 3.0 };
        at_most(
            &name("s3 decimated worst RTT", kind),
            worst_rtt(&world, &path),
            most,
        );
    }
}

/// The list's figures (5.5, 4.9 and 8.0 s for BBR, 6.5 and 5.0 for CUBIC) are picoquic's, which begins with a window
/// scaled by the round trip. Ours of 32 packets is 400 times less than this path holds, and a round trip is 0.6 s: the
/// clean run without a seed falls short of 5.5 s.
#[test]
fn s15_a_hundred_megabytes_over_a_satellite_unseeded_falls_short_of_picoquic_by_its_first_window() {
    for (kind, loss, init_cwnd, limit) in [
        (Kind::BbrLive, 0.0, 32.0, 6.7),
        (Kind::BbrLive, 0.0, 200.0, 5.6),
        (Kind::Cubic, 0.0, 10.0, 12.0),
        (Kind::BbrLive, 0.016, 32.0, 8.0),
    ] {
        let path = Path::new(250.0, 600, 1.0).random_loss(loss);
        // The handshake comes first, as on any link, and does not count.
        let write = |at, bytes| Write {
            at,
            bytes,
            key: false,
        };
        let app = App::Script(vec![write(0, 120), write(path.rtt, 100_000_000)]);
        let mut config = FlowConfig::new(kind, app);
        config.params = vec![("init_cwnd", init_cwnd)];
        let mut world = World::single(&path, 1, config);
        let seconds = world.run_to_end(60.0) - 0.6;
        plot::plot(&world, &format!("s15-{}-{loss}", kind.name()));
        let what = format!(
            "s15 {} loss {loss} first window {init_cwnd} seconds",
            kind.name()
        );
        at_most(&what, seconds, limit);
    }
}

#[test]
fn s15_a_hundred_megabytes_over_a_satellite_seeded() {
    for (kind, limit) in [(Kind::BbrLive, 4.9), (Kind::Cubic, 7.0)] {
        let path = Path::new(250.0, 600, 1.0);
        let mut config = FlowConfig::new(kind, App::download(100_000_000));
        config.saved = Some(Saved {
            cwnd: path.bdp(),
            bandwidth: path.rate_bps / 8,
            min_rtt: Duration::from_millis(600),
            loss: 0.0,
        });
        let seconds = World::single(&path, 1, config).run_to_end(60.0);
        at_most(
            &format!("s15 seeded {} seconds", kind.name()),
            seconds,
            limit,
        );
    }
}

/// The payload alone takes 81.5 s: the list's 81 s at 600 ms leave no room for headers and start, 5 % are allowed.
/// Version 1 gives up a round trip of 600 ms or 2 s every ten seconds, as it does in Linux.
#[test]
fn s16_ten_megabytes_over_a_slow_and_long_path() {
    for (kind, limits) in [
        (Kind::BbrLive, [86.0, 90.0]),
        (Kind::Bbr1, [105.0, 125.0]),
        (Kind::Bbr3, [105.0, 125.0]),
        (Kind::Cubic, [86.0, 98.0]),
    ] {
        for (rtt, limit) in [600, 2_000].into_iter().zip(limits) {
            let path = Path::new(1.0, rtt, 2.0);
            let mut world =
                World::single(&path, 1, FlowConfig::new(kind, App::download(10_000_000)));
            let seconds = world.run_to_end(300.0);
            at_most(
                &format!("s16 {} {rtt} ms seconds", kind.name()),
                seconds,
                limit,
            );
        }
    }
}

#[test]
fn s18_a_window_limit_is_kept() {
    for &kind in Kind::ALL {
        let path = Path::new(20.0, 200, 2.0);
        let mut config = FlowConfig::new(kind, App::bulk());
        config.params = vec![("max_cwnd", 65_536.0)];
        let mut world = World::single(&path, 1, config);
        world.run_seconds(10.0);
        let most = world.flows[0]
            .samples
            .iter()
            .map(|sample| sample.in_flight)
            .max();
        at_most(
            &name("s18 most in flight", kind),
            most.unwrap_or(0) as f64,
            68_000.0,
        );
    }
}

#[test]
fn s18_flow_control_is_kept_and_outlived() {
    for &kind in Kind::ALL {
        let path = Path::new(20.0, 600, 2.0);
        let mut config = FlowConfig::new(kind, App::download(1_000_000));
        config.flow_control = 40_000;
        let mut world = World::single(&path, 1, config);
        at_most(
            &name("s18 flow control seconds", kind),
            world.run_to_end(60.0),
            25.0,
        );
    }
}

#[test]
fn s20_jitter_is_no_congestion() {
    for &kind in &[
        Kind::Cubic,
        Kind::Bbr1,
        Kind::Bbr3,
        Kind::BbrLive,
        Kind::Copa,
    ] {
        let path = Path::new(10.0, 40, 4.0).jitter(12_500_000);
        let mut world = World::single(&path, 1, FlowConfig::new(kind, App::download(4_000_000)));
        at_most(&name("s20 seconds", kind), world.run_to_end(30.0), 4.5);
    }
}
