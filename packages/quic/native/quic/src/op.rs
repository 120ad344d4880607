//! What the owner of a link asks of it, in batches. Ids of streams the owner opens are even and its own choice.

use bytes::Bytes;

/// One thing to do. Order matters only within a stream; `Reset` overtakes writes that wait.
#[derive(Debug)]
pub enum Op {
    /// Open a stream that only we write. It may wait for the peer's permission; writes to it may follow at once.
    OpenUni {
        /// A new even id.
        id: u64,
        /// Higher goes first.
        priority: i32,
    },
    /// Open a stream for both directions.
    OpenBidi {
        /// A new even id.
        id: u64,
        /// Higher goes first.
        priority: i32,
    },
    /// The front of a stream that only we write is worth repair ahead of loss. Before its first write.
    Protect {
        /// The stream.
        id: u64,
        /// Bytes of its front.
        bytes: u64,
    },
    /// Append to a stream.
    Write {
        /// The stream.
        id: u64,
        /// What to append; the owner keeps to its credit.
        bytes: Bytes,
    },
    /// Nothing more will be written.
    Finish {
        /// The stream.
        id: u64,
    },
    /// Abandon our half of a stream.
    Reset {
        /// The stream.
        id: u64,
        /// Told to the peer.
        code: u32,
    },
    /// Higher goes first, from the bytes on that the engine does not have yet.
    Priority {
        /// The stream.
        id: u64,
        /// The new one.
        priority: i32,
    },
    /// Ask the peer to stop sending on a stream; nothing more of it is reported.
    Stop {
        /// The stream.
        id: u64,
        /// Told to the peer.
        code: u32,
    },
    /// The owner is done with `bytes` that were reported for a stream: as many may be read again.
    Consumed {
        /// The stream.
        id: u64,
        /// How many.
        bytes: u64,
    },
    /// Send a datagram.
    Datagram {
        /// Its content.
        bytes: Bytes,
    },
    /// Tell the owner how much to write, so that about so much of the rate is written and not sent; 0: tell nothing.
    Meter {
        /// Microseconds.
        max_unsent_us: u64,
    },
}
