//! News of packets that wait to be taken.

use std::collections::VecDeque;

use super::{Carried, Fate, PacketNews};

/// News waiting to be taken; the oldest make room for the newest and are counted.
#[derive(Debug, Default)]
pub(super) struct PacketLog {
    pub(super) capacity: usize,
    news: VecDeque<PacketNews>,
    left_out: u64,
}

impl PacketLog {
    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.trim();
    }

    pub(super) fn add(&mut self, fate: Fate, packet: u64, carried: &[Carried]) {
        if self.capacity == 0 {
            return;
        }
        self.news.push_back(PacketNews {
            fate,
            packet,
            carried: carried.to_vec(),
        });
        self.trim();
    }

    fn trim(&mut self) {
        while self.news.len() > self.capacity {
            self.news.pop_front();
            self.left_out += 1;
        }
    }

    pub(super) fn take(&mut self) -> (Vec<PacketNews>, u64) {
        let news = std::mem::take(&mut self.news).into();
        (news, std::mem::take(&mut self.left_out))
    }
}
