//! The sending half of one stream, from the owner's first word to the last acknowledgement.

use std::{
    cmp::Reverse,
    collections::VecDeque,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use noq::{Dir, SendStream, VarInt, WriteError};
use tokio::task::AbortHandle;

use crate::{command::Command, guard::Guarded, repair::Keeper, shared::Shared};

/// Place in a queue: highest priority first, oldest first among equals.
pub(crate) type Turn = (Reverse<i32>, u64);

/// One stream. The sender task owns it.
pub(crate) struct Outgoing {
    pub(crate) dir: Dir,
    pub(crate) turn: Turn,
    /// Its place among those that have something for the engine.
    pub(crate) queued: Option<Turn>,
    /// `None` while it waits for the peer's permission.
    stream: Option<Guarded<SendStream>>,
    pending: VecDeque<Bytes>,
    pub(crate) pending_bytes: u64,
    finish: Finish,
    reset: Option<u32>,
    /// Written to the engine and not yet told to the owner as credit.
    owed_credit: u64,
    /// Written a second time after rejected early data: brings no credit.
    replayed: u64,
    /// All that was written while the peer may still reject it.
    early: Option<Vec<Bytes>>,
    /// Counts the engine streams this one has had.
    pub(crate) attempt: u32,
    watch: Option<AbortHandle>,
    /// Bytes at its front that are worth repair ahead of loss.
    protected: u64,
    /// Shows repair what the engine takes.
    keeper: Option<Keeper>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finish {
    Open,
    Wanted,
    Done,
}

/// What a turn at the engine brought.
pub(crate) struct Written {
    /// Bytes the engine took.
    pub(crate) bytes: u64,
    /// The engine takes no more now; the task is woken when it does.
    pub(crate) blocked: bool,
}

impl Outgoing {
    pub(crate) fn new(dir: Dir, turn: Turn, early: bool) -> Self {
        Self {
            dir,
            turn,
            queued: None,
            stream: None,
            pending: VecDeque::new(),
            pending_bytes: 0,
            finish: Finish::Open,
            reset: None,
            owed_credit: 0,
            replayed: 0,
            early: early.then(Vec::new),
            attempt: 0,
            watch: None,
            protected: 0,
            keeper: None,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    pub(crate) fn is_reset(&self) -> bool {
        self.reset.is_some()
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.finish == Finish::Done
    }

    /// There is something for the engine.
    pub(crate) fn has_work(&self) -> bool {
        self.stream.is_some()
            && self.reset.is_none()
            && (!self.pending.is_empty() || self.finish == Finish::Wanted)
    }

    pub(crate) fn append(&mut self, bytes: Bytes) {
        if self.reset.is_some() {
            return;
        }
        if let Some(early) = &mut self.early {
            early.push(bytes.clone());
        }
        self.pending_bytes += bytes.len() as u64;
        self.pending.push_back(bytes);
    }

    pub(crate) fn finish(&mut self) {
        if self.finish == Finish::Open {
            self.finish = Finish::Wanted;
        }
    }

    /// Drops what waits. Returns how many bytes that were.
    pub(crate) fn reset(&mut self, code: u32) -> u64 {
        self.reset.get_or_insert(code);
        self.early = None;
        if let (Some(stream), Some(code)) = (&mut self.stream, self.reset) {
            // An error means that all is acknowledged or reset already.
            let _ = stream.reset(VarInt::from_u32(code));
        }
        self.pending.clear();
        std::mem::take(&mut self.pending_bytes)
    }

    pub(crate) fn set_priority(&mut self, priority: i32) {
        self.turn.0 = Reverse(priority);
        if let Some(stream) = &self.stream {
            let _ = stream.set_priority(priority);
        }
    }

    pub(crate) fn protect(&mut self, bytes: u64) {
        self.protected = bytes;
        self.keeper.iter().for_each(|keeper| keeper.protect(bytes));
    }

    /// The engine has opened it.
    pub(crate) fn attach(
        &mut self,
        mut stream: Guarded<SendStream>,
        watch: AbortHandle,
        keeper: Option<Keeper>,
    ) {
        self.keeper = keeper;
        self.protect(self.protected);
        let _ = stream.set_priority(self.turn.0.0);
        if let Some(code) = self.reset {
            let _ = stream.reset(VarInt::from_u32(code));
        }
        self.stream = Some(stream);
        self.replace_watch(Some(watch));
    }

    /// Early data was rejected. Where the engine's stream is one of the rejected ones, everything has to be written
    /// again on a new one.
    pub(crate) fn rewind(&mut self) {
        let Some(written) = self.early.take() else {
            return;
        };
        if !self.is_rejected() {
            return;
        }
        self.stream = None;
        self.keeper = None;
        self.attempt += 1;
        self.replace_watch(None);
        let total: u64 = written.iter().map(|bytes| bytes.len() as u64).sum();
        self.replayed += total - self.pending_bytes;
        self.pending_bytes = total;
        self.pending = written.into();
        if self.finish == Finish::Done {
            self.finish = Finish::Wanted;
        }
    }

    /// A stream opened after the engine had heard of the rejection is as good as any.
    fn is_rejected(&mut self) -> bool {
        let Some(stream) = &mut self.stream else {
            return true;
        };
        let mut cx = Context::from_waker(Waker::noop());
        let polled = pin!(stream.write_many_chunks(&mut &mut [][..])).poll(&mut cx);
        matches!(polled, Poll::Ready(Err(WriteError::ZeroRttRejected)))
    }

    pub(crate) fn settle_early(&mut self) {
        self.early = None;
    }

    /// Gives the engine at most about `quantum` bytes. `None`: the stream is of no use any more.
    pub(crate) fn write(&mut self, cx: &mut Context<'_>, quantum: usize) -> Option<Written> {
        let mut batch = self.front(quantum);
        let stream = self.stream.as_mut()?;
        let mut written = Written {
            bytes: 0,
            blocked: false,
        };
        if !batch.is_empty() {
            let mut rest = &mut batch[..];
            match pin!(stream.write_many_chunks(&mut rest)).poll(cx) {
                Poll::Ready(Ok(bytes)) => written.bytes = bytes as u64,
                // A rejected early stream is opened again by the sender.
                Poll::Ready(Err(WriteError::ZeroRttRejected)) | Poll::Pending => {
                    written.blocked = true
                }
                Poll::Ready(Err(_)) => return None,
            }
        }
        self.advance(written.bytes);
        if self.pending.is_empty()
            && self.finish == Finish::Wanted
            && let Some(stream) = &mut self.stream
        {
            let _ = stream.finish();
            self.finish = Finish::Done;
            self.keeper.iter().for_each(Keeper::on_finished);
        }
        Some(written)
    }

    /// The first `quantum` bytes of what waits, the last piece cut.
    fn front(&self, quantum: usize) -> Vec<Bytes> {
        let mut left = quantum;
        let mut batch = Vec::new();
        for bytes in &self.pending {
            if left == 0 {
                break;
            }
            let piece = bytes.slice(..bytes.len().min(left));
            left -= piece.len();
            batch.push(piece);
        }
        batch
    }

    fn advance(&mut self, bytes: u64) {
        self.account(bytes);
        let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
        while let Some(first) = self.pending.front_mut() {
            let taken = first.split_to(first.len().min(left));
            left -= taken.len();
            let whole = first.is_empty();
            if let Some(keeper) = self.keeper.as_mut().filter(|_| !taken.is_empty()) {
                keeper.on_taken(taken);
            }
            if !whole {
                break;
            }
            self.pending.pop_front();
        }
    }

    fn account(&mut self, bytes: u64) {
        self.pending_bytes -= bytes;
        let replayed = bytes.min(self.replayed);
        self.replayed -= replayed;
        self.owed_credit += bytes - replayed;
    }

    /// Credit to tell the owner, if it is worth it: a quarter of `buffer`.
    pub(crate) fn take_credit(&mut self, buffer: u64) -> Option<u64> {
        if self.owed_credit * 4 < buffer {
            return None;
        }
        self.take_all_credit()
    }

    pub(crate) fn owes_credit(&self) -> bool {
        self.owed_credit > 0 && self.finish != Finish::Done
    }

    /// All credit there is to tell.
    pub(crate) fn take_all_credit(&mut self) -> Option<u64> {
        self.owes_credit()
            .then(|| std::mem::take(&mut self.owed_credit))
    }

    fn replace_watch(&mut self, watch: Option<AbortHandle>) {
        if let Some(old) = std::mem::replace(&mut self.watch, watch) {
            old.abort();
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.replace_watch(None);
    }
}

/// Reports when the peer stops the stream or has acknowledged all of it.
pub(crate) fn watch_end(
    shared: &Arc<Shared>,
    id: u64,
    attempt: u32,
    stream: &SendStream,
) -> AbortHandle {
    let mut stopped = Guarded::new(Box::pin(stream.stopped()));
    let shared_in_task = shared.clone();
    shared.spawn("watch", async move {
        if let Ok(code) = stopped.as_mut().await {
            let code = code.map(noq::VarInt::into_inner);
            shared_in_task.command([Command::Ended { id, attempt, code }]);
        }
    })
}

/// What a stream gives the engine before its equals have their turn, bytes.
pub(crate) const QUANTUM: usize = 16 * 1024;

/// How long a little credit may wait for more.
pub(crate) const CREDIT_DELAY: Duration = Duration::from_millis(5);
