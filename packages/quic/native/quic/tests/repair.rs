//! Repair over a lossy hop: what arrives is what was sent, and sooner.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use longhaul_quic::{Event, Op};
use support::{End, linked, options};

fn content(stream: u64, length: usize) -> Vec<u8> {
    (0..length as u64)
        .map(|n| (n * 31 + stream * 17 + n / 253) as u8)
        .collect()
}

fn understood(end: &mut End) {
    let until = Instant::now() + Duration::from_secs(5);
    while !end.link.repair().understood {
        assert!(Instant::now() < until, "no hello came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn streams_arrive_whole_and_each_byte_once() {
    let (mut pair, hop) = linked(&options());
    hop.lose_one_in(9);
    understood(&mut pair.dialer);
    pair.dialer.link.set_rate(Some(1_000_000)).unwrap();
    const STREAMS: u64 = 12;
    for id in (0..STREAMS).map(|n| n * 2) {
        pair.dialer.link.submit([
            Op::OpenUni { id, priority: 0 },
            Op::Write {
                id,
                bytes: Bytes::from(content(id, 60_000 + id as usize)),
            },
            Op::Finish { id },
        ]);
    }
    let streams = pair.acceptor.wait("all streams", |seen| {
        let ids: Vec<u64> = seen
            .iter()
            .filter_map(|event| match event {
                Event::Finished { id, .. } => Some(*id),
                _ => None,
            })
            .collect();
        (ids.len() == STREAMS as usize).then_some(ids)
    });
    let mut sizes = Vec::new();
    for id in streams {
        let bytes = pair.acceptor.bytes_of(id);
        let sent = (bytes.len() - 60_000) as u64;
        assert!(bytes == content(sent, bytes.len()), "stream {sent} differs");
        let told: usize = pair
            .acceptor
            .seen
            .iter()
            .map(|event| match event {
                Event::Data { id: of, length, .. } if *of == id => *length,
                _ => 0,
            })
            .sum();
        assert_eq!(told, bytes.len(), "stream {sent} was told twice in part");
        sizes.push(sent);
    }
    sizes.sort_unstable();
    assert_eq!(sizes, (0..STREAMS).map(|n| n * 2).collect::<Vec<_>>());
    let sent = pair.dialer.link.repair().sent;
    let received = pair.acceptor.link.repair().received;
    assert!(sent.sent_on_loss > 20, "{sent:?}");
    assert!(
        received.used > 0 && received.repaired_bytes > 0,
        "{received:?}"
    );
    assert_eq!(received.wrong, 0);
    println!("{sent:?} {received:?} {:?}", pair.dialer.link.repair().loss);
}
