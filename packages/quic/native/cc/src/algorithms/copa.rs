//! Copa (Arun and Balakrishnan, NSDI 2018): the rate that keeps `1/delta` packets queued, approached at a growing
//! velocity; beside flows that fill queues it keeps more.

use std::collections::VecDeque;
use std::time::Duration;

use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss};
use crate::flow::Flow;
use crate::flow::filter::Extreme;

/// Inputs: the events. Outputs: window and pacing rate.
#[derive(Debug, Clone)]
pub(super) struct Copa {
    /// Bytes.
    cwnd: f64,
    slow_start: bool,
    velocity: Velocity,
    standing: VecDeque<(Duration, Duration)>,
    min_rtt: Extreme<Duration>,
    /// Packets are kept queued as one over this.
    delta: f64,
    /// What it is without competition: the knob, more where so many packets do not fit.
    base: f64,
    /// The queue was nearly empty then (§2.2 of the paper).
    emptied_at: Duration,
    round: Round,
    rtt: Option<Duration>,
}

#[derive(Debug, Clone, Copy)]
struct Velocity {
    value: f64,
    up: bool,
    same_rounds: u32,
    cwnd_before: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Round {
    acked: u64,
    lost: u64,
    most_rtt: Duration,
}

impl Copa {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let cwnd = from.map_or(flow.params.init_cwnd * flow.mtu, |from| from.cwnd) as f64;
        let mut min_rtt = Extreme::least();
        if let Some(known) = from.and_then(|from| from.min_rtt).or(flow.rtt().min()) {
            min_rtt.reset(nanos(now), known);
        }
        Self {
            cwnd,
            slow_start: !from.is_some_and(|from| from.full_pipe),
            velocity: Velocity {
                value: 1.0,
                up: true,
                same_rounds: 0,
                cwnd_before: cwnd,
            },
            standing: VecDeque::new(),
            min_rtt,
            delta: flow.params.copa_delta,
            base: flow.params.copa_delta,
            emptied_at: now,
            round: Round::default(),
            rtt: flow.rtt().smoothed(),
        }
    }

    /// The least of the last half round trip: late acknowledgements are no queue.
    fn standing_rtt(&mut self, flow: &Flow, now: Duration, rtt: Duration) -> Duration {
        if !flow.params.copa_use_standing_rtt {
            return rtt;
        }
        while self.standing.back().is_some_and(|(_, least)| *least >= rtt) {
            self.standing.pop_back();
        }
        self.standing.push_back((now, rtt));
        let window = flow.rtt_or_initial() / 2;
        while self.standing.len() > 1
            && self
                .standing
                .front()
                .is_some_and(|(at, _)| *at + window < now)
        {
            self.standing.pop_front();
        }
        self.standing.front().map_or(rtt, |(_, least)| *least)
    }

    /// §2.2: no nearly empty queue for five round trips means that someone else fills it.
    fn update_mode(&mut self, flow: &Flow, ack: &Ack, queue: Duration) {
        self.round.most_rtt = self.round.most_rtt.max(ack.rtt.unwrap_or_default());
        let most = self
            .round
            .most_rtt
            .saturating_sub(self.min_rtt.value().unwrap_or_default());
        // What we queue ourselves is no sign of others: the tenth of the paper is never reached on a short path.
        let rate = self.cwnd / flow.mtu as f64 / flow.rtt_or_initial().as_secs_f64();
        let own = 1.0 / (self.base * rate.max(1.0));
        if queue <= most / 10 || queue.as_secs_f64() < OWN_QUEUES * own {
            self.emptied_at = ack.now;
        }
        if !ack.round_start {
            return;
        }
        let lost = self.round.lost as f64 / (self.round.lost + self.round.acked).max(1) as f64;
        self.round = Round::default();
        self.base = (self.base * BASE_RETURN).max(flow.params.copa_delta);
        if lost > COLLAPSE_LOSS {
            // RFC 9743 §5.1.1: a buffer smaller than what Copa wants queued would be overrun for ever.
            self.cwnd = (self.cwnd * (1.0 - lost)).max((flow.params.min_cwnd * flow.mtu) as f64);
            self.base = (self.base * 2.0).min(flow.params.copa_delta.max(MOST_DELTA));
            self.velocity.value = 1.0;
            self.slow_start = false;
        }
        let base = self.base;
        let crowded =
            ack.now.saturating_sub(self.emptied_at) > flow.rtt_or_initial() * CROWDED_ROUNDS;
        if !crowded {
            self.delta = base;
        } else if lost > COMPETITIVE_LOSS {
            // AIMD on 1/delta.
            self.delta = (self.delta * 2.0).min(base.max(MOST_DELTA));
        } else {
            self.delta = 1.0 / (1.0 / self.delta + 1.0);
        }
    }

