//! The knobs: name, default, range, unit, meaning, algorithms. docs/congestion-control.md is generated from here.
//!
//! Sources are named in shared terms: *draft* is draft-ietf-ccwg-bbr; defaults that differ between algorithms are in
//! [`OWN_DEFAULTS`].

use super::{Knob, Scope, Unit};
use crate::Kind;

super::knobs! {
    // The start and the floor of every algorithm.
    init_cwnd: u64, 10.0, 4.0..=200.0, Packets, Scope::All, "First flight (RFC 9002 §7.2; 32 on a trusted relay link).";
    min_cwnd: u64, 4.0, 2.0..=64.0, Packets, Scope::All, "Floor of the window after a collapse.";
    initial_rtt: Duration, 333.0, 10.0..=1_000.0, Milliseconds, Scope::All, "Round trip before the first sample (RFC 9002 §6.2.2).";
    initial_rate: u64, 0.0, 0.0..=100e9, BitsPerSecond, Scope::All, "Pacing rate before the first sample; 0: the first flight leaves within 5 ms.";
    max_rate: u64, 0.0, 0.0..=100e9, BitsPerSecond, Scope::All, "Contracted rate of the link: pacing never exceeds it; 0: none.";
    max_cwnd: u64, 0.0, 0.0..=1e10, Bytes, Scope::All, "Ceiling of the window; 0: none.";
    app_rate: u64, 0.0, 0.0..=100e9, BitsPerSecond, Scope::All, "What the application wants to send (sum of the streams' bit rates); 0: learned from what it sends.";
    idle_reset: Duration, 0.0, 0.0..=60_000.0, Milliseconds, Scope::Of(&[Kind::Reno, Kind::Cubic]), "Restart from the first window after so long a silence; 0: never.";
    // A rate from outside.
    fixed_rate: u64, 8e6, 1_000.0..=100e9, BitsPerSecond, Scope::Of(&[Kind::Fixed]), "The rate that is kept to.";
    agent_timeout: f64, 3.0, 1.0..=20.0, RoundTrips, Scope::Of(&[Kind::Agent]), "Silence after which bbr-live takes over.";
    // Loss-based window.
    reno_beta: f64, 0.5, 0.3..=0.9, Ratio, Scope::Of(&[Kind::Reno]), "Window kept after a loss (RFC 9002 §7.3.2).";
    cubic_c: f64, 0.4, 0.04..=4.0, Ratio, Scope::Of(&[Kind::Cubic]), "Growth of the cubic (RFC 9438 §5).";
    cubic_beta: f64, 0.7, 0.5..=0.9, Ratio, Scope::Of(&[Kind::Cubic]), "Window kept after a loss (RFC 9438 §4.6).";
    fast_convergence: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Cubic]), "Give way to new flows sooner (RFC 9438 §4.7).";
    friendliness: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Cubic]), "Never slower than Reno (RFC 9438 §4.3).";
    hystart: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Reno, Kind::Cubic]), "Leave slow start on a rise of delay (RFC 9406).";
    hystart_max_rtt_thresh: Duration, 16.0, 8.0..=64.0, Milliseconds, Scope::Of(&[Kind::Reno, Kind::Cubic]), "Rise that is enough at any RTT (MAX_RTT_THRESH, RFC 9406 §4.3).";
    prr: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Reno, Kind::Cubic]), "Spread the reduction over the recovery (RFC 9937).";
    spurious_undo: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Reno, Kind::Cubic]), "Take back a reduction whose losses arrive after all (RFC 9438 §4.9).";
    // Startup of the model-based ones.
    startup_pacing_gain: f64, 2.77, 1.5..=3.0, Ratio, Scope::BBR, "Pacing in Startup over the bandwidth (draft §2.4).";
    startup_cwnd_gain: f64, 2.0, 1.5..=4.0, Ratio, Scope::BBR, "Window in Startup over the BDP.";
    full_bw_threshold: f64, 1.25, 1.05..=1.5, Ratio, Scope::BBR, "Growth per round that keeps Startup going.";
    full_bw_rounds: u64, 3.0, 1.0..=6.0, Count, Scope::BBR, "Rounds without it that end Startup.";
    exit_on_loss: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Bbr3]), "Leave Startup on loss (draft §5.3.1.3).";
    startup_full_loss_count: u64, 6.0, 0.0..=64.0, Count, Scope::Of(&[Kind::Bbr3]), "Runs of loss in a round that end Startup.";
    startup_exit_when_app_limited: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::BbrLive]), "Leave Startup when the estimate has long covered what the application sends.";
    drain_gain: f64, 0.5, 0.3..=0.75, Ratio, Scope::BBR, "Pacing in Drain over the bandwidth.";
    // The cycle.
    probe_up_gain: f64, 1.25, 1.05..=1.5, Ratio, Scope::BBR, "Pacing while probing for more.";
    probe_down_gain: f64, 0.9, 0.5..=0.95, Ratio, Scope::BBR, "Pacing while giving back what the probe queued.";
    cwnd_gain: f64, 2.0, 1.5..=4.0, Ratio, Scope::BBR, "Window over the BDP: room for late and joined acknowledgements; of bbr-live also the pacing of bursts until the path has shown a limit.";
    up_cwnd_gain: f64, 2.25, 1.5..=4.0, Ratio, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "The same while probing for more.";
    probe_wait: Duration, 2_000.0, 500.0..=10_000.0, Milliseconds, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "Least time between probes; up to a half more at random.";
    pacing_margin: f64, 0.01, 0.0..=0.1, Ratio, Scope::BBR, "Share of the bandwidth left unused so that queues drain.";
    headroom: f64, 0.15, 0.0..=0.5, Ratio, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "Share of the long-term bound left to others.";
    // Loss of the model-based ones.
    loss_threshold: f64, 0.02, 0.005..=0.3, Ratio, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "Loss in a round that says the probe went too far.";
    beta: f64, 0.7, 0.5..=1.0, Ratio, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "Kept of a bound after such a loss.";
    ignore_short_term: bool, 0.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "No short-term bounds: v1-like tolerance.";
    ignore_inflight_hi: bool, 0.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "No long-term bound of the inflight.";
    reno_coexistence: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Bbr3]), "Probe at least as often as Reno would grow back (draft §5.3.3.9).";
    // Min RTT.
    min_rtt_window: Duration, 10_000.0, 2_000.0..=60_000.0, Milliseconds, Scope::All, "How long a least round trip is believed.";
    probe_rtt_interval: Duration, 5_000.0, 2_000.0..=60_000.0, Milliseconds, Scope::BBR, "Longest time between low-inflight moments; of bbr-live at least 20 round trips.";
    probe_rtt_duration: Duration, 200.0, 50.0..=500.0, Milliseconds, Scope::BBR, "How long ProbeRTT holds the inflight low.";
    probe_rtt_gain: f64, 0.5, 0.1..=1.0, Ratio, Scope::Of(&[Kind::Bbr3, Kind::BbrLive]), "Window in ProbeRTT over the BDP.";
    // Ours.
    random_loss_limit: f64, 0.25, 0.0..=0.4, Ratio, Scope::Of(&[Kind::BbrLive]), "Loss up to here is noise as long as neither delay nor delivery rate speaks of congestion.";
    queue_threshold: f64, 0.25, 0.05..=2.0, RoundTrips, Scope::Of(&[Kind::BbrLive]), "Queueing delay over the least round trip that makes a loss congestive.";
    app_headroom: f64, 2.0, 1.0..=8.0, Ratio, Scope::Of(&[Kind::BbrLive]), "Pacing never falls below so many times the application's rate without a sign of congestion.";
    // Copa.
    copa_delta: f64, 0.05, 0.01..=1.0, Ratio, Scope::Of(&[Kind::Copa]), "Weight of delay: 1/delta packets are kept queued.";
    copa_use_standing_rtt: bool, 1.0, 0.0..=1.0, Switch, Scope::Of(&[Kind::Copa]), "Measure the queue by the least of the last half round trip, not by the latest.";
    // What the flow, its pacer and its probes obey, whatever the algorithm.
    careful_resume: bool, 1.0, 0.0..=1.0, Switch, Scope::All, "Start from what the last link to the same peer learned (RFC 9959).";
    adaptive_reordering: bool, 1.0, 0.0..=1.0, Switch, Scope::All, "After a loss that was none, tell the algorithm of others only after as much reordering, up to 20 packets or 2 RTT; bytes are sent again at once all the same.";
    pacer_burst: u64, 10.0, 2.0..=10.0, Packets, Scope::Engine, "Most packets that the system is given in one call.";
    pacer_granularity: Duration, 1.0, 0.25..=4.0, Milliseconds, Scope::Engine, "How late timers are: pacing makes up for lateness over four times this, and for fifty times this at most.";
    pto_backoff: f64, 2.0, 1.0..=2.0, Ratio, Scope::Engine, "Growth of the wait between probes of a silent peer (RFC 9002 §6.2.1).";
    max_pto: Duration, 1_000.0, 200.0..=60_000.0, Milliseconds, Scope::Engine, "Longest wait between them; the engine's own probes, which wait ever longer, come besides.";
    // What the engine takes with a connection.
    ack_eliciting_threshold: u64, 2.0, 1.0..=10.0, Packets, Scope::Engine, "Packets after which the peer acknowledges (draft-ietf-quic-ack-frequency).";
    max_ack_delay: Duration, 25.0, 1.0..=100.0, Milliseconds, Scope::Engine, "Time after which it does with fewer; at most a round trip or 25 ms.";
    packet_threshold: u64, 3.0, 3.0..=100.0, Packets, Scope::Engine, "Reordering that counts as loss (RFC 9002 §6.1.1).";
    time_threshold: f64, 1.125, 1.0..=2.0, RoundTrips, Scope::Engine, "Age that counts as loss (RFC 9002 §6.1.2).";
}

