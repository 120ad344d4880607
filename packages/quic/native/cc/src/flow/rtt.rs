//! Round-trip times of one path (RFC 9002 §5, without ack-delay correction: a controller wants what the path and the
//! acknowledgements really took).

use std::time::Duration;

use super::filter::Extreme;

/// Samples so far. `Default` knows nothing.
#[derive(Debug, Clone)]
pub struct Rtt {
    latest: Option<Duration>,
    smoothed: Duration,
    variation: Duration,
    least: Extreme<Duration>,
}

impl Default for Rtt {
    fn default() -> Self {
        Self {
            latest: None,
            smoothed: Duration::ZERO,
            variation: Duration::ZERO,
            least: Extreme::least(),
        }
    }
}

impl Rtt {
    /// The newest sample.
    pub fn latest(&self) -> Option<Duration> {
        self.latest
    }

    /// The moving average (RFC 9002 §5.3), once there is a sample.
    pub fn smoothed(&self) -> Option<Duration> {
        self.latest.map(|_| self.smoothed)
    }

    /// The mean deviation (RFC 9002 §5.3).
    pub fn variation(&self) -> Duration {
        self.variation
    }

    /// The least of the window.
    pub fn min(&self) -> Option<Duration> {
        self.least.value()
    }

    /// When the least was seen.
    pub fn min_seen_at(&self) -> Option<Duration> {
        self.least.seen_at().map(Duration::from_nanos)
    }

    /// A sample; the least is kept over `window`.
    pub(crate) fn update(&mut self, now: Duration, sample: Duration, window: Duration) {
        self.least.update(nanos(window), nanos(now), sample);
        if self.latest.replace(sample).is_none() {
            self.smoothed = sample;
            self.variation = sample / 2;
            return;
        }
        let deviation = self.smoothed.abs_diff(sample);
        self.variation = (self.variation * 3 + deviation) / 4;
        self.smoothed = (self.smoothed * 7 + sample) / 8;
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
