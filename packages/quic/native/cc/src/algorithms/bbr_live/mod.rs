//! bbr-live: ours, for a live relay link: long round trips, loss that is mostly noise, application-limited most of the
//! time.
//!
//! The cycle is that of draft-ietf-ccwg-bbr §5.3 (Startup, Drain, Down, Cruise, Up, ProbeRTT). It differs where the
//! draft does harm to a live link:
//!
//! - Noise is told from congestion by what is lost when less is sent ([`noise`]); noise is made up for, congestion bites.
//! - Startup ends when the estimate has long covered what the application sends, and begins anew once there is more.
//! - Pacing never falls below a multiple of the application's rate without a sign of congestion, and until the path has
//!   shown a limit a burst goes as fast as the window lets it.
//! - What a link that has just begun has carried at once without a queue it sends at once again.
//! - A queue corrects the estimate, whether application-limited or not, so that it cannot stay high for ever; on a path
//!   with jitter one that lasts.
//! - The least round trip is confirmed in passing, so that ProbeRTT is rare.
//! - On a long path Startup goes by what parts of a flight show ([`trains`]), and ends when only a queue grows.

use std::time::Duration;

mod app;
mod cycle;
mod model;
mod noise;
mod outputs;
mod trains;

use super::aggregation::Aggregation;
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;
use crate::flow::filter::Extreme;
use crate::flow::rounds::Rounds;
use app::AppRate;
use model::LASTING_QUEUE;
use noise::{Noise, Tally};
use trains::Trains;

/// Inputs: the events. Outputs: window and pacing rate. Rates in bytes per second.
#[derive(Debug, Clone)]
pub(super) struct BbrLive {
    phase: Phase,
    /// The path's capacity has been found; until then a full sender is in Startup.
    pipe_found: bool,
    rounds: Rounds,
    /// The greatest delivery rate of this cycle and of the one before.
    bandwidth: [u64; 2],
    /// What a long path has shown to carry for a part of a round trip.
    trains: Trains,
    /// What congestion leaves of it until the next probe.
    bound: Option<u64>,
    /// Bytes in flight that were too many.
    inflight_bound: Option<u64>,
    min_rtt: Option<Duration>,
    /// When a round trip was last as short as `min_rtt`.
    confirmed_at: Duration,
    low_rounds: u32,
    /// Of the last few packets.
    recent_rtt: Duration,
    /// The least deviation of the round trips within the last seconds: jitter, that no queue of ours makes.
    steadiness: Extreme<Duration>,
    rtt_samples: u32,
    /// The queue is not ours: draining did not empty it.
    foreign_queue: bool,
    foreign_until: Duration,
    probe_at: Duration,
    noise: Noise,
    app: AppRate,
    aggregation: Aggregation,
    round: Round,
    congested: bool,
    /// A flight that was more than a few messages has come back.
    opened: bool,
    /// The largest flight that has come back without a queue, bytes.
    carried: u64,
    /// Bytes acknowledged of flights that were more than a few messages.
    flown: u64,
    /// There has been a queue, once at least.
    queued: bool,
    /// There has been congestion, once at least.
    met_congestion: bool,
    /// And not long ago.
    warned: bool,
    warned_until: Duration,
    lossy_before: bool,
    /// Every round since then had a queue in it.
    late_since: Option<Duration>,
    cwnd: u64,
    pacing_rate: Option<u64>,
    dark: bool,
    dice: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Doubling until the delivery rate no longer follows.
    Startup {
        reached: u64,
        flat_rounds: u64,
        covered_rounds: u32,
    },
    /// Emptying the queue that Startup made.
    Drain { rounds: u32 },
    /// Sending less: the queue empties, and the noise is measured.
    Down { rounds: u32 },
    /// Sending what the path carries, until it is time to probe.
    Cruise,
    /// Sending more, for as long as more arrives.
    Up {
        rounds: u32,
        reached: u64,
        /// The round trip when the probe began.
        base: Duration,
    },
    /// Emptying a queue that should not be there.
    Yield { rounds: u32 },
    /// Few bytes in flight until the least round trip has been seen.
    ProbeRtt {
        until: Option<Duration>,
        least: Option<Duration>,
    },
}

/// What the running round has shown.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    least_rtt: Option<Duration>,
    /// The greatest delivery rate.
    rate: u64,
    /// All its samples were application-limited.
    app_limited: bool,
    /// The most bytes in flight.
    in_flight: u64,
    any: bool,
}

