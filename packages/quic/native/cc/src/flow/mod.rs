//! What is measured of one path, outside any algorithm: it survives a switch, and packets sent before the switch are
//! sampled by the algorithm after it.

use std::time::Duration;

pub mod filter;
mod packets;
mod reordering;
pub mod rounds;
mod rtt;

pub use packets::Packet;
pub use rtt::Rtt;

use crate::event::{Ack, Loss, RateSample, Sent};
use crate::params::Params;
use filter::Extreme;
use packets::{Acked, Packets};
use reordering::{Progress, Reordering};
use rounds::Rounds;

/// One path's packets and measurements.
///
/// Inputs, in the order of the engine's events: `on_sent` per packet; `on_acked` per packet and `end_acks` per
/// acknowledgement; `on_lost` per packet and `end_losses` per detection. Outputs: the events of [`crate::event`] and the
/// readings. Delivery rates follow draft-ietf-ccwg-bbr §4.1 (draft-cheng-iccrg-delivery-rate-estimation).
#[derive(Debug, Clone)]
pub struct Flow {
    /// The knobs in force. An algorithm reads them where it uses them, so that a change acts at once.
    pub params: Params,
    /// The largest packet, bytes.
    pub mtu: u64,
    packets: Packets,
    rtt: Rtt,
    rounds: Rounds,
    bandwidth: Extreme<u64>,
    /// `C.delivered`, `C.delivered_time`, `C.first_send_time`, `C.lost`, bytes and moments.
    delivered: u64,
    delivered_at: Duration,
    first_sent_at: Duration,
    lost: u64,
    /// `C.app_limited`: samples are app-limited until this much is delivered. 0 is not at all.
    app_limited_until: u64,
    last_sent_at: Option<Duration>,
    newest_acked_sent_at: Duration,
    newest_acked: u64,
    pending: Pending,
    reordering: Reordering,
    spurious: u64,
    largest_flight: u64,
}

/// An acknowledgement while its packets are told one by one.
#[derive(Debug, Clone, Copy, Default)]
struct Pending {
    acked_bytes: u64,
    acked_packets: u64,
    spurious_bytes: u64,
    spurious_packets: u64,
    in_flight_before: Option<u64>,
    newest: Option<Packet>,
    oldest_spurious: Option<Packet>,
}

impl Flow {
    /// A path nothing was sent on.
    pub fn new(params: Params, mtu: u16) -> Self {
        Self {
            params,
            mtu: u64::from(mtu),
            packets: Packets::default(),
            rtt: Rtt::default(),
            rounds: Rounds::default(),
            bandwidth: Extreme::most(),
            delivered: 0,
            delivered_at: Duration::ZERO,
            first_sent_at: Duration::ZERO,
            lost: 0,
            app_limited_until: 0,
            last_sent_at: None,
            newest_acked_sent_at: Duration::ZERO,
            newest_acked: 0,
            pending: Pending::default(),
            reordering: Reordering::default(),
            spurious: 0,
            largest_flight: 0,
        }
    }

    /// Bytes sent and neither acknowledged nor lost.
    pub fn in_flight(&self) -> u64 {
        self.packets.in_flight()
    }

    /// Bytes acknowledged so far.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Bytes taken for lost so far.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Bytes taken for lost and acknowledged later.
    pub fn spurious(&self) -> u64 {
        self.spurious
    }

    /// The most bytes that were in flight at once and of which the newest packet has been acknowledged.
    pub fn largest_flight(&self) -> u64 {
        self.largest_flight
    }

    /// Round-trip times.
    pub fn rtt(&self) -> &Rtt {
        &self.rtt
    }

    /// The greatest delivery rate of the last ten rounds, bytes per second; app-limited samples only raise it.
    pub fn bandwidth(&self) -> Option<u64> {
        self.bandwidth.value()
    }

    /// Round trips counted in packets.
    pub fn round(&self) -> u64 {
        self.rounds.count()
    }

    /// Whether packets that leave now give app-limited samples.
    pub fn is_app_limited(&self) -> bool {
        self.app_limited_until > 0
    }

