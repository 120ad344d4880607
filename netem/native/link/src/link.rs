//! The stages in their order.

use crate::Nanos;
use crate::config::{Change, ConfigError, Direction, LinkConfig};
use crate::delay::Wire;
use crate::loss::Loss;
use crate::policer::Policer;
use crate::queue::Queue;
use crate::schedule::Schedule;
use crate::stats::{Drop, LinkStats};

/// The caller's name for a packet, returned on delivery.
pub type PacketId = u64;

/// A packet inside the link. Ordered by id only to break ties, which never happen: entry numbers are unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packet {
    pub(crate) id: PacketId,
    pub(crate) bytes: u32,
}

/// A packet that came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// When it arrived, at or before the `now` of [`Link::pop`]: the difference is the caller's lateness.
    pub at: Nanos,
    /// The name it was pushed with.
    pub id: PacketId,
    /// Its size.
    pub bytes: u32,
}

/// One direction of a path.
///
/// Inputs: [`push`](Link::push), [`pop`](Link::pop), both with a time that never goes back (an earlier one counts as the
/// latest seen). Outputs: the verdict of `push`, [`next_deadline`](Link::next_deadline), deliveries, [`stats`](Link::stats).
/// Memory is bounded by the queue's limit plus what the delay holds at the bottleneck's rate.
#[derive(Debug)]
pub struct Link {
    policer: Option<Policer>,
    loss: Loss,
    queue: Queue,
    wire: Wire,
    schedule: Schedule,
    stats: LinkStats,
    now: Nanos,
}

impl Link {
    /// A link in its first nanosecond.
    ///
    /// # Errors
    /// When a field of `config` breaks its rule.
    pub fn new(config: &LinkConfig, seed: u64, direction: Direction) -> Result<Self, ConfigError> {
        config.validate()?;
        Ok(Self {
            policer: config.policer.map(Policer::new),
            loss: Loss::new(config.loss.clone(), seed, direction),
            queue: Queue::new(config.bottleneck.clone(), config.queue_bytes),
            wire: Wire::new(config, seed, direction),
            schedule: Schedule::new(&config.steps),
            stats: LinkStats::default(),
            now: 0,
        })
    }

    /// A packet of `bytes` enters at `now`.
    ///
    /// # Errors
    /// The reason when it is dropped.
    pub fn push(&mut self, now: Nanos, id: PacketId, bytes: u32) -> Result<(), Drop> {
        self.advance(now);
        self.stats.pushed += 1;
        self.stats.pushed_bytes += u64::from(bytes);
        let verdict = self.admit(Packet { id, bytes });
        if let Err(reason) = verdict {
            self.stats.count_drop(reason);
        }
        verdict
    }

    /// The next packet that has arrived by `now`.
    pub fn pop(&mut self, now: Nanos) -> Option<Delivery> {
        self.advance(now);
        if self.wire.next_arrival()? > self.now {
            return None;
        }
        let (at, packet) = self.wire.arrive()?;
        self.stats.delivered += 1;
        self.stats.delivered_bytes += u64::from(packet.bytes);
        Some(Delivery {
            at,
            id: packet.id,
            bytes: packet.bytes,
        })
    }

    /// When [`pop`](Link::pop) is worth calling again: the next arrival or the next departure from the queue.
    pub fn next_deadline(&self) -> Option<Nanos> {
        [self.wire.next_arrival(), self.queue.next_departure()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Counters so far.
    pub fn stats(&self) -> LinkStats {
        self.stats
    }

    /// Bytes waiting at the bottleneck, the packet in service included.
    pub fn queued_bytes(&self) -> u64 {
        self.queue.bytes()
    }

    fn admit(&mut self, packet: Packet) -> Result<(), Drop> {
        if self.schedule.is_dark(self.now) {
            return Err(Drop::Blackhole);
        }
        if let Some(policer) = &mut self.policer
            && !policer.passes(self.now, packet.bytes)
        {
            return Err(Drop::Policer);
        }
        if self.loss.takes(self.now) {
            return Err(Drop::Loss);
        }
        if !self.queue.push(self.now, packet) {
            return Err(Drop::Queue);
        }
        self.stats.queue_peak_bytes = self.stats.queue_peak_bytes.max(self.queue.bytes());
        self.advance(self.now);
        Ok(())
    }

    /// Plays every departure and step up to `now`, in order of time; a step goes before a departure of the same moment.
    fn advance(&mut self, now: Nanos) {
        self.now = self.now.max(now);
        loop {
            let departure = self.queue.next_departure().filter(|&at| at <= self.now);
            let step = self.schedule.next_step().filter(|&at| at <= self.now);
            match (departure, step) {
                (None, None) => return,
                (Some(departs), Some(steps)) if departs < steps => self.depart(),
                (Some(_), None) => self.depart(),
                (_, Some(_)) => self.step(),
            }
        }
    }

    fn depart(&mut self) {
        if let Some((at, packet)) = self.queue.depart() {
            let entered = self.wire.enter(at, packet);
            self.stats.reordered += u64::from(entered.late);
            self.stats.duplicated += u64::from(entered.twice);
        }
    }

    fn step(&mut self) {
        match self.schedule.take() {
            Some(Change::RateBps(bps)) => self.queue.set_rate(bps),
            Some(Change::OneWay(one_way)) => self.wire.set_one_way(one_way),
            Some(Change::Blackhole(_)) | None => {}
        }
    }
}
