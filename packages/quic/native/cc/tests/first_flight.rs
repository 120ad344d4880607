//! A link that has carried only its handshake is as fast as a new one.

use std::time::Duration;

use longhaul_cc::{Controller, Kind, Params};

const MTU: u16 = 1_452;

/// What a control sends before the first media: a small message now and then, some acknowledged late.
fn after_small_messages(kind: Kind, rtt: Duration, ack_delays: &[Duration]) -> Controller {
    let mut control = Controller::new(Duration::ZERO, kind, Params::of(kind), MTU, None);
    let mut now = Duration::ZERO;
    for (number, delay) in (0..).zip(ack_delays.iter().cycle().take(12)) {
        control.on_sent(now, number, 60, true);
        let sent = now;
        now += rtt + *delay;
        control.on_acked(now, number, Some(sent));
        control.end_acks(now, 0);
        now += Duration::from_millis(250);
    }
    control
}

#[test]
fn a_few_small_messages_do_not_slow_the_first_flight() {
    let prompt = vec![Duration::ZERO];
    let late = vec![
        Duration::ZERO,
        Duration::from_millis(25),
        Duration::from_millis(25),
    ];
    for (rtt, delays) in [(190, &prompt), (36, &late), (12, &late)] {
        let rtt = Duration::from_millis(rtt);
        for kind in [
            Kind::Reno,
            Kind::Cubic,
            Kind::Bbr1,
            Kind::Bbr3,
            Kind::BbrLive,
        ] {
            let control = after_small_messages(kind, rtt, delays);
            let flight = 10 * u64::from(MTU);
            assert!(
                control.cwnd() >= flight,
                "{kind:?} at {rtt:?}: window {}",
                control.cwnd()
            );
            // A smoothed round trip has the delays of acknowledgements in it.
            let rate = flight as f64 / (rtt + Duration::from_millis(25)).as_secs_f64();
            assert!(
                control.pacing_rate() as f64 >= 0.98 * rate,
                "{kind:?} at {rtt:?}: {} bytes/s, a first flight a round trip is {rate}",
                control.pacing_rate()
            );
        }
    }
}

#[test]
fn a_full_packet_never_waits_for_what_small_messages_have_shown() {
    for kind in [Kind::Bbr1, Kind::Bbr3, Kind::BbrLive, Kind::Copa] {
        let mut control = Controller::new(Duration::ZERO, kind, Params::of(kind), MTU, None);
        let mut now = Duration::ZERO;
        // One small message at a time, each waiting for the last: a full pipe, by all signs.
        for number in 0..40 {
            control.on_sent(now, number, 60, false);
            let sent = now;
            now += Duration::from_millis(20);
            control.on_acked(now, number, Some(sent));
            control.end_acks(now, 0);
        }
        let wait = f64::from(MTU) / control.pacing_rate() as f64;
        assert!(wait < 0.1, "{kind:?}: a packet leaves every {wait} s");
    }
}

#[test]
fn the_first_flight_of_bbr_live_takes_a_quarter_of_a_round_trip_and_grows_where_that_is_long() {
    for (rtt, packets) in [(12, 10), (20, 16), (190, 32)] {
        let rtt = Duration::from_millis(rtt);
        let control = after_small_messages(Kind::BbrLive, rtt, &[Duration::ZERO]);
        let flight = packets * u64::from(MTU);
        assert!(
            (flight..flight + 2 * u64::from(MTU)).contains(&control.cwnd()),
            "{rtt:?}: window {}",
            control.cwnd()
        );
        let taken = flight as f64 / control.pacing_rate() as f64;
        assert!(
            taken <= 0.26 * rtt.as_secs_f64(),
            "{rtt:?}: the flight takes {taken} s"
        );
    }
}
