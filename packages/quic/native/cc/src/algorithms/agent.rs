//! Window and rate from outside. While no decision has come, and when reports are left without one, bbr-live stands in.

use std::time::Duration;

use crate::agent::{Decision, Report};
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;

use super::bbr_live::BbrLive;

/// Inputs: the events, `on_decision`. Outputs: a report a round trip, and what was decided last.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    state: State,
    round: Round,
    report: Option<Report>,
    stand_ins: u64,
}

#[derive(Debug, Clone)]
enum State {
    /// The agent's word holds.
    Decided {
        cwnd: u64,
        pacing_rate: u64,
        /// Since when a report waits for an answer. A pause of the link brings no reports, so none is owed.
        asked_at: Option<Duration>,
    },
    /// The agent is silent.
    StandIn(Box<BbrLive>),
}

/// What the report of the running round is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    began: Duration,
    acked: u64,
    lost: u64,
    ce_marks: u64,
    delivery_rate: Option<u64>,
    app_limited: bool,
}

impl Agent {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        Self {
            state: State::StandIn(Box::new(BbrLive::new(flow, now, from))),
            round: Round {
                began: now,
                ..Round::default()
            },
            report: None,
            stand_ins: 0,
        }
    }

    fn check_silence(&mut self, flow: &Flow, now: Duration) {
        let State::Decided {
            asked_at: Some(asked_at),
            ..
        } = self.state
        else {
            return;
        };
        let patience = flow.rtt_or_initial().mul_f64(flow.params.agent_timeout);
        if now.saturating_sub(asked_at) >= patience {
            let handover = self.handover(flow);
            self.state = State::StandIn(Box::new(BbrLive::new(flow, now, Some(&handover))));
            self.stand_ins += 1;
        }
    }

    fn end_round(&mut self, flow: &Flow, now: Duration) {
        let round = std::mem::replace(
            &mut self.round,
            Round {
                began: now,
                ..Round::default()
            },
        );
        if let State::Decided { asked_at, .. } = &mut self.state {
            asked_at.get_or_insert(now);
        }
        let rtt = flow.rtt();
        self.report = Some(Report {
            now,
            span: now.saturating_sub(round.began),
            round: flow.round(),
            acked_bytes: round.acked,
            lost_bytes: round.lost,
            ce_marks: round.ce_marks,
            rtt: rtt.latest().unwrap_or(flow.params.initial_rtt),
            smoothed_rtt: flow.rtt_or_initial(),
            min_rtt: rtt.min().unwrap_or(flow.params.initial_rtt),
            delivery_rate: round.delivery_rate,
            in_flight: flow.in_flight(),
            cwnd: self.cwnd(),
            pacing_rate: self.pacing_rate().unwrap_or(0),
            app_limited: round.app_limited,
            standing_in: matches!(self.state, State::StandIn(_)),
        });
    }
}

impl Algorithm for Agent {
    fn kind(&self) -> Kind {
        Kind::Agent
    }

    fn on_sent(&mut self, flow: &Flow, sent: &Sent) {
        self.check_silence(flow, sent.now);
        if let State::StandIn(live) = &mut self.state {
            live.on_sent(flow, sent);
        }
    }

    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        self.check_silence(flow, ack.now);
        if let State::StandIn(live) = &mut self.state {
            live.on_ack(flow, ack);
        }
        self.round.acked += ack.acked_bytes;
        self.round.ce_marks += ack.ce_marks;
        self.round.app_limited |= ack.newest.app_limited;
        if let Some(rate) = &ack.rate {
            self.round.delivery_rate = self.round.delivery_rate.max(Some(rate.bytes_per_second));
        }
        if ack.round_start {
            self.end_round(flow, ack.now);
        }
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        self.round.lost += loss.bytes;
        match &mut self.state {
            State::StandIn(live) => live.on_loss(flow, loss),
            // Whoever decides: a path that delivers nothing is left alone (RFC 9743 §5.1.1).
            State::Decided { cwnd, .. } if loss.persistent => {
                *cwnd = flow.params.min_cwnd * flow.mtu;
            }
            State::Decided { .. } => {}
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        if let State::StandIn(live) = &mut self.state {
            live.on_params(flow);
        }
    }

    fn on_decision(&mut self, flow: &Flow, _now: Duration, decision: Decision) {
        let cwnd = decision.cwnd.unwrap_or_else(|| self.cwnd());
        let fallback = self.pacing_rate().unwrap_or(cwnd);
        self.state = State::Decided {
            cwnd: cwnd.clamp(flow.params.min_cwnd * flow.mtu, MAX_WINDOW),
            pacing_rate: decision.pacing_rate.unwrap_or(fallback).max(MIN_RATE),
            asked_at: None,
        };
    }

    fn take_report(&mut self) -> Option<Report> {
        self.report.take()
    }

    fn cwnd(&self) -> u64 {
        match &self.state {
            State::Decided { cwnd, .. } => *cwnd,
            State::StandIn(live) => live.cwnd(),
        }
    }

    fn pacing_rate(&self) -> Option<u64> {
        match &self.state {
            State::Decided { pacing_rate, .. } => Some(*pacing_rate),
            State::StandIn(live) => live.pacing_rate(),
        }
    }

    fn phase(&self) -> &'static str {
        match self.state {
            State::Decided { .. } => "agent",
            State::StandIn(_) => "stand-in",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        match &self.state {
            State::StandIn(live) => live.handover(flow),
            State::Decided { cwnd, .. } => Handover {
                cwnd: *cwnd,
                bandwidth: flow.bandwidth(),
                min_rtt: flow.rtt().min(),
                in_flight: flow.in_flight(),
                full_pipe: flow.bandwidth().is_some(),
            },
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        vec![Gauge {
            name: "stand_ins",
            unit: "",
            value: self.stand_ins as f64,
        }]
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

/// A gigabyte: beyond any path, far from overflow.
const MAX_WINDOW: u64 = 1 << 30;

/// A rate of nothing would never be heard of again, bytes per second.
const MIN_RATE: u64 = 1_000;
