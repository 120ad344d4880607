//! A token bucket that drops what exceeds it.

use crate::config::Policer as Config;
use crate::{Nanos, SECOND};

/// The policer while it runs. Tokens are kept in bit-nanoseconds per second so that nothing is rounded away.
#[derive(Debug)]
pub(crate) struct Policer {
    config: Config,
    tokens: u128,
    refilled: Nanos,
}

impl Policer {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            tokens: depth(config),
            refilled: 0,
        }
    }

    /// Whether a packet of `bytes` at `now` passes.
    pub(crate) fn passes(&mut self, now: Nanos, bytes: u32) -> bool {
        let elapsed = u128::from(now - self.refilled);
        self.tokens =
            (self.tokens + elapsed * u128::from(self.config.rate_bps)).min(depth(self.config));
        self.refilled = now;
        let cost = u128::from(bytes) * 8 * u128::from(SECOND);
        if cost > self.tokens {
            return false;
        }
        self.tokens -= cost;
        true
    }
}

fn depth(config: Config) -> u128 {
    u128::from(config.burst_bytes) * 8 * u128::from(SECOND)
}
