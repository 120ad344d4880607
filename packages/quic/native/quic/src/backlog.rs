//! Whether the application has anything left to send, in bytes: what waits in our queue, and what the engine has taken
//! and not put into a packet yet.
//!
//! Congestion control asks with every packet: samples taken while the application had run dry say nothing of the path.
//! The engine knows it only at the time of acknowledgements.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counted up and down by the sender task, read by the engine's driver.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// Accepted from the owner and not yet taken by the engine.
    queued: AtomicU64,
    /// Stream bytes that the engine has taken, less those withdrawn by resets.
    taken: AtomicU64,
    /// `taken` as the engine last looked for something to send.
    offered: AtomicU64,
    /// Bytes of packets sent since nothing was left.
    standing: AtomicU64,
}

impl Backlog {
    pub(crate) fn queued(&self) -> u64 {
        self.queued.load(Relaxed)
    }

    pub(crate) fn on_queued(&self, bytes: u64) {
        self.queued.fetch_add(bytes, Relaxed);
    }

    /// Dropped before the engine took it.
    pub(crate) fn on_dropped(&self, bytes: u64) {
        self.queued.fetch_sub(bytes, Relaxed);
    }

    /// The engine took `bytes` of what was queued.
    pub(crate) fn on_taken(&self, bytes: u64) {
        self.queued.fetch_sub(bytes, Relaxed);
        self.taken.fetch_add(bytes, Relaxed);
    }

    /// The engine is about to look for something to send.
    pub(crate) fn on_turn(&self) {
        self.offered.store(self.taken.load(Relaxed), Relaxed);
    }

    /// The engine has found nothing that it could send, after it has sent `sent` fresh stream bytes in all. What resets
    /// have withdrawn is counted out here; what it has taken since it looked is not.
    pub(crate) fn on_dry(&self, sent: u64) {
        let offered = self.offered.swap(sent, Relaxed);
        let corrected = |taken: u64| Some((taken + sent).saturating_sub(offered));
        let _ = self.taken.fetch_update(Relaxed, Relaxed, corrected);
    }

    /// Early data was rejected after `sent` fresh stream bytes: what the engine has taken it will not send.
    pub(crate) fn on_rejected(&self, sent: u64) {
        self.offered.store(sent, Relaxed);
        self.taken.store(sent, Relaxed);
    }

    /// A packet of `bytes` left, and `left` bytes behind it.
    pub(crate) fn on_left(&self, left: u64, bytes: u64) {
        if left == 0 {
            self.standing.store(0, Relaxed);
        } else {
            // The driver alone writes it, and need not lock it with every packet.
            let standing = self.standing.load(Relaxed);
            self.standing.store(standing + bytes, Relaxed);
        }
    }

    /// The queue has not run dry for a quarter of a second at `rate` bytes per second: the link is the limit.
    pub(crate) fn stands(&self, rate: u64) -> bool {
        self.standing.load(Relaxed) > rate / 4
    }

    /// Bytes left, when `sent` fresh stream bytes have left in all.
    pub(crate) fn left(&self, sent: u64) -> u64 {
        self.queued() + self.taken.load(Relaxed).saturating_sub(sent)
    }
}

#[cfg(test)]
#[path = "../tests/unit/backlog.rs"]
mod tests;
