//! The engine's controller interface over ours: a wrapper per path whose inside changes through a mailbox.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use longhaul_cc::FixedRate;
use noq::congestion::{Bbr3Config, Controller, ControllerFactory, ControllerMetrics, CubicConfig};
use noq_proto::RttEstimator;
use tokio::sync::Notify;

use crate::{fault, options::ControllerChoice};

/// The mailbox to, and the gauges from, the controllers of one link. The sides never wait for each other.
#[derive(Debug)]
pub(crate) struct ControllerState {
    choice: ControllerChoice,
    /// Rate set from outside, bytes per second; 0 is the choice's own.
    wished_rate: AtomicU64,
    pub(crate) window: AtomicU64,
    pub(crate) in_flight: AtomicU64,
    pub(crate) pacing_rate: AtomicU64,
    pub(crate) min_rtt_us: AtomicU64,
    pub(crate) smoothed_rtt_us: AtomicU64,
    /// A controller panicked; the link is to be closed.
    pub(crate) failed: AtomicBool,
    pub(crate) failure: Notify,
    pub(crate) fault: AtomicBool,
    pub(crate) driver_fault: AtomicBool,
}

pub(crate) type ControllerHandle = Arc<ControllerState>;

impl ControllerState {
    pub(crate) fn new(choice: ControllerChoice) -> ControllerHandle {
        Arc::new(Self {
            choice,
            wished_rate: AtomicU64::new(0),
            window: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            pacing_rate: AtomicU64::new(0),
            min_rtt_us: AtomicU64::new(0),
            smoothed_rtt_us: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            failure: Notify::new(),
            fault: AtomicBool::new(false),
            driver_fault: AtomicBool::new(false),
        })
    }

    /// Keeps to `rate` bytes per second from the engine's next turn on; `None` returns to the link's choice.
    pub(crate) fn set_rate(&self, rate: Option<u64>) {
        self.wished_rate
            .store(rate.map_or(0, |rate| rate.max(1)), Relaxed);
    }

    /// `cubic`, `bbr` or `fixed`: what decides now.
    pub(crate) fn name(&self) -> &'static str {
        match (self.fixed_rate(), self.choice) {
            (Some(_), _) => "fixed",
            (None, ControllerChoice::Bbr) => "bbr",
            (None, _) => "cubic",
        }
    }

    fn fixed_rate(&self) -> Option<u64> {
        match (self.wished_rate.load(Relaxed), self.choice) {
            (0, ControllerChoice::Fixed(rate)) => Some(rate),
            (0, _) => None,
            (rate, _) => Some(rate),
        }
    }

    fn fail(&self) {
        self.failed.store(true, Relaxed);
        self.failure.notify_one();
    }
}

/// Builds the controllers of one link: one per path the connection takes.
pub(crate) struct LinkControllerFactory(ControllerHandle);

impl LinkControllerFactory {
    pub(crate) fn new(state: ControllerHandle) -> Self {
        Self(state)
    }
}

impl ControllerFactory for LinkControllerFactory {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        let base: Box<dyn Controller> = match self.0.choice {
            ControllerChoice::Bbr => Arc::new(Bbr3Config::default()).build(now, current_mtu),
            _ => Arc::new(CubicConfig::default()).build(now, current_mtu),
        };
        Box::new(LinkController {
            base,
            fixed: None,
            state: self.0.clone(),
            mtu: current_mtu,
            start: now,
            sampled: false,
        })
    }
}

/// What the engine calls. While a rate is set the base controller goes on hearing everything, so that it can take over.
#[derive(Debug)]
struct LinkController {
    base: Box<dyn Controller>,
    fixed: Option<FixedRate>,
    state: ControllerHandle,
    mtu: u16,
    start: Instant,
    /// A round trip has been measured.
    sampled: bool,
}

impl LinkController {
    fn at(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.start)
    }

    /// Follows the mailbox, runs `step`, publishes the gauges. A panic is reported and leaves the controller as it is.
    fn step(&mut self, now: Option<Instant>, step: impl FnOnce(&mut Self)) {
        let run = AssertUnwindSafe(|| {
            if self.state.fault.swap(false, Relaxed) {
                fault::panic_now("the controller");
            }
            self.follow_mailbox(now);
            step(self);
        });
        if catch_unwind(run).is_err() {
            self.state.fail();
        }
        self.state.window.store(self.window(), Relaxed);
    }

    fn follow_mailbox(&mut self, now: Option<Instant>) {
        let wished = self.state.fixed_rate();
        if wished == self.fixed.as_ref().map(FixedRate::rate) {
            return;
        }
        let at = self.at(now.unwrap_or_else(Instant::now));
        match (wished, &mut self.fixed) {
            (None, fixed) => *fixed = None,
            (Some(rate), Some(fixed)) => fixed.set_rate(at, rate),
            (Some(rate), none) => *none = Some(FixedRate::new(rate, self.mtu)),
        }
    }
}

