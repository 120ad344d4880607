//! A droptail queue in bytes and what it drains into.

use std::collections::VecDeque;

use crate::config::Bottleneck;
use crate::link::Packet;
use crate::{MILLISECOND, Nanos, SECOND};

/// The queue while it runs. The packet in service stays at the front until its last bit has left.
#[derive(Debug)]
pub(crate) struct Queue {
    bottleneck: Bottleneck,
    limit: u64,
    bytes: u64,
    waiting: VecDeque<Packet>,
    /// When the packet at the front leaves; set while one is there.
    departs: Nanos,
    /// When the bottleneck is free for the next packet.
    free: Nanos,
    /// How many opportunities of the trace are used up.
    opportunities: u64,
    /// Bytes left of the opportunity in use.
    opening: u64,
}

impl Queue {
    pub(crate) fn new(bottleneck: Bottleneck, limit: u64) -> Self {
        Self {
            bottleneck,
            limit,
            bytes: 0,
            waiting: VecDeque::new(),
            departs: 0,
            free: 0,
            opportunities: 0,
            opening: 0,
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// From the next packet served on.
    pub(crate) fn set_rate(&mut self, bps: u64) {
        self.bottleneck = Bottleneck::Rate(bps);
    }

    /// Takes the packet or refuses it because the queue is full.
    pub(crate) fn push(&mut self, now: Nanos, packet: Packet) -> bool {
        if self.bytes.saturating_add(u64::from(packet.bytes)) > self.limit {
            return false;
        }
        self.bytes += u64::from(packet.bytes);
        self.waiting.push_back(packet);
        if self.waiting.len() == 1 {
            self.serve(now.max(self.free));
        }
        true
    }

    /// When the next packet leaves.
    pub(crate) fn next_departure(&self) -> Option<Nanos> {
        (!self.waiting.is_empty()).then_some(self.departs)
    }

    /// The packet that leaves now and the moment it left.
    pub(crate) fn depart(&mut self) -> Option<(Nanos, Packet)> {
        let packet = self.waiting.pop_front()?;
        let at = self.departs;
        self.bytes -= u64::from(packet.bytes);
        self.free = at;
        if !self.waiting.is_empty() {
            self.serve(at);
        }
        Some((at, packet))
    }

    /// Begins to send the packet at the front at `start`.
    fn serve(&mut self, start: Nanos) {
        let Some(packet) = self.waiting.front() else {
            return;
        };
        let bytes = u64::from(packet.bytes);
        self.departs = match &self.bottleneck {
            Bottleneck::Unlimited => start,
            Bottleneck::Rate(bps) => start + transmission_time(bytes, *bps),
            Bottleneck::Trace(_) => self.serve_by_trace(start, bytes),
        };
    }

    /// An opportunity carries up to 1,500 bytes at its millisecond; what a packet leaves of it the next one may use, as
    /// long as it is there at that millisecond. Opportunities that nobody uses are gone.
    fn serve_by_trace(&mut self, start: Nanos, bytes: u64) -> Nanos {
        let Bottleneck::Trace(trace) = &self.bottleneck else {
            return start;
        };
        let mut left = bytes;
        if start > opportunity(trace, self.opportunities.saturating_sub(1)) {
            self.opening = 0;
            self.opportunities = self.opportunities.max(first_opportunity(trace, start));
        }
        let mut at = start;
        while left > 0 {
            if self.opening == 0 {
                at = opportunity(trace, self.opportunities);
                self.opportunities += 1;
                self.opening = OPPORTUNITY_BYTES;
            }
            let sent = left.min(self.opening);
            left -= sent;
            self.opening -= sent;
        }
        at.max(start)
    }
}

/// Nanoseconds that `bytes` take at `bps`, rounded up.
fn transmission_time(bytes: u64, bps: u64) -> Nanos {
    (u128::from(bytes) * 8 * u128::from(SECOND)).div_ceil(u128::from(bps)) as Nanos
}

/// When opportunity `index` comes, the trace repeated for ever.
fn opportunity(trace: &[u64], index: u64) -> Nanos {
    let length = trace.len() as u64;
    let period = trace[trace.len() - 1];
    ((index / length) * period + trace[(index % length) as usize]) * MILLISECOND
}

/// The first opportunity at or after `now`.
fn first_opportunity(trace: &[u64], now: Nanos) -> u64 {
    let period = trace[trace.len() - 1] * MILLISECOND;
    // An opportunity at the very end of a period comes before those of the next one.
    let periods = now.saturating_sub(1) / period;
    let within = now - periods * period;
    let index = trace.partition_point(|&ms| ms * MILLISECOND < within);
    periods * trace.len() as u64 + index as u64
}

/// What one line of a mahimahi trace lets pass.
const OPPORTUNITY_BYTES: u64 = 1_500;
