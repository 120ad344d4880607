//! bbr-live: ours, for a live relay link: long round trips, loss that is mostly noise, application-limited most of the
//! time.
//!
//! The cycle is that of draft-ietf-ccwg-bbr §5.3 (Startup, Drain, Down, Cruise, Up, ProbeRTT). It differs where the
//! draft does harm to a live link:
//!
//! - Noise is told from congestion by what is lost when less is sent ([`noise`]); noise is made up for, congestion bites.
//! - Startup ends when the estimate has long covered what the application sends, and begins anew once there is more.
//! - Pacing never falls below a multiple of the application's rate without a sign of congestion.
//! - A queue corrects the estimate, whether application-limited or not, so that it cannot stay high for ever.
//! - The least round trip is confirmed in passing, so that ProbeRTT is rare.

use std::time::Duration;

mod app;
mod noise;

use super::aggregation::Aggregation;
use crate::algorithm::{Algorithm, Gauge, Handover, Kind};
use crate::event::{Ack, Loss, Sent};
use crate::flow::Flow;
use crate::flow::rounds::Rounds;
use app::AppRate;
use noise::{Noise, Tally};

/// Inputs: the events. Outputs: window and pacing rate. Rates in bytes per second.
#[derive(Debug, Clone)]
pub(super) struct BbrLive {
    phase: Phase,
    /// The path's capacity has been found; until then a full sender is in Startup.
    pipe_found: bool,
    rounds: Rounds,
    /// The greatest delivery rate of this cycle and of the one before.
    bandwidth: [u64; 2],
    /// What congestion leaves of it until the next probe.
    bound: Option<u64>,
    /// Bytes in flight that were too many.
    inflight_bound: Option<u64>,
    min_rtt: Option<Duration>,
    /// When a round trip was last as short as `min_rtt`.
    confirmed_at: Duration,
    low_rounds: u32,
    /// Of the last few packets.
    recent_rtt: Duration,
    /// The queue is not ours: draining did not empty it.
    foreign_queue: bool,
    foreign_until: Duration,
    probe_at: Duration,
    noise: Noise,
    app: AppRate,
    aggregation: Aggregation,
    round: Round,
    congested: bool,
    /// There has been congestion, once at least.
    met_congestion: bool,
    lossy_before: bool,
    cwnd: u64,
    pacing_rate: Option<u64>,
    dark: bool,
    dice: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// Doubling until the delivery rate no longer follows.
    Startup {
        reached: u64,
        flat_rounds: u64,
        covered_rounds: u32,
    },
    /// Emptying the queue that Startup made.
    Drain { rounds: u32 },
    /// Sending less: the queue empties, and the noise is measured.
    Down { rounds: u32 },
    /// Sending what the path carries, until it is time to probe.
    Cruise,
    /// Sending more, for as long as more arrives.
    Up {
        rounds: u32,
        reached: u64,
        /// The round trip when the probe began.
        base: Duration,
    },
    /// Emptying a queue that should not be there.
    Yield { rounds: u32 },
    /// Few bytes in flight until the least round trip has been seen.
    ProbeRtt {
        until: Option<Duration>,
        least: Option<Duration>,
    },
}

/// What the running round has shown.
#[derive(Debug, Clone, Copy, Default)]
struct Round {
    least_rtt: Option<Duration>,
    /// The greatest delivery rate.
    rate: u64,
    /// All its samples were application-limited.
    app_limited: bool,
    /// The most bytes in flight.
    in_flight: u64,
    any: bool,
}

impl BbrLive {
    pub(super) fn new(flow: &Flow, now: Duration, from: Option<&Handover>) -> Self {
        let known = from.and_then(|from| from.bandwidth).unwrap_or(0);
        let found = known > 0 && from.is_some_and(|from| from.full_pipe);
        let mut live = Self {
            phase: Phase::Startup {
                reached: 0,
                flat_rounds: 0,
                covered_rounds: 0,
            },
            pipe_found: found,
            rounds: Rounds::default(),
            bandwidth: [known, known],
            bound: None,
            inflight_bound: None,
            min_rtt: from.and_then(|from| from.min_rtt).or(flow.rtt().min()),
            confirmed_at: now,
            low_rounds: 0,
            recent_rtt: Duration::ZERO,
            foreign_queue: false,
            foreign_until: now,
            probe_at: now,
            noise: Noise::default(),
            app: AppRate::default(),
            aggregation: Aggregation::new(now),
            round: Round::default(),
            congested: false,
            met_congestion: false,
            lossy_before: false,
            cwnd: from.map_or(flow.params.init_cwnd * flow.mtu, |from| from.cwnd),
            pacing_rate: None,
            dark: false,
            dice: now.as_nanos() as u64 | 1,
        };
        live.rounds.begin(flow.delivered());
        live.schedule_probe(flow, now);
        if found {
            live.enter_down(now);
        }
        live.set_outputs(flow);
        live
    }

