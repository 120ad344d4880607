//! What is protected before anything of it is lost: bytes that the engine took, until there are enough for a block.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use crate::loss::LossView;

/// Inputs: streams with what is worth protecting at their front, what the engine takes of them, the time. Outputs: lists
/// of ranges, each of one stream, that symbols are to be sent for.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    streams: BTreeMap<u64, Front>,
}

/// The front of a stream that is worth protecting.
#[derive(Debug)]
struct Front {
    /// It ends here.
    end: u64,
    ranges: Vec<Range<u64>>,
    bytes: u64,
    since: Duration,
}

impl Ahead {
    /// The first `bytes` of `stream` are worth it.
    pub(crate) fn open(&mut self, stream: u64, bytes: u64) {
        if bytes == 0 || self.streams.len() >= MAX_STREAMS {
            return;
        }
        let front = Front {
            end: bytes,
            ranges: Vec::new(),
            bytes: 0,
            since: Duration::ZERO,
        };
        self.streams.insert(stream, front);
    }

    /// The engine took `range` of `stream`. Returns ranges when they make a block.
    pub(crate) fn on_taken(
        &mut self,
        now: Duration,
        stream: u64,
        range: Range<u64>,
    ) -> Option<Vec<Range<u64>>> {
        let front = self.streams.get_mut(&stream)?;
        let whole = range.end >= front.end;
        let part = range.start..range.end.min(front.end);
        if !part.is_empty() {
            if front.ranges.is_empty() {
                front.since = now;
            }
            front.bytes += part.end - part.start;
            front.ranges.push(part);
        }
        let full = front.ranges.len() >= FRAMES || front.bytes >= BLOCK_BYTES;
        let ranges = (whole || full).then(|| front.take());
        if whole {
            self.streams.remove(&stream);
        }
        ranges.filter(|ranges| !ranges.is_empty())
    }

    /// What has waited long enough.
    pub(crate) fn take_due(&mut self, now: Duration) -> Option<(u64, Vec<Range<u64>>)> {
        let due = |front: &Front| !front.ranges.is_empty() && front.since + PATIENCE <= now;
        let (stream, front) = self.streams.iter_mut().find(|(_, front)| due(front))?;
        Some((*stream, front.take()))
    }

    /// When something will have.
    pub(crate) fn next(&self) -> Option<Duration> {
        let waiting = self
            .streams
            .values()
            .filter(|front| !front.ranges.is_empty());
        waiting.map(|front| front.since + PATIENCE).min()
    }

    pub(crate) fn forget(&mut self, stream: u64) {
        self.streams.remove(&stream);
    }
}

impl Front {
    fn take(&mut self) -> Vec<Range<u64>> {
        self.bytes = 0;
        std::mem::take(&mut self.ranges)
    }
}

/// Whether protection pays at all.
pub(crate) fn pays(loss: LossView) -> bool {
    loss.share > LEAST_LOSS
}

/// How many symbols protect `sources`: what is lost of them on average and two deviations more. A lost packet takes a part
/// of two source symbols with it, and losses come in bursts.
pub(crate) fn symbols(sources: usize, loss: LossView) -> usize {
    let mean = sources as f64 * loss.share * PACKET_SPREAD;
    let deviation = (mean * loss.burst.max(1.0)).sqrt();
    ((mean + 2.0 * deviation).ceil() as usize).clamp(1, sources.max(1))
}

/// Packets lost, as a share, from which on it does.
const LEAST_LOSS: f64 = 0.005;

/// Source symbols that a lost packet touches, for each that it holds.
const PACKET_SPREAD: f64 = 1.5;

/// Frames in a block: audio waits for this many.
const FRAMES: usize = 4;

/// Bytes in a block of a large frame.
const BLOCK_BYTES: u64 = 16 * 1024;

/// How long the first of a block waits for more.
const PATIENCE: Duration = Duration::from_millis(70);

/// Streams with a front.
const MAX_STREAMS: usize = 1_024;

#[cfg(test)]
#[path = "../tests/unit/ahead.rs"]
mod tests;
