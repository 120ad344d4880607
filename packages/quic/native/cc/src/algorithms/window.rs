//! What Reno and CUBIC share: slow start, recovery, undo, application-limited windows (RFC 9002 §7, RFC 9937,
//! RFC 9438 §4.9.2). They differ in how they grow and how much they keep.

use std::fmt::Debug;
use std::time::Duration;

use super::hystart::{self, HyStart};
use super::prr::{Delivery, Prr};
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;

/// Growth in congestion avoidance and the answer to loss. Windows in bytes.
pub(super) trait Growth: Debug + Clone + Send + 'static {
    const KIND: Kind;

    /// The window after an acknowledgement that used it.
    fn grow(&mut self, flow: &Flow, ack: &Ack, cwnd: f64) -> f64;

    /// An acknowledgement of a flight that did not use the window.
    fn on_unused(&mut self, _now: Duration) {}

    /// The share of the window that a loss leaves.
    fn reduce(&mut self, flow: &Flow, cwnd: f64) -> f64;

    /// All that was learned is void.
    fn reset(&mut self);

    fn gauges(&self) -> Vec<Gauge> {
        Vec::new()
    }
}

/// A loss-based algorithm.
#[derive(Debug, Clone)]
pub(super) struct Window<G> {
    growth: G,
    cwnd: f64,
    ssthresh: f64,
    hystart: HyStart,
    recovery: Recovery,
    /// Losses of packets that left before this belong to a reduction already made.
    reduced_at: Option<Duration>,
    undo: Option<Undo<G>>,
    /// Lost since the last acknowledgement.
    lost_since_ack: bool,
    smoothed_rtt: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
enum Recovery {
    Open,
    /// Until a packet sent after `since` is acknowledged (RFC 9002 §7.3.2).
    Repairing {
        since: Duration,
        prr: Prr,
    },
}

/// What to return to when every loss of a reduction turns out to be none.
#[derive(Debug, Clone)]
struct Undo<G> {
    growth: G,
    cwnd: f64,
    ssthresh: f64,
    lost_packets: u64,
    returned_packets: u64,
}

impl<G: Growth> Window<G> {
    pub(super) fn new(growth: G, flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let first = (flow.params.init_cwnd * flow.mtu) as f64;
        let cwnd = from.map_or(first, |from| from.cwnd as f64);
        let found = from.is_some_and(|from| from.full_pipe);
        Self {
            growth,
            cwnd: cwnd.max(floor(flow)),
            ssthresh: if found { cwnd } else { f64::INFINITY },
            hystart: HyStart::default(),
            recovery: Recovery::Open,
            // Packets of before were paced by another algorithm.
            reduced_at: from.map(|_| now),
            undo: None,
            lost_since_ack: false,
            smoothed_rtt: flow.rtt().smoothed(),
        }
    }

    fn in_slow_start(&self) -> bool {
        self.cwnd < self.ssthresh
    }

    fn reduce(&mut self, flow: &Flow, now: Duration, lost: (u64, u64)) {
        let (lost_packets, lost_bytes) = lost;
        let before = flow.in_flight() + lost_bytes;
        self.undo = Some(Undo {
            growth: self.growth.clone(),
            cwnd: self.cwnd,
            ssthresh: self.ssthresh,
            lost_packets,
            returned_packets: 0,
        });
        // RFC 9438 §4.6: of what was in flight; a window that was not used is no measure.
        let used = self.cwnd.min(before as f64);
        let kept = self.growth.reduce(flow, self.cwnd) * used;
        self.ssthresh = kept.max(floor(flow));
        self.reduced_at = Some(now);
        if flow.params.prr {
            self.recovery = Recovery::Repairing {
                since: now,
                prr: Prr::new(before),
            };
            self.cwnd = (flow.in_flight() + flow.mtu) as f64;
        } else {
            self.cwnd = self.ssthresh;
        }
    }

    /// RFC 9002 §7.6.2.
    fn collapse(&mut self, flow: &Flow, now: Duration) {
        self.ssthresh = (self.cwnd / 2.0).max(floor(flow));
        self.cwnd = floor(flow);
        self.recovery = Recovery::Open;
        self.reduced_at = Some(now);
        self.undo = None;
        self.growth.reset();
        self.hystart = HyStart::default();
    }

    /// RFC 9438 §4.9.2: only when every loss of the reduction is proven spurious, and never to a smaller window.
    fn take_back(&mut self, flow: &Flow, ack: &Ack) {
        let Some(undo) = &mut self.undo else { return };
        undo.returned_packets += ack.spurious_packets;
        if !flow.params.spurious_undo || undo.returned_packets < undo.lost_packets {
            return;
        }
        if let Some(undo) = self.undo.take() {
            self.recovery = Recovery::Open;
            self.cwnd = self.cwnd.max(undo.cwnd);
            self.ssthresh = undo.ssthresh;
            self.growth = undo.growth;
        }
    }

