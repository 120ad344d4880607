//! What symbols restored, on its way into the reader of its stream.

use std::{
    ops::Range,
    sync::{Arc, Mutex, atomic::Ordering::SeqCst},
};

use bytes::Bytes;
use longhaul_repair::{Gate, Recovered};
use tokio::sync::Notify;

use super::Repair;
use crate::shared::lock;

/// What was restored of one stream and not yet taken by its reader. What does not fit is left to the stream.
#[derive(Default)]
pub(crate) struct Mailbox {
    pieces: Mutex<(Vec<Recovered>, usize)>,
    filled: Notify,
}

impl Mailbox {
    pub(super) fn put(&self, piece: Recovered) {
        {
            let mut pieces = lock(&self.pieces);
            if pieces.1 + piece.bytes.len() > MAX_BYTES || pieces.0.len() >= MAX_PIECES {
                return;
            }
            pieces.1 += piece.bytes.len();
            pieces.0.push(piece);
        }
        self.filled.notify_one();
    }
}

/// The gate of one stream, in its reader.
pub(crate) struct Inlet {
    repair: Arc<Repair>,
    stream: u64,
    mailbox: Arc<Mailbox>,
    gate: Gate,
    /// The owner knows that the stream is finished.
    finished: bool,
}

impl Inlet {
    /// Opens the way for what is restored of the engine's `stream`.
    pub(crate) fn open(repair: &Arc<Repair>, stream: u64) -> Self {
        let mailbox = Arc::<Mailbox>::default();
        lock(&repair.inlets).insert(stream, mailbox.clone());
        Self {
            repair: repair.clone(),
            stream,
            mailbox,
            gate: Gate::default(),
            finished: false,
        }
    }

    /// Resolves when there is something to take.
    pub(crate) async fn filled(&self) {
        self.mailbox.filled.notified().await;
    }

    /// The stream brought `bytes` at `offset`: the parts that the owner does not have.
    pub(crate) fn arrived(&mut self, offset: u64, bytes: &Bytes) -> Vec<(u64, Bytes)> {
        self.repair.on_bytes(self.stream, offset, bytes);
        if self.finished {
            return Vec::new();
        }
        let range = offset..offset + bytes.len() as u64;
        let news = self.gate.arrived(range);
        cut(offset, bytes, &news)
    }

    /// What was restored and the owner does not have: as much as there is `room` for, and as the stream's flow control
    /// would have let through (`window` beyond what came).
    pub(crate) fn take(&mut self, mut room: u64, window: u64) -> Vec<(u64, Bytes)> {
        let pieces = std::mem::take(&mut *lock(&self.mailbox.pieces)).0;
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
}

impl Drop for Inlet {
    fn drop(&mut self) {
        let mut inlets = lock(&self.repair.inlets);
        // Early data that was rejected: another reader may have the id by now.
        let ours = inlets.get(&self.stream);
        if ours.is_some_and(|mailbox| Arc::ptr_eq(mailbox, &self.mailbox)) {
            inlets.remove(&self.stream);
            drop(inlets);
            lock(&self.repair.receiver).forget(self.stream);
        }
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
