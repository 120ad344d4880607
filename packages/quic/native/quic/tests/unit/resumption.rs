//! Tests of `resumption.rs`.

#![allow(clippy::unwrap_used)]

use rustls::server::StoresServerSessions;

use super::*;

fn limits(streams: u64) -> Limits {
    [1, 1, streams, 1, 1]
}

fn sealed(key: &TokenKey, nonce: u128) -> Vec<u8> {
    let mut token = b"an address".to_vec();
    key.seal(nonce, &mut token).unwrap();
    token
}

#[test]
fn what_is_exported_serves_the_next_process_of_the_same_relay() {
    let old = Sessions::new().unwrap();
    old.serve_with(limits(8));
    for id in [b"one", b"two"] {
        assert!(old.put(id.to_vec(), [&id[..], b" value"].concat()));
    }
    assert!(old.take(b"one").is_some());
    let token = sealed(&TokenKey(old.clone()), 7);
    let kept = old.export("edge-1");

    let new = Sessions::new().unwrap();
    assert!(new.restore("edge-1", &kept));
    new.serve_with(limits(8));
    assert_eq!(new.take(b"one"), None, "it was used");
    assert_eq!(new.take(b"two").as_deref(), Some(&b"two value"[..]));
    assert_eq!(new.take(b"two"), None, "good for one use");
    let mut token = token.clone();
    let plain = TokenKey(new).open(7, &mut token).unwrap().to_vec();
    assert_eq!(plain, b"an address");
}

#[test]
fn a_token_is_not_opened_under_another_key_or_nonce() {
    let key = TokenKey(Sessions::new().unwrap());
    let other = TokenKey(Sessions::new().unwrap());
    let token = sealed(&key, 7);
    assert!(other.open(7, &mut token.clone()).is_err());
    assert!(key.open(8, &mut token.clone()).is_err());
}

#[test]
fn bytes_that_are_cut_changed_or_of_another_relay_are_not_taken() {
    let old = Sessions::new().unwrap();
    old.put(b"id".to_vec(), b"value".to_vec());
    let kept = old.export("edge-1");
    let new = Sessions::new().unwrap();
    for length in 0..kept.len() {
        assert!(!new.restore("edge-1", &kept[..length]));
    }
    for at in 0..kept.len() {
        let mut wrong = kept.clone();
        wrong[at] ^= 1;
        assert!(!new.restore("edge-1", &wrong));
    }
    assert!(!new.restore("edge-2", &kept));
    assert_eq!(new.get(b"id"), None);
    assert!(new.restore("edge-1", &kept));
    assert!(new.get(b"id").is_some());
}

#[test]
fn a_hostile_length_is_not_believed() {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&u32::MAX.to_be_bytes());
    let sum = digest::digest(&digest::SHA256, &bytes);
    bytes.extend_from_slice(sum.as_ref());
    assert!(!Sessions::new().unwrap().restore("", &bytes));
}

#[test]
fn sessions_that_are_too_old_are_left_out() {
    let old = Sessions::new().unwrap();
    let now = seconds();
    lock(&old.state).put(b"old".to_vec(), vec![1], now - LIFETIME_S);
    lock(&old.state).put(b"new".to_vec(), vec![1], now);
    lock(&old.state).put(b"of the future".to_vec(), vec![1], now + 100);
    let new = Sessions::new().unwrap();
    assert!(new.restore("r", &old.export("r")));
    let state = lock(&new.state);
    assert_eq!(state.sessions.len(), 1);
    assert!(state.sessions.contains_key(&b"new"[..]));
}

#[test]
fn sessions_that_count_on_more_than_the_listener_gives_are_dropped() {
    let old = Sessions::new().unwrap();
    old.serve_with(limits(8));
    old.put(b"id".to_vec(), b"value".to_vec());
    let kept = old.export("r");
    let with = |streams| {
        let new = Sessions::new().unwrap();
        assert!(new.restore("r", &kept));
        new.serve_with(limits(streams));
        new.get(b"id").is_some()
    };
    assert!(with(8));
    assert!(with(9));
    assert!(!with(7));
}

#[test]
fn the_oldest_go_when_there_are_too_many_or_too_large_ones() {
    let store = Sessions::new().unwrap();
    let id = |n: usize| n.to_be_bytes().to_vec();
    for n in 0..SESSIONS + 3 {
        store.put(id(n), vec![0; 10]);
    }
    assert_eq!(store.get(&id(2)), None);
    assert!(store.get(&id(3)).is_some());
    let large = SESSION_BYTES / 4;
    for n in 0..5 {
        store.put(id(n), vec![0; large]);
    }
    let state = lock(&store.state);
    assert!(state.bytes <= SESSION_BYTES);
    assert_eq!(state.sessions.len(), 3);
}

#[test]
fn what_is_taken_leaves_no_trace_for_ever() {
    let store = Sessions::new().unwrap();
    store.put(b"stays".to_vec(), vec![0]);
    for n in 0..10 * SESSIONS {
        store.put(n.to_be_bytes().to_vec(), vec![0]);
        store.take(&n.to_be_bytes());
    }
    assert!(lock(&store.state).order.len() <= 2 * SESSIONS);
    assert!(store.get(b"stays").is_some());
}

#[test]
fn its_version_tells_of_every_change() {
    let store = Sessions::new().unwrap();
    let mut before = store.version();
    let mut changed = || {
        let now = store.version();
        std::mem::replace(&mut before, now) != now
    };
    store.put(b"id".to_vec(), vec![0]);
    assert!(changed());
    assert!(store.take(b"none").is_none());
    assert!(!changed());
    store.take(b"id");
    assert!(changed());
}
