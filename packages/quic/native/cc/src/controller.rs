//! The flow and the algorithm in charge of it: what an engine's adapter holds, one per path.

use std::time::Duration;

use crate::agent::{Decision, Report};
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::algorithms;
use crate::flow::Flow;
use crate::params::{KnobError, Params};
use crate::resume::{Resume, Saved};

/// Congestion control of one path.
///
/// Inputs, as the engine tells them: `on_sent` per ack-eliciting packet; `on_acked` per packet, then `end_acks`;
/// `on_lost` per packet, then `end_losses`; `on_mtu`. From the application: `set_algorithm`, `set_params`, `decide`. All
/// times are since one fixed moment and never go back. Outputs: `cwnd`, `pacing_rate`, and readings for display.
#[derive(Debug, Clone)]
pub struct Controller {
    flow: Flow,
    algorithm: Box<dyn Algorithm>,
    resume: Option<Resume>,
    remembered: Option<Saved>,
}

impl Controller {
    /// A path nothing was sent on, for packets of at most `mtu` bytes. `saved`: what an earlier link to the same peer
    /// learned, used by the rules of RFC 9959 unless the knob `careful_resume` is off.
    pub fn new(now: Duration, kind: Kind, params: Params, mtu: u16, saved: Option<Saved>) -> Self {
        let flow = Flow::new(params.for_kind(kind), mtu);
        let algorithm = algorithms::build(kind, &flow, now, None);
        let saved = saved.filter(|_| flow.params.careful_resume);
        let resume = saved.and_then(|saved| Resume::new(now, saved, kind, &flow));
        let remembered = saved.filter(|_| resume.is_some());
        Self {
            flow,
            algorithm,
            resume,
            remembered,
        }
    }

    /// The algorithm in charge.
    pub fn kind(&self) -> Kind {
        self.algorithm.kind()
    }

    /// What is measured of the path.
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The knobs in force.
    pub fn params(&self) -> &Params {
        &self.flow.params
    }

    /// Puts `kind` in charge from now on. The flow stays; window, bandwidth, least round trip and phase are handed over.
    /// Knobs that were set stay, the others take the defaults of `kind`. The same kind again changes nothing.
    pub fn set_algorithm(&mut self, now: Duration, kind: Kind) {
        if kind == self.kind() {
            return;
        }
        let handover = self.handover();
        self.flow.params = self.flow.params.for_kind(kind);
        self.resume = None;
        self.algorithm = algorithms::build(kind, &self.flow, now, Some(&handover));
    }

    /// Puts these knobs in force from now on.
    pub fn set_params(&mut self, params: Params) {
        self.flow.params = params.for_kind(self.kind());
        self.algorithm.on_params(&self.flow);
    }

    /// Turns one knob.
    ///
    /// # Errors
    /// When there is no such knob or the value is outside its range; nothing changes then.
    pub fn set_param(&mut self, name: &str, value: f64) -> Result<(), KnobError> {
        self.flow.params.set(name, value)?;
        self.algorithm.on_params(&self.flow);
        Ok(())
    }

    /// An agent's decision; only the algorithm `agent` listens.
    pub fn decide(&mut self, now: Duration, decision: Decision) {
        self.algorithm.on_decision(&self.flow, now, decision);
    }

    /// What an agent is told of the last round trip, once a round trip. `None` otherwise, and for other algorithms.
    pub fn take_report(&mut self) -> Option<Report> {
        self.algorithm.take_report()
    }

    /// An ack-eliciting packet of `bytes` leaves. `queue_empty`: nothing is left to send after it.
    pub fn on_sent(&mut self, now: Duration, number: u64, bytes: u64, queue_empty: bool) {
        let sent = self.flow.on_sent(now, number, bytes);
        self.algorithm.on_sent(&self.flow, &sent);
        if let Some(resume) = &mut self.resume {
            resume.on_sent(&self.flow, &sent);
        }
        if queue_empty {
            self.on_queue_empty();
        }
    }

    /// The application has nothing more to send.
    pub fn on_queue_empty(&mut self) {
        // A full window is the path's limit, not the application's.
        if self.flow.in_flight() + self.flow.mtu <= self.cwnd() {
            self.flow.mark_app_limited();
        }
    }

    /// Packet `number`, sent at `sent_at` if known, is acknowledged.
    pub fn on_acked(&mut self, now: Duration, number: u64, sent_at: Option<Duration>) {
        self.flow.on_acked(now, number, sent_at);
    }

    /// All packets of the acknowledgement were told; `ce_marks` more were marked ECN-CE.
    pub fn end_acks(&mut self, now: Duration, ce_marks: u64) {
        let Some(ack) = self.flow.end_acks(now, ce_marks) else {
            return;
        };
        self.algorithm.on_ack(&self.flow, &ack);
        if let Some(resume) = &mut self.resume
            && let Some(handover) = resume.on_ack(&self.flow, &ack, &*self.algorithm)
        {
            self.adopt(now, handover);
        }
        // What reordering does not explain any more.
        self.end_losses(now, false);
    }

