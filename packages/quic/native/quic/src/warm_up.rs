//! Warming up of a link that has carried nothing yet (docs/wire.md §6.6).
//!
//! Of a path that nobody knows the first flight is small, so that the first key frame takes a round trip more, or two.
//! A link that stands by carries padding first: two trains of datagrams, the second as large as what the first has opened
//! the window to. They leave under congestion control, while nothing but messages is sent, and only where a round trip is
//! long enough to be felt.

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
use longhaul_cc::{Kind, resume::UNUSED_FOR};
use noq::{Connection, PathId};
use tokio::{sync::Semaphore, time::sleep};

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
    let mut patience = Duration::ZERO;
    while wanted(&shared) {
        if !stands_idle(&shared, &engine, &mut patience).await {
            return;
        }
        // A relay with many links does not fill all their paths at once.
        let Ok(_turn) = WARMING.acquire().await else {
            return;
        };
        if wanted(&shared) && send_all(&shared, &engine).await.is_some() {
            return;
        }
    }
}

/// The path is not known, and its window is one that grows.
fn wanted(shared: &Shared) -> bool {
    let controller = &shared.controller;
    let grows = !matches!(controller.kind(), Kind::Fixed | Kind::Agent);
    grows && controller.view().largest_flight < KNOWN
}

/// Resolves with true when nothing but messages was sent for two round trips and `patience`, which grows each time; false
/// where there is nothing to win.
async fn stands_idle(
    shared: &Shared,
    engine: &Guarded<Connection>,
    patience: &mut Duration,
) -> bool {
    let controller = &shared.controller;
    while wanted(shared) {
        let age = controller.age(Instant::now());
        if controller.view().remembered.is_some() && age < UNUSED_FOR {
            // What the link before has learned serves the first flight as well.
            sleep(UNUSED_FOR - age).await;
            continue;
        }
        let idle = Idle::begin(shared);
        let Some(path) = engine.path_stats(PathId::ZERO) else {
            return false;
        };
        // A peer that asks at once does so within a round trip.
        sleep(path.rtt * 2 + SLACK + *patience).await;
        *patience = (*patience * 2).clamp(SLACK, LONGEST_PATIENCE);
        let Some(path) = engine.path_stats(PathId::ZERO) else {
            return false;
        };
        // Before the peer has answered the round trip is but assumed.
        let measured = controller.smoothed_rtt_us.load(Relaxed) > 0;
        if measured && path.rtt < LONG_RTT {
            return false;
        }
        if measured && idle.lasts(shared) && is_dry(shared) {
            return true;
        }
    }
    false
}

/// Both trains, if the first says that the path has room for the second; `None`: something else was to be sent.
async fn send_all(shared: &Shared, engine: &Guarded<Connection>) -> Option<()> {
    let idle = Idle::begin(shared);
    let rtt = engine.path_stats(PathId::ZERO)?.rtt;
    for packets in TRAINS {
        let lost = shared.controller.view().lost;
        let bytes = send(shared, engine, packets, &idle).await?;
        let has_arrived = answered(shared, rtt, &idle).await?;
        let is_queued = engine.path_stats(PathId::ZERO)?.rtt > rtt + rtt / QUEUE_DIVISOR;
        // A new path counts anew.
        let lost = shared.controller.view().lost.saturating_sub(lost);
        if !has_arrived || is_queued || lost * LOST_DIVISOR > bytes {
            break;
        }
    }
    Some(())
}

/// A train of `packets`, which gives way to everything else: only a few of them wait in the engine, which sends datagrams
/// first, and none is added while a stream has something to send.
async fn send(
    shared: &Shared,
    engine: &Guarded<Connection>,
    packets: usize,
    idle: &Idle,
) -> Option<u64> {
    let size = engine.max_datagram_size()?;
    let padding = padding(size);
    let until = Instant::now() + LONGEST_TRAIN;
    let mut left = packets;
    while left > 0 {
        if !idle.lasts(shared) || Instant::now() > until {
            return None;
        }
        let waiting = ENGINE_DATAGRAM_BUFFER.saturating_sub(engine.datagram_send_buffer_space());
        if waiting >= WAITING_PACKETS * size || !is_dry(shared) {
            sleep(STEP).await;
            continue;
        }
        engine.send_datagram(padding.clone()).ok()?;
        shared.warm_up.sent.fetch_add(size as u64, Relaxed);
        left -= 1;
    }
    Some((packets * size) as u64)
}

/// Resolves with true when hardly anything is in flight any more, with false when that takes longer than a train may: then
/// the path has no room for another.
async fn answered(shared: &Shared, rtt: Duration, idle: &Idle) -> Option<bool> {
    let until = Instant::now() + rtt * 3;
    while shared.controller.in_flight.load(Relaxed) > MESSAGES {
        if !idle.lasts(shared) {
            return None;
        }
        if Instant::now() > until {
            return Some(false);
        }
        sleep(STEP).await;
    }
    Some(true)
}

/// A time in which messages are sent at a trickle, and media is not.
struct Idle {
    since: Instant,
    /// Stream bytes that had left before.
    fresh: u64,
}

impl Idle {
    fn begin(shared: &Shared) -> Self {
        Self {
            since: Instant::now(),
            fresh: shared.controller.tap().totals().fresh_bytes,
        }
    }

    fn lasts(&self, shared: &Shared) -> bool {
        let fresh = shared.controller.tap().totals().fresh_bytes;
        let trickle = MESSAGES_A_SECOND * self.since.elapsed().as_secs_f64();
        fresh.saturating_sub(self.fresh) <= MESSAGES + trickle as u64
    }
}

/// No stream has anything to send.
fn is_dry(shared: &Shared) -> bool {
    let controller = &shared.controller;
    let sent = controller.tap().totals().fresh_bytes;
    controller.backlog.left(sent) == 0
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

/// Links that fill their paths at a time, of all in this process.
static WARMING: Semaphore = Semaphore::const_new(4);

/// The varint 0x1f4c5203.
const PADDING: [u8; 4] = [0x9f, 0x4c, 0x52, 0x03];

/// Packets: the first flight of a new path, and what the window has grown to when it has come back. Together they are as
/// much as a first flight takes of a path that is remembered.
const TRAINS: [usize; 2] = [32, 64];

/// Bytes in flight at once that came back: half of a first train, or media of a link that was asked before.
const KNOWN: u64 = 16 * 1_200;

/// On shorter round trips there is nothing to win.
const LONG_RTT: Duration = Duration::from_millis(30);

/// What a peer takes to ask beside the round trip, and timers.
const SLACK: Duration = Duration::from_millis(50);

/// A link that is never idle is looked at this seldom in the end.
const LONGEST_PATIENCE: Duration = Duration::from_secs(10);

/// Bytes: an announcement, and less than a packet of padding.
const MESSAGES: u64 = 400;

/// Probes of the round trip, a few times over: the least audio is ten times that.
const MESSAGES_A_SECOND: f64 = 100.0;

/// A train that loses more than this part meets a path that is full.
const LOST_DIVISOR: u64 = 4;

/// A rise of the smoothed round trip by more than this part of it is a queue of the train's own: a narrow path.
const QUEUE_DIVISOR: u32 = 8;

const WAITING_PACKETS: usize = 4;

const STEP: Duration = Duration::from_millis(1);

/// A path on which a train takes longer has no room for it.
const LONGEST_TRAIN: Duration = Duration::from_secs(2);
