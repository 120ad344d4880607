//! BBR version 1 (Linux `tcp_bbr.c`; draft-cardwell-iccrg-bbr-congestion-control-00): paces at the greatest delivery
//! rate of the last ten rounds, probes every eighth, and does not react to loss, save for policers.

mod outputs;

use std::time::Duration;

use super::aggregation::Aggregation;
use super::policer::Policer;
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;
use crate::flow::filter::Extreme;
use crate::flow::rounds::Rounds;

/// Inputs: the events. Outputs: window and pacing rate. Rates in bytes per second.
#[derive(Debug, Clone)]
pub(super) struct Bbr1 {
    mode: Mode,
    rounds: Rounds,
    bandwidth: Extreme<u64>,
    min_rtt: Option<Duration>,
    min_rtt_at: Duration,
    full_bandwidth: u64,
    full_rounds: u64,
    pipe_found: bool,
    aggregation: Aggregation,
    policer: Policer,
    cwnd: u64,
    pacing_rate: Option<u64>,
    recovery: Option<Recovery>,
    idle_restart: bool,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Startup,
    Drain,
    /// `phase` of the cycle of eight, since `since`.
    ProbeBw {
        phase: usize,
        since: Duration,
        lost: bool,
    },
    ProbeRtt {
        until: Option<Duration>,
        round_done: bool,
    },
}

/// A loss recovery: the first round sends what is delivered (`packet_conservation`).
#[derive(Debug, Clone, Copy)]
struct Recovery {
    since: Duration,
    conserving: bool,
    prior_cwnd: u64,
}

