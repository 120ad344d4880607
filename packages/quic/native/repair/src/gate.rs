//! What of a stream is handed to its reader: each byte once, by whichever way it comes first.

use std::ops::Range;

use crate::spans::Spans;

/// Inputs: ranges that came by the stream, ranges that were restored. Outputs: what of them is news.
#[derive(Debug, Default)]
pub struct Gate {
    /// Came by the stream.
    arrived: Spans,
    /// Restored, and not come by the stream yet.
    repaired: Spans,
    arrived_bytes: u64,
    repaired_bytes: u64,
    final_size: Option<u64>,
    /// There were so many gaps that restored bytes are taken no more.
    shut: bool,
}

impl Gate {
    /// `range` came by the stream, which brings each byte once: the parts that were not restored before.
    pub fn arrived(&mut self, range: Range<u64>) -> Vec<Range<u64>> {
        self.arrived_bytes += range.end - range.start;
        if !self.shut {
            self.arrived.insert(range.clone());
            if self.arrived.len() > MAX_GAPS {
                self.shut = true;
                self.arrived = Spans::default();
            }
        }
        if self.repaired.is_empty() {
            return vec![range];
        }
        let news = self.repaired.missing(&range);
        self.repaired.remove(&range);
        news
    }

    /// `range` was restored: the parts that are news, as far as the stream's flow control lets its sender send
    /// (`window` bytes beyond what came). None when there are too many gaps.
    pub fn repaired(&mut self, range: &Range<u64>, window: u64) -> Vec<Range<u64>> {
        let beyond = range.end > self.arrived_bytes.saturating_add(window);
        if self.shut || beyond || self.repaired.len() >= MAX_GAPS {
            return Vec::new();
        }
        let missing = self.arrived.missing(range);
        let missing = missing.iter().flat_map(|part| self.repaired.missing(part));
        let news: Vec<_> = missing.collect();
        for part in &news {
            self.repaired.insert(part.clone());
            self.repaired_bytes += part.end - part.start;
        }
        news
    }

    /// A symbol says that the stream ends at `size`. What it says first counts.
    pub fn ends_at(&mut self, size: u64) {
        self.final_size.get_or_insert(size);
    }

    /// The stream's length, when a symbol told it and every byte before it has been handed over.
    pub fn complete(&self) -> Option<u64> {
        let size = self.final_size?;
        let whole = self.arrived_bytes + self.repaired_ahead() == size;
        whole.then_some(size)
    }

    /// Bytes that were restored before the stream brought them.
    pub fn repaired_bytes(&self) -> u64 {
        self.repaired_bytes
    }

    fn repaired_ahead(&self) -> u64 {
        self.repaired
            .iter()
            .map(|range| range.end - range.start)
            .sum()
    }
}

/// Separate ranges that are kept of a stream.
const MAX_GAPS: usize = 1_024;

#[cfg(test)]
#[path = "../tests/unit/gate.rs"]
mod tests;
