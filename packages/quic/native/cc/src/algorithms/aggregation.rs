//! Acknowledgements that come late and together: how much more than the estimate arrives at once, to be allowed for in
//! the window (draft-ietf-ccwg-bbr §5.5.9).

use std::time::Duration;

use crate::event::Ack;
use crate::flow::filter::Extreme;

/// The greatest excess of the last rounds.
#[derive(Debug, Clone)]
pub(super) struct Aggregation {
    excess: Extreme<u64>,
    began: Duration,
    delivered: u64,
}

impl Aggregation {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            excess: Extreme::most(),
            began: now,
            delivered: 0,
        }
    }

    /// `bandwidth` bytes per second are expected; the window of the filter is `rounds`.
    pub(super) fn on_ack(&mut self, ack: &Ack, bandwidth: u64, cwnd: u64, round: u64, rounds: u64) {
        let elapsed = ack.now.saturating_sub(self.began).as_secs_f64();
        let mut expected = (bandwidth as f64 * elapsed) as u64;
        if self.delivered <= expected {
            self.delivered = 0;
            self.began = ack.now;
            expected = 0;
        }
        self.delivered += ack.acked_bytes;
        let excess = (self.delivered - expected.min(self.delivered)).min(cwnd);
        self.excess.update(rounds, round, excess);
    }

    /// Bytes to allow for, at most a tenth of a second of `bandwidth`.
    pub(super) fn allowance(&self, bandwidth: u64) -> u64 {
        self.excess.value().unwrap_or(0).min(bandwidth / 10)
    }
}
