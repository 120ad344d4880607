//! What is believed of the path, and what a round says of congestion.

use std::time::Duration;

use super::noise::Allowed;
use super::{BbrLive, MIN_PROBE_SPAN, Phase, Round, Verdict};
use crate::event::Ack;
use crate::flow::Flow;

impl BbrLive {
    pub(super) fn max_bandwidth(&self) -> u64 {
        self.bandwidth[0].max(self.bandwidth[1])
    }

    /// What the path is believed to carry now.
    pub(super) fn believed(&self, flow: &Flow) -> u64 {
        self.believed_of(flow, self.max_bandwidth().max(self.trains.rate()))
    }

    /// The same of what was `measured`.
    pub(super) fn believed_of(&self, flow: &Flow, measured: u64) -> u64 {
        let believed = self.bound.map_or(measured, |bound| bound.min(measured));
        // Trap B: the next key frame is not to be sent at the media's mean rate.
        if self.congested {
            return believed;
        }
        let mut headroom = self.app_rate(flow) as f64 * flow.params.app_headroom;
        if self.warned {
            // The path has shown its limit not long ago: key frames feel their way up from it.
            headroom = headroom.min(believed as f64 * flow.params.probe_up_gain);
        }
        believed.max(headroom as u64)
    }

    /// Bytes of the first flight. On a short path a round trip more costs little and a large flight is many round trips
    /// of a narrow link: it has what RFC 9002 §7.2 allows anyone, as has a path that has not answered yet.
    pub(super) fn first_flight(&self, flow: &Flow) -> u64 {
        let most = flow.params.init_cwnd;
        let rtt = self.min_rtt.unwrap_or(Duration::ZERO);
        let share = rtt.as_secs_f64() / LONG_RTT.as_secs_f64();
        let packets = (most as f64 * share) as u64;
        packets.clamp(most.min(ANYONES_FLIGHT), most) * flow.mtu
    }

    /// Nothing has shown yet that the path carries less than the first flight in a round trip; the few bytes of a
    /// handshake or of a request, long acknowledged, do not.
    pub(super) fn first_flight_rate(&self, flow: &Flow) -> u64 {
        if self.opened || !self.is_unexplored() || self.max_bandwidth() == 0 {
            return 0;
        }
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        let flight = self.first_flight(flow);
        (flight as f64 / rtt.max(MIN_PROBE_SPAN).as_secs_f64()) as u64
    }

    /// What a link that has just begun has carried at once without a queue it carries again: pacing by the estimate alone
    /// would spread that over most of a round trip, since a flight after a pause shows no more than its own size a round
    /// trip. Later the estimate has more in it.
    pub(super) fn carried(&self, flow: &Flow) -> u64 {
        let begins = self.flown < BEGINNING;
        if begins && self.is_unexplored() && flow.is_app_limited() {
            self.carried
        } else {
            0
        }
    }

    /// The path has not shown its limit: neither by a rate that would not grow nor by congestion.
    pub(super) fn is_unexplored(&self) -> bool {
        !self.pipe_found && !self.met_congestion
    }

    pub(super) fn app_rate(&self, flow: &Flow) -> u64 {
        if flow.params.app_rate > 0 {
            return flow.params.app_rate / 8;
        }
        self.app.rate()
    }

    pub(super) fn noise_share(&self, flow: &Flow) -> f64 {
        self.noise.share(flow.params.random_loss_limit)
    }

    pub(super) fn bdp(&self, flow: &Flow, rate: u64) -> u64 {
        let rtt = self.min_rtt.unwrap_or(flow.params.initial_rtt);
        (rate as f64 * rtt.as_secs_f64()) as u64
    }

    /// How far the least round trip of the round is above the least of the path, in least round trips.
    pub(super) fn queue(&self) -> f64 {
        let (Some(now), Some(least)) = (self.round.least_rtt, self.min_rtt) else {
            return 0.0;
        };
        let excess = now.saturating_sub(least + self.jitter());
        if excess < QUEUE_FLOOR {
            return 0.0;
        }
        excess.as_secs_f64() / least.as_secs_f64().max(1e-4)
    }

