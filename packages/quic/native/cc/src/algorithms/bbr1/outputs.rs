//! Window and pacing rate of BBR version 1 (Linux `bbr_set_cwnd`, `bbr_set_pacing_rate`).

use super::{Bbr1, Mode};
use crate::event::Ack;
use crate::flow::Flow;

impl Bbr1 {
    pub(super) fn set_pacing_rate(&mut self, flow: &Flow) {
        let bandwidth = self.bandwidth();
        if bandwidth == 0 {
            return;
        }
        let mut rate =
            bandwidth as f64 * self.pacing_gain(flow) * (1.0 - flow.params.pacing_margin);
        if self.pacing_rate.is_none() && !self.pipe_found {
            // What the first few bytes showed is not the path: the first window a round trip is the least.
            let rtt = flow.rtt_or_initial().as_secs_f64().max(MIN_ROUND_TRIP);
            rate = rate.max(self.cwnd as f64 / rtt);
        }
        // Until the pipe is full a slow sample must not slow the search.
        if self.pipe_found || self.pacing_rate.is_none_or(|now| rate as u64 > now) {
            self.pacing_rate = Some(rate as u64);
        }
    }

    pub(super) fn set_cwnd(&mut self, flow: &Flow, ack: &Ack) {
        let acked = ack.acked_bytes;
        if let Some(recovery) = self.recovery
            && ack.newest.sent_at > recovery.since
        {
            if recovery.conserving {
                self.cwnd = self.cwnd.max(recovery.prior_cwnd);
            }
            self.recovery = None;
        }
        let least = flow.params.min_cwnd * flow.mtu;
        if self.recovery.is_some_and(|recovery| recovery.conserving) {
            self.cwnd = self.cwnd.max(flow.in_flight() + acked);
        } else {
            let mut target = self.inflight(flow, self.cwnd_gain(flow));
            if self.pipe_found {
                target += self.aggregation.allowance(self.bandwidth());
                self.cwnd = (self.cwnd + acked).min(target);
            } else if self.cwnd < target || flow.delivered() < flow.params.init_cwnd * flow.mtu {
                self.cwnd += acked;
            }
        }
        self.cwnd = self.cwnd.max(least);
        if matches!(self.mode, Mode::ProbeRtt { .. }) {
            self.cwnd = self.cwnd.min(least);
        }
    }
}

/// Keeps the first rate finite on loopback, seconds.
const MIN_ROUND_TRIP: f64 = 1e-3;