impl Bbr1 {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let mut bandwidth = Extreme::most();
        let known = from.and_then(|from| from.bandwidth);
        if let Some(known) = known {
            bandwidth.reset(0, known);
        }
        let found = known.is_some() && from.is_some_and(|from| from.full_pipe);
        let mut bbr = Self {
            mode: Mode::Startup,
            rounds: Rounds::default(),
            bandwidth,
            min_rtt: from.and_then(|from| from.min_rtt).or(flow.rtt().min()),
            min_rtt_at: now,
            full_bandwidth: 0,
            full_rounds: 0,
            pipe_found: found,
            aggregation: Aggregation::new(now),
            policer: Policer::new(now),
            cwnd: from.map_or(flow.params.init_cwnd * flow.mtu, |from| from.cwnd),
            pacing_rate: None,
            recovery: None,
            idle_restart: false,
        };
        bbr.rounds.begin(flow.delivered());
        if found {
            bbr.enter_probe_bw(now, flow);
        }
        bbr.set_pacing_rate(flow);
        bbr
    }

    fn bandwidth(&self) -> u64 {
        let most = self.bandwidth.value().unwrap_or(0);
        self.policer.bound().map_or(most, |bound| bound.min(most))
    }

    fn bdp(&self, flow: &Flow, gain: f64) -> u64 {
        let Some(rtt) = self.min_rtt else {
            return flow.params.init_cwnd * flow.mtu;
        };
        (self.bandwidth() as f64 * rtt.as_secs_f64() * gain) as u64
    }

    /// The target with room for segments being cut and joined (`bbr_quantization_budget`).
    fn inflight(&self, flow: &Flow, gain: f64) -> u64 {
        let probing = matches!(self.mode, Mode::ProbeBw { phase: 0, .. });
        let extra = if probing { 2 } else { 0 };
        self.bdp(flow, gain) + (QUANTUM_PACKETS + extra) * flow.mtu
    }

    fn pacing_gain(&self, flow: &Flow) -> f64 {
        let params = &flow.params;
        match self.mode {
            Mode::Startup => params.startup_pacing_gain,
            Mode::Drain => params.drain_gain,
            Mode::ProbeBw { .. } if self.policer.bound().is_some() => 1.0,
            Mode::ProbeBw { phase: 0, .. } => params.probe_up_gain,
            Mode::ProbeBw { phase: 1, .. } => params.probe_down_gain,
            Mode::ProbeBw { .. } | Mode::ProbeRtt { .. } => 1.0,
        }
    }

    fn cwnd_gain(&self, flow: &Flow) -> f64 {
        match self.mode {
            Mode::Startup | Mode::Drain => flow.params.startup_cwnd_gain,
            Mode::ProbeBw { .. } => flow.params.cwnd_gain,
            Mode::ProbeRtt { .. } => 1.0,
        }
    }

    fn update_bandwidth(&mut self, ack: &Ack) {
        let Some(rate) = &ack.rate else { return };
        let most = self.bandwidth.value().unwrap_or(0);
        if !rate.app_limited || rate.bytes_per_second >= most {
            let round = self.rounds.count();
            self.bandwidth
                .update(BANDWIDTH_ROUNDS, round, rate.bytes_per_second);
        }
    }

    fn update_cycle(&mut self, flow: &Flow, ack: &Ack) {
        let Mode::ProbeBw { phase, since, lost } = self.mode else {
            return;
        };
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        let is_full_length = ack.now.saturating_sub(since) > rtt;
        let gain = self.pacing_gain(flow);
        let done = if gain > 1.0 {
            is_full_length && (lost || ack.in_flight_before >= self.inflight(flow, gain))
        } else if gain < 1.0 {
            is_full_length || ack.in_flight_before <= self.inflight(flow, 1.0)
        } else {
            is_full_length
        };
        if done {
            self.mode = Mode::ProbeBw {
                phase: (phase + 1) % CYCLE_LENGTH,
                since: ack.now,
                lost: false,
            };
        }
    }

    fn check_full_pipe(&mut self, flow: &Flow, ack: &Ack, round_start: bool) {
        let limited = ack.rate.is_none_or(|rate| rate.app_limited);
        if self.pipe_found || !round_start || limited {
            return;
        }
        let bandwidth = self.bandwidth.value().unwrap_or(0);
        if bandwidth as f64 >= self.full_bandwidth as f64 * flow.params.full_bw_threshold {
            self.full_bandwidth = bandwidth;
            self.full_rounds = 0;
            return;
        }
        self.full_rounds += 1;
        self.pipe_found = self.full_rounds >= flow.params.full_bw_rounds;
    }

    fn check_drain(&mut self, flow: &Flow, now: Duration) {
        if matches!(self.mode, Mode::Startup) && self.pipe_found {
            self.mode = Mode::Drain;
        }
        if matches!(self.mode, Mode::Drain) && flow.in_flight() <= self.inflight(flow, 1.0) {
            self.enter_probe_bw(now, flow);
        }
    }

    /// Any phase but the one that drains; which one is decided by the clock, so that flows do not probe in step.
    fn enter_probe_bw(&mut self, now: Duration, flow: &Flow) {
        let dice =
            (now.as_nanos() as u64 ^ flow.delivered()).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let phase = (dice % (CYCLE_LENGTH as u64 - 1)) as usize;
        self.mode = Mode::ProbeBw {
            phase: if phase == 0 { 0 } else { phase + 1 },
            since: now,
            lost: false,
        };
    }

    fn update_min_rtt(&mut self, flow: &Flow, ack: &Ack, round_start: bool) {
        let expired = ack.now > self.min_rtt_at + flow.params.probe_rtt_interval;
        if let Some(rtt) = ack.rtt
            && (expired || self.min_rtt.is_none_or(|min| rtt <= min))
        {
            self.min_rtt = Some(rtt);
            self.min_rtt_at = ack.now;
        }
        let probing = matches!(self.mode, Mode::ProbeRtt { .. });
        if expired && !self.idle_restart && !probing {
            self.mode = Mode::ProbeRtt {
                until: None,
                round_done: false,
            };
        }
        if let Mode::ProbeRtt { until, round_done } = self.mode {
            self.probe_rtt(flow, ack.now, until, round_done || round_start);
        }
        if ack.acked_bytes > 0 {
            self.idle_restart = false;
        }
    }

    fn probe_rtt(&mut self, flow: &Flow, now: Duration, until: Option<Duration>, round_done: bool) {
        let low = flow.params.min_cwnd * flow.mtu;
        match until {
            None if flow.in_flight() <= low => {
                self.rounds.begin(flow.delivered());
                self.mode = Mode::ProbeRtt {
                    until: Some(now + flow.params.probe_rtt_duration),
                    round_done: false,
                };
            }
            Some(until) if now >= until && round_done => {
                self.min_rtt_at = now;
                if self.pipe_found {
                    self.enter_probe_bw(now, flow);
                } else {
                    self.mode = Mode::Startup;
                }
            }
            until => {
                self.mode = Mode::ProbeRtt {
                    until,
                    round_done: until.is_some() && round_done,
                }
            }
        }
    }
}

