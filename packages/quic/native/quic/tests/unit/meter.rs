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
    assert_eq!(meter.tell(READINGS, 1), None);
}

#[test]
fn as_much_may_wait_as_leaves_in_the_time_set() {
    assert_eq!(metered(20_000).tell(READINGS, 1), Some(20_000));
    assert_eq!(metered(50_000).tell(READINGS, 1), Some(50_000));
}

#[test]
fn what_waits_already_counts_and_may_be_more_than_is_wanted() {
    let meter = metered(20_000);
    meter.on_accepted(100_000, 1);
    assert_eq!(
        meter.tell(
            Readings {
                left: 5_000,
                ..READINGS
            },
            1
        ),
        Some(115_000)
    );
    assert_eq!(
        meter.tell(
            Readings {
                left: 60_000,
                ..READINGS
            },
            1
        ),
        Some(60_000)
    );
}

#[test]
fn the_owner_is_told_again_when_half_has_left() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS, 1), Some(20_000));
    meter.on_accepted(20_000, 1);
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
        meter.tell(
            Readings {
                left: 10_000,
                ..READINGS
            },
            1
        ),
        Some(30_000)
    );
    assert!(!is_due(&meter));
}

#[test]
fn a_rate_that_falls_takes_back_what_was_not_used() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS, 1), Some(20_000));
    let slow = Readings {
        rate: 400_000,
        ..READINGS
    };
    meter.look(slow);
    assert!(is_due(&meter));
    assert_eq!(meter.tell(slow, 1), Some(8_000));
}

#[test]
fn four_packets_may_wait_at_any_rate() {
    let slow = Readings {
        rate: 1_000,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(slow, 1), Some(4 * 1_452));
}

#[test]
fn the_first_flight_is_a_window() {
    let unknown = Readings {
        smoothed_rtt_us: 0,
        rate: 40_000,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(unknown, 1), Some(50_000));
}

#[test]
fn a_controller_without_a_rate_counts_as_a_window_a_round_trip() {
    let unpaced = Readings {
        rate: 0,
        ..READINGS
    };
    assert_eq!(metered(20_000).tell(unpaced, 1), Some(20_000));
}

#[test]
fn an_owner_that_answers_late_may_have_more_waiting() {
    let meter = metered(20_000);
    assert_eq!(meter.tell(READINGS, 1), Some(20_000));
    meter.on_accepted(20_000, 1);
    assert_eq!(
        meter.tell(READINGS, 1_000),
        Some(40_000),
        "it has used up what it was told"
    );
    meter.on_accepted(1_000, 101_000);
    assert_eq!(
        meter.tell(READINGS, 102_000),
        Some(141_000),
        "a tenth of a second more"
    );
    assert_eq!(
        meter.tell(READINGS, 900_000),
        Some(141_000),
        "with nothing to write it is not slow"
    );
    for round in 1..100 {
        let now_us = 1_000_000 * round;
        meter.on_accepted(
            meter.told.load(Relaxed) as u64 - meter.accepted.load(Relaxed),
            now_us,
        );
        meter.tell(READINGS, now_us);
        meter.on_accepted(1, now_us + 10);
    }
    assert!(meter.answer_us.load(Relaxed) <= 20, "it has become quick");
}

#[test]
fn nobody_is_waited_for_longer_than_half_a_second() {
    let meter = metered(20_000);
    meter.tell(READINGS, 1);
    meter.on_accepted(20_000, 1);
    meter.tell(READINGS, 2);
    meter.on_accepted(1_000, 90_000_000);
    assert_eq!(meter.tell(READINGS, 90_000_001), Some(541_000));
}

#[test]
fn no_rate_makes_more_wait_than_windows_let_through() {
    for (rate, smoothed_rtt_us) in [(1 << 40, 50_000), (u64::MAX, 1), (0, 1), (0, 0)] {
        let readings = Readings {
            rate,
            smoothed_rtt_us,
            window: u64::MAX,
            ..READINGS
        };
        let limit = metered(500_000).tell(readings, 1);
        assert_eq!(limit, Some(MOST_UNSENT as i64));
    }
}
