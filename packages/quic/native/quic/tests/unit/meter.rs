use super::*;

const READINGS: Readings = Readings {
    left: 0,
    rate: 1_000_000,
    window: 50_000,
    smoothed_rtt_us: 50_000,
};

fn metered(max_unsent_us: u64) -> Meter {
    let meter = Meter::default();
    meter.set(max_unsent_us);
    meter
}

fn is_due(meter: &Meter) -> bool {
    meter.due.load(SeqCst)
}

#[test]
fn a_meter_that_is_off_tells_nothing() {
    let meter = metered(0);
    meter.look(READINGS);
    assert!(!is_due(&meter));
    assert_eq!(meter.tell(READINGS), None);
}

#[test]
fn as_much_may_wait_as_leaves_in_the_time_set() {
    assert_eq!(metered(20_000).tell(READINGS), Some(20_000));
    assert_eq!(metered(50_000).tell(READINGS), Some(50_000));
}

#[test]
fn what_waits_already_counts_and_may_be_more_than_is_wanted() {
    let meter = metered(20_000);
    meter.on_accepted(100_000);
    assert_eq!(
        meter.tell(Readings {
            left: 5_000,
            ..READINGS
        }),
        Some(115_000)
    );
    assert_eq!(
        meter.tell(Readings {
            left: 60_000,
            ..READINGS
        }),
        Some(60_000)
    );
}

#[test]
fn the_owner_is_told_again_when_half_has_left() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS), Some(20_000));
    meter.on_accepted(20_000);
    meter.look(Readings {
        left: 20_000,
        ..READINGS
    });
    assert!(!is_due(&meter), "it has what it may have");
    meter.look(Readings {
        left: 10_001,
        ..READINGS
    });
    assert!(!is_due(&meter), "less than half has left");
    meter.look(Readings {
        left: 10_000,
        ..READINGS
    });
    assert!(is_due(&meter));
    assert_eq!(
        meter.tell(Readings {
            left: 10_000,
            ..READINGS
        }),
        Some(30_000)
    );
    assert!(!is_due(&meter));
}

#[test]
fn a_rate_that_falls_takes_back_what_was_not_used() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS), Some(20_000));
    let slow = Readings {
        rate: 400_000,
        ..READINGS
    };
    meter.look(slow);
    assert!(is_due(&meter));
    assert_eq!(meter.tell(slow), Some(8_000));
}

#[test]
fn four_packets_may_wait_at_any_rate() {
    let slow = Readings {
        rate: 1_000,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(slow), Some(4 * 1_452));
}

#[test]
fn the_first_flight_is_a_window() {
    let unknown = Readings {
        smoothed_rtt_us: 0,
        rate: 40_000,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(unknown), Some(50_000));
}

#[test]
fn a_controller_without_a_rate_counts_as_a_window_a_round_trip() {
    let unpaced = Readings {
        rate: 0,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(unpaced), Some(20_000));
}

#[test]
fn an_owner_that_answers_too_late_may_have_more_waiting() {
    let meter = metered(20_000);
    let mut limit = meter.tell(READINGS).unwrap_or_default();
    let mut most = Vec::new();
    for _ in 0..6 {
        let written = u64::try_from(limit).unwrap_or_default() - meter.accepted.load(Relaxed);
        meter.on_accepted(written);
        meter.look(READINGS);
        limit = meter.tell(READINGS).unwrap_or_default();
        most.push(limit - meter.accepted());
    }
    assert_eq!(most, [40_000, 80_000, 160_000, 320_000, 320_000, 320_000]);
    for _ in 0..400 {
        // It answers while half is left.
        let written = u64::try_from(limit).unwrap_or_default() - meter.accepted.load(Relaxed);
        meter.on_accepted(written);
        let half = Readings {
            left: 10_000,
            ..READINGS
        };
        meter.look(half);
        limit = meter.tell(half).unwrap_or_default();
    }
    assert_eq!(limit - meter.accepted(), 10_000, "as at the beginning");
}

#[test]
fn an_owner_with_nothing_to_write_is_not_slow() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS), Some(20_000));
    meter.on_accepted(15_000);
    meter.look(READINGS);
    assert_eq!(meter.tell(READINGS), Some(35_000));
}
