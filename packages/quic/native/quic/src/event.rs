//! What a link tells its owner, in batches. Stream ids are this crate's own: even ones are the owner's, odd ones ours.

use bytes::Bytes;

/// What became of data sent before the handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyData {
    /// None was sent.
    None,
    /// The peer has not answered yet.
    Pending,
    /// The peer took it.
    Accepted,
    /// The peer did not take it; the streams were sent again.
    Rejected,
}

/// One thing that happened. Order matters only within a stream, and `Closed` is the last of all.
#[derive(Debug)]
pub enum Event {
    /// The handshake is over and the peer's identity is proven.
    Established {
        /// What became of early data.
        early_data: EarlyData,
    },
    /// The handshake runs, and data may be sent at once (0-RTT).
    EarlyReady,
    /// The peer opened a stream that only it writes.
    UniOpened {
        /// Our id of it.
        id: u64,
    },
    /// The peer opened a stream for both directions.
    BidiOpened {
        /// Our id of it.
        id: u64,
    },
    /// Bytes of a stream; `parts` follow each other without a gap.
    Data {
        /// The stream.
        id: u64,
        /// Where the first part stands in the stream.
        offset: u64,
        /// Total length of the parts.
        length: usize,
        /// The bytes.
        parts: Vec<Bytes>,
    },
    /// Every byte of a stream has been given.
    Finished {
        /// The stream.
        id: u64,
        /// Its length.
        size: u64,
    },
    /// The peer abandoned the stream.
    Reset {
        /// The stream.
        id: u64,
        /// The peer's code.
        code: u64,
    },
    /// The peer wants no more of our half; it is reset already.
    Stopped {
        /// The stream.
        id: u64,
        /// The peer's code.
        code: u64,
    },
    /// The engine took `bytes` of what was written.
    Credit {
        /// The stream.
        id: u64,
        /// How many bytes may be written again.
        bytes: u64,
    },
    /// The peer has everything up to the finish.
    Acknowledged {
        /// The stream.
        id: u64,
    },
    /// A datagram came.
    Datagram(Bytes),
    /// The engine took datagrams of `bytes` in total.
    DatagramCredit {
        /// How many bytes of the queue are free again.
        bytes: u64,
    },
    /// The owner should write streams until it has written this many bytes in all; more than that may be written already.
    Wanted {
        /// Counted from the link's beginning.
        limit: i64,
    },
    /// A report for an agent waits; see `Link::take_reports`.
    Reported,
    /// The link is over; see `Link::close_report`.
    Closed,
}
