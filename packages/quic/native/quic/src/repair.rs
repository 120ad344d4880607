//! Repair of a link's streams (docs/wire.md §6): `longhaul_repair` between the engine and the owner, who notices only
//! that bytes come sooner.
//!
//! [`keeper`] shows it what the engine takes of each stream we send, [`tap`](crate::tap) what became of the packets,
//! [`task`] sends what it plans; [`inlet`] hands what it restores to the readers of streams.

mod inlet;
mod keeper;
mod task;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicBool, AtomicU8, AtomicU64, AtomicUsize,
            Ordering::{Relaxed, Release, SeqCst},
        },
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use longhaul_repair::{
    Hello, LossView, Receiver, ReceiverCounters, Recovered, SYMBOL, Sender, SenderCounters, is_ours,
};
use tokio::sync::Notify;

pub(crate) use inlet::Inlet;
pub(crate) use keeper::Keeper;
pub use longhaul_repair::Settings as RepairSettings;
pub(crate) use task::start;

use crate::shared::lock;
use inlet::Mailbox;

/// What repair has done on a link.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RepairStats {
    /// The peer has said that it understands symbols.
    pub understood: bool,
    /// What was measured of the path to the peer.
    pub loss: LossView,
    /// What we sent.
    pub sent: SenderCounters,
    /// What came.
    pub received: ReceiverCounters,
}

/// The repair of one link. Its locks are held for moments, one at a time, and never together with the engine's.
pub(crate) struct Repair {
    origin: Instant,
    sender: Mutex<Sender>,
    receiver: Mutex<Receiver>,
    settings: Mutex<RepairSettings>,
    /// See `Peer`.
    peer: AtomicU8,
    /// The peer has our hello.
    heard: AtomicBool,
    /// Hellos of the peer that want an answer.
    answers: AtomicU64,
    /// Symbols came lately: bytes of streams are of interest.
    receiving: AtomicBool,
    /// Readers by the engine's stream id.
    inlets: Mutex<HashMap<u64, Arc<Mailbox>>>,
    /// Bytes that wait for all of them.
    mailed: Arc<AtomicUsize>,
    repaired_bytes: AtomicU64,
    /// Something changed that the task acts on.
    changed: Notify,
}

/// What is known of the peer.
mod peer {
    pub(super) const UNKNOWN: u8 = 0;
    pub(super) const UNDERSTANDS: u8 = 1;
    /// It has not answered for so long that it never will.
    pub(super) const SILENT: u8 = 2;
}

impl Repair {
    pub(crate) fn new(settings: RepairSettings) -> Arc<Self> {
        Arc::new(Self {
            origin: Instant::now(),
            sender: Mutex::new(Sender::new(settings)),
            receiver: Mutex::default(),
            settings: Mutex::new(settings),
            peer: AtomicU8::new(peer::UNKNOWN),
            heard: AtomicBool::new(false),
            answers: AtomicU64::new(0),
            receiving: AtomicBool::new(false),
            inlets: Mutex::default(),
            mailed: Arc::default(),
            repaired_bytes: AtomicU64::new(0),
            changed: Notify::new(),
        })
    }

    /// Other settings from now on.
    pub(crate) fn set(&self, settings: RepairSettings) {
        *lock(&self.settings) = settings;
        lock(&self.sender).set(settings);
        self.changed.notify_one();
    }

    /// Symbols may be sent, now or once the peer has answered.
    fn may_send(&self) -> bool {
        self.peer.load(Relaxed) != peer::SILENT && lock(&self.settings).max_share > 0.0
    }

    /// Takes a datagram that is not the owner's.
    pub(crate) fn takes(&self, datagram: &Bytes) -> bool {
        if !is_ours(datagram) {
            return false;
        }
        if datagram.starts_with(&SYMBOL) {
            self.receiving.store(true, Relaxed);
            let recovered = lock(&self.receiver).on_symbol(self.now(), datagram);
            self.deliver(recovered);
        } else if let Ok(hello) = Hello::decode(datagram) {
            self.take_hello(hello);
        }
        true
    }

    fn take_hello(&self, hello: Hello) {
        self.peer.store(peer::UNDERSTANDS, Relaxed);
        if hello.heard {
            self.heard.store(true, Relaxed);
        } else {
            self.answers.fetch_add(1, Release);
        }
        self.changed.notify_one();
    }

    /// Bytes came by `stream`: they may complete what symbols began.
    fn on_bytes(&self, stream: u64, offset: u64, bytes: &[u8]) {
        if !self.receiving.load(Relaxed) {
            return;
        }
        let recovered = {
            let mut receiver = lock(&self.receiver);
            let recovered = receiver.on_bytes(self.now(), stream, offset, bytes);
            self.receiving
                .store(receiver.is_active(self.now()), Relaxed);
            recovered
        };
        self.deliver(recovered);
    }

    fn deliver(&self, recovered: Vec<Recovered>) {
        for piece in recovered {
            let mailbox = lock(&self.inlets).get(&piece.stream).cloned();
            if let Some(mailbox) = mailbox {
                mailbox.put(piece);
            }
        }
    }

    pub(crate) fn stats(&self) -> RepairStats {
        let (loss, sent) = {
            let sender = lock(&self.sender);
            (sender.loss(), sender.counters())
        };
        let mut received = lock(&self.receiver).counters();
        received.repaired_bytes = self.repaired_bytes.load(SeqCst);
        RepairStats {
            understood: self.peer.load(Relaxed) == peer::UNDERSTANDS,
            loss,
            sent,
            received,
        }
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }
}
