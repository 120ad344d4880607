//! What is sent for one block.

use std::{collections::BTreeMap, time::Duration};

use crate::{block::Block, counters::SenderCounters, datagram::Symbol, store::Store};

/// Why symbols are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Something was lost.
    Loss,
    /// Something may get lost.
    Ahead,
}

/// A block whose symbols are on their way, or wait for their wave.
#[derive(Debug)]
struct Round {
    block: Block,
    sources: usize,
    acked: usize,
    cause: Cause,
}

/// One symbol that waits for its time.
#[derive(Debug)]
struct Waiting {
    block: u64,
    index: usize,
    payload: Vec<u8>,
}

/// All rounds. The oldest make room for the newest.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    rounds: BTreeMap<u64, Round>,
    waiting: BTreeMap<(Duration, u64), Waiting>,
    symbols: u64,
}

impl Rounds {
    /// `symbols` of `block` are to be sent, each at its time.
    pub(crate) fn add(
        &mut self,
        block: Block,
        cause: Cause,
        symbols: impl IntoIterator<Item = (Duration, usize, Vec<u8>)>,
    ) {
        let id = block.id;
        let sources = block.sources().len();
        for (due, index, payload) in symbols {
            self.symbols += 1;
            let waiting = Waiting {
                block: id,
                index,
                payload,
            };
            self.waiting.insert((due, self.symbols), waiting);
        }
        let round = Round {
            block,
            sources,
            acked: 0,
            cause,
        };
        self.rounds.insert(id, round);
        while self.rounds.len() > MAX_ROUNDS {
            self.rounds.pop_first();
        }
    }

    /// The peer has a symbol of block `id`: with enough of them it has the block.
    pub(crate) fn on_acked(&mut self, id: u64, store: &mut Store) {
        let Some(round) = self.rounds.get_mut(&id) else {
            return;
        };
        round.acked += 1;
        if round.acked < round.sources.max(1) {
            return;
        }
        let Some(Round { block, .. }) = self.rounds.remove(&id) else {
            return;
        };
        let fin = block.final_size.is_some();
        for range in block.ranges {
            store.settle(block.stream, range, false);
        }
        if fin {
            store.settle(block.stream, 0..0, true);
        }
    }

    /// When the next symbol is due.
    pub(crate) fn next(&self) -> Option<Duration> {
        let ((due, _), _) = self.waiting.first_key_value()?;
        Some(*due)
    }

    /// The next symbol that is due and still of use, as a datagram.
    pub(crate) fn take(
        &mut self,
        now: Duration,
        least: usize,
        store: &Store,
        counters: &mut SenderCounters,
    ) -> Option<Vec<u8>> {
        while self.next().is_some_and(|due| due <= now) {
            let (_, waiting) = self.waiting.pop_first()?;
            let Some(round) = self
                .rounds
                .get(&waiting.block)
                .filter(|round| round.is_of_use(store))
            else {
                counters.cancelled += 1;
                continue;
            };
            let symbol = Symbol {
                block: round.block.clone(),
                index: waiting.index,
                payload: &waiting.payload,
            };
            let datagram = symbol.encode(least);
            match round.cause {
                Cause::Loss => counters.sent_on_loss += 1,
                Cause::Ahead => counters.sent_ahead += 1,
            }
            counters.sent_bytes += datagram.len() as u64;
            return Some(datagram);
        }
        None
    }

    /// Symbols that wait for their wave.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

impl Round {
    /// Some of it is not acknowledged.
    fn is_of_use(&self, store: &Store) -> bool {
        let stream = self.block.stream;
        let open = |range| !store.unsettled(stream, range).is_empty();
        self.block.ranges.iter().any(open)
            || (self.block.final_size.is_some() && store.end_unsettled(stream))
    }
}

/// Rounds that are remembered.
const MAX_ROUNDS: usize = 512;
