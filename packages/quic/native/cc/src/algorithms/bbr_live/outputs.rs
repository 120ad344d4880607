//! From what is believed to a window and a rate.

use super::{BbrLive, MIN_PROBE_SPAN, Phase, QUANTUM_PACKETS};
use crate::flow::Flow;
use std::time::Duration;

impl BbrLive {
    pub(super) fn pacing_gain(&self, flow: &Flow) -> f64 {
        let params = &flow.params;
        match self.phase {
            Phase::Startup { .. } => params.startup_pacing_gain,
            Phase::Drain { .. } => params.drain_gain,
            Phase::Down { .. } => params.probe_down_gain,
            Phase::Up { .. } => params.probe_up_gain,
            Phase::Yield { .. } => YIELD_GAIN,
            // The bursts of an application that has never filled the path are its only probes; the window has room.
            Phase::Cruise if self.is_unexplored() && !self.queued => params.cwnd_gain,
            Phase::Cruise | Phase::ProbeRtt { .. } => 1.0,
        }
    }

    pub(super) fn cwnd_gain(&self, flow: &Flow) -> f64 {
        let params = &flow.params;
        match self.phase {
            Phase::Startup { .. } => params.startup_cwnd_gain,
            Phase::Up { .. } => params.up_cwnd_gain,
            Phase::ProbeRtt { .. } => params.probe_rtt_gain,
            _ => params.cwnd_gain,
        }
    }

    pub(super) fn set_outputs(&mut self, flow: &Flow) {
        let believed = self.believed(flow);
        // Noise is made up for, except where its share is measured.
        let quiet = matches!(
            self.phase,
            Phase::Down { .. } | Phase::Drain { .. } | Phase::Yield { .. }
        );
        let made_up = if quiet {
            1.0
        } else {
            1.0 / (1.0 - self.noise_share(flow))
        };
        let rate =
            believed as f64 * self.pacing_gain(flow) * made_up * (1.0 - flow.params.pacing_margin);
        let extra = match (self.phase, self.min_rtt) {
            (Phase::Up { .. }, Some(rtt)) => {
                let span = rtt.clamp(MIN_PROBE_SPAN, MAX_PROBE_SPAN).as_secs_f64();
                ((UP_PACKETS * flow.mtu) as f64 / span).min(rate * UP_EXTRA_LIMIT)
            }
            _ => 0.0,
        };
        let rate = ((rate + extra) as u64).max(self.opening_rate(flow));
        self.pacing_rate = (believed > 0).then_some(rate);
    }

    /// The first flight that is more than a few messages leaves within a part of a round trip, whatever those messages
    /// have shown: it may leave as a burst even (RFC 9002 §7.7). So does what the path has carried at once. Otherwise the
    /// gains rule.
    fn opening_rate(&self, flow: &Flow) -> u64 {
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        let carried = self.carried(flow) as f64 / rtt.max(MIN_PROBE_SPAN).as_secs_f64();
        ((self.first_flight_rate(flow) as f64).max(carried) * OPENING_GAIN) as u64
    }

    /// The acknowledgements of the first flight: their rate says little yet, a rise of their round trip would.
    fn is_fresh(&self, flow: &Flow) -> bool {
        flow.delivered() < self.first_flight(flow) && self.is_short_of_queue(flow)
    }

    pub(super) fn set_cwnd(&mut self, flow: &Flow, acked: u64) {
        let believed = self.believed(flow);
        let least = flow.params.min_cwnd * flow.mtu;
        let probing_rtt = matches!(self.phase, Phase::ProbeRtt { .. });
        let lossless = if probing_rtt {
            1.0
        } else {
            1.0 - self.noise_share(flow)
        };
        let mut target = (self.bdp(flow, believed) as f64 * self.cwnd_gain(flow) / lossless) as u64;
        if !probing_rtt {
            target += QUANTUM_PACKETS * flow.mtu;
        }
        // While the estimate still grows, its growth looks like aggregation.
        if !probing_rtt && !matches!(self.phase, Phase::Startup { .. }) {
            target += self.aggregation.allowance(believed);
        }
        if let Some(bound) = self.inflight_bound {
            let open = matches!(self.phase, Phase::Up { .. });
            let share = if open {
                1.0
            } else {
                1.0 - flow.params.headroom
            };
            target = target.min((bound as f64 * share) as u64);
        }
        if self.is_unexplored() {
            let flight = self.first_flight(flow);
            target = target.max(flight).max(self.carried(flow));
            if !self.opened {
                self.cwnd = self.cwnd.max(flight);
            }
        }
        let grown = self.cwnd + acked;
        self.cwnd = if self.dark || believed > 0 && !matches!(self.phase, Phase::Startup { .. }) {
            grown.min(target)
        } else if self.cwnd < target || self.is_fresh(flow) {
            // What trains have shown need not be doubled towards: the pipe, and little of a queue that may be short.
            let shown = self.bdp(flow, self.trains.rate()) as f64 * TRAIN_BDPS;
            let shown = target.min(shown as u64);
            grown.max((self.cwnd + acked * TRAIN_GAIN).min(shown))
        } else {
            self.cwnd
        };
        if self.cwnd >= target {
            self.dark = false;
        }
        self.cwnd = self.cwnd.max(least);
    }
}

/// The first flight takes a quarter of a round trip: the rest of the path's queue is left to others.
const OPENING_GAIN: f64 = 4.0;
/// Window gained for what is acknowledged, on the way to what trains have shown.
const TRAIN_GAIN: u64 = 4;
/// The window that trains alone are a reason for.
const TRAIN_BDPS: f64 = 1.25;
const YIELD_GAIN: f64 = 0.75;
/// A probe adds so many packets a round trip to its gain: what all add alike makes unequal flows equal.
const UP_PACKETS: u64 = 6;
/// On longer paths the same packets come as often, or their flows would take minutes to become equal.
const MAX_PROBE_SPAN: Duration = Duration::from_millis(80);
const UP_EXTRA_LIMIT: f64 = 0.25;
