//! A rate, whatever the path says: for measurements and links with a contracted rate. It does not react to loss: use it
//! where the rate is known to fit.

use std::time::Duration;

use crate::algorithm::{Algorithm, Handover, Kind};
use crate::event::{Ack, Loss};
use crate::flow::Flow;

/// The knob `fixed_rate` as an algorithm.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    rate: u64,
    cwnd: u64,
}

impl Fixed {
    pub(super) fn new(flow: &Flow) -> Self {
        let mut fixed = Self { rate: 0, cwnd: 0 };
        fixed.on_params(flow);
        fixed
    }
}

impl Algorithm for Fixed {
    fn kind(&self) -> Kind {
        Kind::Fixed
    }

    fn on_ack(&mut self, flow: &Flow, _ack: &Ack) {
        self.on_params(flow);
    }

    fn on_loss(&mut self, _flow: &Flow, _loss: &Loss) {}

    fn on_params(&mut self, flow: &Flow) {
        self.rate = (flow.params.fixed_rate / 8).max(1);
        // Pacing is what limits: two round trips of the rate and room for late acknowledgements, bounded, so that a
        // dead path does not take data for ever.
        let span = flow.rtt_or_initial() * 2 + ACK_SLACK;
        let bytes = (self.rate as f64 * span.as_secs_f64()) as u64;
        self.cwnd = bytes.max(MIN_WINDOW_PACKETS * flow.mtu);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd
    }

    fn pacing_rate(&self) -> Option<u64> {
        Some(self.rate)
    }

    fn phase(&self) -> &'static str {
        "fixed"
    }

    fn handover(&self, flow: &Flow) -> Handover {
        // The rate may be far from what the path carries: what was delivered tells.
        let bandwidth = flow.bandwidth().map(|seen| seen.min(self.rate));
        let span = flow.rtt_or_initial().as_secs_f64();
        let carried = bandwidth.map(|rate| (rate as f64 * span) as u64);
        Handover {
            cwnd: carried.unwrap_or(0).max(flow.params.init_cwnd * flow.mtu),
            bandwidth,
            min_rtt: flow.rtt().min(),
            in_flight: flow.in_flight(),
            full_pipe: false,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

/// Acknowledgements may be this late without stopping the sender.
const ACK_SLACK: Duration = Duration::from_millis(200);

/// Smallest window, packets.
const MIN_WINDOW_PACKETS: u64 = 16;
