//! The packet tap: which bytes of which stream each packet carries, and what became of it.
//!
//! No hook of the engine tells it. [`crypto`] shows every packet's plaintext just before it is encrypted, [`frames`]
//! reads it, and the controller (`controller.rs`) carries what was read with its own record of the packet until that is
//! acknowledged or lost. Congestion control decides by it whether the application had run dry; a [`PacketLog`] tells it
//! to whoever wants to act on lost bytes.

mod crypto;
mod frames;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::{Range, RangeInclusive},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

pub(crate) use crypto::{TappedClient, TappedServer};
pub use frames::Carried;

/// Totals of what packets carried, bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TapTotals {
    /// Stream bytes sent for the first time.
    pub fresh_bytes: u64,
    /// Stream bytes sent again.
    pub repeated_bytes: u64,
    /// Bytes in datagrams.
    pub datagram_bytes: u64,
    /// Packets whose frames could not all be read: 0 unless the engine speaks a frame that [`frames`] does not know.
    pub unread_packets: u64,
}

/// What happened to a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It left.
    Sent,
    /// The peer has it.
    Acked,
    /// It was declared lost.
    Lost,
}

/// One packet's news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketNews {
    /// What happened.
    pub fate: Fate,
    /// Counts the ack-eliciting packets of the link from 0; the same in all news of a packet.
    pub packet: u64,
    /// What it carries of ours.
    pub carried: Vec<Carried>,
}

/// Sees packets before they are encrypted. One per link; the engine's driver is the only writer.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    state: Mutex<State>,
    keeps_news: AtomicBool,
    /// Some packet was declared lost.
    waits_for_acks: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// The packet encrypted last, until the controller hears of it.
    seen: Option<(u64, Vec<Carried>)>,
    /// By stream: the offset up to which it has been sent.
    heads: BTreeMap<u64, u64>,
    totals: TapTotals,
    log: PacketLog,
    /// Numbers of the packets declared lost last.
    lost: BTreeSet<u64>,
    late_acks: Vec<u64>,
}

impl Tap {
    /// A packet of the data space is about to be encrypted.
    fn see(&self, number: u64, payload: &[u8]) {
        let mut carried = Vec::new();
        let whole = frames::walk(payload, |frame| carried.push(frame));
        let mut state = self.lock();
        state.totals.unread_packets += u64::from(!whole);
        state.seen = Some((number, carried));
    }

    /// A packet of the data space came, decrypted.
    fn hear(&self, payload: &[u8]) {
        if !self.waits_for_acks.load(Relaxed) {
            return;
        }
        let mut state = self.lock();
        frames::acknowledged(payload, |numbers| state.note_late_acks(numbers));
    }

    /// The ack-eliciting packet `number` left: what it carries (nothing of ours in packets of the handshake), and how
    /// many fresh stream bytes have left in all.
    pub(crate) fn take_sent(&self, number: u64) -> (Vec<Carried>, u64) {
        let mut state = self.lock();
        let carried = match state.seen.take() {
            Some((seen, carried)) if seen == number => carried,
            _ => Vec::new(),
        };
        carried.iter().for_each(|frame| state.count(frame));
        (carried, state.totals.fresh_bytes)
    }

    /// The packet `number` was declared lost: the peer may acknowledge it yet.
    pub(crate) fn expect_late_ack(&self, number: u64) {
        let mut state = self.lock();
        state.lost.insert(number);
        if state.lost.len() > MAX_LOST {
            state.lost.pop_first();
        }
        self.waits_for_acks.store(true, Relaxed);
    }

    /// Takes the numbers of lost packets that were acknowledged since the last call.
    pub(crate) fn take_late_acks(&self) -> Vec<u64> {
        if !self.waits_for_acks.load(Relaxed) {
            return Vec::new();
        }
        std::mem::take(&mut self.lock().late_acks)
    }

    pub(crate) fn totals(&self) -> TapTotals {
        self.lock().totals
    }

    /// Keeps the news of packets from now on, `capacity` of them at most; 0 keeps none.
    pub(crate) fn keep_news(&self, capacity: usize) {
        self.keeps_news.store(capacity > 0, Relaxed);
        self.lock().log.resize(capacity);
    }

    pub(crate) fn keeps_news(&self) -> bool {
        self.keeps_news.load(Relaxed)
    }

    /// Takes the news that were kept, oldest first, and how many did not fit since the last call.
    pub(crate) fn take_news(&self) -> (Vec<PacketNews>, u64) {
        self.lock().log.take()
    }

    /// For the controller: `carried` of the link's packet `packet` had this fate.
    pub(crate) fn tell(&self, fate: Fate, packet: u64, carried: &[Carried]) {
        if carried.is_empty() {
            return;
        }
        self.lock().log.add(fate, packet, carried);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, frame: &Carried) {
        match frame {
            Carried::Datagram(bytes) => self.totals.datagram_bytes += bytes,
            Carried::Stream { id, range, .. } => {
                let head = self.heads.entry(*id).or_default();
                let fresh = fresh(range, *head);
                *head = range.end.max(*head);
                self.totals.fresh_bytes += fresh;
                self.totals.repeated_bytes += range.end - range.start - fresh;
                if self.heads.len() > MAX_STREAMS {
                    self.heads.pop_first();
                }
            }
        }
    }
}

impl State {
    fn note_late_acks(&mut self, numbers: RangeInclusive<u64>) {
        let late: Vec<u64> = self.lost.range(numbers).copied().collect();
        for number in late {
            self.lost.remove(&number);
            self.late_acks.push(number);
        }
    }
}

fn fresh(range: &Range<u64>, head: u64) -> u64 {
    range.end.saturating_sub(range.start.max(head))
}

/// News waiting to be taken; the oldest make room for the newest and are counted.
#[derive(Debug, Default)]
struct PacketLog {
    capacity: usize,
    news: VecDeque<PacketNews>,
    left_out: u64,
}

impl PacketLog {
    fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.trim();
    }

    fn add(&mut self, fate: Fate, packet: u64, carried: &[Carried]) {
        if self.capacity == 0 {
            return;
        }
        self.news.push_back(PacketNews {
            fate,
            packet,
            carried: carried.to_vec(),
        });
        self.trim();
    }

    fn trim(&mut self) {
        while self.news.len() > self.capacity {
            self.news.pop_front();
            self.left_out += 1;
        }
    }

    fn take(&mut self) -> (Vec<PacketNews>, u64) {
        let news = std::mem::take(&mut self.news).into();
        (news, std::mem::take(&mut self.left_out))
    }
}

/// Streams whose heads are known; past it the oldest ids are forgotten and count as fresh again.
const MAX_STREAMS: usize = 16_384;

/// Lost packets whose late acknowledgement is still noticed.
const MAX_LOST: usize = 4_096;

#[cfg(test)]
#[path = "../tests/unit/tap.rs"]
mod tests;