impl Algorithm for Bbr1 {
    fn kind(&self) -> Kind {
        Kind::Bbr1
    }

    fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        if sent.idle && sent.packet.app_limited {
            self.idle_restart = true;
            // A restart from idle paces at the estimate, it does not probe.
            if matches!(self.mode, Mode::ProbeBw { .. }) && self.bandwidth() > 0 {
                self.pacing_rate =
                    Some((self.bandwidth() as f64 * (1.0 - flow.params.pacing_margin)) as u64);
            }
        }
    }

    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        let round_start = self.rounds.on_ack(ack.newest.delivered, flow.delivered());
        if round_start && let Some(recovery) = &mut self.recovery {
            recovery.conserving = false;
            self.cwnd = self.cwnd.max(recovery.prior_cwnd);
        }
        self.policer.on_ack(flow, ack, round_start, self.pipe_found);
        self.update_bandwidth(ack);
        let (bandwidth, round) = (self.bandwidth(), self.rounds.count());
        self.aggregation
            .on_ack(ack, bandwidth, self.cwnd, round, AGGREGATION_ROUNDS);
        self.update_cycle(flow, ack);
        self.check_full_pipe(flow, ack, round_start);
        self.check_drain(flow, ack.now);
        self.update_min_rtt(flow, ack, round_start);
        self.set_pacing_rate(flow);
        self.set_cwnd(flow, ack);
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        self.policer.on_loss();
        if let Mode::ProbeBw { lost, .. } = &mut self.mode {
            *lost = true;
        }
        if !loss.persistent && self.recovery.is_some() {
            return;
        }
        self.recovery = Some(Recovery {
            since: loss.now,
            conserving: true,
            prior_cwnd: self.cwnd,
        });
        let left = if loss.persistent {
            0
        } else {
            flow.in_flight() + flow.mtu
        };
        self.cwnd = left.max(flow.params.min_cwnd * flow.mtu);
    }

    fn on_params(&mut self, flow: &Flow) {
        self.set_pacing_rate(flow);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd
    }

    fn pacing_rate(&self) -> Option<u64> {
        self.pacing_rate
    }

    fn phase(&self) -> &'static str {
        match self.mode {
            Mode::Startup => "startup",
            Mode::Drain => "drain",
            Mode::ProbeBw { phase: 0, .. } => "probe-up",
            Mode::ProbeBw { phase: 1, .. } => "probe-down",
            Mode::ProbeBw { .. } => "cruise",
            Mode::ProbeRtt { .. } => "probe-rtt",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        let bandwidth = self.bandwidth();
        Handover {
            cwnd: self.inflight(flow, HANDOVER_GAIN),
            bandwidth: (bandwidth > 0).then_some(bandwidth),
            min_rtt: self.min_rtt,
            in_flight: flow.in_flight(),
            full_pipe: self.pipe_found,
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, unit, value| Gauge { name, unit, value };
        let min_rtt = self.min_rtt.map_or(f64::NAN, |rtt| rtt.as_secs_f64() * 1e3);
        vec![
            gauge("bandwidth", "byte/s", self.bandwidth() as f64),
            gauge("min_rtt", "ms", min_rtt),
        ]
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

// Linux tcp_bbr.c.
const CYCLE_LENGTH: usize = 8;
const BANDWIDTH_ROUNDS: u64 = 10;
const AGGREGATION_ROUNDS: u64 = 10;
const QUANTUM_PACKETS: u64 = 3;
/// The next algorithm starts with the pipe full and a little queue.
const HANDOVER_GAIN: f64 = 1.1;
