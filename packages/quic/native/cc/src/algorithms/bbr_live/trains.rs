//! How fast a part of a flight arrives, while Startup fills a long path.
//!
//! A delivery rate (draft-ietf-ccwg-bbr §4.1) is taken over a round trip and what the flight takes besides. In Startup a
//! window leaves in a part of a round trip and nothing in the rest, so that the rate of the whole is the window's, not the
//! path's. Packets that follow each other show at what rate the path lets them through: no faster than they left, which
//! bounds what compressed acknowledgements could feign, and no faster than the bottleneck, however short the flight.

use std::time::Duration;

use crate::event::Ack;

/// The fastest train of a Startup. Inputs: the acknowledgements. Output: its rate, bytes per second.
#[derive(Debug, Clone, Default)]
pub(super) struct Trains {
    first: Option<Mark>,
    rate: u64,
    /// There were some in this Startup: the path was without a queue, and this flow has filled a part of it.
    seen: bool,
    /// The rate of whole round trips that was last a growth.
    grown: u64,
    /// How long acknowledgements have brought nothing but a queue since then, and the last of them.
    waited: Duration,
    asked_at: Duration,
}

/// An acknowledgement that a train begins with.
#[derive(Debug, Clone, Copy)]
struct Mark {
    sent_at: Duration,
    acked_at: Duration,
    delivered: u64,
}

impl Trains {
    /// 0 while no train has arrived.
    pub(super) fn rate(&self) -> u64 {
        self.rate
    }

    /// `delivered`: bytes delivered, this acknowledgement included. `min_rtt`: the least round trip of the path.
    pub(super) fn on_ack(&mut self, ack: &Ack, delivered: u64, min_rtt: Duration) {
        if min_rtt < LONG_PATH || ack.rtt.is_none() {
            return;
        }
        let mark = Mark {
            sent_at: ack.newest.sent_at,
            acked_at: ack.now,
            delivered,
        };
        let first = *self.first.get_or_insert(mark);
        let arrived = ack.now.saturating_sub(first.acked_at);
        if arrived < min_rtt / TRAINS_PER_ROUND {
            return;
        }
        let span = arrived.max(mark.sent_at.saturating_sub(first.sent_at));
        let rate = (delivered - first.delivered) as f64 / span.as_secs_f64();
        self.rate = self.rate.max(rate as u64);
        self.seen = true;
        self.first = Some(mark);
    }

    /// Nothing more arrives but a queue. The queue makes rounds longer and longer: they are no measure of how long to wait,
    /// and of the silence between two flights little counts. Asked with every acknowledgement. `bandwidth`: the most that
    /// arrived over whole round trips; `queued`: there is a queue.
    pub(super) fn has_filled_path(
        &mut self,
        now: Duration,
        bandwidth: u64,
        queued: bool,
        min_rtt: Duration,
    ) -> bool {
        let since = now.saturating_sub(self.asked_at);
        self.asked_at = now;
        if !queued || bandwidth as f64 > self.grown as f64 * GROWTH {
            self.grown = bandwidth;
            self.waited = Duration::ZERO;
        } else {
            self.waited += since.min(min_rtt / TRAINS_PER_ROUND);
        }
        self.seen && self.waited > min_rtt / 2
    }

    /// A queue, or no Startup any more: what arrived before it no longer counts.
    pub(super) fn stop(&mut self) {
        self.first = None;
        self.rate = 0;
    }
}

/// On shorter paths a doubling more takes no time, and timers and acknowledgements weigh more.
const LONG_PATH: Duration = Duration::from_millis(400);
/// The first flight leaves within a quarter of a round trip: it holds one train at least.
const TRAINS_PER_ROUND: u32 = 8;
const GROWTH: f64 = 1.05;

#[cfg(test)]
#[path = "../../../tests/unit/trains.rs"]
mod tests;