    pub(super) fn take_sample(&mut self, flow: &Flow, ack: &Ack) {
        self.opened |= ack.newest.in_flight >= self.first_flight(flow) / 2;
        if ack.newest.in_flight > flow.params.min_cwnd * flow.mtu {
            self.flown += ack.acked_bytes;
        }
        if self.is_unexplored() && self.has_no_queue() {
            let most = MOST_CARRIED_PACKETS * flow.mtu;
            self.carried = self.carried.max(ack.newest.in_flight.min(most));
        }
        if let Some(rate) = &ack.rate {
            self.round.rate = self.round.rate.max(rate.bytes_per_second);
            self.round.app_limited &= rate.app_limited;
            if !rate.app_limited || rate.bytes_per_second >= self.max_bandwidth() {
                self.bandwidth[0] = self.bandwidth[0].max(rate.bytes_per_second);
            }
        }
        self.round.in_flight = self.round.in_flight.max(ack.in_flight_before);
    }

    /// Trains tell how much more a path carries that has not shown its limit; from then on its rate does.
    pub(super) fn take_train(&mut self, flow: &Flow, ack: &Ack) {
        let filling = matches!(self.phase, Phase::Startup { .. }) && self.is_unexplored();
        match self.min_rtt.filter(|_| filling && self.has_no_queue()) {
            Some(least) => self.trains.on_ack(ack, flow.delivered(), least),
            None => self.trains.stop(),
        }
    }

    pub(super) fn take_rtt(&mut self, flow: &Flow, ack: &Ack) {
        let Some(rtt) = ack.rtt else { return };
        self.rtt_samples = self.rtt_samples.saturating_add(1);
        // RFC 9002 §5.3 begins with a deviation of half the round trip.
        if self.rtt_samples >= STEADINESS_SAMPLES {
            let at = u64::try_from(ack.now.as_nanos()).unwrap_or(u64::MAX);
            let deviation = flow.rtt().variation();
            self.steadiness.update(STEADINESS_WINDOW, at, deviation);
        }
        let least = &mut self.round.least_rtt;
        *least = Some(least.map_or(rtt, |least| least.min(rtt)));
        self.recent_rtt = if self.recent_rtt.is_zero() {
            rtt
        } else {
            (self.recent_rtt * 7 + rtt) / 8
        };
        let known = self.min_rtt.unwrap_or(Duration::MAX);
        // Beside other full senders the queue never empties in passing, and every round trip is like the one before.
        let divisor = if ack.newest.app_limited {
            CONFIRM_DIVISOR
        } else {
            FULL_CONFIRM_DIVISOR
        };
        if rtt <= known.saturating_add(known / divisor) {
            self.confirmed_at = ack.now;
            self.min_rtt = Some(known.min(rtt));
        }
        if let Phase::ProbeRtt { least, .. } = &mut self.phase {
            *least = Some(least.map_or(rtt, |least| least.min(rtt)));
        }
    }

    /// No more of a queue than `share` of the least round trip above `base`.
    pub(super) fn is_calm(&self, base: Duration, share: f64) -> bool {
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        self.recent_rtt <= base + least.mul_f64(share).max(QUEUE_FLOOR)
    }

    pub(super) fn has_no_queue(&self) -> bool {
        self.is_calm(self.min_rtt.unwrap_or(Duration::ZERO) + self.jitter(), CALM)
    }

    /// No sign of congestion in the delay.
    pub(super) fn is_short_of_queue(&self, flow: &Flow) -> bool {
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        self.is_calm(least, flow.params.queue_threshold)
    }

    /// How far the round trips of a path without a queue lie above the least of them. Packets that keep their order
    /// wait for the latest before them, so that a busy path shows more of its jitter than single packets do.
    pub(super) fn jitter(&self) -> Duration {
        let deviation = self.steadiness.value().unwrap_or(Duration::ZERO);
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        (deviation * JITTER_DEVIATIONS).min(least.mul_f64(JITTER_LIMIT))
    }

    pub(super) fn threshold(&self, flow: &Flow) -> Duration {
        let least = self.min_rtt.unwrap_or(Duration::ZERO);
        least.mul_f64(flow.params.queue_threshold).max(QUEUE_FLOOR)
    }

    pub(super) fn begin_round(&mut self) {
        self.round = Round {
            app_limited: true,
            ..Round::default()
        };
    }

