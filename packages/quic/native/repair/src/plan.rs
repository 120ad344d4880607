//! How many symbols are sent for what was lost, and when.

use std::{ops::Range, time::Duration};

use crate::loss::LossView;

/// So many symbols, so much after the loss was heard of.
pub(crate) type Wave = (Duration, usize);

/// The symbols for a block of `sources`. The engine sends what was lost again by itself, at once: that counts as
/// `sources` more symbols, which a burst takes away together with those of the first wave.
pub(crate) fn waves(sources: usize, loss: LossView) -> Vec<Wave> {
    if loss.burst < BURSTY {
        return vec![(Duration::ZERO, sources + 1)];
    }
    let half = sources.div_ceil(2);
    vec![
        (Duration::ZERO, half),
        (SECOND_WAVE, half),
        (THIRD_WAVE, half),
    ]
}

/// The same for symbols that are sent before anything is lost.
pub(crate) fn waves_ahead(symbols: usize, loss: LossView) -> Vec<Wave> {
    if loss.burst < BURSTY {
        return vec![(Duration::ZERO, symbols)];
    }
    let first = symbols / 2;
    vec![(Duration::ZERO, first), (SECOND_WAVE, symbols - first)]
}

/// The bytes of a symbol that make `ranges` cheapest to send, `most` at most: symbols that nearly fill a packet, or half
/// of one, since a packet of a stream carries a little more than a symbol can.
pub(crate) fn symbol_size(ranges: &[Range<u64>], most: usize, header: usize) -> usize {
    let longest = ranges.iter().map(|range| range.end - range.start).max();
    let longest = usize::try_from(longest.unwrap_or(0)).unwrap_or(usize::MAX);
    let least = longest.div_ceil(most).max(1);
    let sizes = (least..least + CUTS).map(|cuts| longest.div_ceil(cuts).clamp(1, most));
    sizes
        .min_by_key(|size| {
            let count = |range: &Range<u64>| (range.end - range.start).div_ceil(*size as u64);
            let sources: u64 = ranges.iter().map(count).sum();
            (sources + 1) * (*size + header).max(most / 2) as u64
        })
        .unwrap_or(most)
}

/// Joins what touches, ascending.
pub(crate) fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut all: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => all.push(range),
        }
    }
    all
}

/// Cuts `ranges` into lists of at most `most` bytes and `count` ranges; no lists when that is nothing.
pub(crate) fn portions(ranges: Vec<Range<u64>>, most: u64, count: usize) -> Vec<Vec<Range<u64>>> {
    let mut portions = Vec::new();
    if most == 0 || count == 0 {
        return portions;
    }
    let mut current = Vec::new();
    let mut room = most;
    for mut range in ranges {
        while !range.is_empty() {
            let end = range.end.min(range.start + room);
            current.push(range.start..end);
            room -= end - range.start;
            range.start = end;
            if room == 0 || current.len() == count {
                portions.push(std::mem::take(&mut current));
                room = most;
            }
        }
    }
    if !current.is_empty() {
        portions.push(current);
    }
    portions
}

/// Packets lost in a row, from which on waves are worth their delay.
const BURSTY: f64 = 1.5;

const SECOND_WAVE: Duration = Duration::from_millis(20);

const THIRD_WAVE: Duration = Duration::from_millis(50);

/// Ways to cut the longest range that are tried.
const CUTS: usize = 3;

#[cfg(test)]
#[path = "../tests/unit/plan.rs"]
mod tests;
