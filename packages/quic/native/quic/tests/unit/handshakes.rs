//! Tests of `handshakes.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const LIMITS: HandshakeLimits = HandshakeLimits {
    most: 10,
    most_per_source: 3,
    retry_from: 5,
};

fn from(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), 4433)
}

fn enter(handshakes: &Arc<Handshakes>, address: &str, proven: bool) -> Permit {
    match handshakes.admit(from(address), proven) {
        Admission::Enter(permit) => permit,
        other => panic!("{address} was not let in: {other:?}"),
    }
}

fn is_retry(handshakes: &Arc<Handshakes>, address: &str) -> bool {
    matches!(handshakes.admit(from(address), false), Admission::Retry)
}

fn is_refused(handshakes: &Arc<Handshakes>, address: &str, proven: bool) -> bool {
    matches!(handshakes.admit(from(address), proven), Admission::Refuse)
}

#[test]
fn a_crowd_has_to_prove_where_it_is() {
    let handshakes = Handshakes::new(LIMITS);
    let mut held: Vec<_> = (0..5)
        .map(|host| enter(&handshakes, &format!("10.0.0.{host}"), false))
        .collect();
    assert!(is_retry(&handshakes, "10.0.1.1"));
    held.push(enter(&handshakes, "10.0.1.1", true));
    held.truncate(4);
    held.push(enter(&handshakes, "10.0.1.2", false));
    let counts = handshakes.counts();
    assert_eq!((counts.running, counts.retried, counts.refused), (5, 1, 0));
}

#[test]
fn one_source_has_its_share_and_no_more() {
    let handshakes = Handshakes::new(LIMITS);
    let held: Vec<_> = (0..3)
        .map(|_| enter(&handshakes, "10.0.0.1", true))
        .collect();
    assert!(is_retry(&handshakes, "10.0.0.1"), "unproven ones come back");
    assert!(is_refused(&handshakes, "10.0.0.1", true));
    drop(enter(&handshakes, "10.0.0.2", true));
    drop(held);
    drop(enter(&handshakes, "10.0.0.1", true));
    assert_eq!(handshakes.counts().running, 0);
    assert!(lock(&handshakes.state).sources.is_empty());
}

#[test]
fn invented_addresses_take_nothing_from_who_is_really_there() {
    let handshakes = Handshakes::new(LIMITS);
    let _invented: Vec<_> = (0..3)
        .map(|_| enter(&handshakes, "10.0.0.1", false))
        .collect();
    assert!(is_retry(&handshakes, "10.0.0.1"));
    let _real: Vec<_> = (0..3)
        .map(|_| enter(&handshakes, "10.0.0.1", true))
        .collect();
    assert!(is_refused(&handshakes, "10.0.0.1", true));
}

#[test]
fn the_total_is_bounded_whoever_asks() {
    let handshakes = Handshakes::new(LIMITS);
    let held: Vec<_> = (0..10)
        .map(|host| enter(&handshakes, &format!("10.0.0.{host}"), true))
        .collect();
    assert!(is_refused(&handshakes, "10.0.1.1", true));
    assert!(is_refused(&handshakes, "10.0.1.1", false));
    drop(held);
    drop(enter(&handshakes, "10.0.1.1", false));
}

#[test]
fn a_host_is_one_ipv4_address_or_one_ipv6_network() {
    let same = |a: &str, b: &str| source_of(a.parse().unwrap()) == source_of(b.parse().unwrap());
    assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::2"));
    assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
    assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
    assert!(!same("10.0.0.1", "10.0.0.2"));
}
