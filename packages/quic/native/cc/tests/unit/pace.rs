//! Tests of `pace.rs` on a virtual clock, against a model of the engine's token bucket.

use super::*;

/// The engine's bucket (noq-proto 1.4.0 `connection/pacing.rs`, `delay_at_rate` and `rate_capacity`).
struct Bucket {
    tokens: u64,
    capacity: u64,
    prev: Duration,
}

impl Bucket {
    fn delay(&mut self, rate: u64, bytes: u64, now: Duration) -> Option<Duration> {
        let in_ms = |ms: u64| rate * ms / 1_000;
        let depth = in_ms(2).clamp(10 * MTU, 256 * MTU);
        self.capacity = depth.min(in_ms(10).max(MTU));
        self.tokens = self.tokens.min(self.capacity);
        let earned = (rate as f64 * (now - self.prev).as_secs_f64()) as u64;
        if earned > 0 {
            self.tokens = (self.tokens + earned).min(self.capacity);
            self.prev = now;
        }
        let target = bytes.min(self.capacity);
        if self.tokens >= target {
            return None;
        }
        Some(Duration::from_secs_f64(
            (target - self.tokens) as f64 / rate as f64,
        ))
    }
}

/// Sends for `span` with timers that fire `late(n)` after the time asked for. Returns bytes sent.
fn run(pace: &mut Pace, span: Duration, mut late: impl FnMut(u64) -> Duration) -> u64 {
    let mut bucket = Bucket {
        tokens: 0,
        capacity: 0,
        prev: Duration::ZERO,
    };
    pace.set_backlogged(true);
    let (mut now, mut sent, mut wake) = (Duration::from_millis(1), 0, 0);
    while now < span {
        match bucket.delay(pace.reported_rate(now), MTU, now) {
            None => {
                bucket.tokens = bucket.tokens.saturating_sub(MTU);
                pace.on_sent(now, MTU);
                sent += MTU;
            }
            Some(delay) => {
                // The engine's runtime rounds timers up to a millisecond.
                let ms = delay.as_nanos().div_ceil(1_000_000) as u64;
                now += Duration::from_millis(ms) + late(wake);
                wake += 1;
            }
        }
    }
    sent
}

fn assert_rate(rate_bps: u64, late: impl FnMut(u64) -> Duration) {
    let rate = rate_bps / 8;
    let span = Duration::from_secs(20);
    let sent = run(&mut Pace::new(rate, MTU as u16), span, late);
    let ratio = sent as f64 / (rate as f64 * span.as_secs_f64());
    assert!(
        (0.98..=1.02).contains(&ratio),
        "{rate_bps} bit/s: ratio {ratio:.4}"
    );
}

#[test]
fn rate_is_kept_with_timers_in_time() {
    for rate in [
        500_000,
        1_000_000,
        3_000_000,
        10_000_000,
        30_000_000,
        100_000_000,
    ] {
        assert_rate(rate, |_| Duration::ZERO);
    }
}

#[test]
fn rate_is_kept_with_timers_a_millisecond_late() {
    for rate in [
        500_000,
        1_000_000,
        3_000_000,
        10_000_000,
        30_000_000,
        100_000_000,
    ] {
        assert_rate(rate, |_| Duration::from_micros(1_100));
    }
}

#[test]
fn rate_is_kept_when_one_timer_in_ten_is_three_milliseconds_late() {
    for rate in [1_000_000, 10_000_000, 100_000_000] {
        assert_rate(rate, |n| {
            Duration::from_micros(if n.is_multiple_of(10) { 3_000 } else { 200 })
        });
    }
}

#[test]
fn rate_is_kept_on_a_machine_that_is_ten_milliseconds_late_now_and_then() {
    for rate in [1_000_000, 10_000_000, 100_000_000] {
        assert_rate(rate, |n| {
            Duration::from_millis(if n.is_multiple_of(3) { 10 } else { 1 })
        });
    }
}

