//! The engine's controller interface over `longhaul_cc::Controller`: one per path the link takes.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use longhaul_cc::{Controller as Control, Pace, flow::Flow};
use noq::congestion::{Controller, ControllerFactory, ControllerMetrics};
use noq_proto::RttEstimator;

use super::{CongestionView, ControllerHandle};
use crate::{fault, shared::lock, tap::Fate};

/// Builds the controllers of one link. The engine asks for one at the start and one per new address of the peer.
pub(crate) struct LinkControllerFactory(ControllerHandle);

impl LinkControllerFactory {
    pub(crate) fn new(state: ControllerHandle) -> Self {
        Self(state)
    }
}

impl ControllerFactory for LinkControllerFactory {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        let state = self.0.clone();
        let (kind, params) = (state.kind(), state.params());
        // What an earlier link learned holds for the path that this one starts on, not for one it moves to.
        let saved = lock(&state.wish).saved.take();
        let control = Control::new(Duration::ZERO, kind, params, current_mtu, saved);
        let mut pace = Pace::new(control.pacing_rate(), current_mtu);
        pace.set_granularity(control.params().pacer_granularity);
        let path = Path {
            pace,
            control,
            start: now,
            ce_marks: 0,
            engine_rtts: (Duration::ZERO, Duration::ZERO),
        };
        let window = AtomicU64::new(path.control.cwnd());
        state.window.store(window.load(Relaxed), Relaxed);
        let path = Arc::new(PathCell {
            number: state.paths.fetch_add(1, Relaxed),
            path: Mutex::new(path),
            window,
        });
        state.use_path(&path);
        state.tap.expect_all_acks();
        Box::new(PathController { path, state })
    }
}

/// What the engine calls. A clone is the same path under another port of the peer's (NAT rebinding), so it shares all.
#[derive(Debug, Clone)]
struct PathController {
    path: Arc<PathCell>,
    state: ControllerHandle,
}

/// A path, and its window where the engine reads it without a lock.
#[derive(Debug)]
pub(super) struct PathCell {
    /// Counts the paths of the link.
    pub(super) number: u64,
    path: Mutex<Path>,
    window: AtomicU64,
}

impl PathCell {
    /// For people: holds the driver up for as long as the copy takes.
    pub(super) fn view(&self) -> CongestionView {
        let path = lock(&self.path);
        let flow = path.control.flow();
        CongestionView {
            pending: false,
            phase: path.control.phase(),
            delivery_rate: flow.bandwidth().unwrap_or(0),
            delivered: flow.delivered(),
            lost: flow.lost(),
            spurious: flow.spurious(),
            largest_flight: flow.largest_flight(),
            app_limited: flow.is_app_limited(),
            gauges: path.control.gauges(),
            saved: path.control.to_save(),
            remembered: path.control.remembered(),
        }
    }
}

#[derive(Debug)]
struct Path {
    control: Control,
    pace: Pace,
    start: Instant,
    /// Marks since the last acknowledgement.
    ce_marks: u64,
    /// The engine's smoothed and least round trip.
    engine_rtts: (Duration, Duration),
}

impl PathController {
    /// Runs `step`, follows the mailbox before and publishes the readings after it.
    fn step<R>(&self, now: Instant, step: impl FnOnce(&mut Path, Duration) -> R) -> Option<R> {
        self.run(now, |path, at| {
            self.follow_mailbox(path, at);
            let result = step(path, at);
            self.publish(path);
            result
        })
    }

    /// Runs `step`, which changes neither window nor rate: one of the calls for each packet, whose sum has another call.
    /// A panic is reported and leaves the path as it is.
    fn run<R>(&self, now: Instant, step: impl FnOnce(&mut Path, Duration) -> R) -> Option<R> {
        let run = AssertUnwindSafe(|| {
            // A look costs less than a swap, and this runs several times a packet.
            if self.state.fault.load(Relaxed) && self.state.fault.swap(false, Relaxed) {
                fault::panic_now("the controller");
            }
            let mut path = lock(&self.path.path);
            let at = now.saturating_duration_since(path.start);
            step(&mut path, at)
        });
        let result = catch_unwind(run);
        if result.is_err() {
            self.state.fail();
        }
        result.ok()
    }

    fn publish(&self, path: &mut Path) {
        let rate = path.control.pacing_rate();
        path.pace.follow(rate);
        let window = path.control.cwnd();
        self.path.window.store(window, Relaxed);
        self.state.window.store(window, Relaxed);
        self.state.pacing_rate.store(rate, Relaxed);
    }

    fn follow_mailbox(&self, path: &mut Path, at: Duration) {
        let Some(wish) = self.state.take_wish() else {
            return;
        };
        path.control.set_params(wish.params);
        path.control.set_algorithm(at, wish.kind);
        let granularity = path.control.params().pacer_granularity;
        path.pace.set_granularity(granularity);
        if let Some(decision) = wish.decision {
            path.control.decide(at, decision);
        }
    }

    /// Packets that the engine had given up or forgotten with their path, and that came after all.
    fn hear_late_acks(&self, path: &mut Path, at: Duration) {
        for number in self.state.tap.take_late_acks() {
            path.control.on_acked(at, number, None);
        }
    }
}

