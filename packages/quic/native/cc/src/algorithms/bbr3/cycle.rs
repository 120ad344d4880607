//! The bandwidth-probing cycle (draft §5.3.3) and ProbeRTT (§5.3.4).

use std::time::Duration;

use crate::event::{Ack, RateSample};
use crate::flow::Flow;

use super::{AckPhase, Bbr3, FullPipe, State};

impl Bbr3 {
    pub(super) fn start_down(&mut self, flow: &Flow, now: Duration) {
        self.bounds.reset_signals();
        self.cycle.acked_per_increase = u64::MAX;
        self.pick_wait(flow);
        self.cycle.since = now;
        self.cycle.acks = AckPhase::Stopping;
        self.rounds.begin(flow.delivered());
        self.state = State::Down;
    }

    pub(super) fn start_refill(&mut self, flow: &Flow, _now: Duration) {
        self.bounds.reset_short();
        self.cycle.up_rounds = 0;
        self.cycle.up_acked = 0;
        self.cycle.precautionary = false;
        self.cycle.acks = AckPhase::Refilling;
        self.rounds.begin(flow.delivered());
        self.state = State::Refill;
    }

    fn start_up(&mut self, flow: &Flow, rate: &RateSample) {
        self.cycle.acks = AckPhase::Starting;
        self.rounds.begin(flow.delivered());
        self.reset_full_pipe(rate);
        self.state = State::Up;
        self.raise_slope(flow);
    }

    fn reset_full_pipe(&mut self, rate: &RateSample) {
        self.full = FullPipe {
            bandwidth: rate.bytes_per_second,
            ..FullPipe::default()
        };
    }

    /// §5.3.3.6: UpdateProbeBWCyclePhase.
    pub(super) fn update_cycle(&mut self, flow: &Flow, ack: &Ack, rate: &RateSample) {
        if !self.pipe_found || self.adapt_long_bound(flow, ack, rate) {
            return;
        }
        match self.state {
            State::Down | State::Cruise if self.is_time_to_probe(flow, ack.now) => {
                self.start_refill(flow, ack.now);
            }
            State::Down if self.is_time_to_cruise(flow) => self.state = State::Cruise,
            State::Refill if self.round_start => {
                self.bounds.probe_sample = true;
                self.start_up(flow, rate);
            }
            State::Up => self.leave_up(flow, ack, rate),
            _ => {}
        }
    }

    fn is_time_to_probe(&self, flow: &Flow, now: Duration) -> bool {
        if now > self.cycle.since + self.cycle.wait {
            return true;
        }
        let reno_rounds = (self.target_inflight(flow) / flow.mtu).min(MAX_RENO_ROUNDS);
        flow.params.reno_coexistence && self.cycle.rounds_since_probe >= reno_rounds
    }

    fn is_time_to_cruise(&self, flow: &Flow) -> bool {
        let full = self.quantized(flow, self.bdp(flow, self.max_bandwidth(), 1.0));
        flow.in_flight() <= self.bounds.with_headroom(flow).min(full)
    }

    fn leave_up(&mut self, flow: &Flow, ack: &Ack, rate: &RateSample) {
        if self.is_time_to_go_down(flow, rate) {
            self.cycle.too_high = false;
            self.start_down(flow, ack.now);
        }
    }

    fn is_time_to_go_down(&mut self, flow: &Flow, rate: &RateSample) -> bool {
        if self.cycle.too_high && flow.in_flight() >= self.bounds.inflight_long {
            self.cycle.precautionary = true;
            return true;
        }
        if self.cwnd_limited && self.cwnd >= self.bounds.inflight_long {
            self.reset_full_pipe(rate);
            return false;
        }
        self.full.now
    }

    /// §5.3.3.6: AdaptLongTermModel. True when it decided a transition.
    fn adapt_long_bound(&mut self, flow: &Flow, ack: &Ack, rate: &RateSample) -> bool {
        if self.cycle.acks == AckPhase::Starting && self.round_start {
            self.cycle.acks = AckPhase::Feedback;
        }
        if self.cycle.acks == AckPhase::Stopping && self.round_start {
            self.bounds.probe_sample = false;
            self.cycle.acks = AckPhase::Init;
            if self.is_probe_bw() && !self.is_limited(rate) {
                self.max_bandwidth = [0, self.max_bandwidth[0]];
            }
            if self.is_probe_bw() && self.cycle.precautionary && !self.cycle.too_high {
                self.start_refill(flow, ack.now);
                return true;
            }
        }
        if self.is_too_high(flow, rate.lost, rate.in_flight_at_send)
            || self.bounds.inflight_long == u64::MAX
        {
            return false;
        }
        self.bounds.inflight_long = self.bounds.inflight_long.max(rate.in_flight_at_send);
        if self.state == State::Up {
            self.raise_long_bound(flow, ack.acked_bytes);
        }
        false
    }

