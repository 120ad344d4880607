//! The phases and their ends (draft-ietf-ccwg-bbr §5.3, with the differences named in the module above).

use std::time::Duration;

use super::{BbrLive, Phase, Round, Trains, Verdict};
use crate::event::Ack;
use crate::flow::Flow;

impl BbrLive {
    pub(super) fn advance(&mut self, flow: &Flow, now: Duration, round: &Round, verdict: Verdict) {
        match self.phase {
            Phase::Startup {
                reached,
                flat_rounds,
                covered_rounds,
            } => self.startup(
                flow,
                now,
                round,
                verdict,
                (reached, flat_rounds, covered_rounds),
            ),
            Phase::Drain { rounds } => {
                self.phase = Phase::Drain { rounds: rounds + 1 };
                if rounds + 1 >= DRAIN_ROUNDS {
                    self.enter_down(now);
                }
            }
            Phase::Down { rounds } => {
                self.phase = Phase::Down { rounds: rounds + 1 };
            }
            Phase::Cruise => self.cruise(flow, round, verdict),
            Phase::Up { .. } => self.up(flow, now, round, verdict),
            Phase::Yield { rounds } => {
                if verdict.queue < flow.params.queue_threshold / 2.0 {
                    return self.enter_cruise(now);
                }
                self.phase = Phase::Yield { rounds: rounds + 1 };
                if rounds + 1 >= YIELD_ROUNDS {
                    self.foreign_queue = true;
                    self.foreign_until = now + FOREIGN_FOR;
                    self.enter_cruise(now);
                }
            }
            Phase::ProbeRtt { .. } => {}
        }
    }

    pub(super) fn startup(
        &mut self,
        flow: &Flow,
        now: Duration,
        round: &Round,
        verdict: Verdict,
        (reached, flat, covered): (u64, u64, u32),
    ) {
        let params = &flow.params;
        let bandwidth = self.max_bandwidth();
        // Trap A: what the application sends has long been covered.
        let wanted = self.app_rate(flow) as f64 * COVERED;
        let is_covered = round.app_limited && self.app_rate(flow) > 0 && bandwidth as f64 >= wanted;
        let covered = if is_covered { covered + 1 } else { 0 };
        if params.startup_exit_when_app_limited && covered >= COVERED_ROUNDS {
            return self.enter_cruise(now);
        }
        let grows = bandwidth as f64 >= reached as f64 * params.full_bw_threshold;
        // An application-limited round says nothing of the path.
        let flat = match (grows, round.app_limited) {
            (true, _) => 0,
            (false, true) => flat,
            (false, false) => flat + 1,
        };
        let reached = if grows { bandwidth } else { reached };
        let queued = verdict.queue > params.queue_threshold / 4.0;
        let limit = if queued {
            Self::allowed_noise(flow, verdict.queue).unknown
        } else {
            2.0 * params.random_loss_limit
        };
        let swamped = !grows && !round.app_limited && verdict.tally.share() > limit;
        self.phase = Phase::Startup {
            reached,
            flat_rounds: flat,
            covered_rounds: covered,
        };
        // What no longer arrives faster but later is a queue.
        let queueing = flat + 1 >= params.full_bw_rounds && verdict.queue > params.queue_threshold;
        if flat >= params.full_bw_rounds || swamped || queueing {
            self.pipe_found = true;
            if swamped {
                self.bandwidth = [round.rate, round.rate];
            }
            self.phase = Phase::Drain { rounds: 0 };
        }
    }

    /// What fills a long path goes on for no longer than it takes to see that only a queue grows.
    fn follow_startup(&mut self, flow: &Flow, now: Duration) {
        let bandwidth = self.max_bandwidth();
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        let queued = !self.is_calm(least + self.jitter(), flow.params.queue_threshold);
        if self.trains.has_filled_path(now, bandwidth, queued, least) {
            self.pipe_found = true;
            self.phase = Phase::Drain { rounds: 0 };
        }
    }

    /// There is more to send than the path has ever been asked to carry.
    fn enter_startup(&mut self) {
        self.trains = Trains::default();
        self.phase = Phase::Startup {
            reached: 0,
            flat_rounds: 0,
            covered_rounds: 0,
        };
    }

    /// A full window on a path that has not shown its limit is a backlog: its samples count as application-limited for
    /// a round trip yet, and waiting for others would send the backlog at the rate of what came before it.
    pub(super) fn note_backlog(&mut self, flow: &Flow, ack: &Ack) {
        let full = ack.in_flight_before + BACKLOG_SLACK * flow.mtu > self.cwnd;
        if full && self.is_unexplored() && matches!(self.phase, Phase::Cruise) {
            self.enter_startup();
        }
    }

    pub(super) fn cruise(&mut self, flow: &Flow, round: &Round, verdict: Verdict) {
        if !self.pipe_found && !round.app_limited && round.any {
            return self.enter_startup();
        }
        if self.congested {
            self.cut(flow, round, verdict);
            if verdict.delayed && !self.foreign_queue {
                self.phase = Phase::Yield { rounds: 0 };
            }
        }
    }

    pub(super) fn up(&mut self, flow: &Flow, now: Duration, round: &Round, verdict: Verdict) {
        let threshold = self.threshold(flow);
        let Phase::Up { rounds, base, .. } = &mut self.phase else {
            return;
        };
        *rounds += 1;
        let probed = *rounds >= 2;
        // A queue that was there before is no reason: a small flow beside a large one would never grow.
        let grew = self.recent_rtt > *base + threshold;
        if verdict.lossy || grew || (verdict.delayed && !self.foreign_queue) {
            if verdict.lossy {
                self.bound_inflight(flow, round);
            }
            return self.enter_down(now);
        }
        if probed {
            // The probe went through.
            self.inflight_bound = None;
            self.enter_down(now);
        }
    }

