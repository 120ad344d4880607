//! What an agent is told and what it answers. An agent decides off the packet path, once a round trip (as in CCP,
//! SIGCOMM 2018).

use std::time::Duration;

/// A window and a rate to keep until the next decision. What is `None` stays as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decision {
    /// Bytes that may be in flight.
    pub cwnd: Option<u64>,
    /// Bytes per second.
    pub pacing_rate: Option<u64>,
}

/// One round trip, as an agent is told of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// When the round ended.
    pub now: Duration,
    /// How long it took.
    pub span: Duration,
    /// Its number.
    pub round: u64,
    /// Bytes acknowledged in it.
    pub acked_bytes: u64,
    /// Bytes taken for lost in it.
    pub lost_bytes: u64,
    /// Packets reported as marked ECN-CE in it.
    pub ce_marks: u64,
    /// The newest round-trip time.
    pub rtt: Duration,
    /// The moving average.
    pub smoothed_rtt: Duration,
    /// The least of the window.
    pub min_rtt: Duration,
    /// The greatest delivery rate in it, bytes per second; `None` without a sample.
    pub delivery_rate: Option<u64>,
    /// Bytes in flight now.
    pub in_flight: u64,
    /// The window in force.
    pub cwnd: u64,
    /// The pacing rate in force, bytes per second.
    pub pacing_rate: u64,
    /// The application set the pace.
    pub app_limited: bool,
    /// The stand-in is in charge: no decision came in time.
    pub standing_in: bool,
}
