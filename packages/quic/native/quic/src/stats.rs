//! Figures of a link.

/// Counters since the link began and gauges of now; times in microseconds, sizes in bytes of UDP payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkStats {
    /// Smoothed round trip.
    pub rtt_us: u64,
    /// Least round trip seen.
    pub min_rtt_us: u64,
    /// Congestion window.
    pub window: u64,
    /// Sent and neither acknowledged nor lost.
    pub in_flight: u64,
    /// What the controller wants, bytes per second; 0 is unpaced.
    pub pacing_rate: u64,
    /// Sent.
    pub bytes_sent: u64,
    /// Received.
    pub bytes_received: u64,
    /// UDP datagrams sent.
    pub packets_sent: u64,
    /// UDP datagrams received.
    pub packets_received: u64,
    /// Packets declared lost.
    pub packets_lost: u64,
    /// Application datagrams dropped at this end, here and in the receive queue.
    pub datagrams_dropped: u64,
    /// Largest UDP payload that fits the path.
    pub mtu: u64,
    /// Accepted from the owner and not yet taken by the engine.
    pub bytes_queued: u64,
    /// Pings that followed the last packets before a pause.
    pub tail_pings: u64,
}
