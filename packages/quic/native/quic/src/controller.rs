//! Congestion control of one link: what the owner asks for, what the engine's driver carries out, what both show.
//!
//! The owner posts wishes, the driver takes them up with its next event (a kick makes one on an idle link). Neither ever
//! waits for the other longer than a copy takes.

mod adapter;
pub(crate) mod probe;

use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use longhaul_cc::{
    Gauge, Kind, KnobError, Params, Saved,
    agent::{Decision, Report},
    resume::WORTH_SAVING,
};
use tokio::sync::Notify;

pub(crate) use adapter::LinkControllerFactory;
use adapter::PathCell;

use crate::{
    backlog::Backlog,
    meter::{Meter, Readings},
    options::ControllerChoice,
    shared::lock,
    tail_care::Tail,
    tap::Tap,
};

/// What congestion control believes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CongestionView {
    /// The engine has not taken up the last change: the rest is as before it.
    pub pending: bool,
    /// The algorithm's phase.
    pub phase: &'static str,
    /// What the path delivers, bytes per second; 0 while unknown.
    pub delivery_rate: u64,
    /// Bytes acknowledged.
    pub delivered: u64,
    /// Bytes taken for lost.
    pub lost: u64,
    /// Bytes of those that were acknowledged after all.
    pub spurious: u64,
    /// The most bytes that were in flight at once and came back.
    pub largest_flight: u64,
    /// The application, not the path, limits the rate.
    pub app_limited: bool,
    /// What the algorithm shows of itself.
    pub gauges: Vec<Gauge>,
    /// What a later link to the same peer may start from.
    pub saved: Option<Saved>,
    /// What this link knew at its beginning of what one before it had learned.
    pub remembered: Option<Saved>,
}

/// The mailbox to, and the readings from, the controllers of one link.
#[derive(Debug)]
pub(crate) struct ControllerState {
    base: Kind,
    /// The knobs that the link began with: those for new links stay so.
    start: Params,
    began: Instant,
    tap: Arc<Tap>,
    pub(crate) backlog: Backlog,
    pub(crate) meter: Meter,
    pub(crate) tail: Tail,
    wish: Mutex<Wish>,
    /// The wish differs from what the driver has seen.
    posted: AtomicBool,
    /// The path in use.
    current: Mutex<Option<Arc<PathCell>>>,
    /// The number of that.
    path_in_use: AtomicU64,
    /// Paths that were built.
    paths: AtomicU64,
    reports: Mutex<VecDeque<Report>>,
    /// A report waits.
    pub(crate) reported: Notify,
    pub(crate) window: AtomicU64,
    pub(crate) in_flight: AtomicU64,
    pub(crate) pacing_rate: AtomicU64,
    pub(crate) min_rtt_us: AtomicU64,
    pub(crate) smoothed_rtt_us: AtomicU64,
    /// The probe time-out without backoff; 0 before the first sample.
    pto_us: AtomicU64,
    last_sent_us: AtomicU64,
    last_heard_us: AtomicU64,
    /// Bytes that may be in flight all the same, so that a probe of ours leaves; 0: none is wanted.
    probe_window: AtomicU64,
    /// The prober rests until something is in flight.
    resting: AtomicBool,
    busy: Notify,
    /// A controller panicked; the link is to be closed.
    pub(crate) failed: AtomicBool,
    pub(crate) failure: Notify,
    pub(crate) fault: AtomicBool,
    pub(crate) driver_fault: AtomicBool,
}

pub(crate) type ControllerHandle = Arc<ControllerState>;

/// What the owner wants.
#[derive(Debug, Clone)]
struct Wish {
    kind: Kind,
    params: Params,
    /// Where a first path starts from.
    saved: Option<Saved>,
    /// Not yet taken up by the driver.
    decision: Option<Decision>,
}

impl ControllerState {
    pub(crate) fn new(choice: &ControllerChoice) -> ControllerHandle {
        Arc::new(Self {
            base: choice.kind,
            start: choice.params.clone(),
            began: Instant::now(),
            tap: Arc::default(),
            backlog: Backlog::default(),
            meter: Meter::default(),
            tail: Tail::default(),
            wish: Mutex::new(Wish {
                kind: choice.kind,
                params: choice.params.clone(),
                saved: choice.saved,
                decision: None,
            }),
            posted: AtomicBool::new(false),
            current: Mutex::default(),
            path_in_use: AtomicU64::new(0),
            paths: AtomicU64::new(0),
            reports: Mutex::default(),
            reported: Notify::new(),
            window: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            pacing_rate: AtomicU64::new(0),
            min_rtt_us: AtomicU64::new(0),
            smoothed_rtt_us: AtomicU64::new(0),
            pto_us: AtomicU64::new(0),
            last_sent_us: AtomicU64::new(0),
            last_heard_us: AtomicU64::new(0),
            probe_window: AtomicU64::new(0),
            resting: AtomicBool::new(false),
            busy: Notify::new(),
            failed: AtomicBool::new(false),
            failure: Notify::new(),
            fault: AtomicBool::new(false),
            driver_fault: AtomicBool::new(false),
        })
    }

    pub(crate) fn tap(&self) -> &Arc<Tap> {
        &self.tap
    }

