//! Warming up of a link that has carried nothing yet (docs/wire.md §6.6).
//!
//! Of a path that nobody knows the first flight is small, so that the first key frame takes a round trip more, or two.
//! A link that stands by carries padding first: two trains of datagrams, the second as large again as what the first has
//! opened the window to. They leave under congestion control, while nothing else is to be sent, once a link, and only where
//! a round trip is long enough to be felt.

use std::{
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use longhaul_cc::resume::UNUSED_FOR;
use noq::{Connection, PathId};
use tokio::time::sleep;

use crate::{guard::Guarded, options::ENGINE_DATAGRAM_BUFFER, shared::Shared, supervisor};

/// What was done of it.
#[derive(Debug, Default)]
pub(crate) struct WarmUp {
    wanted: AtomicBool,
    /// Bytes of padding handed to the engine.
    sent: AtomicU64,
}

impl WarmUp {
    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

/// The peer may soon ask for something: `shared` warms up when it has stood idle for a moment. Later calls change nothing.
pub(crate) fn start(shared: &Arc<Shared>) {
    let Some(engine) = shared.engine.get() else {
        return;
    };
    if shared.warm_up.wanted.swap(true, SeqCst) {
        return;
    }
    let task = run(shared.clone(), Guarded::new(Connection::clone(engine)));
    let engine = Guarded::new(Connection::clone(engine));
    shared.spawn_waiting("warm-up", supervisor::while_open(engine, task));
}

async fn run(shared: Arc<Shared>, engine: Guarded<Connection>) {
    let Some(rtt) = worthwhile(&shared, &engine).await else {
        return;
    };
    for packets in TRAINS {
        let lost = shared.controller.view().lost;
        let Some(bytes) = send(&shared, &engine, packets).await else {
            return;
        };
        answered(&shared, rtt).await;
        if (shared.controller.view().lost - lost) * LOST_DIVISOR > bytes {
            return;
        }
    }
}

/// Waits until the link stands idle and says how long its round trip is; `None` where there is nothing to win.
async fn worthwhile(shared: &Shared, engine: &Guarded<Connection>) -> Option<Duration> {
    let controller = &shared.controller;
    loop {
        let view = controller.view();
        let path = engine.path_stats(PathId::ZERO)?;
        if view.saved.is_some() || path.rtt < LONG_RTT {
            return None;
        }
        let age = controller.age(Instant::now());
        if view.remembered.is_some() && age < UNUSED_FOR {
            // What the link before has learned serves the first flight as well.
            sleep(UNUSED_FOR - age).await;
        } else {
            // A peer that asks at once does so within a round trip.
            let before = controller.tap().totals().fresh_bytes;
            sleep(path.rtt * 2 + SLACK).await;
            let fresh = controller.tap().totals().fresh_bytes - before;
            if fresh < MESSAGES && !has_media(shared) {
                return Some(path.rtt);
            }
        }
    }
}

/// A train of `packets`, which gives way to everything else: only a few of them wait in the engine, which sends datagrams
/// first. `None`: it was given up.
async fn send(shared: &Shared, engine: &Guarded<Connection>, packets: usize) -> Option<u64> {
    let size = engine.max_datagram_size()?;
    let padding = padding(size);
    let until = Instant::now() + LONGEST;
    let mut left = packets;
    while left > 0 {
        if has_media(shared) || Instant::now() > until {
            return None;
        }
        let waiting = ENGINE_DATAGRAM_BUFFER.saturating_sub(engine.datagram_send_buffer_space());
        if waiting >= WAITING_PACKETS * size {
            sleep(STEP).await;
            continue;
        }
        engine.send_datagram(padding.clone()).ok()?;
        shared.warm_up.sent.fetch_add(size as u64, Relaxed);
        left -= 1;
    }
    Some((packets * size) as u64)
}

/// Resolves when hardly anything is in flight any more, or does not come back.
async fn answered(shared: &Shared, rtt: Duration) {
    let until = Instant::now() + rtt * 3;
    while Instant::now() < until && shared.controller.in_flight.load(Relaxed) > MESSAGES {
        sleep(STEP).await;
    }
}

fn has_media(shared: &Shared) -> bool {
    let controller = &shared.controller;
    let sent = controller.tap().totals().fresh_bytes;
    controller.backlog.left(sent) > MESSAGES
}

/// The type 0x1f4c5203, and zeros.
fn padding(size: usize) -> Bytes {
    let mut bytes = PADDING.to_vec();
    bytes.resize(size.max(PADDING.len()), 0);
    bytes.into()
}

/// Whether a datagram is the padding of a peer that warms up: nobody wants it.
pub(crate) fn is_padding(datagram: &[u8]) -> bool {
    datagram.starts_with(&PADDING)
}

/// The varint 0x1f4c5203.
const PADDING: [u8; 4] = [0x9f, 0x4c, 0x52, 0x03];

/// Packets: the first flight of a new path, and what the window has grown to when it has come back. Together they are as
/// much as a first flight takes of a path that is remembered.
const TRAINS: [usize; 2] = [32, 64];

/// On shorter round trips there is nothing to win.
const LONG_RTT: Duration = Duration::from_millis(30);

/// What a peer takes to ask beside the round trip, and timers.
const SLACK: Duration = Duration::from_millis(50);

/// Bytes: no more than an idle link's messages, probes and announcements.
const MESSAGES: u64 = 2_000;

/// A train that loses more than this part meets a path that is full.
const LOST_DIVISOR: u64 = 4;

const WAITING_PACKETS: usize = 4;

const STEP: Duration = Duration::from_millis(1);

/// A path on which a train takes longer has no room for it.
const LONGEST: Duration = Duration::from_secs(2);
