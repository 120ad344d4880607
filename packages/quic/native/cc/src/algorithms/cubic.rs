//! CUBIC (RFC 9438): growth is a cubic of the time since the last loss, flat around the window that lost.

use std::time::Duration;

use super::window::{Growth, Window};
use crate::algorithm::{Gauge, Handover, Kind};
use crate::event::Ack;
use crate::flow::Flow;

/// RFC 9438 §4.1.2; windows in packets, times in seconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Cubic {
    w_max: f64,
    k: f64,
    epoch: Option<Duration>,
    w_est: f64,
    cwnd_prior: f64,
    last_ack: Option<Duration>,
}

pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Window<Cubic> {
    Window::new(Cubic::default(), flow, now, from)
}

impl Cubic {
    fn begin(&mut self, now: Duration, cwnd: f64, c: f64) -> Duration {
        self.epoch = Some(now);
        self.w_est = cwnd;
        // RFC 9438 §4.2 and §4.10: no plateau is known above the window after slow start.
        if self.w_max <= cwnd {
            self.w_max = cwnd;
            self.k = 0.0;
        } else {
            self.k = ((self.w_max - cwnd) / c).cbrt();
        }
        now
    }

    fn curve(&self, seconds: f64, c: f64) -> f64 {
        c * (seconds - self.k).powi(3) + self.w_max
    }
}

impl Growth for Cubic {
    const KIND: Kind = Kind::Cubic;

    fn grow(&mut self, flow: &Flow, ack: &Ack, cwnd: f64) -> f64 {
        let mtu = flow.mtu as f64;
        let (cwnd, acked) = (cwnd / mtu, ack.acked_bytes as f64 / mtu);
        let params = &flow.params;
        self.last_ack = Some(ack.now);
        let epoch = match self.epoch {
            Some(epoch) => epoch,
            None => self.begin(ack.now, cwnd, params.cubic_c),
        };
        let elapsed = ack.now.saturating_sub(epoch).as_secs_f64();
        let rtt = flow.rtt_or_initial().as_secs_f64();
        // RFC 9438 §4.3: as fast as Reno would, and with its own step once past the window that lost.
        let alpha = if self.w_est >= self.cwnd_prior {
            1.0
        } else {
            3.0 * (1.0 - params.cubic_beta) / (1.0 + params.cubic_beta)
        };
        self.w_est += alpha * acked / cwnd;
        if params.friendliness && self.curve(elapsed, params.cubic_c) < self.w_est {
            return self.w_est.max(cwnd) * mtu;
        }
        // RFC 9438 §4.4, §4.5.
        let target = self
            .curve(elapsed + rtt, params.cubic_c)
            .clamp(cwnd, MAX_GROWTH * cwnd);
        (cwnd + (target - cwnd) / cwnd * acked) * mtu
    }

    // RFC 9438 §4.2: time in which the window was not used does not count.
    fn on_unused(&mut self, now: Duration) {
        if let (Some(epoch), Some(last)) = (&mut self.epoch, self.last_ack) {
            *epoch += now.saturating_sub(last);
        }
        self.last_ack = Some(now);
    }

    fn reduce(&mut self, flow: &Flow, cwnd: f64) -> f64 {
        let beta = flow.params.cubic_beta;
        let cwnd = cwnd / flow.mtu as f64;
        self.epoch = None;
        self.cwnd_prior = cwnd;
        // RFC 9438 §4.7.
        self.w_max = if flow.params.fast_convergence && cwnd < self.w_max {
            cwnd * (1.0 + beta) / 2.0
        } else {
            cwnd
        };
        beta
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn gauges(&self) -> Vec<Gauge> {
        let packets = |name, value| Gauge {
            name,
            unit: "packets",
            value,
        };
        vec![
            packets("w_max", self.w_max),
            packets("w_est", self.w_est),
            Gauge {
                name: "k",
                unit: "s",
                value: self.k,
            },
        ]
    }
}

/// RFC 9438 §4.4: at most half more in a round trip.
const MAX_GROWTH: f64 = 1.5;