    fn update_velocity(&mut self, up: bool) {
        let velocity = &mut self.velocity;
        let went_up = self.cwnd >= velocity.cwnd_before;
        velocity.cwnd_before = self.cwnd;
        if went_up == velocity.up && up == went_up {
            velocity.same_rounds += 1;
            if velocity.same_rounds >= VELOCITY_ROUNDS {
                velocity.value = (velocity.value * 2.0).min(MAX_VELOCITY);
            }
        } else {
            velocity.value = 1.0;
            velocity.same_rounds = 0;
        }
        velocity.up = went_up;
    }
}

impl Algorithm for Copa {
    fn kind(&self) -> Kind {
        Kind::Copa
    }

    // §2.1.
    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        self.round.acked += ack.acked_bytes;
        self.rtt = flow.rtt().smoothed();
        let Some(rtt) = ack.rtt else { return };
        let window = nanos(flow.params.min_rtt_window);
        self.min_rtt.update(window, nanos(ack.now), rtt);
        let standing = self.standing_rtt(flow, ack.now, rtt);
        let queue = standing.saturating_sub(self.min_rtt.value().unwrap_or(standing));
        self.update_mode(flow, ack, queue);

        let mtu = flow.mtu as f64;
        let current = self.cwnd / mtu / standing.as_secs_f64().max(1e-5);
        let target = 1.0 / (self.delta * queue.as_secs_f64().max(1e-6));
        let up = current <= target;
        // RFC 9002 §7.8: a window that was not used does not grow.
        let used = !ack.newest.app_limited || ack.in_flight_before as f64 >= self.cwnd / 2.0;
        if self.slow_start {
            if up && used {
                self.cwnd += ack.acked_bytes as f64;
            }
            self.slow_start = up;
            return;
        }
        if ack.round_start {
            self.update_velocity(up);
        }
        let step = self.velocity.value * ack.acked_bytes as f64 / (self.delta * self.cwnd / mtu);
        if !up {
            self.cwnd -= step.min(self.cwnd / 2.0);
        } else if used {
            self.cwnd += step.min(ack.acked_bytes as f64);
        }
        self.cwnd = self.cwnd.max((flow.params.min_cwnd * flow.mtu) as f64);
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        // No reaction to loss by design, save through delta and against collapse; a dead path is left alone.
        self.round.lost += loss.bytes;
        if loss.persistent {
            self.cwnd = (flow.params.min_cwnd * flow.mtu) as f64;
            self.slow_start = true;
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        self.delta = flow.params.copa_delta;
        self.base = flow.params.copa_delta;
        self.cwnd = self.cwnd.max((flow.params.min_cwnd * flow.mtu) as f64);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd as u64
    }

    // §2.1: twice the window per standing round trip.
    fn pacing_rate(&self) -> Option<u64> {
        let span = self.standing.front().map(|(_, rtt)| *rtt).or(self.rtt)?;
        Some((2.0 * self.cwnd / span.as_secs_f64().max(1e-5)) as u64)
    }

    fn phase(&self) -> &'static str {
        if self.slow_start {
            "slow-start"
        } else {
            "steady"
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        Handover {
            cwnd: self.cwnd as u64,
            bandwidth: flow.bandwidth(),
            min_rtt: self.min_rtt.value(),
            in_flight: flow.in_flight(),
            full_pipe: !self.slow_start,
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, value| Gauge {
            name,
            unit: "",
            value,
        };
        vec![
            gauge("delta", self.delta),
            gauge("velocity", self.velocity.value),
        ]
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

const VELOCITY_ROUNDS: u32 = 3;
const MAX_VELOCITY: f64 = 1024.0;
const CROWDED_ROUNDS: u32 = 5;
/// As tquic: less is not competition for a queue.
const COMPETITIVE_LOSS: f64 = 0.1;
/// The paper's default, two packets queued: no need to keep less by ourselves.
const MOST_DELTA: f64 = 0.5;
/// More is no noise.
const COLLAPSE_LOSS: f64 = 0.15;
/// How fast the base goes back to the knob, a round.
const BASE_RETURN: f64 = 0.995;
/// A queue of so many times what we want is not ours.
const OWN_QUEUES: f64 = 2.0;
