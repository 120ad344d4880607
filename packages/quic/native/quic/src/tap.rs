//! The packet tap: which bytes of which stream each packet carries, and what became of it.
//!
//! No hook of the engine tells it. [`crypto`] shows every packet's plaintext just before it is encrypted, [`frames`]
//! reads it, and the controller (`controller.rs`) tells which packets left and what the engine says became of them.
//! What the engine does not say is heard in the peer's ACK frames: packets acknowledged after they were given up, and
//! those that left before the peer's address changed. Congestion control decides by the tap whether the application had
//! run dry; a [`PacketLog`] tells the fates to whoever wants to act on lost bytes. [`Fills`] listens to what comes.

mod crypto;
mod fates;
mod followed;
mod frames;
mod packet_log;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

pub(crate) use crypto::{TappedClient, TappedServer};
use fates::Fates;
use followed::Followed;
pub use followed::StreamNews;
pub use frames::Carried;
pub(crate) use frames::{StreamFrame, stream_frames};
use longhaul_repair::News;
use packet_log::PacketLog;
use tokio::sync::Notify;

use crate::fills::Fills;

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
    tells_fates: AtomicBool,
    follows: AtomicBool,
    /// Fates wait that repair should hear of.
    fates: Notify,
    /// There are such packets as `State::untold`, or were.
    waits_for_acks: AtomicBool,
    /// What fills gaps of the streams that come.
    pub(crate) fills: Fills,
}

#[derive(Debug, Default)]
struct State {
    /// The packet encrypted last, until the controller hears of it.
    seen: Option<(u64, Vec<Carried>)>,
    /// Numbers of the data space are below it.
    next_number: u64,
    /// Ack-eliciting packets so far.
    packets: u64,
    /// What packets carry that have no fate yet, by number, while somebody keeps the news.
    records: BTreeMap<u64, Record>,
    /// By stream: the offset up to which it has been sent.
    heads: BTreeMap<u64, u64>,
    totals: TapTotals,
    log: PacketLog,
    /// Of packets, while repair wants to know.
    fates: Option<Fates>,
    /// So many fates wait that they should be taken.
    fates_due: bool,
    /// Of packets, by the owner's streams, while somebody explains delays.
    followed: Followed,
    /// Numbers of packets whose acknowledgement the engine would not tell.
    untold: BTreeSet<u64>,
    late_acks: Vec<u64>,
}

#[derive(Debug)]
struct Record {
    packet: u64,
    /// Tells it from packets of the same number in the spaces of the handshake.
    bytes: u64,
    carried: Vec<Carried>,
    /// The log has its sending: only then its fate belongs there.
    logged: bool,
}

impl Tap {
    /// A packet of the data space is about to be encrypted.
    fn see(&self, number: u64, payload: &[u8]) {
        let mut carried = Vec::new();
        let whole = frames::walk(payload, |frame| carried.push(frame));
        let mut state = self.lock();
        state.totals.unread_packets += u64::from(!whole);
        state.seen = Some((number, carried));
        state.next_number = number.saturating_add(1);
    }

    /// A packet of the data space came, decrypted.
    fn hear(&self, payload: &[u8]) {
        self.fills.hear(payload);
        if !self.waits_for_acks.load(Relaxed) {
            return;
        }
        let mut state = self.lock();
        frames::acknowledged(payload, |numbers| state.note_late_acks(numbers));
    }

    /// The ack-eliciting packet `number` of `bytes` left. Returns how many fresh stream bytes have left in all.
    pub(crate) fn take_sent(&self, number: u64, bytes: u64) -> u64 {
        let mut state = self.lock();
        let packet = state.packets;
        state.packets += 1;
        // Packets of the handshake carry nothing of ours and are not seen.
        if let Some((seen, carried)) = state.seen.take()
            && seen == number
        {
            carried.iter().for_each(|frame| state.count(frame));
            if self.keeps_records() {
                state.record(number, packet, bytes, carried);
            }
        }
        state.totals.fresh_bytes
    }

    /// The engine says what became of the packet `number` of `bytes`.
    pub(crate) fn settle(&self, fate: Fate, number: u64, bytes: u64) {
        if self.keeps_records() {
            let mut state = self.lock();
            state.settle(fate, number, Some(bytes));
            if std::mem::take(&mut state.fates_due) {
                self.fates.notify_one();
            }
        }
    }

    /// The packet `number` was declared lost: the peer may acknowledge it yet.
    pub(crate) fn expect_late_ack(&self, number: u64) {
        self.expect_acks([number]);
    }

    /// The engine leaves the path: it tells of no acknowledgement of what is in flight there.
    pub(crate) fn expect_all_acks(&self) {
        let end = self.lock().next_number;
        self.expect_acks(end.saturating_sub(MAX_UNTOLD as u64)..end);
    }

    fn expect_acks(&self, numbers: impl IntoIterator<Item = u64>) {
        let mut state = self.lock();
        let next = state.next_number;
        let seen = numbers.into_iter().filter(|number| *number < next);
        state.untold.extend(seen);
        while state.untold.len() > MAX_UNTOLD {
            state.untold.pop_first();
        }
        self.waits_for_acks.store(!state.untold.is_empty(), Relaxed);
    }