    fn raise_slope(&mut self, flow: &Flow) {
        let growth = 1u64 << self.cycle.up_rounds;
        self.cycle.up_rounds = (self.cycle.up_rounds + 1).min(MAX_SLOPE_ROUNDS);
        self.cycle.acked_per_increase = (self.cwnd / growth).max(flow.mtu);
    }

    fn raise_long_bound(&mut self, flow: &Flow, acked: u64) {
        if !self.cwnd_limited || self.cwnd < self.bounds.inflight_long {
            return;
        }
        self.cycle.up_acked += acked;
        let steps = self.cycle.up_acked / self.cycle.acked_per_increase;
        self.cycle.up_acked -= steps * self.cycle.acked_per_increase;
        self.bounds.inflight_long += steps * flow.mtu;
        if self.round_start {
            self.raise_slope(flow);
        }
    }

    /// §5.3.3.5.
    fn pick_wait(&mut self, flow: &Flow) {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = (self.dice >> 33) as f64 / (1u64 << 31) as f64;
        self.cycle.rounds_since_probe = (self.dice >> 20) & 1;
        let wait = flow.params.probe_wait;
        self.cycle.wait = wait + wait.mul_f64(share / 2.0);
    }

    /// §5.5.7.
    pub(super) fn update_min_rtt(&mut self, flow: &Flow, ack: &Ack) {
        let expired = ack.now > self.probe_rtt_at + flow.params.probe_rtt_interval;
        if let Some(rtt) = ack.rtt
            && (expired || self.probe_rtt_least.is_none_or(|least| rtt < least))
        {
            self.probe_rtt_least = Some(rtt);
            self.probe_rtt_at = ack.now;
        }
        let stale = ack.now > self.min_rtt_at + flow.params.min_rtt_window;
        if stale || self.min_rtt.is_none() || self.probe_rtt_least < self.min_rtt {
            self.min_rtt = self.probe_rtt_least;
            self.min_rtt_at = self.probe_rtt_at;
        }
        let probing = matches!(self.state, State::ProbeRtt { .. });
        if expired && !probing && !self.idle_restart {
            self.prior_cwnd = self.prior_cwnd.max(self.cwnd);
            self.cycle.acks = AckPhase::Stopping;
            self.rounds.begin(flow.delivered());
            self.state = State::ProbeRtt {
                done_at: None,
                round_done: false,
            };
        }
        self.idle_restart = false;
    }

    /// §5.3.4.3.
    pub(super) fn check_probe_rtt(&mut self, flow: &Flow, ack: &Ack) {
        let State::ProbeRtt {
            done_at,
            round_done,
        } = &mut self.state
        else {
            return;
        };
        // Rates of so few packets say nothing.
        self.low_until = flow.delivered() + flow.in_flight();
        if done_at.is_some() {
            *round_done |= self.round_start;
            if *round_done {
                self.check_probe_rtt_done(flow, ack.now);
            }
        } else if flow.in_flight() <= self.probe_rtt_cwnd(flow) {
            self.rounds.begin(flow.delivered());
            self.state = State::ProbeRtt {
                done_at: Some(ack.now + flow.params.probe_rtt_duration),
                round_done: false,
            };
        }
    }

    pub(super) fn check_probe_rtt_done(&mut self, flow: &Flow, now: Duration) {
        let State::ProbeRtt {
            done_at: Some(done),
            ..
        } = self.state
        else {
            return;
        };
        if now <= done {
            return;
        }
        self.probe_rtt_at = now;
        self.cwnd = self.cwnd.max(self.prior_cwnd);
        self.prior_cwnd = 0;
        self.bounds.reset_short();
        if self.pipe_found {
            self.start_down(flow, now);
            self.state = State::Cruise;
        } else {
            self.state = State::Startup;
        }
    }
}

/// §5.3.3.9: the most rounds between probes.
const MAX_RENO_ROUNDS: u64 = 63;
const MAX_SLOPE_ROUNDS: u32 = 30;
