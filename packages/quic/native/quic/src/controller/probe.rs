//! Probes of a peer that has fallen silent, besides the engine's own.
//!
//! The engine doubles its probe time-out each time and, past a bound, waits a second or two longer before each one: a
//! path that was dark for five seconds may stay unused for as long again. The knobs `pto_backoff` and `max_pto` say how
//! long may lie between probes here; at their defaults nothing but the bound is added.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

use noq::{Connection, PathId};
use tokio::time::{sleep, timeout};

use crate::{guard::Guarded, shared::Shared};

/// What the driver of a link has seen; times since the link began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Something is sent and neither acknowledged nor given up.
    pub(crate) in_flight: bool,
    /// When a packet that asks for an answer left last.
    pub(crate) last_sent: Duration,
    /// When an acknowledgement came last.
    pub(crate) last_heard: Duration,
    /// The probe time-out without backoff (RFC 9002 §6.2.1).
    pub(crate) base: Duration,
    /// The knobs.
    pub(crate) backoff: f64,
    pub(crate) longest: Duration,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing before something is in flight.
    Rest,
    /// Look again after so long.
    Wait(Duration),
    /// A probe is due.
    Probe,
}

/// Counts the probes of a silence. Input: `step`. Output: its answer.
#[derive(Debug, Default)]
pub(crate) struct Prober {
    /// Of the engine or ours, since the peer was heard of.
    probes: u32,
    heard: Duration,
    /// When the last of them left, or what came before it; `None`: nothing was in flight.
    basis: Option<Duration>,
}

impl Prober {
    pub(crate) fn step(&mut self, now: Duration, reading: &Reading) -> Step {
        if !reading.in_flight {
            *self = Self::default();
            return Step::Rest;
        }
        if reading.last_heard != self.heard {
            self.heard = reading.last_heard;
            self.probes = 0;
            self.basis = None;
        }
        let basis = self.basis.unwrap_or(reading.last_sent);
        // What leaves after a wait of a time-out is a probe of the engine's.
        if reading.last_sent.saturating_sub(basis) >= reading.base {
            self.probes += 1;
        }
        let basis = basis.max(reading.last_sent);
        self.basis = Some(basis);
        let due = basis + self.wait(reading);
        if now < due {
            return Step::Wait(due - now);
        }
        self.probes += 1;
        self.basis = Some(now);
        Step::Probe
    }

    /// A little longer than the engine waits: its probe comes first where both would.
    fn wait(&self, reading: &Reading) -> Duration {
        let growth = reading.backoff.powi(self.probes.min(MAX_DOUBLINGS) as i32);
        let wait = reading.base.mul_f64(growth);
        wait.min(reading.longest.max(reading.base)) + reading.base / 8 + SLACK
    }
}

/// Probes the peer of `engine` until the link is over.
pub(crate) async fn run(shared: Arc<Shared>, engine: Guarded<Connection>) {
    let mut prober = Prober::default();
    loop {
        let controller = &shared.controller;
        match prober.step(controller.age(Instant::now()), &controller.silence()) {
            Step::Rest => {
                controller.resting.store(true, Relaxed);
                // The limit is for a packet that left between the look and the rest.
                let _ = timeout(LONGEST_REST, controller.busy.notified()).await;
            }
            Step::Wait(wait) => sleep(wait).await,
            Step::Probe => {
                controller.allow_probe();
                let path = engine.path(PathId::ZERO);
                if path.is_none_or(|path| path.ping().is_err()) {
                    return;
                }
            }
        }
    }
}

const MAX_DOUBLINGS: u32 = 16;

/// What timers are late.
const SLACK: Duration = Duration::from_millis(5);

const LONGEST_REST: Duration = Duration::from_secs(1);

#[cfg(test)]
#[path = "../../tests/unit/controller/probe.rs"]
mod tests;
