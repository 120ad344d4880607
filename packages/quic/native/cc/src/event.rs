//! What an algorithm is told.

use std::time::Duration;

use crate::flow::Packet;

/// A packet left.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// When.
    pub now: Duration,
    /// The packet as recorded.
    pub packet: Packet,
    /// Nothing was in flight before it.
    pub idle: bool,
    /// Since the packet before it, if there was one.
    pub since_last: Option<Duration>,
}

/// How fast the path delivered the flight that ends with the newest acknowledged packet.
#[derive(Debug, Clone, Copy)]
pub struct RateSample {
    /// The rate.
    pub bytes_per_second: u64,
    /// Bytes delivered since that packet left (`RS.delivered`).
    pub delivered: u64,
    /// The longer of the two spans below.
    pub interval: Duration,
    /// How long sending the flight took.
    pub send_elapsed: Duration,
    /// How long its acknowledgements took.
    pub ack_elapsed: Duration,
    /// Bytes delivered when the packet left (`RS.prior_delivered`).
    pub prior_delivered: u64,
    /// Bytes in flight when the packet left (`RS.tx_in_flight`).
    pub in_flight_at_send: u64,
    /// Bytes taken for lost since the packet left (`RS.lost`).
    pub lost: u64,
    /// The application, not the path, set this rate.
    pub app_limited: bool,
}

/// An acknowledgement of something new.
#[derive(Debug, Clone, Copy)]
pub struct Ack {
    /// When it came.
    pub now: Duration,
    /// Bytes newly acknowledged, spurious losses included.
    pub acked_bytes: u64,
    /// Packets newly acknowledged.
    pub acked_packets: u64,
    /// Bytes of them that had been taken for lost.
    pub spurious_bytes: u64,
    /// Packets of them.
    pub spurious_packets: u64,
    /// The first of those.
    pub oldest_spurious: Option<Packet>,
    /// Bytes in flight before it.
    pub in_flight_before: u64,
    /// The packet of them that left last.
    pub newest: Packet,
    /// Its round trip, unless a packet that left later was acknowledged before.
    pub rtt: Option<Duration>,
    /// It ends a round trip of the flow.
    pub round_start: bool,
    /// Packets newly reported as marked ECN-CE.
    pub ce_marks: u64,
    /// The rate it shows, if the flight was long enough to show one.
    pub rate: Option<RateSample>,
}

/// Packets taken for lost in one go.
#[derive(Debug, Clone)]
pub struct Loss {
    /// When.
    pub now: Duration,
    /// Bytes of them.
    pub bytes: u64,
    /// Runs of adjacent numbers.
    pub ranges: u64,
    /// Persistent congestion (RFC 9002 §7.6): nothing arrived over several probe time-outs.
    pub persistent: bool,
    /// The packets, ascending in each number space.
    pub packets: Vec<Packet>,
}

impl Loss {
    /// When the newest of the lost packets left.
    pub fn newest_sent_at(&self) -> Duration {
        let sent = self.packets.iter().map(|packet| packet.sent_at);
        sent.max().unwrap_or(self.now)
    }
}
