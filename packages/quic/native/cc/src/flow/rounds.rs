//! Round trips counted in packets (draft-ietf-ccwg-bbr §5.5.1): a round ends when a packet that left after its start is
//! acknowledged.

/// A count of rounds. An algorithm that starts rounds of its own keeps one of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rounds {
    count: u64,
    ends_at: u64,
}

impl Rounds {
    /// Rounds so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A new round begins now: it ends with a packet sent from here on. `delivered`: bytes delivered so far.
    pub fn begin(&mut self, delivered: u64) {
        self.ends_at = delivered;
    }

    /// The newest packet of an acknowledgement left when `prior_delivered` bytes were delivered, now it is `delivered`.
    /// True when that ends a round.
    pub fn on_ack(&mut self, prior_delivered: u64, delivered: u64) -> bool {
        if prior_delivered < self.ends_at {
            return false;
        }
        self.count += 1;
        self.ends_at = delivered;
        true
    }
}