impl BbrLive {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let known = from.and_then(|from| from.bandwidth).unwrap_or(0);
        let found = known > 0 && from.is_some_and(|from| from.full_pipe);
        let mut live = Self {
            phase: Phase::Startup {
                reached: 0,
                flat_rounds: 0,
                covered_rounds: 0,
            },
            pipe_found: found,
            rounds: Rounds::default(),
            bandwidth: [known, known],
            trains: Trains::default(),
            bound: None,
            inflight_bound: None,
            min_rtt: from.and_then(|from| from.min_rtt).or(flow.rtt().min()),
            confirmed_at: now,
            low_rounds: 0,
            recent_rtt: Duration::ZERO,
            steadiness: Extreme::least(),
            rtt_samples: 0,
            foreign_queue: false,
            foreign_until: now,
            probe_at: now,
            noise: Noise::default(),
            app: AppRate::default(),
            aggregation: Aggregation::new(now),
            round: Round::default(),
            congested: false,
            opened: known > 0,
            carried: 0,
            flown: 0,
            queued: false,
            met_congestion: false,
            warned: false,
            warned_until: now,
            lossy_before: false,
            late_since: None,
            cwnd: from.map_or(0, |from| from.cwnd),
            pacing_rate: None,
            dark: false,
            dice: now.as_nanos() as u64 | 1,
        };
        if from.is_none() {
            live.cwnd = live.first_flight(flow);
        }
        live.rounds.begin(flow.delivered());
        live.schedule_probe(flow, now);
        if found {
            live.enter_down(now);
        }
        live.set_outputs(flow);
        live
    }
}

/// What a round says of congestion.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    lossy: bool,
    delayed: bool,
    queue: f64,
    tally: Tally,
}

impl Algorithm for BbrLive {
    fn kind(&self) -> Kind {
        Kind::BbrLive
    }

    fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        if sent.idle && sent.since_last > self.min_rtt {
            // What a round showed before a pause says nothing of the path after it.
            self.begin_round();
            self.noise.take_round();
            self.rounds.begin(flow.delivered());
        }
        if sent.idle && sent.since_last > Some(LASTING_QUEUE) {
            self.late_since = None;
        }
        self.app.on_sent(sent);
    }

    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        self.take_rtt(flow, ack);
        let calm = self.has_no_queue();
        self.noise.on_ack(ack, calm);
        self.take_sample(flow, ack);
        self.take_train(flow, ack);
        self.round.any = true;
        let believed = self.believed(flow);
        let round = self.rounds.count();
        let rounds = match self.phase {
            Phase::Startup { .. } => 1,
            _ => AGGREGATION_ROUNDS,
        };
        self.aggregation
            .on_ack(ack, believed, self.cwnd, round, rounds);
        let ended = self.rounds.on_ack(ack.newest.delivered, flow.delivered());
        if ended {
            self.end_round(flow, ack.now);
        }
        self.check_phase(flow, ack.now, ended);
        self.note_backlog(flow, ack);
        self.set_outputs(flow);
        self.set_cwnd(flow, ack.acked_bytes);
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        let calm = self.has_no_queue();
        self.noise.on_loss(loss, calm);
        if loss.persistent {
            // RFC 9743 §5.1.1: a path that delivers nothing gets next to nothing, until it delivers again.
            self.dark = true;
            self.cwnd = flow.params.min_cwnd * flow.mtu;
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        self.set_outputs(flow);
        self.set_cwnd(flow, 0);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd
    }

    fn pacing_rate(&self) -> Option<u64> {
        self.pacing_rate
    }

    fn phase(&self) -> &'static str {
        match self.phase {
            Phase::Startup { .. } => "startup",
            Phase::Drain { .. } => "drain",
            Phase::Down { .. } => "probe-down",
            Phase::Cruise => "cruise",
            Phase::Up { .. } => "probe-up",
            Phase::Yield { .. } => "yield",
            Phase::ProbeRtt { .. } => "probe-rtt",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        // What trains promise was never in flight: nobody is to begin with it.
        let bandwidth = self.believed_of(flow, self.max_bandwidth());
        Handover {
            cwnd: (self.bdp(flow, bandwidth) as f64 * HANDOVER_GAIN) as u64
                + QUANTUM_PACKETS * flow.mtu,
            bandwidth: (bandwidth > 0).then_some(bandwidth),
            min_rtt: self.min_rtt,
            in_flight: flow.in_flight(),
            full_pipe: self.pipe_found,
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, unit, value| Gauge { name, unit, value };
        let optional = |value: Option<u64>| value.map_or(f64::NAN, |value| value as f64);
        vec![
            gauge("bandwidth", "byte/s", self.max_bandwidth() as f64),
            gauge("bound", "byte/s", optional(self.bound)),
            gauge("inflight_bound", "bytes", optional(self.inflight_bound)),
            gauge("noise", "", self.noise.share(1.0)),
            gauge("app_rate", "byte/s", self.app.rate() as f64),
            gauge(
                "min_rtt",
                "ms",
                self.min_rtt.map_or(f64::NAN, |rtt| rtt.as_secs_f64() * 1e3),
            ),
        ]
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

const MIN_PROBE_SPAN: Duration = Duration::from_millis(10);
const AGGREGATION_ROUNDS: u64 = 10;
const QUANTUM_PACKETS: u64 = 3;
/// The next algorithm starts with the pipe full and a little queue.
const HANDOVER_GAIN: f64 = 1.1;