    pub(super) fn end_round(&mut self, flow: &Flow, now: Duration) {
        let tally = self.noise.take_round();
        let round = self.round;
        let queue = self.queue();
        self.begin_round();
        self.note_low_inflight(flow, &round);
        let params = &flow.params;
        let allowed = Self::allowed_noise(flow, queue);
        let excess = (self.noise).exceeds(tally, params.loss_threshold, allowed);
        // Of a lone packet or two the delay is that of its acknowledgement (RFC 9000 §13.2.1), no queue of ours.
        let alone = round.in_flight <= params.min_cwnd * flow.mtu;
        let late = queue > params.queue_threshold && !alone;
        self.queued |= queue > params.queue_threshold / 4.0 && !alone;
        if late {
            // What a burst of that size leaves behind is too much.
            self.carried = 0;
        }
        self.late_since = late.then(|| self.late_since.unwrap_or(now));
        // The few packets of an application-limited round share the jitter of one moment: a queue outlasts it.
        let steady = !round.app_limited || self.jitter() < self.threshold(flow);
        let lasting = self
            .late_since
            .is_some_and(|since| now.saturating_sub(since) >= LASTING_QUEUE);
        let delayed = late && (steady || lasting);
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
        if lossy {
            self.noise.spoil_quiet();
        }
        if self.congested {
            self.warned_until = now + WARNED_FOR;
        }
        self.warned = now < self.warned_until;
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
    pub(super) fn note_low_inflight(&mut self, flow: &Flow, round: &Round) {
        let low = round.app_limited && round.in_flight < self.bdp(flow, self.max_bandwidth()) / 2;
        self.low_rounds = if low { self.low_rounds + 1 } else { 0 };
        if let (true, Some(least)) = (self.low_rounds >= LOW_ROUNDS, round.least_rtt) {
            self.min_rtt = Some(least);
            self.low_rounds = 0;
        }
    }

    /// Congestion: no more than what arrived, and no sudden stop (draft §5.5.10.3).
    pub(super) fn cut(&mut self, flow: &Flow, round: &Round, verdict: Verdict) {
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
        if verdict.tally.share() > self.noise_share(flow) + COLLAPSE {
            // More than any noise: a policer or a collapse. What arrives is all there is, if all was sent that may be.
            let least = if round.app_limited { believed / 2 } else { 0 };
            let kept = round.rate.max(least);
            self.bandwidth = [kept, kept];
        }
    }

    /// Of an unknown path less of the loss is believed to be noise when there is a queue as well. Without one a few bad
    /// rounds are no reason: each would leave fewer packets for the next, that chance weighs the more in.
    pub(super) fn allowed_noise(flow: &Flow, queue: f64) -> Allowed {
        let known = flow.params.random_loss_limit;
        let queued = queue > flow.params.queue_threshold / 4.0;
        Allowed {
            known,
            unknown: if queued { known.min(COLLAPSE) } else { known },
            chance: if queued { 0.0 } else { 2.0 },
        }
    }

    pub(super) fn bound_inflight(&mut self, flow: &Flow, round: &Round) {
        if flow.params.ignore_inflight_hi {
            return;
        }
        let kept = (self.bdp(flow, self.believed(flow)) as f64 * flow.params.beta) as u64;
        let bound = ((round.in_flight as f64 * flow.params.beta) as u64).max(kept);
        self.inflight_bound = Some(bound.max(flow.params.min_cwnd * flow.mtu));
    }
}

/// From here on the whole first flight is sent.
const LONG_RTT: Duration = Duration::from_millis(40);
/// Packets, RFC 9002 §7.2.
const ANYONES_FLIGHT: u64 = 10;
/// A large key frame.
const MOST_CARRIED_PACKETS: u64 = 96;
/// Bytes: what a link is warmed up with, and the key frame that it is for.
const BEGINNING: u64 = 256 << 10;
/// Queueing below this is timers and serialisation.
const QUEUE_FLOOR: Duration = Duration::from_millis(4);
/// No queue, in least round trips: for measuring noise, and for going on with a probe.
const CALM: f64 = 0.08;
/// Nanoseconds. A queue of our own comes and goes within them.
const STEADINESS_WINDOW: u64 = 10_000_000_000;
const STEADINESS_SAMPLES: u32 = 16;
/// The least of a minute of round trips lies as far below the usual one where packets vary by a fifth of it.
const JITTER_DEVIATIONS: u32 = 7;
/// In least round trips.
const JITTER_LIMIT: f64 = 0.6;
/// A round trip within 1/16 of the least confirms it; that of a full sender must come closer.
const CONFIRM_DIVISOR: u32 = 16;
const FULL_CONFIRM_DIVISOR: u32 = 64;
const LOW_ROUNDS: u32 = 4;
/// On a path with jitter.
pub(super) const LASTING_QUEUE: Duration = Duration::from_millis(200);
/// Kept of what was delivered when a queue had to be emptied.
const YIELD_SHARE: f64 = 0.85;
/// Loss beyond the noise that leaves nothing of an estimate.
const COLLAPSE: f64 = 0.15;
/// How long congestion is remembered against an application's headroom.
const WARNED_FOR: Duration = Duration::from_secs(10);