    /// A probe goes on for as long as more arrives, and ends as soon as more only queues.
    pub(super) fn follow_probe(&mut self, flow: &Flow, now: Duration) {
        let Phase::Up {
            rounds,
            reached,
            base,
        } = self.phase
        else {
            return;
        };
        let bandwidth = self.max_bandwidth();
        if bandwidth as f64 >= reached as f64 * UP_GROWTH {
            self.inflight_bound = None;
            self.rounds.begin(flow.delivered());
            self.phase = Phase::Up {
                rounds: 0,
                reached: bandwidth,
                base,
            };
        } else if rounds >= 1 && !self.is_calm(base, UP_QUEUE) {
            self.inflight_bound = None;
            self.enter_down(now);
        }
    }

    pub(super) fn enter_down(&mut self, now: Duration) {
        self.noise.begin_quiet(now);
        self.phase = Phase::Down { rounds: 0 };
    }

    pub(super) fn enter_cruise(&mut self, now: Duration) {
        self.noise.end_quiet(now);
        self.phase = Phase::Cruise;
    }

    /// A random half more keeps flows from probing together.
    pub(super) fn schedule_probe(&mut self, flow: &Flow, now: Duration) {
        // Every path's time begins at the same zero: the moment makes the difference between flows.
        self.dice = (self.dice ^ now.as_nanos() as u64)
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = (self.dice >> 33) as f64 / (1u64 << 31) as f64;
        let least = self.min_rtt.unwrap_or(Duration::ZERO) * PROBE_ROUNDS;
        let wait = flow.params.probe_wait.max(least);
        self.probe_at = now + wait + wait.mul_f64(share / 2.0);
    }

    pub(super) fn enter_up(&mut self, flow: &Flow, now: Duration) {
        self.schedule_probe(flow, now);
        // A new cycle: the estimate of the one before the last goes, if this one has measured anything.
        if self.bandwidth[0] > 0 {
            self.bandwidth = [0, self.bandwidth[0]];
        }
        self.bound = None;
        self.rounds.begin(flow.delivered());
        self.phase = Phase::Up {
            rounds: 0,
            reached: self.max_bandwidth(),
            base: self.recent_rtt,
        };
    }

    /// What does not wait for the end of a round.
    pub(super) fn check_phase(&mut self, flow: &Flow, now: Duration, round_ended: bool) {
        let bdp = self.bdp(flow, self.believed(flow));
        match self.phase {
            Phase::Startup { .. } => self.follow_startup(flow, now),
            Phase::Drain { .. } if flow.in_flight() <= bdp => self.enter_down(now),
            Phase::Down { rounds }
                if rounds >= 1 && flow.in_flight() as f64 <= bdp as f64 * DOWN_TARGET =>
            {
                self.enter_cruise(now);
            }
            Phase::Down { rounds } if rounds >= DOWN_ROUNDS => self.enter_cruise(now),
            Phase::Cruise if now >= self.probe_at && !flow.is_app_limited() => {
                self.enter_up(flow, now)
            }
            Phase::Up { .. } => self.follow_probe(flow, now),
            Phase::ProbeRtt { until, least } => {
                self.probe_rtt(flow, now, round_ended, until, least)
            }
            _ => {}
        }
        let waiting = matches!(
            self.phase,
            Phase::Cruise | Phase::Down { .. } | Phase::Yield { .. }
        );
        let cycle = self.min_rtt.unwrap_or(Duration::ZERO) * CYCLE_ROUNDS;
        let interval = flow.params.probe_rtt_interval.max(cycle);
        let stale = now.saturating_sub(self.confirmed_at) > interval;
        if waiting && stale {
            self.noise.end_quiet(now);
            self.phase = Phase::ProbeRtt {
                until: None,
                least: None,
            };
        }
    }

    pub(super) fn probe_rtt(
        &mut self,
        flow: &Flow,
        now: Duration,
        round_ended: bool,
        until: Option<Duration>,
        least: Option<Duration>,
    ) {
        let low = self.bdp(flow, self.believed(flow)) as f64 * flow.params.probe_rtt_gain;
        match until {
            None if flow.in_flight() <= (low as u64).max(flow.params.min_cwnd * flow.mtu) => {
                self.rounds.begin(flow.delivered());
                self.phase = Phase::ProbeRtt {
                    until: Some(now + flow.params.probe_rtt_duration),
                    least: None,
                };
            }
            Some(until) if now >= until && round_ended => {
                self.min_rtt = least.or(self.min_rtt);
                self.confirmed_at = now;
                self.enter_cruise(now);
            }
            _ => {}
        }
    }
}

/// Packets that may be missing from a full window.
const BACKLOG_SLACK: u64 = 2;
const UP_QUEUE: f64 = 0.1;
const DRAIN_ROUNDS: u32 = 3;
const DOWN_ROUNDS: u32 = 4;
/// Down goes below what is believed to fill the path: a least round trip that holds a queue of our own shows itself.
const DOWN_TARGET: f64 = 0.92;
const YIELD_ROUNDS: u32 = 5;
/// A queue that would not empty is tried again after so long.
const FOREIGN_FOR: Duration = Duration::from_secs(5);
/// Rounds between probes at least: the one before must be over and its queue gone.
const PROBE_ROUNDS: u32 = 10;
/// A whole cycle: the wait, half as much again by chance, the probe, and what empties its queue. On a path of seconds it
/// is longer than the interval, and what it leaves may confirm the least round trip in passing.
const CYCLE_ROUNDS: u32 = 20;
const COVERED: f64 = 1.5;
const COVERED_ROUNDS: u32 = 3;
/// Growth of the estimate in a round that keeps a probe going.
const UP_GROWTH: f64 = 1.1;
