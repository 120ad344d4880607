//! What fills gaps of the streams that we read, copied as packets are decrypted.
//!
//! The engine can lose it. Streams are read unordered, and when much of one waits unread in small pieces, noq 1.4 joins
//! them and takes whatever stands below the *count* of bytes read for bytes that were read (`Assembler::defragment`). The
//! packets are acknowledged, so that nobody sends the bytes again: the stream stops for ever. Only bytes below the
//! largest offset that came before them can be hit, and those are few: they come from here as well, and the reader hands
//! up what is there first. What the engine lost stays lost for its flow control: a stream's window is smaller by it until
//! the stream ends.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::{
    shared::lock,
    tap::{StreamFrame, stream_frames},
};

/// Inputs: `hear` with the payload of each packet of the data space. Outputs: what fills gaps, in the [`Slot`] of its
/// stream.
#[derive(Debug, Default)]
pub(crate) struct Fills {
    /// By the engine's stream id.
    streams: Mutex<BTreeMap<u64, Heard>>,
    /// Bytes that wait in all slots, with what pieces cost besides.
    waiting: Arc<AtomicUsize>,
}

/// What came of a stream.
#[derive(Debug, Default)]
struct Heard {
    /// The largest offset.
    head: u64,
    /// The stream's length.
    size: Option<u64>,
    slot: Option<Arc<Slot>>,
}

impl Fills {
    /// A packet came, decrypted. The engine calls it before it takes the frames itself.
    pub(crate) fn hear(&self, payload: &[u8]) {
        stream_frames(payload, |frame| self.note(&frame));
    }

    fn note(&self, frame: &StreamFrame<'_>) {
        let mut streams = lock(&self.streams);
        let heard = streams.entry(frame.id).or_default();
        let gap = frame.offset..heard.head.min(frame.end());
        heard.head = heard.head.max(frame.end());
        if frame.fin {
            heard.size = Some(frame.end());
        }
        let (slot, size) = (heard.slot.clone(), heard.size);
        if streams.len() > MAX_STREAMS {
            // What nobody reads any more, or yet.
            let unread = streams.iter().find(|(_, heard)| heard.slot.is_none());
            if let Some(id) = unread.map(|(id, _)| *id) {
                streams.remove(&id);
            }
        }
        drop(streams);
        let Some(slot) = slot else {
            return;
        };
        let length = usize::try_from(gap.end.saturating_sub(gap.start)).unwrap_or(0);
        if let Some(bytes) = frame.bytes.get(..length).filter(|bytes| !bytes.is_empty()) {
            slot.put(gap.start, bytes);
        }
        if let Some(size) = size {
            slot.ends_at(size);
        }
    }

    /// From now on what fills gaps of the engine's `stream` is kept. What came before and is not read yet is safe: the
    /// engine gives the lowest piece first.
    pub(crate) fn open(&self, stream: u64) -> Arc<Slot> {
        let mut streams = lock(&self.streams);
        let heard = streams.entry(stream).or_default();
        let slot = Arc::new(Slot::new(&self.waiting, heard.size));
        heard.slot = Some(slot.clone());
        slot
    }

    /// The reader with `slot` is done.
    pub(crate) fn close(&self, stream: u64, slot: &Arc<Slot>) {
        let mut streams = lock(&self.streams);
        // Early data that was rejected: another reader may have the id by now.
        let ours = streams.get(&stream).and_then(|heard| heard.slot.as_ref());
        if ours.is_some_and(|ours| Arc::ptr_eq(ours, slot)) {
            streams.remove(&stream);
        }
    }
}

/// What fills gaps of one stream and waits for its reader. What does not fit is left to the engine.
#[derive(Debug)]
pub(crate) struct Slot {
    state: Mutex<State>,
    came: Notify,
    all: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct State {
    pieces: BTreeMap<u64, Bytes>,
    size: Option<u64>,
    /// Something was taken: the engine may never see the stream whole.
    taken: bool,
}

impl Slot {
    fn new(all: &Arc<AtomicUsize>, size: Option<u64>) -> Self {
        Self {
            state: Mutex::new(State {
                size,
                ..State::default()
            }),
            came: Notify::new(),
            all: all.clone(),
        }
    }

    fn put(&self, offset: u64, bytes: &[u8]) {
        let mut state = lock(&self.state);
        let known = state.pieces.get(&offset);
        if known.is_some_and(|known| known.len() >= bytes.len()) {
            return;
        }
        let cost = bytes.len() + PIECE_COST - known.map_or(0, cost_of);
        let fits = |all: usize| Some(all + cost).filter(|all| *all <= MAX_LINK_BYTES);
        if self.all.fetch_update(SeqCst, SeqCst, fits).is_err() {
            return;
        }
        state.pieces.insert(offset, Bytes::copy_from_slice(bytes));
        drop(state);
        self.came.notify_one();
    }

    fn ends_at(&self, size: u64) {
        let mut state = lock(&self.state);
        if state.size.replace(size).is_none() && state.taken {
            drop(state);
            self.came.notify_one();
        }
    }

    /// Resolves when there is something to take.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }

    /// What came, lowest first, until `room` bytes are full: by one piece more at most. The rest waits on.
    pub(crate) fn take(&self, mut room: u64) -> Vec<(u64, Bytes)> {
        let mut state = lock(&self.state);
        let mut taken = Vec::new();
        while room > 0
            && let Some(piece) = state.pieces.pop_first()
        {
            room = room.saturating_sub(piece.1.len() as u64);
            taken.push(piece);
        }
        let cost = taken.iter().map(|(_, bytes)| cost_of(bytes)).sum();
        self.all.fetch_sub(cost, SeqCst);
        state.taken |= !taken.is_empty();
        if !state.pieces.is_empty() {
            self.came.notify_one();
        }
        taken
    }

    /// The stream's length, once it is known and something was taken.
    pub(crate) fn size(&self) -> Option<u64> {
        let state = lock(&self.state);
        state.size.filter(|_| state.taken)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let pieces = std::mem::take(&mut lock(&self.state).pieces);
        let cost = pieces.values().map(cost_of).sum();
        self.all.fetch_sub(cost, SeqCst);
    }
}

fn cost_of(piece: &Bytes) -> usize {
    piece.len() + PIECE_COST
}

/// Streams whose heads are known; past it the lowest ids without a reader are forgotten.
const MAX_STREAMS: usize = 16_384;

/// What waits for the readers of a link; past it new pieces are left to the engine. Flow control bounds what honest peers
/// send unread to as much, but for what small pieces cost besides.
const MAX_LINK_BYTES: usize = 16 << 20;

/// What a piece costs beside its bytes.
const PIECE_COST: usize = 128;

#[cfg(test)]
#[path = "../tests/unit/fills.rs"]
mod tests;
