//! NewReno (RFC 9002 §7.3): a packet more every round trip, half of it after a loss.

use super::window::{Growth, Window};
use crate::algorithm::{Handover, Kind};
use crate::event::Ack;
use crate::flow::Flow;
use std::time::Duration;

/// Reno's growth has no memory.
#[derive(Debug, Clone)]
pub(super) struct Reno;

pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Window<Reno> {
    Window::new(Reno, flow, now, from)
}

impl Growth for Reno {
    const KIND: Kind = Kind::Reno;

    // RFC 9002 §7.3.3.
    fn grow(&mut self, flow: &Flow, ack: &Ack, cwnd: f64) -> f64 {
        cwnd + flow.mtu as f64 * ack.acked_bytes as f64 / cwnd
    }

    fn reduce(&mut self, flow: &Flow, _cwnd: f64) -> f64 {
        flow.params.reno_beta
    }

    fn reset(&mut self) {}
}