    /// When a packet last left.
    pub fn last_sent_at(&self) -> Option<Duration> {
        self.last_sent_at
    }

    /// The smoothed round trip, before the first sample the knob `initial_rtt`.
    pub fn rtt_or_initial(&self) -> Duration {
        self.rtt.smoothed().unwrap_or(self.params.initial_rtt)
    }

    /// The sender has run out of data while the window was open: samples of the next round trip say what the
    /// application did, not what the path can (draft §4.1.2.4). Pacing is no such reason (RFC 9002 §7.8).
    pub fn mark_app_limited(&mut self) {
        self.app_limited_until = (self.delivered + self.in_flight()).max(1);
    }

    /// An ack-eliciting packet leaves (draft §4.1.2.2).
    pub fn on_sent(&mut self, now: Duration, number: u64, bytes: u64) -> Sent {
        let idle = self.in_flight() == 0;
        if idle {
            self.first_sent_at = now;
            self.delivered_at = now;
        }
        let since_last = self.last_sent_at.map(|last| now.saturating_sub(last));
        self.last_sent_at = Some(now);
        let packet = Packet {
            number,
            bytes,
            sent_at: now,
            delivered: self.delivered,
            delivered_at: self.delivered_at,
            first_sent_at: self.first_sent_at,
            lost: self.lost,
            in_flight: self.in_flight() + bytes,
            app_limited: self.is_app_limited(),
        };
        self.packets.insert(packet);
        Sent {
            now,
            packet,
            idle,
            since_last,
        }
    }

    /// Packet `number` is acknowledged; `sent_at` as given to `on_sent`, if known, tells number spaces apart.
    pub fn on_acked(&mut self, now: Duration, number: u64, sent_at: Option<Duration>) {
        let before = self.in_flight();
        let Some(acked) = self.packets.acknowledge(number, sent_at) else {
            return;
        };
        self.pending.in_flight_before.get_or_insert(before);
        let packet = match acked {
            Acked::InTime(packet) => packet,
            Acked::AfterLoss(packet) => {
                let progress = self.progress(now);
                let untold =
                    (self.reordering).on_acked_after_loss(&packet, &progress, &self.params);
                if !untold {
                    self.note_spurious(packet);
                }
                packet
            }
        };
        self.pending.acked_bytes += packet.bytes;
        self.pending.acked_packets += 1;
        self.delivered += packet.bytes;
        self.delivered_at = now;
        let is_newest =
            |newest: Packet| (packet.sent_at, packet.number) > (newest.sent_at, newest.number);
        if self.pending.newest.is_none_or(is_newest) {
            self.pending.newest = Some(packet);
            self.first_sent_at = packet.sent_at;
        }
    }

    /// All packets of an acknowledgement were told. `ce_marks`: packets newly reported as ECN-CE. `None` when nothing
    /// was newly acknowledged.
    pub fn end_acks(&mut self, now: Duration, ce_marks: u64) -> Option<Ack> {
        let pending = std::mem::take(&mut self.pending);
        let newest = pending.newest?;
        self.largest_flight = self.largest_flight.max(newest.in_flight);
        if self.app_limited_until > 0 && self.delivered > self.app_limited_until {
            self.app_limited_until = 0;
        }
        // Only an acknowledgement that advances measures the path; a late one of an old packet measures its detour.
        let advances = newest.sent_at >= self.newest_acked_sent_at;
        let rtt = advances.then(|| now.saturating_sub(newest.sent_at));
        if let Some(sample) = rtt {
            self.rtt.update(now, sample, self.params.min_rtt_window);
        }
        if advances {
            self.newest_acked_sent_at = newest.sent_at;
            self.newest_acked = newest.number;
        }
        let round_start = self.rounds.on_ack(newest.delivered, self.delivered);
        let rate = self.rate_sample(now, &newest);
        if let Some(rate) = &rate {
            self.take_bandwidth(rate);
        }
        let ack = Ack {
            now,
            acked_bytes: pending.acked_bytes,
            acked_packets: pending.acked_packets,
            spurious_bytes: pending.spurious_bytes,
            spurious_packets: pending.spurious_packets,
            oldest_spurious: pending.oldest_spurious,
            in_flight_before: pending.in_flight_before.unwrap_or(0),
            newest,
            rtt,
            round_start,
            ce_marks,
            rate,
        };
        let memory = self.rtt_or_initial() * FORGET_ROUND_TRIPS + FORGET_SLACK;
        self.packets
            .forget(self.newest_acked_sent_at.saturating_sub(memory));
        Some(ack)
    }

