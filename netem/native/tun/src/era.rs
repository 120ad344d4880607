//! A link with the frames that are inside it.

use std::collections::VecDeque;

use longhaul_netem_link::{Drop, Link, LinkStats, Nanos};

/// Ethernet header; the link counts what follows it, as an IP path does.
pub const HEADER_BYTES: usize = 14;

/// One link from its time zero on.
///
/// Inputs: frames with the time they arrived, and the clock. Outputs: frames with the time they were due. Times are those
/// of the machine's monotonic clock; the link itself counts from `epoch`.
#[derive(Debug)]
pub struct Era {
    link: Link,
    epoch: Nanos,
    /// The latest time that the link was told: an arrival never lies before it.
    latest: Nanos,
    /// Frames by id, the first of them `first`; `None` where one was delivered.
    frames: VecDeque<Option<Vec<u8>>>,
    first: u64,
    /// What was delivered last: a duplicate follows at once.
    last: Option<(u64, Vec<u8>)>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

/// A frame that leaves.
#[derive(Debug)]
pub struct Due<'era> {
    /// When it should have left, monotonic.
    pub at: Nanos,
    /// The frame with its Ethernet header.
    pub frame: &'era [u8],
}

/// What became of a frame that entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Link time at which it entered.
    pub time: Nanos,
    /// Bytes as the link counts them.
    pub bytes: u32,
    /// Whether the link took it.
    pub verdict: Result<(), Drop>,
}

impl Era {
    /// `link` begins at `epoch`.
    pub fn new(link: Link, epoch: Nanos) -> Self {
        Self {
            link,
            epoch,
            latest: 0,
            frames: VecDeque::new(),
            first: 0,
            last: None,
            spare: (0..SPARE_FRAMES)
                .map(|_| Vec::with_capacity(FRAME_BYTES))
                .collect(),
        }
    }

    /// Moves time zero, before anything has entered.
    pub fn begin(&mut self, epoch: Nanos) {
        self.epoch = epoch;
    }

    /// A frame that arrived at `arrival` enters.
    pub fn push(&mut self, arrival: Nanos, frame: &[u8]) -> Entry {
        self.latest = self.latest.max(arrival.saturating_sub(self.epoch));
        let bytes = frame.len().saturating_sub(HEADER_BYTES) as u32;
        let id = self.first + self.frames.len() as u64;
        let verdict = self.link.push(self.latest, id, bytes);
        if verdict.is_ok() {
            let mut kept = self.spare.pop().unwrap_or_default();
            kept.extend_from_slice(frame);
            self.frames.push_back(Some(kept));
        }
        Entry {
            time: self.latest,
            bytes,
            verdict,
        }
    }

    /// The next frame that is due at `now`.
    pub fn pop(&mut self, now: Nanos) -> Option<Due<'_>> {
        self.latest = self.latest.max(now.saturating_sub(self.epoch));
        let delivery = self.link.pop(self.latest)?;
        if let Some(frame) = self.take(delivery.id)
            && let Some((_, mut used)) = self.last.replace((delivery.id, frame))
        {
            used.clear();
            self.spare.push(used);
        }
        let (_, frame) = self.last.as_ref().filter(|(id, _)| *id == delivery.id)?;
        Some(Due {
            at: self.epoch + delivery.at,
            frame,
        })
    }

    /// When [`pop`](Era::pop) is worth calling, monotonic.
    pub fn next_deadline(&self) -> Option<Nanos> {
        self.link.next_deadline().map(|at| self.epoch + at)
    }

    /// Link time at `now`.
    pub fn time(&self, now: Nanos) -> Nanos {
        now.saturating_sub(self.epoch)
    }

    /// Monotonic time of link time `at`.
    pub fn monotonic(&self, at: Nanos) -> Nanos {
        self.epoch + at
    }

    /// Counters of the link.
    pub fn stats(&self) -> LinkStats {
        self.link.stats()
    }

    /// Bytes that wait at the bottleneck.
    pub fn queued_bytes(&self) -> u64 {
        self.link.queued_bytes()
    }

    fn take(&mut self, id: u64) -> Option<Vec<u8>> {
        let index = usize::try_from(id.checked_sub(self.first)?).ok()?;
        let frame = self.frames.get_mut(index)?.take();
        while matches!(self.frames.front(), Some(None)) {
            self.frames.pop_front();
            self.first += 1;
        }
        frame
    }
}

/// Enough for a usual path without an allocation while it runs.
const SPARE_FRAMES: usize = 2_048;
/// An Ethernet frame.
const FRAME_BYTES: usize = 1_514;

#[cfg(test)]
mod tests {
    use longhaul_netem_link::config::Delay;
    use longhaul_netem_link::{Direction, LinkConfig, MILLISECOND};

    use super::*;

    fn era(config: &LinkConfig) -> Era {
        let link =
            Link::new(config, 1, Direction::Forward).unwrap_or_else(|error| panic!("{error}"));
        Era::new(link, 1_000)
    }

    fn delayed() -> LinkConfig {
        LinkConfig {
            delay: Delay {
                one_way: MILLISECOND,
                jitter: 0,
            },
            ..LinkConfig::default()
        }
    }

    #[test]
    fn a_frame_comes_out_whole_and_when_it_is_due() {
        let mut era = era(&delayed());
        let entry = era.push(1_500, &[7; 114]);
        assert_eq!((entry.time, entry.bytes, entry.verdict), (500, 100, Ok(())));
        assert_eq!(era.next_deadline(), Some(1_500 + MILLISECOND));
        assert!(era.pop(1_499 + MILLISECOND).is_none());
        let due = era
            .pop(2_000 + MILLISECOND)
            .map(|due| (due.at, due.frame.to_vec()));
        assert_eq!(due, Some((1_500 + MILLISECOND, vec![7; 114])));
    }

    #[test]
    fn a_duplicate_carries_the_same_frame() {
        let mut era = era(&LinkConfig {
            duplicate: 1.0,
            ..delayed()
        });
        era.push(1_000, &[1; 60]);
        era.push(1_001, &[2; 60]);
        let frames: Vec<u8> =
            std::iter::from_fn(|| era.pop(10 * MILLISECOND).map(|due| due.frame[0])).collect();
        assert_eq!(frames, [1, 1, 2, 2]);
    }

    #[test]
    fn an_arrival_never_lies_before_what_the_link_has_seen() {
        let mut era = era(&delayed());
        assert!(era.pop(5_000).is_none());
        assert_eq!(era.push(4_000, &[0; 60]).time, 4_000);
    }
}
