//! What earlier links to each peer learned, with a lifetime (RFC 9959 §4: minutes to hours).

use std::collections::HashMap;
use std::time::Duration;

use crate::resume::Saved;

/// A bounded map from a peer to what was learned of its path. Time is the wall clock's, since its epoch: entries may
/// outlive the process.
#[derive(Debug, Clone)]
pub struct PathMemory {
    lifetime: Duration,
    capacity: usize,
    entries: HashMap<String, (Duration, Saved)>,
}

impl PathMemory {
    /// Keeps at most `capacity` peers, each for `lifetime`.
    pub fn new(lifetime: Duration, capacity: usize) -> Self {
        Self {
            lifetime,
            capacity: capacity.max(1),
            entries: HashMap::new(),
        }
    }

    /// The last link to `peer` learned this. The oldest entry makes room.
    pub fn remember(&mut self, peer: &str, now: Duration, saved: Saved) {
        self.entries.insert(peer.to_owned(), (now, saved));
        if self.entries.len() > self.capacity {
            let oldest = self.entries.iter().min_by_key(|(_, (at, _))| *at);
            if let Some(oldest) = oldest.map(|(peer, _)| peer.clone()) {
                self.entries.remove(&oldest);
            }
        }
    }

    /// What is known of the path to `peer`, unless it is too old or from the future.
    pub fn recall(&self, peer: &str, now: Duration) -> Option<Saved> {
        let (at, saved) = self.entries.get(peer)?;
        let age = now.checked_sub(*at)?;
        (age <= self.lifetime).then_some(*saved)
    }

    /// What was learned of `peer` no longer holds: another address, another network.
    pub fn forget(&mut self, peer: &str) {
        self.entries.remove(peer);
    }

    /// How many peers are remembered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
#[path = "../tests/unit/memory.rs"]
mod tests;
