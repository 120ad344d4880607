//! What comes past the engine's own reassembly, on its way into the reader of its stream: what symbols restored, and what
//! fills gaps (`fills.rs`).

use std::{
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use longhaul_repair::{Gate, Recovered};
use tokio::sync::Notify;

use super::Repair;
use crate::{fills::Slot, shared::lock, tap::Tap};

/// What was restored of one stream and not yet taken by its reader. What does not fit is left to the stream.
pub(crate) struct Mailbox {
    pieces: Mutex<(Vec<Recovered>, usize)>,
    filled: Notify,
    /// What waits in all mailboxes of the link: flow control does not bound what symbols bring.
    all: Arc<AtomicUsize>,
}

impl Mailbox {
    fn new(all: &Arc<AtomicUsize>) -> Arc<Self> {
        Arc::new(Self {
            pieces: Mutex::default(),
            filled: Notify::new(),
            all: all.clone(),
        })
    }

    pub(super) fn put(&self, piece: Recovered) {
        {
            let mut pieces = lock(&self.pieces);
            let cost = cost_of(&piece);
            let fits = |all: usize| Some(all + cost).filter(|all| *all <= MAX_LINK_BYTES);
            if pieces.1 + piece.bytes.len() > MAX_BYTES
                || pieces.0.len() >= MAX_PIECES
                || self.all.fetch_update(SeqCst, SeqCst, fits).is_err()
            {
                return;
            }
            pieces.1 += piece.bytes.len();
            pieces.0.push(piece);
        }
        self.filled.notify_one();
    }

    fn empty(&self) -> Vec<Recovered> {
        let pieces = std::mem::take(&mut *lock(&self.pieces)).0;
        self.all.fetch_sub(pieces.iter().map(cost_of).sum(), SeqCst);
        pieces
    }
}

impl Drop for Mailbox {
    /// A piece may have come after its reader had gone.
    fn drop(&mut self) {
        self.empty();
    }
}

fn cost_of(piece: &Recovered) -> usize {
    piece.bytes.len() + PIECE_COST
}

/// The gate of one stream, in its reader.
pub(crate) struct Inlet {
    repair: Arc<Repair>,
    tap: Arc<Tap>,
    stream: u64,
    slot: Arc<Slot>,
    /// Of a stream that repair cares for.
    mailbox: Option<Arc<Mailbox>>,
    gate: Gate,
    /// The owner knows that the stream is finished.
    finished: bool,
}

impl Inlet {
    /// Opens the way for what comes of the engine's `stream`; `repaired`: what symbols restore as well.
    pub(crate) fn open(repair: &Arc<Repair>, tap: &Arc<Tap>, stream: u64, repaired: bool) -> Self {
        let mailbox = repaired.then(|| Mailbox::new(&repair.mailed));
        if let Some(mailbox) = &mailbox {
            lock(&repair.inlets).insert(stream, mailbox.clone());
        }
        Self {
            repair: repair.clone(),
            tap: tap.clone(),
            stream,
            slot: tap.fills.open(stream),
            mailbox,
            gate: Gate::default(),
            finished: false,
        }
    }

    /// Resolves when there is something to take.
    pub(crate) async fn filled(&self) {
        tokio::select! {
            () = self.slot.came() => {}
            () = restored(self.mailbox.as_deref()) => {}
        }
    }

    /// The stream brought `bytes` at `offset`: the parts that the owner does not have.
    pub(crate) fn arrived(&mut self, offset: u64, bytes: &Bytes) -> Vec<(u64, Bytes)> {
        if self.mailbox.is_some() {
            self.repair.on_bytes(self.stream, offset, bytes);
        }
        if self.finished {
            return Vec::new();
        }
        let range = offset..offset + bytes.len() as u64;
        let news = self.gate.arrived(range);
        cut(offset, bytes, &news)
    }

    /// What came past the engine and the owner does not have: as much as there is `room` for, and as the stream's flow
    /// control would have let through (`window` beyond what came).
    pub(crate) fn take(&mut self, room: u64, window: u64) -> Vec<(u64, Bytes)> {
        let mut all = self.take_fills(room, window);
        let taken: u64 = all.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        all.extend(self.take_restored(room.saturating_sub(taken), window));
        all
    }

    fn take_fills(&mut self, room: u64, window: u64) -> Vec<(u64, Bytes)> {
        let pieces = self.slot.take(room);
        if let Some(size) = self.slot.size() {
            self.gate.ends_at(size);
        }
        if self.finished {
            return Vec::new();
        }
        let mut all = Vec::new();
        for (offset, bytes) in pieces {
            let range = offset..offset + bytes.len() as u64;
            all.extend(cut(offset, &bytes, &self.gate.repaired(&range, window)));
        }
        all
    }

    fn take_restored(&mut self, mut room: u64, window: u64) -> Vec<(u64, Bytes)> {
        let Some(mailbox) = &self.mailbox else {
            return Vec::new();
        };
        let pieces = mailbox.empty();
        let mut all = Vec::new();
        let before = self.gate.repaired_bytes();
        for piece in pieces {
            if let Some(size) = piece.final_size {
                self.gate.ends_at(size);
            }
            let length = piece.bytes.len() as u64;
            if self.finished || length == 0 || length > room {
                continue;
            }
            room -= length;
            let news = self
                .gate
                .repaired(&(piece.offset..piece.offset + length), window);
            all.extend(cut(piece.offset, &piece.bytes, &news));
        }
        let repaired = self.gate.repaired_bytes() - before;
        self.repair.repaired_bytes.fetch_add(repaired, SeqCst);
        all
    }

    /// The stream's length, once: when the owner has all of it and the engine does not know yet.
    pub(crate) fn take_end(&mut self) -> Option<u64> {
        let size = self.gate.complete().filter(|_| !self.finished)?;
        self.finished = true;
        Some(size)
    }

    /// The owner was told of the end.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished
    }

    /// The owner has all of the stream, and the engine may never.
    pub(crate) fn may_wait_in_vain(&self) -> bool {
        self.finished && self.slot.size().is_some()
    }
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.tap.fills.close(self.stream, &self.slot);
        let Some(mailbox) = &self.mailbox else {
            return;
        };
        let mut inlets = lock(&self.repair.inlets);
        // Early data that was rejected: another reader may have the id by now.
        let ours = inlets.get(&self.stream);
        if ours.is_some_and(|ours| Arc::ptr_eq(ours, mailbox)) {
            inlets.remove(&self.stream);
            drop(inlets);
            lock(&self.repair.receiver).forget(self.stream);
        }
    }
}

async fn restored(mailbox: Option<&Mailbox>) {
    match mailbox {
        Some(mailbox) => mailbox.filled.notified().await,
        None => std::future::pending().await,
    }
}

fn cut(offset: u64, bytes: &Bytes, parts: &[Range<u64>]) -> Vec<(u64, Bytes)> {
    let at = |absolute: u64| usize::try_from(absolute - offset).unwrap_or(usize::MAX);
    let piece = |part: &Range<u64>| (part.start, bytes.slice(at(part.start)..at(part.end)));
    parts.iter().map(piece).collect()
}

/// What of a stream waits for its reader, bytes.
const MAX_BYTES: usize = 512 * 1024;

/// The same in pieces.
const MAX_PIECES: usize = 1_024;

/// The same of all streams of a link, what pieces cost besides counted.
const MAX_LINK_BYTES: usize = 8 << 20;

/// What a piece costs beside its bytes.
const PIECE_COST: usize = 128;

#[cfg(test)]
#[path = "../../tests/unit/repair/inlet.rs"]
mod tests;
