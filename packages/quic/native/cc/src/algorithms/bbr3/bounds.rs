//! What loss says of the path (draft §5.5.10): bounds for the long term, found by probes, and for the short term, until
//! the next probe.

use crate::event::{Loss, RateSample};
use crate::flow::{Flow, Packet};

use super::{Bbr3, State};

/// `u64::MAX` is no bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) bandwidth_short: u64,
    pub(super) inflight_short: u64,
    pub(super) inflight_long: u64,
    bandwidth_latest: u64,
    inflight_latest: u64,
    loss_round_ends: u64,
    lost_in_round: bool,
    /// Rounds of recovery, and loss of the running one: for the exit of Startup.
    runs: u64,
    lost: u64,
    lossy_rounds: u64,
    /// Packets of a bandwidth probe are in flight.
    pub(super) probe_sample: bool,
    undo: Undo,
}

#[derive(Debug, Clone, Copy)]
struct Undo {
    bandwidth_short: u64,
    inflight_short: u64,
    inflight_long: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            bandwidth_short: u64::MAX,
            inflight_short: u64::MAX,
            inflight_long: u64::MAX,
            bandwidth_latest: 0,
            inflight_latest: 0,
            loss_round_ends: 0,
            lost_in_round: false,
            runs: 0,
            lost: 0,
            lossy_rounds: 0,
            probe_sample: false,
            undo: Undo {
                bandwidth_short: 0,
                inflight_short: 0,
                inflight_long: 0,
            },
        }
    }
}

impl Bounds {
    /// §5.5.10.3, near the start of an acknowledgement. True when it ends a round of loss detection.
    pub(super) fn update_latest(&mut self, flow: &Flow, rate: &RateSample) -> bool {
        self.bandwidth_latest = self.bandwidth_latest.max(rate.bytes_per_second);
        self.inflight_latest = self.inflight_latest.max(rate.delivered);
        if rate.prior_delivered < self.loss_round_ends {
            return false;
        }
        self.loss_round_ends = flow.delivered();
        true
    }

    /// The same, near its end.
    pub(super) fn advance_latest(&mut self, rate: &RateSample, loss_round_start: bool) {
        if loss_round_start {
            self.bandwidth_latest = rate.bytes_per_second;
            self.inflight_latest = rate.delivered;
        }
    }

    pub(super) fn reset_signals(&mut self) {
        self.lost_in_round = false;
        self.bandwidth_latest = 0;
        self.inflight_latest = 0;
    }

    pub(super) fn reset_short(&mut self) {
        self.bandwidth_short = u64::MAX;
        self.inflight_short = u64::MAX;
    }

    /// §5.3.3.6: room for others.
    pub(super) fn with_headroom(&self, flow: &Flow) -> u64 {
        if self.inflight_long == u64::MAX {
            return u64::MAX;
        }
        let headroom = (self.inflight_long as f64 * flow.params.headroom) as u64;
        let left = self.inflight_long.saturating_sub(headroom.max(flow.mtu));
        left.max(flow.params.min_cwnd * flow.mtu)
    }
}

impl Bbr3 {
    /// §5.5.10.3, once a round.
    pub(super) fn adapt_short_bounds(&mut self, flow: &Flow) {
        let lost = std::mem::take(&mut self.bounds.lost_in_round);
        if self.is_probing() || !lost || flow.params.ignore_short_term {
            return;
        }
        let (max_bandwidth, cwnd) = (self.max_bandwidth(), self.cwnd);
        let bounds = &mut self.bounds;
        let reduced = |from: u64| (from as f64 * flow.params.beta) as u64;
        if bounds.bandwidth_short == u64::MAX {
            bounds.bandwidth_short = max_bandwidth;
        }
        if bounds.inflight_short == u64::MAX {
            bounds.inflight_short = cwnd;
        }
        bounds.bandwidth_short = bounds.bandwidth_latest.max(reduced(bounds.bandwidth_short));
        bounds.inflight_short = bounds.inflight_latest.max(reduced(bounds.inflight_short));
    }

