//! Which losses an algorithm hears of, and when: reordering that was once taken for loss is not so taken again.
//!
//! The engine's thresholds (RFC 9002 §6.1) are fixed for a connection, and what it takes for lost it sends again at once.
//! An algorithm need not follow at once: when a packet that was given up is acknowledged after all, the thresholds here
//! grow to what would have waited for it, and later losses are told when they pass those. A packet acknowledged before
//! that was no loss.

use std::time::Duration;

use super::Packet;
use crate::params::Params;

/// Inputs: `on_lost`, `on_acked_after_loss`. Output: `take_due`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reordering {
    /// Packets that may overtake one before it is lost; 0: as many as the engine's threshold.
    packets: u64,
    /// How often the time threshold has been doubled.
    doublings: u32,
    held: Vec<Packet>,
}

/// What is needed to judge a packet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) now: Duration,
    /// Number of the packet that left last of those acknowledged.
    pub(crate) newest: u64,
    /// The longer of the smoothed and the latest round trip.
    pub(crate) rtt: Duration,
}

impl Reordering {
    /// The engine gave `packet` up.
    pub(crate) fn on_lost(&mut self, packet: Packet) {
        self.held.push(packet);
    }

    /// A packet that was given up is acknowledged. True when no algorithm has heard of its loss.
    pub(crate) fn on_acked_after_loss(
        &mut self,
        packet: &Packet,
        progress: &Progress,
        params: &Params,
    ) -> bool {
        let overtaken = progress.newest.saturating_sub(packet.number);
        self.packets = (self.packets.max(params.packet_threshold))
            .max(overtaken + 1)
            .min(MAX_PACKETS.max(params.packet_threshold));
        let age = progress.now.saturating_sub(packet.sent_at);
        if age >= self.patience(progress, params) && self.doublings < MAX_DOUBLINGS {
            self.doublings += 1;
        }
        let is_it = |held: &Packet| (held.number, held.sent_at) == (packet.number, packet.sent_at);
        let found = self.held.iter().position(is_it);
        found.map(|index| self.held.remove(index)).is_some()
    }

    /// The losses to tell now, oldest first; `all`: whatever the thresholds say.
    pub(crate) fn take_due(
        &mut self,
        progress: &Progress,
        params: &Params,
        all: bool,
    ) -> Vec<Packet> {
        let is_raised = self.packets > params.packet_threshold || self.doublings > 0;
        if all || !params.adaptive_reordering || !is_raised || self.held.len() > MAX_HELD {
            return std::mem::take(&mut self.held);
        }
        let patience = self.patience(progress, params);
        let packets = self.packets.max(params.packet_threshold);
        let is_due = |packet: &Packet| {
            progress.newest.saturating_sub(packet.number) >= packets
                || progress.now.saturating_sub(packet.sent_at) >= patience
        };
        let (due, held) = self.held.drain(..).partition(is_due);
        self.held = held;
        due
    }

    /// Nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn patience(&self, progress: &Progress, params: &Params) -> Duration {
        let extra = (params.time_threshold - 1.0) * f64::from(1 << self.doublings);
        let factor = 1.0 + extra.min(MAX_EXTRA.max(params.time_threshold - 1.0));
        progress.rtt.mul_f64(factor)
    }
}

/// Most packets that may overtake one: more of them is a path that reorders at large, for `spurious_undo`.
const MAX_PACKETS: u64 = 20;

/// 9/8 becomes 5/4, 3/2, 2 round trips.
const MAX_DOUBLINGS: u32 = 3;
const MAX_EXTRA: f64 = 1.0;

/// Losses that wait; when there are more, all are told.
const MAX_HELD: usize = 4_096;

#[cfg(test)]
#[path = "../../tests/unit/reordering.rs"]
mod tests;
