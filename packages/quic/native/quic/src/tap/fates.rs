//! What became of packets, for repair: the streams' bytes and the symbols that they carried.

use std::collections::VecDeque;

use longhaul_repair::News;

use super::{Carried, Fate};

/// News waiting to be taken; the oldest make room for the newest.
#[derive(Debug, Default)]
pub(super) struct Fates {
    news: VecDeque<News>,
}

impl Fates {
    /// Returns whether there is so much that it should be taken.
    pub(super) fn add(&mut self, fate: Fate, packet: u64, carried: &[Carried]) -> bool {
        let mut news = News {
            packet,
            lost: fate == Fate::Lost,
            ranges: Vec::new(),
            blocks: Vec::new(),
        };
        for each in carried {
            match each {
                Carried::Stream { id, range, fin } => news.ranges.push((*id, range.clone(), *fin)),
                Carried::Symbol { block, .. } => news.blocks.push(*block),
                Carried::Datagram(_) => {}
            }
        }
        if self.news.len() == MAX_NEWS {
            self.news.pop_front();
        }
        self.news.push_back(news);
        self.news.len() >= MANY
    }

    pub(super) fn take(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news).into()
    }

    pub(super) fn has_losses(&self) -> bool {
        self.news.iter().any(|news| news.lost)
    }
}

/// Packets whose news wait.
const MAX_NEWS: usize = 8_192;

/// Acknowledgements are no hurry, but free memory.
const MANY: usize = 128;
