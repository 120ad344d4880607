//! Bytes of streams from when the engine took them until they are acknowledged.

use std::{
    collections::{HashMap, VecDeque},
    ops::Range,
};

use bytes::Bytes;

use crate::spans::Spans;

/// The bytes are shared with the engine, which keeps them as long. Past the limit the oldest are let go of: what they
/// are part of is not repaired.
#[derive(Debug)]
pub(crate) struct Store {
    limit: usize,
    held: usize,
    streams: HashMap<u64, Kept>,
    /// The stream of each piece, oldest first; forgotten streams are passed over.
    order: VecDeque<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    pieces: VecDeque<(u64, Bytes)>,
    end: u64,
    final_size: Option<u64>,
    final_known: bool,
    /// Acknowledged, or restored by symbols that were.
    settled: Spans,
}

impl Store {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            streams: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// The engine took `bytes` that stand at `offset` of `stream`.
    pub(crate) fn append(&mut self, stream: u64, offset: u64, bytes: Bytes) {
        let kept = self.streams.entry(stream).or_default();
        self.held += bytes.len();
        kept.end = offset + bytes.len() as u64;
        kept.pieces.push_back((offset, bytes));
        self.order.push_back(stream);
        while self.held > self.limit {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some(kept) = self.streams.get_mut(&oldest)
                && let Some((_, bytes)) = kept.pieces.pop_front()
            {
                self.held -= bytes.len();
            }
        }
    }

    pub(crate) fn finish(&mut self, stream: u64, size: u64) {
        self.streams.entry(stream).or_default().final_size = Some(size);
    }

    pub(crate) fn forget(&mut self, stream: u64) {
        if let Some(kept) = self.streams.remove(&stream) {
            self.held -= kept
                .pieces
                .iter()
                .map(|(_, bytes)| bytes.len())
                .sum::<usize>();
            self.order.retain(|of| *of != stream);
        }
    }

    /// The peer has `range`; `fin`: and knows where the stream ends.
    pub(crate) fn settle(&mut self, stream: u64, range: Range<u64>, fin: bool) {
        let Some(kept) = self.streams.get_mut(&stream) else {
            return;
        };
        kept.final_known |= fin;
        kept.settled.insert(range);
        while let Some((offset, bytes)) = kept.pieces.front() {
            if !kept
                .settled
                .contains(&(*offset..*offset + bytes.len() as u64))
            {
                break;
            }
            self.held -= bytes.len();
            kept.pieces.pop_front();
        }
    }

    /// The parts of `range` that the peer does not have and that are kept.
    pub(crate) fn unsettled(&self, stream: u64, range: &Range<u64>) -> Vec<Range<u64>> {
        let Some(kept) = self.streams.get(&stream) else {
            return Vec::new();
        };
        let from = kept.pieces.front().map_or(kept.end, |(offset, _)| *offset);
        kept.settled
            .missing(&(range.start.max(from)..range.end.min(kept.end)))
    }

    /// The peer does not know where the stream ends.
    pub(crate) fn end_unsettled(&self, stream: u64) -> bool {
        let kept = self.streams.get(&stream);
        kept.is_some_and(|kept| kept.final_size.is_some() && !kept.final_known)
    }

    pub(crate) fn final_size(&self, stream: u64) -> Option<u64> {
        self.streams.get(&stream)?.final_size
    }

    /// All of `range`, or nothing.
    pub(crate) fn read(&self, stream: u64, range: &Range<u64>) -> Option<Vec<u8>> {
        let kept = self.streams.get(&stream)?;
        let mut bytes = Vec::with_capacity((range.end - range.start) as usize);
        let first = kept
            .pieces
            .partition_point(|(offset, piece)| offset + piece.len() as u64 <= range.start);
        for (offset, piece) in kept.pieces.range(first..) {
            let at = range.start + bytes.len() as u64;
            if at >= range.end {
                break;
            }
            if *offset > at {
                return None;
            }
            let end = (offset + piece.len() as u64).min(range.end);
            bytes.extend_from_slice(&piece[(at - offset) as usize..(end - offset) as usize]);
        }
        (bytes.len() as u64 == range.end - range.start).then_some(bytes)
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.held
    }
}

#[cfg(test)]
#[path = "../tests/unit/store.rs"]
mod tests;
