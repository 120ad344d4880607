//! The machine's clocks in nanoseconds.

use longhaul_netem_link::Nanos;
use rustix::time::{ClockId, Timespec, clock_gettime};

/// How far the two clocks are apart, read when it is made.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: Nanos,
    /// CLOCK_REALTIME minus CLOCK_MONOTONIC.
    offset: i128,
}

impl Clock {
    /// Reads both clocks.
    pub fn read() -> Self {
        let now = Self::now();
        let realtime = nanos(clock_gettime(ClockId::Realtime));
        Self {
            now,
            offset: i128::from(realtime) - i128::from(now),
        }
    }

    /// Monotonic time now.
    pub fn now() -> Nanos {
        nanos(clock_gettime(ClockId::Monotonic))
    }

    /// The monotonic time of a kernel time stamp; without one, when this was read.
    pub fn monotonic(&self, realtime: Option<u64>) -> Nanos {
        let Some(realtime) = realtime else {
            return self.now;
        };
        let stamped = i128::from(realtime) - self.offset;
        // A step of the wall clock between stamp and reading must not move a packet far.
        let age = i128::from(self.now) - stamped;
        if (-MOST_AGE..=MOST_AGE).contains(&age) {
            stamped as Nanos
        } else {
            self.now
        }
    }
}

fn nanos(time: Timespec) -> Nanos {
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Older than this is no waiting packet but a clock that was set: 2 s.
const MOST_AGE: i128 = 2_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: Clock = Clock {
        now: 10_000_000_000,
        offset: 1_700_000_000_000_000_000,
    };

    #[test]
    fn a_stamp_is_moved_to_the_monotonic_clock() {
        assert_eq!(
            CLOCK.monotonic(Some(1_700_000_009_999_000_000)),
            9_999_000_000
        );
    }

    #[test]
    fn a_clock_that_was_set_moves_no_packet() {
        assert_eq!(
            CLOCK.monotonic(Some(1_700_003_600_000_000_000)),
            10_000_000_000
        );
        assert_eq!(
            CLOCK.monotonic(Some(1_600_000_000_000_000_000)),
            10_000_000_000
        );
        assert_eq!(CLOCK.monotonic(None), 10_000_000_000);
    }
}
