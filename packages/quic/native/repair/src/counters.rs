//! What both ends count.

/// Of a [`crate::Sender`], since its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SenderCounters {
    /// Symbols sent for what was lost.
    pub sent_on_loss: u64,
    /// Symbols sent ahead of any loss.
    pub sent_ahead: u64,
    /// Bytes of the datagrams of both.
    pub sent_bytes: u64,
    /// Symbols that were not sent since what they repair was acknowledged meanwhile.
    pub cancelled: u64,
    /// Symbols that the budget did not allow.
    pub refused_by_budget: u64,
    /// Symbols that were not sent since the link is too slow for the streams themselves.
    pub refused_by_queue: u64,
}

/// Of a [`crate::Receiver`] and its gates, since its beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReceiverCounters {
    /// Symbols that came.
    pub received: u64,
    /// Symbols that were part of a repair.
    pub used: u64,
    /// Symbols that came too late, twice, or for a block that could not be restored.
    pub useless: u64,
    /// Symbols and blocks that broke a rule or did not match their checksum.
    pub wrong: u64,
    /// Bytes handed up that the stream had not brought yet.
    pub repaired_bytes: u64,
}
