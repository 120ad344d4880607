//! BBR version 3, draft-ietf-ccwg-bbr as written; section numbers are the draft's. The application-limited traps of a
//! live link are here as the draft has them: `bbr-live` is the one without.

use std::time::Duration;

mod bounds;
mod controls;
mod cycle;

use super::aggregation::Aggregation;
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, RateSample, Sent};
use crate::flow::Flow;
use crate::flow::rounds::Rounds;
use bounds::Bounds;

/// Inputs: the events. Outputs: window and pacing rate. Rates in bytes per second.
#[derive(Debug, Clone)]
pub(super) struct Bbr3 {
    state: State,
    rounds: Rounds,
    round_start: bool,
    /// `max_bw` of this cycle and of the one before (MaxBwFilterLen is 2).
    max_bandwidth: [u64; 2],
    bounds: Bounds,
    full: FullPipe,
    pipe_found: bool,
    min_rtt: Option<Duration>,
    min_rtt_at: Duration,
    probe_rtt_least: Option<Duration>,
    probe_rtt_at: Duration,
    aggregation: Aggregation,
    cycle: Cycle,
    idle_restart: bool,
    /// Samples of packets sent before so much was delivered come from ProbeRTT.
    low_until: u64,
    cwnd: u64,
    prior_cwnd: u64,
    cwnd_limited: bool,
    pacing_rate: Option<u64>,
    undo: Option<State>,
    dice: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Startup,
    Drain {
        since_round: u64,
    },
    Down,
    Cruise,
    Refill,
    Up,
    ProbeRtt {
        done_at: Option<Duration>,
        round_done: bool,
    },
}

/// §5.3.1.2: the plateau detector.
#[derive(Debug, Clone, Copy, Default)]
struct FullPipe {
    bandwidth: u64,
    count: u64,
    now: bool,
}

/// §5.3.3: the bandwidth-probing cycle.
#[derive(Debug, Clone, Copy)]
struct Cycle {
    since: Duration,
    wait: Duration,
    rounds_since_probe: u64,
    acks: AckPhase,
    up_rounds: u32,
    up_acked: u64,
    acked_per_increase: u64,
    too_high: bool,
    precautionary: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum AckPhase {
    Init,
    Refilling,
    Starting,
    Feedback,
    Stopping,
}

impl Bbr3 {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let known = from.and_then(|from| from.bandwidth).unwrap_or(0);
        let found = known > 0 && from.is_some_and(|from| from.full_pipe);
        let min_rtt = from.and_then(|from| from.min_rtt).or(flow.rtt().min());
        let mut bbr = Self {
            state: State::Startup,
            rounds: Rounds::default(),
            round_start: false,
            max_bandwidth: [known, known],
            bounds: Bounds::default(),
            full: FullPipe::default(),
            pipe_found: found,
            min_rtt,
            min_rtt_at: now,
            probe_rtt_least: min_rtt,
            probe_rtt_at: now,
            aggregation: Aggregation::new(now),
            cycle: Cycle {
                since: now,
                wait: flow.params.probe_wait,
                rounds_since_probe: 0,
                acks: AckPhase::Init,
                up_rounds: 0,
                up_acked: 0,
                acked_per_increase: u64::MAX,
                too_high: false,
                precautionary: false,
            },
            idle_restart: false,
            low_until: 0,
            cwnd: from.map_or(flow.params.init_cwnd * flow.mtu, |from| from.cwnd),
            prior_cwnd: 0,
            cwnd_limited: false,
            pacing_rate: None,
            undo: None,
            dice: now.as_nanos() as u64 | 1,
        };
        bbr.rounds.begin(flow.delivered());
        if found {
            bbr.start_down(flow, now);
        }
        bbr.set_pacing_rate(flow, bbr.pacing_gain(flow));
        bbr
    }

    fn max_bandwidth(&self) -> u64 {
        self.max_bandwidth[0].max(self.max_bandwidth[1])
    }

    /// §5.5.10.3: `bw`.
    fn bandwidth(&self) -> u64 {
        self.max_bandwidth().min(self.bounds.bandwidth_short)
    }

    // §5.6.4.2.
    fn bdp(&self, flow: &Flow, rate: u64, gain: f64) -> u64 {
        let Some(rtt) = self.min_rtt else {
            return flow.params.init_cwnd * flow.mtu;
        };
        (rate as f64 * rtt.as_secs_f64() * gain) as u64
    }

    fn floor(flow: &Flow) -> u64 {
        flow.params.min_cwnd * flow.mtu
    }

    // §5.6.4.2: QuantizationBudget.
    fn quantized(&self, flow: &Flow, inflight: u64) -> u64 {
        let offload = OFFLOAD_QUANTA
            * (self.pacing_rate.unwrap_or(0) / 1_000)
                .min(65_536)
                .max(2 * flow.mtu);
        let extra = if self.state == State::Up {
            2 * flow.mtu
        } else {
            0
        };
        inflight.max(offload).max(Self::floor(flow)) + extra
    }

    fn inflight(&self, flow: &Flow, gain: f64) -> u64 {
        self.quantized(flow, self.bdp(flow, self.bandwidth(), gain))
    }

    fn target_inflight(&self, flow: &Flow) -> u64 {
        self.bdp(flow, self.bandwidth(), 1.0).min(self.cwnd)
    }

    fn is_probing(&self) -> bool {
        matches!(self.state, State::Startup | State::Refill | State::Up)
    }

    fn is_probe_bw(&self) -> bool {
        matches!(
            self.state,
            State::Down | State::Cruise | State::Refill | State::Up
        )
    }

