//! A network of virtual time: senders with QUIC's loss detection and pacing, receivers with QUIC's acknowledgements, one
//! bottleneck of `longhaul-netem-link` for all of them. Nothing sleeps; a minute takes milliseconds.
#![allow(dead_code, reason = "each scenario uses a part")]

pub mod app;
pub mod detection;
pub mod pacer;
pub mod plot;
pub mod receiver;
pub mod sender;
pub mod world;

pub use app::App;
pub use sender::FlowConfig;
pub use world::{Path, World};

use std::time::Duration;

use longhaul_netem_link::Nanos;

pub const MS: Nanos = 1_000_000;
pub const SEC: Nanos = 1_000_000_000;

/// What IPv4 and UDP add to a packet.
pub const OVERHEAD: u32 = 28;
/// UDP payload of a full packet.
pub const MTU: u16 = 1_452;

pub fn at(nanos: Nanos) -> Duration {
    Duration::from_nanos(nanos)
}

pub fn nanos(duration: Duration) -> Nanos {
    duration.as_nanos() as Nanos
}

/// The value below which `share` of the values lie.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let index = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// Jain's index of fairness.
pub fn jain(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    let squares: f64 = values.iter().map(|value| value * value).sum();
    sum * sum / (values.len() as f64 * squares)
}

/// The gauge `name` of a flow's algorithm.
pub fn gauge(world: &World, flow: usize, name: &str) -> f64 {
    let gauges = world.flows[flow].controller.gauges();
    let found = gauges.iter().find(|gauge| gauge.name == name);
    found.map_or(f64::NAN, |gauge| gauge.value)
}

/// What a link of `bps` delivers in payload, bytes per second.
pub fn payload_rate(bps: f64) -> f64 {
    bps / 8.0 * f64::from(MTU) / f64::from(u32::from(MTU) + OVERHEAD)
}

/// Share of the sent bytes that were lost.
pub fn loss_share(world: &World, flow: usize) -> f64 {
    let flow = &world.flows[flow];
    flow.lost_bytes as f64 / flow.sent_bytes.max(1) as f64
}

/// Asserts that `value` is at most `limit`, and shows it: `--nocapture` prints the figures of every scenario.
pub fn at_most(what: &str, value: f64, limit: f64) {
    println!("{what}: {value:.4} (at most {limit})");
    assert!(value <= limit, "{what}: {value} is more than {limit}");
}

/// Asserts that `value` is at least `limit`, and shows it.
pub fn at_least(what: &str, value: f64, limit: f64) {
    println!("{what}: {value:.4} (at least {limit})");
    assert!(value >= limit, "{what}: {value} is less than {limit}");
}
