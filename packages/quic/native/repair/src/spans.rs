//! A set of byte offsets as ranges that neither overlap nor touch.

use std::{collections::BTreeMap, ops::Range};

/// Offsets of a stream. What it costs is the number of its ranges: [`Spans::len`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// End by start.
    ranges: BTreeMap<u64, u64>,
}

impl Spans {
    /// Separate ranges in the set.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Every offset of `range` is in the set; true of an empty one.
    pub fn contains(&self, range: &Range<u64>) -> bool {
        let holder = self.ranges.range(..=range.start).next_back();
        range.is_empty() || holder.is_some_and(|(_, end)| *end >= range.end)
    }

    /// Any offset of `range` is in the set.
    pub fn touches(&self, range: &Range<u64>) -> bool {
        let before = self.ranges.range(..range.end).next_back();
        !range.is_empty() && before.is_some_and(|(_, end)| *end > range.start)
    }

    /// Puts `range` in.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // The common case: a stream that comes in order.
        if let Some(mut last) = self.ranges.last_entry()
            && *last.get() == range.start
        {
            *last.get_mut() = range.end;
            return;
        }
        let (mut start, mut end) = (range.start, range.end);
        while let Some((&at, &until)) = self.ranges.range(..=end).next_back() {
            if until < start {
                break;
            }
            self.ranges.remove(&at);
            start = start.min(at);
            end = end.max(until);
        }
        self.ranges.insert(start, end);
    }

    /// Takes `range` out.
    pub fn remove(&mut self, range: &Range<u64>) {
        if range.is_empty() {
            return;
        }
        while let Some((&at, &until)) = self.ranges.range(..range.end).next_back() {
            if until <= range.start {
                break;
            }
            self.ranges.remove(&at);
            if until > range.end {
                self.ranges.insert(range.end, until);
            }
            if at < range.start {
                self.ranges.insert(at, range.start);
            }
        }
    }

    /// The parts of `range` that are not in the set, ascending.
    pub fn missing(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut parts = Vec::new();
        let mut at = range.start;
        for held in self.parts(range) {
            if held.start > at {
                parts.push(at..held.start);
            }
            at = held.end;
        }
        if at < range.end {
            parts.push(at..range.end);
        }
        parts
    }

    /// The parts of `range` that are in the set, ascending.
    pub fn parts(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        if range.is_empty() {
            return Vec::new();
        }
        let first = self.ranges.range(..=range.start).next_back();
        let from = first.map_or(range.start, |(start, _)| *start);
        let held = self.ranges.range(from..range.end);
        held.map(|(start, end)| (*start).max(range.start)..(*end).min(range.end))
            .filter(|part| part.start < part.end)
            .collect()
    }

    /// Where the range that begins at 0 ends; 0 without one.
    pub fn prefix(&self) -> u64 {
        self.ranges.get(&0).copied().unwrap_or(0)
    }

    /// Its ranges, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.ranges.iter().map(|(start, end)| *start..*end)
    }
}

#[cfg(test)]
#[path = "../tests/unit/spans.rs"]
mod tests;