    /// §5.3.1.3: a full round of recovery, more than the threshold lost, in enough runs.
    pub(super) fn check_startup_loss(&mut self, flow: &Flow) {
        let bounds = &mut self.bounds;
        let (runs, lost) = (
            std::mem::take(&mut bounds.runs),
            std::mem::take(&mut bounds.lost),
        );
        bounds.lossy_rounds = if runs > 0 { bounds.lossy_rounds + 1 } else { 0 };
        let heavy = lost as f64 > flow.params.loss_threshold * bounds.inflight_latest as f64;
        let many = runs >= flow.params.startup_full_loss_count;
        let due = flow.params.exit_on_loss && bounds.lossy_rounds > 1 && heavy && many;
        if self.state == State::Startup && due {
            self.pipe_found = true;
            let bdp = self.bdp(flow, self.max_bandwidth(), 1.0);
            self.bounds.inflight_long = bdp.max(self.bounds.inflight_latest);
        }
    }

    /// §5.5.10.2.
    pub(super) fn handle_lost(&mut self, flow: &Flow, loss: &Loss) {
        if !self.bounds.lost_in_round {
            self.bounds.loss_round_ends = flow.delivered();
            self.undo = Some(self.state);
            self.bounds.undo = Undo {
                bandwidth_short: self.bounds.bandwidth_short,
                inflight_short: self.bounds.inflight_short,
                inflight_long: self.bounds.inflight_long,
            };
            self.prior_cwnd = self.prior_cwnd.max(self.cwnd);
        }
        self.bounds.lost_in_round = true;
        self.bounds.runs += loss.ranges;
        self.bounds.lost += loss.bytes;
        for packet in &loss.packets {
            if !self.bounds.probe_sample {
                return;
            }
            let lost = flow.lost().saturating_sub(packet.lost);
            if self.is_too_high(flow, lost, packet.in_flight) {
                let inflight = inflight_at_loss(packet, lost, flow.params.loss_threshold);
                self.handle_too_high(flow, loss, packet, inflight);
            }
        }
    }

    pub(super) fn is_too_high(&self, flow: &Flow, lost: u64, in_flight: u64) -> bool {
        lost as f64 > in_flight as f64 * flow.params.loss_threshold
    }

    fn handle_too_high(&mut self, flow: &Flow, loss: &Loss, packet: &Packet, inflight: u64) {
        self.cycle.too_high = true;
        self.bounds.probe_sample = false;
        if !packet.app_limited && !flow.params.ignore_inflight_hi {
            let target = (self.target_inflight(flow) as f64 * flow.params.beta) as u64;
            self.bounds.inflight_long = inflight.max(target);
        }
        if self.state == State::Up {
            self.start_down(flow, loss.now);
        }
    }

    /// §5.5.11.
    pub(super) fn undo_spurious(&mut self, flow: &Flow, now: std::time::Duration) {
        let Some(state) = self.undo.take() else {
            return;
        };
        self.cwnd = self.cwnd.max(self.prior_cwnd);
        self.bounds.lost_in_round = false;
        self.full = super::FullPipe::default();
        let undo = self.bounds.undo;
        self.bounds.bandwidth_short = self.bounds.bandwidth_short.max(undo.bandwidth_short);
        self.bounds.inflight_short = self.bounds.inflight_short.max(undo.inflight_short);
        self.bounds.inflight_long = self.bounds.inflight_long.max(undo.inflight_long);
        if matches!(self.state, State::ProbeRtt { .. }) {
            return;
        }
        if state == State::Startup && self.state != State::Startup {
            self.pipe_found = false;
            self.state = State::Startup;
        } else if state == State::Up && self.state != State::Up {
            self.start_refill(flow, now);
        }
    }
}

/// At what inflight the losses crossed the threshold.
fn inflight_at_loss(packet: &Packet, lost: u64, threshold: f64) -> u64 {
    let before = packet.in_flight.saturating_sub(packet.bytes) as f64;
    let lost_before = lost.saturating_sub(packet.bytes) as f64;
    let prefix = (threshold * before - lost_before) / (1.0 - threshold);
    (before + prefix).max(0.0) as u64
}
