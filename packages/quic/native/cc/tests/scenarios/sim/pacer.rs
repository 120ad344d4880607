//! The engine's pacer as design.md describes it: a token bucket, fed with the rate that [`Pace`] reports.

use longhaul_cc::Pace;
use longhaul_netem_link::Nanos;

use super::{MTU, SEC, at};

#[derive(Debug)]
pub struct Pacer {
    pace: Pace,
    tokens: f64,
    filled: Nanos,
}

impl Pacer {
    pub fn new(rate: u64) -> Self {
        Self {
            pace: Pace::new(rate, MTU),
            tokens: f64::from(MTU),
            filled: 0,
        }
    }

    pub fn set_rate(&mut self, now: Nanos, rate: u64) {
        let change = rate.abs_diff(self.pace.rate());
        // Restarting the schedule for every packet's worth of change would forget what is owed.
        if change * 100 > self.pace.rate() {
            self.fill(now);
            self.pace.set_rate(at(now), rate);
        }
    }

    /// When `bytes` may leave, at or after `now`.
    pub fn due(&mut self, now: Nanos, bytes: u64) -> Nanos {
        self.fill(now);
        let missing = bytes as f64 - self.tokens;
        if missing <= 0.0 {
            return now;
        }
        let rate = self.pace.reported_rate(at(now)).max(1) as f64;
        now + ((missing / rate * SEC as f64) as Nanos).max(1)
    }

    pub fn on_sent(&mut self, now: Nanos, bytes: u64, backlogged: bool) {
        self.fill(now);
        self.tokens -= bytes as f64;
        self.pace.set_backlogged(backlogged);
        self.pace.on_sent(at(now), bytes);
    }

    fn fill(&mut self, now: Nanos) {
        let rate = self.pace.reported_rate(at(now)) as f64;
        let elapsed = now.saturating_sub(self.filled) as f64 / SEC as f64;
        self.tokens = (self.tokens + rate * elapsed).min(depth(rate));
        self.filled = now;
    }
}

/// 10 ms of the rate, at least a packet, at most ten or 2 ms of the rate.
fn depth(rate: f64) -> f64 {
    let packet = f64::from(MTU);
    (rate * 0.010)
        .min((10.0 * packet).max(rate * 0.002))
        .max(packet)
}
