//! How much more the owner should write now, so that what is written and not sent stays small and never runs out.
//!
//! Media that waits with its owner can still be reordered and dropped; what was written cannot. So the owner is told a
//! limit: the count of stream bytes, since the link began, up to which it should have written. It is told again whenever
//! half of what may wait has left or the rate has changed, and never once a packet. An owner that is slow to answer, so that
//! everything had left before it wrote more, may have more waiting: as much as it needs, down again when it answers sooner.

use std::sync::atomic::{
    AtomicBool, AtomicI64, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};

use tokio::sync::Notify;

use crate::{event::Event, shared::Shared};

/// Written by the owner's calls, looked at by the engine's driver with every packet.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// What may wait, microseconds of the rate; 0: the owner is told nothing.
    max_unsent_us: AtomicU64,
    /// Stream bytes that the owner has written, all told.
    accepted: AtomicU64,
    /// The limit told last.
    told: AtomicI64,
    /// Everything had left while the owner was held by the limit.
    ran_dry: AtomicBool,
    /// What may wait is stretched by this, in sixteenths, less 16.
    stretch: AtomicU64,
    /// A look found another limit and the owner was not told yet.
    due: AtomicBool,
    /// The owner is to be told.
    pub(crate) moved: Notify,
}

/// What the limit depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readings {
    /// Written and not sent, bytes.
    pub(crate) left: u64,
    /// What the controller sends at, bytes per second; 0 while nobody knows.
    pub(crate) rate: u64,
    /// Congestion window, bytes.
    pub(crate) window: u64,
    /// 0 before the first sample.
    pub(crate) smoothed_rtt_us: u64,
}

impl Meter {
    /// `max_unsent_us` of the rate may wait from now on; 0: the owner is told nothing.
    pub(crate) fn set(&self, max_unsent_us: u64) {
        self.max_unsent_us.store(max_unsent_us, Relaxed);
    }

    /// The owner wrote `bytes`.
    pub(crate) fn on_accepted(&self, bytes: u64) {
        self.accepted.fetch_add(bytes, Relaxed);
    }

    /// Whoever changes the readings calls this; it asks for `tell` when that is worth it.
    pub(crate) fn look(&self, readings: Readings) {
        let max_unsent_us = self.max_unsent_us.load(Relaxed);
        if max_unsent_us == 0 || self.due.load(Relaxed) {
            return;
        }
        let most = self.stretched(most(max_unsent_us, readings));
        let limit = self.limit(most, readings);
        let told = self.told.load(Relaxed);
        if readings.left == 0 && self.accepted() >= told {
            self.ran_dry.store(true, Relaxed);
        }
        let moved = limit.abs_diff(told);
        if moved >= most / 2 && !self.due.swap(true, SeqCst) {
            self.moved.notify_one();
        }
    }

    /// The limit to tell the owner now; `None` while it wants none.
    pub(crate) fn tell(&self, readings: Readings) -> Option<i64> {
        self.due.store(false, SeqCst);
        let max_unsent_us = self.max_unsent_us.load(Relaxed);
        if max_unsent_us == 0 {
            return None;
        }
        self.learn();
        let most = self.stretched(most(max_unsent_us, readings));
        let limit = self.limit(most, readings);
        self.told.store(limit, Relaxed);
        Some(limit)
    }

    /// Doubles what may wait when it was too little, takes a sixteenth of what it has grown by back when it was not.
    fn learn(&self) {
        let stretch = self.stretch.load(Relaxed);
        let learned = if self.ran_dry.swap(false, Relaxed) {
            (stretch * 2 + 16).min(MOST_STRETCH)
        } else {
            stretch - stretch.div_ceil(16)
        };
        self.stretch.store(learned, Relaxed);
    }

    fn stretched(&self, most: u64) -> u64 {
        most.saturating_mul(16 + self.stretch.load(Relaxed)) / 16
    }

    fn accepted(&self) -> i64 {
        i64::try_from(self.accepted.load(Relaxed)).unwrap_or(i64::MAX)
    }

    fn limit(&self, most: u64, readings: Readings) -> i64 {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        self.accepted().saturating_add(signed(most)) - signed(readings.left)
    }
}

/// Tells the owner of a link how much to write.
pub(crate) fn tell_owner(shared: &Shared) {
    let controller = &shared.controller;
    let readings = controller.readings(controller.tap().totals().fresh_bytes);
    if let Some(limit) = controller.meter.tell(readings) {
        shared.push(Event::Wanted { limit });
    }
}

/// What may wait, bytes.
fn most(max_unsent_us: u64, readings: Readings) -> u64 {
    let Readings {
        rate,
        window,
        smoothed_rtt_us,
        ..
    } = readings;
    if smoothed_rtt_us == 0 {
        // The first flight is one window.
        return window.max(LEAST_UNSENT);
    }
    let rate = if rate > 0 {
        rate
    } else {
        window.saturating_mul(1_000_000) / smoothed_rtt_us
    };
    (rate.saturating_mul(max_unsent_us) / 1_000_000).max(LEAST_UNSENT)
}

/// However low the rate, four packets may wait: a single one would leave gaps while its owner wakes up.
const LEAST_UNSENT: u64 = 4 * 1_452;

/// Sixteen times what is asked for, in sixteenths, less 16.
const MOST_STRETCH: u64 = 15 * 16;

#[cfg(test)]
#[path = "../tests/unit/meter.rs"]
mod tests;
