//! The prober against a peer that has fallen silent, in virtual time.

use super::*;

const BASE: Duration = Duration::from_millis(100);

fn reading(last_sent: Duration, backoff: f64, longest_ms: u64) -> Reading {
    Reading {
        in_flight: true,
        last_sent,
        last_heard: Duration::from_millis(1),
        base: BASE,
        backoff,
        longest: Duration::from_millis(longest_ms),
    }
}

/// The engine's probe after `count` of them (noq-proto 1.4.0 `pto_time_and_space`): a second more each time.
fn engine_wait(count: u32) -> Duration {
    let mut wait = BASE;
    for probe in 1..=count {
        wait = (BASE * 2u32.pow(probe)).min(wait + Duration::from_secs(1));
    }
    wait
}

/// The moments, in milliseconds, of all probes in `dark` seconds of silence, and how many of them were ours.
fn dark(backoff: f64, longest_ms: u64, dark: u64) -> (Vec<u64>, usize) {
    let mut prober = Prober::default();
    let (mut last_sent, mut engine_probes, mut ours) = (Duration::from_millis(1), 0, 0);
    let (mut all, mut wake) = (Vec::new(), Duration::ZERO);
    for now_ms in 1..dark * 1_000 {
        let now = Duration::from_millis(now_ms);
        if now >= last_sent + engine_wait(engine_probes) {
            (engine_probes, last_sent) = (engine_probes + 1, now);
            all.push(now_ms);
        }
        if now < wake {
            continue;
        }
        match prober.step(now, &reading(last_sent, backoff, longest_ms)) {
            Step::Rest => panic!("something is in flight"),
            Step::Wait(wait) => wake = now + wait,
            Step::Probe => {
                ours += 1;
                last_sent = now;
                all.push(now_ms);
            }
        }
    }
    (all, ours)
}

fn longest_gap(probes: &[u64]) -> u64 {
    probes
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap_or(0)
}

#[test]
fn at_the_defaults_no_wait_is_longer_than_the_bound() {
    let (alone, ours) = dark(2.0, 60_000, 10);
    assert_eq!(ours, 0, "{alone:?}");
    assert!(longest_gap(&alone) > 3_000, "{alone:?}");
    let (probes, _) = dark(2.0, 1_000, 10);
    assert!(longest_gap(&probes) <= 1_030, "{probes:?}");
    assert_eq!(probes[..3], alone[..3], "the engine's own come first");
}

#[test]
fn a_lower_bound_and_a_smaller_growth_make_more_probes() {
    let (usual, _) = dark(2.0, 1_000, 10);
    let (bounded, _) = dark(2.0, 200, 10);
    let (steady, _) = dark(1.0, 1_000, 10);
    assert!(
        bounded.len() > 3 * usual.len(),
        "{} {}",
        bounded.len(),
        usual.len()
    );
    assert!(
        steady.len() > bounded.len(),
        "{} {}",
        steady.len(),
        bounded.len()
    );
    assert!(longest_gap(&bounded) <= 230);
    assert!(longest_gap(&steady) <= 130);
}

#[test]
fn nothing_in_flight_or_news_of_the_peer_begin_anew() {
    let mut prober = Prober::default();
    let at = Duration::from_millis;
    let silent = reading(at(1), 2.0, 1_000);
    assert_eq!(prober.step(at(200), &silent), Step::Probe);
    let heard = Reading {
        last_sent: at(210),
        last_heard: at(210),
        ..silent
    };
    let wait = BASE + BASE / 8 + SLACK;
    assert_eq!(prober.step(at(210), &heard), Step::Wait(wait));
    let done = Reading {
        in_flight: false,
        ..heard
    };
    assert_eq!(prober.step(at(900), &done), Step::Rest);
    let busy = Reading {
        last_sent: at(5_000),
        ..heard
    };
    assert_eq!(prober.step(at(5_000), &busy), Step::Wait(wait));
}
