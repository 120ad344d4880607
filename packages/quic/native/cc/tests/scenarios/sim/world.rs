//! Flows over one bottleneck, and the loop that moves time.

use std::collections::HashMap;

use longhaul_netem_link::config::{Delay, Step};
use longhaul_netem_link::{Bottleneck, Direction, Link, LinkConfig, LossModel, Nanos};

use super::receiver::Ranges;
use super::sender::{FlowConfig, Sender};
use super::{MS, OVERHEAD, SEC};

/// A path in the terms of the scenarios.
#[derive(Debug, Clone)]
pub struct Path {
    pub link: LinkConfig,
    pub reverse: LinkConfig,
    pub rate_bps: u64,
    pub rtt: Nanos,
}

impl Path {
    /// `mbps` Mbit/s, `rtt_ms` round trip, a queue of `bdps` bandwidth-delay products.
    pub fn new(mbps: f64, rtt_ms: u64, bdps: f64) -> Self {
        let rate_bps = (mbps * 1e6) as u64;
        let one_way = rtt_ms * MS / 2;
        let delay = Delay { one_way, jitter: 0 };
        let bdp = rate_bps / 8 * rtt_ms / 1_000;
        Self {
            link: LinkConfig {
                bottleneck: Bottleneck::Rate(rate_bps),
                queue_bytes: ((bdp as f64 * bdps) as u64).max(3_000),
                delay,
                ..LinkConfig::default()
            },
            reverse: LinkConfig {
                delay,
                ..LinkConfig::default()
            },
            rate_bps,
            rtt: rtt_ms * MS,
        }
    }

    pub fn loss(mut self, model: LossModel) -> Self {
        self.link.loss = model;
        self
    }

    pub fn random_loss(self, share: f64) -> Self {
        self.loss(LossModel::Packet(
            longhaul_netem_link::loss::GilbertElliott {
                to_bad: 0.0,
                to_good: 1.0,
                loss_in_bad: 0.0,
                loss_in_good: share,
            },
        ))
    }

    /// Bursts of `packets` of this link on average. The chain is driven by time: one driven by packets would keep a flow
    /// that waits for its probe in the bad state for ever.
    pub fn bursts(self, share: f64, packets: f64) -> Self {
        let slots = packets * 1_480.0 * 8.0 / self.rate_bps as f64 * 1e3;

        self.loss(LossModel::Time(
            longhaul_netem_link::loss::GilbertElliott::simple(share, slots.max(1.0)),
        ))
    }

    pub fn jitter(mut self, jitter: Nanos) -> Self {
        self.link.delay.jitter = jitter;
        self
    }

    pub fn steps(mut self, steps: Vec<Step>) -> Self {
        self.link.steps = steps;
        self
    }

    pub fn bdp(&self) -> u64 {
        (u128::from(self.rate_bps) / 8 * u128::from(self.rtt) / u128::from(SEC)) as u64
    }
}

/// A network while it runs.
pub struct World {
    pub now: Nanos,
    forward: Link,
    reverse: Link,
    pub flows: Vec<Sender>,
    acks: HashMap<u64, (usize, Ranges)>,
    next_ack: u64,
    next_record: Nanos,
    /// (when, bytes) every 10 ms.
    pub queue: Vec<(Nanos, u64)>,
}

impl World {
    pub fn new(path: &Path, seed: u64, flows: Vec<FlowConfig>) -> Self {
        let link = |config: &LinkConfig, direction| {
            Link::new(config, seed, direction).unwrap_or_else(|error| panic!("{error}"))
        };
        Self {
            now: 0,
            forward: link(&path.link, Direction::Forward),
            reverse: link(&path.reverse, Direction::Reverse),
            flows: flows.into_iter().map(Sender::new).collect(),
            acks: HashMap::new(),
            next_ack: 0,
            next_record: 0,
            queue: Vec::new(),
        }
    }

    /// One flow over `path`.
    pub fn single(path: &Path, seed: u64, flow: FlowConfig) -> Self {
        Self::new(path, seed, vec![flow])
    }

    pub fn run_seconds(&mut self, seconds: f64) -> &mut Self {
        self.run_until((seconds * SEC as f64) as Nanos)
    }

    /// Runs until every flow's data has arrived, at most `seconds`. The time it took, in seconds.
    pub fn run_to_end(&mut self, seconds: f64) -> f64 {
        let end = (seconds * SEC as f64) as Nanos;
        while self.now < end && self.flows.iter().any(|flow| flow.done_at.is_none()) {
            self.run_until((self.now + 100 * MS).min(end));
        }
        let done = self
            .flows
            .iter()
            .map(|flow| flow.done_at.unwrap_or(Nanos::MAX));
        done.max().map_or(f64::NAN, |done| {
            if done == Nanos::MAX {
                f64::INFINITY
            } else {
                done as f64 / SEC as f64
            }
        })
    }

    pub fn run_until(&mut self, end: Nanos) -> &mut Self {
        loop {
            self.settle();
            let next = self.next_event();
            if next > end {
                self.now = end;
                return self;
            }
            self.now = next.max(self.now);
        }
    }

    pub fn drops(&self) -> longhaul_netem_link::LinkStats {
        self.forward.stats()
    }

    /// Queue lengths after `from`, bytes.
    pub fn queue_after(&self, from: Nanos) -> Vec<f64> {
        let late = self.queue.iter().filter(|(at, _)| *at >= from);
        late.map(|(_, bytes)| *bytes as f64).collect()
    }

    fn next_event(&mut self) -> Nanos {
        let now = self.now;
        let mut next = self.next_record;
        let mut note = |at: Option<Nanos>| next = next.min(at.unwrap_or(Nanos::MAX));
        note(self.forward.next_deadline());
        note(self.reverse.next_deadline());
        for flow in &mut self.flows {
            note(flow.deadline(now));
            note(flow.receiver.deadline());
        }
        next
    }

    /// Everything that happens at this moment.
    fn settle(&mut self) {
        let now = self.now;
        if now >= self.next_record {
            self.next_record = now + RECORD_EVERY;
            self.queue.push((now, self.forward.queued_bytes()));
            for flow in &mut self.flows {
                flow.record(now);
            }
        }
        while let Some(delivery) = self.forward.pop(now) {
            let (flow, number) = (delivery.id >> 48, delivery.id & ((1 << 48) - 1));
            self.flows[flow as usize].on_arrival(now, number);
        }
        while let Some(delivery) = self.reverse.pop(now) {
            if let Some((flow, ranges)) = self.acks.remove(&delivery.id) {
                self.flows[flow].on_ack(now, &ranges);
            }
        }
        for index in 0..self.flows.len() {
            if self.flows[index]
                .receiver
                .deadline()
                .is_some_and(|due| due <= now)
            {
                let ranges = self.flows[index].receiver.acknowledge();
                let id = self.next_ack;
                self.next_ack += 1;
                if self.reverse.push(now, id, 60 + OVERHEAD).is_ok() {
                    self.acks.insert(id, (index, ranges));
                }
            }
            self.flows[index].on_timer(now);
            while let Some((number, bytes)) = self.flows[index].transmit(now) {
                let id = (index as u64) << 48 | number;
                let flow = &self.flows[index];
                if flow.lose_tails && flow.is_tail(number) {
                    continue;
                }
                let _ = self.forward.push(now, id, bytes as u32 + OVERHEAD);
            }
        }
    }
}

const RECORD_EVERY: Nanos = 10 * MS;
