//! The owner's handle of a link.

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::Ordering::{Relaxed, SeqCst},
    },
};

use noq::PathId;

use crate::{
    close::CloseReport,
    endpoint::SocketBuffers,
    event::{EarlyData, Event},
    fault::{self, Fault},
    guard::attempt,
    op::Op,
    shared::{Command, Shared, lock},
    stats::LinkStats,
};

/// One link. Every call returns at once. Dropping it closes the link.
pub struct Link {
    shared: Arc<Shared>,
}

impl Link {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// From now on `wake` is called, once per `drain`, when events wait.
    pub fn start(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.shared.set_wake(Some(Arc::new(wake)));
    }

    /// `wake` is called no more.
    pub fn mute(&self) {
        self.shared.set_wake(None);
    }

    /// Takes the events that wait.
    pub fn drain(&self) -> Vec<Event> {
        self.shared.drain()
    }

    /// Does what the owner asks.
    pub fn submit(&self, ops: impl IntoIterator<Item = Op>) {
        let commands: Vec<_> = ops
            .into_iter()
            .filter_map(|op| self.route(op))
            .map(Command::Op)
            .collect();
        if !commands.is_empty() {
            self.shared.command(commands);
        }
    }

    /// What concerns readers goes to them at once.
    fn route(&self, op: Op) -> Option<Op> {
        match op {
            Op::Consumed { id, bytes } => self.shared.consumed(id, bytes),
            Op::Stop { id, code } => self.shared.stop_reading(id, code),
            Op::OpenBidi { id, priority } => {
                // A stop may come before the engine has opened the stream.
                self.shared.reader(id);
                return Some(Op::OpenBidi { id, priority });
            }
            Op::Write { id, bytes } => {
                self.shared
                    .bytes_queued
                    .fetch_add(bytes.len() as u64, Relaxed);
                return Some(Op::Write { id, bytes });
            }
            other => return Some(other),
        }
        None
    }

    /// The owner has taken datagrams of `bytes` in total.
    pub fn datagrams_taken(&self, bytes: u64) {
        self.shared.release_datagrams(bytes);
    }

    /// Ends the link; the first call counts.
    pub fn close(&self, code: u32, reason: &str) {
        self.shared
            .request_end(CloseReport::local(code, reason.to_owned()));
    }

    /// Why the link ended, once it has.
    pub fn close_report(&self) -> Option<CloseReport> {
        self.shared.report.get().cloned()
    }

    /// The peer's relay id: proven, or (while dialling) expected.
    pub fn peer_name(&self) -> String {
        lock(&self.shared.peer_name).clone()
    }

    /// Where the peer's packets come from now.
    pub fn remote_address(&self) -> SocketAddr {
        let now = self.with_engine(|engine| {
            let path = engine.path(PathId::ZERO)?;
            path.remote_address().ok()
        });
        now.flatten().unwrap_or(self.shared.remote)
    }

    /// Our socket's address.
    pub fn local_address(&self) -> SocketAddr {
        self.shared.port.local
    }

    /// Buffers of our socket.
    pub fn buffers(&self) -> SocketBuffers {
        self.shared.port.buffers
    }

    /// What became of early data.
    pub fn early_data(&self) -> EarlyData {
        *lock(&self.shared.early_data)
    }

    /// How long the handshake took, microseconds; 0 while it runs.
    pub fn connect_us(&self) -> u64 {
        self.shared.connect_us.load(Relaxed)
    }

    /// Largest datagram that fits, bytes; 0 when the peer takes none.
    pub fn max_datagram_size(&self) -> u64 {
        self.shared.max_datagram.load(Relaxed)
    }

    /// `cubic`, `bbr` or `fixed`: which controller decides now.
    pub fn controller(&self) -> &'static str {
        self.shared.controller.name()
    }

    /// Keeps to `rate` bytes of UDP payload per second; `None` returns to the link's own controller.
    pub fn set_rate(&self, rate: Option<u64>) {
        self.shared.controller.set_rate(rate);
        // An idle connection's driver looks at its controller only when something moves.
        let window = self.shared.send_window.load(Relaxed);
        self.with_engine(|engine| engine.set_send_window(window));
    }

    /// Figures of now.
    pub fn stats(&self) -> LinkStats {
        let controller = &self.shared.controller;
        let mut stats = LinkStats {
            rtt_us: controller.smoothed_rtt_us.load(Relaxed),
            min_rtt_us: controller.min_rtt_us.load(Relaxed),
            window: controller.window.load(Relaxed),
            in_flight: controller.in_flight.load(Relaxed),
            pacing_rate: controller.pacing_rate.load(Relaxed),
            datagrams_dropped: self.shared.datagrams_dropped.load(Relaxed),
            bytes_queued: self.shared.bytes_queued.load(Relaxed),
            ..LinkStats::default()
        };
        self.with_engine(|engine| {
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

    /// Panics where asked, for tests.
    pub fn inject(&self, fault: Fault) {
        if !Fault::allowed() {
            return;
        }
        match fault {
            Fault::Task => self.shared.command([Command::Fault]),
            Fault::Controller => self.shared.controller.fault.store(true, Relaxed),
            Fault::Driver => self.shared.controller.driver_fault.store(true, Relaxed),
            Fault::Call => fault::panic_now("the call"),
        }
    }

    /// `None` before there is a connection and after its driver has died.
    fn with_engine<R>(&self, run: impl FnOnce(&noq::Connection) -> R) -> Option<R> {
        let engine = self.shared.engine.get()?;
        if self.shared.dead.load(SeqCst) {
            return None;
        }
        attempt(|| run(engine))
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("peer", &self.shared.peer_text())
            .finish_non_exhaustive()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close(0, "dropped");
        self.mute();
    }
}
