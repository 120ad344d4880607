//! A link that has carried only its handshake is as fast as a new one.

use std::time::Duration;

use longhaul_cc::{Controller, Kind, Params};

const RTT: Duration = Duration::from_millis(190);
const MTU: u16 = 1_452;

#[test]
fn a_few_small_messages_do_not_slow_the_first_flight() {
    for kind in [Kind::Reno, Kind::Cubic, Kind::BbrLive] {
        let mut control = Controller::new(Duration::ZERO, kind, Params::of(kind), MTU, None);
        let mut now = Duration::ZERO;
        for number in 0..12 {
            control.on_sent(now, number, 60, true);
            now += RTT;
            control.on_acked(now, number, Some(now - RTT));
            control.end_acks(now, 0);
            now += Duration::from_millis(250);
        }
        let flight = 10 * u64::from(MTU);
        assert!(
            control.cwnd() >= flight,
            "{kind:?}: window {}",
            control.cwnd()
        );
        let rate = flight as f64 / RTT.as_secs_f64();
        assert!(
            control.pacing_rate() as f64 >= 0.98 * rate,
            "{kind:?}: {} bytes/s, a first flight a round trip is {rate}",
            control.pacing_rate()
        );
    }
}
