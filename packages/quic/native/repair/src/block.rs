//! A block: the ranges of one stream that a code is made over, and the source symbols they are cut into.

use std::ops::Range;

/// What every symbol of a block says of it. docs/wire.md §6.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Counts the blocks of a sender.
    pub id: u64,
    /// The QUIC stream id.
    pub stream: u64,
    /// Bytes of a symbol.
    pub size: usize,
    /// Each range is cut into units of so many bytes first; 0: it is one.
    pub unit: u64,
    /// Length of the stream, when it is known.
    pub final_size: Option<u64>,
    /// CRC-32 of the bytes of all ranges, in order.
    pub checksum: u32,
    /// Offsets, ascending and apart. None: the block tells the length of the stream and nothing else.
    pub ranges: Vec<Range<u64>>,
}

impl Block {
    /// The offsets of each source symbol: a symbol is these bytes and zeros up to `size`.
    pub fn sources(&self) -> Vec<Range<u64>> {
        let mut sources = Vec::new();
        for range in &self.ranges {
            let unit = if self.unit == 0 {
                range.end - range.start
            } else {
                self.unit
            };
            for start in steps(range.clone(), unit) {
                let end = range.end.min(start + unit);
                let size = self.size as u64;
                sources.extend(steps(start..end, size).map(|at| at..end.min(at + size)));
            }
        }
        sources
    }

    /// How many source symbols there are, without making them.
    pub(crate) fn source_count(&self) -> u64 {
        let size = self.size as u64;
        let count = |range: &Range<u64>| {
            let length = range.end - range.start;
            if self.unit == 0 {
                return length.div_ceil(size);
            }
            let whole = (length / self.unit).saturating_mul(self.unit.div_ceil(size));
            whole.saturating_add((length % self.unit).div_ceil(size))
        };
        let counts = self.ranges.iter().map(count);
        counts.fold(0, u64::saturating_add)
    }

    /// Bytes of all ranges.
    pub fn bytes(&self) -> u64 {
        self.ranges
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }

    /// From the first to the last offset.
    pub(crate) fn extent(&self) -> Range<u64> {
        let start = self.ranges.first().map_or(0, |range| range.start);
        start..self.ranges.last().map_or(0, |range| range.end)
    }
}

fn steps(range: Range<u64>, by: u64) -> impl Iterator<Item = u64> {
    let step = usize::try_from(by.max(1)).unwrap_or(usize::MAX);
    range.step_by(step)
}

/// Most source symbols of a block: a receiver inverts a matrix of so many rows.
pub const MAX_SOURCES: usize = 64;

/// Most symbols of a block beside its source symbols.
pub const MAX_PARITY: usize = 64;

/// Most ranges of a block.
pub const MAX_RANGES: usize = 32;

/// Most bytes of a symbol.
pub const MAX_SYMBOL_BYTES: usize = 2_048;