    /// What the meter goes by, when `sent` fresh stream bytes have left in all.
    pub(crate) fn readings(&self, sent: u64) -> Readings {
        Readings {
            left: self.backlog.left(sent),
            rate: self.pacing_rate.load(Relaxed),
            window: self.window.load(Relaxed),
            smoothed_rtt_us: self.smoothed_rtt_us.load(Relaxed),
        }
    }

    /// Looks whether the owner is to be told how much to write.
    pub(crate) fn look_at_meter(&self) {
        self.meter
            .look(self.readings(self.tap.totals().fresh_bytes));
    }

    /// The algorithm that decides from the engine's next turn on.
    pub(crate) fn kind(&self) -> Kind {
        lock(&self.wish).kind
    }

    /// The knobs in force from the engine's next turn on.
    pub(crate) fn params(&self) -> Params {
        let wish = lock(&self.wish);
        wish.params.for_kind(wish.kind)
    }

    pub(crate) fn set_algorithm(&self, kind: Kind) {
        lock(&self.wish).kind = kind;
        self.posted.store(true, Relaxed);
    }

    /// This algorithm with these knobs, whatever was set before; those for new links stay as the link began.
    pub(crate) fn choose(&self, kind: Kind, params: Params) {
        let params = params.on_open_link(&self.start);
        let mut wish = lock(&self.wish);
        (wish.kind, wish.params) = (kind, params);
        self.posted.store(true, Relaxed);
    }

    /// Turns knobs: all of them or, on the first error, none. One for new links is such an error.
    pub(crate) fn set_knobs<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<(), KnobError> {
        lock(&self.wish).params.set_all_live(values)?;
        self.posted.store(true, Relaxed);
        Ok(())
    }

    /// Keeps to `rate` bytes per second; `None` returns to the algorithm that the link began with.
    pub(crate) fn set_rate(&self, rate: Option<u64>) -> Result<(), KnobError> {
        if let Some(rate) = rate {
            self.set_knobs([("fixed_rate", rate as f64 * 8.0)])?;
        }
        self.set_algorithm(rate.map_or(self.base, |_| Kind::Fixed));
        Ok(())
    }

    /// What an agent decided last.
    pub(crate) fn decide(&self, decision: Decision) {
        let mut wish = lock(&self.wish);
        let before = wish.decision.unwrap_or_default();
        wish.decision = Some(Decision {
            cwnd: decision.cwnd.or(before.cwnd),
            pacing_rate: decision.pacing_rate.or(before.pacing_rate),
        });
        self.posted.store(true, Relaxed);
    }

    /// Takes the reports for an agent, oldest first; of those that nobody took the newest are there.
    pub(crate) fn take_reports(&self) -> Vec<Report> {
        mem::take(&mut *lock(&self.reports)).into()
    }

    pub(crate) fn view(&self) -> CongestionView {
        // The driver takes a wish up with the path locked: what is not pending now shows in what is read next.
        let pending = self.posted.load(Relaxed);
        let path = lock(&self.current).clone();
        let view = path.map(|path| path.view()).unwrap_or_default();
        // What padding shows of a path is less than what a link before it may have learned.
        let has_carried = self.tap.totals().fresh_bytes >= WORTH_SAVING;
        let saved = view.saved.filter(|_| has_carried);
        CongestionView {
            pending,
            saved,
            ..view
        }
    }

    /// Since the link began.
    pub(crate) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    /// For the prober.
    fn silence(&self) -> probe::Reading {
        let us = |time: &AtomicU64| Duration::from_micros(time.load(Relaxed));
        let params = self.params();
        let pto = us(&self.pto_us);
        probe::Reading {
            in_flight: self.in_flight.load(Relaxed) > 0,
            last_sent: us(&self.last_sent_us),
            last_heard: us(&self.last_heard_us),
            base: if pto.is_zero() {
                params.initial_rtt * 3
            } else {
                pto
            },
            backoff: params.pto_backoff,
            longest: params.max_pto,
        }
    }

    /// A full window does not keep a probe back (RFC 9002 §7.5).
    fn allow_probe(&self) {
        let room = self.in_flight.load(Relaxed) + PROBE_ROOM;
        self.probe_window.store(room, Relaxed);
    }

    fn use_path(&self, path: &Arc<PathCell>) {
        *lock(&self.current) = Some(path.clone());
        self.path_in_use.store(path.number, Relaxed);
    }

    /// For the driver: the wish, when it is news.
    fn take_wish(&self) -> Option<Wish> {
        if !self.posted.load(Relaxed) || !self.posted.swap(false, Relaxed) {
            return None;
        }
        let mut wish = lock(&self.wish);
        let taken = wish.clone();
        wish.decision = None;
        Some(taken)
    }

    fn push_report(&self, report: Report) {
        let mut reports = lock(&self.reports);
        if reports.len() == MAX_REPORTS {
            reports.pop_front();
        }
        reports.push_back(report);
        self.reported.notify_one();
    }

    fn fail(&self) {
        self.failed.store(true, Relaxed);
        self.failure.notify_one();
    }
}

/// Bytes: what a probe takes at most, and packets whose loss the driver has not told yet.
const PROBE_ROOM: u64 = 8 * 1_500;

/// Round trips that an agent may sleep through without missing a report.
const MAX_REPORTS: usize = 16;

#[cfg(test)]
#[path = "../tests/unit/controller.rs"]
mod tests;
