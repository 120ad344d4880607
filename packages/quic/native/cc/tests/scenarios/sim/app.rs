//! What the application writes.

use longhaul_netem_link::Nanos;

use super::{MS, SEC};

/// A piece of data that arrives as a whole or not: a frame, a burst, a slice of a bulk.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    pub at: Nanos,
    pub bytes: u64,
    /// A frame that the measurements look at.
    pub key: bool,
}

/// An application by its writes.
#[derive(Debug, Clone)]
pub enum App {
    /// Always has data, up to `bytes`, from `start` on.
    Bulk { start: Nanos, bytes: u64 },
    /// These writes.
    Script(Vec<Write>),
    /// These writes, and a bulk of so many bytes whenever none of them waits.
    Mixed(Vec<Write>, u64),
}

impl App {
    /// Data without end from the beginning.
    pub fn bulk() -> Self {
        Self::bulk_from(0)
    }

    pub fn bulk_from(start: Nanos) -> Self {
        Self::Bulk {
            start,
            bytes: u64::MAX / 4,
        }
    }

    pub fn download(bytes: u64) -> Self {
        Self::Bulk { start: 0, bytes }
    }

    /// Video of `bps` at 30 frames a second, a key frame ten times a delta frame every two seconds.
    pub fn live(bps: u64, start: Nanos, end: Nanos) -> Self {
        let group = 60;
        let delta = bps * 2 / 8 / (group + 9);
        let frames = (end - start) * 30 / SEC;
        let write = |frame: u64| Write {
            at: start + frame * SEC / 30,
            bytes: if frame.is_multiple_of(group) {
                delta * 10
            } else {
                delta
            },
            key: frame.is_multiple_of(group),
        };
        Self::Script((0..frames).map(write).collect())
    }

    /// `count` bursts of `bytes`, one every `period`.
    pub fn bursts(bytes: u64, count: u64, period: Nanos) -> Self {
        Self::bursts_then_bulk(bytes, count, period, 0)
    }

    /// The same, then `bulk` bytes at once.
    pub fn bursts_then_bulk(bytes: u64, count: u64, period: Nanos, bulk: u64) -> Self {
        let mut writes: Vec<Write> = (0..count)
            .map(|burst| Write {
                at: burst * period + MS,
                bytes,
                key: false,
            })
            .collect();
        if bulk > 0 {
            writes.push(Write {
                at: count * period,
                bytes: bulk,
                key: true,
            });
        }
        Self::Script(writes)
    }
}

/// An application while it runs. Bytes of one write are cut into packets; a write is a frame.
#[derive(Debug)]
pub struct Source {
    app: App,
    next: usize,
    /// Bytes of the frames that are written and not yet sent, in order: (frame, bytes).
    waiting: std::collections::VecDeque<(usize, u64)>,
    /// Bulk bytes left.
    left: u64,
    /// Frames that wait longer than this are dropped.
    expiry: Nanos,
}

impl Source {
    pub fn new(app: App, expiry: Nanos) -> Self {
        let left = match app {
            App::Bulk { bytes, .. } | App::Mixed(_, bytes) => bytes,
            App::Script(_) => 0,
        };
        Self {
            app,
            next: 0,
            waiting: std::collections::VecDeque::new(),
            left,
            expiry,
        }
    }

    /// Takes up what is written by `now`.
    pub fn advance(&mut self, now: Nanos) {
        if let App::Script(writes) | App::Mixed(writes, _) = &self.app {
            while let Some(write) = writes.get(self.next).filter(|write| write.at <= now) {
                self.waiting.push_back((self.next, write.bytes));
                self.next += 1;
            }
            let late = |write: &Write| now.saturating_sub(write.at) > self.expiry;
            let is_late = |frame: usize| writes.get(frame).is_some_and(late);
            while self.waiting.front().is_some_and(|front| is_late(front.0)) {
                self.waiting.pop_front();
            }
        }
    }

    /// Bytes of no frame, written in the course of a run.
    pub fn write(&mut self, bytes: u64) {
        self.waiting.push_back((self.writes().len(), bytes));
    }

    /// Bytes that wait.
    pub fn waiting(&self) -> u64 {
        self.waiting.iter().map(|(_, bytes)| bytes).sum()
    }

    /// When the next write comes.
    pub fn next_write(&self, now: Nanos) -> Option<Nanos> {
        match &self.app {
            App::Bulk { start, .. } => (*start > now).then_some(*start),
            App::Script(writes) | App::Mixed(writes, _) => {
                writes.get(self.next).map(|write| write.at)
            }
        }
    }

    pub fn is_empty(&self, now: Nanos) -> bool {
        match &self.app {
            App::Bulk { start, .. } => self.left == 0 || *start > now,
            App::Script(_) => self.waiting.is_empty(),
            App::Mixed(..) => self.waiting.is_empty() && self.left == 0,
        }
    }

    /// Up to `most` bytes for a packet: (frame, bytes).
    pub fn take(&mut self, most: u64) -> Option<(usize, u64)> {
        let Some((frame, left)) = self.waiting.front_mut() else {
            let bytes = self.left.min(most);
            self.left -= bytes;
            return (bytes > 0).then_some((self.writes().len(), bytes));
        };
        let bytes = (*left).min(most);
        let taken = (*frame, bytes);
        *left -= bytes;
        if *left == 0 {
            self.waiting.pop_front();
        }
        Some(taken)
    }

    pub fn writes(&self) -> &[Write] {
        match &self.app {
            App::Bulk { .. } => &[],
            App::Script(writes) | App::Mixed(writes, _) => writes,
        }
    }

    /// Everything that will ever be written was taken.
    pub fn is_done(&self) -> bool {
        match &self.app {
            App::Bulk { .. } => self.left == 0,
            App::Script(writes) | App::Mixed(writes, _) => {
                self.next == writes.len() && self.waiting.is_empty() && self.left == 0
            }
        }
    }
}
