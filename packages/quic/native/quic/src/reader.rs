//! Reads one stream: drains the engine into the link's outbox as long as the owner keeps up, then lets the window fill.
//!
//! All streams are read unordered, so that the engine never runs into its limit of gaps; streams that the owner wants in
//! order pass through [`Reassembly`] here. What repair restored and what fills gaps comes past the engine by the
//! [`Inlet`], which hands up each byte once.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use noq::{Chunk, ReadError, RecvStream, UnorderedRecvStream, VarInt};
use tokio::sync::Notify;

use crate::{
    event::Event,
    guard::Guarded,
    reassembly::Reassembly,
    repair::Inlet,
    shared::{Shared, lock},
};

/// How the owner wants a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Arrival,
    Offset,
}

/// Flow control between one reader task and the owner.
#[derive(Default)]
pub(crate) struct ReaderControl {
    /// Read and not yet consumed by the owner, bytes.
    pub(crate) held: AtomicU64,
    pub(crate) freed: Notify,
    pub(crate) stop: Mutex<Option<u32>>,
    pub(crate) stopped: Notify,
    pub(crate) again: Notify,
}

/// Starts reading `stream` as `id`.
pub(crate) fn start(shared: &Arc<Shared>, id: u64, stream: RecvStream, order: Order) {
    let control = shared.reader(id);
    let gone = Gone::new(shared, stream.is_0rtt());
    let engine_id = VarInt::from(stream.id()).into_inner();
    let reader = Reader {
        shared: shared.clone(),
        control,
        id,
        stream: Guarded::new(stream.into_unordered()),
        reassembly: (order == Order::Offset).then(Reassembly::default),
        // Media streams are unidirectional and read as they arrive; requests are few and small, and not repaired.
        inlet: Inlet::open(
            &shared.repair,
            shared.controller.tap(),
            engine_id,
            order == Order::Arrival,
        ),
        end: 0,
        _gone: gone,
    };
    shared.spawn("reader", reader.run());
}

struct Reader {
    shared: Arc<Shared>,
    control: Arc<ReaderControl>,
    id: u64,
    stream: Guarded<UnorderedRecvStream>,
    reassembly: Option<Reassembly>,
    /// What comes past the engine.
    inlet: Inlet,
    /// Largest offset seen.
    end: u64,
    /// Last: it tells that the engine's stream is dropped.
    _gone: Gone,
}

enum Step {
    Chunk(Option<Chunk>),
    Failed(ReadError),
    /// The engine may have forgotten to wake us: poll again.
    Again,
    Filled,
    /// The owner has everything, and the engine waits on.
    Idle,
    Stop,
}

impl Reader {
    async fn run(mut self) {
        loop {
            let step = match self.wait_for_room().await {
                Ok(room) => self.step(room).await,
                Err(step) => step,
            };
            match step {
                Step::Chunk(Some(chunk)) => self.take(chunk),
                Step::Chunk(None) => {
                    self.tell_end(self.end);
                    return self.shared.forget_reader(self.id);
                }
                Step::Failed(ReadError::Reset(code)) => {
                    self.drop_waiting();
                    if !self.is_finished() {
                        self.shared.push(Event::Reset {
                            id: self.id,
                            code: code.into_inner(),
                        });
                    }
                    return self.shared.forget_reader(self.id);
                }
                Step::Again => {}
                Step::Filled => self.take_filled(),
                // Dropped, the stream is stopped: what the engine holds of it is free.
                Step::Idle => return self.shared.forget_reader(self.id),
                // The supervisor reports a lost connection, the sender opens a rejected early stream again.
                Step::Failed(_) => return,
                Step::Stop => return self.stop(),
            }
        }
    }

    /// Bytes that may be read now. An error when the stream is over first: a reset frees what the owner has not taken.
    async fn wait_for_room(&mut self) -> Result<u64, Step> {
        let mut may_be_reset = true;
        loop {
            let mut room_freed = pin!(self.shared.room.notified());
            room_freed.as_mut().enable();
            if lock(&self.control.stop).is_some() || self.shared.dead.load(SeqCst) {
                return Err(Step::Stop);
            }
            let room = self.shared.room_for(&self.control);
            if room > 0 {
                return Ok(room);
            }
            if self.shared.ending.load(SeqCst) {
                return Err(Step::Stop);
            }
            tokio::select! {
                () = room_freed => {}
                () = self.control.freed.notified() => {}
                reset = self.stream.received_reset(), if may_be_reset => match reset {
                    Ok(Some(code)) => return Err(Step::Failed(ReadError::Reset(code))),
                    _ => may_be_reset = false,
                },
            }
        }
    }

