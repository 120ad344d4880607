//! The owner's handle of a link.

mod congestion;

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::Ordering::{Relaxed, SeqCst},
    },
};

use longhaul_cc::Saved;
use noq::PathId;

use crate::{
    close::CloseReport,
    command::Command,
    endpoint::SocketBuffers,
    event::{EarlyData, Event},
    fault::{self, Fault},
    guard::attempt,
    meter,
    op::Op,
    shared::{Shared, lock},
    stats::LinkStats,
    supervisor::peer_chain,
    verify::{Fingerprint, fingerprint},
    warm_up,
};

/// One link. Every call returns at once. Dropping it closes the link.
pub struct Link {
    state: Mutex<State>,
}

enum State {
    Live(Arc<Shared>),
    /// The link is over and its socket, buffers and tasks are gone.
    Over(Box<Summary>),
}

/// What can still be asked of a link that is over.
#[derive(Clone)]
struct Summary {
    report: Option<CloseReport>,
    peer_name: String,
    remote: SocketAddr,
    local: SocketAddr,
    buffers: SocketBuffers,
    early_data: EarlyData,
    connect_us: u64,
    controller: &'static str,
    saved: Option<Saved>,
    stats: LinkStats,
}

impl Link {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            state: Mutex::new(State::Live(shared)),
        }
    }

    /// From now on `wake` is called, once per `drain`, when events wait.
    pub fn start(&self, wake: impl Fn() + Send + Sync + 'static) {
        if let Some(shared) = self.live() {
            shared.set_wake(Some(Arc::new(wake)));
        }
    }

    /// `wake` is called no more. Of a link that is over only figures are kept.
    pub fn release(&self) {
        let Some(shared) = self.live() else { return };
        shared.set_wake(None);
        if shared.report.get().is_some() {
            let summary = Summary::of(&shared);
            *lock(&self.state) = State::Over(Box::new(summary));
        }
    }

    /// Takes the events that wait.
    pub fn drain(&self) -> Vec<Event> {
        self.live().map(|shared| shared.drain()).unwrap_or_default()
    }

    /// Does what the owner asks.
    pub fn submit(&self, ops: impl IntoIterator<Item = Op>) {
        let Some(shared) = self.live() else { return };
        let commands: Vec<_> = ops
            .into_iter()
            .filter_map(|op| route(&shared, op))
            .map(Command::Op)
            .collect();
        if !commands.is_empty() {
            shared.command(commands);
        }
    }

    /// The owner has taken datagrams of `bytes` in total.
    pub fn datagrams_taken(&self, bytes: u64) {
        if let Some(shared) = self.live() {
            shared.release_datagrams(bytes);
        }
    }

    /// The peer may soon ask for something: a link that has carried nothing yet carries padding first, once.
    pub fn warm_up(&self) {
        if let Some(shared) = self.live() {
            warm_up::start(&shared);
        }
    }

    /// Bytes of padding that it took; 0 when the link is over.
    pub fn warm_up_bytes(&self) -> u64 {
        self.ask(|shared| shared.warm_up.sent_bytes(), |_| 0)
    }

    /// Ends the link; the first call counts.
    pub fn close(&self, code: u32, reason: &str) {
        if let Some(shared) = self.live() {
            shared.request_end(CloseReport::local(code, reason.to_owned()));
        }
    }

    /// Why the link ended, once it has.
    pub fn close_report(&self) -> Option<CloseReport> {
        self.ask(
            |shared| shared.report.get().cloned(),
            |summary| summary.report.clone(),
        )
    }

    /// The peer's relay id: proven, or (while dialling) expected.
    pub fn peer_name(&self) -> String {
        self.ask(
            |shared| lock(&shared.peer_name).clone(),
            |summary| summary.peer_name.clone(),
        )
    }

    /// Where the peer's packets come from now.
    pub fn remote_address(&self) -> SocketAddr {
        self.ask(remote_address, |summary| summary.remote)
    }

    /// The fingerprint of the certificate that the peer has shown; `None` before and when the link is over.
    pub fn peer_fingerprint(&self) -> Option<Fingerprint> {
        self.ask(peer_fingerprint, |_| None)
    }

    /// Our socket's address.
    pub fn local_address(&self) -> SocketAddr {
        self.ask(|shared| shared.port.local, |summary| summary.local)
    }

    /// Buffers of our socket.
    pub fn buffers(&self) -> SocketBuffers {
        self.ask(|shared| shared.port.buffers, |summary| summary.buffers)
    }

    /// What became of early data.
    pub fn early_data(&self) -> EarlyData {
        self.ask(
            |shared| *lock(&shared.early_data),
            |summary| summary.early_data,
        )
    }

    /// How long the handshake took, microseconds; 0 while it runs.
    pub fn connect_us(&self) -> u64 {
        self.ask(
            |shared| shared.connect_us.load(Relaxed),
            |summary| summary.connect_us,
        )
    }

    /// Largest datagram that fits, bytes; 0 when the peer takes none.
    pub fn max_datagram_size(&self) -> u64 {
        self.ask(|shared| shared.max_datagram.load(Relaxed), |_| 0)
    }

    /// Figures of now, or of the end.
    pub fn stats(&self) -> LinkStats {
        self.ask(stats, |summary| summary.stats)
    }

    /// Panics where asked, for tests.
    pub fn inject(&self, fault: Fault) {
        let Some(shared) = self.live().filter(|_| Fault::allowed()) else {
            return;
        };
        match fault {
            Fault::Task => shared.command([Command::Fault]),
            Fault::Controller => shared.controller.fault.store(true, Relaxed),
            Fault::Driver => shared.controller.driver_fault.store(true, Relaxed),
            Fault::Call => fault::panic_now("the call"),
        }
    }

    fn live(&self) -> Option<Arc<Shared>> {
        match &*lock(&self.state) {
            State::Live(shared) => Some(shared.clone()),
            State::Over(_) => None,
        }
    }

    fn ask<R>(&self, live: impl FnOnce(&Shared) -> R, over: impl FnOnce(&Summary) -> R) -> R {
        match &*lock(&self.state) {
            State::Live(shared) => live(shared),
            State::Over(summary) => over(summary),
        }
    }
}

