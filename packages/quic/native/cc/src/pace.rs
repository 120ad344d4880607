//! From a rate that is wanted to the rate that is reported to the engine's pacer.
//!
//! The engine's pacer is a token bucket: 10 ms of the reported rate deep at low rates, 10 packets up to about
//! 54 Mbit/s, 2 ms above. Two of its properties need correction to hold a rate on real timers:
//!
//! - A timer fires late (by about a millisecond, more on a busy machine) and tokens beyond the bucket's depth are lost.
//!   At 1 Mbit/s the bucket holds one packet, so a late wake-up of 1.1 ms in 11.6 ms costs a tenth of the rate.
//!   [`Pace`] keeps the schedule of an ideal sender and reports more than the rate while packets leave behind it. A
//!   sender that always had data is owed what late timers cost; one that had none is owed (almost) nothing.
//! - After a pause the bucket is full and its whole depth leaves at once. [`Pace`] reports a fifth of the rate while
//!   nothing is sent, which shrinks the bucket to a packet or two.

use std::time::Duration;

/// The schedule of one sender. Inputs: `on_sent`, `set_backlogged`, `set_rate`, `set_mtu`. Output: `reported_rate`.
#[derive(Debug, Clone)]
pub struct Pace {
    rate: u64,
    mtu: u16,
    /// When the next byte is due at exactly `rate`.
    due: Duration,
    last_sent: Option<Duration>,
    /// The sender has more data than it may send.
    backlogged: bool,
    /// How long after its due time the last packet left, 0 when it was in time.
    lag: Duration,
    granularity: Duration,
    /// What the largest packet takes at the rate.
    packet_time: Duration,
}

impl Pace {
    /// A schedule of `rate` bytes per second (at least 1) for packets of at most `mtu` bytes.
    pub fn new(rate: u64, mtu: u16) -> Self {
        Self {
            rate: rate.max(1),
            mtu,
            due: Duration::ZERO,
            last_sent: None,
            backlogged: false,
            lag: Duration::ZERO,
            granularity: GRANULARITY,
            packet_time: time_of(u64::from(mtu), rate.max(1)),
        }
    }

    /// How late timers usually are (knob `pacer_granularity`).
    pub fn set_granularity(&mut self, granularity: Duration) {
        self.granularity = granularity;
    }

    /// The rate that is wanted, bytes per second.
    pub fn rate(&self) -> u64 {
        self.rate
    }

    /// A new rate from `now` on. What the old one owed is forgotten.
    pub fn set_rate(&mut self, now: Duration, rate: u64) {
        self.follow(rate);
        self.due = now;
        self.lag = Duration::ZERO;
    }

    /// The rate that is wanted moves on, as an algorithm's does with every acknowledgement; the schedule goes on.
    pub fn follow(&mut self, rate: u64) {
        if rate.max(1) != self.rate {
            self.rate = rate.max(1);
            self.packet_time = time_of(u64::from(self.mtu), self.rate);
        }
    }

    /// Bytes of the largest packet.
    pub fn mtu(&self) -> u16 {
        self.mtu
    }

    /// The largest packet has `mtu` bytes from now on.
    pub fn set_mtu(&mut self, mtu: u16) {
        self.mtu = mtu;
        self.packet_time = time_of(u64::from(mtu), self.rate);
    }

    /// Whether it is pacing that holds the sender back, as the engine says with each acknowledgement.
    pub fn set_backlogged(&mut self, backlogged: bool) {
        self.backlogged = backlogged;
    }

    /// A packet of `bytes` left at `now`.
    pub fn on_sent(&mut self, now: Duration, bytes: u64) {
        if self.is_idle(now) {
            self.due = now;
        }
        self.due = self.due.max(now.saturating_sub(self.lag_limit()));
        self.lag = now.saturating_sub(self.due);
        self.due += if bytes == u64::from(self.mtu) {
            self.packet_time
        } else {
            time_of(bytes, self.rate)
        };
        self.last_sent = Some(now);
    }

    /// What to tell the engine's pacer at `now`, bytes per second.
    pub fn reported_rate(&self, now: Duration) -> u64 {
        if self.is_paused(now) {
            return (self.rate / PAUSE_DIVISOR).max(1);
        }
        if self.lag.is_zero() {
            return self.rate;
        }
        let unit = (self.granularity * DOUBLING_LAG).max(self.packet_time);
        let gain = 1.0 + self.lag.as_secs_f64() / unit.as_secs_f64();
        (self.rate as f64 * gain.min(MAX_GAIN)) as u64
    }

    /// No packet for so long, for want of data, that being behind says nothing about timers.
    fn is_idle(&self, now: Duration) -> bool {
        if self.backlogged {
            return false;
        }
        let limit = IDLE_AFTER.max(self.packet_time * 3);
        let waited = |last| now.saturating_sub(last) > limit;
        self.last_sent.is_none_or(waited)
    }

    /// No packet for a moment, for want of data, and the bucket is deep enough for a burst to matter.
    fn is_paused(&self, now: Duration) -> bool {
        if self.backlogged {
            return false;
        }
        let limit = PAUSE_AFTER.max(self.packet_time * 2);
        let waited = |last| now.saturating_sub(last) > limit;
        let deep = self.packet_time * 2 < BUCKET_DEPTH;
        deep && self.last_sent.is_some_and(waited)
    }

    /// Being later than this is not made up for.
    fn lag_limit(&self) -> Duration {
        let limit = if self.backlogged {
            BACKLOG_LAG_LIMIT
        } else {
            DOUBLING_LAG
        };
        (self.granularity * limit).max(self.packet_time)
    }
}

/// What `bytes` take at `rate` bytes per second.
fn time_of(bytes: u64, rate: u64) -> Duration {
    // Rounded: what is cut off each time would add up to a higher rate.
    let nanos = bytes.saturating_mul(1_000_000_000).saturating_add(rate / 2) / rate;
    Duration::from_nanos(nanos)
}

/// Timers of a millisecond, as the engine's runtime has them.
const GRANULARITY: Duration = Duration::from_millis(1);

/// Lateness that doubles the reported rate, in granularities.
const DOUBLING_LAG: u32 = 4;

/// A sender that always had data is owed this many granularities at most: what a busy machine costs, not a suspended one.
const BACKLOG_LAG_LIMIT: u32 = 50;

/// Most that is reported, in rates. Packets that leave in one go are never more than what is overdue.
const MAX_GAIN: f64 = 8.0;

/// A gap after which the schedule starts anew.
const IDLE_AFTER: Duration = Duration::from_millis(10);

/// A gap after which the bucket is kept small: shorter than a frame at 60 Hz.
const PAUSE_AFTER: Duration = Duration::from_millis(5);

/// Depth of the engine's bucket at low rates.
const BUCKET_DEPTH: Duration = Duration::from_millis(10);

/// Share of the rate that is reported during a pause: 1/5.
const PAUSE_DIVISOR: u64 = 5;

#[cfg(test)]
#[path = "../tests/unit/pace.rs"]
mod tests;
