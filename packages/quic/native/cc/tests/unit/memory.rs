//! Tests of `memory.rs`.

use super::*;

fn saved(cwnd: u64) -> Saved {
    Saved {
        cwnd,
        bandwidth: cwnd * 5,
        min_rtt: Duration::from_millis(200),
        loss: 0.01,
    }
}

fn hours(value: u64) -> Duration {
    Duration::from_secs(value * 3_600)
}

#[test]
fn a_path_is_remembered_for_its_lifetime_and_for_its_peer() {
    let mut memory = PathMemory::new(hours(1), 8);
    memory.remember("center-1", hours(100), saved(500_000));
    assert_eq!(memory.recall("center-1", hours(101)), Some(saved(500_000)));
    assert_eq!(memory.recall("center-2", hours(100)), None);
    assert_eq!(memory.recall("center-1", hours(148)), None);
    // The clock was set back.
    assert_eq!(memory.recall("center-1", hours(99)), None);
    memory.forget("center-1");
    assert!(memory.is_empty());
}

#[test]
fn the_oldest_peer_makes_room() {
    let mut memory = PathMemory::new(hours(10), 2);
    for (hour, peer) in ["a", "b", "c"].into_iter().enumerate() {
        memory.remember(peer, hours(hour as u64), saved(1));
    }
    assert_eq!(memory.len(), 2);
    assert_eq!(memory.recall("a", hours(2)), None);
}
