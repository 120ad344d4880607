//! The receiving end: symbols and arrived bytes in, restored bytes out.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
    time::Duration,
};

use bytes::Bytes;

use crate::{
    block::{Block, MAX_PARITY},
    code::Codecs,
    counters::ReceiverCounters,
    datagram::Symbol,
    history::History,
    work::Work,
};

/// Bytes of a stream that symbols restored, or only where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The QUIC stream id.
    pub stream: u64,
    /// Where the bytes stand.
    pub offset: u64,
    /// They match the checksum of their block.
    pub bytes: Bytes,
    /// The stream's length, when it is known.
    pub final_size: Option<u64>,
}

/// Inputs: datagrams (`on_symbol`), bytes of streams as they come (`on_bytes`), ends of streams (`forget`). Output: what
/// was restored. It keeps bytes only while symbols come. Symbols that cannot be used yet wait for bytes or more symbols;
/// the oldest block makes room for the newest.
#[derive(Debug)]
pub struct Receiver {
    history: History,
    /// By id.
    blocks: BTreeMap<u64, Pending>,
    /// Ids of blocks, oldest first.
    order: VecDeque<u64>,
    held: usize,
    /// Blocks that were dealt with.
    done: VecDeque<u64>,
    codecs: Codecs,
    work: Work,
    active_until: Option<Duration>,
    /// The peer's symbols contradicted its streams: nothing more is taken from it.
    distrusted: bool,
    counters: ReceiverCounters,
}

#[derive(Debug)]
struct Pending {
    block: Block,
    sources: Vec<Range<u64>>,
    rows: BTreeMap<usize, Vec<u8>>,
    since: Duration,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            history: History::new(MAX_HISTORY),
            blocks: BTreeMap::new(),
            order: VecDeque::new(),
            held: 0,
            done: VecDeque::new(),
            codecs: Codecs::default(),
            work: Work::default(),
            active_until: None,
            distrusted: false,
            counters: ReceiverCounters::default(),
        }
    }
}

impl Receiver {
    /// A datagram came that begins with [`crate::SYMBOL`].
    pub fn on_symbol(&mut self, now: Duration, datagram: &[u8]) -> Vec<Recovered> {
        self.counters.received += 1;
        if self.distrusted {
            self.counters.useless += 1;
            return Vec::new();
        }
        let Ok(symbol) = Symbol::decode(datagram) else {
            self.counters.wrong += 1;
            return Vec::new();
        };
        self.active_until = Some(now + ACTIVE);
        let id = symbol.block.id;
        if self.done.contains(&id) {
            self.counters.useless += 1;
            return Vec::new();
        }
        if symbol.block.ranges.is_empty() {
            self.counters.used += 1;
            self.finish_block(id);
            return vec![end_of(&symbol.block)];
        }
        if !self.admit(now, symbol) {
            return Vec::new();
        }
        self.attempt(now, id)
    }

    /// `bytes` came by `stream`, at `offset`.
    pub fn on_bytes(
        &mut self,
        now: Duration,
        stream: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Vec<Recovered> {
        if !self.is_active(now) {
            return Vec::new();
        }
        if self.history.insert(stream, offset, bytes).is_err() {
            self.counters.wrong += 1;
            self.distrusted = true;
            self.calm();
            return Vec::new();
        }
        let end = offset + bytes.len() as u64;
        let touched = |pending: &Pending| {
            let extent = pending.block.extent();
            pending.block.stream == stream && extent.start < end && extent.end > offset
        };
        let ids: Vec<u64> = self
            .blocks
            .iter()
            .filter(|(_, pending)| touched(pending))
            .map(|(id, _)| *id)
            .collect();
        ids.into_iter()
            .flat_map(|id| self.attempt(now, id))
            .collect()
    }

    /// Nothing more of `stream` is wanted, or nothing more comes.
    pub fn forget(&mut self, stream: u64) {
        self.history.forget(stream);
        let ids: Vec<u64> = self
            .blocks
            .iter()
            .filter(|(_, pending)| pending.block.stream == stream)
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.give_up(id);
        }
    }

    /// Counters so far; `repaired_bytes` is counted by the gates.
    pub fn counters(&self) -> ReceiverCounters {
        self.counters
    }

    /// Whether bytes of streams are of interest now.
    pub fn is_active(&mut self, now: Duration) -> bool {
        let active = self.active_until.is_some_and(|until| now < until) && !self.distrusted;
        if !active && self.active_until.take().is_some() {
            self.calm();
        }
        active
    }

    /// Lets go of everything.
    fn calm(&mut self) {
        self.history = History::new(MAX_HISTORY);
        while let Some(id) = self.order.front().copied() {
            self.give_up(id);
        }
    }

    /// Keeps the symbol with its block. `false`: it is of no use.
    fn admit(&mut self, now: Duration, symbol: Symbol<'_>) -> bool {
        let Symbol {
            block,
            index,
            payload,
        } = symbol;
        let id = block.id;
        let known = self.blocks.get(&id);
        if known.is_some_and(|pending| pending.block != block) {
            self.counters.wrong += 1;
            return false;
        }
        if known.is_some_and(|pending| pending.rows.contains_key(&index)) {
            self.counters.useless += 1;
            return false;
        }
        if known.is_none() {
            self.order.push_back(id);
        }
        let pending = self.blocks.entry(id).or_insert_with(|| Pending {
            sources: block.sources(),
            block,
            rows: BTreeMap::new(),
            since: now,
        });
        pending.rows.insert(index, payload.to_vec());
        self.held += payload.len() + ROW_COST;
        self.trim(now);
        self.blocks.contains_key(&id)
    }

