//! The sending end: what was lost, and what is sent for it.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use bytes::Bytes;

use crate::{
    ahead::{self, Ahead},
    block::{Block, MAX_RANGES, MAX_SOURCES},
    budget::Budget,
    code::Codecs,
    counters::SenderCounters,
    datagram::Symbol,
    loss::{Loss, LossView},
    plan,
    round::{Cause, Rounds},
    store::Store,
};

/// What an operator chooses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Most that is spent on repair, as a share of the stream bytes sent; 0: none.
    pub max_share: f64,
    /// Symbols are sent before anything is lost too, for what is worth it.
    pub ahead: bool,
}

/// What became of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Counts the packets in the order they were sent in.
    pub packet: u64,
    /// Lost, or else acknowledged.
    pub lost: bool,
    /// The bytes of streams that it carried; `true`: and the end of the stream.
    pub ranges: Vec<(u64, Range<u64>, bool)>,
    /// The blocks whose symbols it carried.
    pub blocks: Vec<u64>,
}

/// Inputs: what the engine takes of each stream (`on_taken`, `on_finished`, `forget`), the news of packets (`on_news`),
/// and the time. Outputs: `poll_transmit` with datagrams, `poll_timeout` with when there will be one.
#[derive(Debug)]
pub struct Sender {
    settings: Settings,
    store: Store,
    rounds: Rounds,
    ahead: Ahead,
    /// Ranges that symbols are to be sent for ahead of loss.
    ready: Vec<(u64, Vec<Range<u64>>)>,
    codecs: Codecs,
    loss: Loss,
    budget: Budget,
    blocks: u64,
    counters: SenderCounters,
}

/// What the link can take now.
#[derive(Debug, Clone, Copy)]
pub struct LinkState {
    /// Largest datagram, bytes.
    pub max_datagram: usize,
    /// The link has been too slow for its streams for a while.
    pub limited: bool,
    /// How long what the engine has taken needs to leave.
    pub drain: Duration,
}

type Losses = BTreeMap<u64, (Vec<Range<u64>>, bool)>;