impl Summary {
    fn of(shared: &Shared) -> Self {
        Self {
            report: shared.report.get().cloned(),
            peer_name: lock(&shared.peer_name).clone(),
            remote: remote_address(shared),
            local: shared.port.local,
            buffers: shared.port.buffers,
            early_data: *lock(&shared.early_data),
            connect_us: shared.connect_us.load(Relaxed),
            controller: shared.controller.kind().name(),
            saved: shared.controller.view().saved,
            stats: stats(shared),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("peer", &self.peer_name())
            .finish_non_exhaustive()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close(0, "dropped");
        self.release();
    }
}

/// What concerns readers goes to them at once.
fn route(shared: &Shared, op: Op) -> Option<Op> {
    match op {
        Op::Consumed { id, bytes } => shared.consumed(id, bytes),
        Op::Stop { id, code } => shared.stop_reading(id, code),
        Op::OpenBidi { id, priority } => {
            // A stop may come before the engine has opened the stream.
            shared.reader(id);
            return Some(Op::OpenBidi { id, priority });
        }
        Op::Write { id, bytes } => {
            shared.controller.backlog.on_queued(bytes.len() as u64);
            let meter = &shared.controller.meter;
            meter.on_accepted(bytes.len() as u64, meter.now_us());
            return Some(Op::Write { id, bytes });
        }
        Op::Meter { max_unsent_us } => {
            shared.controller.meter.set(max_unsent_us);
            meter::tell_owner(shared);
        }
        other => return Some(other),
    }
    None
}

fn remote_address(shared: &Shared) -> SocketAddr {
    let now = with_engine(shared, |engine| {
        engine.path(PathId::ZERO)?.remote_address().ok()
    });
    now.flatten().unwrap_or(shared.remote)
}

fn peer_fingerprint(shared: &Shared) -> Option<Fingerprint> {
    let chain = with_engine(shared, peer_chain).flatten()?;
    chain.first().map(fingerprint)
}

fn stats(shared: &Shared) -> LinkStats {
    let controller = &shared.controller;
    let mut stats = LinkStats {
        rtt_us: controller.smoothed_rtt_us.load(Relaxed),
        min_rtt_us: controller.min_rtt_us.load(Relaxed),
        window: controller.window.load(Relaxed),
        in_flight: controller.in_flight.load(Relaxed),
        pacing_rate: controller.pacing_rate.load(Relaxed),
        datagrams_dropped: shared.datagrams_dropped.load(Relaxed),
        bytes_queued: shared.controller.backlog.queued(),
        tail_pings: controller.tail.pings(),
        ..LinkStats::default()
    };
    with_engine(shared, |engine| {
        let all = engine.stats();
        stats.bytes_sent = all.udp_tx.bytes;
        stats.bytes_received = all.udp_rx.bytes;
        stats.packets_sent = all.udp_tx.datagrams;
        stats.packets_received = all.udp_rx.datagrams;
        stats.packets_lost = all.lost_packets;
        if let Some(path) = engine.path_stats(PathId::ZERO) {
            stats.rtt_us = u64::try_from(path.rtt.as_micros()).unwrap_or(u64::MAX);
            stats.window = path.cwnd;
            stats.mtu = u64::from(path.current_mtu);
        }
    });
    if stats.pacing_rate == 0 && stats.rtt_us > 0 {
        // Without a rate of its own a controller is paced at 5/4 of a window per round trip.
        stats.pacing_rate = stats.window.saturating_mul(1_250_000) / stats.rtt_us;
    }
    stats
}

/// `None` before there is a connection and after its driver has died.
fn with_engine<R>(shared: &Shared, run: impl FnOnce(&noq::Connection) -> R) -> Option<R> {
    let engine = shared.engine.get()?;
    if shared.dead.load(SeqCst) {
        return None;
    }
    attempt(|| run(engine))
}
