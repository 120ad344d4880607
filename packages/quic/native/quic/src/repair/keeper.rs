//! Shows repair the bytes of one stream that we send.

use std::sync::Arc;

use bytes::Bytes;
use noq::{Dir, SendStream, VarInt};

use super::Repair;
use crate::shared::lock;

/// Lives as long as the engine's stream; what is kept of it goes with it.
pub(crate) struct Keeper {
    repair: Arc<Repair>,
    stream: u64,
    taken: u64,
}

impl Keeper {
    /// Media streams are unidirectional: requests are few and small, and are not repaired.
    pub(crate) fn of(repair: &Arc<Repair>, dir: Dir, stream: &SendStream) -> Option<Self> {
        (dir == Dir::Uni).then(|| Self {
            repair: repair.clone(),
            stream: VarInt::from(stream.id()).into_inner(),
            taken: 0,
        })
    }

    /// The first `bytes` are worth symbols before anything is lost.
    pub(crate) fn protect(&self, bytes: u64) {
        if bytes > 0 && self.repair.may_send() {
            lock(&self.repair.sender).on_opened(self.stream, bytes);
        }
    }

    /// The engine took `bytes`, the next of the stream.
    pub(crate) fn on_taken(&mut self, bytes: Bytes) {
        let offset = self.taken;
        self.taken += bytes.len() as u64;
        if self.repair.may_send() {
            let now = self.repair.now();
            let wants_turn = lock(&self.repair.sender).on_taken(now, self.stream, offset, bytes);
            if wants_turn {
                self.repair.changed.notify_one();
            }
        }
    }

    /// The stream ends here.
    pub(crate) fn on_finished(&self) {
        if self.repair.may_send() {
            lock(&self.repair.sender).on_finished(self.stream, self.taken);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        lock(&self.repair.sender).forget(self.stream);
    }
}