    async fn step(&mut self, room: u64) -> Step {
        let gap = self.waits_for_gap();
        if gap {
            tokio::time::sleep(GAP_POLL).await;
        }
        // The engine gives the lowest piece it has: one byte of it tells whether the gap is filled.
        let most = if gap {
            1
        } else {
            usize::try_from(room).unwrap_or(usize::MAX)
        };
        tokio::select! {
            biased;
            () = self.control.stopped.notified() => Step::Stop,
            () = self.control.again.notified() => Step::Again,
            () = self.inlet.filled() => Step::Filled,
            result = read(&mut self.stream, most) => match result {
                Ok(chunk) => Step::Chunk(chunk),
                Err(error) => Step::Failed(error),
            },
            () = tokio::time::sleep(LINGER), if self.inlet.may_wait_in_vain() => Step::Idle,
        }
    }

    /// So much waits for an earlier piece that more of it would only cost memory.
    fn waits_for_gap(&self) -> bool {
        let limit = u64::from(self.shared.options.stream_window) / 2;
        self.reassembly
            .as_ref()
            .is_some_and(|reassembly| reassembly.waiting() > limit.min(MAX_WAITING))
    }

    fn take(&mut self, chunk: Chunk) {
        let length = chunk.bytes.len();
        self.end = self.end.max(chunk.offset + length as u64);
        let news = self.inlet.arrived(chunk.offset, &chunk.bytes);
        self.hand_up(news);
    }

    fn take_filled(&mut self) {
        let room = self.shared.room_for(&self.control);
        let window = u64::from(self.shared.options.stream_window);
        let news = self.inlet.take(room, window);
        self.hand_up(news);
    }

    fn hand_up(&mut self, pieces: Vec<(u64, Bytes)>) {
        for (offset, bytes) in pieces {
            self.shared.hold(&self.control, bytes.len() as u64);
            let Some(reassembly) = &mut self.reassembly else {
                deliver(&self.shared, self.id, offset, bytes);
                continue;
            };
            reassembly.insert(offset, bytes);
            while let Some((offset, bytes)) = reassembly.pop() {
                deliver(&self.shared, self.id, offset, bytes);
            }
        }
        if let Some(size) = self.inlet.take_end() {
            self.shared.push(Event::Finished { id: self.id, size });
        }
    }

    fn tell_end(&self, size: u64) {
        if !self.is_finished() {
            self.shared.push(Event::Finished { id: self.id, size });
        }
    }

    /// The owner knows that the stream is finished, past the engine: the rest is between the engine and us.
    fn is_finished(&self) -> bool {
        self.inlet.is_finished()
    }

    /// Gives back what can never be put in order.
    fn drop_waiting(&mut self) {
        if let Some(reassembly) = self.reassembly.take() {
            self.shared.release(&self.control, reassembly.waiting());
        }
    }

    fn stop(&mut self) {
        self.drop_waiting();
        if let Some(code) = *lock(&self.control.stop)
            && !self.shared.dead.load(SeqCst)
        {
            // An error means that the stream is over already.
            let _ = self.stream.stop(VarInt::from_u32(code));
        }
        self.shared.forget_reader(self.id);
    }
}

/// Counts a reader while it lives.
struct Gone {
    shared: Arc<Shared>,
    early: bool,
}

impl Gone {
    fn new(shared: &Arc<Shared>, early: bool) -> Self {
        shared.active_readers.fetch_add(1, SeqCst);
        if early {
            shared.early_readers.fetch_add(1, SeqCst);
        }
        Self {
            shared: shared.clone(),
            early,
        }
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.shared.active_readers.fetch_sub(1, SeqCst);
        if self.early {
            self.shared.early_readers.fetch_sub(1, SeqCst);
        }
        self.shared.reader_gone.notify_one();
    }
}

fn read(
    stream: &mut UnorderedRecvStream,
    most: usize,
) -> impl Future<Output = Result<Option<Chunk>, ReadError>> + '_ {
    stream.read_chunk(most)
}

fn deliver(shared: &Shared, id: u64, offset: u64, bytes: Bytes) {
    shared.push(Event::Data {
        id,
        offset,
        length: bytes.len(),
        parts: vec![bytes],
    });
}

/// Most that waits for an earlier piece before reading slows down.
const MAX_WAITING: u64 = 1024 * 1024;

/// A stream that the owner has all of is given up when the engine brings nothing more of it for so long.
const LINGER: Duration = Duration::from_secs(30);

/// How often to look whether the gap is filled then.
const GAP_POLL: Duration = Duration::from_millis(2);
