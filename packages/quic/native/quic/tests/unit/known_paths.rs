//! Tests of `known_paths.rs`.

#![allow(clippy::unwrap_used)]

use std::net::{Ipv4Addr, Ipv6Addr};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn saved(cwnd: u64) -> Saved {
    Saved {
        cwnd,
        bandwidth: 1_000_000,
        min_rtt: Duration::from_millis(100),
        loss: 0.0,
    }
}

fn address(n: u32) -> IpAddr {
    Ipv4Addr::from_bits(n).into()
}

#[test]
fn a_path_is_known_by_its_address_for_as_long_as_was_said() {
    let (paths, now) = (KnownPaths::default(), Instant::now());
    paths.remember(address(1), saved(1), MINUTE, now);
    paths.remember(address(1), saved(2), MINUTE, now);
    assert_eq!(paths.recall(address(1), now).unwrap().cwnd, 2);
    assert_eq!(paths.recall(address(2), now), None);
    assert_eq!(paths.recall(address(1), now + MINUTE), None);
}

#[test]
fn an_ipv4_address_is_the_same_on_a_socket_of_both_families() {
    let (paths, now) = (KnownPaths::default(), Instant::now());
    let mapped: Ipv6Addr = Ipv4Addr::from_bits(1).to_ipv6_mapped();
    paths.remember(mapped.into(), saved(1), MINUTE, now);
    assert!(paths.recall(address(1), now).is_some());
    paths.remember(address(1), saved(2), MINUTE, now);
    assert_eq!(paths.recall(mapped.into(), now).unwrap().cwnd, 2);
}

#[test]
fn of_too_many_those_that_are_over_first_are_forgotten() {
    let (paths, now) = (KnownPaths::default(), Instant::now());
    let most = u32::try_from(MAX_ADDRESSES).unwrap();
    paths.remember(address(0), saved(1), 2 * MINUTE, now);
    paths.remember(address(1), saved(1), MINUTE, now);
    for n in 2..=most {
        paths.remember(address(n), saved(1), 3 * MINUTE, now);
    }
    assert_eq!(lock(&paths.by_address).len(), MAX_ADDRESSES);
    assert_eq!(paths.recall(address(1), now), None);
    assert!(paths.recall(address(0), now).is_some());
    paths.remember(address(most + 1), saved(1), MINUTE, now + 4 * MINUTE);
    assert_eq!(
        lock(&paths.by_address).len(),
        1,
        "what is over goes at once"
    );
}
