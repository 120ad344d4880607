//! How much more the owner should write now, so that what is written and not sent stays small and never runs out.
//!
//! Media that waits with its owner can still be reordered and dropped; what was written cannot. So the owner is told a
//! limit: the count of stream bytes, since the link began, up to which it should have written. It is told again whenever
//! half of what may wait has left or the rate has changed, and never once a packet. To an owner that is slow to answer
//! (its event loop is busy) as much more is allowed as leaves until it does.

use std::{
    sync::atomic::{
        AtomicBool, AtomicI64, AtomicU64,
        Ordering::{Relaxed, SeqCst},
    },
    time::Instant,
};

use tokio::sync::Notify;

use crate::{event::Event, shared::Shared};

/// Written by the owner's calls, looked at by the engine's driver with every packet.
#[derive(Debug)]
pub(crate) struct Meter {
    origin: Instant,
    /// What may wait, microseconds of the rate; 0: the owner is told nothing.
    max_unsent_us: AtomicU64,
    /// Stream bytes that the owner has written, all told.
    accepted: AtomicU64,
    /// The limit told last.
    told: AtomicI64,
    /// When an owner that was held by the limit was told a higher one and has not answered yet, microseconds; 0: none is.
    held_since_us: AtomicU64,
    /// How long such an owner takes to answer.
    answer_us: AtomicU64,
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

impl Default for Meter {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            max_unsent_us: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            told: AtomicI64::new(0),
            held_since_us: AtomicU64::new(0),
            answer_us: AtomicU64::new(0),
            due: AtomicBool::new(false),
            moved: Notify::new(),
        }
    }
}

impl Meter {
    /// The time for `on_accepted` and `tell`, microseconds.
    pub(crate) fn now_us(&self) -> u64 {
        // 0 stands for never.
        u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX) + 1
    }

    /// `max_unsent_us` of the rate may wait from now on; 0: the owner is told nothing.
    pub(crate) fn set(&self, max_unsent_us: u64) {
        self.max_unsent_us.store(max_unsent_us, Relaxed);
    }

    /// The owner wrote `bytes`.
    pub(crate) fn on_accepted(&self, bytes: u64, now_us: u64) {
        self.accepted.fetch_add(bytes, Relaxed);
        let held_since_us = self.held_since_us.swap(0, Relaxed);
        if held_since_us == 0 {
            return;
        }
        let took_us = now_us.saturating_sub(held_since_us).min(MOST_ANSWER_US);
        let known_us = self.answer_us.load(Relaxed);
        let learned_us = took_us.max(known_us - (known_us - took_us.min(known_us)).div_ceil(8));
        self.answer_us.store(learned_us, Relaxed);
    }

    /// Whoever changes the readings calls this; it asks for `tell` when that is worth it.
    pub(crate) fn look(&self, readings: Readings) {
        let max_unsent_us = self.max_unsent_us.load(Relaxed);
        if max_unsent_us == 0 || self.due.load(Relaxed) {
            return;
        }
        let most = self.most(max_unsent_us, readings);
        let limit = self.limit(most, readings);
        let moved = limit.abs_diff(self.told.load(Relaxed));
        if moved >= most / 2 && !self.due.swap(true, SeqCst) {
            self.moved.notify_one();
        }
    }

    /// The limit to tell the owner now; `None` while it wants none.
    pub(crate) fn tell(&self, readings: Readings, now_us: u64) -> Option<i64> {
        self.due.store(false, SeqCst);
        let max_unsent_us = self.max_unsent_us.load(Relaxed);
        if max_unsent_us == 0 {
            return None;
        }
        let limit = self.limit(self.most(max_unsent_us, readings), readings);
        let told = self.told.swap(limit, Relaxed);
        let accepted = self.accepted();
        if accepted >= told && limit > accepted {
            let _ = self
                .held_since_us
                .compare_exchange(0, now_us, Relaxed, Relaxed);
        }
        Some(limit)
    }

    fn most(&self, max_unsent_us: u64, readings: Readings) -> u64 {
        most(max_unsent_us + self.answer_us.load(Relaxed), readings)
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
    let now_us = controller.meter.now_us();
    if let Some(limit) = controller.meter.tell(readings, now_us) {
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
        return window.clamp(LEAST_UNSENT, MOST_UNSENT);
    }
    let rate = if rate > 0 {
        rate
    } else {
        window.saturating_mul(1_000_000) / smoothed_rtt_us
    };
    (rate.saturating_mul(max_unsent_us) / 1_000_000).clamp(LEAST_UNSENT, MOST_UNSENT)
}

/// However low the rate, four packets may wait: a single one would leave gaps while its owner wakes up.
const LEAST_UNSENT: u64 = 4 * 1_452;

/// However high the rate, which over loopback may be anything: twice what the windows of a connection let through.
const MOST_UNSENT: u64 = 32 << 20;

/// No owner is waited for longer than this, microseconds.
const MOST_ANSWER_US: u64 = 500_000;

#[cfg(test)]
#[path = "../tests/unit/meter.rs"]
mod tests;