    /// Packet `number` is taken for lost.
    pub fn on_lost(&mut self, number: u64) {
        self.flow.on_lost(number);
    }

    /// All packets of the detection were told. `persistent`: RFC 9002 §7.6.
    pub fn end_losses(&mut self, now: Duration, persistent: bool) {
        let Some(loss) = self.flow.end_losses(now, persistent) else {
            return;
        };
        self.algorithm.on_loss(&self.flow, &loss);
        if let Some(resume) = &mut self.resume
            && let Some(handover) = resume.on_loss(&self.flow)
        {
            self.adopt(now, handover);
        }
    }

    /// The largest packet has `mtu` bytes from now on.
    pub fn on_mtu(&mut self, mtu: u16) {
        self.flow.mtu = u64::from(mtu.max(1));
        self.algorithm.on_params(&self.flow);
    }

    /// Bytes that may be in flight.
    pub fn cwnd(&self) -> u64 {
        let mut cwnd = self.algorithm.cwnd();
        if let Some(window) = self.resume.as_ref().and_then(Resume::cwnd) {
            cwnd = cwnd.max(window);
        }
        if self.flow.params.max_cwnd > 0 {
            cwnd = cwnd.min(self.flow.params.max_cwnd);
        }
        cwnd.max(MIN_WINDOW_PACKETS * self.flow.mtu)
    }

    /// Bytes per second to pace at, at least 1.
    pub fn pacing_rate(&self) -> u64 {
        let mut rate = self
            .algorithm
            .pacing_rate()
            .unwrap_or_else(|| self.rate_of_window());
        if let Some(resumed) = self.resume.as_ref().and_then(Resume::pacing_rate) {
            rate = rate.max(resumed);
        }
        if let Some(most) = self.resume.as_ref().and_then(Resume::most_rate) {
            rate = rate.min(most);
        }
        if self.measures() {
            rate = rate.max(self.least_rate());
        }
        if self.flow.params.max_rate > 0 {
            rate = rate.min(self.flow.params.max_rate / 8);
        }
        rate.max(1)
    }

    /// The algorithm finds its rate by itself: nobody has set it.
    fn measures(&self) -> bool {
        !matches!(self.kind(), Kind::Fixed | Kind::Agent)
    }

    /// The least window a round trip, which the window allows in any case: an estimate from a few small messages would
    /// let a full packet wait for seconds.
    fn least_rate(&self) -> u64 {
        let window = self.flow.params.min_cwnd * self.flow.mtu;
        let span = self.flow.rtt_or_initial().max(LEAST_RATE_SPAN);
        (window as f64 / span.as_secs_f64()) as u64
    }

    /// The phase of the algorithm.
    pub fn phase(&self) -> &'static str {
        let resumed = self.resume.as_ref().and_then(Resume::phase);
        resumed.unwrap_or_else(|| self.algorithm.phase())
    }

    /// What the algorithm believes.
    pub fn gauges(&self) -> Vec<Gauge> {
        self.algorithm.gauges()
    }

    /// What the algorithm would leave to the next.
    pub fn handover(&self) -> Handover {
        self.algorithm.handover(&self.flow)
    }

    /// What a later link to the same peer may start from; `None` while too little is known.
    pub fn to_save(&self) -> Option<Saved> {
        Saved::of(&self.flow, &self.handover())
    }

    /// What was known at this path's beginning of what a link before it had learned, for display.
    pub fn remembered(&self) -> Option<Saved> {
        self.remembered
    }

    fn adopt(&mut self, now: Duration, handover: Handover) {
        self.algorithm = algorithms::build(self.kind(), &self.flow, now, Some(&handover));
    }

    /// RFC 9002 §7.7: a little faster than the window per round trip. Before the first sample the first flight leaves in
    /// a few milliseconds: with an assumed round trip of 333 ms a packet would leave every 30.
    fn rate_of_window(&self) -> u64 {
        let params = &self.flow.params;
        let span = match self.flow.rtt().smoothed() {
            Some(smoothed) => smoothed.max(MIN_ROUND_TRIP),
            None if params.initial_rate > 0 => return params.initial_rate / 8,
            None => FIRST_FLIGHT,
        };
        (self.algorithm.cwnd() as f64 * WINDOW_PACING_GAIN / span.as_secs_f64()) as u64
    }
}

/// RFC 9002 §7.7.
const WINDOW_PACING_GAIN: f64 = 1.25;

/// The initial window may leave as a burst (RFC 9002 §7.7).
const FIRST_FLIGHT: Duration = Duration::from_millis(5);

/// Below this the least window a round trip is no small rate any more.
const LEAST_RATE_SPAN: Duration = Duration::from_millis(10);

/// Keeps rates finite on loopback.
const MIN_ROUND_TRIP: Duration = Duration::from_micros(10);

/// RFC 9002 §7.2: the smallest window.
const MIN_WINDOW_PACKETS: u64 = 2;

#[cfg(test)]
#[path = "../tests/unit/controller.rs"]
mod tests;
