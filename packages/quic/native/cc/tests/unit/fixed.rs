//! Tests of `fixed.rs`.

use super::*;

#[test]
fn window_covers_two_round_trips_of_the_rate() {
    let mut controller = FixedRate::new(1_250_000, 1_452);
    controller.on_ack(Duration::from_millis(200), false);
    assert_eq!(controller.window(), 750_000);
}

#[test]
fn window_has_a_floor_at_low_rates() {
    let mut controller = FixedRate::new(1_000, 1_200);
    controller.on_ack(Duration::from_millis(1), false);
    assert_eq!(controller.window(), 16 * 1_200);
}

#[test]
fn a_rate_of_zero_is_one_byte_per_second() {
    assert_eq!(FixedRate::new(0, 1_200).rate(), 1);
}
