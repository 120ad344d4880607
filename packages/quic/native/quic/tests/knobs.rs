//! The knobs of the engine, each by what it does to packets over loopback UDP. Those of the algorithms, of the flow and of
//! pacing are tested in `packages/quic/native/cc`.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use bytes::Bytes;
use longhaul_cc::{Kind, Params};
use longhaul_quic::{ControllerChoice, Event, Link, LinkOptions, Op};
use support::{End, Pair, hop::Hop, linked, linked_over, options};

/// Slow enough for a busy machine to take packets one by one.
const RATE: f64 = 4e6;

/// One transfer at a time: they are compared.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with(knobs: &[(&str, f64)]) -> LinkOptions {
    let mut params = Params::of(Kind::Fixed);
    params.set("fixed_rate", RATE).unwrap();
    params.set_all(knobs.iter().copied()).unwrap();
    LinkOptions {
        controller: ControllerChoice {
            params,
            ..ControllerChoice::of(Kind::Fixed)
        },
        ..options()
    }
}

fn write(link: &Link, id: u64, size: usize) {
    let bytes = Bytes::from(vec![7; size]);
    link.submit([
        Op::OpenUni { id, priority: 0 },
        Op::Write { id, bytes },
        Op::Finish { id },
    ]);
}

/// Until the peer has acknowledged all of stream `id`.
fn finish(sender: &mut End, receiver: &mut End, id: u64) {
    for _ in 0..500 {
        receiver.wait("nothing", |_| Some(()));
        let done = |seen: &[Event]| {
            let is_it =
                |event: &Event| matches!(event, Event::Acknowledged { id: of } if *of == id);
            seen.iter().any(is_it)
        };
        if sender.wait("nothing", |seen| Some(done(seen))) {
            return;
        }
        let _ = sender.woken.recv_timeout(Duration::from_millis(20));
    }
    panic!("stream {id} was not acknowledged");
}

/// Packets that came back, and packets given up (even if they came after all), of a transfer.
fn transfer((mut pair, hop): (Pair, Hop), prepare: impl FnOnce(&Hop)) -> (u64, u64) {
    write(&pair.dialer.link, 0, 100_000);
    finish(&mut pair.dialer, &mut pair.acceptor, 0);
    prepare(&hop);
    let before = pair.dialer.link.stats().packets_received;
    write(&pair.dialer.link, 1, 400_000);
    finish(&mut pair.dialer, &mut pair.acceptor, 1);
    let link = &pair.dialer.link;
    let given_up = link.congestion().unwrap().lost;
    (link.stats().packets_received - before, given_up / 1_200)
}

#[test]
fn the_peer_acknowledges_as_often_as_it_was_asked_to() {
    let _alone = alone();
    let came_back = |knobs: &[(&str, f64)]| transfer(linked(&with(knobs)), |_| {}).0;
    holds_once(|| {
        let usual = came_back(&[]);
        let each = came_back(&[("ack_eliciting_threshold", 1.0)]);
        let seldom = came_back(&[("ack_eliciting_threshold", 10.0)]);
        let seen = format!("{each} {usual} {seldom}");
        (each * 2 > usual * 3 && seldom * 3 < usual * 2, seen)
    });
}

/// A busy machine takes packets in batches and acknowledges them so, whatever was asked for: one of a few attempts has to
/// show the difference, which a knob without effect never makes.
fn holds_once(mut attempt: impl FnMut() -> (bool, String)) {
    let mut all = Vec::new();
    for _ in 0..5 {
        let (holds, seen) = attempt();
        if holds {
            return;
        }
        all.push(seen);
    }
    panic!("in none of the attempts: {all:?}");
}