    fn max_bandwidth(&self) -> u64 {
        self.bandwidth[0].max(self.bandwidth[1])
    }

    /// What the path is believed to carry now.
    fn believed(&self, flow: &Flow) -> u64 {
        let believed = self.bound.map_or(self.max_bandwidth(), |bound| {
            bound.min(self.max_bandwidth())
        });
        // Trap B: the next key frame is not to be sent at the media's mean rate.
        if self.congested {
            return believed;
        }
        believed
            .max((self.app_rate(flow) as f64 * flow.params.app_headroom) as u64)
            .max(self.first_flight_rate(flow))
    }

    /// Nothing has shown yet that the path carries less than the first flight in a round trip; the few bytes of a
    /// handshake or of a request, long acknowledged, do not.
    fn first_flight_rate(&self, flow: &Flow) -> u64 {
        if self.pipe_found || self.met_congestion || self.max_bandwidth() == 0 {
            return 0;
        }
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        let flight = flow.params.init_cwnd * flow.mtu;
        (flight as f64 / rtt.max(MIN_PROBE_SPAN).as_secs_f64()) as u64
    }

    fn app_rate(&self, flow: &Flow) -> u64 {
        if flow.params.app_rate > 0 {
            return flow.params.app_rate / 8;
        }
        self.app.rate()
    }

    fn noise_share(&self, flow: &Flow) -> f64 {
        self.noise.share(flow.params.random_loss_limit)
    }

    fn bdp(&self, flow: &Flow, rate: u64) -> u64 {
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        (rate as f64 * rtt.as_secs_f64()) as u64
    }

    /// How far the least round trip of the round is above the least of the path, in least round trips.
    fn queue(&self) -> f64 {
        let (Some(now), Some(least)) = (self.round.least_rtt, self.min_rtt) else {
            return 0.0;
        };
        let excess = now.saturating_sub(least);
        if excess < QUEUE_FLOOR {
            return 0.0;
        }
        excess.as_secs_f64() / least.as_secs_f64().max(1e-4)
    }

    fn take_sample(&mut self, ack: &Ack) {
        if let Some(rate) = &ack.rate {
            self.round.rate = self.round.rate.max(rate.bytes_per_second);
            self.round.app_limited &= rate.app_limited;
            if !rate.app_limited || rate.bytes_per_second >= self.max_bandwidth() {
                self.bandwidth[0] = self.bandwidth[0].max(rate.bytes_per_second);
            }
        }
        self.round.in_flight = self.round.in_flight.max(ack.in_flight_before);
    }

    fn take_rtt(&mut self, ack: &Ack) {
        let Some(rtt) = ack.rtt else { return };
        let least = &mut self.round.least_rtt;
        *least = Some(least.map_or(rtt, |least| least.min(rtt)));
        self.recent_rtt = if self.recent_rtt.is_zero() {
            rtt
        } else {
            (self.recent_rtt * 7 + rtt) / 8
        };
        let known = self.min_rtt.unwrap_or(Duration::MAX);
        if rtt <= known.saturating_add(known / CONFIRM_DIVISOR) {
            self.confirmed_at = ack.now;
            self.min_rtt = Some(known.min(rtt));
        }
        if let Phase::ProbeRtt { least, .. } = &mut self.phase {
            *least = Some(least.map_or(rtt, |least| least.min(rtt)));
        }
    }

    /// No more of a queue than `share` of the least round trip above `base`.
    fn is_calm(&self, base: Duration, share: f64) -> bool {
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        self.recent_rtt <= base + least.mul_f64(share).max(QUEUE_FLOOR)
    }

    fn has_no_queue(&self) -> bool {
        self.is_calm(self.min_rtt.unwrap_or(Duration::ZERO), CALM)
    }

    fn threshold(&self, flow: &Flow) -> Duration {
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        least.mul_f64(flow.params.queue_threshold).max(QUEUE_FLOOR)
    }

