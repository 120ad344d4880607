//! How much is lost, and how much of it together.

/// What [`Loss`] has measured.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LossView {
    /// Share of packets, 0 to 1.
    pub share: f64,
    /// Mean number of packets lost in a row; 0 while none was.
    pub burst: f64,
}

/// Running means over the fates of packets.
#[derive(Debug, Default)]
pub(crate) struct Loss {
    packets: u64,
    share: f64,
    runs: u64,
    burst: f64,
    /// The last of the run that may go on, and its length.
    last: Option<u64>,
    run: u64,
}

impl Loss {
    pub(crate) fn on_acked(&mut self) {
        self.weigh(0.0);
    }

    /// Packets are numbered in the order they were sent in, and are told of in that order.
    pub(crate) fn on_lost(&mut self, packet: u64) {
        self.weigh(1.0);
        if self.last.is_some_and(|last| last + 1 == packet) {
            self.run += 1;
        } else {
            self.end_run();
            self.run = 1;
        }
        self.last = Some(packet);
    }

    pub(crate) fn view(&self) -> LossView {
        // The run that may go on counts once it is longer than the mean.
        let run = self.run as f64;
        let weight = 1.0 / BURST_SPAN.min(self.runs as f64 + 1.0);
        let burst = if run > self.burst {
            self.burst + (run - self.burst) * weight
        } else {
            self.burst
        };
        LossView {
            share: self.share,
            burst,
        }
    }

    fn weigh(&mut self, lost: f64) {
        self.packets += 1;
        let span = LOSS_SPAN.min(self.packets as f64 + FIRST_PACKETS);
        self.share += (lost - self.share) / span;
    }

    fn end_run(&mut self) {
        if self.run > 0 {
            self.runs += 1;
            self.burst += (self.run as f64 - self.burst) / BURST_SPAN.min(self.runs as f64);
        }
    }
}

/// Packets that the mean reaches back over.
const LOSS_SPAN: f64 = 1_000.0;

/// The first packets weigh as if so many had come before them.
const FIRST_PACKETS: f64 = 50.0;

/// Runs that the mean reaches back over.
const BURST_SPAN: f64 = 24.0;

#[cfg(test)]
#[path = "../tests/unit/loss.rs"]
mod tests;