    /// Packet `number` is taken for lost.
    pub fn on_lost(&mut self, number: u64) {
        if let Some(packet) = self.packets.lose(number) {
            self.reordering.on_lost(packet);
        }
    }

    /// All packets of one loss detection were told. `None` when there are none to tell an algorithm of: those that
    /// reordering may explain wait for a later call (knob `adaptive_reordering`).
    pub fn end_losses(&mut self, now: Duration, persistent: bool) -> Option<Loss> {
        if self.reordering.is_empty() {
            return None;
        }
        let progress = self.progress(now);
        let packets = (self.reordering).take_due(&progress, &self.params, persistent);
        if packets.is_empty() {
            return None;
        }
        let bytes = packets.iter().map(|packet| packet.bytes).sum();
        self.lost += bytes;
        let breaks = |pair: &[Packet]| pair[1].number != pair[0].number + 1;
        let ranges = 1 + packets.windows(2).filter(|pair| breaks(pair)).count() as u64;
        Some(Loss {
            now,
            bytes,
            ranges,
            persistent,
            packets,
        })
    }

    fn note_spurious(&mut self, packet: Packet) {
        self.spurious += packet.bytes;
        self.pending.spurious_bytes += packet.bytes;
        self.pending.spurious_packets += 1;
        self.pending.oldest_spurious.get_or_insert(packet);
    }

    fn progress(&self, now: Duration) -> Progress {
        let latest = self.rtt.latest().unwrap_or_default();
        Progress {
            now,
            newest: self.newest_acked,
            rtt: self.rtt_or_initial().max(latest),
        }
    }

    fn take_bandwidth(&mut self, rate: &RateSample) {
        let raises = self
            .bandwidth
            .value()
            .is_none_or(|most| rate.bytes_per_second >= most);
        if raises || !rate.app_limited {
            let round = self.rounds.count();
            self.bandwidth
                .update(BANDWIDTH_ROUNDS, round, rate.bytes_per_second);
        }
    }

    /// Draft §4.1.2.3. No sample when the acknowledged flight took less than a round trip: compression, not capacity.
    fn rate_sample(&self, now: Duration, newest: &Packet) -> Option<RateSample> {
        let send_elapsed = newest.sent_at.saturating_sub(newest.first_sent_at);
        let ack_elapsed = now.saturating_sub(newest.delivered_at);
        let interval = send_elapsed.max(ack_elapsed);
        if interval.is_zero() || self.rtt.min().is_some_and(|min| interval < min) {
            return None;
        }
        let delivered = self.delivered - newest.delivered;
        Some(RateSample {
            bytes_per_second: (delivered as f64 / interval.as_secs_f64()) as u64,
            delivered,
            interval,
            send_elapsed,
            ack_elapsed,
            prior_delivered: newest.delivered,
            in_flight_at_send: newest.in_flight,
            lost: self.lost.saturating_sub(newest.lost),
            app_limited: newest.app_limited,
        })
    }
}

/// How long a delivery rate is believed, rounds (BtlBwFilterLen of version 1).
const BANDWIDTH_ROUNDS: u64 = 10;

/// A packet so much older than the newest acknowledged one is settled: RFC 9002 §6.1.2 has taken it for lost after
/// 9/8 round trips, and a detour of more is no detour.
const FORGET_ROUND_TRIPS: u32 = 4;
const FORGET_SLACK: Duration = Duration::from_secs(1);

#[cfg(test)]
#[path = "../../tests/unit/flow.rs"]
mod tests;