    /// Early data was rejected: the engine drops its packets without a word and begins its streams anew.
    fn reject_early_data(&self) {
        self.lock().heads.clear();
        self.lose_early_data();
    }

    /// The engine drops the packets of early data without a word.
    fn lose_early_data(&self) {
        let mut state = self.lock();
        let numbers: Vec<u64> = state.records.keys().copied().collect();
        for number in numbers {
            state.settle(Fate::Lost, number, None);
        }
    }

    /// Takes the numbers of packets that were acknowledged untold since the last call.
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
        let mut state = self.lock();
        self.keeps_news.store(capacity > 0, Relaxed);
        state.log.resize(capacity);
        if !self.keeps_records() {
            state.records.clear();
        }
    }

    /// Whether repair is told of fates from now on.
    pub(crate) fn tell_fates(&self, wanted: bool) {
        if self.tells_fates.swap(wanted, Relaxed) == wanted {
            return;
        }
        let mut state = self.lock();
        state.fates = wanted.then(Fates::default);
        if !self.keeps_records() {
            state.records.clear();
        }
    }

    /// The engine has told of all packets that it gave up together.
    pub(crate) fn end_losses(&self) {
        if self.tells_fates.load(Relaxed) && self.lock().has_losses() {
            self.fates.notify_one();
        }
    }

    /// Resolves when fates wait that repair should act on.
    pub(crate) async fn fates_waiting(&self) {
        self.fates.notified().await;
    }

    /// Takes the fates that repair was not told of yet.
    pub(crate) fn take_fates(&self) -> Vec<News> {
        let mut state = self.lock();
        state.fates.as_mut().map(Fates::take).unwrap_or_default()
    }

    /// The engine calls the owner's stream `ours` by this name.
    pub(crate) fn name_stream(&self, engine: u64, ours: u64) {
        self.lock().followed.name(engine, ours);
    }

    /// Follows one in `every` of the owner's streams from now on; 0: none.
    pub(crate) fn follow(&self, every: u64) {
        let mut state = self.lock();
        self.follows.store(every > 0, Relaxed);
        state.followed.follow(every);
        if !self.keeps_records() {
            state.records.clear();
        }
    }

    /// Takes the news of followed streams, oldest first, and how many did not fit since the last call.
    pub(crate) fn take_followed(&self) -> (Vec<StreamNews>, u64) {
        self.lock().followed.take()
    }

    fn keeps_records(&self) -> bool {
        self.keeps_news.load(Relaxed)
            || self.tells_fates.load(Relaxed)
            || self.follows.load(Relaxed)
    }

    /// Takes the news that were kept, oldest first, and how many did not fit since the last call.
    pub(crate) fn take_news(&self) -> (Vec<PacketNews>, u64) {
        self.lock().log.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, frame: &Carried) {
        match frame {
            Carried::Datagram(bytes) | Carried::Symbol { bytes, .. } => {
                self.totals.datagram_bytes += bytes;
            }
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

    fn record(&mut self, number: u64, packet: u64, bytes: u64, carried: Vec<Carried>) {
        if carried.is_empty() {
            return;
        }
        self.log.add(Fate::Sent, packet, &carried);
        if self.followed.is_on() {
            self.followed.add(Fate::Sent, packet, &carried);
        }
        let record = Record {
            packet,
            bytes,
            carried,
            logged: self.log.capacity > 0,
        };
        self.records.insert(number, record);
        if self.records.len() > MAX_RECORDS {
            self.records.pop_first();
        }
    }

    fn settle(&mut self, fate: Fate, number: u64, bytes: Option<u64>) {
        let same = |record: &Record| bytes.is_none_or(|bytes| bytes == record.bytes);
        if self.records.get(&number).is_some_and(same)
            && let Some(record) = self.records.remove(&number)
        {
            if record.logged {
                self.log.add(fate, record.packet, &record.carried);
            }
            if self.followed.is_on() {
                self.followed.add(fate, record.packet, &record.carried);
            }
            if let Some(fates) = &mut self.fates {
                self.fates_due |= fates.add(fate, record.packet, &record.carried);
            }
        }
    }

    fn has_losses(&self) -> bool {
        self.fates.as_ref().is_some_and(Fates::has_losses)
    }

    fn note_late_acks(&mut self, numbers: RangeInclusive<u64>) {
        let late: Vec<u64> = self.untold.range(numbers).copied().collect();
        for number in late {
            self.untold.remove(&number);
            self.late_acks.push(number);
            self.settle(Fate::Acked, number, None);
        }
    }
}

fn fresh(range: &Range<u64>, head: u64) -> u64 {
    range.end.saturating_sub(range.start.max(head))
}

/// Streams whose heads are known; past it the oldest ids are forgotten and count as fresh again.
const MAX_STREAMS: usize = 16_384;

/// Packets whose acknowledgement is listened for.
const MAX_UNTOLD: usize = 4_096;

/// Packets without a fate whose bytes are known; past it the oldest are forgotten.
const MAX_RECORDS: usize = 65_536;

#[cfg(test)]
#[path = "../tests/unit/tap.rs"]
mod tests;
