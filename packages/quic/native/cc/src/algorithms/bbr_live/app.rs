//! What the application sends, while it is the application that sets the pace.

use std::time::Duration;

use crate::event::Sent;

/// The rate of an application-limited sender, by the second.
#[derive(Debug, Clone, Default)]
pub(super) struct AppRate {
    began: Duration,
    bytes: u64,
    limited_bytes: u64,
    /// The last seconds that were the application's, bytes per second, newest first; 0: the path set the pace.
    seconds: [u64; 3],
}

impl AppRate {
    pub(super) fn on_sent(&mut self, sent: &Sent) {
        let elapsed = sent.now.saturating_sub(self.began);
        if elapsed >= SPAN {
            let whole = elapsed.as_secs_f64();
            let own = self.limited_bytes as f64 >= OWN_SHARE * self.bytes as f64;
            let rate = if own {
                (self.bytes as f64 / whole) as u64
            } else {
                0
            };
            self.seconds = [rate, self.seconds[0], self.seconds[1]];
            self.began = sent.now;
            self.bytes = 0;
            self.limited_bytes = 0;
        }
        self.bytes += sent.packet.bytes;
        if sent.packet.app_limited {
            self.limited_bytes += sent.packet.bytes;
        }
    }

    /// Bytes per second, 0 while the path sets the pace or nothing is known.
    pub(super) fn rate(&self) -> u64 {
        if self.seconds[0] == 0 {
            return 0;
        }
        self.seconds.iter().copied().max().unwrap_or(0)
    }
}

const SPAN: Duration = Duration::from_secs(1);

/// So much of a second must have been sent after a pause for want of data.
const OWN_SHARE: f64 = 0.8;
