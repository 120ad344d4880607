//! Careful resume (RFC 9959): a window remembered from an earlier link to the same peer is jumped to, validated, and
//! retreated from at the first loss.
//!
//! One thing is not by that letter: where more than a first window is to be sent at once and nothing is known yet, the
//! first flight is what the path carried: up to the jump as fast as a first window, the rest at the rate of before. Both
//! ends of a link are its operator's and the memory is minutes old; a key frame that comes a round trip later is what the
//! memory is for. What of that flight is beyond a first window is on credit until it has arrived: a loss after more than a
//! first window has arrived leaves half of what has. It leaves soon after the link began or not at all ([`UNUSED_FOR`]).

use std::time::Duration;

use crate::algorithm::{Algorithm, Handover, Kind};
use crate::event::{Ack, Sent};
use crate::flow::Flow;

/// What a link learned of its path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Saved {
    /// Bytes in flight that the path carried (`saved_cwnd`).
    pub cwnd: u64,
    /// Bytes per second that it delivered.
    pub bandwidth: u64,
    /// Its least round trip (`saved_rtt`).
    pub min_rtt: Duration,
    /// Share of bytes that were lost, 0 to 1.
    pub loss: f64,
}

impl Saved {
    pub(crate) fn of(flow: &Flow, handover: &Handover) -> Option<Self> {
        let min_rtt = flow.rtt().min()?;
        let bandwidth = handover.bandwidth?;
        if flow.delivered() < WORTH_SAVING {
            return None;
        }
        let carried = (bandwidth as f64 * min_rtt.as_secs_f64()) as u64;
        let lost = flow.lost().saturating_sub(flow.spurious()) as f64;
        Some(Self {
            cwnd: carried.max(flow.params.init_cwnd * flow.mtu),
            bandwidth,
            min_rtt,
            loss: lost / (lost + flow.delivered() as f64),
        })
    }
}

/// One attempt. Inputs: the events of the first round trips. Outputs: a window and a rate above the algorithm's own
/// while the jump is on, and what the algorithm is to start from when it is over.
#[derive(Debug, Clone)]
pub(crate) struct Resume {
    saved: Saved,
    /// When what is remembered is too old to be used for the first time.
    until: Duration,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Before §3.2: nothing is known of this link's path yet. `credit`: more than a first window is in flight, and since
    /// when; `beyond`: more than the jump.
    Primed {
        window: u64,
        first_window: u64,
        credit: Option<(Duration, Pipe)>,
        beyond: bool,
    },
    /// RFC 9959 §3.2: the first window is to arrive whole, over a path of about the same round trip. `credit`: the first
    /// flight, which left before `since`, was larger and is still in flight.
    Reconnaissance {
        since: Duration,
        first_window: u64,
        credit: Option<Pipe>,
    },
    /// §3.3: the jump, paced over a round trip.
    Unvalidated {
        since: Duration,
        window: u64,
        pipe: Pipe,
        rtt: Duration,
    },
    /// §3.4: what was sent on credit is being acknowledged, until the packets sent before `until` are.
    Validating {
        until: Duration,
        window: u64,
        pipe: Pipe,
    },
    /// The normal algorithm is alone.
    Over,
}

/// What the path has shown to carry (`PipeSize`) since more than the algorithm's own window was sent. The packets of that
/// window are in both parts: in the first while they are in flight, in the second when they have arrived.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pipe {
    /// Bytes that were in flight without credit.
    own: u64,
    /// Bytes that had been delivered by then.
    delivered: u64,
}

impl Pipe {
    fn bytes(self, flow: &Flow) -> u64 {
        self.own.max(flow.delivered() - self.delivered)
    }
}

impl Resume {
    pub(crate) fn new(now: Duration, saved: Saved, kind: Kind, flow: &Flow) -> Option<Self> {
        let first_window = flow.params.init_cwnd * flow.mtu;
        let state = if MODEL_BASED.contains(&kind) {
            State::Primed {
                window: saved.cwnd.min(FIRST_FLIGHT_PACKETS * flow.mtu),
                first_window,
                credit: None,
                beyond: false,
            }
        } else {
            State::Reconnaissance {
                since: now,
                first_window,
                credit: None,
            }
        };
        // A jump to less than the first window is none.
        (jump(saved) > first_window).then_some(Self {
            saved,
            until: now + UNUSED_FOR,
            state,
        })
    }

