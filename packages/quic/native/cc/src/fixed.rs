//! A controller that keeps to a rate it is given, whatever the path says.
//!
//! For measurements, for links with a contracted rate, and as the far end of the mailbox through which a rate is set
//! from outside. It does not react to loss: use it where the rate is known to fit.

use std::time::Duration;

use crate::Pace;

/// Sends at a fixed rate. Inputs: what was sent, round trips, packet size. Outputs: window and pacing rate.
#[derive(Debug, Clone)]
pub struct FixedRate {
    pace: Pace,
    mtu: u16,
    smoothed_rtt: Duration,
}

impl FixedRate {
    /// `rate` in bytes of UDP payload per second.
    pub fn new(rate: u64, mtu: u16) -> Self {
        Self {
            pace: Pace::new(rate, mtu),
            mtu,
            smoothed_rtt: INITIAL_RTT,
        }
    }

    /// The rate that is wanted, bytes per second.
    pub fn rate(&self) -> u64 {
        self.pace.rate()
    }

    /// A new rate from `now` on.
    pub fn set_rate(&mut self, now: Duration, rate: u64) {
        self.pace.set_rate(now, rate);
    }

    /// An ack-eliciting packet of `bytes` left at `now`.
    pub fn on_sent(&mut self, now: Duration, bytes: u64) {
        self.pace.on_sent(now, bytes);
    }

    /// An acknowledgement came: the smoothed round trip is `smoothed` now, and the sender had nothing to send before it
    /// (`app_limited`) or had.
    pub fn on_ack(&mut self, smoothed: Duration, app_limited: bool) {
        self.smoothed_rtt = smoothed;
        self.pace.set_backlogged(!app_limited);
    }

    /// The largest packet has `mtu` bytes from now on.
    pub fn on_mtu(&mut self, mtu: u16) {
        self.mtu = mtu;
        self.pace.set_mtu(mtu);
    }

    /// What to tell the engine's pacer at `now`, bytes per second.
    pub fn pacing_rate(&self, now: Duration) -> u64 {
        self.pace.reported_rate(now)
    }

    /// Bytes that may be in flight: two round trips of the rate and room for late acknowledgements, so that pacing is
    /// what limits; bounded, so that a dead path does not take data for ever.
    pub fn window(&self) -> u64 {
        let span = self.smoothed_rtt * 2 + ACK_SLACK;
        let bytes = (self.rate() as f64 * span.as_secs_f64()) as u64;
        bytes.max(MIN_WINDOW_PACKETS * u64::from(self.mtu))
    }
}

/// Round trip before the first sample (RFC 9002 §6.2.2).
const INITIAL_RTT: Duration = Duration::from_millis(333);

/// Acknowledgements may be this late without stopping the sender.
const ACK_SLACK: Duration = Duration::from_millis(200);

/// Smallest window, packets.
const MIN_WINDOW_PACKETS: u64 = 16;

#[cfg(test)]
#[path = "../tests/unit/fixed.rs"]
mod tests;