/// Defaults of one algorithm where they are not those of the table: (algorithm, knob, value).
pub const OWN_DEFAULTS: &[(Kind, &str, f64)] = &[
    // Linux tcp_bbr.c, version 1.
    (Kind::Bbr1, "startup_pacing_gain", 2.885),
    (Kind::Bbr1, "startup_cwnd_gain", 2.885),
    (Kind::Bbr1, "drain_gain", 0.3466),
    (Kind::Bbr1, "probe_down_gain", 0.75),
    (Kind::Bbr1, "probe_rtt_interval", 10_000.0),
    // Both ends of a relay link are the operator's, and the flight is paced over a quarter of a round trip.
    (Kind::BbrLive, "init_cwnd", 32.0),
    // A relay link at 350 ms would lose 7 % of its time to the short interval.
    (Kind::BbrLive, "probe_rtt_interval", 10_000.0),
    // Flows become equal by probing: the oftener the sooner.
    (Kind::BbrLive, "probe_wait", 1_000.0),
];

/// Knobs that the engine takes with a connection, or that only its first packets read.
pub(super) const NEW_LINKS: &[&str] = &[
    "careful_resume",
    "ack_eliciting_threshold",
    "max_ack_delay",
    "packet_threshold",
    "time_threshold",
];

/// Knobs for the time before anything is known of a path: an open link follows them when its peer's address changes.
pub(super) const NEW_PATHS: &[&str] = &["init_cwnd", "initial_rtt", "initial_rate"];
