//! The one task of repair: greets the peer, hears what became of packets, sends symbols when they are due.

use std::{
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Relaxed},
    },
    time::Duration,
};

use longhaul_repair::{Hello, LinkState};
use noq::Connection;

use super::{Repair, peer};
use crate::{
    guard::Guarded,
    shared::{Shared, lock},
    supervisor,
};

/// Starts it. The handshake is over.
pub(crate) fn start(shared: &Arc<Shared>) {
    let Some(engine) = shared.engine.get() else {
        return;
    };
    let task = Task {
        shared: shared.clone(),
        repair: shared.repair.clone(),
        engine: Guarded::new(Connection::clone(engine)),
        greeting: Some((Duration::ZERO, 0)),
        answered: 0,
        fresh: 0,
    };
    let engine = Guarded::new(Connection::clone(engine));
    shared.spawn_waiting("repair", supervisor::while_open(engine, task.run()));
}

struct Task {
    shared: Arc<Shared>,
    repair: Arc<Repair>,
    engine: Guarded<Connection>,
    /// When to greet next, and how often it was done; `None`: no more.
    greeting: Option<(Duration, u32)>,
    answered: u64,
    /// Stream bytes that repair has been told of.
    fresh: u64,
}

impl Task {
    async fn run(mut self) {
        loop {
            let now = self.repair.now();
            self.greet(now);
            let due = self.send(now);
            let due = due.min(self.greeting.map_or(IDLE, |(at, _)| at.saturating_sub(now)));
            tokio::select! {
                () = self.shared.controller.tap().fates_waiting() => {}
                () = self.repair.changed.notified() => {}
                () = tokio::time::sleep(due) => {}
            }
        }
    }

    /// Datagrams get lost: a hello is repeated until the peer says that it has it, or seems not to know hellos.
    fn greet(&mut self, now: Duration) {
        self.repair_wanted();
        // Counted first: an answer to a hello says that it was heard.
        let answers = self.repair.answers.load(Acquire).min(MAX_ANSWERS);
        let heard = self.repair.peer.load(Relaxed) == peer::UNDERSTANDS;
        let answer = answers > self.answered;
        self.answered = answers;
        if self.repair.heard.load(Relaxed) {
            self.greeting = None;
        }
        let due = self.greeting.filter(|(at, _)| *at <= now);
        if let Some((_, times)) = due {
            self.greeting =
                (times < GREETINGS).then(|| (now + FIRST_GAP * 2_u32.pow(times), times + 1));
            if self.greeting.is_none() && !heard {
                // Its hello may come just now.
                let peer = &self.repair.peer;
                let _ = peer.compare_exchange(peer::UNKNOWN, peer::SILENT, Relaxed, Relaxed);
                return;
            }
        }
        if due.is_some() || answer {
            let hello = Hello { heard }.encode();
            // It may not fit, or the peer takes no datagrams: then there is no repair.
            let _ = self.engine.send_datagram(hello.into());
        }
    }

    /// The tap tells of packets only while that is of use.
    fn repair_wanted(&self) {
        let tap = self.shared.controller.tap();
        tap.tell_fates(self.repair.may_send());
    }

    /// Sends what is due. Returns how long nothing else is.
    fn send(&mut self, now: Duration) -> Duration {
        let controller = &self.shared.controller;
        let news = controller.tap().take_fates();
        let fresh = controller.tap().totals().fresh_bytes;
        let understood = self.repair.peer.load(Relaxed) == peer::UNDERSTANDS;
        let size = self.shared.max_datagram.load(Relaxed);
        let rate = controller.pacing_rate.load(Relaxed);
        let left = controller.backlog.left(fresh) as f64;
        let drain = Duration::from_secs_f64(left / rate.max(1) as f64);
        let link = LinkState {
            max_datagram: usize::try_from(size)
                .ok()
                .filter(|size| understood && *size >= LEAST_DATAGRAM)
                .unwrap_or(0),
            limited: controller.backlog.stands(rate),
            drain: drain.min(MAX_DRAIN) + BEHIND,
        };
        let mut room = self.engine.datagram_send_buffer_space();
        let mut datagrams = Vec::new();
        let due = {
            let mut sender = lock(&self.repair.sender);
            sender.on_fresh(fresh.saturating_sub(self.fresh));
            sender.on_news(now, link, &news);
            // The engine would drop the oldest for what does not fit.
            while room > link.max_datagram
                && let Some(datagram) = sender.poll_transmit(now, link)
            {
                room = room.saturating_sub(datagram.len());
                datagrams.push(datagram);
            }
            sender.poll_timeout()
        };
        self.fresh = fresh;
        for datagram in datagrams {
            // The path's packets may have become smaller meanwhile.
            let _ = self.engine.send_datagram(datagram.into());
        }
        due.map_or(IDLE, |at| at.saturating_sub(now).max(LEAST_WAIT))
    }
}

/// To a peer that takes only smaller datagrams no symbols are sent: they would be mostly head.
const LEAST_DATAGRAM: usize = 256;

/// Hellos before the peer is taken for one that knows none.
const GREETINGS: u32 = 6;

/// Between the first two; each gap is twice the one before.
const FIRST_GAP: Duration = Duration::from_millis(300);

/// Hellos of the peer that are answered.
const MAX_ANSWERS: u64 = 64;

const IDLE: Duration = Duration::from_secs(3_600);

/// Symbols that are sent ahead of loss leave at the latest so much after what they protect was taken.
const MAX_DRAIN: Duration = Duration::from_millis(150);

/// What they protect is to leave before them: the engine sends datagrams first.
const BEHIND: Duration = Duration::from_millis(3);

/// Timers are no finer.
const LEAST_WAIT: Duration = Duration::from_millis(1);
