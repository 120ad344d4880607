//! Puts pieces of a stream in order. The engine gives each byte once, so pieces never overlap.

use std::collections::BTreeMap;

use bytes::Bytes;

/// Pieces in, contiguous bytes out.
#[derive(Debug, Default)]
pub(crate) struct Reassembly {
    next: u64,
    pieces: BTreeMap<u64, Bytes>,
    waiting: u64,
}

impl Reassembly {
    /// Takes a piece that stands at `offset`.
    pub(crate) fn insert(&mut self, offset: u64, bytes: Bytes) {
        self.waiting += bytes.len() as u64;
        self.pieces.insert(offset, bytes);
    }

    /// The next piece in order with its offset, if it is there.
    pub(crate) fn pop(&mut self) -> Option<(u64, Bytes)> {
        let entry = self.pieces.first_entry()?;
        if *entry.key() != self.next {
            return None;
        }
        let (offset, bytes) = entry.remove_entry();
        self.waiting -= bytes.len() as u64;
        self.next += bytes.len() as u64;
        Some((offset, bytes))
    }

    /// Bytes that wait for an earlier piece.
    pub(crate) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Everything before this has been popped.
    #[cfg(test)]
    pub(crate) fn next(&self) -> u64 {
        self.next
    }
}

#[cfg(test)]
#[path = "../tests/unit/reassembly.rs"]
mod tests;
