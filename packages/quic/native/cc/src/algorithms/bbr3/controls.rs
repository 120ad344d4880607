//! Window and pacing rate (draft §5.6).

use crate::flow::Flow;

use super::{Bbr3, State};

impl Bbr3 {
    pub(super) fn pacing_gain(&self, flow: &Flow) -> f64 {
        match self.state {
            State::Startup => flow.params.startup_pacing_gain,
            State::Drain { .. } => flow.params.drain_gain,
            State::Down => flow.params.probe_down_gain,
            State::Up => flow.params.probe_up_gain,
            State::Cruise | State::Refill | State::ProbeRtt { .. } => 1.0,
        }
    }

    pub(super) fn cwnd_gain(&self, flow: &Flow) -> f64 {
        match self.state {
            State::Startup | State::Drain { .. } => flow.params.startup_cwnd_gain,
            State::Up => flow.params.up_cwnd_gain,
            State::ProbeRtt { .. } => flow.params.probe_rtt_gain,
            _ => flow.params.cwnd_gain,
        }
    }

    // §5.6.2.
    pub(super) fn set_pacing_rate(&mut self, flow: &Flow, gain: f64) {
        let mut rate = self.bandwidth() as f64 * gain * (1.0 - flow.params.pacing_margin);
        if self.pacing_rate.is_none() && !self.pipe_found && rate > 0.0 {
            // BBRInitPacingRate: the first window a round trip, whatever the first few bytes showed.
            let window = self.cwnd as f64 / flow.rtt_or_initial().as_secs_f64().max(MIN_ROUND_TRIP);
            rate = rate.max(window * flow.params.startup_pacing_gain);
        }
        let raises = self.pacing_rate.is_none_or(|now| rate as u64 > now);
        if rate >= 1.0 && (self.pipe_found || raises) {
            self.pacing_rate = Some(rate as u64);
        }
    }

    // §5.6.4.6.
    pub(super) fn set_cwnd(&mut self, flow: &Flow, acked: u64) {
        let wanted = self.bdp(flow, self.bandwidth(), self.cwnd_gain(flow));
        let most = self.quantized(flow, wanted + self.aggregation.allowance(self.bandwidth()));
        if self.pipe_found {
            self.cwnd = (self.cwnd + acked).min(most);
        } else if self.cwnd < most || flow.delivered() < flow.params.init_cwnd * flow.mtu {
            self.cwnd += acked;
        }
        self.cwnd = self.cwnd.max(Self::floor(flow));
        if matches!(self.state, State::ProbeRtt { .. }) {
            self.cwnd = self.cwnd.min(self.probe_rtt_cwnd(flow));
        }
        self.bound_cwnd(flow);
    }

    // §5.6.4.7.
    pub(super) fn bound_cwnd(&mut self, flow: &Flow) {
        let long = match self.state {
            State::Down | State::Refill | State::Up => self.bounds.inflight_long,
            State::Cruise | State::ProbeRtt { .. } => self.bounds.with_headroom(flow),
            State::Startup | State::Drain { .. } => u64::MAX,
        };
        let cap = long.min(self.bounds.inflight_short).max(Self::floor(flow));
        self.cwnd = self.cwnd.min(cap);
    }

    pub(super) fn probe_rtt_cwnd(&self, flow: &Flow) -> u64 {
        self.bdp(flow, self.bandwidth(), flow.params.probe_rtt_gain)
            .max(Self::floor(flow))
    }
}

/// Keeps the first rate finite on loopback, seconds.
const MIN_ROUND_TRIP: f64 = 1e-3;
