//! Links over loopback UDP, without Node.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use longhaul_quic::{Closer, DialTarget, Event, Failure, Identity, Listener, Op, dial};
use support::{End, Pair, authority, established, identity, opened, options, pair, target};

#[test]
fn streams_of_both_kinds_arrive_whole() {
    let Pair {
        mut dialer,
        mut acceptor,
        ..
    } = pair(&options());
    dialer.wait("the handshake", established);
    let payload: Vec<u8> = (0..50_000u32).map(|n| (n % 251) as u8).collect();
    dialer.link.submit([
        Op::OpenBidi { id: 0, priority: 0 },
        Op::Write {
            id: 0,
            bytes: Bytes::from(payload.clone()),
        },
        Op::Finish { id: 0 },
    ]);
    let there = acceptor.wait("a stream", opened);
    assert_eq!(acceptor.bytes_of(there), payload);
    acceptor.link.submit([
        Op::Write {
            id: there,
            bytes: Bytes::from_static(b"answer"),
        },
        Op::Finish { id: there },
    ]);
    assert_eq!(dialer.bytes_of(0), b"answer");
    dialer.wait("the acknowledgement", |seen| {
        seen.iter()
            .find_map(|event| matches!(event, Event::Acknowledged { id: 0 }).then_some(()))
    });
}

#[test]
fn a_reset_overtakes_what_waits_and_tells_its_code() {
    let Pair {
        mut dialer,
        mut acceptor,
        ..
    } = pair(&options());
    dialer.wait("the handshake", established);
    dialer.link.submit([
        Op::OpenUni { id: 0, priority: 0 },
        Op::Write {
            id: 0,
            bytes: Bytes::from(vec![7; 8 * 1024 * 1024]),
        },
    ]);
    acceptor.wait("a stream", opened);
    dialer.link.submit([Op::Reset { id: 0, code: 77 }]);
    let code = acceptor.wait("the reset", |seen| {
        seen.iter().find_map(|event| match event {
            Event::Reset { code, .. } => Some(*code),
            _ => None,
        })
    });
    assert_eq!(code, 77);
    assert_eq!(dialer.link.stats().bytes_queued, 0);
}

#[test]
fn an_owner_who_takes_nothing_stops_the_sender_at_the_window() {
    const SIZE: u64 = 4 * 1024 * 1024;
    let options = options();
    let Pair {
        mut dialer,
        acceptor,
        ..
    } = pair(&options);
    dialer.wait("the handshake", established);
    dialer.link.submit([
        Op::OpenUni { id: 0, priority: 0 },
        Op::Write {
            id: 0,
            bytes: Bytes::from(vec![7; SIZE as usize]),
        },
    ]);
    let window = u64::from(options.stream_window);
    let until = Instant::now() + Duration::from_secs(10);
    let mut queued = SIZE;
    // The engine takes more with each acknowledgement: a rest before the window is full is none.
    loop {
        assert!(
            Instant::now() < until,
            "still {} bytes after ten seconds",
            SIZE - queued
        );
        std::thread::sleep(Duration::from_millis(20));
        let now = dialer.link.stats().bytes_queued;
        if now == queued && SIZE - now >= window {
            break;
        }
        queued = now;
    }
    // Time for what must not leave.
    std::thread::sleep(Duration::from_millis(200));
    let taken = SIZE - dialer.link.stats().bytes_queued;
    assert!(taken <= 2 * window + 64 * 1024, "{taken} bytes left");
    assert!(taken >= window, "{taken} bytes left");
    drop(acceptor);
}

#[test]
fn a_close_crosses_with_code_and_reason() {
    let Pair {
        mut dialer,
        mut acceptor,
        ..
    } = pair(&options());
    dialer.wait("the handshake", established);
    dialer.link.close(42, "enough");
    let closed = |seen: &[Event]| {
        seen.iter()
            .find_map(|event| matches!(event, Event::Closed).then_some(()))
    };
    acceptor.wait("the close", closed);
    dialer.wait("the close", closed);
    let far = acceptor.link.close_report().unwrap();
    assert_eq!(
        (far.by, far.code, far.reason.as_str()),
        (Closer::Peer, 42, "enough")
    );
    assert_eq!(dialer.link.close_report().unwrap().by, Closer::Local);
}

#[test]
fn a_wrong_name_is_a_tls_failure_that_says_whose() {
    let authority = authority();
    let (edge, center) = (
        identity(&authority, "edge-1"),
        identity(&authority, "center-1"),
    );
    let listener = Listener::bind(&edge, "127.0.0.1:0".parse().unwrap(), options(), || {}).unwrap();
    let mut dialer = End::new(dial(&center, &target(&listener, "edge-2"), options()).unwrap());
    dialer.wait("the end", |seen| {
        seen.iter()
            .find_map(|event| matches!(event, Event::Closed).then_some(()))
    });
    let error = dialer.link.close_report().unwrap().error.unwrap();
    assert_eq!(error.failure, Failure::Tls);
    assert!(
        error
            .message
            .contains("certificate of relay \"edge-1\": not for the name \"edge-2\""),
        "{error}"
    );
}

#[test]
fn a_set_rate_shows_in_the_stats_at_once() {
    let Pair { mut dialer, .. } = pair(&options());
    dialer.wait("the handshake", established);
    assert_eq!(dialer.link.controller(), "cubic");
    dialer.link.set_rate(Some(1_250_000)).unwrap();
    assert_eq!(dialer.link.controller(), "fixed");
    dialer.link.set_rate(None).unwrap();
    assert_eq!(dialer.link.controller(), "cubic");
}

/// First packets of `count` dials that nobody answers.
fn first_packets(identity: &Identity, count: usize) -> Vec<Vec<u8>> {
    let sink = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    sink.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let target = DialTarget {
        address: sink.local_addr().unwrap(),
        server_name: "edge".to_owned(),
        early_data: false,
        silence_timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(5),
    };
    // Each link lives until all have spoken: their last words would count as first ones.
    let dials = (0..count).map(|_| {
        let link = dial(identity, &target, options()).unwrap();
        let mut packet = vec![0; 2_048];
        let length = sink.recv(&mut packet).unwrap();
        packet.truncate(length);
        (packet, link)
    });
    let (packets, _links): (Vec<_>, Vec<_>) = dials.unzip();
    packets
}

#[test]
fn many_handshakes_at_a_time_are_asked_for_a_proof_of_address() {
    let authority = authority();
    let edge = identity(&authority, "edge");
    let listener = Listener::bind(&edge, "127.0.0.1:0".parse().unwrap(), options(), || {}).unwrap();
    let center = identity(&authority, "center");
    let packets = first_packets(&center, 100);
    let flood = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    flood
        .set_read_timeout(Some(Duration::from_millis(500)))
        .unwrap();
    for packet in packets {
        flood.send_to(&packet, listener.local_address()).unwrap();
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut retries = 0;
    let mut answer = [0; 2_048];
    while flood.recv(&mut answer).is_ok() {
        // Long header, type 3. RFC 9000 §17.2.5
        retries += usize::from(answer[0] & 0xf0 == 0xf0);
    }
    assert!((1..=36).contains(&retries), "{retries} retries");
    let mut proven = End::new(dial(&center, &target(&listener, "edge"), options()).unwrap());
    proven.wait("a link all the same", |seen| {
        seen.iter()
            .any(|event| matches!(event, Event::Established { .. }))
            .then_some(())
    });
}