impl Sender {
    /// A sender that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            store: Store::new(MAX_KEPT),
            rounds: Rounds::default(),
            ahead: Ahead::default(),
            ready: Vec::new(),
            codecs: Codecs::default(),
            loss: Loss::default(),
            budget: Budget::default(),
            blocks: 0,
            counters: SenderCounters::default(),
        }
    }

    /// Other settings from now on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The first `bytes` of `stream` are worth symbols before anything is lost: a player waits for them more than for others.
    pub fn on_opened(&mut self, stream: u64, bytes: u64) {
        self.ahead.open(stream, bytes);
    }

    /// The engine took `bytes` of `stream`, which stand at `offset`. Returns whether `on_news` has something to do.
    pub fn on_taken(&mut self, now: Duration, stream: u64, offset: u64, bytes: Bytes) -> bool {
        let range = offset..offset + bytes.len() as u64;
        self.store.append(stream, offset, bytes);
        let ready = self.ahead.on_taken(now, stream, range);
        if !self.settings.ahead || !ahead::pays(self.loss.view()) {
            return false;
        }
        if let Some(ranges) = ready
            && self.ready.len() < MAX_READY
        {
            self.ready.push((stream, ranges));
        }
        // A block that waits for more has its time in `poll_timeout`.
        true
    }

    /// `stream` ends at `size`.
    pub fn on_finished(&mut self, stream: u64, size: u64) {
        self.store.finish(stream, size);
    }

    /// `stream` is over: reset, stopped or wholly acknowledged.
    pub fn forget(&mut self, stream: u64) {
        self.store.forget(stream);
        self.ahead.forget(stream);
    }

    /// The streams have sent `bytes` for the first time since the last call.
    pub fn on_fresh(&mut self, bytes: u64) {
        // What the losses call for, and no more than the operator allows.
        let share = (BASE_SHARE + 2.0 * self.loss.view().share).min(self.settings.max_share);
        self.budget.earn(bytes, share);
    }

    /// What became of packets, in the order the engine told it in; losses in one call are repaired together.
    pub fn on_news(&mut self, now: Duration, link: LinkState, news: &[News]) {
        let mut losses = Losses::new();
        for each in news {
            if each.lost {
                self.loss.on_lost(each.packet);
                for (stream, range, fin) in &each.ranges {
                    let lost = losses.entry(*stream).or_default();
                    lost.0.push(range.clone());
                    lost.1 |= fin;
                }
                continue;
            }
            self.loss.on_acked();
            for (stream, range, fin) in &each.ranges {
                self.store.settle(*stream, range.clone(), *fin);
            }
            for block in &each.blocks {
                self.rounds.on_acked(*block, &mut self.store);
            }
        }
        // The peer may not have said yet that it understands symbols.
        if link.max_datagram > 0 {
            for (stream, (ranges, fin)) in losses {
                self.repair(now, link, stream, ranges, fin);
            }
        }
        self.protect(now, link);
    }

    /// Plans symbols for what may get lost.
    fn protect(&mut self, now: Duration, link: LinkState) {
        while let Some(due) = self.ahead.take_due(now) {
            self.ready.push(due);
        }
        let loss = self.loss.view();
        for (stream, ranges) in std::mem::take(&mut self.ready) {
            if link.max_datagram == 0 || !self.settings.ahead || !ahead::pays(loss) {
                continue;
            }
            // Small frames have packets of their own, and so a source symbol each; a large one is cut anew.
            let small = |range: &Range<u64>| range.end - range.start < link.max_datagram as u64 / 2;
            let ranges = if ranges.iter().all(small) {
                ranges
            } else {
                plan::joined(ranges)
            };
            for ranges in plan::portions(ranges, most_bytes(link), MAX_BLOCK_RANGES) {
                self.start(now + link.drain, link, stream, ranges, Cause::Ahead);
            }
        }
    }

    /// The next datagram that is due.
    pub fn poll_transmit(&mut self, now: Duration, link: LinkState) -> Option<Vec<u8>> {
        // Two symbols in one packet are lost together: a datagram is more than half of one.
        let least = link.max_datagram / 2 + PACKET_EXTRA;
        self.rounds
            .take(now, least, &self.store, &mut self.counters)
    }

    /// When the next datagram is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let rounds = self.rounds.next();
        let ahead = self.ahead.next().filter(|_| self.settings.ahead);
        rounds.into_iter().chain(ahead).min()
    }

    /// What was measured of the path.
    pub fn loss(&self) -> LossView {
        self.loss.view()
    }

    /// Counters so far.
    pub fn counters(&self) -> SenderCounters {
        self.counters
    }

    fn repair(
        &mut self,
        now: Duration,
        link: LinkState,
        stream: u64,
        ranges: Vec<Range<u64>>,
        fin: bool,
    ) {
        let open = |range| self.store.unsettled(stream, range);
        let ranges = plan::joined(ranges.iter().flat_map(open).collect());
        let fin = fin && self.store.end_unsettled(stream);
        let mut portions = plan::portions(ranges, most_bytes(link), MAX_BLOCK_RANGES);
        if portions.is_empty() && fin {
            portions.push(Vec::new());
        }
        for ranges in portions {
            self.start(now, link, stream, ranges, Cause::Loss);
        }
    }

    /// Plans a round for `ranges`, or counts what is refused of it.
    fn start(
        &mut self,
        now: Duration,
        link: LinkState,
        stream: u64,
        ranges: Vec<Range<u64>>,
        cause: Cause,
    ) {
        let Some((block, sources)) = self.block(link, stream, ranges) else {
            return;
        };
        let count = sources.len();
        let loss = self.loss.view();
        let (waves, reserve) = match cause {
            Cause::Loss => (plan::waves(count.max(1), loss), 0.0),
            Cause::Ahead => (
                plan::waves_ahead(ahead::symbols(count, loss), loss),
                RESERVE,
            ),
        };
        let planned: usize = waves.iter().map(|(_, symbols)| symbols).sum();
        if self.settings.max_share <= 0.0 {
            return;
        }
        if link.limited {
            self.counters.refused_by_queue += planned as u64;
            return;
        }
        let datagram = (block.size + HEADER).max(link.max_datagram / 2);
        let affordable = (0..planned.min(crate::block::MAX_PARITY))
            .take_while(|_| self.budget.spend(datagram, reserve));
        let allowed = affordable.count();
        self.counters.refused_by_budget += (planned - allowed) as u64;
        if self.rounds.waiting() + allowed > MAX_WAITING {
            self.counters.refused_by_queue += allowed as u64;
            return;
        }
        let payloads = if count == 0 {
            vec![Vec::new(); allowed]
        } else {
            self.codecs.encode(&sources, allowed).unwrap_or_default()
        };
        let times = waves
            .iter()
            .flat_map(|(after, symbols)| std::iter::repeat_n(now + *after, *symbols));
        let symbols = times.zip(payloads).enumerate();
        let symbols = symbols.map(|(row, (due, payload))| (due, count + row, payload));
        self.rounds.add(block, cause, symbols);
    }

    /// The block over `ranges` and its source symbols.
    fn block(
        &mut self,
        link: LinkState,
        stream: u64,
        ranges: Vec<Range<u64>>,
    ) -> Option<(Block, Vec<Vec<u8>>)> {
        self.blocks += 1;
        let mut block = Block {
            id: self.blocks,
            stream,
            size: 0,
            unit: 0,
            final_size: self.store.final_size(stream),
            checksum: 0,
            ranges,
        };
        if block.ranges.is_empty() {
            return Some((block, Vec::new()));
        }
        let header = Symbol {
            block: Block {
                size: 1 << 14,
                ..block.clone()
            },
            index: MAX_SOURCES,
            payload: &[],
        };
        let header = header.encode(0).len();
        let most = link
            .max_datagram
            .checked_sub(header)
            .filter(|most| *most > 0)?;
        block.size = plan::symbol_size(
            &block.ranges,
            most.min(crate::block::MAX_SYMBOL_BYTES),
            header,
        );
        let mut hash = crc32fast::Hasher::new();
        let mut sources = Vec::new();
        for range in block.sources() {
            let mut bytes = self.store.read(stream, &range)?;
            hash.update(&bytes);
            bytes.resize(block.size, 0);
            sources.push(bytes);
        }
        block.checksum = hash.finalize();
        (sources.len() <= MAX_SOURCES).then_some((block, sources))
    }
}

