//! From a rate that is wanted to the rate that is reported to the engine's pacer.
//!
//! The engine's pacer is a token bucket: 10 ms of the reported rate deep at low rates, 10 packets up to about
//! 54 Mbit/s, 2 ms above. Two of its properties need correction to hold a rate on real timers:
//!
//! - A timer fires late (by about a millisecond, more on a busy machine) and tokens beyond the bucket's depth are lost.
//!   At 1 Mbit/s the bucket holds one packet, so a late wake-up of 1.1 ms in 11.6 ms costs a tenth of the rate.
//!   [`Pace`] keeps the schedule of an ideal sender and reports more than the rate while packets leave behind it.
//! - After a pause the bucket is full and its whole depth leaves at once. [`Pace`] reports a fifth of the rate while
//!   nothing is sent, which shrinks the bucket to a packet or two.

use std::time::Duration;

/// The schedule of one sender. Inputs: `on_sent`, `set_rate`, `set_mtu`. Output: `reported_rate`.
#[derive(Debug, Clone)]
pub struct Pace {
    rate: u64,
    mtu: u16,
    /// When the next byte is due at exactly `rate`.
    due: Duration,
    last_sent: Option<Duration>,
    /// How long after its due time the last packet left, 0 when it was in time.
    lag: Duration,
}

impl Pace {
    /// A schedule of `rate` bytes per second (at least 1) for packets of at most `mtu` bytes.
    pub fn new(rate: u64, mtu: u16) -> Self {
        Self {
            rate: rate.max(1),
            mtu,
            due: Duration::ZERO,
            last_sent: None,
            lag: Duration::ZERO,
        }
    }

    /// The rate that is wanted, bytes per second.
    pub fn rate(&self) -> u64 {
        self.rate
    }

    /// A new rate from `now` on. What the old one owed is forgotten.
    pub fn set_rate(&mut self, now: Duration, rate: u64) {
        self.rate = rate.max(1);
        self.due = now;
        self.lag = Duration::ZERO;
    }

    /// The largest packet has `mtu` bytes from now on.
    pub fn set_mtu(&mut self, mtu: u16) {
        self.mtu = mtu;
    }

    /// A packet of `bytes` left at `now`.
    pub fn on_sent(&mut self, now: Duration, bytes: u64) {
        if self.is_idle(now) {
            self.due = now;
        }
        self.due = self.due.max(now.saturating_sub(self.lag_limit()));
        self.lag = now.saturating_sub(self.due);
        self.due += self.time_of(bytes);
        self.last_sent = Some(now);
    }

    /// What to tell the engine's pacer at `now`, bytes per second.
    pub fn reported_rate(&self, now: Duration) -> u64 {
        if self.is_paused(now) {
            return (self.rate / PAUSE_DIVISOR).max(1);
        }
        let gain = 1.0 + self.lag.as_secs_f64() / self.lag_limit().as_secs_f64();
        (self.rate as f64 * gain) as u64
    }

    /// No packet for so long that being behind says nothing about timers.
    fn is_idle(&self, now: Duration) -> bool {
        let limit = IDLE_AFTER.max(self.packet_time() * 3);
        self.last_sent
            .is_none_or(|last| now.saturating_sub(last) > limit)
    }

    /// No packet for a moment, and the bucket is deep enough for a burst to matter.
    fn is_paused(&self, now: Duration) -> bool {
        let limit = PAUSE_AFTER.max(self.packet_time() * 2);
        self.packet_time() * 2 < BUCKET_DEPTH
            && self
                .last_sent
                .is_some_and(|last| now.saturating_sub(last) > limit)
    }

    /// Being later than this is not made up for.
    fn lag_limit(&self) -> Duration {
        LAG_LIMIT.max(self.packet_time())
    }

    fn packet_time(&self) -> Duration {
        self.time_of(u64::from(self.mtu))
    }

    fn time_of(&self, bytes: u64) -> Duration {
        Duration::from_secs_f64(bytes as f64 / self.rate as f64)
    }
}

/// Lateness that doubles the reported rate; the most that is made up for.
const LAG_LIMIT: Duration = Duration::from_millis(4);

/// A gap after which the schedule starts anew.
const IDLE_AFTER: Duration = Duration::from_millis(10);

/// A gap after which the bucket is kept small: longer than a late timer makes, shorter than a frame at 60 Hz.
const PAUSE_AFTER: Duration = Duration::from_millis(5);

/// Depth of the engine's bucket at low rates.
const BUCKET_DEPTH: Duration = Duration::from_millis(10);

/// Share of the rate that is reported during a pause: 1/5.
const PAUSE_DIVISOR: u64 = 5;

#[cfg(test)]
#[path = "../tests/unit/pace.rs"]
mod tests;
