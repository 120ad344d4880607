//! Bytes of streams as they came lately: sources of the blocks that symbols belong to.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::Range,
};

use bytes::Bytes;

/// Copies, so that what is kept is what is counted. The oldest make room for the newest.
#[derive(Debug)]
pub(crate) struct History {
    limit: usize,
    held: usize,
    streams: HashMap<u64, BTreeMap<u64, Bytes>>,
    /// Stream and offset of each piece, oldest first; pieces of forgotten streams are passed over.
    order: VecDeque<(u64, u64)>,
}

/// Bytes at an offset that are not those known of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contradiction;

impl History {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            streams: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Keeps what is not known yet of `bytes` at `offset`.
    pub(crate) fn insert(
        &mut self,
        stream: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), Contradiction> {
        let pieces = self.streams.entry(stream).or_default();
        let whole = offset..offset + bytes.len() as u64;
        let part = |range: &Range<u64>| {
            &bytes[(range.start - offset) as usize..(range.end - offset) as usize]
        };
        let mut at = offset;
        let mut missing = Vec::new();
        for (start, known) in overlapping(pieces, &whole) {
            let common = start.max(offset)..(start + known.len() as u64).min(whole.end);
            let skip = (common.start - start) as usize;
            let length = (common.end - common.start) as usize;
            if part(&common) != &known[skip..skip + length] {
                return Err(Contradiction);
            }
            if at < common.start {
                missing.push(at..common.start);
            }
            at = common.end;
        }
        if at < whole.end {
            missing.push(at..whole.end);
        }
        for range in missing {
            pieces.insert(range.start, Bytes::copy_from_slice(part(&range)));
            self.order.push_back((stream, range.start));
            self.held += (range.end - range.start) as usize + PIECE_COST;
        }
        self.trim();
        Ok(())
    }

    /// All of `range`, or nothing.
    pub(crate) fn read(&self, stream: u64, range: &Range<u64>) -> Option<Vec<u8>> {
        let pieces = self.streams.get(&stream)?;
        let mut bytes = Vec::with_capacity((range.end - range.start) as usize);
        let mut at = range.start;
        for (start, known) in overlapping(pieces, range) {
            if start > at {
                return None;
            }
            let end = (start + known.len() as u64).min(range.end);
            bytes.extend_from_slice(&known[(at - start) as usize..(end - start) as usize]);
            at = end;
        }
        (at == range.end).then_some(bytes)
    }

    /// Whether all of `range` is there.
    pub(crate) fn holds(&self, stream: u64, range: &Range<u64>) -> bool {
        let Some(pieces) = self.streams.get(&stream) else {
            return false;
        };
        let mut at = range.start;
        for (start, known) in overlapping(pieces, range) {
            if start > at {
                return false;
            }
            at = start + known.len() as u64;
        }
        at >= range.end
    }

    pub(crate) fn forget(&mut self, stream: u64) {
        if let Some(pieces) = self.streams.remove(&stream) {
            let freed: usize = pieces.values().map(|piece| piece.len() + PIECE_COST).sum();
            self.held -= freed;
            self.order.retain(|(of, _)| *of != stream);
        }
    }

    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    fn trim(&mut self) {
        while self.held > self.limit {
            let Some((stream, offset)) = self.order.pop_front() else {
                return;
            };
            let Some(pieces) = self.streams.get_mut(&stream) else {
                continue;
            };
            if let Some(piece) = pieces.remove(&offset) {
                self.held -= piece.len() + PIECE_COST;
            }
            if pieces.is_empty() {
                self.streams.remove(&stream);
            }
        }
    }
}

/// Pieces never overlap each other.
fn overlapping<'a>(
    pieces: &'a BTreeMap<u64, Bytes>,
    range: &Range<u64>,
) -> impl Iterator<Item = (u64, &'a Bytes)> + use<'a> {
    let before = pieces.range(..=range.start).next_back();
    let reaches = |(start, piece): &(&u64, &Bytes)| **start + piece.len() as u64 > range.start;
    let from = before
        .filter(reaches)
        .map_or(range.start, |(start, _)| *start);
    let within = from..range.end.max(from);
    pieces.range(within).map(|(start, piece)| (*start, piece))
}

/// What a piece costs beside its bytes: tiny ones must not be free.
const PIECE_COST: usize = 128;

#[cfg(test)]
#[path = "../tests/unit/history.rs"]
mod tests;
