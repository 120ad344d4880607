//! What decoding may cost the processor, whatever symbols a peer sends.

use std::time::Duration;

/// A token bucket over bytes multiplied.
#[derive(Debug)]
pub(crate) struct Work {
    tokens: f64,
    at: Duration,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            tokens: WORK_DEPTH,
            at: Duration::ZERO,
        }
    }
}

impl Work {
    /// Takes `cost` if there is as much: `false` says to leave it.
    pub(crate) fn spend(&mut self, now: Duration, cost: usize) -> bool {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.tokens = (self.tokens + passed * WORK_PER_SECOND).min(WORK_DEPTH);
        let cost = cost as f64;
        if self.tokens < cost {
            return false;
        }
        self.tokens -= cost;
        true
    }
}

/// Bytes multiplied a second: a few percent of a core.
const WORK_PER_SECOND: f64 = 64e6;

const WORK_DEPTH: f64 = 32e6;