/// Bytes of a block at most.
fn most_bytes(link: LinkState) -> u64 {
    (MAX_BLOCK_SOURCES * link.max_datagram / 2) as u64
}

/// Blocks that wait to be protected.
const MAX_READY: usize = 64;

/// What is left for losses when symbols are sent ahead of them, bytes.
const RESERVE: f64 = 12_288.0;

/// What of the streams is spent at most where nothing is lost, as a share.
const BASE_SHARE: f64 = 0.02;

/// Bytes of streams that are kept until they are acknowledged. The engine shares them.
const MAX_KEPT: usize = 32 << 20;

/// Source symbols of a block, about: a matrix of so many rows is inverted at the other end.
const MAX_BLOCK_SOURCES: usize = 24;

/// Ranges of a block: each costs some bytes in every symbol.
const MAX_BLOCK_RANGES: usize = 12;

/// Symbols that wait for their wave.
const MAX_WAITING: usize = 1_024;

/// What a datagram's header is about.
const HEADER: usize = 32;

/// What a packet holds more than its largest datagram, half of it.
const PACKET_EXTRA: usize = 8;

const _: () = assert!(MAX_BLOCK_RANGES <= MAX_RANGES && MAX_BLOCK_SOURCES <= MAX_SOURCES);

#[cfg(test)]
#[path = "../tests/unit/sender.rs"]
mod tests;