    fn end_round(&mut self, flow: &Flow, now: Duration) {
        let tally = self.noise.take_round();
        let round = self.round;
        let queue = self.queue();
        self.round = Round {
            app_limited: true,
            ..Round::default()
        };
        self.note_low_inflight(flow, &round);
        let params = &flow.params;
        let excess = self
            .noise
            .exceeds(tally, params.loss_threshold, params.random_loss_limit);
        let delayed = queue > params.queue_threshold;
        if queue < params.queue_threshold / 2.0 || now >= self.foreign_until {
            self.foreign_queue = false;
        }
        // Once in a while chance looks like congestion: while less is at stake it must do so twice, or with a queue.
        let probing = matches!(self.phase, Phase::Up { .. });
        let sure = probing || self.lossy_before || queue > params.queue_threshold / 4.0;
        self.lossy_before = excess;
        let lossy = excess && sure;
        self.congested = lossy || (delayed && !self.foreign_queue);
        self.met_congestion |= self.congested;
        let verdict = Verdict {
            lossy,
            delayed,
            queue,
            tally,
        };
        self.advance(flow, now, &round, verdict);
    }

    /// An application-limited flow measures the path in passing: rounds with hardly anything in flight cannot have
    /// queued, so the least of several of them is the path's (trap E; a route that grew longer is believed at once).
    fn note_low_inflight(&mut self, flow: &Flow, round: &Round) {
        let low = round.in_flight < self.bdp(flow, self.max_bandwidth()) / 2;
        self.low_rounds = if low { self.low_rounds + 1 } else { 0 };
        if let (true, Some(least)) = (self.low_rounds >= LOW_ROUNDS, round.least_rtt) {
            self.min_rtt = Some(least);
            self.low_rounds = 0;
        }
    }

