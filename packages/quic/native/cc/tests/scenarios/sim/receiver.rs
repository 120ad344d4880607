//! The far side: which packets arrived, and when they are acknowledged (RFC 9000 §13.2).

use longhaul_netem_link::Nanos;

use super::MS;

/// How acknowledgements are sent.
#[derive(Debug, Clone, Copy)]
pub struct AckPolicy {
    /// Packets that may wait.
    pub threshold: u32,
    /// How long they may wait.
    pub max_delay: Nanos,
    /// Acknowledgements leave only at multiples of this (an aggregating link), 0: at once.
    pub hold: Nanos,
}

impl Default for AckPolicy {
    fn default() -> Self {
        Self {
            threshold: 2,
            max_delay: 25 * MS,
            hold: 0,
        }
    }
}

/// Packet numbers acknowledged, both ends included, newest range first.
pub type Ranges = Vec<(u64, u64)>;

#[derive(Debug)]
pub struct Receiver {
    policy: AckPolicy,
    ranges: Ranges,
    waiting: u32,
    deadline: Option<Nanos>,
}

impl Receiver {
    pub fn new(policy: AckPolicy) -> Self {
        Self {
            policy,
            ranges: Vec::new(),
            waiting: 0,
            deadline: None,
        }
    }

    /// A packet arrives.
    pub fn on_packet(&mut self, now: Nanos, number: u64) {
        let in_order = self
            .ranges
            .first()
            .is_none_or(|first| number == first.1 + 1);
        self.insert(number);
        self.waiting += 1;
        let soon =
            if self.waiting >= self.policy.threshold || (!in_order && self.policy.threshold <= 2) {
                now
            } else {
                now + self.policy.max_delay
            };
        let soon = match self.policy.hold {
            0 => soon,
            hold => soon.div_ceil(hold) * hold,
        };
        self.deadline = Some(self.deadline.map_or(soon, |deadline| deadline.min(soon)));
    }

    pub fn deadline(&self) -> Option<Nanos> {
        self.deadline
    }

    /// The acknowledgement that is due.
    pub fn acknowledge(&mut self) -> Ranges {
        self.deadline = None;
        self.waiting = 0;
        self.ranges.truncate(MAX_RANGES);
        self.ranges.clone()
    }

    fn insert(&mut self, number: u64) {
        let index = self.ranges.partition_point(|range| range.0 > number);
        // `index` is the first range that begins at or below the number.
        if let Some(range) = self.ranges.get(index)
            && number <= range.1
        {
            return;
        }
        let below = self
            .ranges
            .get(index)
            .is_some_and(|range| range.1 + 1 == number);
        let above = index > 0 && self.ranges[index - 1].0 == number + 1;
        match (below, above) {
            (true, true) => {
                self.ranges[index].1 = self.ranges[index - 1].1;
                self.ranges.remove(index - 1);
            }
            (true, false) => self.ranges[index].1 = number,
            (false, true) => self.ranges[index - 1].0 = number,
            (false, false) => self.ranges.insert(index, (number, number)),
        }
    }
}

const MAX_RANGES: usize = 64;