    fn trim(&mut self, now: Duration) {
        while let Some(id) = self.order.front().copied() {
            let stale = |pending: &Pending| now > pending.since + MAX_WAIT;
            let stale = self.blocks.get(&id).is_none_or(stale);
            if !stale && self.held <= MAX_HELD && self.blocks.len() <= MAX_BLOCKS {
                return;
            }
            self.give_up(id);
        }
    }

    /// Restores the block if enough of it is there.
    fn attempt(&mut self, now: Duration, id: u64) -> Vec<Recovered> {
        let Some(pending) = self.blocks.get(&id) else {
            return Vec::new();
        };
        let count = pending.sources.len();
        if !self.work.spend(now, count * LOOK_COST) {
            return Vec::new();
        }
        let stream = pending.block.stream;
        let known: Vec<bool> = pending
            .sources
            .iter()
            .map(|source| self.history.holds(stream, source))
            .collect();
        let here = known.iter().filter(|known| **known).count();
        if here == count {
            let end = pending.block.final_size.map(|_| end_of(&pending.block));
            self.give_up(id);
            return end.into_iter().collect();
        }
        let unknown_row = |row: &&usize| !known.get(**row).copied().unwrap_or(false);
        let helpful = pending.rows.keys().filter(unknown_row).count();
        if here + helpful < count {
            return Vec::new();
        }
        let cost = count * (count - here) * pending.block.size;
        if !self.work.spend(now, cost) {
            self.give_up(id);
            return Vec::new();
        }
        self.restore(id, &known)
    }

    fn restore(&mut self, id: u64, known: &[bool]) -> Vec<Recovered> {
        let Some(pending) = self.remove(id) else {
            return Vec::new();
        };
        self.finish_block(id);
        let Pending {
            block,
            sources,
            mut rows,
            ..
        } = pending;
        let used = rows.len() as u64;
        let mut table: Vec<Option<Vec<u8>>> = vec![None; sources.len() + MAX_PARITY];
        for (row, slot) in table.iter_mut().enumerate() {
            let source = sources.get(row).filter(|_| known.get(row) == Some(&true));
            *slot = match source {
                Some(source) => self.history.read(block.stream, source).map(|mut bytes| {
                    bytes.resize(block.size, 0);
                    bytes
                }),
                None => rows.remove(&row),
            };
        }
        if !self.codecs.decode(sources.len(), &mut table) || !matches(&block, &sources, &table) {
            self.counters.wrong += 1;
            return Vec::new();
        }
        self.counters.used += used;
        let missing = sources
            .iter()
            .zip(&table)
            .zip(known)
            .filter(|(_, known)| !**known);
        let mut recovered = Vec::new();
        for ((source, symbol), _) in missing {
            let length = (source.end - source.start) as usize;
            let Some(bytes) = symbol.as_ref().and_then(|symbol| symbol.get(..length)) else {
                continue;
            };
            if self
                .history
                .insert(block.stream, source.start, bytes)
                .is_err()
            {
                self.counters.wrong += 1;
                return Vec::new();
            }
            recovered.push(Recovered {
                stream: block.stream,
                offset: source.start,
                bytes: Bytes::copy_from_slice(bytes),
                final_size: block.final_size,
            });
        }
        recovered
    }

    /// The block's symbols are of no use.
    fn give_up(&mut self, id: u64) {
        if let Some(pending) = self.remove(id) {
            self.counters.useless += pending.rows.len() as u64;
        }
        self.finish_block(id);
    }

    fn remove(&mut self, id: u64) -> Option<Pending> {
        self.order.retain(|each| *each != id);
        let pending = self.blocks.remove(&id)?;
        let bytes: usize = pending.rows.values().map(|row| row.len() + ROW_COST).sum();
        self.held -= bytes;
        Some(pending)
    }

    fn finish_block(&mut self, id: u64) {
        if self.done.len() == MAX_DONE {
            self.done.pop_front();
        }
        self.done.push_back(id);
    }
}

fn end_of(block: &Block) -> Recovered {
    Recovered {
        stream: block.stream,
        offset: 0,
        bytes: Bytes::new(),
        final_size: block.final_size,
    }
}

fn matches(block: &Block, sources: &[Range<u64>], table: &[Option<Vec<u8>>]) -> bool {
    let mut hash = crc32fast::Hasher::new();
    for (source, symbol) in sources.iter().zip(table) {
        let length = (source.end - source.start) as usize;
        let Some(bytes) = symbol.as_ref().and_then(|symbol| symbol.get(..length)) else {
            return false;
        };
        hash.update(bytes);
    }
    hash.finalize() == block.checksum
}

/// How long bytes are kept after a symbol came.
const ACTIVE: Duration = Duration::from_secs(10);

/// Bytes of streams that are kept as sources.
const MAX_HISTORY: usize = 4 << 20;

/// Bytes of symbols that wait.
const MAX_HELD: usize = 1 << 20;

/// Blocks that wait.
const MAX_BLOCKS: usize = 128;

/// How long a block waits: by then its stream has brought it.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Blocks that are remembered when they are dealt with.
const MAX_DONE: usize = 256;

/// What a symbol that waits costs beside its bytes.
const ROW_COST: usize = 128;

/// What looking for a source symbol costs, in the unit of decoding.
const LOOK_COST: usize = 128;

#[cfg(test)]
#[path = "../tests/unit/receiver.rs"]
mod tests;
