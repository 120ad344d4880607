//! Tests of `flow/reordering.rs`.

use super::*;
use crate::Kind;

const RTT: Duration = Duration::from_millis(100);

fn packet(number: u64, sent_ms: u64) -> Packet {
    Packet {
        number,
        bytes: 1_200,
        sent_at: Duration::from_millis(sent_ms),
        delivered: 0,
        delivered_at: Duration::ZERO,
        first_sent_at: Duration::ZERO,
        lost: 0,
        in_flight: 1_200,
        app_limited: false,
    }
}

fn progress(now_ms: u64, newest: u64) -> Progress {
    Progress {
        now: Duration::from_millis(now_ms),
        newest,
        rtt: RTT,
    }
}

fn numbers(packets: &[Packet]) -> Vec<u64> {
    packets.iter().map(|packet| packet.number).collect()
}

/// A packet overtaken by seven was given up, told, and came after all.
fn raised(params: &Params) -> Reordering {
    let mut reordering = Reordering::default();
    reordering.on_lost(packet(1, 0));
    let told = reordering.take_due(&progress(101, 4), params, false);
    assert_eq!(numbers(&told), [1]);
    assert!(!reordering.on_acked_after_loss(&packet(1, 0), &progress(104, 8), params));
    reordering
}

#[test]
fn losses_are_told_at_once_until_one_was_none() {
    let params = Params::of(Kind::BbrLive);
    let mut reordering = raised(&params);
    reordering.on_lost(packet(20, 200));
    assert!(
        reordering
            .take_due(&progress(301, 27), &params, false)
            .is_empty()
    );
    let due = reordering.take_due(&progress(301, 28), &params, false);
    assert_eq!(numbers(&due), [20], "eight have overtaken it");
    assert!(reordering.is_empty());
}

#[test]
fn a_packet_that_comes_while_its_loss_waits_was_no_loss() {
    let params = Params::of(Kind::BbrLive);
    let mut reordering = raised(&params);
    reordering.on_lost(packet(20, 200));
    assert!(reordering.on_acked_after_loss(&packet(20, 200), &progress(302, 25), &params));
    assert!(
        reordering
            .take_due(&progress(900, 90), &params, false)
            .is_empty()
    );
}

#[test]
fn time_ends_the_wait_and_grows_to_two_round_trips() {
    let params = Params::of(Kind::BbrLive);
    let mut reordering = raised(&params);
    let mut patience = Vec::new();
    for round in 0..6 {
        let sent = 1_000 * (round + 1);
        reordering.on_lost(packet(100, sent));
        let waited = (100..400).find(|wait| {
            let due = reordering.take_due(&progress(sent + wait, 101), &params, false);
            !due.is_empty()
        });
        patience.push(waited);
        reordering.on_acked_after_loss(&packet(100, sent), &progress(sent + 250, 101), &params);
    }
    let expected = [113, 125, 150, 200, 200, 200].map(Some);
    assert_eq!(patience, expected);
}

#[test]
fn reordering_at_large_is_not_waited_for() {
    let params = Params::of(Kind::BbrLive);
    let mut reordering = raised(&params);
    reordering.on_acked_after_loss(&packet(1, 0), &progress(101, 500), &params);
    reordering.on_lost(packet(1_000, 200));
    let due = reordering.take_due(&progress(301, 1_020), &params, false);
    assert_eq!(numbers(&due), [1_000]);
}

#[test]
fn switched_off_persistent_and_too_many_are_told_at_once() {
    let mut params = Params::of(Kind::BbrLive);
    let mut reordering = raised(&params);
    reordering.on_lost(packet(20, 200));
    assert_eq!(
        reordering.take_due(&progress(301, 21), &params, true).len(),
        1
    );
    for number in 0..=MAX_HELD as u64 {
        reordering.on_lost(packet(number, 200));
    }
    let due = reordering.take_due(&progress(201, 0), &params, false);
    assert_eq!(due.len(), MAX_HELD + 1);
    reordering.on_lost(packet(20, 200));
    assert!(params.set("adaptive_reordering", 0.0).is_ok());
    assert_eq!(
        reordering
            .take_due(&progress(301, 21), &params, false)
            .len(),
        1
    );
}