#[test]
fn the_peer_acknowledges_as_soon_as_it_was_asked_to() {
    let _alone = alone();
    let trickle = |delay_ms: f64| {
        let knobs = [
            ("ack_eliciting_threshold", 10.0),
            ("max_ack_delay", delay_ms),
        ];
        let (mut pair, _hop) = linked(&with(&knobs));
        write(&pair.dialer.link, 0, 100_000);
        finish(&mut pair.dialer, &mut pair.acceptor, 0);
        let before = pair.dialer.link.stats().packets_received;
        for id in 1..=100 {
            write(&pair.dialer.link, id, 10);
            pair.acceptor.wait("nothing", |_| Some(()));
            pair.dialer.wait("nothing", |_| Some(()));
            thread::sleep(Duration::from_millis(4));
        }
        pair.dialer.link.stats().packets_received - before
    };
    holds_once(|| {
        let (soon, late) = (trickle(1.0), trickle(100.0));
        (soon > late * 2, format!("{soon} {late}"))
    });
}

/// A late packet is acknowledged after a round trip and a half: halfway between the time thresholds of the impatient and
/// of the tolerant.
const REORDERING_ONE_WAY: Duration = Duration::from_millis(60);
const LATE_BY: Duration = Duration::from_millis(60);

#[test]
fn reordering_within_the_thresholds_is_no_loss() {
    let _alone = alone();
    let lost = |packets: f64, time: f64| {
        let knobs = [
            ("packet_threshold", packets),
            ("time_threshold", time),
            ("adaptive_reordering", 0.0),
        ];
        let slow = |listener| Hop::slow(listener, REORDERING_ONE_WAY);
        let made = linked_over(&with(&knobs), slow);
        transfer(made, |hop| hop.delay_one_in(15, LATE_BY)).1
    };
    let (usual, tolerant) = (lost(3.0, 1.125), lost(100.0, 2.0));
    assert!(usual >= 5, "{usual}");
    assert!(tolerant * 4 < usual, "{tolerant} {usual}");
    let impatient = lost(100.0, 1.0);
    assert!(impatient > tolerant * 2 + 3, "{impatient} {tolerant}");
}

#[test]
fn a_silent_peer_is_probed_as_often_as_the_knobs_say_at_once() {
    let _alone = alone();
    let sent = |knobs: &[(&str, f64)]| {
        let options = LinkOptions {
            // Nothing is heard for six seconds.
            idle_timeout: Duration::from_secs(15),
            ..with(&[("max_pto", 60_000.0)])
        };
        let (mut pair, hop) = linked(&options);
        write(&pair.dialer.link, 0, 100_000);
        finish(&mut pair.dialer, &mut pair.acceptor, 0);
        pair.dialer.link.set_knobs(knobs.iter().copied()).unwrap();
        hop.lose_one_in(1);
        write(&pair.dialer.link, 1, 10);
        let before = pair.dialer.link.stats().packets_sent;
        thread::sleep(Duration::from_secs(6));
        pair.dialer.link.stats().packets_sent - before
    };
    let usual = sent(&[]);
    // Well above the probe time-out, which a busy machine makes longer.
    let bounded = sent(&[("max_pto", 400.0)]);
    let steady = sent(&[("pto_backoff", 1.0)]);
    assert!(bounded > usual + 3, "{bounded} {usual}");
    assert!(steady > bounded, "{steady} {bounded}");
}

#[test]
fn an_open_link_refuses_what_is_for_new_ones_and_shows_what_it_has() {
    let _alone = alone();
    let (mut pair, _hop) = linked(&with(&[("packet_threshold", 9.0)]));
    pair.dialer.wait("nothing", |_| Some(()));
    let link = &pair.dialer.link;
    let error = link.set_knobs([("packet_threshold", 5.0)]).unwrap_err();
    assert!(error.to_string().contains("for new links"), "{error}");
    let mut params = Params::of(Kind::Cubic);
    params.set("packet_threshold", 5.0).unwrap();
    link.choose(Kind::Cubic, params);
    assert_eq!(link.knobs().unwrap().packet_threshold, 9);
}
