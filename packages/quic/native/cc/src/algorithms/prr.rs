//! Proportional rate reduction (RFC 9937): during a recovery the window comes down to its new size in step with what is
//! delivered, neither stopping nor bursting.

/// One recovery. Inputs: `on_sent`, `on_ack`. Output: bytes that may be in flight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prr {
    /// Bytes in flight when the recovery began (`RecoverFS`).
    recover: u64,
    delivered: u64,
    out: u64,
}

/// One acknowledgement in a recovery.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    /// Bytes newly acknowledged (`DeliveredData`).
    pub(super) bytes: u64,
    /// Bytes in flight after it.
    pub(super) in_flight: u64,
    /// Nothing more was taken for lost since the last one (`SafeACK`).
    pub(super) safe: bool,
}

impl Prr {
    pub(super) fn new(in_flight_before: u64) -> Self {
        Self {
            recover: in_flight_before.max(1),
            delivered: 0,
            out: 0,
        }
    }

    pub(super) fn on_sent(&mut self, bytes: u64) {
        self.out += bytes;
    }

    /// The window after an acknowledgement (RFC 9937 §6).
    pub(super) fn on_ack(&mut self, ssthresh: u64, mtu: u64, ack: Delivery) -> u64 {
        self.delivered += ack.bytes;
        let owed = if ack.in_flight > ssthresh {
            let due = u128::from(self.delivered) * u128::from(ssthresh);
            (due.div_ceil(u128::from(self.recover)) as u64).saturating_sub(self.out)
        } else {
            let conserving = self.delivered.saturating_sub(self.out).max(ack.bytes);
            let growth = if ack.safe { mtu } else { 0 };
            (conserving + growth).min(ssthresh - ack.in_flight)
        };
        // The first retransmission leaves at once.
        let owed = if self.out == 0 { owed.max(mtu) } else { owed };
        ack.in_flight + owed
    }
}