    fn is_limited(&self, rate: &RateSample) -> bool {
        rate.app_limited || rate.prior_delivered < self.low_until
    }

    // §5.5.5.
    fn update_max_bandwidth(&mut self, rate: &RateSample) {
        let limited = self.is_limited(rate);
        if rate.bytes_per_second >= self.max_bandwidth() || !limited {
            self.max_bandwidth[0] = self.max_bandwidth[0].max(rate.bytes_per_second);
        }
    }

    // §5.3.1.2.
    fn check_full_pipe(&mut self, flow: &Flow, rate: &RateSample) {
        if self.full.now || !self.round_start || self.is_limited(rate) {
            return;
        }
        if rate.bytes_per_second as f64
            >= self.full.bandwidth as f64 * flow.params.full_bw_threshold
        {
            self.full = FullPipe {
                bandwidth: rate.bytes_per_second,
                ..FullPipe::default()
            };
            return;
        }
        self.full.count += 1;
        self.full.now = self.full.count >= flow.params.full_bw_rounds;
        self.pipe_found |= self.full.now;
    }

    fn check_startup_and_drain(&mut self, flow: &Flow, now: Duration) {
        if self.state == State::Startup && self.pipe_found {
            self.state = State::Drain {
                since_round: self.rounds.count(),
            };
        }
        if let State::Drain { since_round } = self.state {
            let long = self.rounds.count() > since_round + DRAIN_ROUNDS;
            if flow.in_flight() <= self.inflight(flow, 1.0) || long {
                self.start_down(flow, now);
            }
        }
    }
}

impl Algorithm for Bbr3 {
    fn kind(&self) -> Kind {
        Kind::Bbr3
    }

    // §5.4.1: HandleRestartFromIdle.
    fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        if sent.idle && sent.packet.app_limited {
            self.idle_restart = true;
            self.aggregation = Aggregation::new(sent.now);
            if self.is_probe_bw() {
                self.set_pacing_rate(flow, 1.0);
            } else if matches!(self.state, State::ProbeRtt { .. }) {
                self.check_probe_rtt_done(flow, sent.now);
            }
        }
    }

    // §5.2.3: UpdateModelAndState, then UpdateControlParameters.
    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        if ack.spurious_bytes > 0 {
            self.undo_spurious(flow, ack.now);
        }
        self.cwnd_limited = ack.in_flight_before + flow.mtu > self.cwnd;
        self.round_start = self.rounds.on_ack(ack.newest.delivered, flow.delivered());
        self.cycle.rounds_since_probe += u64::from(self.round_start);
        if let Some(rate) = &ack.rate {
            self.update_max_bandwidth(rate);
            let loss_round_start = self.bounds.update_latest(flow, rate);
            if loss_round_start {
                self.adapt_short_bounds(flow);
            }
            let (bandwidth, round) = (self.bandwidth(), self.rounds.count());
            let memory = if self.pipe_found {
                AGGREGATION_ROUNDS
            } else {
                1
            };
            self.aggregation
                .on_ack(ack, bandwidth, self.cwnd, round, memory);
            self.check_full_pipe(flow, rate);
            if loss_round_start {
                self.check_startup_loss(flow);
            }
            self.check_startup_and_drain(flow, ack.now);
            self.update_cycle(flow, ack, rate);
            self.bounds.advance_latest(rate, loss_round_start);
        }
        self.update_min_rtt(flow, ack);
        self.check_probe_rtt(flow, ack);
        self.set_pacing_rate(flow, self.pacing_gain(flow));
        self.set_cwnd(flow, ack.acked_bytes);
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        self.handle_lost(flow, loss);
        if loss.persistent {
            self.prior_cwnd = self.prior_cwnd.max(self.cwnd);
            self.cwnd = Self::floor(flow);
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        self.set_pacing_rate(flow, self.pacing_gain(flow));
        self.set_cwnd(flow, 0);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd
    }

    fn pacing_rate(&self) -> Option<u64> {
        self.pacing_rate
    }

    fn phase(&self) -> &'static str {
        match self.state {
            State::Startup => "startup",
            State::Drain { .. } => "drain",
            State::Down => "probe-down",
            State::Cruise => "cruise",
            State::Refill => "refill",
            State::Up => "probe-up",
            State::ProbeRtt { .. } => "probe-rtt",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        let bandwidth = self.bandwidth();
        Handover {
            cwnd: self.bdp(flow, bandwidth, HANDOVER_GAIN) + OFFLOAD_QUANTA * flow.mtu,
            bandwidth: (bandwidth > 0).then_some(bandwidth),
            min_rtt: self.min_rtt,
            in_flight: flow.in_flight(),
            full_pipe: self.pipe_found,
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, unit, value| Gauge { name, unit, value };
        let bound = |value: u64| {
            if value == u64::MAX {
                f64::NAN
            } else {
                value as f64
            }
        };
        vec![
            gauge("bandwidth", "byte/s", self.max_bandwidth() as f64),
            gauge("bw_shortterm", "byte/s", bound(self.bounds.bandwidth_short)),
            gauge(
                "inflight_shortterm",
                "bytes",
                bound(self.bounds.inflight_short),
            ),
            gauge(
                "inflight_longterm",
                "bytes",
                bound(self.bounds.inflight_long),
            ),
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

const DRAIN_ROUNDS: u64 = 3;
const AGGREGATION_ROUNDS: u64 = 10;
/// §5.5.8: three quanta: one being cut, one in the stack, one being acknowledged.
const OFFLOAD_QUANTA: u64 = 3;
/// The next algorithm starts with the pipe full and a little queue.
const HANDOVER_GAIN: f64 = 1.1;