impl Controller for LinkController {
    fn on_sent(&mut self, now: Instant, bytes: u64, largest_pn: u64) {
        self.step(Some(now), |this| this.base.on_sent(now, bytes, largest_pn));
    }

    fn on_packet_sent(&mut self, now: Instant, bytes: u16, pn: u64) {
        self.step(Some(now), |this| {
            let at = this.at(now);
            this.base.on_packet_sent(now, bytes, pn);
            this.state.in_flight.fetch_add(u64::from(bytes), Relaxed);
            if let Some(fixed) = &mut this.fixed {
                fixed.on_sent(at, u64::from(bytes));
            }
        });
    }

    fn on_cwnd_limited(&mut self) {
        self.step(None, |this| this.base.on_cwnd_limited());
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        pn: u64,
        app_limited: bool,
        rtt: &RttEstimator,
    ) {
        self.step(Some(now), |this| {
            this.base.on_ack(now, sent, bytes, pn, app_limited, rtt);
            this.sampled = true;
            if let Some(fixed) = &mut this.fixed {
                fixed.on_ack(rtt.get(), app_limited);
            }
            this.state.smoothed_rtt_us.store(micros(rtt.get()), Relaxed);
            this.state.min_rtt_us.store(micros(rtt.min()), Relaxed);
        });
    }

    fn on_end_acks(
        &mut self,
        now: Instant,
        in_flight: u64,
        app_limited: bool,
        largest_packet_num_acked: Option<u64>,
    ) {
        self.step(Some(now), |this| {
            this.base
                .on_end_acks(now, in_flight, app_limited, largest_packet_num_acked);
            // Lost probes and discarded spaces are told nowhere else.
            this.state.in_flight.store(in_flight, Relaxed);
        });
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        sent: Instant,
        is_persistent_congestion: bool,
        is_ecn: bool,
        lost_bytes: u64,
        largest_lost_pn: u64,
    ) {
        self.step(Some(now), |this| {
            this.base.on_congestion_event(
                now,
                sent,
                is_persistent_congestion,
                is_ecn,
                lost_bytes,
                largest_lost_pn,
            );
        });
    }

    fn on_packet_lost(&mut self, lost_bytes: u16, pn: u64, now: Instant) {
        self.step(Some(now), |this| {
            this.base.on_packet_lost(lost_bytes, pn, now)
        });
    }

    fn on_spurious_congestion_event(&mut self) {
        self.step(None, |this| this.base.on_spurious_congestion_event());
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.step(None, |this| {
            this.mtu = new_mtu;
            this.base.on_mtu_update(new_mtu);
            if let Some(fixed) = &mut this.fixed {
                fixed.on_mtu(new_mtu);
            }
        });
    }

    fn on_ack_frequency_update(&mut self, ack_eliciting_threshold: u64, max_ack_delay: Duration) {
        self.step(None, |this| {
            this.base
                .on_ack_frequency_update(ack_eliciting_threshold, max_ack_delay);
        });
    }

    fn window(&self) -> u64 {
        if self.state.driver_fault.load(Relaxed) {
            fault::panic_now("the engine's driver");
        }
        match &self.fixed {
            Some(fixed) => fixed.window(),
            None => self.base.window(),
        }
    }

    fn metrics(&self) -> ControllerMetrics {
        let metrics = match &self.fixed {
            Some(fixed) => {
                let mut metrics = ControllerMetrics::default();
                metrics.congestion_window = fixed.window();
                metrics.pacing_rate = Some(fixed.pacing_rate(self.at(Instant::now())));
                metrics
            }
            None => {
                let mut metrics = self.base.metrics();
                if !self.sampled {
                    // Without a round trip to go by the engine assumes 333 ms and would send a packet every 27 ms.
                    // RFC 9002 §7.7: the initial window may leave in one burst.
                    metrics.pacing_rate = Some(FIRST_FLIGHT_RATE);
                }
                metrics
            }
        };
        let shown = self
            .fixed
            .as_ref()
            .map(FixedRate::rate)
            .or(metrics.pacing_rate);
        self.state.pacing_rate.store(shown.unwrap_or(0), Relaxed);
        metrics
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self {
            base: self.base.clone_box(),
            fixed: self.fixed.clone(),
            state: self.state.clone(),
            mtu: self.mtu,
            start: self.start,
            sampled: self.sampled,
        })
    }

    fn initial_window(&self) -> u64 {
        self.base.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Ten packets within a few milliseconds, bytes per second.
const FIRST_FLIGHT_RATE: u64 = 2_500_000;

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