    fn advance(&mut self, flow: &Flow, now: Duration, round: &Round, verdict: Verdict) {
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

    fn startup(
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
        let limit = params.random_loss_limit;
        let queued = verdict.queue > params.queue_threshold / 4.0;
        let share = verdict.tally.share();
        let swamped =
            !grows && !round.app_limited && share > limit && (queued || share > 2.0 * limit);
        self.phase = Phase::Startup {
            reached,
            flat_rounds: flat,
            covered_rounds: covered,
        };
        if flat >= params.full_bw_rounds || swamped {
            self.pipe_found = true;
            if swamped {
                self.bandwidth = [round.rate, round.rate];
            }
            self.phase = Phase::Drain { rounds: 0 };
        }
    }

    fn cruise(&mut self, flow: &Flow, round: &Round, verdict: Verdict) {
        if !self.pipe_found && !round.app_limited && round.any {
            // There is more to send than the path has ever been asked to carry.
            self.phase = Phase::Startup {
                reached: 0,
                flat_rounds: 0,
                covered_rounds: 0,
            };
            return;
        }
        if self.congested {
            self.cut(flow, round, verdict);
            if verdict.delayed && !self.foreign_queue {
                self.phase = Phase::Yield { rounds: 0 };
            }
        }
    }

    fn up(&mut self, flow: &Flow, now: Duration, round: &Round, verdict: Verdict) {
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
    fn follow_probe(&mut self, flow: &Flow, now: Duration) {
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

    /// Congestion: no more than what arrived, and no sudden stop (draft §5.5.10.3).
    fn cut(&mut self, flow: &Flow, round: &Round, verdict: Verdict) {
        let believed = self.believed(flow);
        if verdict.lossy && !flow.params.ignore_short_term {
            let kept = (believed as f64 * flow.params.beta) as u64;
            self.bound = Some(round.rate.max(kept));
            self.bound_inflight(flow, round);
        } else if verdict.delayed {
            // The queue is ours and other flows': all give the same share back and probe anew, which favours the small.
            let kept = (round.rate as f64 * YIELD_SHARE) as u64;
            // What arrives of an application's few bytes is no measure of the path.
            let least = if round.app_limited { believed / 2 } else { 0 };
            let kept = kept.max(least);
            self.bandwidth = [kept, kept];
        }
        if verdict.tally.share() > flow.params.random_loss_limit {
            // More than any noise: a policer or a collapse. What arrives is all there is.
            self.bandwidth = [round.rate, round.rate];
        }
    }

    fn bound_inflight(&mut self, flow: &Flow, round: &Round) {
        if flow.params.ignore_inflight_hi {
            return;
        }
        let kept = (self.bdp(flow, self.believed(flow)) as f64 * flow.params.beta) as u64;
        let bound = ((round.in_flight as f64 * flow.params.beta) as u64).max(kept);
        self.inflight_bound = Some(bound.max(flow.params.min_cwnd * flow.mtu));
    }

    fn enter_down(&mut self, now: Duration) {
        self.noise.begin_quiet(now);
        self.phase = Phase::Down { rounds: 0 };
    }

    fn enter_cruise(&mut self, now: Duration) {
        self.noise.end_quiet(now);
        self.phase = Phase::Cruise;
    }

    /// A random half more keeps flows from probing together.
    fn schedule_probe(&mut self, flow: &Flow, now: Duration) {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let share = (self.dice >> 33) as f64 / (1u64 << 31) as f64;
        let least = self.min_rtt.unwrap_or(Duration::ZERO) * PROBE_ROUNDS;
        let wait = flow.params.probe_wait.max(least);
        self.probe_at = now + wait + wait.mul_f64(share / 2.0);
    }

    fn enter_up(&mut self, flow: &Flow, now: Duration) {
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
    fn check_phase(&mut self, flow: &Flow, now: Duration, round_ended: bool) {
        let bdp = self.bdp(flow, self.believed(flow));
        match self.phase {
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
        let stale = now.saturating_sub(self.confirmed_at) > flow.params.probe_rtt_interval;
        if waiting && stale {
            self.noise.end_quiet(now);
            self.phase = Phase::ProbeRtt {
                until: None,
                least: None,
            };
        }
    }

    fn probe_rtt(
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

    fn pacing_gain(&self, flow: &Flow) -> f64 {
        let params = &flow.params;
        match self.phase {
            Phase::Startup { .. } => params.startup_pacing_gain,
            Phase::Drain { .. } => params.drain_gain,
            Phase::Down { .. } => params.probe_down_gain,
            Phase::Up { .. } => params.probe_up_gain,
            Phase::Yield { .. } => YIELD_GAIN,
            Phase::Cruise | Phase::ProbeRtt { .. } => 1.0,
        }
    }

    fn cwnd_gain(&self, flow: &Flow) -> f64 {
        let params = &flow.params;
        match self.phase {
            Phase::Startup { .. } => params.startup_cwnd_gain,
            Phase::Up { .. } => params.up_cwnd_gain,
            Phase::ProbeRtt { .. } => params.probe_rtt_gain,
            _ => params.cwnd_gain,
        }
    }

    fn set_outputs(&mut self, flow: &Flow) {
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
        self.pacing_rate = (believed > 0).then_some((rate + extra) as u64);
    }

    fn set_cwnd(&mut self, flow: &Flow, acked: u64) {
        let believed = self.believed(flow);
        let least = flow.params.min_cwnd * flow.mtu;
        let lossless = 1.0 - self.noise_share(flow);
        let mut target = (self.bdp(flow, believed) as f64 * self.cwnd_gain(flow) / lossless) as u64;
        let probing_rtt = matches!(self.phase, Phase::ProbeRtt { .. });
        if !probing_rtt {
            target += self.aggregation.allowance(believed) + QUANTUM_PACKETS * flow.mtu;
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
        let grown = self.cwnd + acked;
        self.cwnd = if self.dark || believed > 0 && !matches!(self.phase, Phase::Startup { .. }) {
            grown.min(target)
        } else if self.cwnd < target || flow.delivered() < flow.params.init_cwnd * flow.mtu {
            grown
        } else {
            self.cwnd
        };
        if self.cwnd >= target {
            self.dark = false;
        }
        self.cwnd = self.cwnd.max(least);
    }
}

/// What a round says of congestion.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    lossy: bool,
    delayed: bool,
    queue: f64,
    tally: Tally,
}

impl Algorithm for BbrLive {
    fn kind(&self) -> Kind {
        Kind::BbrLive
    }

    fn on_sent(&mut self, _flow: &Flow, sent: &Sent) {
        self.app.on_sent(sent);
    }

    fn on_ack(&mut self, flow: &Flow, ack: &Ack) {
        self.take_rtt(ack);
        let calm = self.has_no_queue();
        self.noise.on_ack(ack, calm);
        self.take_sample(ack);
        self.round.any = true;
        let believed = self.believed(flow);
        let round = self.rounds.count();
        self.aggregation
            .on_ack(ack, believed, self.cwnd, round, AGGREGATION_ROUNDS);
        let ended = self.rounds.on_ack(ack.newest.delivered, flow.delivered());
        if ended {
            self.end_round(flow, ack.now);
        }
        self.check_phase(flow, ack.now, ended);
        self.set_outputs(flow);
        self.set_cwnd(flow, ack.acked_bytes);
    }

    fn on_loss(&mut self, flow: &Flow, loss: &Loss) {
        let calm = self.has_no_queue();
        self.noise.on_loss(loss, calm);
        if loss.persistent {
            // RFC 9743 §5.1.1: a path that delivers nothing gets next to nothing, until it delivers again.
            self.dark = true;
            self.cwnd = flow.params.min_cwnd * flow.mtu;
        }
    }

    fn on_params(&mut self, flow: &Flow) {
        self.set_outputs(flow);
        self.set_cwnd(flow, 0);
    }

    fn cwnd(&self) -> u64 {
        self.cwnd
    }

    fn pacing_rate(&self) -> Option<u64> {
        self.pacing_rate
    }

    fn phase(&self) -> &'static str {
        match self.phase {
            Phase::Startup { .. } => "startup",
            Phase::Drain { .. } => "drain",
            Phase::Down { .. } => "probe-down",
            Phase::Cruise => "cruise",
            Phase::Up { .. } => "probe-up",
            Phase::Yield { .. } => "yield",
            Phase::ProbeRtt { .. } => "probe-rtt",
        }
    }

    fn handover(&self, flow: &Flow) -> Handover {
        let bandwidth = self.believed(flow);
        Handover {
            cwnd: (self.bdp(flow, bandwidth) as f64 * HANDOVER_GAIN) as u64
                + QUANTUM_PACKETS * flow.mtu,
            bandwidth: (bandwidth > 0).then_some(bandwidth),
            min_rtt: self.min_rtt,
            in_flight: flow.in_flight(),
            full_pipe: self.pipe_found,
        }
    }

    fn gauges(&self) -> Vec<Gauge> {
        let gauge = |name, unit, value| Gauge { name, unit, value };
        let optional = |value: Option<u64>| value.map_or(f64::NAN, |value| value as f64);
        vec![
            gauge("bandwidth", "byte/s", self.max_bandwidth() as f64),
            gauge("bound", "byte/s", optional(self.bound)),
            gauge("inflight_bound", "bytes", optional(self.inflight_bound)),
            gauge("noise", "", self.noise.share(1.0)),
            gauge("app_rate", "byte/s", self.app.rate() as f64),
            gauge(
                "min_rtt",
                "ms",
                self.min_rtt.map_or(f64::NAN, |rtt| rtt.as_secs_f64() * 1e3),
            ),
        ]
    }

    fn boxed_clone(&self) -> Box<dyn Algorithm> {
        Box::new(self.clone())
    }
}

/// Queueing below this is timers and serialisation.
const QUEUE_FLOOR: Duration = Duration::from_millis(4);
/// No queue, in least round trips: for measuring noise, and for going on with a probe.
const CALM: f64 = 0.08;
const UP_QUEUE: f64 = 0.1;
/// A round trip within 1/16 of the least confirms it.
const CONFIRM_DIVISOR: u32 = 16;
const LOW_ROUNDS: u32 = 4;
const DRAIN_ROUNDS: u32 = 3;
const DOWN_ROUNDS: u32 = 4;
/// Down goes below what is believed to fill the path: a least round trip that holds a queue of our own shows itself.
const DOWN_TARGET: f64 = 0.92;
const YIELD_ROUNDS: u32 = 5;
/// A queue that would not empty is tried again after so long.
const FOREIGN_FOR: Duration = Duration::from_secs(5);
const YIELD_GAIN: f64 = 0.75;
/// Kept of what was delivered when a queue had to be emptied.
const YIELD_SHARE: f64 = 0.85;
/// A probe adds so many packets a round trip to its gain: what all add alike makes unequal flows equal.
const UP_PACKETS: u64 = 6;
const MIN_PROBE_SPAN: Duration = Duration::from_millis(10);
/// On longer paths the same packets come as often, or their flows would take minutes to become equal.
const MAX_PROBE_SPAN: Duration = Duration::from_millis(80);
const UP_EXTRA_LIMIT: f64 = 0.25;
/// Rounds between probes at least: the one before must be over and its queue gone.
const PROBE_ROUNDS: u32 = 10;
const COVERED: f64 = 1.5;
const COVERED_ROUNDS: u32 = 3;
/// Growth of the estimate in a round that keeps a probe going.
const UP_GROWTH: f64 = 1.1;
const AGGREGATION_ROUNDS: u64 = 10;
const QUANTUM_PACKETS: u64 = 3;
/// The next algorithm starts with the pipe full and a little queue.
const HANDOVER_GAIN: f64 = 1.1;
