//! What happened to every packet.

/// Why a packet did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Drop {
    /// The path was dark.
    Blackhole,
    /// Beyond the policer's bucket.
    Policer,
    /// Taken by the loss model.
    Loss,
    /// The queue was full.
    Queue,
}

/// Counters since the link began. `pushed = delivered - duplicated + dropped + still inside`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkStats {
    /// Packets given to the link.
    pub pushed: u64,
    /// Bytes of them.
    pub pushed_bytes: u64,
    /// Packets that came out, duplicates included.
    pub delivered: u64,
    /// Bytes of them.
    pub delivered_bytes: u64,
    /// Dropped by a blackhole.
    pub dropped_blackhole: u64,
    /// Dropped by the policer.
    pub dropped_policer: u64,
    /// Dropped by the loss model.
    pub dropped_loss: u64,
    /// Dropped by the full queue.
    pub dropped_queue: u64,
    /// Packets that left their turn.
    pub reordered: u64,
    /// Packets that came out twice.
    pub duplicated: u64,
    /// The fullest the queue has been, bytes.
    pub queue_peak_bytes: u64,
}

impl LinkStats {
    pub(crate) fn count_drop(&mut self, reason: Drop) {
        *match reason {
            Drop::Blackhole => &mut self.dropped_blackhole,
            Drop::Policer => &mut self.dropped_policer,
            Drop::Loss => &mut self.dropped_loss,
            Drop::Queue => &mut self.dropped_queue,
        } += 1;
    }

    /// All drops together.
    pub fn dropped(&self) -> u64 {
        self.dropped_blackhole + self.dropped_policer + self.dropped_loss + self.dropped_queue
    }
}