    pub(crate) fn cwnd(&self) -> Option<u64> {
        match self.state {
            State::Primed { window, .. }
            | State::Unvalidated { window, .. }
            | State::Validating { window, .. } => Some(window),
            State::Reconnaissance { .. } | State::Over => None,
        }
    }

    pub(crate) fn pacing_rate(&self) -> Option<u64> {
        match self.state {
            // What the path has delivered: no queue comes of it if it is the same.
            State::Primed { .. } => Some(self.saved.bandwidth),
            State::Unvalidated { window, rtt, .. } => {
                Some((window as f64 / rtt.as_secs_f64().max(1e-4)) as u64)
            }
            _ => None,
        }
    }

    /// The rate that nothing may exceed.
    pub(crate) fn most_rate(&self) -> Option<u64> {
        matches!(self.state, State::Primed { beyond: true, .. }).then_some(self.saved.bandwidth)
    }

    pub(crate) fn phase(&self) -> Option<&'static str> {
        match self.state {
            State::Unvalidated { .. } => Some("resume-unvalidated"),
            State::Validating { .. } => Some("resume-validating"),
            State::Primed { .. } | State::Reconnaissance { .. } | State::Over => None,
        }
    }

    pub(crate) fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        self.expire(sent.now);
        if let State::Primed {
            first_window,
            credit,
            beyond,
            ..
        } = &mut self.state
        {
            if credit.is_none() && flow.in_flight() > *first_window {
                let pipe = Pipe {
                    own: *first_window,
                    delivered: flow.delivered(),
                };
                *credit = Some((sent.now, pipe));
            }
            *beyond = flow.in_flight() > jump(self.saved);
        }
        // An idle sender has no flight that could validate the jump.
        if let State::Unvalidated { since, .. } = self.state
            && sent.idle
            && sent.now > since
        {
            self.state = State::Over;
        }
    }

    pub(crate) fn on_ack(
        &mut self,
        flow: &Flow,
        ack: &Ack,
        algorithm: &dyn Algorithm,
    ) -> Option<Handover> {
        self.settle_first_flight(ack);
        self.expire(ack.now);
        match self.state {
            State::Over => None,
            State::Primed { .. } => {
                self.take_first_ack(flow, ack, algorithm);
                None
            }
            State::Reconnaissance { .. } => {
                self.reconnoitre(flow, ack, algorithm.cwnd());
                None
            }
            State::Unvalidated {
                since,
                window,
                pipe,
                ..
            } => {
                if ack.newest.sent_at >= since {
                    // §3.3: the first packet of the jump has arrived.
                    self.state = State::Validating {
                        until: ack.now,
                        window: flow.in_flight().max(pipe.bytes(flow)).min(window),
                        pipe,
                    };
                }
                None
            }
            State::Validating { until, pipe, .. } => {
                if ack.newest.sent_at < until {
                    return None;
                }
                self.state = State::Over;
                let own = algorithm.cwnd();
                let window = pipe.bytes(flow).clamp(own, jump(self.saved).max(own));
                Some(self.outcome(flow, window, algorithm.handover(flow).full_pipe))
            }
        }
    }

    /// §3.5: safe retreat, whichever packet was lost.
    pub(crate) fn on_loss(&mut self, flow: &Flow) -> Option<Handover> {
        let state = std::mem::replace(&mut self.state, State::Over);
        match state {
            // §3.2: the algorithm answers it, with what has arrived and no more: the jump was not its window.
            State::Over | State::Primed { .. } | State::Reconnaissance { .. } => None,
            State::Unvalidated { pipe, .. } | State::Validating { pipe, .. } => {
                Some(self.outcome(flow, pipe.bytes(flow) / 2, true))
            }
        }
    }

    /// A packet that left after the first answer has arrived: nothing is on credit any more.
    fn settle_first_flight(&mut self, ack: &Ack) {
        if let State::Reconnaissance { since, credit, .. } = &mut self.state
            && ack.newest.sent_at >= *since
        {
            *credit = None;
        }
    }

    /// §3.2: what is remembered has a lifetime. What is in flight on its credit is answered all the same.
    fn expire(&mut self, now: Duration) {
        let unused = matches!(
            self.state,
            State::Primed { credit: None, .. } | State::Reconnaissance { credit: None, .. }
        );
        if unused && now >= self.until {
            self.state = State::Over;
        }
    }

    /// The first flight is answered, or a message before it: that is on the path that is remembered, or on another.
    fn take_first_ack(&mut self, flow: &Flow, ack: &Ack, algorithm: &dyn Algorithm) {
        let State::Primed {
            first_window,
            credit,
            ..
        } = self.state
        else {
            return;
        };
        let Some(rtt) = ack.rtt else { return };
        let answered = match credit {
            // What was sent long before it, say in the handshake, is answered while the flight is still leaving.
            Some((since, _)) => ack.newest.sent_at + self.saved.min_rtt / 2 >= since,
            None => flow.delivered() >= first_window,
        };
        if !self.is_same_path(rtt) {
            self.state = State::Over;
        } else if answered {
            self.state = State::Reconnaissance {
                since: ack.now,
                first_window,
                credit: credit.map(|(_, pipe)| pipe),
            };
            self.reconnoitre(flow, ack, algorithm.cwnd());
        }
    }

    /// §3.2: another round trip, another path.
    fn is_same_path(&self, rtt: Duration) -> bool {
        rtt > self.saved.min_rtt / 2 && rtt < self.saved.min_rtt * 10
    }

    fn reconnoitre(&mut self, flow: &Flow, ack: &Ack, own_window: u64) {
        let State::Reconnaissance {
            first_window,
            credit,
            ..
        } = self.state
        else {
            return;
        };
        let Some(rtt) = ack.rtt else { return };
        if !self.is_same_path(rtt) || own_window >= jump(self.saved) {
            self.state = State::Over;
            return;
        }
        let asked_for = !flow.is_app_limited();
        if flow.delivered() >= first_window && asked_for {
            // §3.3: what is in flight is what the algorithm allowed, unless the first flight was on credit already.
            let pipe = credit.unwrap_or(Pipe {
                own: flow.in_flight(),
                delivered: flow.delivered(),
            });
            self.state = State::Unvalidated {
                since: ack.now,
                window: jump(self.saved),
                pipe,
                rtt,
            };
        }
    }

    fn outcome(&self, flow: &Flow, window: u64, full_pipe: bool) -> Handover {
        Handover {
            cwnd: window.max(flow.params.init_cwnd * flow.mtu),
            bandwidth: flow.bandwidth(),
            min_rtt: flow.rtt().min(),
            in_flight: flow.in_flight(),
            full_pipe,
        }
    }
}

/// §3.3: half of what was saved.
fn jump(saved: Saved) -> u64 {
    (saved.cwnd / 2).min(MAX_JUMP)
}

/// No jump is larger, bytes: a second of 64 Mbit/s.
const MAX_JUMP: u64 = 8 << 20;

/// Those that do not double a flight that has arrived until packets get lost.
const MODEL_BASED: [Kind; 3] = [Kind::BbrLive, Kind::Bbr1, Kind::Bbr3];

/// Unused for longer, what is remembered is forgotten. RFC 9959 §4.3.1 leaves the lifetime to the sender and names the
/// five minutes of RFC 7661 for a window that nothing has confirmed; the link's memory may be ten minutes old when it
/// begins, and its first flight takes all of that window. A peer that dials again asks within seconds.
pub const UNUSED_FOR: Duration = Duration::from_secs(60);

/// In the first flight: a large key frame.
const FIRST_FLIGHT_PACKETS: u64 = 96;

/// A link that carried less has learned nothing, bytes.
pub const WORTH_SAVING: u64 = 100_000;

#[cfg(test)]
#[path = "../tests/unit/resume.rs"]
mod tests;
