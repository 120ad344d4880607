//! Loss detection of RFC 9002 §6, with adaptive reordering thresholds on request.

use std::collections::BTreeMap;

use longhaul_netem_link::Nanos;

use super::receiver::Ranges;
use super::{MS, SEC};

#[derive(Debug, Clone, Copy)]
pub struct InFlight {
    pub sent_at: Nanos,
    pub bytes: u64,
    pub chunk: usize,
}

/// What an acknowledgement or a timer brought.
#[derive(Debug, Default)]
pub struct Outcome {
    pub acked: Vec<(u64, InFlight)>,
    pub lost: Vec<(u64, InFlight)>,
    pub persistent: bool,
}

#[derive(Debug)]
pub struct Detection {
    flying: BTreeMap<u64, InFlight>,
    /// Taken for lost, kept to see whether they arrive.
    lost: BTreeMap<u64, InFlight>,
    largest_acked: Option<u64>,
    latest: Nanos,
    smoothed: Nanos,
    variation: Nanos,
    sampled: bool,
    pub probes: u32,
    last_sent: Nanos,
    pub packet_threshold: u64,
    pub time_threshold: f64,
    pub adaptive: bool,
    loss_time: Option<Nanos>,
    max_ack_delay: Nanos,
    pub max_pto: Nanos,
    pub spurious: u64,
}

impl Detection {
    pub fn new(initial_rtt: Nanos, max_ack_delay: Nanos, adaptive: bool) -> Self {
        Self {
            flying: BTreeMap::new(),
            lost: BTreeMap::new(),
            largest_acked: None,
            latest: initial_rtt,
            smoothed: initial_rtt,
            variation: initial_rtt / 2,
            sampled: false,
            probes: 0,
            last_sent: 0,
            packet_threshold: 3,
            time_threshold: 9.0 / 8.0,
            adaptive,
            loss_time: None,
            max_ack_delay,
            max_pto: SEC,
            spurious: 0,
        }
    }

    pub fn in_flight(&self) -> u64 {
        self.flying.values().map(|packet| packet.bytes).sum()
    }

    pub fn oldest(&self) -> Option<InFlight> {
        self.flying.values().next().copied()
    }

    pub fn is_idle(&self) -> bool {
        self.flying.is_empty()
    }

    pub fn on_sent(&mut self, number: u64, packet: InFlight) {
        self.last_sent = packet.sent_at;
        self.flying.insert(number, packet);
    }

    pub fn on_ack(&mut self, now: Nanos, ranges: &Ranges) -> Outcome {
        let mut outcome = Outcome::default();
        for &(low, high) in ranges {
            let numbers: Vec<u64> = self
                .flying
                .range(low..=high)
                .map(|(number, _)| *number)
                .collect();
            for number in numbers {
                if let Some(packet) = self.flying.remove(&number) {
                    outcome.acked.push((number, packet));
                }
            }
            let late: Vec<u64> = self
                .lost
                .range(low..=high)
                .map(|(number, _)| *number)
                .collect();
            for number in late {
                if let Some(packet) = self.lost.remove(&number) {
                    self.note_spurious(number);
                    outcome.acked.push((number, packet));
                }
            }
        }
        let Some(&(_, largest)) = ranges.first() else {
            return outcome;
        };
        if outcome.acked.is_empty() {
            return outcome;
        }
        if let Some((_, packet)) = outcome.acked.iter().find(|(number, _)| *number == largest) {
            self.sample(now - packet.sent_at);
        }
        self.largest_acked = self.largest_acked.max(Some(largest));
        self.probes = 0;
        self.detect(now, &mut outcome);
        outcome
    }

    /// The timer of [`Detection::deadline`] fired. True when it asks for a probe.
    pub fn on_timer(&mut self, now: Nanos) -> (Outcome, bool) {
        let mut outcome = Outcome::default();
        if self.loss_time.is_some_and(|time| time <= now) {
            self.detect(now, &mut outcome);
            return (outcome, false);
        }
        self.probes += 1;
        (outcome, true)
    }

    pub fn deadline(&self) -> Option<Nanos> {
        if let Some(time) = self.loss_time {
            return Some(time);
        }
        if self.flying.is_empty() {
            return None;
        }
        let backoff = self.pto() << self.probes.min(6);
        Some(self.last_sent + backoff.min(self.max_pto.max(self.pto())))
    }

    // RFC 9002 §6.2.1.
    fn pto(&self) -> Nanos {
        self.smoothed + (4 * self.variation).max(MS) + self.max_ack_delay
    }

    // RFC 9002 §5.3.
    fn sample(&mut self, rtt: Nanos) {
        self.latest = rtt;
        if !self.sampled {
            self.sampled = true;
            self.smoothed = rtt;
            self.variation = rtt / 2;
            return;
        }
        self.variation = (3 * self.variation + self.smoothed.abs_diff(rtt)) / 4;
        self.smoothed = (7 * self.smoothed + rtt) / 8;
    }

    // RFC 9002 §6.1.
    fn detect(&mut self, now: Nanos, outcome: &mut Outcome) {
        self.loss_time = None;
        let Some(largest) = self.largest_acked else {
            return;
        };
        let base = self.latest.max(self.smoothed) as f64;
        let delay = ((base * self.time_threshold) as Nanos).max(MS);
        let mut gone = Vec::new();
        for (&number, packet) in self.flying.range(..largest) {
            if number + self.packet_threshold <= largest || packet.sent_at + delay <= now {
                gone.push(number);
            } else {
                let due = packet.sent_at + delay;
                self.loss_time = Some(self.loss_time.map_or(due, |time| time.min(due)));
            }
        }
        for number in gone {
            if let Some(packet) = self.flying.remove(&number) {
                outcome.lost.push((number, packet));
                self.lost.insert(number, packet);
            }
        }
        outcome.persistent = self.is_persistent(&outcome.lost);
        let horizon = now.saturating_sub(10 * SEC);
        while self
            .lost
            .first_key_value()
            .is_some_and(|(_, packet)| packet.sent_at < horizon)
        {
            self.lost.pop_first();
        }
    }

    // RFC 9002 §7.6: adjacent losses that span three probe time-outs.
    fn is_persistent(&self, lost: &[(u64, InFlight)]) -> bool {
        let mut began: Option<(u64, Nanos)> = None;
        for &(number, packet) in lost {
            match &mut began {
                Some((last, since)) if *last + 1 == number => {
                    *last = number;
                    if self.sampled && packet.sent_at - *since > 3 * self.pto() {
                        return true;
                    }
                }
                other => *other = Some((number, packet.sent_at)),
            }
        }
        false
    }

    fn note_spurious(&mut self, number: u64) {
        self.spurious += 1;
        if self.adaptive {
            let gap = self.largest_acked.unwrap_or(number).saturating_sub(number);
            self.packet_threshold = self.packet_threshold.max(gap + 1).min(100);
            self.time_threshold = (1.0 + (self.time_threshold - 1.0) * 2.0).min(2.0);
        }
    }
}
