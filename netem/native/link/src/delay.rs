//! Propagation with in-order jitter, late packets and duplicates.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Nanos;
use crate::config::{Delay, Direction, LinkConfig, Reorder};
use crate::link::Packet;
use crate::stream::{Stage, Stream};

/// Packets on the wire, by arrival, then by the order in which they entered.
#[derive(Debug)]
pub(crate) struct Wire {
    delay: Delay,
    reorder: Option<Reorder>,
    duplicate: f64,
    jitter: Stream,
    late: Stream,
    twice: Stream,
    /// No packet that keeps its turn arrives before this.
    floor: Nanos,
    entered: u64,
    flying: BinaryHeap<Reverse<(Nanos, u64, Packet)>>,
}

/// What entering the wire did to a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Entered {
    pub(crate) late: bool,
    pub(crate) twice: bool,
}

impl Wire {
    pub(crate) fn new(config: &LinkConfig, seed: u64, direction: Direction) -> Self {
        Self {
            delay: config.delay,
            reorder: config.reorder,
            duplicate: config.duplicate,
            jitter: Stream::new(seed, direction, Stage::Jitter),
            late: Stream::new(seed, direction, Stage::Reorder),
            twice: Stream::new(seed, direction, Stage::Duplicate),
            floor: 0,
            entered: 0,
            flying: BinaryHeap::new(),
        }
    }

    /// For packets that enter from now on.
    pub(crate) fn set_one_way(&mut self, one_way: Nanos) {
        self.delay.one_way = one_way;
    }

    /// A packet leaves the bottleneck at `at`.
    pub(crate) fn enter(&mut self, at: Nanos, packet: Packet) -> Entered {
        let mut entered = Entered::default();
        let mut arrival = (at + self.spread()).max(self.floor);
        if let Some(reorder) = self.reorder
            && self.late.chance(reorder.probability)
        {
            arrival += reorder.extra;
            entered.late = true;
        }
        if !entered.late {
            self.floor = arrival;
        }
        self.fly(arrival, packet);
        if self.duplicate > 0.0 && self.twice.chance(self.duplicate) {
            entered.twice = true;
            self.fly(arrival, packet);
        }
        entered
    }

    /// When the next packet arrives.
    pub(crate) fn next_arrival(&self) -> Option<Nanos> {
        self.flying.peek().map(|Reverse((at, _, _))| *at)
    }

    /// The packet that arrives first.
    pub(crate) fn arrive(&mut self) -> Option<(Nanos, Packet)> {
        self.flying
            .pop()
            .map(|Reverse((at, _, packet))| (at, packet))
    }

    fn fly(&mut self, arrival: Nanos, packet: Packet) {
        self.flying.push(Reverse((arrival, self.entered, packet)));
        self.entered += 1;
    }

    /// Base delay plus jitter, at least half the base.
    fn spread(&mut self) -> Nanos {
        let base = i128::from(self.delay.one_way);
        if self.delay.jitter == 0 {
            return self.delay.one_way;
        }
        let jitter =
            i128::from(self.delay.jitter) * i128::from(self.jitter.normal_thousandths()) / 1_000;
        // Both terms are at most an hour times six, far inside 64 bits.
        (base + jitter).max(base / 2) as Nanos
    }
}