#[test]
fn coarser_timers_are_made_up_for_in_more_time_and_to_a_greater_bound() {
    let gain = |granularity_ms: f64| {
        let mut pace = Pace::new(1_250_000, MTU as u16);
        pace.set_granularity(Duration::from_secs_f64(granularity_ms / 1e3));
        pace.on_sent(Duration::from_secs(1), MTU);
        pace.set_backlogged(true);
        pace.on_sent(Duration::from_millis(1_005), MTU);
        pace.reported_rate(Duration::from_millis(1_005)) as f64 / 1_250_000.0
    };
    assert!(gain(0.25) > gain(1.0) && gain(1.0) > gain(4.0));
    let rate = 1_250_000;
    let span = Duration::from_secs(20);
    let kept = |granularity_ms: f64| {
        let mut pace = Pace::new(rate, MTU as u16);
        pace.set_granularity(Duration::from_secs_f64(granularity_ms / 1e3));
        let late = |n: u64| Duration::from_millis(if n.is_multiple_of(50) { 150 } else { 0 });
        run(&mut pace, span, late) as f64 / (rate as f64 * span.as_secs_f64())
    };
    assert!(kept(4.0) > 0.97, "{}", kept(4.0));
    assert!(kept(0.25) < 0.6, "{}", kept(0.25));
}

#[test]
fn without_correction_late_timers_would_cost_the_rate() {
    let rate = 125_000;
    let mut bucket = Bucket {
        tokens: 0,
        capacity: 0,
        prev: Duration::ZERO,
    };
    let (mut now, mut sent) = (Duration::from_millis(1), 0);
    while now < Duration::from_secs(20) {
        match bucket.delay(rate, MTU, now) {
            None => {
                bucket.tokens = bucket.tokens.saturating_sub(MTU);
                sent += MTU;
            }
            Some(delay) => now += delay + Duration::from_micros(1_600),
        }
    }
    assert!((sent as f64) < 0.93 * 20.0 * rate as f64, "sent {sent}");
}

#[test]
fn a_pause_leaves_no_burst() {
    let mut pace = Pace::new(1_250_000, MTU as u16);
    let mut now = Duration::from_secs(1);
    pace.on_sent(now, MTU);
    assert_eq!(pace.reported_rate(now), 1_250_000);
    now += Duration::from_millis(33);
    assert_eq!(
        pace.reported_rate(now),
        250_000,
        "a fifth while nothing is sent"
    );
    pace.on_sent(now, MTU);
    assert_eq!(
        pace.reported_rate(now),
        1_250_000,
        "the pause is not made up for"
    );
}

#[test]
fn a_slow_rate_is_never_taken_for_a_pause() {
    let mut pace = Pace::new(125_000, MTU as u16);
    pace.on_sent(Duration::from_secs(1), MTU);
    let later = Duration::from_secs(1) + Duration::from_millis(40);
    assert_eq!(pace.reported_rate(later), 125_000);
}

#[test]
fn without_a_backlog_little_is_made_up_for() {
    let mut pace = Pace::new(12_500_000, MTU as u16);
    let mut now = Duration::from_secs(1);
    pace.on_sent(now, MTU);
    now += Duration::from_millis(9);
    pace.on_sent(now, MTU);
    assert_eq!(
        pace.reported_rate(now),
        25_000_000,
        "at most twice the rate"
    );
}

#[test]
fn a_backlog_is_made_up_for_up_to_a_bound() {
    let mut pace = Pace::new(12_500_000, MTU as u16);
    let mut now = Duration::from_secs(1);
    pace.on_sent(now, MTU);
    pace.set_backlogged(true);
    now += Duration::from_secs(1);
    let mut burst = 0;
    pace.on_sent(now, MTU);
    while pace.reported_rate(now) > 12_500_000 {
        pace.on_sent(now, MTU);
        burst += MTU;
    }
    let bound = 12_500_000 / 20;
    assert!(
        burst <= bound + MTU,
        "{burst} bytes are more than 50 ms of the rate"
    );
    assert!(
        burst + 2 * MTU >= bound,
        "{burst} bytes are less than 50 ms of the rate"
    );
}

#[test]
fn a_new_rate_owes_nothing() {
    let mut pace = Pace::new(12_500_000, MTU as u16);
    pace.on_sent(Duration::from_secs(1), MTU);
    pace.on_sent(Duration::from_millis(1_005), MTU);
    pace.set_rate(Duration::from_millis(1_005), 1_250_000);
    assert_eq!(pace.rate(), 1_250_000);
    assert_eq!(pace.reported_rate(Duration::from_millis(1_005)), 1_250_000);
}

const MTU: u64 = 1_452;
