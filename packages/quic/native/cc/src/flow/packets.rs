//! What is known of each packet between its sending and the moment nobody asks for it any more.
//!
//! A packet is found by its number. At the start of a connection three number spaces run at once and their numbers
//! collide, so records are kept in lanes: numbers ascend within a lane, and the time of sending tells equals apart.

use std::collections::VecDeque;
use std::time::Duration;

/// One ack-eliciting packet: the per-packet state of draft-ietf-ccwg-bbr §4.1.2.2, and of a loss §5.5.10.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// Its number in its space.
    pub number: u64,
    /// Bytes of UDP payload.
    pub bytes: u64,
    /// When it left (`P.send_time`).
    pub sent_at: Duration,
    /// Bytes delivered by the time it left (`P.delivered`).
    pub delivered: u64,
    /// When the last of those was acknowledged (`P.delivered_time`).
    pub delivered_at: Duration,
    /// When the flight it belongs to began (`P.first_send_time`).
    pub first_sent_at: Duration,
    /// Bytes lost by the time it left (`P.lost`).
    pub lost: u64,
    /// Bytes in flight, this packet included (`P.tx_in_flight`).
    pub in_flight: u64,
    /// The sender had run out of data within the round trip before (`P.is_app_limited`).
    pub app_limited: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InFlight,
    Acked,
    /// Kept for a while: its acknowledgement would prove the loss spurious.
    Lost,
}

/// What an acknowledgement of a packet means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acked {
    InTime(Packet),
    /// It had been taken for lost.
    AfterLoss(Packet),
}

/// The records of one path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packets {
    lanes: Vec<VecDeque<(Packet, State)>>,
    in_flight: u64,
}

impl Packets {
    /// Bytes sent and neither acknowledged nor lost.
    pub(crate) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    pub(crate) fn insert(&mut self, packet: Packet) {
        self.in_flight += packet.bytes;
        let last = |lane: &VecDeque<(Packet, State)>| lane.back().map(|(last, _)| last.number);
        let lane = (0..self.lanes.len())
            .filter(|&lane| last(&self.lanes[lane]).is_none_or(|last| last < packet.number))
            .max_by_key(|&lane| last(&self.lanes[lane]));
        match lane {
            Some(lane) => self.lanes[lane].push_back((packet, State::InFlight)),
            None => {
                if self.lanes.len() == MAX_LANES {
                    self.drop_oldest_lane();
                }
                self.lanes.push(VecDeque::from([(packet, State::InFlight)]));
            }
        }
    }

    /// The packet `number`, if it was not acknowledged before. `sent_at` tells packets of equal number apart.
    pub(crate) fn acknowledge(&mut self, number: u64, sent_at: Option<Duration>) -> Option<Acked> {
        let found = self.find(number, |packet, state| {
            state != State::Acked && sent_at.is_none_or(|at| at == packet.sent_at)
        })?;
        let packet = found.0;
        let before = std::mem::replace(&mut found.1, State::Acked);
        if before == State::Lost {
            return Some(Acked::AfterLoss(packet));
        }
        self.in_flight -= packet.bytes;
        Some(Acked::InTime(packet))
    }

    /// The packet `number` is taken for lost. Of equal numbers the one that left first.
    pub(crate) fn lose(&mut self, number: u64) -> Option<Packet> {
        let found = self.find(number, |_, state| state == State::InFlight)?;
        found.1 = State::Lost;
        let packet = found.0;
        self.in_flight -= packet.bytes;
        Some(packet)
    }

    /// Forgets what is settled, and what left before `horizon`: losses that stayed losses, and packets of discarded
    /// spaces, of which nobody tells.
    pub(crate) fn forget(&mut self, horizon: Duration) {
        for lane in &mut self.lanes {
            while let Some((packet, state)) = lane.front() {
                match state {
                    State::Acked => {}
                    State::Lost if packet.sent_at < horizon => {}
                    State::InFlight if packet.sent_at < horizon => self.in_flight -= packet.bytes,
                    State::Lost | State::InFlight => break,
                }
                lane.pop_front();
            }
        }
        if self.lanes.len() > 1 {
            self.lanes.retain(|lane| !lane.is_empty());
        }
    }

    fn find(
        &mut self,
        number: u64,
        fits: impl Fn(&Packet, State) -> bool,
    ) -> Option<&mut (Packet, State)> {
        self.lanes
            .iter_mut()
            .filter_map(|lane| {
                let index = index_of(lane, number)?;
                let entry = &mut lane[index];
                fits(&entry.0, entry.1).then_some(entry)
            })
            .min_by_key(|(packet, _)| packet.sent_at)
    }

    fn drop_oldest_lane(&mut self) {
        let age = |lane: &VecDeque<(Packet, State)>| lane.back().map(|(last, _)| last.sent_at);
        let Some(oldest) = (0..self.lanes.len()).min_by_key(|&lane| age(&self.lanes[lane])) else {
            return;
        };
        for (packet, state) in self.lanes.swap_remove(oldest) {
            if state == State::InFlight {
                self.in_flight -= packet.bytes;
            }
        }
    }
}

/// Numbers ascend, and few are left out: those of packets that ask for no acknowledgement.
fn index_of(lane: &VecDeque<(Packet, State)>, number: u64) -> Option<usize> {
    let ahead = number.checked_sub(lane.front()?.0.number)?;
    let most = usize::try_from(ahead).ok()?.min(lane.len() - 1);
    let near = most.saturating_sub(LEFT_OUT)..=most;
    near.rev()
        .find(|index| lane[*index].0.number == number)
        .or_else(|| {
            lane.binary_search_by_key(&number, |(packet, _)| packet.number)
                .ok()
        })
}

/// How far from its place without gaps a packet is looked for one by one.
const LEFT_OUT: usize = 8;

/// Initial, Handshake, Data, and one for a space whose numbers start anew.
const MAX_LANES: usize = 4;

#[cfg(test)]
#[path = "../../tests/unit/packets.rs"]
mod tests;