impl Controller for PathController {
    fn on_packet_sent(&mut self, now: Instant, bytes: u16, pn: u64) {
        let state = &self.state;
        if state.path_in_use.load(Relaxed) != self.path.number {
            // A new address could not be proven, and the engine has come back to the old one.
            state.use_path(&self.path);
            state.posted.store(true, Relaxed);
        }
        self.step(now, |path, at| {
            let bytes = u64::from(bytes);
            let fresh = state.tap.take_sent(pn, bytes);
            let left = state.backlog.left(fresh);
            state.backlog.on_left(left, bytes);
            let now_us = micros(state.age(now));
            state.tail.on_sent(fresh, left == 0, now_us);
            path.control.on_sent(at, pn, bytes, left == 0);
            path.pace.on_sent(at, bytes);
            path.pace.set_backlogged(left > 0);
            // The driver alone writes it.
            let in_flight = state.in_flight.load(Relaxed);
            state.in_flight.store(in_flight + bytes, Relaxed);
            state.last_sent_us.store(now_us, Relaxed);
            if state.probe_window.load(Relaxed) > 0 {
                state.probe_window.store(0, Relaxed);
            }
            if state.resting.load(Relaxed) && state.resting.swap(false, Relaxed) {
                state.busy.notify_one();
            }
            state.meter.look(state.readings(fresh));
        });
    }

    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        pn: u64,
        _app_limited: bool,
        rtt: &RttEstimator,
    ) {
        let state = &self.state;
        self.run(now, |path, at| {
            let sent_at = sent.saturating_duration_since(path.start);
            path.control.on_acked(at, pn, Some(sent_at));
            state.tap.settle(Fate::Acked, pn, bytes);
            path.engine_rtts = (rtt.get(), rtt.min());
        });
    }

    fn on_end_acks(
        &mut self,
        now: Instant,
        in_flight: u64,
        app_limited: bool,
        _largest_packet_num_acked: Option<u64>,
    ) {
        let state = &self.state;
        self.step(now, |path, at| {
            if app_limited && state.backlog.queued() == 0 {
                state.backlog.on_dry(state.tap.totals().fresh_bytes);
                path.control.on_queue_empty();
            }
            self.hear_late_acks(path, at);
            let ce_marks = std::mem::take(&mut path.ce_marks);
            path.control.end_acks(at, ce_marks);
            if let Some(report) = path.control.take_report() {
                state.push_report(report);
            }
            state
                .pto_us
                .store(micros(pto(path.control.flow())), Relaxed);
            state.last_heard_us.store(micros(state.age(now)), Relaxed);
            let (smoothed, least) = path.engine_rtts;
            // A new path is told of acknowledgements before it has a sample of its own.
            if !smoothed.is_zero() {
                state.smoothed_rtt_us.store(micros(smoothed), Relaxed);
                state.min_rtt_us.store(micros(least), Relaxed);
            }
            // Lost probes and discarded spaces are told nowhere else.
            state.in_flight.store(in_flight, Relaxed);
        });
        // The rate has changed, or what is left was counted anew.
        state.look_at_meter();
    }

    fn on_packet_lost(&mut self, lost_bytes: u16, pn: u64, now: Instant) {
        // The engine tells of lost acknowledgements too, under numbers that packets of ours may have in another space.
        if lost_bytes == 0 {
            return;
        }
        let state = &self.state;
        self.run(now, |path, _| {
            path.control.on_lost(pn);
            state.tail.on_lost(micros(state.age(now)));
            state.tap.expect_late_ack(pn);
            state.tap.settle(Fate::Lost, pn, u64::from(lost_bytes));
            let in_flight = state.in_flight.load(Relaxed);
            let left = in_flight.saturating_sub(u64::from(lost_bytes));
            state.in_flight.store(left, Relaxed);
        });
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        _sent: Instant,
        is_persistent_congestion: bool,
        is_ecn: bool,
        _lost_bytes: u64,
        _largest_lost_pn: u64,
    ) {
        self.step(now, |path, at| {
            if is_ecn {
                path.ce_marks += 1;
            } else {
                path.control.end_losses(at, is_persistent_congestion);
                self.state.tap.end_losses();
            }
        });
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.step(Instant::now(), |path, _| {
            path.control.on_mtu(new_mtu);
            path.pace.set_mtu(new_mtu);
        });
    }

    fn window(&self) -> u64 {
        if self.state.driver_fault.load(Relaxed) {
            fault::panic_now("the engine's driver");
        }
        let probe = self.state.probe_window.load(Relaxed);
        self.path.window.load(Relaxed).max(probe)
    }

    fn metrics(&self) -> ControllerMetrics {
        let mut metrics = ControllerMetrics::default();
        self.state.backlog.on_turn();
        // The engine asks before each send: a kick on an idle link gets here too.
        let told = self.run(Instant::now(), |path, at| {
            if self.state.posted.load(Relaxed) {
                self.follow_mailbox(path, at);
                self.publish(path);
            }
            let quantum = path.control.params().pacer_burst * u64::from(path.pace.mtu());
            (path.pace.reported_rate(at), quantum)
        });
        if let Some((rate, quantum)) = told {
            metrics.pacing_rate = Some(rate);
            metrics.send_quantum = Some(quantum);
        }
        metrics.congestion_window = self.window();
        metrics
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        self.state.tap.expect_all_acks();
        Box::new(self.clone())
    }

    fn initial_window(&self) -> u64 {
        self.window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// RFC 9002 §6.2.1. The acknowledgements' delay is in the samples: a controller wants it there.
fn pto(flow: &Flow) -> Duration {
    let variation = flow.rtt().variation() * 4;
    flow.rtt_or_initial() + variation.max(GRANULARITY) + flow.params.max_ack_delay
}

/// RFC 9002 §6.1.2.
const GRANULARITY: Duration = Duration::from_millis(1);

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
