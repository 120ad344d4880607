//! Which loss is congestion? What remains when less is sent is noise; what comes on top of it is not.
//!
//! A random loss does not care how fast we send: its share is the same in PROBE_DOWN, below the path's rate, as at any
//! other time. A full queue or a policer drops nothing then. So the share of packets lost that left in a PROBE_DOWN
//! without a queue is the noise of the path, and only loss significantly above it is congestion.

use std::time::Duration;

use crate::event::{Ack, Loss};

/// Loss of packets that left while less was sent, and loss of the running round.
#[derive(Debug, Clone, Default)]
pub(super) struct Noise {
    quiet: Option<Span>,
    /// What was counted before the quiet span.
    before: (f64, f64),
    sent: f64,
    lost: f64,
    /// Loss of everything sent, decaying alike: no more of it can be noise.
    all_sent: f64,
    all_lost: f64,
    round: Tally,
}

/// When the last quiet span began and ended.
#[derive(Debug, Clone, Copy)]
struct Span {
    began: Duration,
    ended: Option<Duration>,
}

impl Span {
    fn holds(&self, at: Duration) -> bool {
        at >= self.began && self.ended.is_none_or(|ended| at < ended)
    }
}

/// What noise is allowed to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    /// The most that a measurement of it is believed.
    pub(super) known: f64,
    /// The most before any was measured.
    pub(super) unknown: f64,
    /// And so many deviations, by chance.
    pub(super) chance: f64,
}

/// One round, in packets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) acked: u64,
    pub(super) lost: u64,
    pub(super) runs: u64,
}

impl Tally {
    /// Share of packets lost.
    pub(super) fn share(self) -> f64 {
        self.lost as f64 / (self.acked + self.lost).max(1) as f64
    }
}

impl Noise {
    /// From `now` on less is sent than the path carries.
    pub(super) fn begin_quiet(&mut self, now: Duration) {
        self.before = (self.sent, self.lost);
        self.quiet = Some(Span {
            began: now,
            ended: None,
        });
    }

    /// No longer.
    pub(super) fn end_quiet(&mut self, now: Duration) {
        if let Some(span) = &mut self.quiet {
            span.ended.get_or_insert(now);
        }
    }

    /// Congestion all the same: less was still too much. What was lost in the running span says nothing of the noise, and
    /// what is told of the last one yet is not counted.
    pub(super) fn spoil_quiet(&mut self) {
        if let Some(Span { ended: None, .. }) = self.quiet.take() {
            self.sent = self.sent.min(self.before.0);
            self.lost = self.lost.min(self.before.1);
        }
    }

    /// `calm`: there is no queue now.
    pub(super) fn on_ack(&mut self, ack: &Ack, calm: bool) {
        self.round.acked += ack.acked_packets;
        self.round.lost = self.round.lost.saturating_sub(ack.spurious_packets);
        if calm
            && self
                .quiet
                .is_some_and(|span| span.holds(ack.newest.sent_at))
        {
            self.count(ack.acked_packets as f64, 0.0);
        }
    }

    pub(super) fn on_loss(&mut self, loss: &Loss, calm: bool) {
        let packets = loss.packets.len() as u64;
        self.round.lost += packets;
        self.round.runs += loss.ranges;
        if let Some(span) = self.quiet.filter(|_| calm) {
            let quiet = loss
                .packets
                .iter()
                .filter(|packet| span.holds(packet.sent_at));
            let quiet = quiet.count() as f64;
            self.count(quiet, quiet);
        }
    }

    /// The round is over.
    pub(super) fn take_round(&mut self) -> Tally {
        let round = std::mem::take(&mut self.round);
        self.all_sent += (round.acked + round.lost) as f64;
        self.all_lost += round.lost as f64;
        if self.all_sent > MEMORY_PACKETS {
            self.all_sent /= 2.0;
            self.all_lost /= 2.0;
        }
        round
    }

    /// The noise of the path, 0 to `limit`.
    pub(super) fn share(&self, limit: f64) -> f64 {
        // A prior of a few lossless packets keeps one early loss from counting as a noisy path.
        let quiet = self.lost / (self.sent + PRIOR_PACKETS);
        let all = self.all_lost / self.all_sent.max(1.0);
        quiet.min(all).min(limit)
    }

    /// Whether `tally` lost more than noise can explain; `threshold`: a share of it that is nothing to speak of.
    pub(super) fn exceeds(&self, tally: Tally, threshold: f64, allowed: Allowed) -> bool {
        let packets = (tally.acked + tally.lost) as f64;
        if tally.runs < FEW_RUNS {
            // An overflow takes a packet here and there, a fade takes a row.
            return false;
        }
        // Losses in bursts scatter more: the variance grows with the length of the runs.
        let scatter = 2.0 * (tally.lost as f64 / tally.runs as f64).max(1.0) - 1.0;
        if self.sent < KNOWN_PACKETS {
            // Nothing to compare with yet: only what no noise is allowed to be.
            let share = allowed.unknown;
            let deviation = (share * (1.0 - share) * packets * scatter).sqrt();
            let most = share * packets + allowed.chance * deviation;
            return tally.lost >= MANY_PACKETS && tally.lost as f64 > most;
        }
        let expected = self.share(allowed.known) * packets;
        // What is known of the noise is uncertain too.
        let variance = (expected + 1.0) * scatter * (1.0 + packets / self.sent);
        let excess = tally.lost as f64 - expected;
        excess > threshold * packets && excess > SIGNIFICANT * variance.sqrt()
    }

    fn count(&mut self, sent: f64, lost: f64) {
        self.sent += sent;
        self.lost += lost;
        if self.sent > MEMORY_PACKETS {
            self.sent /= 2.0;
            self.lost /= 2.0;
        }
    }
}

/// Packets after which old ones count half.
const MEMORY_PACKETS: f64 = 2_000.0;
const PRIOR_PACKETS: f64 = 30.0;
/// So many must have been counted before noise is compared with.
const KNOWN_PACKETS: f64 = 200.0;
const FEW_RUNS: u64 = 3;
const MANY_PACKETS: u64 = 10;
/// Deviations that are no chance.
const SIGNIFICANT: f64 = 3.0;
