//! What a link is made of, checked once before it is built.

use crate::loss::LossModel;
use crate::{MILLISECOND, Nanos, SECOND};

/// Which way packets go. Part of the key of every random stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The way the media goes.
    Forward,
    /// The way acknowledgements go.
    Reverse,
}

/// A token bucket in front of everything: what exceeds it is dropped, nothing waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policer {
    /// Bits per second.
    pub rate_bps: u64,
    /// Depth of the bucket, bytes.
    pub burst_bytes: u64,
}

/// What the queue drains into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bottleneck {
    /// No queue: packets go straight to the delay stage.
    Unlimited,
    /// Bits per second.
    Rate(u64),
    /// Milliseconds at which up to 1,500 bytes may leave, ascending, repeated for ever with the last entry as its period
    /// (the format of mahimahi's traces).
    Trace(Vec<u64>),
}

/// Base delay and its spread. Packets never overtake each other here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// One-way delay without queueing, nanoseconds.
    pub one_way: Nanos,
    /// Standard deviation of the jitter, nanoseconds. The sum never falls below half the base.
    pub jitter: Nanos,
}

/// Packets that arrive later than their turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reorder {
    /// Share of packets, 0 to 1.
    pub probability: f64,
    /// How much later, nanoseconds.
    pub extra: Nanos,
}

/// A change at a moment of link time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, nanoseconds since the link began.
    pub at: Nanos,
    /// What.
    pub change: Change,
}

/// What a [`Step`] changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The bottleneck's rate from the next packet served on, bits per second. Only for [`Bottleneck::Rate`].
    RateBps(u64),
    /// The base one-way delay, nanoseconds.
    OneWay(Nanos),
    /// Everything pushed for this long is dropped, nanoseconds.
    Blackhole(Nanos),
}

/// One direction of a path. `Default` is an ideal wire.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkConfig {
    /// Dropped beyond this rate, if set.
    pub policer: Option<Policer>,
    /// Which packets vanish.
    pub loss: LossModel,
    /// What the queue drains into.
    pub bottleneck: Bottleneck,
    /// Droptail limit of the queue, bytes, the packet in service included.
    pub queue_bytes: u64,
    /// Propagation and jitter.
    pub delay: Delay,
    /// Late packets, if any.
    pub reorder: Option<Reorder>,
    /// Share of packets that arrive twice, 0 to 1.
    pub duplicate: f64,
    /// Changes over time, ascending by `at`.
    pub steps: Vec<Step>,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            policer: None,
            loss: LossModel::None,
            bottleneck: Bottleneck::Unlimited,
            queue_bytes: u64::MAX,
            delay: Delay {
                one_way: 0,
                jitter: 0,
            },
            reorder: None,
            duplicate: 0.0,
            steps: Vec::new(),
        }
    }
}

/// Why a [`LinkConfig`] cannot be built. The message gives the value and the rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A share outside 0 to 1.
    #[error("{field} must be between 0 and 1, got {value}")]
    Probability {
        /// Which one.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A rate of nothing or beyond what integer nanoseconds can express.
    #[error("{field} must be between 1 and {} bit/s, got {value}", MAX_RATE_BPS)]
    Rate {
        /// Which one.
        field: &'static str,
        /// What was given.
        value: u64,
    },
    /// A time too long for the link's clock.
    #[error("{field} must be at most {} ns, got {value}", MAX_DELAY)]
    Time {
        /// Which one.
        field: &'static str,
        /// What was given.
        value: Nanos,
    },
    /// A queue or bucket that no packet fits.
    #[error(
        "{field} must hold at least one packet of {} bytes, got {value}",
        MIN_BYTES
    )]
    Bytes {
        /// Which one.
        field: &'static str,
        /// What was given.
        value: u64,
    },
    /// A trace must be ascending and end after 0 ms.
    #[error("a trace must be ascending and end after 0 ms")]
    Trace,
    /// Steps out of order.
    #[error("steps must be ascending in time, step {index} is earlier than the one before")]
    StepOrder {
        /// The first step out of order.
        index: usize,
    },
    /// A rate step on something that has no rate.
    #[error("step {index} changes a rate, but the bottleneck has none")]
    StepRate {
        /// Which step.
        index: usize,
    },
}

impl LinkConfig {
    /// Checks every field against its rule.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(policer) = self.policer {
            rate("policer.rate_bps", policer.rate_bps)?;
            bytes("policer.burst_bytes", policer.burst_bytes)?;
        }
        self.loss.validate()?;
        match &self.bottleneck {
            Bottleneck::Unlimited => {}
            Bottleneck::Rate(bps) => rate("bottleneck rate", *bps)?,
            Bottleneck::Trace(trace) => {
                let ascending = trace.windows(2).all(|pair| pair[0] <= pair[1]);
                let period = trace.last().copied().unwrap_or(0);
                if !ascending || period == 0 || period > MAX_TRACE_MS {
                    return Err(ConfigError::Trace);
                }
            }
        }
        bytes("queue_bytes", self.queue_bytes)?;
        time("delay.one_way", self.delay.one_way)?;
        time("delay.jitter", self.delay.jitter)?;
        if let Some(reorder) = self.reorder {
            probability("reorder.probability", reorder.probability)?;
            time("reorder.extra", reorder.extra)?;
        }
        probability("duplicate", self.duplicate)?;
        self.validate_steps()
    }

    fn validate_steps(&self) -> Result<(), ConfigError> {
        let mut previous = 0;
        for (index, step) in self.steps.iter().enumerate() {
            if step.at < previous {
                return Err(ConfigError::StepOrder { index });
            }
            previous = step.at;
            match step.change {
                Change::RateBps(bps) => {
                    rate("step rate", bps)?;
                    if !matches!(self.bottleneck, Bottleneck::Rate(_)) {
                        return Err(ConfigError::StepRate { index });
                    }
                }
                Change::OneWay(delay) => time("step one_way", delay)?,
                Change::Blackhole(length) => time("step blackhole", length)?,
            }
        }
        Ok(())
    }
}

pub(crate) fn probability(field: &'static str, value: f64) -> Result<(), ConfigError> {
    // NaN fails the range test too.
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::Probability { field, value })
    }
}

fn rate(field: &'static str, value: u64) -> Result<(), ConfigError> {
    if (1..=MAX_RATE_BPS).contains(&value) {
        Ok(())
    } else {
        Err(ConfigError::Rate { field, value })
    }
}

fn time(field: &'static str, value: Nanos) -> Result<(), ConfigError> {
    if value <= MAX_DELAY {
        Ok(())
    } else {
        Err(ConfigError::Time { field, value })
    }
}

fn bytes(field: &'static str, value: u64) -> Result<(), ConfigError> {
    if value >= MIN_BYTES {
        Ok(())
    } else {
        Err(ConfigError::Bytes { field, value })
    }
}

/// 1 Tbit/s: 64 KiB still take a few hundred nanoseconds.
const MAX_RATE_BPS: u64 = 1_000_000_000_000;
/// An hour: far beyond any path, and sums stay far from the clock's end.
const MAX_DELAY: Nanos = 3_600 * SECOND;
/// One Ethernet payload.
const MIN_BYTES: u64 = 1_500;
/// A day.
const MAX_TRACE_MS: u64 = 86_400 * SECOND / MILLISECOND;
