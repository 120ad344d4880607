//! When the bytes of the owner's streams left, came back lost and were acknowledged, for those who explain delays: of a
//! sample of the streams, by the owner's names for them.

use std::{collections::BTreeMap, ops::Range, time::Instant};

use super::{Carried, Fate, MAX_STREAMS};

/// Something happened to a packet that carries bytes of a followed stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamNews {
    /// What happened.
    pub fate: Fate,
    /// Counts the ack-eliciting packets of the link; the same in all news of a packet.
    pub packet: u64,
    /// When it happened.
    pub at: Instant,
    /// The owner's id of the stream.
    pub stream: u64,
    /// Offsets of the bytes.
    pub range: Range<u64>,
}

/// The sample, and the news that were not taken yet.
#[derive(Debug, Default)]
pub(super) struct Followed {
    /// One stream in so many is followed; 0: none is.
    every: u64,
    /// The owner's ids by the engine's.
    names: BTreeMap<u64, u64>,
    news: Vec<StreamNews>,
    left_out: u64,
}

impl Followed {
    /// The engine calls the owner's stream `ours` by this name.
    pub(super) fn name(&mut self, engine: u64, ours: u64) {
        self.names.insert(engine, ours);
        if self.names.len() > MAX_STREAMS {
            self.names.pop_first();
        }
    }

    pub(super) fn follow(&mut self, every: u64) {
        self.every = every;
        if every == 0 {
            self.news = Vec::new();
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.every > 0
    }

    pub(super) fn add(&mut self, fate: Fate, packet: u64, carried: &[Carried]) {
        for each in carried {
            let Carried::Stream { id, range, .. } = each else {
                continue;
            };
            let Some(&stream) = self.names.get(id) else {
                continue;
            };
            // The ids of an owner are even.
            if range.is_empty() || !(stream / 2).is_multiple_of(self.every) {
                continue;
            }
            if self.news.len() == MAX_NEWS {
                self.left_out += 1;
                continue;
            }
            let (at, range) = (Instant::now(), range.clone());
            self.news.push(StreamNews {
                fate,
                packet,
                at,
                stream,
                range,
            });
        }
    }

    pub(super) fn take(&mut self) -> (Vec<StreamNews>, u64) {
        (
            std::mem::take(&mut self.news),
            std::mem::take(&mut self.left_out),
        )
    }
}

/// News that wait; who follows takes them some times a second.
const MAX_NEWS: usize = 16_384;