    fn recover(&mut self, flow: &Flow, ack: &Ack) {
        let Recovery::Repairing { since, prr } = &mut self.recovery else {
            return;
        };
        if ack.newest.sent_at > *since {
            self.recovery = Recovery::Open;
            self.cwnd = self.ssthresh;
            return;
        }
        let delivery = Delivery {
            bytes: ack.acked_bytes,
            in_flight: flow.in_flight(),
            safe: !self.lost_since_ack,
        };
        self.cwnd = prr.on_ack(self.ssthresh as u64, flow.mtu, delivery) as f64;
    }

    fn grow(&mut self, flow: &Flow, ack: &Ack) {
        // RFC 9002 §7.8: a window that was not used does not grow; one that pacing kept from being full was used.
        let nearly_full = ack.in_flight_before + NEARLY_PACKETS * flow.mtu >= self.cwnd as u64;
        if ack.newest.app_limited && !nearly_full {
            return self.growth.on_unused(ack.now);
        }
        if !self.in_slow_start() {
            self.cwnd = self.growth.grow(flow, ack, self.cwnd);
            return;
        }
        let acked = ack.acked_bytes as f64;
        match self.hystart.on_ack(flow, ack) {
            hystart::Growth::Exponential => self.cwnd += acked,
            hystart::Growth::Conservative => self.cwnd += acked / hystart::CSS_GROWTH_DIVISOR,
            hystart::Growth::End => self.ssthresh = self.cwnd,
        }
    }
}

impl<G: Growth> Algorithm for Window<G> {
    fn kind(&self) -> Kind {
        G::KIND
    }

    fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        if let Recovery::Repairing { prr, .. } = &mut self.recovery {
            prr.on_sent(sent.packet.bytes);
        }
        let silence = flow.params.idle_reset;
        let slept = sent.idle && sent.since_last.is_some_and(|since| since > silence);
        if !silence.is_zero() && slept {
            self.cwnd = self.cwnd.min((flow.params.init_cwnd * flow.mtu) as f64);
            self.undo = None;
        }
    }

    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        self.smoothed_rtt = flow.rtt().smoothed();
        if ack.spurious_packets > 0 {
            self.take_back(flow, ack);
        }
        if matches!(self.recovery, Recovery::Repairing { .. }) {
            self.recover(flow, ack);
        } else {
            self.grow(flow, ack);
        }
        self.lost_since_ack = false;
        // RFC 9002 §7.1: a mark is a congestion event like a loss.
        if ack.ce_marks > 0 && self.reduced_at.is_none_or(|at| ack.newest.sent_at > at) {
            self.reduce(flow, ack.now, (u64::MAX, ack.acked_bytes));
        }
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        self.lost_since_ack = true;
        if loss.persistent {
            return self.collapse(flow, loss.now);
        }
        let packets = loss.packets.len() as u64;
        if self.reduced_at.is_none_or(|at| loss.newest_sent_at() > at) {
            self.reduce(flow, loss.now, (packets, loss.bytes));
        } else if let Some(undo) = &mut self.undo {
            undo.lost_packets = undo.lost_packets.saturating_add(packets);
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        self.cwnd = self.cwnd.max(floor(flow));
    }

    fn cwnd(&self) -> u64 {
        self.cwnd as u64
    }

    fn pacing_rate(&self) -> Option<u64> {
        let span = self.smoothed_rtt?.as_secs_f64().max(1e-5);
        let (window, gain) = match self.recovery {
            Recovery::Repairing { .. } => (self.ssthresh.max(self.cwnd), PACING_GAIN),
            Recovery::Open if self.in_slow_start() => (self.cwnd, SLOW_START_PACING_GAIN),
            Recovery::Open => (self.cwnd, PACING_GAIN),
        };
        Some((window * gain / span) as u64)
    }

    fn phase(&self) -> &'static str {
        match self.recovery {
            Recovery::Repairing { .. } => "recovery",
            Recovery::Open if self.in_slow_start() => "slow-start",
            Recovery::Open => "avoidance",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        let recovering = matches!(self.recovery, Recovery::Repairing { .. });
        let window = if recovering { self.ssthresh } else { self.cwnd };
        Handover {
            cwnd: window as u64,
            bandwidth: flow.bandwidth(),
            min_rtt: flow.rtt().min(),
            in_flight: flow.in_flight(),
            full_pipe: self.ssthresh.is_finite(),
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let mut gauges = vec![Gauge {
            name: "ssthresh",
            unit: "bytes",
            value: self.ssthresh,
        }];
        gauges.extend(self.growth.gauges());
        gauges
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

fn floor(flow: &Flow) -> f64 {
    (flow.params.min_cwnd * flow.mtu) as f64
}

/// So near its end a window counts as used.
const NEARLY_PACKETS: u64 = 3;

/// RFC 9002 §7.7: a little more than the window per round trip; in slow start the window doubles meanwhile.
const PACING_GAIN: f64 = 1.25;
const SLOW_START_PACING_GAIN: f64 = 2.0;
