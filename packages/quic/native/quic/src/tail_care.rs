//! Prompt feedback about the last packets before a pause.
//!
//! A packet is taken for lost when three later ones are acknowledged (RFC 9002 §6.1.1). The last ones before a pause have
//! none after them, and the engine's probe time-out carries no stream data: their loss costs one round trip more than any
//! other. Here three pings follow them, so that it costs a round trip and a half.
//!
//! They cost about a hundred bytes. So they follow only where packets have got lost lately, the round trip is long, and
//! the pause is a real one: where frames come in short steps the next frame does the same.

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

use noq::{Connection, PathId};
use tokio::{sync::Notify, time::sleep};

use crate::{guard::Guarded, shared::Shared};

/// What the engine's driver notes of what leaves. Times are microseconds since the link began.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// Stream bytes that have left for the first time.
    fresh: AtomicU64,
    /// When the last of them left.
    sent_us: AtomicU64,
    /// Nothing was left to send behind them.
    dry: AtomicBool,
    /// The mean of the last pauses between two bursts; 0 before there was one.
    pause_us: AtomicU64,
    /// When the last loss was seen, plus one; 0: never.
    lost_us: AtomicU64,
    /// A burst may be over.
    over: Notify,
    /// Pings sent.
    pings: AtomicU64,
}

impl Tail {
    /// A packet left: `fresh` stream bytes in all have, and `dry` says that nothing of them is left to send. Only the
    /// driver calls it.
    pub(crate) fn on_sent(&self, fresh: u64, dry: bool, now_us: u64) {
        if self.fresh.swap(fresh, SeqCst) == fresh {
            return;
        }
        let last_us = self.sent_us.swap(now_us, SeqCst);
        if self.dry.swap(dry, SeqCst) {
            let pause_us = now_us.saturating_sub(last_us).min(LONGEST_PAUSE_US);
            let mean_us = self.pause_us.load(Relaxed);
            let mean_us = if mean_us == 0 {
                pause_us
            } else {
                (mean_us * 3 + pause_us) / 4
            };
            self.pause_us.store(mean_us.max(1), Relaxed);
        }
        if dry {
            self.over.notify_one();
        }
    }

    pub(crate) fn on_lost(&self, now_us: u64) {
        self.lost_us.store(now_us + 1, Relaxed);
    }

    /// Pings sent for tails so far.
    pub(crate) fn pings(&self) -> u64 {
        self.pings.load(Relaxed)
    }

    fn lost_within(&self, now_us: u64, span: Duration) -> bool {
        let lost_us = self.lost_us.load(Relaxed);
        let span_us = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        lost_us > 0 && now_us.saturating_sub(lost_us) < span_us
    }

    /// How long nothing must follow a burst for it to stand alone.
    fn wait(&self, rtt: Duration) -> Duration {
        let pause = Duration::from_micros(self.pause_us.load(Relaxed));
        if pause.is_zero() || pause > SHORT_STEP.max(rtt / 4) {
            return LEAST_WAIT;
        }
        (pause * 3 / 2).max(LEAST_WAIT)
    }
}

/// Follows the tails of a link until it is over.
pub(crate) async fn run(shared: Arc<Shared>, engine: Guarded<Connection>) {
    let tail = &shared.controller.tail;
    loop {
        tail.over.notified().await;
        let seen = tail.fresh.load(SeqCst);
        let Some(rtt) = worthwhile(&shared) else {
            continue;
        };
        sleep(tail.wait(rtt)).await;
        for _ in 0..PINGS {
            let in_flight = shared.controller.in_flight.load(Relaxed) > 0;
            let followed = tail.fresh.load(SeqCst) != seen || !tail.dry.load(SeqCst);
            if followed || !in_flight {
                break;
            }
            let path = engine.path(PathId::ZERO);
            if path.is_none_or(|path| path.ping().is_err()) {
                return;
            }
            tail.pings.fetch_add(1, Relaxed);
            sleep(STEP).await;
        }
    }
}

/// The round trip, where a lost tail is to be expected and would be felt.
fn worthwhile(shared: &Shared) -> Option<Duration> {
    let controller = &shared.controller;
    let rtt = Duration::from_micros(controller.smoothed_rtt_us.load(Relaxed));
    let age = controller.age(Instant::now());
    let now_us = u64::try_from(age.as_micros()).unwrap_or(u64::MAX);
    (rtt > LONG_RTT && controller.tail.lost_within(now_us, LOSS_COUNTS)).then_some(rtt)
}

/// As many later packets as make one lost.
const PINGS: usize = 3;

/// Between two of them: a burst of losses is over sooner or later, and the engine joins what waits together.
const STEP: Duration = Duration::from_millis(2);

/// Nothing follows within so long.
const LEAST_WAIT: Duration = Duration::from_millis(5);

/// Bursts in steps up to this are each other's feedback: video of 20 frames a second.
const SHORT_STEP: Duration = Duration::from_millis(50);

/// A pause counts as no longer than this.
const LONGEST_PAUSE_US: u64 = 1_000_000;

/// On shorter round trips a probe time-out is no matter.
const LONG_RTT: Duration = Duration::from_millis(30);

/// A path that has lost nothing for so long is clean.
const LOSS_COUNTS: Duration = Duration::from_secs(60);

#[cfg(test)]
#[path = "../tests/unit/tail_care.rs"]
mod tests;
